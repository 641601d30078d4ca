"""The process around a command: its standard streams, and the signals that end it."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any, Self

_SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")  # Windows has no SIGHUP


class Interrupted(KeyboardInterrupt):  # like its parent, it is not an Exception
    """A signal asks the command to end."""

    def __init__(self, number: int) -> None:
        """Store the number of the signal."""
        super().__init__(number)
        self.number = number

    @property
    def name(self) -> str:
        """The signal's name, such as SIGINT."""
        return signal.Signals(self.number).name

    @property
    def exit_code(self) -> int:
        """The exit code that shells use: 130 after Ctrl-C, 143 after SIGTERM."""
        return 128 + self.number


class Interruption:
    """A context that catches the signals; each raises Interrupted at most once, and only within `allowed`.

    A signal that comes outside `allowed` is remembered until `allowed` is entered: a second Ctrl-C must not
    interrupt the saving of results. Signals that the process ignores, as under nohup, stay ignored.
    """

    def __init__(self) -> None:
        """Store nothing yet; signals are caught from `with` on."""
        self._received: int | None = None
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
        """Restore the handlers from before."""
        for number, handler in self._before.items():
            signal.signal(number, handler)

    @contextmanager
    def allowed(self) -> Iterator[None]:
        """Raise Interrupted if a signal has come since the last, and within the context when one comes."""
        self._allowed = True
        try:
            if self._received is not None:
                number, self._received = self._received, None
                raise Interrupted(number)
            yield
        finally:
            self._allowed = False

    def _note(self, number: int, _: FrameType | None) -> None:
        if self._allowed:
            self._allowed = False
            raise Interrupted(number)
        self._received = number


# --- standard streams, which may be closed: at the start, as after >&- in a shell, or later -----


def open_closed_streams() -> None:
    """Open the closed streams, so that no other file gets their numbers.

    Standard input is empty. Writing to standard output fails, as in other programs, because output must not
    be lost without an error. Text for standard error is discarded.
    """
    if sys.stdin is None:
        sys.stdin = _opened("r", os.O_RDONLY)
    if sys.stdout is None:
        sys.stdout = _opened("w", os.O_RDONLY)
    if sys.stderr is None:
        sys.stderr = _opened("w", os.O_WRONLY)


def say(text: str) -> None:
    """Write a line to standard error; nothing ends because it cannot, as after the terminal was closed."""
    with suppress(OSError):
        sys.stderr.write(f"{text}\n")


def _opened(mode: str, flag: int) -> Any:
    # a new file gets the lowest free number, which is the closed stream's
    return open(os.open(os.devnull, flag), mode, encoding="utf-8", closefd=False)
