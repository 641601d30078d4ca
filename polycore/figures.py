"""Figures: arrays to Plotly figures, for light and dark pages alike.

Every figure has a transparent background and leaves the font's colour and its own height to the host; for a
plane with K polynomials 400 + 10 K pixels leave room for the legend on a phone too. Its `layout.uirevision`
never changes, so that Plotly.react keeps a zoom, and `layout.meta["alt"]` is its alternative text.

Polynomials (24 at most) and arrays are taken as already checked. A class has the look of its place in
`polynomials`; labels are such places, from 0 on.
"""

import base64
import html
from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from polycore import alternative_text
from polycore.alternative_text import percent
from polycore.palette import DARK_PAGE, LIGHT_PAGE, PALETTE
from polycore.png import rgba_png
from polycore.polynomial import Polynomial

Floats = NDArray[np.floating]
Integers = NDArray[np.integer]

MAX_MARKERS = 3000  # more cost the browser time and only cover each other
MAX_PRINTED = 26  # characters of a polynomial: two columns of a legend on a phone

MAP_POSITIONS = 120
RANGE_POSITIONS = 201  # odd, so that the middle of the range is looked at
SIZES_SHOWN = 2.5  # times as far as the middling curve
MARGIN = 0.06

REGION_OPACITY = 0.72
REGION_LEVELS = 24  # of confidence: as many as the eye can tell, and they halve the image
DIFFERENCE_PIXELS = 4  # of the image for each place, so that stripes are finer than places
STRIPES = 8  # pixels from one to the next of the same colour
PALE_OPACITY = 0.14  # a region's own hue is still seen, and every stripe stands out from it

GRAY, GRID, ZERO_LINE = "rgb(128, 128, 128)", "rgba(128, 128, 128, 0.18)", "rgba(128, 128, 128, 0.75)"
TRANSPARENT = "rgba(0, 0, 0, 0)"
CASING = "rgba(255, 255, 255, 0.6)"
TRAINING_COLOR, BEST_COLOR, HELD_OUT_COLOR = PALETTE[0].color, PALETTE[1].color, PALETTE[5].color
_COLORS = np.array([look.rgb for look in PALETTE], dtype=np.uint8)
# The page's own text is on these, so most of the page shows through them.
RIGHT_COLOR, FEWEST_COLOR, MOST_COLOR = GRID, "rgba(211, 83, 67, 0.2)", "rgba(211, 83, 67, 0.6)"

HOVER = "(%{x:.3~g}, %{y:.3~g})"  # the trace's name stands beside it
STEP_HOVER = "step %{x}: %{y:.3~g}"


def escape(text: str) -> str:
    """Return `text` such that Plotly, which reads tags in names and labels, shows it as it is."""
    return html.escape(text, quote=False)


def plane_range(polynomials: Sequence[Polynomial], x_range: tuple[float, float]) -> tuple[float, float]:
    """Return the lowest and the highest y of a window that shows the curves over `x_range`, with a margin.

    Every curve is at least touched. One that runs much farther than the middling curve is cut, so that a
    steep curve does not flatten the others.
    """
    x = np.linspace(*x_range, RANGE_POSITIONS)
    return _window([polynomial(x) for polynomial in polynomials])


def curves_figure(
    polynomials: Sequence[Polynomial], x_range: tuple[float, float], positions: int = 100
) -> go.Figure:
    """Return the curves over `x_range`, each through `positions` points, with axes through the origin."""
    y_range = plane_range(polynomials, x_range)
    figure = _figure(
        _curves(polynomials, np.linspace(*x_range, positions)),
        alternative_text.curves(polynomials, x_range, y_range),
    )
    return figure.update_layout(_plane(x_range, y_range))


def samples_figure(points: Floats, labels: Integers, polynomials: Sequence[Polynomial]) -> go.Figure:
    """Return the samples, `points` (N, 2) with `labels` (N,), N at least 1, as markers of their classes.

    At most 3000 markers are drawn: of each class the same number at most, taken evenly from first to last.
    """
    y_of_classes = [points[labels == label, 1] for label in np.unique(labels)]
    figure = _figure(
        _samples(points, labels, polynomials), alternative_text.samples(points, labels, polynomials)
    )
    return figure.update_layout(_plane(None, _window(y_of_classes)))


