"""The points that the user uploads: kept until they are removed, and given to the model in use."""

import pandas as pd
import streamlit as st

from pages.models import shown_network
from pages.models.names import name_of
from pages.points import score
from pages.points.score import Score
from pages.state import page_links, refusal, session
from pages.state.uploads import UploadedPoints
from polycore import Model, PolycoreError, Polynomial
from polycore.formatting import counted, loss_text, percent
from polycore.limits import MAX_POINTS
from polycore.points.point_set import PLAIN_AXES
from polycore.points.points_csv import label_number
from polycore.polynomials.classes import Classes

PREFIX = "data"
UPLOAD_KEY = f"{PREFIX}.upload"
REMOVE_KEY, AGAIN_KEY = f"{PREFIX}.remove", f"{PREFIX}.again"
TYPES, MAX_MEGABYTES = ("csv", "tsv", "txt"), 4
# of the two uploads, by what their points are for
TRAIN_TITLE, TEST_TITLE = "A table to train on", "A table to test on"
REPLACED, REMOVED = "Your earlier points were replaced.", "Your points were removed."
NONE_YET = "The trained network is measured on these points; it does not learn from them."
UNMEASURED = "No network has been trained yet. Train one, and it is measured on these points here."
MEASURED = "{}, the model in use, on these points:"

TABLE_HELP = (
    "A row for each point: x, y and a label, with commas, semicolons or tabs between them; other columns may "
    f"be there too. At most {MAX_POINTS:,} points and {MAX_MEGABYTES} MB."
)
TEST_HELP = (
    f"{TABLE_HELP} Labels may be missing. They are names or formulas of the classes, or numbers: 9 is p9 at "
    "the time of the upload."
)
# why a model is not scored, or is scored on fewer points than were uploaded
WITHOUT_POLYNOMIALS = (
    "Not scored: the model's file does not name its classes' polynomials. Name them on the Predict page."
)
OTHER_POLYNOMIALS = (
    "The model has another list of polynomials: a point is scored if its polynomial is in both. The table "
    "has the model's."
)
ALL_UNKNOWN = "The model does not know any of the points' polynomials, so there is nothing to measure."


def draw(polynomials: Classes) -> None:
    """Draw the uploader and, once there are points, how they fit the set-up's `polynomials` and the model."""
    st.subheader(TEST_TITLE, anchor=False)
    points = session.current().points
    if points is not None:
        _draw_summary(points, polynomials)
        draw_score(points)
    offer()


def offer() -> None:
    """Draw the uploader. Accepted points replace the earlier ones; a refused file changes nothing."""
    now = session.current()
    if now.points is None:
        st.caption(NONE_YET)
    file = st.file_uploader(
        f"Upload {TEST_TITLE.lower()}",
        type=TYPES,
        key=f"{UPLOAD_KEY}.{now.points_uploads}",
        max_upload_size=MAX_MEGABYTES,
        help=TEST_HELP,
    )
    if file is None:
        return
    try:
        named = now.experiment.data or (now.answering and now.answering.model)
        axes = named.axes if named else PLAIN_AXES
        points = UploadedPoints.read(file.getvalue(), now.experiment, axes)
    except PolycoreError as error:
        refusal.show("Couldn't read this file. Nothing has changed.", error)
        return
    session.set_points(points, REPLACED if now.points else None)
    st.rerun()


def _draw_summary(points: UploadedPoints, polynomials: Classes) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        kind = "without labels" if points.labels is None else "with a label each"
        st.markdown(f"**{counted(len(points.points), 'point')}** uploaded, {kind}.", width="content")
        st.button(
            "Remove them",
            key=REMOVE_KEY,
            icon=":material/delete:",
            on_click=_remove,
            help="Remove the uploaded points. Until then they stay, on every page.",
        )
    for note in notes_on_labels(points, polynomials):
        st.caption(f":material/info: {note}")


def _remove() -> None:
    if session.current().points is not None:  # else the second of two quick clicks
        session.update(points=None, undo=REMOVED)


