"""An input as a page has drawn it: its widget's key, and whether what its browser says still counts.

Inputs are given their values, and never set by their keys. Of two runs in a row a browser may see the second
alone, which does not say again what the first one set, and answer with the value before.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self

import streamlit as st

State = tuple[object, ...]


@dataclass(frozen=True)
class ShownInput:
    """An input as it is drawn.

    name: of the widget, apart from all others. state: what changes whenever something else than the input
    changes what it shows, such as a count of the session's; drawn: that state as the input was drawn.
    """

    name: str
    state: Callable[[], State]
    drawn: State

    @classmethod
    def now(cls, name: str, state: Callable[[], State]) -> Self:
        """Return the input as it is to be drawn now."""
        return cls(name, state, state())

    @property
    def key(self) -> str:
        """The widget's key: another one shows the new value."""
        return ".".join(map(str, (self.name, *self.drawn)))

    def said(self) -> Any | None:
        """Return what the person chose or typed; for a callback.

        None where something else has changed what the input shows: a browser that has not seen that yet says
        the value before, whatever it asks for.
        """
        return st.session_state[self.key] if self.state() == self.drawn else None