def loss_figure(steps: Integers, losses: Floats, best_step: int, best_loss: float) -> go.Figure:
    """Return the loss in nats, on a log scale, over the steps; the lowest is marked.

    `steps` and `losses` have shape (S,), S at least 1.
    """
    traces = [
        _progress(steps, losses, "loss", TRAINING_COLOR, "solid"),
        _best(best_step, best_loss, f"best {best_loss:.3g}"),
    ]
    figure = _figure(traces, alternative_text.loss(steps, losses, best_step, best_loss))
    # asked for few ticks, Plotly labels 1, 2 and 5 of a decade and not all nine; without a format it
    # writes 0.5 as 5
    scale = {"type": "log", "nticks": 4, "tickformat": ".5~g"}
    return figure.update_layout(xaxis=_axis("step"), yaxis=_axis("loss (nats)") | scale, legend=LEGEND_ABOVE)


def accuracy_figure(
    steps: Integers,
    accuracies: Floats,
    held_out_accuracies: Floats,
    best_step: int,
    best_held_out_accuracy: float,
    best_possible: float,
) -> go.Figure:
    """Return the accuracies on the training samples and on held-out points, in per cent, over the steps.

    All arrays have shape (S,), S at least 1, the accuracies as shares from 0 to 1. Marked is the held-out
    accuracy of the best weights, those with the lowest loss; a line tells the best accuracy possible.
    """
    traces = [
        _progress(steps, 100 * accuracies, "training", TRAINING_COLOR, "solid"),
        _progress(steps, 100 * held_out_accuracies, "held-out", HELD_OUT_COLOR, "dot"),
        _best(best_step, 100 * best_held_out_accuracy, f"best {escape(percent(best_held_out_accuracy))}"),
    ]
    figure = _figure(
        traces,
        alternative_text.accuracy(
            steps, accuracies, held_out_accuracies, best_step, best_held_out_accuracy, best_possible
        ),
    )
    y_axis = _axis("accuracy (%)") | {"range": ACCURACY_RANGE, "tickvals": [0, 20, 40, 60, 80, 100]}
    figure.update_layout(xaxis=_axis("step"), yaxis=y_axis, legend=LEGEND_ABOVE)
    return figure.add_shape(_bound(100 * best_possible, f"best possible {escape(percent(best_possible))}"))


def map_figure(polynomials: Sequence[Polynomial], x: Floats, y: Floats, probabilities: Floats) -> go.Figure:
    """Return the plane, each place in the colour of its most likely class, with the true curves over it.

    `x` (nx,) and `y` (ny,) rise in even steps, two at least, and span the axes; `probabilities` has shape
    (ny, nx, K). The less sure the network is of a place, the more the page shows through.
    """
    curves = _curves(polynomials, np.linspace(x[0], x[-1], MAP_POSITIONS))
    figure = _figure([_casing(curves), *curves], alternative_text.plane_map(polynomials, x, y, probabilities))
    image = _placed(x, y) | {"source": regions_url(probabilities)}
    figure.update_layout(_plane((x[0], x[-1]), (y[0], y[-1])), images=[image])
    return figure.update_xaxes(showgrid=False).update_yaxes(showgrid=False)


def regions_url(probabilities: Floats) -> str:
    """Return the coloured regions of a map, `probabilities` (ny, nx, K), as a PNG image in a data URL.

    Only this, `layout.images[0].source` of a `map_figure`, changes while a network learns.
    """
    pixels = np.empty((*probabilities.shape[:2], 4), dtype=np.uint8)
    pixels[..., :3] = _COLORS[probabilities.argmax(axis=-1)]
    pixels[..., 3] = np.round(255 * REGION_OPACITY * _confidence(probabilities))
    return _image_url(pixels)


def differences_url(network: Integers, referee: Integers) -> str:
    """Return an image for a map as `regions_url` does, of the classes (ny, nx) that two deciders choose.

    Where both choose the same class its colour is pale; where they differ the colours of both, first the
    network's, are slanting stripes.
    """
    fine = DIFFERENCE_PIXELS
    rows, columns = np.indices((fine * network.shape[0], fine * network.shape[1]))
    of_referee = (rows + columns) % STRIPES < STRIPES // 2
    first, second = (classes.repeat(fine, axis=0).repeat(fine, axis=1) for classes in (network, referee))
    pixels = np.empty((*first.shape, 4), dtype=np.uint8)
    pixels[..., :3] = _COLORS[np.where(of_referee, second, first)]
    pixels[..., 3] = np.where(first == second, round(255 * PALE_OPACITY), 255)
    return _image_url(pixels)


