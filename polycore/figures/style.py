"""What all figures share: layout, axes, and the names of polynomials."""

import html
from collections.abc import Sequence
from typing import Any

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


def new_figure(
    traces: Sequence[go.Scatter | go.Bar | go.Heatmap | dict[str, Any]], alt: str, **more: Any
) -> go.Figure:
    """Return a figure of `traces` with alternative text `alt`, the common layout and `more` of it.

    It is fastest with traces as dictionaries and all of the layout passed at once.
    """
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
    return unchecked({"data": list(traces), "layout": layout | more})


def unchecked(figure: dict[str, Any]) -> go.Figure:
    """Return a figure that Plotly does not validate: tests do, and validation takes 2 ms of 2.3.

    A page draws three figures each time it shows a run.
    """
    return go.Figure(figure, _validate=False)


def extended(figure: go.Figure, traces: Sequence[go.Scatter], clause: str) -> go.Figure:
    """Return a copy with more traces; `clause` describes them in its alternative text."""
    alt = alternative_text.extended(figure.layout.meta["alt"], clause)
    copy = go.Figure(figure).add_traces([go.Scatter(trace, showlegend=False) for trace in traces])
    return copy.update_layout(meta=figure.layout.meta | {"alt": alt})


def axis(title: str) -> dict[str, object]:
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
