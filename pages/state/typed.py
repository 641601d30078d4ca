"""Moves what the inputs of a page hold into the set-up before a button acts on it.

A browser sends typed text when the input loses the focus, which a press on a button causes. One request may
carry both, and Streamlit calls their callbacks in an order of its own before it runs the page. So a page
registers here the function that reads its inputs. Each input calls `note` when it changes, and each button
that acts on the set-up calls `take` first.
"""

from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar, cast

import streamlit as st

from polycore import PolycoreError

KEY = "typed.takes"

Value = TypeVar("Value")


def offer(name: str, take: Callable[[], None]) -> None:
    """Register `take`, which moves what the inputs of that name hold into the set-up while they are drawn.

    It raises PolycoreError, and changes nothing, if that is no valid set-up.
    """
    # kept when the user leaves the page: what was typed there may arrive after the change of pages
    st.session_state[KEY] = {**st.session_state.get(KEY, {}), name: take}


def take() -> None:
    """Move what the inputs of all pages hold into the set-up.

    Raises PolycoreError if some of it is not valid, after the rest was moved.
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
    """Do the same without an error, for the `on_change` of an input: the page shows the refusal beside it."""
    with suppress(PolycoreError):
        take()


def held(key: str, otherwise: Value) -> Value:
    """Return what the input with that key holds; `otherwise`, the set-up's value, if it is not drawn."""
    return cast(Value, st.session_state.get(key, otherwise))
