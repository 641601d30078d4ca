"""Figures of the plane: curves, samples, and a network's map."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from polycore.arrays import Floats, Integers, evenly, grid_points
from polycore.checks import check_type, checked_range
from polycore.figures import alternative_text
from polycore.figures.images import regions_url
from polycore.figures.style import (
    GRAY,
    HOVER,
    MAX_MARKERS,
    TRANSPARENT,
    ZERO_LINE,
    Figure,
    Trace,
    axis,
    escape,
    extended,
    name_of_curve,
    new_figure,
    scatter,
    short_name,
    with_axes,
    with_layout,
    without,
)
from polycore.formatting import counted, number_text
from polycore.model.model import Model
from polycore.pictures.palette import CASING, DARK_PAGE, LIGHT_PAGE, PALETTE
from polycore.points.point_set import PLAIN_AXES, Axes
from polycore.polynomials.classes import Classes, curves_of
from polycore.polynomials.polynomial import Polynomial
from polycore.polynomials.window import cut_off, plane_range, shown_range

MAP_POSITIONS = 120
SMOOTH = {"simplify": False}  # else Plotly leaves out points, and a curve has corners
MOVES = {"moves": True}  # the meta of circles that frames of a live figure move, and whose number stays
DOT_SIZE, DENSEST = 4, 128  # pixels at a density of 1, one more for each doubling up to the other
LAYER_MARKERS = 500  # in each layer: a map may be redrawn several times a second
# x is left of the axis: then Plotly lets the legend use the width of the axis labels too.
LEGEND_BELOW = {
    "orientation": "h",
    "x": -0.01,
    "y": -0.15,
    "yanchor": "top",
    "maxheight": 0.45,
    "font": {"size": 12},
    "bgcolor": TRANSPARENT,
}
MAP_COLUMNS, MAP_ROWS = 120, 90
LEFT_OUT = "left_out"  # in the figure's meta: what it says is outside its axes
MOST_NAMED = 2  # curves, on a line of a phone
MARGIN_ABOVE, NOTE_HEIGHT, NOTE_SIZE = 8, 16, 12  # pixels


def curves_figure(
    polynomials: Sequence[Polynomial],
    x_range: tuple[float, float],
    positions: int = 100,
    y_range: tuple[float, float] | None = None,
) -> Figure:
    """Return the curves over `x_range`, each through `positions` points, with axes through the origin.

    `y_range` is the lowest and the highest y of the figure; by default, `plane_range`. A line above the axes
    says which curves are partly out of view.
    """
    if y_range is None:
        y_range = plane_range(polynomials, x_range)
    lines = _curves(polynomials, np.linspace(*x_range, positions), polynomials)
    figure = new_figure(
        lines,
        alternative_text.curves(polynomials, x_range, y_range),
        **_plane(x_range, y_range, [polynomial.coefficients for polynomial in polynomials]),
    )
    return _saying(figure, _cut_off([line["y"] for line in lines], y_range))


def samples_figure(points: Floats, labels: Integers, polynomials: Classes, axes: Axes = PLAIN_AXES) -> Figure:
    """Return samples as markers of their classes.

    At most 3000 markers are drawn, at most 3000 / K of each class, evenly spaced from first to last.

    Parameters
    ----------
    points
        (N, 2), N at least 1.
    labels
        (N,).
    axes
        What x and y are called.
    """
    y_range = shown_range([points[labels == label, 1] for label in np.unique(labels)])
    figure = new_figure(
        _samples(points, labels, polynomials),
        alternative_text.samples(points, labels, polynomials),
        **_plane(None, y_range, points[:, 0].min(), points[:, 0].max(), axes=axes),
    )
    return _saying(figure, _outside(points, None, y_range))


def map_figure(
    polynomials: Classes,
    x: Floats,
    y: Floats,
    probabilities: Floats,
    curves: Sequence[Polynomial] | None = None,
    spans: Sequence[tuple[float, float]] = (),
    axes: Axes = PLAIN_AXES,
) -> Figure:
    """Return the plane in the color of the most likely class at each point, with the true curves over it.

    The less confident the network is, the more transparent the color.

    Parameters
    ----------
    polynomials
        The classes: polynomials, or names.
    x, y
        (nx,) and (ny,), evenly spaced, at least two each; they span the axes.
    probabilities
        (ny, nx, K).
    curves
        If the classes are names, their curves, or () for none.
    spans
        Ranges of x, one for each curve, over which it is drawn.
    axes
        What x and y are called.
    """
    known = curves_of(polynomials) if curves is None else curves
    lines = _curves(polynomials, np.linspace(x[0], x[-1], MAP_POSITIONS), known, spans)
    casing = [_casing(lines)] if known else []
    image = _placed(x, y) | {"source": regions_url(probabilities)}
    figure = new_figure(
        [*casing, *lines],
        alternative_text.plane_map(polynomials, x, y, probabilities),
        **_plane((x[0], x[-1]), (y[0], y[-1]), axes=axes),
        images=[image],
    )
    # curves that were fitted to points are extended through the plane: only their points count
    cut = _cut_off([line["y"] for line in lines], (y[0], y[-1])) if curves_of(polynomials) else None
    return _saying(with_axes(figure, showgrid=False), cut)


def map_of(
    model: Model, x_range: tuple[float, float] | None = None, y_range: tuple[float, float] | None = None
) -> Figure:
    """Return the map of a model, with the true curves over it if its classes are polynomials.

    Parameters
    ----------
    x_range, y_range
        The part of the plane. By default it has the points that trained the model, if its metadata say which
        they were, or else -1 to 1 and what shows the curves.

    Raises
    ------
    PolycoreError
        Unless `model` is a Model, and if a range is not valid.
    """
    check_type("model", model, Model, "For a run, give run.best or run.current.")
    known_x, known_y = model.shown_window
    across = checked_range("x_range", known_x if x_range is None else x_range)
    if y_range is None:
        y_range = plane_range(model.polynomials, across) if model.polynomials else known_y
    x = np.linspace(*across, MAP_COLUMNS)
    y = np.linspace(*checked_range("y_range", y_range), MAP_ROWS)
    probabilities = model.predict_proba(grid_points(x, y)).reshape(MAP_ROWS, MAP_COLUMNS, -1)
    return map_figure(model.named_classes, x, y, probabilities, axes=model.axes)


class DrawnLayer(NamedTuple):
    """Traces to put on a figure of the plane, as in Plotly's JSON; a clause for its alternative text."""

    traces: tuple[dict[str, Any], ...]
    clause: str


