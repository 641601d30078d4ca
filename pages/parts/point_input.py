"""An input of the point on the Predict page: which value it shows, and whether what its browser says counts.

Inputs are given their values, and never set by their keys. Of two runs in a row a browser may see the second
alone, which does not say again what the first one set, and answer with the value before.
"""

from dataclasses import dataclass
from typing import Any, Literal, Self

import streamlit as st

from pages.parts import session

PREFIX = "point"
Kind = Literal["lists", "numbers", "slider"]


@dataclass(frozen=True)
class PointInput:
    """An input as it is drawn: its name, its kind, and the session's counts of what changed what it shows."""

    name: str
    kind: Kind
    revision: int
    changes: int
    ways: int

    @classmethod
    def now(cls, name: str, kind: Kind) -> Self:
        """Return the input as it is to be drawn now."""
        now = session.current()
        # a list of ways and places stays as it is where another way was chosen in it
        ways = 0 if kind == "lists" else now.point.ways
        return cls(name, kind, now.revision, getattr(now.point, kind), ways)

    @property
    def key(self) -> str:
        """The widget's key: another one shows the new value."""
        return f"{PREFIX}.{self.name}.{self.revision}.{self.changes}.{self.ways}"

    def said(self) -> Any | None:
        """Return what the person chose or typed; for a callback.

        None where something else has changed what the input shows: a browser that has not seen that yet says
        the value before, whatever it asks for.
        """
        now = session.current()
        still = (self.revision, self.changes) == (now.revision, getattr(now.point, self.kind))
        return st.session_state[self.key] if still else None
