"""Earlier path of polycore.optimizers.schedules."""

from polycore.optimizers.schedules import *  # noqa: F403
