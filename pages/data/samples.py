"""The samples of polynomials: the inputs that describe them, their plot, their table and its file."""

from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd
import streamlit as st

from pages.plane import live
from pages.server import server
from pages.setup import optimizer_input, setting_input
from pages.state import refusal, session
from pages.state.inputs import Input, as_whole
from pages.state.uploads import UploadedPoints
from polycore import Experiment, PolycoreError, points_to_csv
from polycore.arrays import Floats, Integers
from polycore.experiment.settings import MEASURED_PER_CLASS, SETTINGS
from polycore.figures.plane import curves_figure, showing_all, with_samples, with_unlabelled_points
from polycore.figures.style import Figure
from polycore.optimizers.registry import OPTIMIZERS
from polycore.training.task import LARGEST_VALUE

PREFIX = "data"
SAMPLES, UPLOADED, BOTH = "Samples", "Your points", "Both"
POSITIONS = 200  # of a curve in the plot
# What is above and below the plot takes 20 rem of the screen.
PLOT_STYLE = """<style>
@media (min-width: 641px) {
  .st-key-data-plot { flex-basis: clamp(20rem, 100vh - 20rem, 50rem) !important; }
}
</style>"""
MAX_ROWS = 2000  # of the table on the page; the file has all
TABLE_HEIGHT = 300
FRESH_LABEL = "Fresh points every step"
FRESH_POINTS = "Loss and accuracy are measured on these; each step trains on fresh points."
TOO_LARGE = (
    f":material/warning: Some values of y are beyond {LARGEST_VALUE:g}: too large for training and for a "
    "file. Narrow the range."
)


# --- the inputs --------------------------------------------------------------------------------


def draw_inputs() -> None:
    """Draw the inputs and, if their values are not valid, the reasons."""
    experiment = session.current().experiment
    needs_same = OPTIMIZERS[experiment.optimizer].needs_full_batch
    FRESH.draw(
        st.toggle,
        FRESH_LABEL,
        disabled=needs_same,
        help="On: each step trains on new points, so none can be learned by heart. Off: on the same samples.",
    )
    if needs_same:
        optimizer_input.offer_fresh_points()
    PER_CLASS.draw_number(
        SETTINGS["samples_per_class"].label,
        50,
        disabled=experiment.samples_per_class is None,
        help="With more, they are harder to learn by heart, and a step takes longer.",
    )
    with st.container(horizontal=True, gap="small"):
        setting_input.draw_x_range(PREFIX)
    setting_input.draw(SETTINGS["noise"], f"{PREFIX}.noise")
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        setting_input.draw(SETTINGS["seed"], f"{PREFIX}.seed")
        setting_input.draw_new_seed(PREFIX)
    with st.container():
        refusal.draw_inputs(f"{PREFIX}.", setting_input.NOT_YET)


def _per_class() -> int:
    experiment = session.current().experiment
    if experiment.samples_per_class is not None:
        return experiment.samples_per_class
    try:  # the number that comes back without fresh points
        return replace(experiment, samples_per_class=PER_CLASS.last).samples_per_class or MEASURED_PER_CLASS
    except PolycoreError:
        return MEASURED_PER_CLASS


def _is_fresh() -> bool:
    return session.current().experiment.samples_per_class is None


def _use_per_class(count: int) -> None:
    if not _is_fresh():  # else it waits in its input
        _sample(count)


def _sample(per_class: int | None) -> None:
    experiment = session.current().experiment
    all_samples = OPTIMIZERS[experiment.optimizer].needs_full_batch  # however many there are
    session.change(samples_per_class=per_class, batch_size=None if all_samples else experiment.batch_size)


FRESH = Input(f"{PREFIX}.fresh", _is_fresh, lambda fresh: _sample(None if fresh else PER_CLASS.value))
# with fresh points it cannot be changed: a number that was refused must not stay in it
PER_CLASS: Input[int] = Input(f"{PREFIX}.per_class", _per_class, _use_per_class, _is_fresh, read=as_whole)


