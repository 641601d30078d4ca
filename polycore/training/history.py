"""The measurements of a run over its steps, thinned evenly so that they never exceed a bound."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

MOST = 400  # entries: a chart would not show more, and each is sent to the browser


def _no_steps() -> NDArray[np.int64]:
    return np.empty(0, dtype=np.int64)


def _no_figures() -> NDArray[np.float64]:
    return np.empty(0)


@dataclass(frozen=True, eq=False)
class History:
    """Arrays of equal length with one entry per recorded step, measured on the weights of that step.

    `every`: steps between two entries. At the bound it doubles and every other entry is dropped.
    `loss` in nats on the training set, `accuracy` and `held_out_accuracy` as shares.
    """

    every: int
    step: NDArray[np.int64] = field(default_factory=_no_steps)
    loss: NDArray[np.float64] = field(default_factory=_no_figures)
    accuracy: NDArray[np.float64] = field(default_factory=_no_figures)
    held_out_accuracy: NDArray[np.float64] = field(default_factory=_no_figures)

    def appended(self, step: int, loss: float, accuracy: float, held_out_accuracy: float) -> "History":
        """Return the history with one more entry, thinned if it would exceed the bound."""
        longer = History(
            every=self.every,
            step=np.append(self.step, step),
            loss=np.append(self.loss, loss),
            accuracy=np.append(self.accuracy, accuracy),
            held_out_accuracy=np.append(self.held_out_accuracy, held_out_accuracy),
        )
        # once is enough, unless a run file has an `every` below the steps between its entries
        while len(longer.step) > MOST:
            longer = longer._thinned()
        return longer

    def to_csv(self) -> str:
        """Return a header line and one line per entry, every number with all its digits."""
        columns = (self.step, self.loss, self.accuracy, self.held_out_accuracy)
        rows = zip(*(column.tolist() for column in columns), strict=True)
        return "".join(
            [
                "step,loss_nats,accuracy,held_out_accuracy\n",
                *(f"{','.join(map(repr, row))}\n" for row in rows),
            ]
        )

    def _thinned(self) -> "History":
        every = 2 * self.every
        kept = self.step % every == 0
        return History(
            every=every,
            step=self.step[kept],
            loss=self.loss[kept],
            accuracy=self.accuracy[kept],
            held_out_accuracy=self.held_out_accuracy[kept],
        )
