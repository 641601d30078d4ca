"""Ways to edit the set-up's polynomials: as formulas, in a table of coefficients, and with sliders.

What the user entered, valid or not, stays as it is until the polynomials are changed elsewhere.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from pages.polynomials import change, entries, line_list, live_typing, sliders
from pages.polynomials.change import Polynomials
from pages.state import refusal, typed
from polycore.formatting import superscript
from polycore.limits import MAX_CLASSES, MAX_COEFFICIENT, MAX_DEGREE

PREFIX = "polynomials"
WAY_KEY, TEXT_KEY, TABLE_KEY = f"{PREFIX}.way", f"{PREFIX}.text", f"{PREFIX}.table"
TEXT_DRAFT_KEY, TABLE_DRAFT_KEY = f"{PREFIX}.text_draft", f"{PREFIX}.table_draft"
PREVIEW_KEY = f"{PREFIX}.preview"  # the key of the text area, and what is being typed there

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
class Draft:
    """What an editor shows as long as the set-up's polynomials are `beside`.

    serial: a number in the widget's key, different for each draft.
    text: the content of the text editor, as the user typed it.
    base: the polynomials on which the edits in the table are based.
    """

    beside: Polynomials
    serial: int
    text: str
    base: Polynomials

    @property
    def text_key(self) -> str:
        """The key of the text editor."""
        return f"{TEXT_KEY}.{self.serial}"

    @property
    def table_key(self) -> str:
        """The key of the table editor."""
        return f"{TABLE_KEY}.{self.serial}"


def draw() -> None:
    """Draw the chosen editor and, if its content is not valid, the reason."""
    way = st.segmented_control(
        "Edit as",
        (FORMULAS, COEFFICIENTS, SLIDERS),
        default=FORMULAS,
        required=True,
        key=WAY_KEY,
        persist_state="session",
        help=WAY_HELP,
    )
    if way == COEFFICIENTS:
        _table_editor()
    elif way == SLIDERS:
        sliders.draw()
    else:
        _text_editor()


def take() -> None:
    """Use the polynomials in the editors as the set-up's. The typed text stays, valid or not.

    Raises PolycoreError if the set-up may not have them.
    """
    _take_text()
    _take_table()


def renew() -> None:
    """Make both editors show the set-up's polynomials again, whatever was typed."""
    for key in (TEXT_DRAFT_KEY, TABLE_DRAFT_KEY):
        if key in st.session_state:
            st.session_state[key] = replace(st.session_state[key], beside=())


def _take_text() -> None:
    draft = _current_draft(TEXT_DRAFT_KEY)
    if draft is not None and draft.text_key in st.session_state:
        draft = replace(draft, text=st.session_state[draft.text_key])
        _adopt(TEXT_DRAFT_KEY, draft, partial(entries.from_lines, draft.text, draft.beside))


def _take_table() -> None:
    draft = _current_draft(TABLE_DRAFT_KEY)
    if draft is not None and draft.table_key in st.session_state:
        _adopt(TABLE_DRAFT_KEY, draft, partial(_from_table, draft))


def _adopt(key: str, draft: Draft, read: Callable[[], Polynomials]) -> None:
    st.session_state[key] = draft
    polynomials = read()
    change.adopt(polynomials)
    st.session_state[key] = replace(draft, beside=polynomials)


def _current_draft(key: str) -> Draft | None:
    """Return the draft that was drawn last; None if the polynomials have been changed elsewhere since."""
    draft: Draft | None = st.session_state.get(key)
    return draft if draft is not None and draft.beside == change.present() else None


def _draft(key: str) -> Draft:
    """Return the draft to draw: a new one if the polynomials were changed elsewhere."""
    draft, last = _current_draft(key), st.session_state.get(key)
    if draft is None:
        polynomials = change.present()
        serial, text = 0, entries.as_lines(polynomials)
        if last is not None:
            serial, text = last.serial + 1, entries.as_lines(polynomials, last.text, last.beside)
        draft = Draft(polynomials, serial, text, polynomials)
    st.session_state[key] = draft
    return draft


