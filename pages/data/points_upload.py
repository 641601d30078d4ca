"""A table of labeled points that the user uploads: what was recognized in it, and which columns count."""

from collections.abc import Callable

import pandas as pd
import streamlit as st

from pages.state import refusal, session
from pages.state.inputs import Input
from pages.state.session_value import Upload
from polycore import PointSet, PolycoreError
from polycore.formatting import counted
from polycore.limits import MAX_POINTS
from polycore.points.columns import Columns
from polycore.points.table import Table, read_table

PREFIX = "points_upload"
MAX_MEGABYTES = 4
SHOWN_ROWS = 5
DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs"}
HELP = (
    "A row for each point: x, y and a label, with commas, semicolons or tabs between them. Decimal commas, a "
    f"header, and other columns do not matter. At most {MAX_POINTS:,} points and {MAX_MEGABYTES} MB."
)


def draw(adopt: Callable[[PointSet], None]) -> None:
    """Draw the uploader and, once there is a table, its columns and a button that calls `adopt`."""
    file = st.file_uploader(
        "Upload a table",
        type=["csv", "tsv", "txt"],
        key=f"{PREFIX}.file.{session.current().emptied_uploaders}",
        max_upload_size=MAX_MEGABYTES,
        help=HELP,
    )
    if file is None:
        return
    try:
        table = read_table(file.getvalue())
    except PolycoreError as error:
        refusal.show("This table cannot be read.", error)
        return
    columns = _draw_columns(table, file.file_id)
    try:
        data = PointSet.from_table(table, columns)
    except PolycoreError as error:
        refusal.show("These columns are no labeled points.", error)
        return
    st.button(
        f"Use these {len(data):,} points of {data.class_count} classes",
        key=f"{PREFIX}.use",
        type="primary",
        on_click=_use,
        args=(adopt, data, file.file_id),
        help="They take the place of the points that are there.",
    )


def _use(adopt: Callable[[PointSet], None], data: PointSet, file: str) -> None:
    adopt(data)
    session.note_upload(frozenset({file}), Upload())


def _draw_columns(table: Table, file: str) -> Columns:
    guess = table.guess or Columns(0, 1, 2)
    shown = pd.DataFrame(table.rows[:SHOWN_ROWS])
    shown.columns = pd.Index(table.columns)
    header = "with a header" if table.header else "without a header"
    st.caption(
        f"{counted(len(table.rows), 'row')} {header}, with {DELIMITERS[table.delimiter]} between the "
        f"fields and {'commas' if table.decimal == ',' else 'points'} in decimals. The first ones:"
    )
    st.dataframe(shown, hide_index=True, height="content", alt="The first rows of the table.")
    with st.container(horizontal=True):
        x = _choose(table, file, "x", guess.x, "how far right each point lies")
        y = _choose(table, file, "y", guess.y, "how far up each point lies")
        label = _choose(table, file, "Label", guess.label, "the class of each point")
    return Columns(x, y, label)


def _choose(table: Table, file: str, name: str, guess: int, what: str) -> int:
    return Input(f"{PREFIX}.{name}", lambda: guess, of=lambda: file).choose(
        st.selectbox,
        name,
        range(len(table.columns)),
        format_func=table.columns.__getitem__,
        help=f"The column of the table that has {what}.",
    )