def with_layers(figure: Figure, layers: Sequence[DrawnLayer]) -> Figure:
    """Return a copy of a figure of the plane with `layers` on it, the first one lowest."""
    traces = [trace for layer in layers for trace in layer.traces]
    return extended(figure, traces, "; ".join(layer.clause for layer in layers))


def with_point(figure: Figure, x: float, y: float) -> Figure:
    """Return a copy of a figure of the plane in which the point (x, y) is marked."""
    return with_layers(figure, [point_layer(x, y)])


def with_samples(figure: Figure, points: Floats, labels: Integers, polynomials: Classes) -> Figure:
    """Return a copy of a figure of the plane with samples on it, drawn as in `samples_figure`."""
    layered = with_layers(figure, [samples_layer(points, labels, polynomials)])
    ranges = (figure["layout"][name].get("range") for name in ("xaxis", "yaxis"))
    return _saying(layered, _outside(points, *ranges))


def with_unlabelled_points(figure: Figure, points: Floats) -> Figure:
    """Return a copy of a figure of the plane with `points` (N, 2) on it; at most 3000 are drawn."""
    marker = {"symbol": "circle-open", "size": 7, "color": GRAY, "line": {"width": 1.5}}
    trace = _markers(points[evenly(len(points), MAX_MARKERS)], "point", marker)
    return extended(
        figure,
        [trace],
        counted(len(points), "point without a class is shown", "points without a class are shown"),
    )


def showing_all(figure: Figure) -> Figure:
    """Return a copy of a figure of the plane whose axes show all that is drawn, wherever it lies."""
    return with_axes(without_left_out(figure), range=None, autorange=True)


def without_left_out(figure: Figure) -> Figure:
    """Return a copy of a figure of the plane that does not say what lies outside its axes."""
    layout = without(figure["layout"], "annotations")
    meta = dict(layout["meta"])
    for clause in meta.pop(LEFT_OUT, ()):
        meta["alt"] = meta["alt"].replace(f"; {clause}", "")
    return figure | {"layout": layout | {"meta": meta, "margin": layout["margin"] | {"t": MARGIN_ABOVE}}}


def point_layer(x: float, y: float) -> DrawnLayer:
    """Return a mark at the point (x, y)."""
    edge = {"color": DARK_PAGE, "width": 3}
    marker = {"symbol": "circle", "size": 13, "color": LIGHT_PAGE, "line": edge}
    trace = _markers(np.array([[x, y]]), "point", marker)
    return DrawnLayer((trace,), f"the point ({x:.3g}, {y:.3g}) is marked")


def samples_layer(points: Floats, labels: Integers, polynomials: Classes) -> DrawnLayer:
    """Return samples, drawn as in `samples_figure`."""
    return DrawnLayer(
        tuple(_samples(points, labels, polynomials)),
        counted(len(points), "sample is shown", "samples are shown"),
    )


