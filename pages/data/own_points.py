"""Points of the user's own on the Data page: drawn, uploaded, or taken from samples."""

from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from pages.channel import component
from pages.data.setup_on_points import (
    CLASSES,
    SEPARATOR,
    after_drawing,
    note_on_network,
    on_own_points,
    on_polynomials,
    on_samples,
    sketch_of,
    standing,
    with_names,
    with_points,
    with_suited_network,
)
from pages.plane.scene import fit_of
from pages.points import uploaded_points
from pages.points.uploaded_points import MAX_MEGABYTES, TABLE_HELP, TEST_TITLE, TRAIN_TITLE, TYPES
from pages.state import refusal, session
from pages.state.inputs import Input
from pages.state.setup import Setup
from pages.state.sketch import STEPS, operations_in
from pages.wording.words import layers_of_neurons
from polycore import PointSet, PolycoreError
from polycore.experiment.experiment import MOST_POINTS_IN_JSON
from polycore.experiment.settings import SETTINGS
from polycore.formatting import counted
from polycore.limits import LEAST_HELD_OUT, MAX_POINTS, MOST_HELD_OUT
from polycore.pictures.palette import PALETTE
from polycore.points.split import layers_for
from polycore.points.table import Columns, Table, read_table
from polycore.web.scripts import file_of

PREFIX = "own_points"
DRAWING_KEY = "data.draw"
DRAWING_HEIGHT = 520  # pixels, with the tools
# What is above and below it takes 20 rem of the screen; draw_points.css has the same height.
STYLE = """<style>
@media (min-width: 641px) {
  .st-key-data-draw { flex-basis: clamp(20rem, 100vh - 20rem, 50rem) !important; }
}
</style>"""
POLYNOMIALS, OWN = "Polynomials", "My own points"
REPLACED = "Your earlier points were replaced."
EDIT_SAMPLES = "Edit these as my own points"
SAME_CLASSES = "The classes have not changed."
NO_TABLE = "This table cannot be read."
FIT_TITLE = "Which polynomials are these?"
UPLOAD = "points_upload"  # prefix of the keys of the uploader and its inputs
SHOWN_ROWS = 5
DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs"}

_drawing = component.Component(
    "polycore_draw_points", (file_of("ticks.js"), Path(__file__).with_name("draw_points.js"))
)


# --- what to learn from ------------------------------------------------------------------------


def draw_source() -> None:
    """Draw the choice of what to learn from."""
    Input(
        f"{PREFIX}.source",
        lambda: POLYNOMIALS if session.current().setup.own_points is None else OWN,
        _choose_source,
    ).choose(
        st.segmented_control,
        "Learn from",
        (POLYNOMIALS, OWN),
        required=True,
    )


def draw_pointer() -> None:
    """Draw the way from a table to test on to one to train on."""
    st.button(
        TRAIN_TITLE,
        key=f"{PREFIX}.table",
        icon=":material/upload_file:",
        type="tertiary",
        on_click=_choose_source,
        args=(OWN,),
        help="The network then learns from points of your own; the polynomials stay for later.",
    )


def _choose_source(source: str) -> None:
    setup = session.current().setup
    if source == OWN:
        chosen = on_own_points(setup)
        session.replace_setup(chosen.experiment, None, chosen.sketch)
    else:
        put_aside = None if setup.experiment.data is None else "Your points were put aside."
        session.replace_setup(on_polynomials(setup), put_aside)


def draw_samples_button() -> None:
    """Draw the button that makes the samples of polynomials points to edit."""
    st.button(
        EDIT_SAMPLES,
        key=f"{PREFIX}.samples",
        icon=":material/edit:",
        on_click=_edit_samples,
        help=f"Takes up to {MOST_POINTS_IN_JSON} of the samples as points that you can erase and add to.",
    )


def _edit_samples() -> None:
    setup = session.current().setup
    edited = on_samples(setup)
    said = "The set-up learns from your own points now." if setup.put_aside is None else REPLACED
    session.replace_setup(edited.experiment, said, edited.sketch)


# --- the points --------------------------------------------------------------------------------


def draw(setup: Setup) -> None:
    """Draw the plane with the points, and beside it where else they may come from."""
    st.html(STYLE)
    sketch = sketch_of(setup)
    plane, inputs = st.columns([3, 2], gap="large")  # on a phone the plane comes first
    with inputs:
        with st.container():
            said, reason = standing(setup)
            st.caption(said)
            if reason:
                st.text(reason)
        with st.container():
            _draw_names()
        with st.container():
            if setup.experiment.data is not None:
                _draw_share()
        with st.container():
            if setup.experiment.data is not None:
                _draw_network(setup)
        _draw_upload()
        uploaded_points.draw(setup.experiment.shown_classes)
    with plane:
        _drawing.draw(
            key=DRAWING_KEY,
            data={
                "points": [[*point] for point in sketch.points],
                "window": sketch.window,
                "axes": list(sketch.axes),
                "names": list(sketch.names),
                "colors": [look.color for look in PALETTE[: len(sketch.names)]],
                "pen": sketch.pen,
                "applied": sketch.applied,
                "steps": STEPS,
                "most": MAX_POINTS,
            },
            height=DRAWING_HEIGHT,
            on_drawn_change=_take_drawn,
        )
        st.caption(
            "Choose a class, then click or drag to place its points. A link holds up to "
            f"{MOST_POINTS_IN_JSON} of them."
        )
    if setup.experiment.data is not None:
        _draw_fit(setup.experiment.data)


