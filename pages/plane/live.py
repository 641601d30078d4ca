"""A Plotly figure that may change several times a second and keeps the user's zoom, hover and drag.

`st.plotly_chart` creates a new chart whenever its data change; this one updates in place with Plotly.react.
"""

import json
import math
import operator
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st
from plotly.utils import PlotlyJSONEncoder

from pages.channel import component, session_key
from pages.channel.live_text import CHANNEL_SCRIPT, PICTURE_SCRIPTS, PRESSES_SCRIPT, Followed
from pages.server.audience import ModelNow
from polycore.figures.style import Figure
from polycore.web.scripts import file_of

OnClick = Callable[[float, float], None]

_SHARED = ("network.js", "place.js", "label.js", "ticks.js")
_SCRIPTS = ("sketch.js", "legend.js", "referee.js", "notes.js", "pointer.js", "lift.js", "lens.js", "live.js")
_component = component.Component(
    "polycore_live",
    (
        *(CHANNEL_SCRIPT, PRESSES_SCRIPT, *PICTURE_SCRIPTS),
        *map(file_of, _SHARED),
        *map(Path(__file__).with_name, _SCRIPTS),
    ),
    isolate_styles=False,  # Plotly adds its own styles to the document
)


@dataclass(frozen=True)
class Lift:
    """How the curves of a figure are dragged.

    call: called as `call(curve, by)`, before the page runs, if the user has dragged a curve up, or down if
        `by` is negative; `curve` is the `meta["curve"]` of its trace. The figure drawn next should have it
        there.
    count: of these calls: with another count the browser draws even an unchanged figure again.
    """

    call: Callable[[int, float], None]
    count: int


@dataclass(frozen=True)
class Bound:
    """A run that a figure follows, and which of its values the figure shows.

    bindings: pairs of a path in the figure's JSON, such as "data.0.y", and the name of the value there: a
    path in the header of a frame, a column of the history ("history.step", ".loss", ".accuracy",
    ".held_out"), or "picture" ("picture.lanes.0" in a race).
    colors: red, green and blue of each class, for pictures.
    """

    followed: Followed
    bindings: Sequence[tuple[str, str]]
    colors: Sequence[tuple[int, int, int]] = ()


@dataclass(frozen=True)
class Notes:
    """What stands on a plane and above it: a caption, names, and a point that is asked about.

    caption: what the plane shows, and quietly how to read it. It is a part of the figure, so that neither is
        seen with what is said of another.
    names: of the curves, by the `meta["curve"]` of their traces. Few stand at their curves; more are in the
        legend.
    point: its x and y.
    question: what its label asks as long as there is no answer.
    try_next: what to click or tap next: "any point to ask".
    tries: all that `try_next` may be: the label has room for each, so that nothing beside it has to move.
    answer: `answer_view.in_short` of it; None without a network. Frames have it as "marked" from then on.
    """

    caption: tuple[str, str]
    names: Sequence[str]
    point: tuple[float, float]
    question: str
    try_next: str
    tries: Sequence[str]
    answer: Mapping[str, str] | None = None


def figure(
    figure: Figure,
    key: str,
    height: int,
    *,
    on_click: OnClick | None = None,
    lift: Lift | None = None,
    file: str | None = None,
    rests: bool = False,
    bound: Bound | None = None,
    notes: Notes | None = None,
    model_now: ModelNow | None = None,
    lens: tuple[float, float] | None = None,
) -> None:
    """Draw `figure`, `height` pixels high and as wide as its container, in the page's font and colors.

    What the figure sets itself overrides these. A zoom stays as long as `layout.uirevision` does.
    `layout.meta["alt"]` is the alternative text; `layout.meta["step"]` is shown as the attribute `data-step`.

    `on_click(x, y)` is called before the page runs, as a callback, if the user has chosen a point inside the
    axes, by a click or a tap anywhere, or with the arrow keys and Enter. Near a marker of a trace whose
    `meta["snap"]` is true, x and y are exactly the marker's.

    `lift`: lets the user drag its curves up and down.

    `file` is the name, without its suffix, under which the figure's own buttons save it as PNG or SVG; by
    default it is formed from the key.

    `rests`: the browser draws the latest version at most twice a second, less often if drawing takes long.
    For charts that grow beside a map: drawing such a chart costs more than replacing the picture of a map.

    `bound`: the run whose frames change the figure in the browser, without a run of the page.

    `notes`: of a plane, what stands beside its curves.

    `model_now`: for a map, returns the network or referee that it shows; called in other threads. The browser
    then shows the answer at the point under the pointer.

    `lens`: a point whose surroundings a round lens shows up to four times as large, if a curve is near enough
    to be in it. It follows the pointer, and a finger that is held on the figure.
    """
    settings: dict[str, Any] = {
        "library": component.PLOTLYS_ADDRESS,
        "clicks": on_click is not None,
        "lifts": None if lift is None else lift.count,
        "file": file or f"polycore-{key.replace('.', '-')}",
        "rests": rests,
        "lens": lens,
        "follow": None,
        "weights": None if model_now is None else session_key.offer(key, model_now),
        "notes": None if notes is None else asdict(notes),
    }
    if bound is not None:
        followed = bound.followed.to_browser()
        settings["follow"] = {**followed, "bind": bound.bindings, "colors": bound.colors}
    head = json.dumps(settings)
    _component.draw(
        key=key,
        # bytes, since Streamlit would encode a text or a dictionary as JSON a second time
        data=f'{head[:-1]}, "figure": {json_of(figure)}}}'.encode(),
        height=height,
        on_click_change=partial(_choose, key, on_click) if on_click else None,
        on_lift_change=partial(_lift, key, lift.call) if lift else None,
    )


