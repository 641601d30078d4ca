"""A teacher's table: the networks of a class measured on the same points, a row for each file or link."""

import io
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial
from urllib.parse import parse_qsl, urlsplit

import numpy as np
import pandas as pd
import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from pages.models import job_button
from pages.models.model_in_use import scene_of_model
from pages.plane.referee import best_possible, best_possible_text
from pages.plane.scene import Scene
from pages.runs.job import Calls, Job, Progress
from pages.server import server
from pages.state import refusal, session
from pages.state.comparison import ClassRow, ClassTable
from pages.state.inputs import Input
from polycore import Experiment, Model, PolycoreError
from polycore.arrays import grid_points
from polycore.figures import small_map_url
from polycore.formatting import counted
from polycore.links import link
from polycore.model.weight_file import MAX_BYTES
from polycore.network.plain import accuracy, cross_entropy
from polycore.polynomials.classes import counted_classes
from polycore.quoting import visible

PREFIX = "compare.class"
LINKS_LABEL = "Links, one in each line"
MOST = 100
GRID = 72, 45  # columns and rows of a row's map
FILES_KEY = f"{PREFIX}.files"
LINKS = Input(f"{PREFIX}.links", lambda: "")

NOTHING = "Nothing to measure yet: upload weight files, or paste links."
OTHER_CLASSES = "It learned none of this set-up's curves or classes."
NO_LINK = "This is no link: expected an address as “Copy link” gives it."
UNREADABLE = "This link cannot be read: copy it again."
NO_NETWORK = "The link has no trained network: copy it when a run has ended."
UNKNOWN = "\N{EN DASH}"
WHY_UNKNOWN = f"“{UNKNOWN}” is not known: the last column says why, or else the network does not say it."
EARLIER = "This table was measured on the points of an earlier set-up. Measure again for this one."

_COLUMNS = {
    "name": st.column_config.TextColumn("name", width="medium"),
    "map": st.column_config.ImageColumn("map", width="small", help="The network's answers in the plane."),
    "accuracy (%)": st.column_config.NumberColumn(
        "accuracy (%)", format="%.2f", help="Of the new points whose polynomial the network knows."
    ),
    "loss on new points": st.column_config.NumberColumn(
        "loss on new points",
        format="%.4f",
        help="Cross-entropy on these points, in nats. The Train page shows the loss on the training points.",
    ),
    "points": st.column_config.NumberColumn("points", format="%d", help="How many points these are."),
    "weights": st.column_config.NumberColumn("weights", format="%d", help="Weights and biases."),
    "steps": st.column_config.NumberColumn("steps", format="%d", help="Of its run, as set up."),
    "seed": st.column_config.NumberColumn("seed", format="%d"),
    "problem": st.column_config.TextColumn(
        "problem", width="large", help="Why a file or a link could not be read."
    ),
}


def draw() -> None:
    """Draw the inputs and the table."""
    st.caption(
        f"Upload weight files or paste links, up to {MOST}: all are measured on the same new points, those "
        f"of your set-up with {counted_classes(session.current().experiment.shown_classes)}."
    )
    files, links = st.columns(2, gap="medium")
    with files:
        uploaded = st.file_uploader(
            "Weight files (.npz)",
            # no `type`: a phone that does not know the extension would not let the user choose the file
            accept_multiple_files=True,
            max_upload_size=MAX_BYTES // 2**20,
            key=FILES_KEY,
            help="As downloaded here, or saved by model.save. Code in a file is never run.",
        )
    with links:
        text = LINKS.draw(
            st.text_area,
            LINKS_LABEL,
            height=120,
            help='Links with a trained network, as "Copy link" gives them. A name may stand before each.',
        )
    comparison = session.current().comparison
    job = comparison.measuring
    view = None if job is None else job.view
    if view is not None and view.result is not None:
        session.update(comparison=replace(comparison, class_table=view.result, measuring=None))
    is_active = view is not None and view.is_active
    pressed = st.button(
        "Measure",
        key=f"{PREFIX}.measure",
        type="primary",
        icon=":material/table_chart:",
        on_click=job_button.begin_once,
        args=(lambda: session.current().comparison.measuring, _begin),
        disabled=is_active,
    )
    with st.container():
        if pressed and not (uploaded or text.strip()):
            st.caption(NOTHING)
        if job is not None and is_active:
            job_button.draw_progress(job, PREFIX)
        elif view is not None and view.error is not None:
            refusal.show("The networks could not be measured.", view.error)
        table = session.current().comparison.class_table
        if table is not None and not is_active:
            _draw_table(table)


