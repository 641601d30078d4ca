"""What a tab shows of something that changes, such as a run: a frame whenever it has changed."""

import json
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import count
from time import monotonic
from typing import Any, Literal, NamedTuple, Protocol

IsThere = Callable[[], bool]
Halt = Literal["pause", "stop"]
Weights = Literal["Now", "Best"]
Choice = Weights | int  # which weights a slider through the past shows; a number is a step, or a time
LARGEST = 2**53  # of such a number: a browser knows no larger one

_numbers = count(1)


class Subject(Protocol):
    """What changes: a run or a job. Its members are called from any thread."""

    @property
    def name(self) -> str:
        """Its name, under which it announces its changes."""

    @property
    def version(self) -> object:
        """What is equal as long as nothing of it has changed."""

    def seen(self, is_there: IsThere) -> None:
        """Note that somebody looks; `is_there` returns whether anybody still may."""

    def halt(self, how: Halt, generation: int) -> None:
        """Pause or stop it, as `how` says, if its status has not changed since that generation."""


@dataclass(frozen=True, eq=False)
class Contents:
    """What a frame has: values that JSON can hold, and arrays as bytes, by name."""

    values: Mapping[str, Any]
    blobs: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Frame:
    """What a browser needs to show a run as it is at one moment, complete in itself.

    run: its name. sequence: a later frame has a greater one; browsers drop frames that come late.
    header: anything that JSON can hold. blobs: arrays as bytes, by name.

    The bytes, little-endian: the length of the header (uint32), the header (JSON, UTF-8), then the blobs one
    after another. The header also has, under "blobs", the name and the length of each.
    """

    run: str
    sequence: int
    header: Mapping[str, Any]
    blobs: Mapping[str, bytes] = field(default_factory=dict)

    @cached_property
    def content(self) -> bytes:
        """The whole frame."""
        return self._packed(self.blobs)

    @cached_property
    def without_blobs(self) -> bytes:
        """The frame for a tab that nobody sees."""
        return self._packed({})

    def _packed(self, blobs: Mapping[str, bytes]) -> bytes:
        lengths = [[name, len(blob)] for name, blob in blobs.items()]
        header = {"run": self.run, "sequence": self.sequence, **self.header, "blobs": lengths}
        text = json.dumps(header, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
        return b"".join([len(text).to_bytes(4, "little"), text, *blobs.values()])


Show = Callable[[], Contents]  # called from other threads than the page's, so it reads no state of that


class _Shown(NamedTuple):
    what: object
    contents: Show


class Source:
    """What a page shows of its subjects while it is there. Thread-safe.

    name: by which browsers tell its frames from others.
    """

    def __init__(
        self,
        name: str,
        subjects: Sequence[Subject],
        shows: object,
        show: Show,
        *,
        at: Callable[[Choice], "Source"] | None = None,
        rest: Callable[[float], float] = lambda _: 0.0,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        """`show` returns the contents of a frame now.

        shows: what of the subjects the page shows, as a value; two sources that show the same have the same
            frames.
        at: returns the same source with other weights, to which a slider is moved; None without a slider.
        rest: returns for how many seconds a frame that took so many may stay though something has changed:
            only if more will change by then.
        clock: returns the time in seconds.
        """
        self.name = name
        self.subjects = tuple(subjects)
        self._shown = _Shown(shows, show)
        self._at = at
        self._rest = rest
        self._clock = clock
        self._lock = threading.Lock()
        self._frame: Frame | None = None
        self._made_of: tuple[object, ...] = ()
        self._made_at = self._took = 0.0

    def is_like(self, other: "Source") -> bool:
        """Return whether both have the same frames."""
        return self._shown.what == other._shown.what and self.subjects == other.subjects

    def frame(self) -> Frame:
        """Return the latest frame; the same object as long as nothing has changed."""
        with self._lock:
            versions, frame = self._versions(), self._frame  # what changes meanwhile is in the frame after
            if frame is None or (
                versions != self._made_of and self._clock() >= self._made_at + self._rest(self._took)
            ):
                number, began = next(_numbers), self._clock()
                contents = self._shown.contents()
                self._made_at = self._clock()
                self._took = self._made_at - began
                frame = self._frame = Frame(self.name, number, contents.values, contents.blobs)
                self._made_of = versions
            return frame

    def since(self) -> int:
        """Return the number from which on frames are as recent as what a page reads after this call."""
        with self._lock:
            known = self._frame
            return next(_numbers) if known is None or self._made_of != self._versions() else known.sequence

    def choose(self, value: object) -> bool:
        """Show other weights if `value`, which a browser sent, is a choice of them; return whether it is."""
        choice = choice_in(value)
        if choice is None or self._at is None:
            return False
        # without the lock: it is held while a frame is computed, and the server's event loop calls this
        self._shown = self._at(choice)._shown
        return True

    def halt(self, how: Halt, generation: int) -> None:
        """Pause or stop its only subject; of several, none has such buttons."""
        if len(self.subjects) == 1:
            self.subjects[0].halt(how, generation)

    def seen(self, is_there: IsThere) -> None:
        """Note that somebody looks."""
        for subject in self.subjects:
            subject.seen(is_there)

    def _versions(self) -> tuple[object, ...]:
        return self._shown, *(subject.version for subject in self.subjects)


def choice_in(value: object) -> Choice | None:
    """Return the choice that a browser sent; None if it is not a choice."""
    if value == "Now" or value == "Best":
        return value
    return value if type(value) is int and 0 <= value <= LARGEST else None
