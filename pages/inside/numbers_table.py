"""Numbers of a forward pass as a table: a row for each quantity, a column for each neuron."""

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from pages.channel import live_text
from polycore.arrays import Floats

SMALLEST = 1e-4  # absolute value below which eight decimals show too few digits
WIDEST = 64  # columns of an HTML table; wider ones are dataframes, which draw only the visible part


@dataclass(frozen=True, eq=False)
class Table:
    """`rows` of numbers under `heads`, which are not from users; `colors` underline the heads.

    exact: whether they are shown as `exact_number` returns them.
    """

    label: str
    heads: Sequence[str]
    rows: Mapping[str, Floats]
    colors: Sequence[str] = ()
    exact: bool = False

    @property
    def is_wide(self) -> bool:
        """Whether a data frame draws it better."""
        return len(self.heads) > WIDEST

    @property
    def texts(self) -> list[list[str]]:
        """The numbers of each row as they are shown."""
        shown = exact_number if self.exact else number
        return [[shown(value) for value in values.tolist()] for values in self.rows.values()]

    def to_html(self, name: str) -> str:
        """Return the table as HTML; the value `name` of a frame has its `texts`."""
        heads = [
            f"<span style='box-shadow: 0 3px {self.colors[index]}'>{html.escape(head)}</span>"
            if self.colors
            else html.escape(head)
            for index, head in enumerate(self.heads)
        ]
        return live_text.table(
            self.label, [self.label, *heads], dict(zip(self.rows, self.texts, strict=True)), name
        )

    def draw_frame(self) -> None:
        """Draw the table as a data frame."""
        columns = dict(zip(self.rows, self.texts, strict=True))
        st.dataframe(
            pd.DataFrame(columns, index=pd.Index(self.heads, name=self.label)), height=220, alt=self.label
        )


def number(value: float) -> str:
    """Return a number with four digits."""
    return f"{float(value) + 0.0:.4g}"  # + 0.0: never -0


def exact_number(value: float) -> str:
    """Return a number with eight decimals, as NumPy prints it; a small one with four digits."""
    if 0 < abs(value) < SMALLEST:
        return f"{value:.3e}"
    return f"{round(float(value), 8) + 0.0:.12g}"
