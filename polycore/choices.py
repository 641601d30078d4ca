"""Earlier path of polycore.sweeps.choices."""

from polycore.sweeps.choices import *  # noqa: F403
