"""Earlier path of polycore.sweeps.outcomes."""

from polycore.sweeps.outcomes import *  # noqa: F403