def notes_on_labels(points: UploadedPoints, polynomials: Classes) -> list[str]:
    """Say what the labels mean if the list has changed since, and how many points have no class in it."""
    if points.labels is None:
        return []
    notes, numbers = [], set(map(label_number, points.texts))
    meant = ", ".join(
        f"$p_{{{number}}} = {polynomial.latex}$"
        for number, polynomial in enumerate(points.polynomials)
        if number in numbers and isinstance(polynomial, Polynomial)
    )
    if points.polynomials != polynomials and meant:
        notes.append(
            f"The numbers in the file mean the polynomials at the time of the upload: {meant}. If they mean "
            "the current ones, upload the file again."
        )
    unknown = int((points.classes_in(polynomials) < 0).sum())
    if unknown:
        notes.append(
            f"{counted(unknown, 'point')} with a label that is no class here: no name, no formula, no number "
            f"from 0 to {len(polynomials) - 1}."
        )
    return notes


# --- how well the model does on them -----------------------------------------------------------


def draw_score(points: UploadedPoints) -> None:
    """Show how well the model in use does on the points."""
    now = session.current()
    answering, view = shown_network.answering_as_shown(now), now.run_view
    if answering is None:
        st.info(UNMEASURED)
        page_links.draw(page_links.TRAIN, "Train", ":material/model_training:")
        return
    model = answering.model
    scored = score.measure(model, points)
    st.text(MEASURED.format(", ".join(filter(None, (name_of(answering), answering.weights)))))
    note = note_on_classes(model, points)
    if note:
        st.caption(note)
    if points.labels is not None and note != WITHOUT_POLYNOMIALS:
        _draw_figures(scored, len(points.points))
    with st.container():
        if scored.far:
            st.caption(f":material/info: {note_on_far(scored.far, len(points.points))}")
    st.dataframe(
        table_of(scored, model),
        key=f"{PREFIX}.classes",
        hide_index=True,
        height="content",
        alt="The number of uploaded points that the model assigns to each polynomial.",
    )
    if view is not None and view.is_active:
        st.button(
            "Measure again",
            key=AGAIN_KEY,
            icon=":material/refresh:",
            help="The run continues, so the model may be better by now.",
        )


def note_on_classes(model: Model, points: UploadedPoints) -> str:
    """Say why the model is not scored, or is scored on fewer points; "" if it knows what the labels mean."""
    if points.labels is None:
        return ""
    if not model.shown_classes:
        return WITHOUT_POLYNOMIALS
    is_known = model.shown_classes == points.polynomials or min(points.classes_in(model.shown_classes)) >= 0
    return "" if is_known else OTHER_POLYNOMIALS


def _draw_figures(scored: Score, count: int) -> None:
    if scored.loss is None or scored.accuracy is None:
        st.caption(ALL_UNKNOWN)
        return
    best = scored.referee_accuracy
    with st.container(horizontal=True, gap="large"):
        st.metric(
            "Accuracy",
            percent(scored.accuracy),
            None if best is None else f"referee {percent(best)}",
            delta_color="off",
            delta_arrow="off",
            width="content",
            help="The referee, who knows the curves, assigns a point to the nearest curve above or below it.",
        )
        st.metric(
            "Loss",
            f"{loss_text(scored.loss)} nats",
            width="content",
        )
    if scored.measured < count:
        st.caption(
            f"Measured on {counted(scored.measured, 'point')} of {count:,}: the model does not know the "
            "polynomials of the others."
        )


def note_on_far(far: int, count: int) -> str:
    """Say that some of the points are far from all curves, before the answers of the model about them."""
    which = "1 point lies" if far == 1 else f"{far:,} of {count:,} points lie"
    if far == count:
        which = "All points lie"
    return (
        f"{which} far from every curve, so they lie on none. The model still names a curve, and may be "
        "certain of it."
    )


def table_of(scored: Score, model: Model) -> pd.DataFrame:
    """Return how many points the model assigns to each class and, if any are scored, how many rightly."""
    names = [f"p{label}" for label in range(len(scored.predicted))]
    if model.classes:
        names = list(model.class_names)
    elif model.polynomials:
        names = [f"p{label} = {one.typeset}" for label, one in enumerate(model.polynomials)]
    kind = "class" if model.classes else "polynomial"
    columns: dict[str, object] = {kind: names, "predicted": scored.predicted}
    if scored.measured:
        columns |= {"in the file": scored.in_file, "right": scored.right}
    return pd.DataFrame(columns)