def mistakes_layer(points: Floats, labels: Integers, answers: Integers, classes: Classes = ()) -> DrawnLayer:
    """Return crosses, in no class's color, at wrongly answered points; at most 500 are drawn.

    Parameters
    ----------
    points
        (M, 2).
    labels, answers
        (M,).
    classes
        The names of the classes, if they are not polynomials.
    """
    shown = evenly(len(points), LAYER_MARKERS)
    pairs = zip(labels[shown].tolist(), answers[shown].tolist(), strict=True)
    if classes and not curves_of(classes):
        names = [short_name(name) for name in classes]
        hover_texts = [f"{names[label]}, answered with {names[answer]}" for label, answer in pairs]
    else:
        hover_texts = [f"on p{label}, answered with p{answer}" for label, answer in pairs]
    clause = counted(len(points), "wrong answer is marked by a cross", "wrong answers are marked by crosses")
    return DrawnLayer((_annotated_markers(points[shown], hover_texts, "x", 7),), clause)


def next_points_layer(points: Floats, density: Floats) -> DrawnLayer:
    """Return dots, in no class's color, that show how dense the points of the next step are.

    Where many dots lie on each other, one sees that by their size: it grows with the density.

    Parameters
    ----------
    points
        (N, 2), as dense as those of the next step.
    density
        (N,), there; 1 is the mean.
    """
    sizes = (DOT_SIZE + np.log2(np.clip(density, 1, DENSEST))).round(1).tolist()
    marker = {
        "symbol": "circle",
        "size": sizes,
        "color": LIGHT_PAGE,
        "line": {"color": DARK_PAGE, "width": 1},
    }
    trace = without_hover(_markers(points, "", marker)) | {"meta": MOVES}
    return DrawnLayer((trace,), f"{len(points):,} dots show where the next points are drawn")


def crossings_layer(points: Floats, names: Sequence[str]) -> DrawnLayer:
    """Return diamonds at the points (C, 2) where curves meet; at most 500 are drawn.

    `meta["snap"]` of the trace lets the live figure treat a click near a diamond as a click on it.

    Parameters
    ----------
    names
        Which curves meet at each point, such as "p0 & p3".
    """
    shown = evenly(len(points), LAYER_MARKERS)
    hover_texts = [f"{escape(names[index])} meet" for index in shown.tolist()]
    trace = _annotated_markers(points[shown], hover_texts, "diamond", 8) | {"meta": {"snap": True}}
    clause = counted(len(points), "crossing is marked by a diamond", "crossings are marked by diamonds")
    return DrawnLayer((trace,), clause)


def _annotated_markers(points: Floats, hover_texts: Sequence[str], symbol: str, size: int) -> Trace:
    """Return markers with a hover text each, in both pages' colors, which stand out from every region."""
    marker = {"symbol": symbol, "size": size, "color": LIGHT_PAGE, "line": {"color": DARK_PAGE, "width": 1.5}}
    hover = {"hovertext": hover_texts, "hovertemplate": f"{HOVER}<br>%{{hovertext}}<extra></extra>"}
    return _markers(points, "", marker) | hover


def _plane(
    x_range: tuple[float, float] | None,
    y_range: tuple[float, float],
    *shown: object,
    axes: Axes = PLAIN_AXES,
) -> dict[str, object]:
    """Return the layout of the plane: its axes, on which a zoom stays as long as they and `shown` do.

    Plotly compares each end of an axis by itself: without this, a figure of other curves would keep those
    ends of an earlier zoom that happen to be equal, and cut the new curves off there.
    """
    origin = {"zeroline": True, "zerolinecolor": ZERO_LINE, "zerolinewidth": 1.5}
    origin["uirevision"] = repr((x_range, y_range, shown))
    return {
        "xaxis": axis(escape(axes[0])) | origin | ({"range": [*x_range]} if x_range else {}),
        "yaxis": axis(escape(axes[1])) | origin | {"range": [*y_range]},
        "showlegend": True,
        "legend": LEGEND_BELOW,
    }


def _saying(figure: Figure, left_out: str | None) -> Figure:
    """Return the figure with a line above it that says what lies outside its axes, if anything does."""
    if left_out is None:
        return figure
    layout = figure["layout"]
    clauses = [*layout["meta"].get(LEFT_OUT, ()), left_out]
    note = {
        "text": "<br>".join(clause[0].upper() + clause[1:] for clause in clauses),
        "showarrow": False,
        "align": "left",
        "font": {"size": NOTE_SIZE},
        "xref": "paper",
        "x": 0,
        "xanchor": "left",
        "yref": "paper",
        "y": 1,
        "yanchor": "bottom",
    }
    alt = alternative_text.extended(layout["meta"]["alt"], left_out)
    return with_layout(
        figure,
        annotations=[note],
        margin=layout["margin"] | {"t": MARGIN_ABOVE + NOTE_HEIGHT * len(clauses)},
        meta=layout["meta"] | {"alt": alt, LEFT_OUT: clauses},
    )


