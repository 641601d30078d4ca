"""Earlier path of polycore.training.run_file."""

from polycore.training.run_file import *  # noqa: F403
