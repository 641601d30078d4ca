"""Ending early: Ctrl-C, SIGTERM and a terminal that was closed, as one exception."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, Self

_SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")  # the last one is not known everywhere


class Interrupted(KeyboardInterrupt):  # as its parent it is no error
    """Somebody wants the command to end."""

    def __init__(self, number: int) -> None:
        """Tell of the signal with this number."""
        super().__init__(number)
        self.number = number

    @property
    def name(self) -> str:
        """The signal's name, such as SIGINT."""
        return signal.Signals(self.number).name

    @property
    def exit_code(self) -> int:
        """As shells have it: 130 after Ctrl-C, 143 after SIGTERM."""
        return 128 + self.number


class Interruption:
    """The signals, caught from `with` on: one ends what is within `allowed`, at once or as soon as it begins.

    Elsewhere they are only noted: what was reached is being kept then, and impatience must not lose it. One
    that is ignored, as nohup and shells ignore some, stays so.
    """

    def __init__(self) -> None:
        """Catch nothing yet."""
        self._found: int | None = None
        self._allowed = False
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Self:
        """Catch the signals."""
        for name in _SIGNALS:
            number = getattr(signal, name, None)
            if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
                self._before[number] = signal.signal(number, self._note)
        return self

    def __exit__(self, *_: object) -> None:
        """Let the signals do what they did before."""
        for number, handler in self._before.items():
            signal.signal(number, handler)

    @contextmanager
    def allowed(self) -> Iterator[None]:
        """Raise Interrupted within, where a signal comes or has come."""
        self._allowed = True
        try:
            if self._found is not None:
                raise Interrupted(self._found)
            yield
        finally:
            self._allowed = False

    def _note(self, number: int, _: FrameType | None) -> None:
        self._found = number
        if self._allowed:
            self._allowed = False
            raise Interrupted(number)
