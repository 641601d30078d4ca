"""A control group of Linux, in which processes together may use so much memory."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep

from benchmarks.timing import SECONDS_TO_END, BenchmarkError

SECONDS_BETWEEN = 0.1  # two looks at the memory


@dataclass(frozen=True)
class Version:
    """Where a version of control groups has its groups, and the names of their files.

    controllers: a file that has the word "memory" if groups can limit it; None if all can.
    anonymous: the line of memory.stat with what processes have allocated. kills: the file that counts them.
    """

    folder: Path
    controllers: str | None
    limit: str
    anonymous: str
    kills: str


VERSIONS = (
    Version(Path("/sys/fs/cgroup"), "cgroup.subtree_control", "memory.max", "anon", "memory.events"),
    Version(Path("/sys/fs/cgroup/memory"), None, "memory.limit_in_bytes", "total_rss", "memory.oom_control"),
)


class MemoryGroup:
    """A group, whose memory is looked at all the time. `processes` takes in the number of a process.

    peak: the most bytes that its processes had allocated at once. What the system keeps of files is not
        among them: it is given back when memory is short.
    """

    def __init__(self, folder: Path, version: Version) -> None:
        self.processes = folder / "cgroup.procs"
        self.peak = 0
        self._folder, self._version = folder, version
        self._ended = threading.Event()

    def kills(self) -> int:
        """Return how many of its processes the system has ended for lack of memory."""
        return _number(self._folder / self._version.kills, "oom_kill")

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Look at its memory meanwhile."""
        thread = threading.Thread(target=self._watch, daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._ended.set()
            thread.join()

    def _watch(self) -> None:
        while not self._ended.wait(SECONDS_BETWEEN):
            now = _number(self._folder / "memory.stat", self._version.anonymous)
            self.peak = max(self.peak, now)


@contextmanager
def limited(most_bytes: int) -> Iterator[MemoryGroup]:
    """Yield a new group with that limit; on exit, wait until its processes have ended.

    Raises BenchmarkError if this system has no such groups, or lets nobody but its administrator create them.
    """
    version = next(filter(_can_limit, VERSIONS), None)
    if version is None:
        raise BenchmarkError("control groups cannot limit memory here; expected Linux with cgroups.")
    folder = version.folder / f"polycore-{os.getpid()}"
    try:
        folder.mkdir()
    except OSError as error:
        raise BenchmarkError(f"no control group can be created: {error.strerror}. Run it as root.") from error
    try:
        (folder / version.limit).write_text(str(most_bytes), encoding="ascii")
        group = MemoryGroup(folder, version)
        with group.watched():
            yield group
    finally:
        _remove(folder)


def _remove(folder: Path) -> None:
    end = monotonic() + SECONDS_TO_END
    while (folder / "cgroup.procs").read_text(encoding="ascii") and monotonic() < end:
        sleep(SECONDS_BETWEEN)
    folder.rmdir()


def _can_limit(version: Version) -> bool:
    if version.controllers is None:
        return version.folder.is_dir()
    file = version.folder / version.controllers
    return file.exists() and "memory" in file.read_text(encoding="ascii").split()


def _number(file: Path, name: str) -> int:
    lines = (line.split() for line in file.read_text(encoding="ascii").splitlines())
    return next(int(number) for word, number in lines if word == name)
