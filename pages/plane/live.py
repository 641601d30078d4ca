"""A Plotly figure that may change several times a second and keeps the user's zoom, hover and drag.

`st.plotly_chart` creates a new chart whenever its data change; this one updates in place with Plotly.react.
"""

import json
import math
import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import plotly.graph_objects as go
import streamlit as st

from pages.channel import component, scripts, session_key
from pages.channel.live_text import CHANNEL_SCRIPT, Followed
from pages.server.audience import ModelNow
from polycore.web.assets import file_of

OnClick = Callable[[float, float], None]
OnLift = Callable[[int, float], None]

_SHARED_SCRIPTS = ("network.js", "place.js", "label.js", "ticks.js", "painter.js")
_SCRIPTS = (
    "picture.js",
    "sketch.js",
    "legend.js",
    "referee.js",
    "pointer.js",
    "lift.js",
    "live.js",
)
_component = component.Component(
    "polycore_live",
    (CHANNEL_SCRIPT, *map(file_of, _SHARED_SCRIPTS), *map(Path(__file__).with_name, _SCRIPTS)),
    isolate_styles=False,  # Plotly adds its own styles to the document
)


@dataclass(frozen=True)
class Bound:
    """A run that a figure follows, and what of it the figure shows.

    bindings: pairs of a path in the figure's JSON, such as "data.0.y", and the name of the value there: a
    path in the header of a frame, a column of the history ("history.step", ".loss", ".accuracy",
    ".held_out"), or "picture" ("picture.lanes.0" in a race).
    colors: red, green and blue of each class, for pictures.
    """

    followed: Followed
    bindings: Sequence[tuple[str, str]]
    colors: Sequence[tuple[int, int, int]] = ()


def figure(
    figure: go.Figure,
    key: str,
    height: int,
    on_click: OnClick | None = None,
    file: str | None = None,
    *,
    on_lift: OnLift | None = None,
    lifts: int = 0,
    rests: bool = False,
    bound: Bound | None = None,
    model_now: ModelNow | None = None,
) -> None:
    """Draw `figure`, `height` pixels high and as wide as its container, in the page's font and colors.

    What the figure sets itself overrides these. A zoom stays as long as `layout.uirevision` does.
    `layout.meta["alt"]` is the alternative text; `layout.meta["step"]` is shown as the attribute `data-step`.

    `on_click(x, y)` is called before the page runs, as a callback, if the user has chosen a point inside the
    axes, by a click or a tap anywhere, or with the arrow keys and Enter. Near a marker of a trace whose
    `meta["snap"]` is true, x and y are exactly those of the marker.

    `on_lift(curve, by)` is called in the same way if the user has dragged a curve up, or down if `by` is
    negative; `curve` is the `meta["curve"]` of its trace. The figure drawn next should have it there. `lifts`
    counts these calls: with another count the browser draws even an unchanged figure again.

    `file` is the name, without its suffix, under which the figure's own buttons save it as PNG or SVG; by
    default it is formed from the key.

    `rests`: the browser draws the latest version at most twice a second, less often if drawing takes long.
    For charts that grow beside a map: drawing such a chart costs more than replacing the picture of a map.

    `bound`: the run whose frames change the figure in the browser, without a run of the page.

    `model_now`: of a map, returns the network or referee that it shows; called in other threads. Under the
    pointer the browser then says what that answers there.
    """
    _component.draw(
        key=key,
        data=_message(
            figure,
            clicks=on_click is not None,
            lifts=None if on_lift is None else lifts,
            file=file or f"polycore-{key.replace('.', '-')}",
            rests=rests,
            bound=bound,
            weights=None if model_now is None else session_key.offer(key, model_now),
        ),
        height=height,
        on_click_change=partial(_choose, key, on_click) if on_click else None,
        on_lift_change=partial(_lift, key, on_lift) if on_lift else None,
    )


def _message(
    figure: go.Figure,
    *,
    clicks: bool,
    lifts: int | None,
    file: str,
    rests: bool,
    bound: Bound | None,
    weights: str | None,
) -> bytes:
    # bytes, since Streamlit would encode a text or a dictionary as JSON a second time
    follow = None
    if bound is not None:
        follow = {**bound.followed.to_browser(), "bind": bound.bindings, "colors": bound.colors}
    settings = {"library": scripts.PLOTLYS_ADDRESS, "clicks": clicks, "lifts": lifts, "file": file}
    settings |= {"rests": rests, "follow": follow, "weights": weights}
    head = json.dumps(settings)
    return f'{head[:-1]}, "figure": {figure.to_json(validate=False)}}}'.encode()


def _choose(key: str, on_click: OnClick) -> None:
    point = _point(st.session_state[key].get("click"))
    if point is not None:
        on_click(*point)


def _lift(key: str, on_lift: OnLift) -> None:
    value = st.session_state[key].get("lift")
    try:
        curve, by = operator.index(value["curve"]), float(value["by"])
    except (KeyError, OverflowError, TypeError, ValueError):
        return
    if math.isfinite(by):
        on_lift(curve, by)


def _point(value: Any) -> tuple[float, float] | None:
    """Return the x and y that the browser sent; None unless they are two finite numbers."""
    try:
        x, y = float(value["x"]), float(value["y"])
    except (KeyError, OverflowError, TypeError, ValueError):
        return None
    return (x, y) if math.isfinite(x) and math.isfinite(y) else None
