"""Earlier path of polycore.workers.cluster."""

from polycore.workers.cluster import *  # noqa: F403