def probabilities_figure(polynomials: Sequence[Polynomial], probabilities: Floats) -> go.Figure:
    """Return a bar for the probability of each class (K,) at one point, the most likely on top.

    A height of 70 + 22 K pixels suits it.
    """
    order = np.argsort(-probabilities, kind="stable").tolist()
    figure = _figure(
        [_bars(order, probabilities), _symbols(order)],
        alternative_text.probabilities(polynomials, order, probabilities),
    )
    x_axis = _axis("probability (%)") | {"range": BARS_RANGE, "tickvals": [0, 25, 50, 75, 100]}
    y_axis = {
        "tickvals": list(range(len(order))),
        "ticktext": [_printed(polynomials[label]) for label in order],
        "range": (len(order) - 0.4, -0.6),
        "automargin": True,
        "showgrid": False,
        "zeroline": False,
    }
    return figure.update_layout(xaxis=x_axis, yaxis=y_axis, showlegend=False, bargap=0.4)


def confusion_figure(confusion: Integers, polynomials: Sequence[Polynomial]) -> go.Figure:
    """Return a table of counts (K, K) as coloured cells: a row for each true class, a column for each answer.

    Right answers, on the diagonal, are gray; the more often a mistake is made, the stronger its colour. Rows
    and columns are named p0, p1 and so on, for the polynomials would not fit. A height of 130 + 22 K pixels
    suits it.
    """
    cells = [_right_answers(confusion, polynomials), _mistakes(confusion, polynomials)]
    figure = _figure([*cells, _counts(confusion)], alternative_text.confusion(confusion, polynomials))
    places = list(range(len(polynomials)))
    axis = {"tickvals": places, "ticktext": [f"p{place}" for place in places], "tickangle": 0}
    hidden = {"showgrid": False, "zeroline": False}
    first, last = -0.5, len(places) - 0.5
    return figure.update_layout(
        xaxis=_axis("answer") | axis | hidden | {"range": (first, last)},
        yaxis=_axis("true polynomial") | axis | hidden | {"range": (last, first)},
        showlegend=False,
    )


def reliability_figure(
    counts: Integers, confidences: Floats, accuracies: Floats, calibration_error: float
) -> go.Figure:
    """Return accuracy over confidence in per cent, a marker for each bin with its count of points beside it.

    All arrays have shape (B,), B at least 1, the mean confidences and the accuracies as shares from 0 to 1.
    On the diagonal the network is right as often as it is sure to be.
    """
    figure = _figure(
        [_diagonal(), _reliability(counts, confidences, accuracies)],
        alternative_text.reliability(counts, confidences, accuracies, calibration_error),
    )
    ticks = {"tickvals": [0, 20, 40, 60, 80, 100]}
    return figure.update_layout(
        xaxis=_axis("confidence (%)") | ticks | {"range": RELIABILITY_RANGE},
        yaxis=_axis("accuracy (%)") | ticks | {"range": (-8, 104)},
        legend=LEGEND_ABOVE,
    )


def errors_figure(
    x: Floats,
    labels: Integers,
    answers: Integers,
    places: Sequence[Floats],
    polynomials: Sequence[Polynomial],
    x_range: tuple[float, float],
) -> go.Figure:
    """Return where mistakes lie along x, in a row for each true class, and where its curve meets another.

    A mistake has an `x`, a label and an answer, each (M,); at most 3000 are drawn, as in `samples_figure`.
    `places` holds for each of the K classes the x of its crossings, drawn as thin lines across its row. A
    height of 70 + 22 K pixels suits it.
    """
    rows = list(range(len(polynomials)))
    figure = _figure(
        [_crossing_lines(places), *_errors(x, labels, answers, polynomials)],
        alternative_text.errors(labels, polynomials, x_range),
    )
    y_axis = {
        "tickvals": rows,
        "ticktext": [_printed(polynomial) for polynomial in polynomials],
        "range": (len(rows) - 0.4, -0.6),
        "automargin": True,
        "gridcolor": GRID,
        "zeroline": False,
    }
    return figure.update_layout(xaxis=_axis("x") | {"range": x_range}, yaxis=y_axis, showlegend=False)


def with_point(figure: go.Figure, x: float, y: float) -> go.Figure:
    """Return a copy of a figure of the plane in which the point (x, y) is marked."""
    edge = {"color": DARK_PAGE, "width": 3}
    marker = {"symbol": "circle", "size": 13, "color": LIGHT_PAGE, "line": edge}
    trace = _markers(np.array([[x, y]]), "point", marker)
    return _extended(figure, [trace], f"the point ({x:.3g}, {y:.3g}) is marked")


