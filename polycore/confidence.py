"""Earlier path of polycore.sweeps.confidence."""

from polycore.sweeps.confidence import *  # noqa: F403
