"""Two ways to edit the set-up's polynomials: as formulas, and in a table of coefficients.

What a person entered stays as they entered it, refused or not, until the polynomials are changed elsewhere.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from pages.parts import polynomial_change, polynomial_entries, refusal
from pages.parts.polynomial_change import Polynomials
from polycore import PolycoreError
from polycore.polynomial import MAX_COEFFICIENT, MAX_DEGREE

PREFIX = "polynomials"
WAY_KEY, TEXT_KEY, TABLE_KEY = f"{PREFIX}.way", f"{PREFIX}.text", f"{PREFIX}.table"
TEXT_DRAFT_KEY, TABLE_DRAFT_KEY = f"{PREFIX}.text_draft", f"{PREFIX}.table_draft"

FORMULAS, COEFFICIENTS = "Formulas", "Coefficients"
POWERS = [
    "1",
    "x",
    *(f"x{''.join('⁰¹²³⁴⁵⁶⁷⁸⁹'[int(digit)] for digit in str(power))}" for power in range(2, MAX_DEGREE + 1)),
]

WAY_HELP = "Formulas: one a line, as on paper. Coefficients: a table with a column for each power of x."
TEXT_HELP = (
    "As on paper: 2x^3 - x, (x-1)^2, x^2/4. A new line adds one, an emptied line removes it. "
    "It is drawn when you leave the box or press Ctrl+Enter."
)
TABLE_CAPTION = (
    "An empty cell is a 0. The empty row at the end adds a polynomial; to remove one, tick it at its left "
    "and press the bin above."
)


@dataclass(frozen=True)
class Draft:
    """What an editor shows while the set-up's polynomials are those it stands `beside`.

    `serial` is in the widget's key: the next draft has another. A text has the person's own spelling; a table
    has `base`, the polynomials that their edits began with.
    """

    beside: Polynomials
    serial: int
    text: str
    base: Polynomials


def draw() -> None:
    """Draw the editor that was chosen, and adopt what it says or tell why not."""
    way = st.segmented_control(
        "Edit as",
        (FORMULAS, COEFFICIENTS),
        default=FORMULAS,
        required=True,
        key=WAY_KEY,
        persist_state="session",
        help=WAY_HELP,
    )
    if way == COEFFICIENTS:
        _table_editor()
    else:
        _text_editor()


def renew() -> None:
    """Let both editors show the set-up's polynomials again, whatever was typed."""
    for key in (TEXT_DRAFT_KEY, TABLE_DRAFT_KEY):
        if key in st.session_state:
            st.session_state[key] = replace(st.session_state[key], beside=())


def _draft(key: str) -> Draft:
    polynomials = polynomial_change.present()
    draft: Draft | None = st.session_state.get(key)
    if draft is not None and draft.beside == polynomials:
        return draft
    serial = 0 if draft is None else draft.serial + 1
    return Draft(polynomials, serial, polynomial_entries.as_lines(polynomials), polynomials)


def _text_editor() -> None:
    draft = _draft(TEXT_DRAFT_KEY)
    text = st.text_area(
        "One polynomial a line",
        value=draft.text,
        key=f"{TEXT_KEY}.{draft.serial}",
        height="content",
        placeholder="x^2 - 1\n(x-1)(x+2)",
        help=TEXT_HELP,
    )
    known = polynomial_change.present()
    _take(TEXT_DRAFT_KEY, replace(draft, text=text), lambda: polynomial_entries.from_lines(text, known))


def _table_editor() -> None:
    draft = _draft(TABLE_DRAFT_KEY)
    edited = st.data_editor(
        _table(draft.base),
        key=f"{TABLE_KEY}.{draft.serial}",
        num_rows="dynamic",
        hide_index=True,
        height="content",
        placeholder="",
        column_config={power: _column(power) for power in POWERS},
        alt="The coefficients: a row for each polynomial, a column for each power of x.",
    )
    st.caption(TABLE_CAPTION)
    _take(TABLE_DRAFT_KEY, draft, lambda: polynomial_entries.from_rows(_rows(edited)))


def _take(key: str, draft: Draft, read: Callable[[], Polynomials]) -> None:
    st.session_state[key] = draft
    try:
        polynomials = read()
        st.session_state[key] = replace(draft, beside=polynomials)
        polynomial_change.adopt(polynomials)
    except PolycoreError as error:
        st.session_state[key] = draft
        refusal.show("Not taken yet: everything stays as it was.", error)


def _table(polynomials: Polynomials) -> pd.DataFrame:
    cells = [_cells(polynomial.coefficients) for polynomial in polynomials]
    return pd.DataFrame(cells, columns=POWERS, dtype="float64")


def _cells(coefficients: Sequence[float]) -> list[float | None]:
    """Return a row, the constant first. A 0 is left empty, but the zero polynomial's only one."""
    missing: list[float | None] = [None] * (len(POWERS) - len(coefficients))
    if len(coefficients) == 1:
        return [coefficients[0], *missing]
    return [coefficient or None for coefficient in reversed(coefficients)] + missing


def _rows(table: pd.DataFrame) -> list[list[float | None]]:
    """Return the coefficients of each row, highest degree first, None where a cell is empty."""
    return [
        [None if pd.isna(cell) else float(cell) for cell in reversed(row)]
        for row in table.itertuples(index=False, name=None)
    ]


def _column(power: str) -> ColumnConfig:
    return st.column_config.NumberColumn(
        power,
        width=70,
        min_value=-MAX_COEFFICIENT,
        max_value=MAX_COEFFICIENT,
        help="The constant." if power == POWERS[0] else f"What stands before {power}.",
    )
