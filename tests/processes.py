"""Processes that others have started, by Linux's /proc."""

from pathlib import Path


def children(pid: int) -> list[int]:
    """Return the processes that a process has started and that have not ended; none on other systems."""
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for children in tasks for child in children.read_text(encoding="ascii").split()]
