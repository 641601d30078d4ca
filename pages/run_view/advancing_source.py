"""A source of frames that follows runs: it has another frame whenever one of them has changed."""

import threading
from abc import ABC, abstractmethod
from collections.abc import Sequence

from pages.runs.past import Choice, choice_in
from pages.runs.runner import Training
from pages.server.frame import Frame
from pages.server.hub import Halt, Holder, IsThere


class AdvancingSource(ABC):
    """What runs show. Thread-safe; see `pages.server.hub.Source`."""

    def __init__(self, name: str, trainings: Sequence[Training]) -> None:
        """Follow the runs `trainings`, under a name by which browsers tell its frames from others."""
        self.name = name
        self._trainings = tuple(trainings)
        self._frame: Frame | None = None
        self._lock = threading.Lock()

    @property
    def sequence(self) -> int:
        """That of a frame made now."""
        return sum(training.view.version for training in self._trainings)

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

    def choose(self, choice: object) -> None:  # noqa: B027  # not all have a past to choose from
        """Show other weights; see `TravelingSource`."""

    def halt(self, how: Halt, generation: int) -> None:  # noqa: B027  # only where one run has such buttons
        """Pause or stop the run; see `RunSource`."""

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


class TravelingSource(AdvancingSource):
    """A source that shows other weights while a slider through the past is moved."""

    def __init__(self, name: str, trainings: Sequence[Training]) -> None:
        """Show what the page shows, until a slider moves."""
        super().__init__(name, trainings)
        self._choice: Choice | None = None  # of a slider that is being moved; None at rest

    def choose(self, choice: object) -> None:
        """Show these weights until the page is drawn again: a `Choice`; anything else is ignored."""
        known = choice_in(choice)
        if known is not None:
            # without the lock: it is held while a frame is computed, and the server's event loop calls this
            self._choice = known
            self._trainings[0].announce()

    def _rest(self, *, changed: bool) -> None:
        """Show what the page shows, `changed` or not since the last time. The caller holds the lock."""
        if changed or self._choice is not None:
            self._choice = None
            # the run counts, and not this source: another one of the same run may come after it
            self._trainings[0].announce()
