"""A line that tells how far a run is, drawn over itself in a terminal."""

import os
from collections import deque
from contextlib import suppress
from time import monotonic
from typing import TextIO

from polycore.formatting import percent
from polycore.training.run import Run

SPEED_SECONDS = 5.0  # over which the speed is taken: batches may grow, so that older steps tell little
LENGTHS = (30, 20, 10, 5)  # cells of the bar: few, lest it change with every digit beside it
USUAL_COLUMNS = 80  # where a terminal does not say how many it has
# what goes first where a line is too narrow
_GOING = ("speed", "held-out", "step", "loss", "left")


class ProgressBar:
    """Tells of a run on a stream: in place in a terminal, elsewhere nothing but the last line."""

    def __init__(self, stream: TextIO) -> None:
        """Draw nothing yet."""
        self._stream = stream
        self._terminal = stream.isatty()
        self._cells = _cells(stream)
        self._marks: deque[tuple[float, int]] = deque()
        self._drawn = 0

    def begin(self, run: Run) -> None:
        """Show where the run begins. Its speed counts from the next drawing: workers have to start before."""
        self._draw(run, 0.0)

    def draw(self, run: Run) -> None:
        """Show where the run is."""
        self._reach(run.step)
        self._draw(run, self._speed())

    def _draw(self, run: Run, speed: float) -> None:
        if self._terminal:
            self._replace(line(run, speed, _columns(self._stream), self._cells))

    def end(self, sentence: str) -> None:
        """Leave the sentence in place of the bar."""
        self._replace(sentence)
        self._write("\n")

    def _reach(self, step: int) -> None:
        now = monotonic()
        self._marks.append((now, step))
        while len(self._marks) > 2 and now - self._marks[1][0] >= SPEED_SECONDS:
            self._marks.popleft()

    def _speed(self) -> float:
        (then, first), (now, last) = self._marks[0], self._marks[-1]
        return (last - first) / (now - then) if now > then else 0.0

    def _replace(self, text: str) -> None:
        # spaces and a carriage return alone: they work wherever there is a terminal
        covered = text.ljust(min(self._drawn, _columns(self._stream) - 1))
        self._write(f"\r{covered}" if self._terminal else text)
        self._drawn = len(text)

    def _write(self, text: str) -> None:
        with suppress(OSError):  # the terminal was closed: the run goes on
            self._stream.write(text)
            self._stream.flush()


def line(run: Run, speed: float, columns: int, cells: str) -> str:
    """Return what a line of so many columns has room for; the last column stays free, else it would wrap.

    `speed`: steps a second, 0 where it is not known. `cells`: what the bar's done and other cells look like.
    """
    total = f"{run.experiment.steps:,}"
    done = run.step / run.experiment.steps
    words = {
        "share": f"{int(100 * done):3d} %",
        "step": f"step {run.step:>{len(total)},}/{total}",
        "loss": f"loss {run.history.loss[-1]:#.4g}",
        "held-out": f"held-out {percent(run.history.held_out_accuracy[-1], decimals=2)}",
    }
    if speed:
        words["speed"] = f"{speed:,.0f} steps/s" if speed >= 10 else f"{speed:.2g} steps/s"
        words["left"] = f"{duration((run.experiment.steps - run.step) / speed)} left"
    for going in ("nothing", *_GOING):
        words.pop(going, None)
        text = "  ".join(words.values())
        room = columns - 1 - len(text) - 2
        length = next((length for length in LENGTHS if length <= room), None)
        if length is not None:
            return f"{_bar(done, length, cells)}  {text}"
    return text[: max(0, columns - 1)]


def duration(seconds: float) -> str:
    """Return a time as 0:07, 12:34 or 1:23:45."""
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
