"""How a run stands: its figures, its charts, and its best network's map of the plane."""

import plotly.graph_objects as go
import streamlit as st

from pages.parts import asked, dead_neurons, file_names, frame, hosting, live, queue_place, session
from pages.parts.dead_neurons import DEAD_ON
from pages.parts.duration import duration
from pages.parts.plane import model_map, run_map
from pages.parts.referee import EXPLAINED, told
from pages.parts.runner import Training
from polycore.alternative_text import percent
from polycore.figures import accuracy_figure, loss_figure

MAP_HEIGHT, CHART_HEIGHT = 520, 300

HELD_OUT_HELP = (
    "How many of 3,000 points that no step trains on the best weights so far answer rightly. "
    f"{EXPLAINED} Luck with these points may lift a network a little above it."
)
LOSS_HELP = (
    "Cross-entropy of the best weights so far on the training set. Guessing among K polynomials costs log K, "
    "certainty in the right answer 0."
)
GRADIENT_HELP = (
    "The length of the loss's gradient at this step: how steeply the loss falls from here. Near 0 there is "
    "little left to follow; where it grows and grows, lower the learning rate. Search uses none."
)
DEAD_HELP = (
    f"Hidden neurons that give 0 for each of {DEAD_ON:,} training points (all, where there are fewer), at "
    "this step: nothing comes through them, and no gradient wakes them. Many of them: lower the learning "
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


def draw_figures(training: Training, best_possible: float) -> None:
    """Draw accuracy and loss of the best weights so far, the speed, and the time that is left."""
    best = training.best
    held_out = best.held_out_accuracy or 0.0
    with st.container(horizontal=True):
        _metric("Held-out accuracy", percent(held_out), HELD_OUT_HELP, told(best_possible))
        _metric("Loss (nats)", f"{best.loss:.3f}", LOSS_HELP)
        _metric("Steps/s", _speed(training.steps_per_second), "How often the weights change in a second.")
        if training.run.done or training.status == "stopped":
            _metric(
                "Trained for", _time(training.seconds), "What the steps took to compute, pauses left out."
            )
        else:
            _metric("Time left", _time(training.seconds_left), "To the last step, at this speed.")


def draw_inner_figures(training: Training) -> None:
    """Draw what tells how the network learns, at this step: the gradient's length and the dead neurons."""
    run = training.run
    norm = run.gradient_norm
    with st.container(horizontal=True):
        _metric("Gradient norm", "none" if norm is None else f"{norm:.3g}", GRADIENT_HELP)
        _metric("Dead neurons", f"{dead_neurons.count(run):,} of {sum(run.experiment.hidden):,}", DEAD_HELP)


def map_of(training: Training) -> go.Figure:
    """Return the map of the network as it is now, for the best may stay for long; at rest, of the best."""
    if training.goes_on:
        return run_map(training.run)
    return model_map(training.best, training.run.experiment.x_range)


def draw_map(figure: go.Figure) -> None:
    """Draw a map that `map_of` returned. A large network's takes long: ask for it before drawing anything."""
    live.figure(figure, key="progress.map", height=MAP_HEIGHT, on_click=asked.choose, file=_file("map"))


def draw_charts(training: Training, best_possible: float) -> None:
    """Draw loss and accuracy over the steps."""
    run, history = training.run, training.run.history
    loss = loss_figure(history.step, history.loss, run.best_step, run.best_loss)
    accuracy = accuracy_figure(
        history.step,
        history.accuracy,
        history.held_out_accuracy,
        run.best_step,
        training.best.held_out_accuracy or 0.0,
        best_possible,
    )
    left, right = st.columns(2)
    with left:
        live.figure(loss, key="progress.loss", height=CHART_HEIGHT, file=_file("loss"), rests=True)
    with right:
        live.figure(
            accuracy, key="progress.accuracy", height=CHART_HEIGHT, file=_file("accuracy"), rests=True
        )


def _file(kind: str) -> str | None:
    training = session.current().training
    return None if training is None else file_names.of(kind, training.run.experiment)


def _metric(label: str, value: str, text: str, beside: str | None = None) -> None:
    st.metric(label, value, beside, delta_color="off", delta_arrow="off", help=text, width=150)


def _speed(steps_per_second: float) -> str:
    return f"{steps_per_second:,.0f}" if steps_per_second >= 10 else f"{steps_per_second:.1f}"


def _time(seconds: float | None) -> str:
    return "..." if seconds is None else duration(seconds)
