"""Figures that compare runs: their curves in one chart, and small maps side by side."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from polycore.arrays import Floats, Integers
from polycore.figures import alternative_text
from polycore.figures.images import regions_url
from polycore.figures.progress import accuracy_axis, accuracy_bound, accuracy_heights, accuracy_room
from polycore.figures.style import LEGEND_ABOVE, Figure, Trace, axis, escape, new_figure, scatter
from polycore.pictures.palette import CASING, DASH, DASH_DOT, DOT, LONG_DASH, LONG_DASH_DOT, PALETTE, SOLID
from polycore.polynomials.polynomial import Polynomial
from polycore.polynomials.window import Window

SMALL_MAP_SIZE = (160, 100)  # width and height in its own units; a page may scale it
SMALL_MAP_POSITIONS = 48  # points on a curve
FEW_DECADES = 50.0  # the highest loss as a multiple of the lowest


@dataclass(frozen=True)
class LineStyle:
    """The color, as #rrggbb, and the dash of a run's curves, as Plotly expects them."""

    color: str
    dash: str


# Colors that are easiest to tell apart come first (see palette.py); no two lines share a dash.
LINES = tuple(
    LineStyle(PALETTE[index].color, dash)
    for index, dash in zip(
        (0, 5, 3, 1, 4, 13), (SOLID, DASH, DOT, DASH_DOT, LONG_DASH, LONG_DASH_DOT), strict=True
    )
)


class Curve(NamedTuple):
    """A run's name, which a user may have typed, and its values: `x` and `y` (S,), S at least 1."""

    name: str
    x: Floats | Integers
    y: Floats


def losses_figure(curves: Sequence[Curve], over: str) -> Figure:
    """Return losses in nats, on a log scale.

    Parameters
    ----------
    curves
        At most as many as LINES; each has the style of its index there.
    over
        The title of the x axis.
    """
    losses = np.concatenate([curve.y for curve in curves])
    # at 1, 2 and 5 of each decade if there are few, else where Plotly sets them
    ticks = {"dtick": "D2"} if losses.max() < FEW_DECADES * losses.min() else {"nticks": 4}
    y_axis = axis("loss (nats)") | {"type": "log", "tickformat": ".5~g"} | ticks
    return _chart(_lines(curves, "%{y:.3~g} nats"), alternative_text.losses(curves, over), over, y_axis)


def accuracies_figure(curves: Sequence[Curve], over: str, best_possible: float | None) -> Figure:
    """Return held-out accuracies, drawn by `accuracy_heights`.

    Parameters
    ----------
    curves
        The accuracies, as shares.
    over
        The title of the x axis.
    best_possible
        A share too, shown as a line; None, as when the runs differ in it, for no line. There is none either
        if it hardly differs from 100 %.
    """
    heights = [Curve(curve.name, curve.x, accuracy_heights(curve.y)) for curve in curves]
    lines = _lines(heights, "%{customdata:.4~g} %")
    for line, curve in zip(lines, curves, strict=False):
        line["customdata"] = 100 * curve.y
    bound = accuracy_bound(best_possible, "best possible")
    room = {"autorangeoptions": {"include": accuracy_room(bound)}}
    y_axis = accuracy_axis("accuracy on new points, log scale of mistakes") | room
    shapes = {} if bound is None else {"shapes": [bound]}
    return _chart(lines, alternative_text.accuracies(curves, over, best_possible), over, y_axis, **shapes)


def small_map_url(
    polynomials: Sequence[Polynomial],
    x_range: tuple[float, float],
    y_range: tuple[float, float],
    probabilities: Floats,
    spans: Sequence[tuple[float, float]] = (),
) -> str:
    """Return a map as an SVG image in a data URL, 5 to 20 KB: regions, and over them the curves, if any.

    Parameters
    ----------
    probabilities
        (ny, nx, K), on a grid that is evenly spaced from edge to edge of the ranges.
    spans
        Ranges of x, one for each curve, over which it is drawn.
    """
    width, height = SMALL_MAP_SIZE
    return svg_url(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" fill="none">'
        f'<image href="{regions_url(probabilities)}" width="{width}" height="{height}" '
        f'preserveAspectRatio="none"/>{svg_curves(polynomials, (x_range, y_range), spans, 1.5)}</svg>'
    )


def svg_curves(
    polynomials: Sequence[Polynomial], window: Window, spans: Sequence[tuple[float, float]], thickness: float
) -> str:
    """Return the SVG elements of curves, over a casing of twice the thickness, on a map of SMALL_MAP_SIZE."""
    drawn = spans or [window[0]] * len(polynomials)
    paths = [_path(one, span, window) for one, span in zip(polynomials, drawn, strict=False)]
    casing = f'<path d="{" ".join(paths)}" stroke="{CASING}" stroke-width="{2 * thickness:g}"/>'
    return casing + "".join(
        f'<path d="{path}" stroke="{PALETTE[label].color}" stroke-width="{thickness}" '
        f'stroke-dasharray="{svg_dash(PALETTE[label].dash)}"/>'
        for label, path in enumerate(paths)
    )


def line_url(index: int) -> str:
    """Return a sample of the line LINES[index] as an image in a data URL, 44 by 16 pixels."""
    line = LINES[index]
    return svg_url(
        f'<svg xmlns="http://www.w3.org/2000/svg" width="44" height="16"><path d="M0 8H44" '
        f'stroke="{line.color}" stroke-width="3" stroke-dasharray="{svg_dash(line.dash)}"/></svg>'
    )


def svg_url(svg: str) -> str:
    """Return an SVG document in a data URL."""
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode("ascii")


def svg_dash(dash: str) -> str:
    """Return a dash of the palette as SVG writes it."""
    return "none" if dash == SOLID else dash.replace("px", "")


def _lines(curves: Sequence[Curve], hover: str) -> list[Trace]:
    return [
        scatter(
            x=curve.x,
            y=curve.y,
            mode="lines",
            name=escape(curve.name),
            line={"color": style.color, "dash": style.dash, "width": 2},
            hovertemplate=f"%{{x:.6~g}}: {hover}",
        )
        for curve, style in zip(curves, LINES, strict=False)
    ]


def _chart(lines: list[Trace], alt: str, over: str, y_axis: dict[str, Any], **more: Any) -> Figure:
    x_axis = axis(over) | {"rangemode": "tozero"}
    return new_figure(lines, alt, xaxis=x_axis, yaxis=y_axis, legend=LEGEND_ABOVE, **more)


def _path(polynomial: Polynomial, span: tuple[float, float], window: Window) -> str:
    width, height = SMALL_MAP_SIZE
    (left, right), (low, high) = window
    x = np.linspace(*span, SMALL_MAP_POSITIONS)
    y, across = polynomial(x), width * (x - left) / (right - left)
    # beyond the picture it does not matter how far a steep curve goes
    down = height * (1 - np.clip((y - low) / (high - low), -1, 2))
    return "M" + " ".join(f"{x:.1f},{y:.1f}" for x, y in zip(across, down, strict=True))
