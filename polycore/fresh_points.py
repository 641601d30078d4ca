"""Earlier path of polycore.experiment.fresh_points."""

from polycore.experiment.fresh_points import *  # noqa: F403