def with_samples(
    figure: go.Figure, points: Floats, labels: Integers, polynomials: Sequence[Polynomial]
) -> go.Figure:
    """Return a copy of a figure of the plane with samples on it, drawn as in `samples_figure`."""
    return _extended(figure, _samples(points, labels, polynomials), f"{len(points)} samples are shown")


def with_unlabelled_points(figure: go.Figure, points: Floats) -> go.Figure:
    """Return a copy of a figure of the plane with `points` (N, 2) on it, of which at most 3000 are drawn."""
    marker = {"symbol": "circle-open", "size": 7, "color": GRAY, "line": {"width": 1.5}}
    trace = _markers(points[_evenly(len(points), MAX_MARKERS)], "point", marker)
    return _extended(figure, [trace], f"{len(points)} points without a class are shown")


# --- layout -----------------------------------------------------------------------------------

# Both start left of the axis: then Plotly gives them the width of the axis labels too.
LEGEND_BELOW = {
    "orientation": "h",
    "x": -0.01,
    "y": -0.15,
    "yanchor": "top",
    "maxheight": 0.45,
    "font": {"size": 10},
    "bgcolor": TRANSPARENT,
}
LEGEND_ABOVE = {"orientation": "h", "x": -0.01, "y": 1.02, "yanchor": "bottom", "bgcolor": TRANSPARENT}
SYMBOLS_AT = -4
BARS_RANGE = (-8, 135)  # per cent, with room for the symbols before the bars and the numbers behind them
ACCURACY_RANGE = (0, 114)  # per cent, with room for the label of the best possible above its line
RELIABILITY_RANGE = (-4, 118)  # per cent, with room for the counts behind the markers
LARGE_CELLS = 12  # classes up to which a cell of a confusion table has room for large digits


def _figure(traces: Sequence[go.Scatter | go.Bar | go.Heatmap], alt: str) -> go.Figure:
    layout = {
        "template": {},  # Plotly's own sets the font's colour and a background
        "paper_bgcolor": TRANSPARENT,
        "plot_bgcolor": TRANSPARENT,
        "margin": {"l": 8, "r": 12, "t": 28, "b": 8},
        "hovermode": "closest",
        "hoverlabel": {"namelength": -1},
        "modebar": {"bgcolor": TRANSPARENT, "color": GRAY, "activecolor": TRAINING_COLOR},
        "uirevision": "polycore",
        "meta": {"alt": alt},
    }
    return go.Figure(list(traces), layout)


def _extended(figure: go.Figure, traces: Sequence[go.Scatter], clause: str) -> go.Figure:
    alt = alternative_text.extended(figure.layout.meta["alt"], clause)
    extended = go.Figure(figure).add_traces([trace.update(showlegend=False) for trace in traces])
    return extended.update_layout(meta={"alt": alt})


def _axis(title: str) -> dict[str, object]:
    return {
        "title": {"text": title, "standoff": 6},
        "automargin": True,
        "gridcolor": GRID,
        "zerolinecolor": GRID,
    }


def _plane(x_range: tuple[float, float] | None, y_range: tuple[float, float]) -> dict[str, object]:
    origin = {"zeroline": True, "zerolinecolor": ZERO_LINE, "zerolinewidth": 1.5}
    return {
        "xaxis": _axis("x") | origin | {"range": x_range},
        "yaxis": _axis("y") | origin | {"range": y_range},
        "showlegend": True,
        "legend": LEGEND_BELOW,
    }


