"""Ways to edit the set-up's polynomials: as formulas, in a table of coefficients, and with sliders.

What the user entered, valid or not, stays as it is until the polynomials are changed elsewhere.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from html import escape
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from pages.channel import component
from pages.plane import swatch
from pages.polynomials import change, entries, sliders
from pages.polynomials.change import Polynomials
from pages.polynomials.entries import POWERS, TWICE, EditedTable, TypedLine
from pages.setup import setting_input
from pages.state import refusal, session
from pages.state.inputs import Input
from polycore.limits import MAX_CLASSES, MAX_COEFFICIENT, MIN_CLASSES
from polycore.pictures.palette import PALETTE
from polycore.quoting import visible

PREFIX = "polynomials"
EDITORS = f"{PREFIX}.editor"
TYPING_KEY = f"{PREFIX}.typing"

ABOUT = (
    "The network learns to say which of these a point lies on. "
    f"There may be {MIN_CLASSES} to {MAX_CLASSES} of them."
)
FORMULAS, COEFFICIENTS, SLIDERS = "Formulas", "Coefficients", "Sliders"
TEXT_LABEL = "One polynomial a line"
TEXT_HELP = (
    "2x^3 - x, (x-1)^2, x^2/4; y = 2x², 1,5x and TeX can be pasted as they are. Empty a line to remove its "
    "polynomial. The plot follows while you type; the set-up does when you leave the box or press Ctrl+Enter."
)
TABLE_CAPTION = (
    "An empty cell is a 0. Fill the last row to add one; to remove one, tick it and press the bin."
)
LONGEST = 20_000  # characters of what is being typed: 24 polynomials have far fewer
# pixels: in a window 1280 wide there is room beside the plot for six columns, up to the fifth power
COLUMN_WIDTH = 63
UNREAD, REPEATED = "cannot be read", "is already in the list"
LINES_LABEL = "What each line means"
# as high as the lines of Streamlit's text area, and at their height beside it
LINES_STYLE = """<style>
.stApp .polycore-lines { margin: 2.55rem 0 0; padding: 0; list-style: none; font-size: 0.875rem; }
.polycore-lines > li {
  height: 1.4em; margin: 0; font-size: inherit; line-height: 1.4;
  overflow: hidden; text-overflow: ellipsis; white-space: nowrap;
}
.polycore-lines img { display: inline; height: 1rem; margin-right: 0.5rem; vertical-align: middle; }
.polycore-lines mark { padding: 0 0.15em; border-radius: 0.2em; background: #b03159; color: #ffffff; }
.polycore-lines small { opacity: 0.8; }
/* below the editor they would list the curves once more, as the plot's legend does: what is wrong is new */
@media (max-width: 640px) {
  .stApp .polycore-lines { margin-top: 0; }
  .polycore-lines > li:not(:has(small)) { display: none; }
  [data-testid="stColumn"] [data-testid="stColumn"]:has(.polycore-lines):not(:has(small)) { display: none; }
}
</style>"""
_UNREADABLE = re.compile(r"character (\d+): got ")

_typing = component.Component("polycore_typing", (Path(__file__).with_name("live_typing.js"),))


def draw() -> None:
    """Draw the chosen editor and, if its content is not valid, the reason."""
    way = WAY.choose(st.segmented_control, "Edit as", (FORMULAS, COEFFICIENTS, SLIDERS), required=True)
    if way == COEFFICIENTS:
        _draw_table()
    elif way == SLIDERS:
        sliders.draw()
    else:
        _draw_text()


def forget() -> None:
    """Let both editors show the set-up's polynomials again, whatever was entered."""
    TEXT.forget()
    TABLE.forget()


def _draw_refusal(read: Callable[[], Polynomials]) -> None:
    with st.container():
        refusal.show_if_refused(
            setting_input.NOT_YET, lambda: replace(session.current().experiment, polynomials=read())
        )


# --- formulas ----------------------------------------------------------------------------------


def shown() -> Polynomials:
    """Return the polynomials to draw: while formulas are edited, those of the text, as far as it can be read.

    So the plot has the curves that the text is said to mean, also if the text was refused.
    """
    if WAY.value != FORMULAS:
        return change.present()
    lines = entries.lines_of(_text(), change.present())
    typed_now = tuple(line.polynomial for line in lines if line.polynomial is not None)[:MAX_CLASSES]
    return typed_now or change.present()


def _draw_text() -> None:
    writing, meaning = st.columns(2, gap="small")
    with writing:
        TEXT.draw(
            st.text_area,
            TEXT_LABEL,
            height="content",
            placeholder="x^2 - 1\n(x-1)(x+2)",
            help=TEXT_HELP,
        )
        # Streamlit itself sends the text only once the area loses the focus
        area = f".st-key-{TEXT.key.replace('.', '-')}"
        _typing.draw(key=TYPING_KEY, data={"area": area}, height=0, on_text_change=_note_typing)
    typed_now = _text()
    with meaning:
        st.html(lines_html(entries.lines_of(typed_now, change.present())))
    _draw_refusal(lambda: entries.from_lines(typed_now, change.present()))


def _text() -> str:
    """Return what the text area holds, entered or not."""
    return TEXT.value if TEXT.typing is None else TEXT.typing


def _note_typing() -> None:
    text = component.sent(TYPING_KEY, "text")
    if isinstance(text, str) and len(text) <= LONGEST:
        TEXT.note_typing(text)


def lines_html(lines: Sequence[TypedLine]) -> str:
    """Return what each line means, each as high as in the editor. All text is escaped."""
    label = 0
    rows = []
    for line in lines:
        row = ""
        if line.polynomial is not None:
            sample = f'<img src="{swatch.url(label % len(PALETTE))}" alt="">'
            row = f"{sample}p{label} = {escape(line.polynomial.typeset)}"
            label += 1
        elif line.error:
            # as high as its line, there is no room for the reason: the editor shows it below, whole
            row = f"{marked(line)} <small>{REPEATED if line.error == TWICE else UNREAD}</small>"
        rows.append(f"<li>{row}</li>")
    return f'{LINES_STYLE}<ul class="polycore-lines" aria-label="{LINES_LABEL}">{"".join(rows)}</ul>'


def marked(line: TypedLine) -> str:
    """Return the text of a line with the character at which it cannot be read marked, as HTML."""
    match = _UNREADABLE.search(line.error)
    if match is None:
        return escape(visible(line.text))
    at = int(match[1]) - 1
    before, here, after = line.text[:at], line.text[at : at + 1], line.text[at + 1 :]
    return (
        f"{escape(visible(before))}<mark>{escape(visible(here)) or '&nbsp;'}</mark>{escape(visible(after))}"
    )


# --- the table ---------------------------------------------------------------------------------


def _draw_table() -> None:
    if TABLE.key not in st.session_state:  # Streamlit drops the edits when the user leaves the page
        TABLE.forget()
    table = TABLE.draw(
        _data_editor, "The coefficients: a row for each polynomial, a column for each power of x."
    )
    st.caption(TABLE_CAPTION)
    _draw_refusal(lambda: table.polynomials)


def _data_editor(alt: str, *, value: EditedTable, **wires: Any) -> None:
    columns = {
        power: st.column_config.NumberColumn(
            power,
            width=COLUMN_WIDTH,
            min_value=-MAX_COEFFICIENT,
            max_value=MAX_COEFFICIENT,
            help="The constant term." if power == POWERS[0] else f"The coefficient of {power}.",
        )
        for power in POWERS
    }
    st.data_editor(
        pd.DataFrame(value.cells, columns=POWERS, dtype="float64"),
        num_rows="dynamic",
        hide_index=True,
        height="content",
        placeholder="",
        column_config=columns,
        alt=alt,
        **wires,
    )


# --- the inputs --------------------------------------------------------------------------------


WAY = Input(f"{PREFIX}.way", lambda: FORMULAS)
TEXT: Input[str] = Input(
    f"{EDITORS}.text",
    lambda: entries.as_lines(change.present(), TEXT.last or "", change.present()),
    lambda text: change.adopt(entries.from_lines(text, change.present())),
)
TABLE = Input(
    f"{EDITORS}.table",
    lambda: EditedTable(change.present()),
    lambda table: change.adopt(table.polynomials),
    read=EditedTable.edited,
)