def row_of_file(name: str, content: bytes, set_up: Experiment, calls: Calls) -> ClassRow:
    """Return the row of a weight file."""
    try:
        model = Model.load(io.BytesIO(content))
        server.current().limits.check_model(model)
        return _row_of(name, model, set_up, calls)
    except PolycoreError as error:
        return ClassRow(name, problem=str(error))


def row_of_link(name: str, address: str, set_up: Experiment, calls: Calls) -> ClassRow:
    """Return the row of a link with a trained network."""
    try:
        query = dict(parse_qsl(urlsplit(address).query))
    except ValueError:  # its host is not one, as in https://[
        return ClassRow(name, problem=UNREADABLE)
    if not link.says_anything(query):
        return ClassRow(name, problem=NO_LINK)
    opened = link.from_query(query)
    if opened.model is None:
        return ClassRow(name, problem=UNREADABLE if opened.problems else NO_NETWORK)
    try:
        return _row_of(name, opened.model, set_up, calls)
    except PolycoreError as error:
        return ClassRow(name, problem=str(error))


def with_distinct_names(rows: Iterable[ClassRow]) -> tuple[ClassRow, ...]:
    """Return the rows, with a number after each name that an earlier row has: files often share names."""
    counts: Counter[str] = Counter()
    named = []
    for row in rows:
        counts[row.name] += 1
        number = counts[row.name]
        named.append(row if number == 1 else replace(row, name=f"{row.name} ({number})"))
    return tuple(named)


def frame_of(rows: Iterable[ClassRow]) -> pd.DataFrame:
    """Return the rows as a table, with accuracies in percent."""
    frame = pd.DataFrame(
        [
            {
                # a spreadsheet would take such a name in a CSV file for a formula
                "name": f"'{row.name}" if row.name.startswith(("=", "+", "-", "@")) else row.name,
                "map": row.map,
                "accuracy (%)": None if row.accuracy is None else round(100 * row.accuracy, 4),
                "loss on new points": row.loss,
                "points": row.known if row.parameters else None,
                "hidden layers": "-".join(map(str, row.hidden)) or ("none" if row.parameters else None),
                "weights": row.parameters,
                "steps": row.steps,
                "seed": row.seed,
                "problem": row.problem,
            }
            for row in rows
        ]
    )
    # with what is not known
    return frame.astype(dict.fromkeys(("points", "weights", "steps", "seed"), "Int64"))


def _row_of(name: str, model: Model, set_up: Experiment, calls: Calls) -> ClassRow:
    scene, trained, shown = _scene_of(model, set_up), model.experiment, model.shown_classes
    (asked, labels), (columns, rows) = set_up.held_out_set(), GRID
    labels = np.array([shown.index(one) if one in shown else -1 for one in set_up.shown_classes])[labels]
    if scene is not None:
        x, y = (np.linspace(*ends, count) for ends, count in zip(scene.window, GRID, strict=True))
        asked = np.concatenate([asked, grid_points(x, y)])
    with server.current().turns.landscape:  # for each network anew, so that others come in between
        answers = calls(model.predict_proba, asked)
    known = np.flatnonzero(labels >= 0)
    of_grid = answers[len(labels) :]
    return ClassRow(
        name,
        accuracy=accuracy(answers[known], labels[known]) if len(known) else None,
        loss=cross_entropy(answers[known], labels[known]) if len(known) else None,
        known=len(known),
        hidden=model.widths[1:-1],
        parameters=model.parameter_count,
        steps=None if trained is None else trained.steps,
        seed=None if trained is None else trained.seed,
        map=small_map_url(scene.curves, *scene.window, of_grid.reshape(rows, columns, -1)) if scene else None,
        problem="" if len(known) else OTHER_CLASSES,
        experiment=trained,
    )