def _text_editor() -> None:
    draft = _draft(TEXT_DRAFT_KEY)
    if draft.text_key not in st.session_state:  # the page has just been opened: what was typed there is used
        st.session_state.pop(PREVIEW_KEY, None)
    typing, meaning = st.columns(2, gap="small")
    with typing:
        text = st.text_area(
            "One polynomial a line",
            value=draft.text,
            key=draft.text_key,
            on_change=_note_text,
            height="content",
            placeholder="x^2 - 1\n(x-1)(x+2)",
            help=TEXT_HELP,
        )
        live_typing.watch(f"{PREFIX}.typing", draft.text_key, partial(_preview, draft.text_key))
    typed_now = _being_typed(draft, text)
    with meaning:
        line_list.draw(entries.lines_of(typed_now, draft.beside))
    _show_refusal(lambda: entries.from_lines(typed_now, draft.beside))


def shown() -> Polynomials:
    """Return the polynomials to draw: those that are being typed, as far as they can be read."""
    draft = _current_draft(TEXT_DRAFT_KEY)
    if draft is None or st.session_state.get(PREVIEW_KEY, ("",))[0] != draft.text_key:
        return change.present()
    lines = entries.lines_of(_being_typed(draft, draft.text), draft.beside)
    typed_now = tuple(line.polynomial for line in lines if line.polynomial is not None)[:MAX_CLASSES]
    return typed_now or change.present()


def _being_typed(draft: Draft, text: str) -> str:
    """Return the text while it is typed; `text`, what Streamlit knows, if it is not."""
    key, preview = st.session_state.get(PREVIEW_KEY, ("", ""))
    return preview if key == draft.text_key else text


def _preview(text_key: str, text: str) -> None:
    st.session_state[PREVIEW_KEY] = (text_key, text)


def _note_text() -> None:
    st.session_state.pop(PREVIEW_KEY, None)
    typed.note()


def _table_editor() -> None:
    draft = _draft(TABLE_DRAFT_KEY)
    if draft.table_key not in st.session_state:  # Streamlit drops the edits when the user leaves the page
        draft = st.session_state[TABLE_DRAFT_KEY] = replace(draft, base=change.present())
    st.data_editor(
        _table(draft.base),
        key=draft.table_key,
        on_change=typed.note,
        num_rows="dynamic",
        hide_index=True,
        height="content",
        placeholder="",
        column_config={power: _column(power) for power in POWERS},
        alt="The coefficients: a row for each polynomial, a column for each power of x.",
    )
    st.caption(TABLE_CAPTION)
    _show_refusal(lambda: _from_table(draft))


def _show_refusal(read: Callable[[], Polynomials]) -> None:
    with st.container():
        refusal.show_if_refused("Not accepted yet: the set-up has not changed.", lambda: change.check(read()))


def _from_table(draft: Draft) -> Polynomials:
    return entries.from_rows(_rows(draft.base, st.session_state[draft.table_key]))


def _rows(base: Polynomials, edits: Mapping[str, Any]) -> list[list[float | None]]:
    """Return the coefficients of each row, highest degree first; None for an empty cell.

    `edits` is the state of Streamlit's data editor: edited cells by row and column, deleted and added rows.
    """
    rows = [dict(zip(POWERS, _cells(polynomial.coefficients), strict=True)) for polynomial in base]
    for index, cells in edits["edited_rows"].items():
        rows[int(index)] |= cells
    deleted = set(edits["deleted_rows"])
    rows = [row for index, row in enumerate(rows) if index not in deleted] + list(edits["added_rows"])
    return [[_number(row.get(power)) for power in reversed(POWERS)] for row in rows]


def _number(cell: object) -> float | None:
    return float(cell) if isinstance(cell, int | float) else None


def _table(polynomials: Polynomials) -> pd.DataFrame:
    cells = [_cells(polynomial.coefficients) for polynomial in polynomials]
    return pd.DataFrame(cells, columns=POWERS, dtype="float64")


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
