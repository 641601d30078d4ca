"""Charts of several runs, their losses and their held-out accuracies, and what a frame replaces in them."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from polycore.arrays import Floats, Integers
from polycore.figures import Curve, alternative_text
from polycore.figures.compare import accuracies_figure, losses_figure
from polycore.figures.style import Figure, with_axes

HEIGHT = 320

Name = Literal["accuracy", "loss"]
NAMES: tuple[Name, ...] = get_args(Name)


@dataclass(frozen=True, eq=False)
class Curves:
    """The curves of a run: its losses in nats and its held-out accuracies as shares, (S,) both, over `x`."""

    name: str
    x: Floats | Integers
    losses: Floats
    accuracies: Floats


@dataclass(frozen=True, eq=False)
class Charts:
    """A chart of the losses and one of the accuracies.

    over: the title of the x axis.
    best_possible: an accuracy, as a share, that is shown as a line; None for no line.
    """

    runs: Sequence[Curves]
    over: str
    best_possible: float | None

    def figures(self) -> Mapping[Name, Figure]:
        """Return both charts."""
        return {name: self.figure(name) for name in NAMES}

    def figure(self, name: Name) -> Figure:
        """Return the chart of that name, of which the caption says what its height is."""
        if name == "loss":
            figure = losses_figure(self._losses, self.over)
        else:
            figure = accuracies_figure(self._accuracies, self.over, self.best_possible)
        return with_axes(figure, ("yaxis",), title=None)

    def values(self, indices: Iterable[int]) -> dict[str, Any]:
        """Return what a frame has of both charts, with the curves of the runs of these indices."""
        return {
            "curves": {str(index): _values(self.runs[index]) for index in indices},
            "loss_alt": alternative_text.losses(self._losses, self.over),
            "accuracy_alt": alternative_text.accuracies(self._accuracies, self.over, self.best_possible),
        }

    @property
    def _losses(self) -> list[Curve]:
        return [Curve(run.name, run.x, run.losses) for run in self.runs]

    @property
    def _accuracies(self) -> list[Curve]:
        return [Curve(run.name, run.x, run.accuracies) for run in self.runs]


def bindings(name: Name, indices: Iterable[int]) -> list[tuple[str, str]]:
    """Return which value of `Charts.values` each part of a chart shows; see `live.Bound`."""
    curves = [
        (f"data.{index}.{part}", value)
        for index in indices
        for part, value in (("x", f"curves.{index}.x"), *_drawn(name, f"curves.{index}.{name}"))
    ]
    return [*curves, ("layout.meta.alt", f"{name}_alt")]


def _drawn(name: Name, values: str) -> list[tuple[str, str]]:
    """Return what a curve draws of its values, those of that name in a frame."""
    if name == "loss":
        return [("y", values)]
    return [("y", f"heights.{values}"), ("customdata", values)]


def _values(run: Curves) -> dict[str, Any]:
    return {
        "x": run.x.tolist(),
        "loss": _as_json(run.losses),
        "accuracy": _as_json(100 * run.accuracies),
    }


def _as_json(numbers: Floats) -> list[float | None]:
    """Return the numbers as JSON can hold them: the loss of a run that diverges may be infinite."""
    return [number if math.isfinite(number) else None for number in numbers.tolist()]
