"""The process around a command: its standard streams, and the signals that end it."""

import codecs
import os
import re
import signal
import sys
import threading
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


@contextmanager
def ended_by_ctrl_c() -> Iterator[None]:
    """Let Ctrl-C end the process at once, without a traceback, while modules are imported.

    No exception could: an import ignores it in some places. A signal that is ignored stays so. A thread that
    is not the main one gets none.
    """
    before = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or before is not signal.default_int_handler:
        yield
        return
    signal.signal(signal.SIGINT, lambda number, _: os._exit(128 + number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


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


# --- characters that the encoding of a stream does not have, as in a terminal without UTF-8 ---

AS_IN_CODE = "polycore.as-in-code"
_RAISED, _LOWERED = "⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "₀₁₂₃₄₅₆₇₈₉"
_LEVEL = str.maketrans(_RAISED + _LOWERED, "0123456789-0123456789")
_WRITTEN = {
    "\N{MINUS SIGN}": "-",
    "·": "*",
    "\N{MULTIPLICATION SIGN}": "*",
    "→": "->",
    "√": "sqrt",
    "∞": "inf",
    "β": "beta",
    "ε": "eps",
    "π": "pi",
    "\N{GREEK SMALL LETTER SIGMA}": "sigma",
    "Φ": "Phi",
}
_KNOWN = re.compile(rf"(?P<raised>[{_RAISED}]+)|(?P<lowered>[{_LOWERED}]+)|[{''.join(_WRITTEN)}]")


def write_as_in_code(*streams: Any) -> None:
    """Let streams write formulas as in code, such as x^2, if their encoding lacks a character.

    Other characters that it lacks are escaped.
    """
    codecs.register_error(AS_IN_CODE, _as_in_code)
    for stream in streams:
        stream.reconfigure(errors=AS_IN_CODE)


def _as_in_code(error: UnicodeError) -> tuple[str | bytes, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    known = _KNOWN.match(error.object, error.start, error.end)
    if known is None:
        error.end = error.start + 1  # the next one may be known
        return codecs.backslashreplace_errors(error)
    text = known[0]
    if known["raised"]:
        return f"^{text.translate(_LEVEL)}", known.end()
    if known["lowered"]:
        return f"_{text.translate(_LEVEL)}", known.end()
    return _WRITTEN[text], known.end()
