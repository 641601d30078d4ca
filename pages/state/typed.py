"""What the inputs of a page hold, taken into the set-up before anything acts on it.

A browser sends what was typed when the input loses the focus: in the moment in which a button is pressed.
Streamlit calls the callbacks of both before it runs the page, in an order of its own, and one request may
carry both. So a page offers here what takes over its inputs. Each input calls `note` when it changes, and
each button that acts on the set-up calls `take` first.
"""

from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar, cast

import streamlit as st

from polycore import PolycoreError

KEY = "typed.takes"

Value = TypeVar("Value")


def offer(name: str, take: Callable[[], None]) -> None:
    """Let `take` make what the inputs of that name hold the set-up, as long as they are there.

    It raises PolycoreError, and changes nothing, if no set-up can be so.
    """
    # inputs of a page that was left stay known: what was typed there may come after the way to the next page
    st.session_state[KEY] = {**st.session_state.get(KEY, {}), name: take}


def take() -> None:
    """Make what the inputs hold the set-up.

    Raises PolycoreError if some of it cannot be; the rest is taken all the same.
    """
    refused = []
    for take_some in st.session_state.get(KEY, {}).values():
        try:
            take_some()
        except PolycoreError as error:
            refused.append(error)
    if refused:
        raise refused[0]


def note() -> None:
    """Do the same if it can be: for the `on_change` of an input, beside which the page shows a refusal."""
    with suppress(PolycoreError):
        take()


def held(key: str, otherwise: Value) -> Value:
    """Return what the input with that key holds; `otherwise`, the set-up's value, if it is not drawn."""
    return cast(Value, st.session_state.get(key, otherwise))
