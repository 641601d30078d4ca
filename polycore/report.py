"""Earlier path of polycore.inspection.report."""

from polycore.inspection.report import *  # noqa: F403
