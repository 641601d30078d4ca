"""The points that the user uploads: kept until they are removed, and given to the model in use."""

import pandas as pd
import streamlit as st

from pages.models.names import name_of
from pages.points import score
from pages.points.score import Measurement
from pages.state import page_links, refusal, session
from pages.state.kept_models import Kept
from pages.state.points import Points
from polycore import PolycoreError, Polynomial, points_from_csv
from polycore.formatting import counted, loss_text, percent
from polycore.polynomials.classes import Classes
from polycore.polynomials.points_csv import MAX_CSV_ROWS

PREFIX = "data"
UPLOAD_KEY = f"{PREFIX}.upload"
REMOVE_KEY, AGAIN_KEY = f"{PREFIX}.remove", f"{PREFIX}.again"
MAX_MEGABYTES = 1

HELP = (
    "A table like the download above: the header x,y or x,y,polynomial, then one point on each line, such as "
    "-0.55,1.2 or -0.55,1.2,9. The third column has the number of the polynomial: p0, p1 ... on the page "
    f"Polynomials at the time of the upload. At most {MAX_CSV_ROWS:,} points and {MAX_MEGABYTES} MB."
)


def offer() -> None:
    """Draw the uploader. Accepted points replace the earlier ones; a refused file changes nothing."""
    file = st.file_uploader(
        "Points as CSV: x,y or x,y,polynomial",
        type="csv",
        key=f"{UPLOAD_KEY}.{session.current().emptied_uploaders}",
        max_upload_size=MAX_MEGABYTES,
        help=HELP,
    )
    if file is None:
        return
    try:
        points = Points(*points_from_csv(file.getvalue()), session.current().experiment.shown_classes)
    except PolycoreError as error:
        refusal.show("Couldn't read this file. Nothing has changed.", error)
        return
    _take(points, file.file_id)
    st.rerun()


def summary(points: Points, polynomials: Classes) -> None:
    """Say what was uploaded and how it fits the set-up's `polynomials`, and draw a button that removes it."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        kind = "without polynomials" if points.labels is None else "with the polynomial of each"
        st.markdown(f"**{counted(len(points.points), 'point')}** uploaded, {kind}.", width="content")
        st.button(
            "Remove them",
            key=REMOVE_KEY,
            icon=":material/delete:",
            on_click=_remove,
            help="Remove the uploaded points. Until then they stay, on every page.",
        )
    if points.labels is not None:
        _explain_labels(points, polynomials)


def _explain_labels(points: Points, polynomials: Classes) -> None:
    """Say what the labels mean if the list has changed since, and how many points have no class in it."""
    formulas = _formulas(points)
    if points.polynomials != polynomials and formulas:
        st.caption(
            ":material/info: The numbers in the file mean the polynomials at the time of the upload: "
            f"{formulas}. If they mean the current ones, upload the file again."
        )
    unknown = int((points.classes_in(polynomials) < 0).sum())
    if unknown:
        st.caption(
            f":material/info: {counted(unknown, 'point')} of a polynomial that is not in the list here, "
            f"p0 to p{len(polynomials) - 1}: drawn as rings, without a class."
        )


def _formulas(points: Points) -> str:
    """Return the polynomials that occur among the labels, in LaTeX."""
    labels = set() if points.labels is None else set(points.labels.tolist())
    return ", ".join(
        f"$p_{{{label}}} = {polynomial.latex}$"
        for label, polynomial in enumerate(points.polynomials)
        if label in labels and isinstance(polynomial, Polynomial)
    )


def measured(points: Points) -> None:
    """Show how well the model in use does on the points."""
    answering = session.current().answering
    if answering is None:
        st.info("No network has been trained yet. Train one, and it is measured on these points here.")
        page_links.draw(page_links.TRAIN, "Train", ":material/model_training:")
        return
    measurement = score.measure(answering.model, points)
    st.text(f"{name_of(answering)}, the model in use, on these points:")
    if points.labels is not None:
        _scores(measurement, points, answering.model.shown_classes)
    with st.container():
        if measurement.far:
            st.caption(_far_sentence(measurement.far, len(points.points)))
    _classes(measurement, answering)
    _measure_again_button()


def _scores(measurement: Measurement, points: Points, own: Classes) -> None:
    """Show the figures of a model whose polynomials are `own`, or why there are none."""
    if not own:
        st.caption(
            "Not scored: the model's file does not say which polynomials its classes stand for. Name them on "
            "the Predict page."
        )
        return
    if own != points.polynomials:
        st.caption(
            "The model was trained on another list of polynomials than the one that the numbers in the file "
            "mean. A point is scored only if its polynomial is in both; the table has the model's own."
        )
    _figures(measurement, len(points.points))


def _figures(measurement: Measurement, count: int) -> None:
    if measurement.loss is None or measurement.accuracy is None:
        st.caption("None of the points is of a polynomial that this model knows: nothing to measure.")
        return
    best = measurement.referee_accuracy
    with st.container(horizontal=True, gap="large"):
        st.metric(
            "Accuracy",
            percent(measurement.accuracy),
            None if best is None else f"referee {percent(best)}",
            delta_color="off",
            delta_arrow="off",
            width="content",
            help="Share of the points with the right answer. The referee, who knows the curves, assigns each "
            "point to the nearest curve above or below it: if the points come from these curves, no method "
            "can be expected to do better.",
        )
        st.metric(
            "Loss",
            f"{loss_text(measurement.loss)} nats",
            width="content",
            help="Cross-entropy: how much the true polynomials surprise the model, on average. 0 is best.",
        )
    if measurement.measured < count:
        st.caption(
            f"Measured on {counted(measurement.measured, 'point')} of {count:,}: the others are of no "
            "polynomial that this model knows."
        )


def _far_sentence(far: int, count: int) -> str:
    """Say that some points are far from all curves, before the answers of the model about them."""
    which = (
        "All points lie"
        if far == count
        else f"{far:,} of {count:,} points lie"
        if far > 1
        else "1 point lies"
    )
    return (
        f":material/info: {which} far from every curve, and so on none. The model names a curve all the "
        "same, and may be certain of it."
    )


def _measure_again_button() -> None:
    """Draw a button that measures again, while the model still learns."""
    view = session.current().run_view
    if view is not None and view.is_active:
        st.button(
            "Measure again",
            key=AGAIN_KEY,
            icon=":material/refresh:",
            help="The run continues, so the model may be better by now.",
        )


def _classes(measurement: Measurement, answering: Kept) -> None:
    columns: dict[str, object] = {
        "polynomial": answering.model.class_names
        if answering.model.classes
        else _names(answering.model.polynomials, len(measurement.predicted)),
        "predicted": measurement.predicted,
    }
    if measurement.measured:
        columns |= {"in the file": measurement.in_file, "right": measurement.right}
    st.dataframe(
        pd.DataFrame(columns),
        key=f"{PREFIX}.classes",
        hide_index=True,
        height="content",
        alt="The number of uploaded points that the model assigns to each polynomial.",
    )


def _names(polynomials: tuple[Polynomial, ...], classes: int) -> list[str]:
    if not polynomials:
        return [f"p{label}" for label in range(classes)]
    return [f"p{label} = {polynomial.typeset}" for label, polynomial in enumerate(polynomials)]


def _remove() -> None:
    if session.current().points is not None:  # else the second of two quick clicks
        session.set_points(None, undo="Your points were removed.")


def _take(points: Points, file: str) -> None:
    has_earlier = session.current().points is not None
    session.set_points(points, "Your earlier points were replaced." if has_earlier else None, file)
