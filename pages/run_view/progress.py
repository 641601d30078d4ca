"""How a run stands: its network's map of the plane, and the figures and charts of the same weights."""

import plotly.graph_objects as go
import streamlit as st

from pages.frame import frame, queue_place
from pages.models import asked
from pages.plane import dead_neurons, live
from pages.plane.dead_neurons import DEAD_ON
from pages.plane.plane import model_map
from pages.plane.referee import EXPLAINED, told
from pages.runs.runner import Training
from pages.server import hosting
from pages.state import session
from pages.state.shown_weights import ShownWeights
from pages.wording import file_names
from polycore.figures import accuracy_figure, loss_figure
from polycore.formatting import duration, loss_text, percent

MAP_HEIGHT, CHART_HEIGHT = 520, 300

HELD_OUT_HELP = (
    "How many of 3,000 points that no step trains on these weights answer rightly. "
    f"{EXPLAINED} Luck with these points may lift a network a little above it."
)
LOSS_HELP = (
    "Cross-entropy of these weights on the training set. Guessing among K polynomials costs log K, "
    "certainty in the right answer 0."
)
GRADIENT_HELP = (
    "The length of the loss's gradient at these weights: how steeply the loss falls from here. Near 0 "
    "there is little left to follow; if it grows and grows, lower the learning rate. Search uses none. It is "
    "known at the latest step alone."
)
DEAD_HELP = (
    f"Hidden neurons that give 0 for each of {DEAD_ON:,} training points (all, if there are fewer) with "
    "these weights: nothing comes through them, and no gradient wakes them. Many of them: lower the learning "
    "rate."
)


def draw_bar(training: Training) -> None:
    """Draw how far the run is, whom it waits for, and why it ended where it ended early."""
    run, waits = training.run, queue_place.told(training)
    with st.container():
        st.progress(run.step / run.experiment.steps, text=frame.standing(training))
        if waits:
            st.caption(f":material/hourglass_top: {waits}")
        if training.has_spent:
            st.info(hosting.limits().spent())
        if training.error is not None:
            st.text(training.error)
        if run.ended_because is not None:
            draw = st.warning if run.diverged else st.success
            draw(run.ended_because)


def draw_figures(training: Training, shown: ShownWeights, best_possible: float) -> None:
    """Draw accuracy and loss of the weights that are shown, the speed, and the time that is left."""
    held_out = shown.model.held_out_accuracy or 0.0
    st.markdown(f"Weights: **{shown.name}**")
    with st.container(horizontal=True):
        _metric("Held-out accuracy", percent(held_out), HELD_OUT_HELP, told(best_possible))
        _metric("Loss (nats)", loss_text(shown.loss), LOSS_HELP)
        _metric("Steps/s", _speed(training.steps_per_second), "How often the weights change in a second.")
        if training.run.done or training.status == "stopped":
            _metric(
                "Trained for", _time(training.seconds), "What the steps took to compute, pauses left out."
            )
        else:
            _metric("Time left", _time(training.seconds_left), "To the last step, at this speed.")


def draw_inner_figures(shown: ShownWeights) -> None:
    """Draw what shows how the network learns: the gradient's length and the dead neurons."""
    experiment = shown.run.experiment
    dead = dead_neurons.count(shown.model, experiment)
    with st.container(horizontal=True):
        _metric("Gradient norm", _norm(shown), GRADIENT_HELP)
        _metric("Dead neurons", f"{dead:,} of {sum(experiment.hidden):,}", DEAD_HELP)


def map_of(shown: ShownWeights) -> go.Figure:
    """Return the map of the network with the weights that are shown."""
    return model_map(shown.model, shown.run.experiment.x_range)


def draw_map(figure: go.Figure) -> None:
    """Draw a map that `map_of` returned. A large network's takes long: ask for it before drawing anything."""
    live.figure(figure, key="progress.map", height=MAP_HEIGHT, on_click=asked.choose, file=_file("map"))


def draw_charts(shown: ShownWeights, best_possible: float) -> None:
    """Draw loss and accuracy over the steps, with a mark at the weights that are shown."""
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
        live.figure(loss, key="progress.loss", height=CHART_HEIGHT, file=_file("loss"), rests=True)
    with right:
        live.figure(
            accuracy, key="progress.accuracy", height=CHART_HEIGHT, file=_file("accuracy"), rests=True
        )


def _norm(shown: ShownWeights) -> str:
    norm = shown.gradient_norm
    if norm is not None:
        return f"{norm:.3g}"
    return "none" if shown.run.gradient is None else "unknown"


def _file(kind: str) -> str | None:
    training = session.current().training
    return None if training is None else file_names.of(kind, training.run.experiment)


def _metric(label: str, value: str, text: str, beside: str | None = None) -> None:
    st.metric(label, value, beside, delta_color="off", delta_arrow="off", help=text, width=150)


def _speed(steps_per_second: float) -> str:
    return f"{steps_per_second:,.0f}" if steps_per_second >= 10 else f"{steps_per_second:.1f}"


def _time(seconds: float | None) -> str:
    return "..." if seconds is None else duration(seconds)
