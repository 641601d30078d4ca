"""Ways to edit the set-up's polynomials: as formulas, in a table of coefficients, and with sliders.

What the user entered, valid or not, stays as it is until the polynomials are changed elsewhere.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from pages.polynomials import change, entries, line_list, live_typing, sliders
from pages.polynomials.change import Polynomials
from pages.state import refusal
from pages.state.inputs import Input
from polycore.formatting import superscript
from polycore.limits import MAX_CLASSES, MAX_COEFFICIENT, MAX_DEGREE

PREFIX = "polynomials"
EDITORS = f"{PREFIX}.editor"

FORMULAS, COEFFICIENTS, SLIDERS = "Formulas", "Coefficients", "Sliders"
POWERS = ["1", "x", *(f"x{superscript(power)}" for power in range(2, MAX_DEGREE + 1))]

# pixels: in a window 1280 wide there is room beside the plot for six columns, up to the fifth power
COLUMN_WIDTH = 63

WAY_HELP = (
    "Formulas: one on each line. Coefficients: a table with a column for each power of x. Sliders: move one "
    "curve."
)
TEXT_HELP = (
    "For example 2x^3 - x, (x-1)^2 or x^2/4; y = 2x², 1,5x and TeX can be pasted as they are. Add a line to "
    "add a polynomial; empty a line to remove one. The plot follows while you type; the set-up does when you "
    "leave the box or press Ctrl+Enter."
)
TABLE_CAPTION = (
    "An empty cell is a 0. The empty row at the end adds a polynomial; to remove one, tick the box to its "
    "left and press the bin above."
)


@dataclass(frozen=True)
class Table:
    """The polynomials with which the table was drawn, and how the user has edited it since.

    edits: the state of Streamlit's data editor: edited cells by row and column, deleted and added rows.
    """

    base: Polynomials
    edits: Mapping[str, Any] = field(
        default_factory=lambda: {"edited_rows": {}, "added_rows": [], "deleted_rows": []}
    )

    def edited(self, edits: Mapping[str, Any]) -> "Table":
        """Return the table with these edits of its base."""
        return replace(self, edits=edits)

    @property
    def rows(self) -> list[list[float | None]]:
        """The coefficients of each row, highest degree first; None for an empty cell."""
        rows = [dict(zip(POWERS, _cells(polynomial.coefficients), strict=True)) for polynomial in self.base]
        for index, cells in self.edits["edited_rows"].items():
            rows[int(index)] |= cells
        deleted = set(self.edits["deleted_rows"])
        rows = [row for index, row in enumerate(rows) if index not in deleted]
        return [
            [_number(row.get(power)) for power in reversed(POWERS)]
            for row in [*rows, *self.edits["added_rows"]]
        ]


def draw() -> None:
    """Draw the chosen editor and, if its content is not valid, the reason."""
    way = WAY.choose(
        st.segmented_control, "Edit as", (FORMULAS, COEFFICIENTS, SLIDERS), required=True, help=WAY_HELP
    )
    if way == COEFFICIENTS:
        _table_editor()
    elif way == SLIDERS:
        sliders.draw()
    else:
        _text_editor()


def forget() -> None:
    """Let both editors show the set-up's polynomials again, whatever was entered."""
    TEXT.forget()
    TABLE.forget()


def shown() -> Polynomials:
    """Return the polynomials to draw: those that are being typed, as far as they can be read."""
    if TEXT.typing is None:
        return change.present()
    lines = entries.lines_of(TEXT.typing, change.present())
    typed_now = tuple(line.polynomial for line in lines if line.polynomial is not None)[:MAX_CLASSES]
    return typed_now or change.present()


def _as_text() -> str:
    return entries.as_lines(change.present(), TEXT.last or "", change.present())


def _adopt_text(text: str) -> None:
    change.adopt(entries.from_lines(text, change.present()))


def _as_table() -> Table:
    return Table(change.present())


def _adopt_table(table: Table) -> None:
    change.adopt(entries.from_rows(table.rows))


WAY = Input(f"{PREFIX}.way", lambda: FORMULAS)
TEXT = Input(f"{EDITORS}.text", _as_text, _adopt_text)
TABLE = Input(f"{EDITORS}.table", _as_table, _adopt_table, read=Table.edited)


def _text_editor() -> None:
    typing, meaning = st.columns(2, gap="small")
    with typing:
        text = TEXT.draw(
            st.text_area,
            "One polynomial a line",
            height="content",
            placeholder="x^2 - 1\n(x-1)(x+2)",
            help=TEXT_HELP,
        )
        live_typing.watch(f"{PREFIX}.typing", TEXT.key, TEXT.note_typing)
    typed_now = text if TEXT.typing is None else TEXT.typing
    with meaning:
        line_list.draw(entries.lines_of(typed_now, change.present()))
    _show_refusal(lambda: entries.from_lines(typed_now, change.present()))


def _table_editor() -> None:
    if TABLE.key not in st.session_state:  # Streamlit drops the edits when the user leaves the page
        TABLE.forget()
    table = TABLE.draw(
        _data_editor, "The coefficients: a row for each polynomial, a column for each power of x."
    )
    st.caption(TABLE_CAPTION)
    _show_refusal(lambda: entries.from_rows(table.rows))


def _data_editor(alt: str, *, value: Table, **wires: Any) -> None:
    cells = [_cells(polynomial.coefficients) for polynomial in value.base]
    st.data_editor(
        pd.DataFrame(cells, columns=POWERS, dtype="float64"),
        num_rows="dynamic",
        hide_index=True,
        height="content",
        placeholder="",
        column_config={power: _column(power) for power in POWERS},
        alt=alt,
        **wires,
    )


def _show_refusal(read: Callable[[], Polynomials]) -> None:
    with st.container():
        refusal.show_if_refused("Not accepted yet: the set-up has not changed.", lambda: change.check(read()))


def _number(cell: object) -> float | None:
    return float(cell) if isinstance(cell, int | float) else None


def _cells(coefficients: Sequence[float]) -> list[float | None]:
    """Return a row, constant term first. A 0 is left empty, except in the zero polynomial."""
    missing: list[float | None] = [None] * (len(POWERS) - len(coefficients))
    if len(coefficients) == 1:
        return [coefficients[0], *missing]
    return [coefficient or None for coefficient in reversed(coefficients)] + missing


def _column(power: str) -> ColumnConfig:
    return st.column_config.NumberColumn(
        power,
        width=COLUMN_WIDTH,
        min_value=-MAX_COEFFICIENT,
        max_value=MAX_COEFFICIENT,
        help="The constant term." if power == POWERS[0] else f"The coefficient of {power}.",
    )
