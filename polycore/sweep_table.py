"""Earlier path of polycore.sweeps.table."""

from polycore.sweeps.table import *  # noqa: F403
