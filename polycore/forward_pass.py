"""Earlier path of polycore.inspection.forward_pass."""

from polycore.inspection.forward_pass import *  # noqa: F403
