"""A progress bar: one line of a terminal that is redrawn in place."""

import os
from collections.abc import Callable
from contextlib import suppress
from time import monotonic
from typing import TextIO

from polycore.formatting import percent
from polycore.training.run import Run
from polycore.workers.chunk import Speed

SPEED_SECONDS = 5.0  # over which the speed is measured
LENGTHS = (30, 20, 10, 5)  # of the bar, in cells: so few that it does not change with every digit beside it
USUAL_COLUMNS = 80  # if a terminal does not report its width
# what is left out first if a line is too narrow
_OMITTED_FIRST = ("speed", "held-out", "step", "loss", "left")


class ProgressBar:
    """Shows the progress of a run or a film: in place in a terminal, otherwise only by the last line."""

    def __init__(self, stream: TextIO, clock: Callable[[], float] = monotonic) -> None:
        """Draw nothing yet. `clock` returns the time in seconds."""
        self._stream = stream
        self._terminal = stream.isatty()
        self._cells = _cells(stream)
        self._speed = Speed(SPEED_SECONDS, clock)
        self._drawn = 0

    def begin(self, run: Run) -> None:
        """Show the run before its first chunk; its speed is measured from the next drawing on."""
        self._speed.begin()
        self._draw(run, 0.0)

    def draw(self, run: Run) -> None:
        """Show the current step of the run."""
        self._draw(run, self._speed.reach(run.step))

    def draw_count(self, done: int, count: int, what: str) -> None:
        """Show that `done` of `count` things are done; `what` names one, such as "frame"."""
        if self._terminal:
            text = f"{_bar(done / count, LENGTHS[0], self._cells)}  {what} {done} of {count}"
            self._replace(text[: max(0, _columns(self._stream) - 1)])

    def _draw(self, run: Run, speed: float) -> None:
        if self._terminal:
            self._replace(line(run, speed, _columns(self._stream), self._cells))

    def end(self, sentence: str) -> None:
        """Replace the bar by the sentence."""
        self._replace(sentence)
        self._write("\n")

    def _replace(self, text: str) -> None:
        # only spaces and a carriage return, which work in every terminal
        covered = text.ljust(min(self._drawn, _columns(self._stream) - 1))
        self._write(f"\r{covered}" if self._terminal else text)
        self._drawn = len(text)

    def _write(self, text: str) -> None:
        with suppress(OSError):  # the terminal was closed: the run continues
            self._stream.write(text)
            self._stream.flush()


def line(run: Run, speed: float, columns: int, cells: str) -> str:
    """Return the progress in one line of `columns`, of which the last stays free, because it would wrap.

    `speed`: steps per second, 0 if unknown. `cells`: the characters of a filled and an empty cell of the bar.
    """
    total = f"{run.last_step:,}"
    done = (run.step - run.began_at) / run.experiment.steps
    parts = {
        "share": f"{int(100 * done):3d} %",
        "step": f"step {run.step:>{len(total)},}/{total}",
        "loss": f"loss {run.history.loss[-1]:#.4g}",
        "held-out": f"held-out {percent(run.history.held_out_accuracy[-1], decimals=2)}",
    }
    if speed:
        parts["speed"] = f"{speed:,.0f} steps/s" if speed >= 10 else f"{speed:.2g} steps/s"
        parts["left"] = f"{clock_text((run.last_step - run.step) / speed)} left"
    for omitted in ("nothing", *_OMITTED_FIRST):
        parts.pop(omitted, None)
        text = "  ".join(parts.values())
        room = columns - 1 - len(text) - 2
        length = next((length for length in LENGTHS if length <= room), None)
        if length is not None:
            return f"{_bar(done, length, cells)}  {text}"
    return text[: max(0, columns - 1)]


def clock_text(seconds: float) -> str:
    """Return a duration as 0:07, 12:34 or 1:23:45."""
    minutes, second = divmod(round(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02d}:{second:02d}" if hours else f"{minute}:{second:02d}"


def _bar(done: float, length: int, cells: str) -> str:
    filled = int(done * length)
    return cells[0] * filled + cells[1] * (length - filled)


def _cells(stream: TextIO) -> str:
    try:
        "█░".encode(stream.encoding or "ascii")
    except (LookupError, UnicodeEncodeError):
        return "#."
    return "█░"


def _columns(stream: TextIO) -> int:
    with suppress(OSError, ValueError):
        return os.get_terminal_size(stream.fileno()).columns or USUAL_COLUMNS
    return USUAL_COLUMNS
