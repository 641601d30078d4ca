"""The points from which the network learns, and points that the user uploads."""

from functools import partial

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from pages.data import own_points, sample_inputs, samples_plot
from pages.frame import frame, kept_model
from pages.plane import live
from pages.points import uploaded_points
from pages.server import server
from pages.setup import controls
from pages.state import page_links, session
from pages.state.inputs import Input
from polycore import Experiment, points_to_csv
from polycore.arrays import Floats, Integers
from polycore.training.task import LARGEST_VALUE

PREFIX = "data"
PLOT_KEY, TABLE_KEY, DOWNLOAD_KEY = (f"{PREFIX}.{name}" for name in ("plot", "table", "download"))
SAMPLES, UPLOADED, BOTH = "Samples", "Your points", "Both"
MAX_ROWS = 2000  # of the table on the page; the file has all
TABLE_HEIGHT = 300


def plot(experiment: Experiment, points: Floats, labels: Integers) -> None:
    """Draw the samples, the uploaded points, or both."""
    figure = _figure(experiment, points, labels)
    height = 400 + 10 * len(experiment.polynomials)
    live.figure(figure, key=PLOT_KEY, height=height, file="polycore-samples")


def _figure(experiment: Experiment, points: Floats, labels: Integers) -> go.Figure:
    own = session.current().points
    if own is None:
        return samples_plot.samples(experiment, points, labels)
    shown = Input(f"{PREFIX}.shown", lambda: UPLOADED).choose(
        st.segmented_control,
        "Show",
        (SAMPLES, UPLOADED, BOTH),
        required=True,
        help="The points from which the network learns, the points you uploaded, or both: yours as rings.",
    )
    if shown == SAMPLES:
        return samples_plot.samples(experiment, points, labels)
    if shown == UPLOADED:
        return samples_plot.uploaded(experiment, own)
    return samples_plot.both(experiment, points, labels, own)


def counts(experiment: Experiment, points: Floats) -> None:
    """Draw the numbers of samples and polynomials."""
    classes = len(experiment.polynomials)
    with st.container(horizontal=True, gap="large"):
        st.metric("Samples", f"{len(points):,}", width="content")
        st.metric("Polynomials", classes, width="content")
        st.metric("Per curve", f"{len(points) // classes:,}", width="content")
    if experiment.samples_per_class is None:
        st.caption(
            "Training uses fresh points in every step. Shown here is the fixed set on which loss and "
            "accuracy are measured."
        )


def table(experiment: Experiment, points: Floats, labels: Integers) -> None:
    """Draw the samples as a table, and the button that downloads them."""
    st.subheader("The samples", anchor=False)
    counts(experiment, points)
    st.dataframe(
        pd.DataFrame(
            {
                "x": points[:MAX_ROWS, 0],
                "y": points[:MAX_ROWS, 1],
                "polynomial": labels[:MAX_ROWS],
                "formula": [experiment.polynomials[label].typeset for label in labels[:MAX_ROWS]],
            }
        ),
        key=TABLE_KEY,
        hide_index=True,
        height=TABLE_HEIGHT,
        column_config={name: st.column_config.NumberColumn(name, format="%.6g") for name in ("x", "y")},
        alt="The samples: x, y and the polynomial.",
    )
    if len(points) > MAX_ROWS:
        st.caption(f"The first {MAX_ROWS:,} of {len(points):,}; the file has all.")
    too_large = np.abs(points).max() > LARGEST_VALUE
    if too_large:
        st.caption(
            f":material/warning: Some values of y are beyond {LARGEST_VALUE:g}: too large for training and "
            "for a file. Narrow the range."
        )
    # writing a million samples takes seconds, in which the server answers no other request
    beyond_limits = server.current().limits.refusal(experiment) is not None
    st.download_button(
        "Download all samples",
        # called when the button is pressed: writing a million samples takes a while
        partial(points_to_csv, points, labels),
        disabled=bool(too_large) or beyond_limits,
        file_name="polycore-samples.csv",
        mime="text/csv",
        key=DOWNLOAD_KEY,
        icon=":material/download:",
        on_click="ignore",
        help="All samples as CSV: x, y and the number of the polynomial, from 0. All digits are kept.",
    )


def measured_points(experiment: Experiment) -> None:
    """Draw the uploader and, once there are points, a summary and the model's results on them."""
    st.subheader("Your own points", anchor=False)
    own = session.current().points
    if own is None:
        st.caption("Upload points to see them here, and to measure the trained network on them.")
        uploaded_points.offer()
        return
    uploaded_points.summary(own, experiment.polynomials)
    uploaded_points.measured(own)
    uploaded_points.offer()


frame.draw("Data")
setup = session.current().setup
if setup.own_points is None:
    st.caption(
        "The points from which the network learns. Each lies on one of the polynomials, apart from the noise."
    )
else:
    st.caption("The points from which the network learns, each of one of your classes.")
kept_model.draw_note()
own_points.draw_source()


def draw_of_polynomials() -> None:
    """Draw the samples of polynomials, and points that the user measures a network on."""
    inputs, drawing = st.columns([2, 3], gap="large")
    with inputs:
        sample_inputs.draw()
        own_points.draw_samples_button()
        with st.container():
            controls.show_limits()
    experiment = session.current().experiment
    points, labels = experiment.training_set()
    with drawing:
        plot(experiment, points, labels)
    numbers, uploaded = st.columns(2, gap="large")
    with numbers:
        table(experiment, points, labels)
    with uploaded:
        measured_points(experiment)


if setup.own_points is None:
    draw_of_polynomials()
else:
    own_points.draw(setup.own_points)
    controls.show_limits()

page_links.draw(page_links.TRAIN, "Next: train on them", ":material/arrow_forward:")
