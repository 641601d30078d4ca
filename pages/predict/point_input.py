"""An input of the point on the Predict page: it shows the new value where another one has changed that."""

from functools import partial
from typing import Literal

from pages.state import session
from pages.state.shown_input import ShownInput, State

PREFIX = "point"
Kind = Literal["lists", "numbers", "slider"]


def now(name: str, kind: Kind) -> ShownInput:
    """Return the input as it is to be drawn now."""
    # a list of ways and places stays as it is where another way was chosen in it
    ways = 0 if kind == "lists" else session.current().point.ways
    return ShownInput.now(f"{PREFIX}.{name}.{ways}", partial(_state, kind))


def _state(kind: Kind) -> State:
    now = session.current()
    return now.revision, getattr(now.point, kind)