def _scene_of(model: Model, set_up: Experiment) -> Scene | None:
    """Return the scene of a model's classes, without the session, which the thread of a job does not have."""
    trained = model.experiment or (model.experiment_on(set_up.data) if set_up.data else None)
    is_known = trained is not None and trained.shown_classes == model.shown_classes
    return scene_of_model(model, trained if is_known else None, model.shown_window[0])


def table_of(experiment: Experiment, files: Sequence[UploadedFile], links: str, show: Progress) -> ClassTable:
    """Return the table of files and links, one in each line, at most MOST of them; workers measure them.

    experiment: on whose held-out points they are measured. show: called with how many networks are measured,
    and of how many.
    """
    lines = [line.split() for line in links.splitlines() if line.strip()]
    tasks = [
        *(partial(row_of_file, visible(file.name), file.getvalue(), experiment) for file in files),
        *(
            partial(row_of_link, visible(" ".join(name).rstrip(" :,;")) or f"link {i}", address, experiment)
            for i, (*name, address) in enumerate(lines, 1)
        ),
    ]
    rows: list[ClassRow] = []
    count = min(len(tasks), MOST)
    for task in tasks[:count]:
        rows.append(task(Calls(partial(show, len(rows), count))))
    return ClassTable(experiment, with_distinct_names(rows), len(tasks) - count)


def _begin() -> None:
    files, links = st.session_state[FILES_KEY], LINKS.value
    if files or links.strip():
        compute = partial(table_of, session.current().experiment, files, links)
        job = Job("", compute, "Waiting", "{} of {} networks measured")
        job.start()
        session.update(comparison=replace(session.current().comparison, measuring=job))


def notes_on(table: ClassTable, set_up: Experiment) -> list[str]:
    """Return what there is to know of a table beside a set-up: what it lacks, and on which points it is."""
    notes = []
    if table.left_out:
        notes.append(f"{counted(table.left_out, 'network')} more than {MOST} were left out.")
    if table.experiment != set_up:
        notes.append(EARLIER)
    if any(row.known for row in table.rows):
        best = best_possible_text(best_possible(table.experiment))
        if best:
            notes.append(f"On these points: {best}.")
    if any(None in (row.accuracy, row.steps) for row in table.rows):
        notes.append(WHY_UNKNOWN)
    return notes


def _draw_table(measured: ClassTable) -> None:
    for note in notes_on(measured, session.current().experiment):
        st.caption(note)
    others = [row.experiment for row in measured.rows if row.experiment is not None and not row.known]
    if others:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(
                f"{counted(len(others), 'network')} learned other curves. To compare them, use their set-up.",
                width="content",  # beside the button, which the table's toolbar would cover
            )
            st.button(
                "Use their set-up",
                key=f"{PREFIX}.adopt",
                on_click=session.replace_setup,
                args=(others[0], "The set-up of the class has replaced yours."),
            )
    frame = frame_of(measured.rows)
    st.dataframe(
        frame,
        key=f"{PREFIX}.rows",
        column_config=_COLUMNS,
        hide_index=True,
        placeholder=UNKNOWN,
        row_height=56,
        height=min(700, 40 + 56 * len(frame)),
        alt="For each network of the class its map, its accuracy and loss, its size, steps and seed.",
    )
    columns, _ = st.columns([1, 3])
    with columns:
        st.download_button(
            "CSV",
            frame.drop(columns="map").to_csv(index=False),
            "polycore-class.csv",
            "text/csv",
            key=f"{PREFIX}.csv",
            icon=":material/download:",
            type="tertiary",
            help="The same table, without the maps.",
        )