def _window(curves: Sequence[Floats]) -> tuple[float, float]:
    lows = np.array([curve.min() for curve in curves])
    highs = np.array([curve.max() for curve in curves])
    middle = np.median([np.median(curve) for curve in curves])
    sizes = np.sort(np.maximum(highs - middle, middle - lows))
    # the lower one of two middling sizes: of two curves the flatter one counts
    reach = SIZES_SHOWN * sizes[(len(sizes) - 1) // 2]
    low = float(np.minimum(np.maximum(lows, middle - reach), highs).min())
    high = float(np.maximum(np.minimum(highs, middle + reach), lows).max())
    margin = MARGIN * (high - low) or max(1.0, abs(high))
    return low - margin, high + margin


def _image_url(pixels: NDArray[np.uint8]) -> str:
    """Return pixels (ny, nx, 4), the lowest y first, as a PNG image in a data URL."""
    return "data:image/png;base64," + base64.b64encode(rgba_png(pixels[::-1])).decode("ascii")


def _bound(value: float, label: str) -> dict[str, object]:
    """Return a line across the whole chart, named above it: below is where the curves run."""
    return {
        "type": "line",
        "xref": "paper",
        "x0": 0,
        "x1": 1,
        "y0": value,
        "y1": value,
        "line": {"color": ZERO_LINE, "dash": "dash", "width": 1.5},
        "label": {"text": label, "textposition": "end", "yanchor": "bottom", "font": {"size": 11}},
    }


def _placed(x: Floats, y: Floats) -> dict[str, object]:
    width, height = x[1] - x[0], y[1] - y[0]  # of a pixel, in the middle of which the network was asked
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


def _confidence(probabilities: Floats) -> Floats:
    """Return 0 where the likeliest class is no likelier than by chance, 1 where it is certain, in levels."""
    chance = 1 / probabilities.shape[-1]
    confidence = np.clip((probabilities.max(axis=-1) - chance) / (1 - chance), 0, 1)
    levels: Floats = np.round(confidence * REGION_LEVELS)
    return levels / REGION_LEVELS


# --- traces -----------------------------------------------------------------------------------


def _curves(polynomials: Sequence[Polynomial], x: Floats) -> list[go.Scatter]:
    return [
        go.Scatter(
            x=x,
            y=polynomial(x),
            mode="lines",
            name=_printed(polynomial),
            line={"color": PALETTE[label].color, "dash": PALETTE[label].dash, "width": 2.5},
            hovertemplate=HOVER,
        )
        for label, polynomial in enumerate(polynomials)
    ]


def _casing(curves: Sequence[go.Scatter]) -> go.Scatter:
    """Return one pale trace beneath all curves, so that each reads over a region of its own colour."""
    x = np.concatenate([[*curve.x, np.nan] for curve in curves])
    y = np.concatenate([[*curve.y, np.nan] for curve in curves])
    line = {"color": CASING, "width": 5}
    return go.Scatter(x=x, y=y, mode="lines", line=line, hoverinfo="skip", showlegend=False)


def _samples(points: Floats, labels: Integers, polynomials: Sequence[Polynomial]) -> list[go.Scatter]:
    limit = MAX_MARKERS // len(polynomials)
    traces = []
    for label, polynomial in enumerate(polynomials):
        of_class = points[labels == label]
        marker = {"color": PALETTE[label].color, "symbol": PALETTE[label].symbol, "size": 6}
        traces.append(_markers(of_class[_evenly(len(of_class), limit)], _printed(polynomial), marker))
    return traces


def _markers(points: Floats, name: str, marker: dict[str, object]) -> go.Scatter:
    return go.Scatter(
        x=points[:, 0], y=points[:, 1], mode="markers", name=name, marker=marker, hovertemplate=HOVER
    )


def _evenly(count: int, limit: int) -> Integers:
    return np.linspace(0, count - 1, min(count, limit)).round().astype(np.int64)


def _progress(steps: Integers, values: Floats, name: str, color: str, dash: str) -> go.Scatter:
    line = {"color": color, "dash": dash, "width": 2}
    return go.Scatter(x=steps, y=values, mode="lines", name=name, line=line, hovertemplate=STEP_HOVER)


def _best(step: int, value: float, name: str) -> go.Scatter:
    edge = {"color": LIGHT_PAGE, "width": 1}
    marker = {"symbol": "star", "size": 13, "color": BEST_COLOR, "line": edge}
    return go.Scatter(x=[step], y=[value], mode="markers", name=name, marker=marker, hovertemplate=STEP_HOVER)


def _bars(order: Sequence[int], probabilities: Floats) -> go.Bar:
    return go.Bar(
        x=100 * probabilities[order],
        y=list(range(len(order))),
        orientation="h",
        marker={"color": [PALETTE[label].color for label in order]},
        text=[escape(percent(probabilities[label])) for label in order],
        textposition="outside",
        cliponaxis=False,
        hoverinfo="skip",
    )


def _symbols(order: Sequence[int]) -> go.Scatter:
    looks = [PALETTE[label] for label in order]
    marker = {"color": [look.color for look in looks], "symbol": [look.symbol for look in looks], "size": 9}
    rows = list(range(len(order)))
    return go.Scatter(x=[SYMBOLS_AT] * len(order), y=rows, mode="markers", marker=marker, hoverinfo="skip")


def _right_answers(confusion: Integers, polynomials: Sequence[Polynomial]) -> go.Heatmap:
    shown = np.full(confusion.shape, np.nan)
    np.fill_diagonal(shown, 1)
    return _cells(shown, (RIGHT_COLOR, RIGHT_COLOR), confusion, polynomials)


def _mistakes(confusion: Integers, polynomials: Sequence[Polynomial]) -> go.Heatmap:
    shown = np.where(confusion > 0, confusion, np.nan)
    np.fill_diagonal(shown, np.nan)
    return _cells(shown, (FEWEST_COLOR, MOST_COLOR), confusion, polynomials)


def _cells(
    values: Floats, colors: tuple[str, str], confusion: Integers, polynomials: Sequence[Polynomial]
) -> go.Heatmap:
    """Return the cells that have a value, in colours from the first for 0 to the last for the largest."""
    largest = 1 if np.isnan(values).all() else np.nanmax(values)
    names = [f"p{label} = {_printed(polynomial)}" for label, polynomial in enumerate(polynomials)]
    told = [
        [
            "" if np.isnan(values[row, column]) else f"{count:,} of {true}<br>answered with {answer}"
            for column, (count, answer) in enumerate(zip(counts, names, strict=True))
        ]
        for row, (counts, true) in enumerate(zip(confusion.tolist(), names, strict=True))
    ]
    return go.Heatmap(
        z=values,
        zmin=0,
        zmax=largest,
        colorscale=[[0, colors[0]], [1, colors[1]]],
        showscale=False,
        xgap=1,
        ygap=1,
        hovertext=told,
        hovertemplate="%{hovertext}<extra></extra>",
        hoverongaps=False,
    )


def _counts(confusion: Integers) -> go.Scatter:
    """Return the numbers of the cells as text: in a heat map Plotly would choose black for a white page."""
    shown = (confusion > 0) | np.eye(len(confusion), dtype=np.bool_)
    rows, columns = np.nonzero(shown)
    return go.Scatter(
        x=columns,
        y=rows,
        mode="text",
        text=[f"{count}" for count in confusion[shown].tolist()],
        textfont={"size": 12 if len(confusion) <= LARGE_CELLS else 9},
        hoverinfo="skip",
    )


def _diagonal() -> go.Scatter:
    line = {"color": ZERO_LINE, "dash": "dot", "width": 1.5}
    return go.Scatter(
        x=[0, 100], y=[0, 100], mode="lines", name="as right as sure", line=line, hoverinfo="skip"
    )


def _reliability(counts: Integers, confidences: Floats, accuracies: Floats) -> go.Scatter:
    numbers = [f"{count:,}" for count in counts.tolist()]
    return go.Scatter(
        x=100 * confidences,
        y=100 * accuracies,
        mode="lines+markers+text",
        name="held-out",
        text=numbers,
        textposition="bottom right",  # the diagonal runs the other way
        cliponaxis=False,
        line={"color": HELD_OUT_COLOR, "width": 2},
        marker={"size": 9},
        hovertemplate="%{x:.1f} % sure, %{y:.1f} % right, of %{text} points<extra></extra>",
    )


def _crossing_lines(places: Sequence[Floats]) -> go.Scatter:
    """Return all lines as one trace, for a wide list of polynomials has thousands."""
    x = [value for of_row in places for place in of_row.tolist() for value in (place, place, np.nan)]
    y = [
        value for row, of_row in enumerate(places) for _ in of_row for value in (row - 0.4, row + 0.4, np.nan)
    ]
    line = {"color": ZERO_LINE, "width": 1}
    return go.Scatter(x=x, y=y, mode="lines", line=line, hoverinfo="skip")


def _errors(
    x: Floats, labels: Integers, answers: Integers, polynomials: Sequence[Polynomial]
) -> list[go.Scatter]:
    limit = MAX_MARKERS // len(polynomials)
    names = np.array([_printed(polynomial) for polynomial in polynomials])
    traces = []
    for label, look in enumerate(PALETTE[: len(polynomials)]):
        of_class = np.flatnonzero(labels == label)
        shown = of_class[_evenly(len(of_class), limit)]
        traces.append(
            go.Scatter(
                x=x[shown],
                y=np.full(len(shown), label),
                mode="markers",
                marker={"color": look.color, "symbol": look.symbol, "size": 7},
                customdata=names[answers[shown]],
                hovertemplate="x = %{x:.3~g}, answered with %{customdata}<extra></extra>",
            )
        )
    return traces


def _printed(polynomial: Polynomial) -> str:
    text = str(polynomial)
    return escape(text if len(text) <= MAX_PRINTED else text[: MAX_PRINTED - 1] + "…")
