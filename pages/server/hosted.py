"""Whether this server is a demo for others, or the user's own machine. This module imports nothing else."""

import os

VARIABLE = "POLYCORE_LIMITS"  # the path of the file with a demo's limits


def is_hosted() -> bool:
    """Return whether the environment names a file of limits; an empty variable names none."""
    return bool(os.environ.get(VARIABLE))
