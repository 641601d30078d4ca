"""A source of frames that follows runs: it has another frame whenever one of them has changed."""

import threading
from abc import ABC, abstractmethod
from collections.abc import Sequence

from pages.channel.frame import Frame
from pages.channel.hub import Holder, IsThere
from pages.runs.runner import Training


class AdvancingSource(ABC):
    """What runs show. Thread-safe; see `pages.channel.hub.Source`."""

    def __init__(self, name: str, trainings: Sequence[Training]) -> None:
        """Follow the runs `trainings`, under a name by which browsers tell its frames from others."""
        self.name = name
        self._trainings = tuple(trainings)
        self._frame: Frame | None = None
        self._lock = threading.Lock()

    @property
    def sequence(self) -> int:
        """That of a frame made now."""
        return sum(training.version for training in self._trainings)

    def frame(self) -> Frame:
        """Return the latest frame; the same object as long as nothing has changed."""
        with self._lock:
            sequence = self.sequence  # first: what changes meanwhile is in the frame after
            if self._frame is None or (self._frame.sequence != sequence and not self._is_recent()):
                self._frame = self._made(sequence)
            return self._frame

    @abstractmethod
    def _made(self, sequence: int) -> Frame:
        """Return a new frame with that number."""

    def _is_recent(self) -> bool:
        """Return whether the latest frame may be sent a little longer though something has changed."""
        return False

    def seen(self, is_there: IsThere) -> None:
        """Note that somebody looks."""
        for training in self._trainings:
            training.seen(is_there)

    def listen(self, holder: Holder) -> None:
        """Wake `holder` whenever there is another frame."""
        for training in self._trainings:
            training.listen(holder)

    def forget(self, holder: Holder) -> None:
        """Wake `holder` no more."""
        for training in self._trainings:
            training.forget(holder)