def json_of(figure: Figure) -> str:
    """Return a figure as JSON, without the copy of all of it that Plotly makes first."""
    # Plotly's encoder writes null for a loss that is infinite
    return json.dumps(figure, cls=PlotlyJSONEncoder, default=_encoded, separators=(",", ":"))


def _encoded(numbers: Any) -> Any:
    """Return an array of floats as its bytes, as Plotly does; any other as a list, or a number."""
    if numbers.dtype not in (np.float32, np.float64) or 0 in (numbers.size, numbers.ndim):
        return numbers.tolist()
    encoded = {"dtype": numbers.dtype.str[1:], "bdata": b64encode(numbers.tobytes()).decode()}
    return encoded if numbers.ndim == 1 else encoded | {"shape": str(numbers.shape)[1:-1]}


def in_view(container: str, below: str = "") -> str:
    """Return the style that puts a figure first on a phone, and keeps it at the top while its columns scroll.

    container: the key of the figure's container, alone in a column of two.
    below: the key of a container whose figure is as high, so that both fit in a screen; "" for none.

    The elements below the figure in its column scroll away: on a phone the column has no box of its own. A
    figure has the height of its container.
    """
    light, dark = (st.get_option(f"theme.{scheme}.backgroundColor") for scheme in ("light", "dark"))
    plot, other = (f".st-key-{key.replace('.', '-')}" if key else "" for key in (container, below))
    column = f'[data-testid="stColumn"]:has({plot})'
    plots = ", ".join(f"{one} :has(.polycore-live)" for one in (plot, other) if one)
    return f"""<style>
@media (max-width: 640px) {{
  {column}, {column} > [data-testid="stVerticalBlock"] {{ display: contents; }}
  {column} > [data-testid="stVerticalBlock"] > * {{ flex: 0 0 100%; }}
  {column} > [data-testid="stVerticalBlock"] > :has({plot}) {{
    order: -1; position: sticky; top: var(--lesson-panel, 0px); z-index: 90;
    background: Canvas; background: light-dark({light}, {dark});
  }}
  /* below a lesson there is no room for more */
  .stApp:has(.st-key-lesson-panel) {column} > [data-testid="stVerticalBlock"] > :has({plot}),
  {column} > [data-testid="stVerticalBlock"] > :has({plot} .polycore-live-brought) {{ position: static; }}
  {plot} .polycore-live-legend {{ display: none; }}
  {plots} {{ height: 280px !important; flex: 0 0 280px !important; }}
}}
</style>"""


def _choose(key: str, on_click: OnClick) -> None:
    """Call `on_click` if the browser has sent a point."""
    point = point_in(component.sent(key, "click"))
    if point is not None:
        on_click(*point)


def point_in(value: Any) -> tuple[float, float] | None:
    """Return the point that a browser sent; None if it is not two finite numbers."""
    try:
        x, y = float(value["x"]), float(value["y"])
    except (KeyError, OverflowError, TypeError, ValueError):
        return None
    return (x, y) if math.isfinite(x) and math.isfinite(y) else None


def _lift(key: str, call: Callable[[int, float], None]) -> None:
    """Call `call` with what the browser has sent, if that is a curve and a finite number."""
    value = component.sent(key, "lift")
    try:
        curve, by = operator.index(value["curve"]), float(value["by"])
    except (KeyError, OverflowError, TypeError, ValueError):
        return
    if math.isfinite(by):
        call(curve, by)
