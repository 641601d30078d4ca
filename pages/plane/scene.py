"""Scene: what maps of the plane show besides a network's answers: the classes, their curves, the window."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache

from polycore import Experiment, PointSet, Polynomial
from polycore.class_name import ClassName
from polycore.figures import plane_range
from polycore.formatting import number_text
from polycore.points.fitting import Fit, fit_polynomials
from polycore.points.point_set import PLAIN_AXES, Axes
from polycore.polynomials.classes import Classes, curves_of
from polycore.polynomials.window import Window

MAX_NAME = 60  # characters: a polynomial from a file may have thousands


@dataclass(frozen=True)
class Scene:
    """The plane of some classes.

    classes: what stands for each: polynomials, or names of the user's own.
    curves: the polynomials that the points of the classes lie on, in their order; () if they are not known.
    window: the ranges of x and y that maps show.
    axes: what x and y are called.
    spans: for each class the range of x over which its curve is drawn; () for the whole window.
    """

    classes: tuple[Polynomial, ...] | tuple[ClassName, ...]
    curves: tuple[Polynomial, ...]
    window: Window
    spans: tuple[tuple[float, float], ...] = ()
    axes: Axes = PLAIN_AXES

    @property
    def x_range(self) -> tuple[float, float]:
        """The range of x."""
        return self.window[0]

    def span(self, label: int) -> tuple[float, float]:
        """Return the range of x over which the curve of a class is drawn."""
        return self.spans[label] if self.spans else self.x_range

    def point_text(self, x: float, y: float, written: Callable[[str], str]) -> str:
        """Return a point by the names of the axes; `written` escapes them, for a table may have any."""
        across, up = map(written, self.axes)
        return f"{across} = {number_text(x, 6)}, {up} = {number_text(y, 6)}"


@lru_cache(maxsize=64)
def of_polynomials(polynomials: tuple[Polynomial, ...], x_range: tuple[float, float]) -> Scene:
    """Return the scene of polynomials over a range of x."""
    return Scene(polynomials, polynomials, (x_range, plane_range(polynomials, x_range)))


def scene_of(experiment: Experiment) -> Scene:
    """Return the scene of the points that an experiment trains on.

    The user's own points have curves if a polynomial fits each class.
    """
    if experiment.data is None:
        return of_polynomials(experiment.polynomials, experiment.x_range)
    # equal sets may have axes of different names
    return replace(_of_points(experiment.data), axes=experiment.data.axes)


@lru_cache(maxsize=16)
def _of_points(data: PointSet) -> Scene:
    spans = tuple(
        (float(x.min()), float(x.max()))
        for x in (data.points[data.labels == label, 0] for label in range(data.class_count))
    )
    return Scene(data.names, fit_of(data).polynomials or (), data.window, spans)


@lru_cache(maxsize=16)
def fit_of(data: PointSet) -> Fit:
    """Return the polynomials that the classes of these points lie on."""
    return fit_polynomials(data)


def class_name(classes: Classes, label: int) -> str:
    """Return the name of a class, such as "p3 = x²", or its own; "class 3" if it is unknown."""
    if not classes:
        return f"class {label}"
    name = shortened(classes[label].typeset)
    return f"p{label} = {name}" if curves_of(classes) else name


def short_name(classes: Classes, label: int) -> str:
    """Return the shortest name of a class: p3 of a polynomial, or its own; "class 3" if it is unknown."""
    if not classes:
        return f"class {label}"
    return f"p{label}" if curves_of(classes) else shortened(str(classes[label]))


def shortened(text: str) -> str:
    """Return the text of a polynomial, cut if it is longer than MAX_NAME."""
    return text if len(text) <= MAX_NAME else f"{text[: MAX_NAME - 1]}…"
