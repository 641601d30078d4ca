"""The measurements of a run over its steps, thinned evenly so that they never exceed a bound."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from polycore.arrays import Floats, evenly
from polycore.formatting import counted
from polycore.network.kernels import Kernels
from polycore.training.task import Task

MOST = 400  # entries: a chart would not show more, and each is sent to the browser


@dataclass(frozen=True, eq=False, repr=False)
class History:
    """Arrays of equal length with one entry per recorded step, measured on the weights of that step.

    Attributes
    ----------
    every
        Steps between two entries, counted from the first one. At the bound it doubles and every other entry
        is dropped.
    loss
        In nats, on the training set.
    accuracy
        As shares, on the training set.
    held_out_accuracy
        As shares, on held-out points.
    """

    every: int
    step: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    loss: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))
    accuracy: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))
    held_out_accuracy: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))

    def __repr__(self) -> str:
        """The number of entries and their steps: there may be thousands."""
        if not len(self.step):
            return "<History: no entries>"
        entries = counted(len(self.step), "entry", "entries")
        return f"<History: {entries}, steps {self.step[0]:,} to {self.step[-1]:,}>"

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
            longer = replace(longer, every=2 * longer.every).regular
        return longer

    @property
    def regular(self) -> "History":
        """The entries that are `every` steps apart, without others between them."""
        kept = (self.step - self.step[0]) % self.every == 0
        return History(
            every=self.every,
            step=self.step[kept],
            loss=self.loss[kept],
            accuracy=self.accuracy[kept],
            held_out_accuracy=self.held_out_accuracy[kept],
        )

    @classmethod
    def joined(cls, parts: "Sequence[History]") -> "History":
        """Return the entries of one history after another; if they are too many, some evenly spaced ones.

        `every` is the last one's. A single history is returned as it is.
        """
        if len(parts) == 1:
            return parts[0]
        columns = {
            name: np.concatenate([getattr(part, name) for part in parts])
            for name in ("step", "loss", "accuracy", "held_out_accuracy")
        }
        chosen = evenly(len(columns["step"]), MOST)
        return cls(parts[-1].every, **{name: column[chosen] for name, column in columns.items()})

    def to_csv(self) -> str:
        """Return a header line and one line per entry, every number with all its digits.

        For a run that continued, `polycore.training.leg.history_csv` also has the training before.
        """
        columns = (self.step, self.loss, self.accuracy, self.held_out_accuracy)
        rows = zip(*(column.tolist() for column in columns), strict=True)
        return "".join(
            [
                "step,loss_nats,accuracy,held_out_accuracy\n",
                *(f"{','.join(map(repr, row))}\n" for row in rows),
            ]
        )


@dataclass(frozen=True)
class Measurement:
    """Losses in nats and accuracies as shares, all computed in float64."""

    loss: float
    accuracy: float
    held_out_loss: float
    held_out_accuracy: float

    def appended_to(self, history: History, step: int) -> History:
        """Return the history with these values of `step` as its last entry."""
        return history.appended(step, self.loss, self.accuracy, self.held_out_accuracy)


def measure(parameters: Floats, task: Task, kernels: Kernels) -> Measurement:
    """Return the losses and accuracies of the parameters."""
    return Measurement(
        *kernels.loss_and_accuracy(parameters, task.training),
        *kernels.loss_and_accuracy(parameters, task.held_out),
    )
