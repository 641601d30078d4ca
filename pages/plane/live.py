"""A Plotly figure that may change several times a second and keeps the person's zoom, hover and drag.

`st.plotly_chart` makes a new chart whenever its data changes; this hands them to Plotly.react in place.
"""

import json
import math
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import Any

import plotly.graph_objects as go
import streamlit as st
from streamlit.components.v1 import declare_component

OnClick = Callable[[float, float], None]

_HERE = Path(__file__)
LIBRARY = _HERE.with_name("plotly_js") / "plotly-cartesian-4.1.1.min.js.gz"
_component = st.components.v2.component(
    "polycore_live",
    css=_HERE.with_suffix(".css").read_text(encoding="utf-8"),
    js=_HERE.with_suffix(".js").read_text(encoding="utf-8"),
    isolate_styles=False,  # Plotly puts its own styles at the document
)


def figure(
    figure: go.Figure,
    key: str,
    height: int,
    on_click: OnClick | None = None,
    file: str | None = None,
    *,
    rests: bool = False,
) -> None:
    """Draw `figure`, `height` pixels high and as wide as there is room, in the page's font and colours.

    What the figure sets itself it keeps. `layout.uirevision` must stay the same for a zoom to stay;
    `layout.meta["alt"]` is read to those who cannot see it, `layout.meta["step"]` shows in `data-step`.

    `on_click(x, y)` is a callback, called before the page runs: the person chose that place inside the axes,
    by a click or a tap anywhere, or by the arrow keys and Enter. Near a mark of a trace whose `meta["snap"]`
    is true it is the place of that mark, to the last digit.

    `file` is the name, without its ending, under which the figure's own buttons save it as PNG or SVG; by
    itself the key makes one.

    `rests`: the browser draws it twice a second at most, and what came last. For a chart that grows by itself
    beside a map: drawing one anew costs more than a map's new picture.
    """
    _component(
        key=key,
        data=_message(
            figure,
            clicks=on_click is not None,
            file=file or f"polycore-{key.replace('.', '-')}",
            rests=rests,
        ),
        height=height,
        on_click_change=partial(_choose, key, on_click) if on_click else None,
    )


@cache
def _library() -> str:
    """Return the address of Plotly's scripts, below that of the app.

    It is the part of Plotly that draws in two dimensions: a browser has to read 1.5 MB in place of 4.8, the
    whole in the Python package. Streamlit serves the folder to every page and below any prefix, and a file
    that is compressed as it is: others it compresses anew for each newcomer.

    Other ways: static serving names every script a plain text; Streamlit's media files stay in memory and go
    with the last session that used them; a component's own `js` travels with every update; the Plotly within
    Streamlit's pages has no name; a CDN needs the internet.
    """
    # asked while a page runs: only then is there a server to register it with
    served = declare_component("plotly", path=LIBRARY.parent)
    return f"component/{served.name}/{LIBRARY.name}"


def _message(figure: go.Figure, *, clicks: bool, file: str, rests: bool) -> bytes:
    # bytes, since Streamlit would write text or a dictionary as JSON twice over
    head = json.dumps({"library": _library(), "clicks": clicks, "file": file, "rests": rests})
    return f'{head[:-1]}, "figure": {figure.to_json(validate=False)}}}'.encode()


def _choose(key: str, on_click: OnClick) -> None:
    point = _point(st.session_state[key].get("click"))
    if point is not None:
        on_click(*point)


def _point(value: Any) -> tuple[float, float] | None:
    """Return where the browser says, or None where that is not a place of two finite numbers."""
    try:
        x, y = float(value["x"]), float(value["y"])
    except (KeyError, OverflowError, TypeError, ValueError):
        return None
    return (x, y) if math.isfinite(x) and math.isfinite(y) else None
