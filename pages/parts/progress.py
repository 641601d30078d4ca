"""How a run stands: its figures, its charts, and its best network's map of the plane."""

import gc

import plotly.graph_objects as go
import streamlit as st

from pages.parts import frame, live
from pages.parts.plane import model_map, run_map
from pages.parts.runner import Training
from polycore.alternative_text import percent
from polycore.figures import accuracy_figure, loss_figure

MAP_HEIGHT, CHART_HEIGHT = 520, 300

HELD_OUT_HELP = "How many of 3,000 points that no step trains on the best weights so far answer rightly."
LOSS_HELP = (
    "Cross-entropy of the best weights so far on the training set. Guessing among K polynomials costs log K, "
    "certainty in the right answer 0."
)


# Streamlit collects garbage after every fragment's run, and with Plotly and pandas loaded there is much to
# look through in vain: an update cost the server 120 ms of processor time, and 49 ms with this.
gc.freeze()


def draw_bar(training: Training) -> None:
    """Draw how far the run is, and why it ended where it ended early."""
    run = training.run
    with st.container():
        st.progress(run.step / run.experiment.steps, text=frame.standing(training))
        if training.error is not None:
            st.text(training.error)
        if run.ended_because is not None:
            st.warning(run.ended_because)


def draw_figures(training: Training) -> None:
    """Draw loss and accuracies of the best weights so far, the speed, and the time that is left."""
    best = training.best
    held_out = best.held_out_accuracy or 0.0
    with st.container(horizontal=True):
        _metric("Held-out accuracy", percent(held_out), HELD_OUT_HELP)
        _metric("Loss (nats)", f"{best.loss:.3f}", LOSS_HELP)
        _metric("Steps/s", _speed(training.steps_per_second), "How often the weights change in a second.")
        if training.run.done or training.status == "stopped":
            _metric(
                "Trained for", _time(training.seconds), "What the steps took to compute, pauses left out."
            )
        else:
            _metric("Time left", _time(training.seconds_left), "To the last step, at this speed.")


def map_of(training: Training) -> go.Figure:
    """Return the map of the network as it is now, for the best may stay for long; at rest, of the best."""
    if training.status == "running":
        return run_map(training.run)
    return model_map(training.best, training.run.experiment.x_range)


def draw_map(figure: go.Figure) -> None:
    """Draw a map that `map_of` returned. A large network's takes long: ask for it before drawing anything."""
    live.figure(figure, key="progress.map", height=MAP_HEIGHT)


def draw_charts(training: Training) -> None:
    """Draw loss and accuracy over the steps."""
    run, history = training.run, training.run.history
    loss = loss_figure(history.step, history.loss, run.best_step, run.best_loss)
    accuracy = accuracy_figure(
        history.step,
        history.accuracy,
        history.held_out_accuracy,
        run.best_step,
        training.best.held_out_accuracy or 0.0,
    )
    left, right = st.columns(2)
    with left:
        live.figure(loss, key="progress.loss", height=CHART_HEIGHT)
    with right:
        live.figure(accuracy, key="progress.accuracy", height=CHART_HEIGHT)


def _metric(label: str, value: str, text: str) -> None:
    st.metric(label, value, help=text, width=150)


def _speed(steps_per_second: float) -> str:
    return f"{steps_per_second:,.0f}" if steps_per_second >= 10 else f"{steps_per_second:.1f}"


def _time(seconds: float | None) -> str:
    if seconds is None:
        return "..."
    if seconds < 100:
        return f"{seconds:.0f} s"
    minutes = seconds / 60
    return f"{minutes:.0f} min" if minutes < 100 else f"{minutes / 60:.0f} h"
