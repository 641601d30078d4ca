"""The exception of workers that cannot start a process."""

from concurrent.futures import BrokenExecutor


class StartError(BrokenExecutor):
    """A worker process could not be started, or ended before it could compute."""
