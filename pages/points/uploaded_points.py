"""The points a person brings in a file: taken in, kept until removed, and put to the model that answers."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from pages.frame import frame
from pages.points import score
from pages.points.score import Measurement
from pages.state import session
from pages.state.kept_models import Kept
from pages.state.points import Points
from pages.wording import refusal
from polycore import PolycoreError, Polynomial, points_from_csv
from polycore.formatting import loss_text, percent
from polycore.polynomials.points_csv import MAX_CSV_ROWS

PREFIX = "data"
UPLOAD_KEY, TAKEN_KEY = f"{PREFIX}.upload", f"{PREFIX}.taken"
REMOVE_KEY, AGAIN_KEY = f"{PREFIX}.remove", f"{PREFIX}.again"
MAX_MEGABYTES = 1

HELP = (
    "A table as the download above makes it: the header x,y or x,y,polynomial, then a point a line, such as "
    "-0.55,1.2 or -0.55,1.2,9. In the third column polynomials are counted from 0, as p0, p1 ... on the "
    f"Polynomials page at the time of the upload. At most {MAX_CSV_ROWS:,} points and {MAX_MEGABYTES} MB."
)


def offer() -> None:
    """Draw the uploader. What is refused is told and changes nothing; what is taken replaces the last."""
    taken = st.session_state.get(TAKEN_KEY, 0)
    file = st.file_uploader(
        "Points as CSV: x,y or x,y,polynomial",
        type="csv",
        key=f"{UPLOAD_KEY}.{taken}",
        max_upload_size=MAX_MEGABYTES,
        help=HELP,
    )
    if file is None:
        return
    try:
        points = Points(*points_from_csv(file.getvalue()), session.current().experiment.polynomials)
    except PolycoreError as error:
        refusal.show("This file is not taken: everything stays as it was.", error)
        return
    _take(points)
    # under another key the uploader is empty again: what was taken is kept in the session, not in it
    st.session_state[TAKEN_KEY] = taken + 1
    st.rerun()


def summary(points: Points, polynomials: tuple[Polynomial, ...]) -> None:
    """Say what was uploaded, and what of it belongs to the set-up's `polynomials`; a button removes it."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        kind = "without polynomials" if points.labels is None else "with the polynomial of each"
        st.markdown(f"**{_points(len(points.points))}** uploaded, {kind}.", width="content")
        st.button(
            "Remove them",
            key=REMOVE_KEY,
            icon=":material/delete:",
            on_click=_remove,
            help="Until then they stay, on every page.",
        )
    if points.labels is not None:
        _tell_labels(points, polynomials)


def _tell_labels(points: Points, polynomials: tuple[Polynomial, ...]) -> None:
    """Say what the labels mean if that is another list by now, and how many points have no class in this."""
    formulas = _formulas(points)
    if points.polynomials != polynomials and formulas:
        st.caption(
            ":material/info: The file's numbers stand for the polynomials that the set-up had when it was "
            f"uploaded: {formulas}. If they mean the present ones, upload the file again."
        )
    unknown = int((points.classes_in(polynomials) < 0).sum())
    if unknown:
        st.caption(
            f":material/info: {_points(unknown)} of a polynomial that is not in the list here, p0 to "
            f"p{len(polynomials) - 1}: drawn as rings, without a class."
        )


def _formulas(points: Points) -> str:
    """Return, as mathematics, the polynomials that occur among the labels."""
    labels = set() if points.labels is None else set(points.labels.tolist())
    return ", ".join(
        f"$p_{{{label}}} = {polynomial.latex}$"
        for label, polynomial in enumerate(points.polynomials)
        if label in labels
    )


def measured(points: Points) -> None:
    """Put the points to the model that answers, and show what it says."""
    answering = session.current().answering
    if answering is None:
        st.info("No network has been trained yet. Train one, and it is measured on these points here.")
        frame.page_link(frame.TRAIN, "Train", ":material/model_training:")
        return
    found = score.measure(answering.model, points)
    st.text(f"{answering.title}, the model that answers, on these points:")
    if points.labels is not None:
        _scored(found, points, answering.model.polynomials)
    _classes(found, answering)
    _again()


def _scored(found: Measurement, points: Points, own: Sequence[Polynomial]) -> None:
    """Show the figures of a model of the polynomials `own`, as far as it knows those of the points."""
    if not own:
        st.caption(
            "Not scored: the model's file does not say which polynomials its classes stand for. Name them on "
            "the page Predict."
        )
        return
    if own != points.polynomials:
        st.caption(
            "It was trained on another list of polynomials than the one that the file's numbers count. A "
            "point is scored only if its polynomial is in both; the table names the model's own."
        )
    _figures(found, len(points.points))


def _figures(found: Measurement, count: int) -> None:
    if found.loss is None or found.accuracy is None:
        st.caption("None of the points is of a polynomial that this model knows: nothing to measure.")
        return
    with st.container(horizontal=True, gap="large"):
        st.metric(
            "Accuracy",
            percent(found.accuracy),
            None if found.referee_accuracy is None else f"referee {percent(found.referee_accuracy)}",
            delta_color="off",
            delta_arrow="off",
            width="content",
            help="Share of the points put rightly. The referee, who knows the curves, puts each point to the "
            "nearest curve above or below it: that is the best to be expected if the points come from these "
            "curves.",
        )
        st.metric(
            "Loss",
            f"{loss_text(found.loss)} nats",
            width="content",
            help="Cross-entropy: how surprised the model is by the true polynomials, on average. 0 is best.",
        )
    if found.measured < count:
        st.caption(
            f"Measured on {_points(found.measured)} of {count:,}: the others are of no polynomial that this "
            "model knows."
        )


def _again() -> None:
    """Offer to measure again while the model still learns."""
    training = session.current().training
    if training is not None and training.is_active:
        st.button(
            "Measure again",
            key=AGAIN_KEY,
            icon=":material/refresh:",
            help="The run goes on, and the model may have become better since.",
        )


def _classes(found: Measurement, answering: Kept) -> None:
    columns: dict[str, object] = {
        "polynomial": _names(answering.model.polynomials, len(found.predicted)),
        "predicted": found.predicted,
    }
    if found.measured:
        columns |= {"in the file": found.in_file, "right": found.right}
    st.dataframe(
        pd.DataFrame(columns),
        key=f"{PREFIX}.classes",
        hide_index=True,
        height="content",
        alt="How many of the uploaded points the model puts on each polynomial.",
    )


def _names(polynomials: tuple[Polynomial, ...], classes: int) -> list[str]:
    if not polynomials:
        return [f"p{label}" for label in range(classes)]
    return [f"p{label} = {polynomial}" for label, polynomial in enumerate(polynomials)]


def _points(count: int) -> str:
    return "1 point" if count == 1 else f"{count:,} points"


def _remove() -> None:
    if session.current().points is not None:  # else the second of two quick clicks
        session.set_points(None, undo="Your points were removed.")


def _take(points: Points) -> None:
    has_earlier = session.current().points is not None
    session.set_points(points, undo="Your earlier points were replaced." if has_earlier else None)
