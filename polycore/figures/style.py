"""What all figures share: layout, axes, and the names of polynomials."""

import html
import inspect
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, ParamSpec

import plotly.graph_objects as go

from polycore.class_name import ClassName
from polycore.figures import alternative_text
from polycore.pictures.palette import PALETTE
from polycore.polynomials.polynomial import Polynomial

MAX_MARKERS = 3000  # more would slow the browser down and only cover each other
MAX_NAME = 26  # characters of a polynomial: two columns of a legend on a phone
GRAY, GRID, ZERO_LINE = "rgb(128, 128, 128)", "rgba(128, 128, 128, 0.18)", "rgba(128, 128, 128, 0.75)"
TRANSPARENT = "rgba(0, 0, 0, 0)"
ACCENT_COLOR, BEST_COLOR, HELD_OUT_COLOR = PALETTE[0].color, PALETTE[1].color, PALETTE[5].color
HOVER = "(%{x:.3~g}, %{y:.3~g})"  # Plotly writes the trace's name beside it
LEGEND_ABOVE = {"orientation": "h", "x": -0.01, "y": 1.02, "yanchor": "bottom", "bgcolor": TRANSPARENT}

# "data" and "layout", as Plotly's JSON has them. No function changes a figure that it gets: pages keep them.
Figure = dict[str, Any]
Trace = dict[str, Any]
P = ParamSpec("P")


def public(draw: Callable[P, Figure]) -> Callable[P, go.Figure]:
    """Return the function for those who want Plotly's own figures, which take 10 times as long to make.

    It takes such figures too. Plotly does not validate them: tests do.
    """

    @wraps(draw)
    def drawn(*args: P.args, **kwargs: P.kwargs) -> go.Figure:
        named = {name: _plain(value) for name, value in kwargs.items()}
        return unchecked(draw(*map(_plain, args), **named))

    drawn.__signature__ = inspect.signature(draw).replace(return_annotation=go.Figure)  # type: ignore[attr-defined]
    return drawn


def _plain(value: Any) -> Any:
    if not isinstance(value, go.Figure):
        return value
    # not its `to_dict`, which writes arrays as text
    return {"data": [trace.to_plotly_json() for trace in value.data], "layout": value.layout.to_plotly_json()}


def unchecked(figure: Figure) -> go.Figure:
    """Return Plotly's own figure without validation."""
    return go.Figure(figure, _validate=False)


def new_figure(traces: Sequence[Trace], alt: str, **more: Any) -> Figure:
    """Return a figure of `traces` with alternative text `alt`, the common layout and `more` of it."""
    layout: dict[str, Any] = {
        "template": {},  # Plotly's default template sets the font's color and a background
        "paper_bgcolor": TRANSPARENT,
        "plot_bgcolor": TRANSPARENT,
        "margin": {"l": 8, "r": 12, "t": 8, "b": 8},
        "hovermode": "closest",
        "hoverlabel": {"namelength": -1},
        "modebar": {"bgcolor": TRANSPARENT, "color": GRAY, "activecolor": ACCENT_COLOR},
        "uirevision": "polycore",
        "meta": {"alt": alt},
    }
    return {"data": list(traces), "layout": layout | more}


def scatter(**parts: Any) -> Trace:
    """Return a trace of points or lines."""
    return {"type": "scatter", **parts}


def with_layout(figure: Figure, **layout: Any) -> Figure:
    """Return a figure with other parts of the layout."""
    return figure | {"layout": figure["layout"] | layout}


def with_axes(figure: Figure, axes: Sequence[str] = ("xaxis", "yaxis"), **parts: Any) -> Figure:
    """Return a figure with other parts of its axes, and without those that are None."""
    known = {axis: figure["layout"][axis] | parts for axis in axes}
    kept = {axis: {name: part for name, part in of.items() if part is not None} for axis, of in known.items()}
    return with_layout(figure, **kept)


def without(part: dict[str, Any], name: str) -> dict[str, Any]:
    """Return a part of a figure without what has that name."""
    return {own: value for own, value in part.items() if own != name}


def extended(figure: Figure, traces: Sequence[Trace], clause: str) -> Figure:
    """Return a figure with more traces; `clause` describes them in its alternative text."""
    meta = figure["layout"]["meta"]
    figure = figure | {"data": [*figure["data"], *(trace | {"showlegend": False} for trace in traces)]}
    return with_layout(figure, meta=meta | {"alt": alternative_text.extended(meta["alt"], clause)})


def axis(title: str) -> dict[str, Any]:
    """Return an axis with a title, which has the unit in brackets if there is one."""
    return {
        "title": {"text": title, "standoff": 6},
        "automargin": True,
        "ticklabeloverflow": "allow",  # margins make room; otherwise a browser measures each label
        "gridcolor": GRID,
        "zerolinecolor": GRID,
    }


def short_name(polynomial: Polynomial | ClassName) -> str:
    """Return a polynomial as figures name it: typeset, and cut if it is longer than MAX_NAME."""
    text = polynomial.typeset
    return escape(text if len(text) <= MAX_NAME else text[: MAX_NAME - 1] + "…")


def name_of_curve(label: int, polynomial: Polynomial | ClassName) -> str:
    """Return the name of a class's curve in a legend, such as "p3 = x²", or the class's own."""
    if isinstance(polynomial, ClassName):
        return short_name(polynomial)
    return f"p{label} = {short_name(polynomial)}"


def escape(text: str) -> str:
    """Return `text` escaped: Plotly, which reads tags and templates in names, shows it unchanged."""
    # templates (%{x}, %{meta.alt}) are filled in before entities are read
    return html.escape(text, quote=False).replace("%{", "&#37;{")
