"""The inputs for the point on the Predict page: each shows the new value if another input changed it."""

from functools import partial

from pages.state import session
from pages.state.shown_input import Inputs, ShownInput, State

PREFIX = "point"
LISTS: Inputs = "lists of points"
NUMBERS: Inputs = "numbers of points"
SLIDER: Inputs = "slider of points"
WAYS: Inputs = "ways to points"


def now(name: str, group: Inputs) -> ShownInput:
    """Return the input as it is to be drawn now."""
    # another way has other inputs, but the list in which the user chose it stays as it is
    key = f"{PREFIX}.{name}" if group == LISTS else session.current().inputs.key(f"{PREFIX}.{name}", WAYS)
    return ShownInput.now(key, partial(_state, group))


def _state(group: Inputs) -> State:
    return session.current().inputs.of(group)
