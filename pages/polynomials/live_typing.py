"""What is being typed into a text area, before it loses the focus."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import streamlit as st

from pages.channel import component

LONGEST = 20_000  # characters: 24 polynomials have far fewer

_component = component.Component("polycore_typing", (Path(__file__).with_suffix(".js"),))


def watch(key: str, area_key: str, take: Callable[[str], None]) -> None:
    """Call `take` with the text of the text area `area_key` at each pause while it is typed."""
    area = f".st-key-{area_key.replace('.', '-')}"
    _component.draw(key=key, data={"area": area}, height=0, on_text_change=partial(_take, key, take))


def _take(key: str, take: Callable[[str], None]) -> None:
    text = st.session_state[key].get("text")
    if isinstance(text, str) and len(text) <= LONGEST:
        take(text)
