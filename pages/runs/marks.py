"""What a run has reached after each chunk, thinned out evenly so that a long run needs no more memory."""

from typing import NamedTuple

from polycore import Run

MOST_MARKS = 400


class Mark(NamedTuple):
    """The state of a run at the end of a chunk.

    seconds: computing time of the workers so far.
    best_loss: the lowest so far, in nats. held_out_accuracy: the latest measured, as a share.
    """

    seconds: float
    step: int
    best_loss: float
    held_out_accuracy: float


def mark_of(run: Run, seconds: float) -> Mark:
    """Return the mark of `run`, for which workers have computed that long."""
    return Mark(seconds, run.step, run.best_loss, float(run.history.held_out_accuracy[-1]))


class Marks:
    """A bounded list of marks: when full, every other one goes, and later ones are kept half as often."""

    def __init__(self, first: Mark) -> None:
        self.all: tuple[Mark, ...] = (first,)
        self._thinned: tuple[Mark, ...] = self.all
        self._every = 1
        self._count = 1

    def add(self, mark: Mark) -> None:
        """Add the mark of the latest chunk."""
        if self._count % self._every == 0:
            self._thinned = (*self._thinned, mark)
        if len(self._thinned) == MOST_MARKS:
            self._thinned = self._thinned[::2]
            self._every *= 2
        self._count += 1
        self.all = self._thinned if self._thinned[-1] is mark else (*self._thinned, mark)
