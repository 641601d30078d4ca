"""Whether this server is a demo for others, or a person's own machine. It loads nothing else."""

import os

VARIABLE = "POLYCORE_LIMITS"  # names the file of a demo's limits


def is_hosted() -> bool:
    """Return whether the environment names limits; an empty name is none."""
    return bool(os.environ.get(VARIABLE))
