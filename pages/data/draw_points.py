"""The plane on which the user draws points: choose a class, click or drag; erase and undo."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

from pages.channel import component
from pages.state.sketch import STEPS, Sketch, operations_in
from polycore.limits import MAX_POINTS
from polycore.pictures.palette import PALETTE
from polycore.web.assets import file_of

KEY = "data.draw"
HEIGHT = 520  # pixels, with the tools

_component = component.Component(
    "polycore_draw_points", (file_of("ticks.js"), Path(__file__).with_suffix(".js"))
)


def draw(sketch: Sketch, change: Callable[[Sketch], None], current: Callable[[], Sketch]) -> None:
    """Draw the plane of a sketch; `change` takes the sketch after what the user has drawn.

    current: returns the sketch as it is by then.
    """
    _component.draw(
        key=KEY,
        data={
            "points": [[*point] for point in sketch.points],
            "window": sketch.window,
            "axes": list(sketch.axes),
            "names": list(sketch.names),
            "colors": [PALETTE[label].color for label in range(len(sketch.names))],
            "pen": sketch.pen,
            "applied": sketch.applied,
            "steps": STEPS,
            "most": MAX_POINTS,
        },
        height=HEIGHT,
        on_drawn_change=lambda: _take(change, current()),
    )


def _take(change: Callable[[Sketch], None], sketch: Sketch) -> None:
    drawn: Any = st.session_state[KEY].get("drawn")
    sent = operations_in(drawn)
    if sent is not None:
        change(sketch.after(*sent))