def _cut_off(curves: Sequence[Floats], y_range: tuple[float, float]) -> str | None:
    """Say which curves, given by their y, leave the range, and how far they go; None if none does."""
    cut = cut_off(curves, y_range)
    if not cut:
        return None
    names = [f"p{index}" for index in cut[:MOST_NAMED]]
    if len(cut) > MOST_NAMED:
        names.append(f"{len(cut) - MOST_NAMED} more")
    listed = " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
    lowest, highest = (
        number_text(float(end), 3)
        for end in (min(curves[index].min() for index in cut), max(curves[index].max() for index in cut))
    )
    return f"partly out of view: {listed} (y from {lowest} to {highest})"


def _outside(points: Floats, x_range: Sequence[float] | None, y_range: Sequence[float] | None) -> str | None:
    """Say how many of the points are outside the ranges, None for no limit; None if all are inside."""
    outside = np.zeros(len(points), dtype=bool)
    for values, ends in zip(points.T, (x_range, y_range), strict=True):
        if ends is not None:
            outside |= (values < ends[0]) | (values > ends[1])
    if not outside.any():
        return None
    return f"outside: {outside.sum():,} of {counted(len(points), 'sample')}"


def _placed(x: Floats, y: Floats) -> dict[str, object]:
    width, height = x[1] - x[0], y[1] - y[0]  # of a pixel; the network is evaluated at its center
    return {
        "xref": "x",
        "yref": "y",
        "x": x[0] - width / 2,
        "y": y[-1] + height / 2,
        "sizex": width * len(x),
        "sizey": height * len(y),
        "sizing": "stretch",
        "layer": "below",
    }


def _curves(
    polynomials: Classes,
    x: Floats,
    curves: Sequence[Polynomial],
    spans: Sequence[tuple[float, float]] = (),
) -> list[Trace]:
    return [
        {
            "type": "scatter",
            **(_curve(curves[label], x, spans[label] if spans else None) if curves else _NO_CURVE),
            "mode": "lines",
            "name": name_of_curve(label, polynomial),
            "meta": {"curve": label},
            "line": {"color": PALETTE[label].color, "dash": PALETTE[label].dash, "width": 2.5} | SMOOTH,
            "hovertemplate": HOVER,
        }
        for label, polynomial in enumerate(polynomials)
    ]


def _curve(polynomial: Polynomial, x: Floats, span: tuple[float, float] | None) -> Trace:
    if span is not None:
        low, high = span
        x = np.concatenate([[low], x[(x > low) & (x < high)], [high]])
    return {"x": x, "y": polynomial(x)}


_NO_CURVE: Trace = {"x": [None], "y": [None]}  # a class without one is in the legend too


def _casing(curves: Sequence[Trace]) -> Trace:
    """Return one pale trace beneath all curves, so that each can be seen over a region of its own color."""
    x = np.concatenate([[*curve["x"], np.nan] for curve in curves])
    y = np.concatenate([[*curve["y"], np.nan] for curve in curves])
    line = {"color": CASING, "width": 5} | SMOOTH
    look = {"type": "scatter", "mode": "lines", "line": line, "hoverinfo": "skip", "showlegend": False}
    return look | {"x": x, "y": y, "meta": {"casings": len(curves)}}


def _samples(points: Floats, labels: Integers, polynomials: Classes) -> list[Trace]:
    limit = MAX_MARKERS // len(polynomials)
    traces = []
    for label, polynomial in enumerate(polynomials):
        of_class = points[labels == label]
        marker = {"color": PALETTE[label].color, "symbol": PALETTE[label].symbol, "size": 6}
        name, shown = name_of_curve(label, polynomial), of_class[evenly(len(of_class), limit)]
        traces.append(_markers(shown, name, marker) | {"meta": {"curve": label}})
    return traces


def _markers(points: Floats, name: str, marker: dict[str, object]) -> Trace:
    x, y = points.T
    return scatter(x=x, y=y, mode="markers", name=name, marker=marker, hovertemplate=HOVER)


def without_hover(trace: Trace) -> Trace:
    """Return a trace that shows nothing under the pointer."""
    return without(trace, "hovertemplate") | {"hoverinfo": "skip"}
