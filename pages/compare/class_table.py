"""A teacher's table: up to a hundred networks of a class, measured on the same points."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from pages.compare import class_measure
from pages.compare.class_measure import MOST
from pages.plane.referee import best_possible, best_possible_text
from pages.state import session
from pages.state.inputs import Input
from pages.state.session_value import ClassRow, ClassTable
from polycore import Experiment
from polycore.formatting import counted
from polycore.model.weight_file import MAX_BYTES
from polycore.quoting import visible

PREFIX = "compare.class"
NOTHING = "Nothing to measure yet: upload weight files, or paste links."
FILES_KEY = f"{PREFIX}.files"
LINKS = Input(f"{PREFIX}.links", lambda: "")

_COLUMNS = {
    "name": st.column_config.TextColumn("name", width="medium"),
    "map": st.column_config.ImageColumn("map", width="small", help="What the network answers in the plane."),
    "accuracy (%)": st.column_config.NumberColumn(
        "accuracy (%)", format="%.2f", help="Of the held-out points whose polynomial the network knows."
    ),
    "held-out loss": st.column_config.NumberColumn(
        "held-out loss",
        format="%.4f",
        help="Cross-entropy on these points, in nats. The Train page shows that of the training points.",
    ),
    "points": st.column_config.NumberColumn("points", format="%d", help="How many these are."),
    "weights": st.column_config.NumberColumn("weights", format="%d", help="Weights and biases."),
    "steps": st.column_config.NumberColumn("steps", format="%d", help="Of its run, as it was set up."),
    "seed": st.column_config.NumberColumn("seed", format="%d"),
    "problem": st.column_config.TextColumn(
        "problem", width="large", help="Why a file or a link could not be read."
    ),
}


def draw() -> None:
    """Draw the inputs and the table."""
    st.write(
        f"What do the networks of a whole class do on the same points? Give up to {MOST} weight files or "
        "links. All are measured on the held-out points of the set-up in the address."
    )
    files, links = st.columns(2, gap="medium")
    with files:
        uploaded = st.file_uploader(
            "Weight files (.npz)",
            # no `type`: a phone that does not know the extension would not let the user choose the file
            accept_multiple_files=True,
            max_upload_size=MAX_BYTES // 2**20,
            key=FILES_KEY,
            help="As they are downloaded here, or saved by model.save. Code in a file is never run.",
        )
    with links:
        text = LINKS.draw(
            st.text_area,
            "Links, one in each line",
            height=120,
            help='Links with a trained network, as "Copy link" gives them when a run has ended.',
        )
    pressed = st.button(
        "Measure",
        key=f"{PREFIX}.measure",
        type="primary",
        icon=":material/table_chart:",
    )
    with st.container():
        if pressed and (uploaded or text.strip()):
            _measure(uploaded, text)
        elif pressed:
            st.caption(NOTHING)
        table = session.current().comparison.class_table
        if table is not None:
            _draw_table(table)


def _measure(files: Sequence[UploadedFile], text: str) -> None:
    experiment = session.current().experiment
    points = class_measure.points_of(experiment)
    addresses = [line.strip() for line in text.splitlines() if line.strip()]
    tasks = [
        partial(class_measure.row_of_file, visible(file.name), file.getvalue(), points) for file in files
    ]
    for number, address in enumerate(addresses, 1):
        tasks.append(partial(class_measure.row_of_link, f"link {number}", address, points))
    rows: list[ClassRow] = []
    count = min(len(tasks), MOST)
    progress = st.progress(0.0)
    for task in tasks[:count]:
        progress.progress(len(rows) / count, f"Measuring network {len(rows) + 1} of {count}")
        rows.append(task())
    progress.empty()
    table = ClassTable(experiment, class_measure.with_distinct_names(rows), len(tasks) - count)
    session.set_comparison(replace(session.current().comparison, class_table=table))


def _draw_set_up(measured: ClassTable) -> None:
    """Say what is possible on these points, or offer the set-up of networks that know none of them."""
    if any(row.known for row in measured.rows):
        best = best_possible_text(best_possible(measured.experiment))
        if best:
            st.caption(f"On these points: {best}.")
    others = [row.experiment for row in measured.rows if row.experiment is not None and not row.known]
    if not others:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(
            f"{counted(len(others), 'network')} learned other curves. To compare them, use their set-up."
        )
        st.button("Use their set-up", key=f"{PREFIX}.adopt", on_click=_adopt, args=(others[0],))


def _adopt(experiment: Experiment) -> None:
    session.replace_setup(experiment, "The set-up of the class has replaced yours.")


def _draw_table(measured: ClassTable) -> None:
    if measured.left_out:
        st.caption(f"{counted(measured.left_out, 'network')} more than {MOST} were left out.")
    if measured.experiment != session.current().experiment:
        st.caption("This table was measured on the points of an earlier set-up. Measure again for this one.")
    _draw_set_up(measured)
    table = class_measure.table(measured.rows)
    st.dataframe(
        table,
        key=f"{PREFIX}.rows",
        column_config=_COLUMNS,
        hide_index=True,
        row_height=56,
        height=min(700, 40 + 56 * len(table)),
        alt="For each network of the class its map, its accuracy and loss, its size, steps and seed.",
    )
    columns, _ = st.columns([1, 3])
    with columns:
        st.download_button(
            "CSV",
            table.drop(columns="map").to_csv(index=False),
            "polycore-class.csv",
            "text/csv",
            key=f"{PREFIX}.csv",
            icon=":material/download:",
            help="The same table, without the maps.",
        )