def _take_drawn() -> None:
    sent = operations_in(component.sent(DRAWING_KEY, "drawn"))
    if sent is not None:
        session.update(setup=after_drawing(session.current().setup, *sent))


def adopt(data: PointSet) -> None:
    """Replace the user's points by these, from a table. If any are lost, a toast offers to undo it."""
    setup = session.current().setup
    is_lost = setup.experiment.data != data and bool(setup.experiment.data or sketch_of(setup).points)
    adopted = with_points(setup, data)
    session.replace_setup(adopted.experiment, REPLACED if is_lost else None, adopted.sketch)
    session.empty_uploader()


def _draw_names() -> None:
    Input(
        f"{PREFIX}.names",
        lambda: f"{SEPARATOR} ".join(sketch_of(session.current().setup).names),
        _rename,
    ).draw(
        st.text_input,
        CLASSES,
        help="Their names, with commas between them: 2 to 24.",
    )
    refusal.draw_inputs(f"{PREFIX}.names", SAME_CLASSES)


def _rename(text: str) -> None:
    before = session.current()
    setup = with_names(before.setup, text)
    session.update(setup=setup)
    if len(sketch_of(setup).points) < len(sketch_of(before.setup).points):
        session.offer_undo("A class and its points were removed.", before)


def _draw_share() -> None:
    Input(
        f"{PREFIX}.share",
        lambda: round(100 * session.current().experiment.held_out_share),
        lambda share: session.change(held_out_share=share / 100),
    ).draw(
        st.slider,
        SETTINGS["held_out_share"].label,
        min_value=round(100 * LEAST_HELD_OUT),
        max_value=round(100 * MOST_HELD_OUT),
        step=5,
        format="%d %%",
        help="No step trains on these points: the accuracy on new points is measured on them.",
    )


def _draw_network(setup: Setup) -> None:
    note = note_on_network(setup)
    if note:
        st.caption(note)
    suited = layers_for(setup.experiment.sample_count or 0)
    if setup.experiment.hidden != suited:
        st.button(
            f"Use {layers_of_neurons(suited)}",
            key=f"{PREFIX}.network",
            on_click=lambda: session.update(setup=with_suited_network(session.current().setup)),
            help="Nothing else of the set-up changes.",
        )


def _draw_upload() -> None:
    """Draw the uploader and, once there is a table, its columns and a button that uses its points."""
    st.subheader(TRAIN_TITLE, anchor=False)
    st.caption(f"The network learns from these points. “{TEST_TITLE}”, below, measures it on others.")
    file = st.file_uploader(
        f"Upload {TRAIN_TITLE.lower()}",
        type=TYPES,
        key=f"{UPLOAD}.file.{session.current().emptied_uploaders}",
        max_upload_size=MAX_MEGABYTES,
        help=TABLE_HELP,
    )
    if file is None:
        return
    try:
        table = read_table(file.getvalue())
    except PolycoreError as error:
        refusal.show(NO_TABLE, error)
        return
    use = st.container()  # beside the file, and above what there is to choose
    columns = _draw_columns(table, file.file_id)
    try:
        data = PointSet.from_table(table, columns)
    except PolycoreError as error:
        refusal.show("Could not read labeled points from these columns.", error)
        return
    use.button(
        f"Use these {len(data):,} points of {data.class_count} classes",
        key=f"{UPLOAD}.use",
        type="primary",
        on_click=adopt,
        args=(data,),
        help="They replace the points that are there.",
    )


def _draw_columns(table: Table, file: str) -> Columns:
    guess = table.guess or Columns(0, 1, None)
    shown = pd.DataFrame(table.rows[:SHOWN_ROWS])
    shown.columns = pd.Index(table.columns)
    header = "with a header" if table.header else "without a header"
    st.caption(
        f"{counted(len(table.rows), 'row')} {header}, with {DELIMITERS[table.delimiter]} between the "
        f"fields and {'commas' if table.decimal == ',' else 'points'} in decimals. The first ones:"
    )
    st.dataframe(shown, hide_index=True, height="content", alt="The first rows of the table.")
    with st.container(horizontal=True):
        x = _choose(table, file, "x", guess.x)
        y = _choose(table, file, "y", guess.y)
        label = _choose(table, file, "Label", guess.label)
    return Columns(x, y, label)


def _choose(table: Table, file: str, name: str, guess: int | None) -> Any:
    return Input(f"{UPLOAD}.{name}", lambda: guess, of=lambda: file).choose(
        st.selectbox, name, range(len(table.columns)), format_func=table.columns.__getitem__
    )


def _draw_fit(data: PointSet) -> None:
    """Say which polynomials the classes lie on."""
    expander = st.expander(FIT_TITLE, icon=":material/function:", key=f"{PREFIX}.fit", on_change="rerun")
    if not expander.open:
        return
    with expander:
        fit = fit_of(data)
        for curve in fit.curves:
            st.text(curve.sentence)
        st.caption(
            "Crossings, the walk on Predict and a referee, who takes these curves for true, use them."
            if fit.polynomials
            else "Without a curve for each class there is no referee, and there are no crossings."
        )