# --- the plot ----------------------------------------------------------------------------------


def draw_plot(experiment: Experiment, points: Floats, labels: Integers) -> None:
    """Draw the samples `points` (N, 2) with `labels` (N,), the uploaded points, or both."""
    own, shown = session.current().points, SAMPLES
    if own is not None:
        shown = Input(f"{PREFIX}.shown", lambda: UPLOADED).choose(
            st.segmented_control,
            "Show",
            (SAMPLES, UPLOADED, BOTH),
            required=True,
        )
    st.html(PLOT_STYLE)
    live.figure(
        figure_of(experiment, points, labels, own, shown),
        key=f"{PREFIX}.plot",
        height=400 + 10 * len(experiment.polynomials),
        file="polycore-samples",
    )


def figure_of(
    experiment: Experiment, points: Floats, labels: Integers, own: UploadedPoints | None, shown: str
) -> Figure:
    """Return a figure of the curves with the samples, the user's `own` points, or both, as `shown` says.

    Own points alone are drawn by class, those without a class here as rings; beside samples all are rings.
    """
    figure = curves_figure(experiment.polynomials, experiment.x_range, POSITIONS)
    if own is None or shown == SAMPLES:
        return with_samples(figure, points, labels, experiment.polynomials)
    if shown == BOTH:
        figure = with_samples(figure, points, labels, experiment.polynomials)
        return showing_all(with_unlabelled_points(figure, own.points))
    classes = own.classes_in(experiment.polynomials)
    known = classes >= 0
    if known.any():
        figure = with_samples(figure, own.points[known], classes[known], experiment.polynomials)
    if not known.all():
        figure = with_unlabelled_points(figure, own.points[~known])
    return showing_all(figure)


# --- the table ---------------------------------------------------------------------------------


def draw_table(experiment: Experiment, points: Floats, labels: Integers) -> None:
    """Draw the numbers of samples, the samples as a table, and the button that downloads them."""
    st.subheader("The samples", anchor=False)
    classes = len(experiment.polynomials)
    st.write(f"**{len(points):,}**: {len(points) // classes:,} on each of {classes} polynomials.")
    if experiment.samples_per_class is None:
        st.caption(FRESH_POINTS)
    st.dataframe(
        table_of(experiment, points, labels),
        key=f"{PREFIX}.table",
        hide_index=True,
        height=TABLE_HEIGHT,
        column_config={name: st.column_config.NumberColumn(name, format="%.6g") for name in ("x", "y")},
        alt="The samples: x, y and the polynomial.",
    )
    notes = notes_on(points)
    for note in notes:
        st.caption(note)
    # writing a million samples takes seconds, in which the server answers no other request
    beyond_limits = server.current().limits.refusal(experiment) is not None
    st.download_button(
        "Download all samples",
        # called only when the button is pressed
        partial(points_to_csv, points, labels),
        disabled=TOO_LARGE in notes or beyond_limits,
        file_name="polycore-samples.csv",
        mime="text/csv",
        key=f"{PREFIX}.download",
        icon=":material/download:",
        on_click="ignore",
        help="All samples as CSV: x, y and the number of the polynomial, from 0. All digits are kept.",
    )


def notes_on(points: Floats) -> list[str]:
    """Say what of the samples the table leaves out, and whether they are too large for a file."""
    notes = []
    if len(points) > MAX_ROWS:
        notes.append(f"The first {MAX_ROWS:,} of {len(points):,}; the file has all.")
    if np.abs(points).max() > LARGEST_VALUE:
        notes.append(TOO_LARGE)
    return notes


def table_of(experiment: Experiment, points: Floats, labels: Integers) -> pd.DataFrame:
    """Return the first MAX_ROWS samples as a table."""
    return pd.DataFrame(
        {
            "x": points[:MAX_ROWS, 0],
            "y": points[:MAX_ROWS, 1],
            "polynomial": labels[:MAX_ROWS],
            "formula": [experiment.polynomials[label].typeset for label in labels[:MAX_ROWS]],
        }
    )
