"""Numbers of a forward pass as a table: a row for each quantity, a column for each neuron."""

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from pages.channel import live_text
from polycore.arrays import Floats

WIDEST = 64  # columns of an HTML table; wider ones are dataframes, which draw only the visible part
SMALLEST = 1e-4  # absolute value below which eight decimals show too few digits


@dataclass(frozen=True, eq=False)
class Table:
    """`rows` of numbers under `heads`, which are not from users; `colors` underline the heads."""

    label: str
    heads: Sequence[str]
    rows: Mapping[str, Floats]
    colors: Sequence[str] = ()

    @property
    def is_wide(self) -> bool:
        """Whether a data frame draws it better."""
        return len(self.heads) > WIDEST

    @property
    def texts(self) -> list[list[str]]:
        """The numbers of each row as they are shown."""
        return [[number(value) for value in values.tolist()] for values in self.rows.values()]

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
    """Return a number with eight decimals, as NumPy prints it; a small one with four digits."""
    if 0 < abs(value) < SMALLEST:
        return f"{value:.3e}"
    return f"{round(float(value), 8) + 0.0:.12g}"  # + 0.0: never -0
