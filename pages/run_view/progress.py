"""The progress of a run: its network's map of the plane, and figures and charts of the same weights."""

import plotly.graph_objects as go
import streamlit as st

from pages.frame import frame, queue_position
from pages.models import asked
from pages.plane import dead_neurons, live
from pages.plane.dead_neurons import MAX_POINTS
from pages.plane.plane import model_map
from pages.plane.referee import EXPLAINED, best_possible_text
from pages.runs.runner import Training
from pages.server import hosting
from pages.state import session
from pages.state.shown_weights import ShownWeights
from pages.wording import file_names
from polycore.figures import accuracy_figure, loss_figure
from polycore.formatting import duration, loss_text, percent

MAP_HEIGHT, CHART_HEIGHT = 520, 300

HELD_OUT_HELP = (
    "The share of 3,000 points, on which no step trains, that these weights answer correctly. "
    f"{EXPLAINED} By luck a network may do a little better on these points."
)
LOSS_HELP = (
    "Cross-entropy of these weights on the training set. Guessing among K polynomials gives log K; certainty "
    "of the right answer gives 0."
)
GRADIENT_HELP = (
    "The length of the gradient of the loss at these weights: how steeply the loss falls from here. Near 0 "
    "there is little left to gain; if it keeps growing, lower the learning rate. Search uses no gradient. It "
    "is known only at the latest step."
)
DEAD_HELP = (
    f"Hidden neurons that give 0 for each of {MAX_POINTS:,} training points (all, if there are fewer) with "
    "these weights: they pass nothing on, and no gradient revives them. If there are many, lower the "
    "learning rate."
)


def draw_bar(training: Training) -> None:
    """Draw how far the run is, what it waits for, and why it ended if it ended early."""
    run, waits = training.run, queue_position.sentences(training)
    with st.container():
        st.progress(run.step / run.experiment.steps, text=frame.status_line(training))
        if waits:
            st.caption(f":material/hourglass_top: {waits}")
        if training.has_spent_budget:
            st.info(hosting.limits().spent())
        if training.error is not None:
            st.text(training.error)
        if run.ended_because is not None:
            draw = st.warning if run.diverged else st.success
            draw(run.ended_because)


def draw_figures(training: Training, shown: ShownWeights, best_possible: float) -> None:
    """Draw the accuracy and loss of the weights shown, the speed, and the time left."""
    held_out = shown.model.held_out_accuracy or 0.0
    st.markdown(f"Weights: **{shown.name}**")
    with st.container(horizontal=True):
        _metric("Held-out accuracy", percent(held_out), HELD_OUT_HELP, best_possible_text(best_possible))
        _metric("Loss (nats)", loss_text(shown.loss), LOSS_HELP)
        _metric("Steps/s", _speed(training.steps_per_second), "How many times a second the weights change.")
        if training.run.done or training.status == "stopped":
            _metric(
                "Trained for", _time(training.seconds), "How long the steps took to compute, without pauses."
            )
        else:
            _metric("Time left", _time(training.seconds_left), "Until the last step, at this speed.")


def draw_inner_figures(shown: ShownWeights) -> None:
    """Draw what shows how the network learns: the gradient norm and the dead neurons."""
    experiment = shown.run.experiment
    dead = dead_neurons.count(shown.model, experiment)
    with st.container(horizontal=True):
        _metric("Gradient norm", _gradient_norm(shown), GRADIENT_HELP)
        _metric("Dead neurons", f"{dead:,} of {sum(experiment.hidden):,}", DEAD_HELP)


def network_map(shown: ShownWeights) -> go.Figure:
    """Return the map of the network with the weights shown."""
    return model_map(shown.model, shown.run.experiment.x_range)


def draw_map(figure: go.Figure) -> None:
    """Draw a map of the run. Computing a large network's takes long: do so before drawing anything."""
    live.figure(figure, key="progress.map", height=MAP_HEIGHT, on_click=asked.choose, file=_file_name("map"))


def draw_charts(shown: ShownWeights, best_possible: float) -> None:
    """Draw loss and accuracy over the steps, with a mark at the weights shown."""
    history, model, mark = shown.run.history, shown.model, shown.mark
    loss = loss_figure(history.step, history.loss, shown.step, shown.loss, mark=mark)
    accuracy = accuracy_figure(
        history.step,
        history.accuracy,
        history.held_out_accuracy,
        shown.step,
        model.held_out_accuracy or 0.0,
        best_possible,
        mark=mark,
    )
    left, right = st.columns(2)
    with left:
        live.figure(loss, key="progress.loss", height=CHART_HEIGHT, file=_file_name("loss"), rests=True)
    with right:
        live.figure(
            accuracy, key="progress.accuracy", height=CHART_HEIGHT, file=_file_name("accuracy"), rests=True
        )


def _gradient_norm(shown: ShownWeights) -> str:
    norm = shown.gradient_norm
    if norm is not None:
        return f"{norm:.3g}"
    return "none" if shown.run.gradient is None else "unknown"


def _file_name(kind: str) -> str | None:
    training = session.current().training
    return None if training is None else file_names.of(kind, training.run.experiment)


def _metric(label: str, value: str, description: str, comparison: str | None = None) -> None:
    st.metric(label, value, comparison, delta_color="off", delta_arrow="off", help=description, width=150)


def _speed(steps_per_second: float) -> str:
    return f"{steps_per_second:,.0f}" if steps_per_second >= 10 else f"{steps_per_second:.1f}"


def _time(seconds: float | None) -> str:
    return "..." if seconds is None else duration(seconds)
