"""Input features: the numbers that a network's first layer gets for a point (x, y).

To add one, add an entry to FEATURES, and one to the table of polycore/web/network.js: pages, links, files and
programs read them.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from polycore.arrays import Floats
from polycore.polynomials.polynomial import Polynomial


@dataclass(frozen=True)
class Feature:
    """A number that is computed for a point.

    Attributes
    ----------
    name
        In experiments, links and files.
    label
        On pages.
    value
        Of arrays of x and y, of any shape.
    program
        The same as a NumPy expression in `x` and `y`.
    """

    name: str
    label: str
    value: Callable[[Floats, Floats], Floats]
    program: str


_ALL = (
    Feature("x", "x", lambda x, _: x, "x"),
    Feature("y", "y", lambda _, y: y, "y"),
    Feature("x2", "x²", lambda x, _: x * x, "x * x"),
    Feature("x3", "x³", lambda x, _: x * x * x, "x * x * x"),
    Feature("x4", "x⁴", lambda x, _: x * x * x * x, "x * x * x * x"),
    Feature("y2", "y²", lambda _, y: y * y, "y * y"),
    Feature("xy", "xy", lambda x, y: x * y, "x * y"),
    Feature("sin", "sin πx", lambda x, _: np.asarray(np.sin(np.pi * x)), "np.sin(np.pi * x)"),
)

# in the order of a network's inputs
FEATURES: Mapping[str, Feature] = MappingProxyType({one.name: one for one in _ALL})
PLAIN = ("x", "y")
DISTANCES = "distances"  # for each curve of the classes, the vertical distance to it: y - p(x)
DISTANCES_LABEL = "y − p(x)"
NAMES = (*FEATURES, DISTANCES)
MOST_X = 1e15  # with other inputs than x and y: its powers, and polynomials of it, times weights stay finite


@dataclass(frozen=True)
class Inputs:
    """The inputs of a network.

    Attributes
    ----------
    names
        Of its features, in the order of NAMES.
    curves
        Whose distances are inputs; () without DISTANCES.
    """

    names: tuple[str, ...] = PLAIN
    curves: tuple[Polynomial, ...] = ()

    @classmethod
    def of_classes(cls, names: tuple[str, ...], polynomials: Sequence[Polynomial]) -> "Inputs":
        """Return the inputs of a network whose classes are these polynomials."""
        return cls(names, tuple(polynomials) if DISTANCES in names else ())

    @property
    def is_plain(self) -> bool:
        """Whether they are x and y as they are."""
        return self.names == PLAIN

    @property
    def labels(self) -> tuple[str, ...]:
        """A short label for each input, such as x² or y − p0."""
        distances = (f"y − p{index}" for index in range(len(self.curves)))
        return (*(FEATURES[name].label for name in self.names if name in FEATURES), *distances)

    def __len__(self) -> int:
        return input_count(self.names, len(self.curves))

    def columns(self, x: Floats, y: Floats) -> list[Floats]:
        """Return each input, shaped as x and y."""
        values = [FEATURES[name].value(x, y) for name in self.names if name in FEATURES]
        return [*values, *(y - curve(x) for curve in self.curves)]

    def of(self, points: Floats) -> Floats:
        """Return the inputs (N, n) of points (N, 2)."""
        return points if self.is_plain else np.stack(self.columns(points[:, 0], points[:, 1]), axis=1)


PLAIN_INPUTS = Inputs()


def input_count(names: Sequence[str], classes: int) -> int:
    """Return how many inputs these features are, in a network of so many classes."""
    return len(names) + (classes - 1 if DISTANCES in names else 0)


def in_order(names: Collection[object]) -> tuple[str, ...] | None:
    """Return names of features in their order; None unless there are some, known and different."""
    if not all(isinstance(name, str) for name in names):
        return None
    known = tuple(name for name in NAMES if name in names)
    return known if known and len(known) == len(names) else None


def label_of(name: str) -> str:
    """Return the label of a feature: x², or y − p(x) for the distances."""
    return FEATURES[name].label if name in FEATURES else DISTANCES_LABEL


def without_distances(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the features for points that lie on no known curves: y in place of the distances to them."""
    if DISTANCES not in names:
        return names
    return in_order({*names, "y"} - {DISTANCES}) or PLAIN
