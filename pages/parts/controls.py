"""The buttons that drive a run: begin, pause, go on, one step, stop, back to the beginning, another seed."""

from collections.abc import Callable

import streamlit as st

import polycore as pc
from pages.parts import refusal, seed, session
from pages.parts.pool import workers
from pages.parts.runner import Training

PREFIX = "controls"
REFUSAL_KEY = f"{PREFIX}.refusal"


def begin() -> None:
    """Begin a run of the set-up. For a button's on_click: a refusal is shown where `show_refusal` stands."""
    training = _ready()
    if training is not None:
        training.start()


def show_refusal() -> None:
    """Show why the last run could not begin, once."""
    error = st.session_state.pop(REFUSAL_KEY, None)
    if error is not None:
        refusal.show("This set-up cannot be trained.", error)


def draw() -> None:
    """Draw the buttons that make sense now."""
    training = session.current().training
    with st.container(horizontal=True):
        _main_button(training)
        _step_button(training)
        _stop_button(training)
        _button(
            "Reset",
            ":material/restart_alt:",
            _reset,
            training is None or training.status == "ready",
            "Back to step 0 with the same initial weights. What was best so far stays kept.",
        )
        seed.button(PREFIX)


def _main_button(training: Training | None) -> None:
    label, icon, action, text = _main_action(training)
    st.button(
        label,
        key=f"{PREFIX}.main",
        icon=icon,
        type="primary",
        on_click=action,
        help=text,
        shortcut="Ctrl+Enter",
    )


def _main_action(training: Training | None) -> tuple[str, str, Callable[[], None], str]:
    start_icon = ":material/play_arrow:"
    if training is None or training.run.experiment != session.current().experiment:
        if training is not None and training.status == "running":
            return (
                "Start the new set-up",
                start_icon,
                begin,
                "End this run, keep its best, begin anew.",
            )
        return "Start", start_icon, begin, "Train a network on the set-up as it stands."
    match training.status:
        case "ready":
            return "Start", start_icon, training.start, "Train from the initial weights."
        case "running":
            return "Pause", ":material/pause:", training.pause, "Stay at this step; Resume goes on from it."
        case "paused" | "failed":
            return "Resume", start_icon, training.resume, "Go on from this step."
        case _:
            return "Start again", ":material/replay:", begin, "The same run once more, from step 0."


def _step_button(training: Training | None) -> None:
    ours = training is not None and training.run.experiment == session.current().experiment
    resting = not ours or (training is not None and training.status in ("ready", "paused", "failed"))
    _button("One step", ":material/skip_next:", _one_step, not resting, "Change the weights once, and look.")


def _one_step() -> None:
    training = session.current().training
    if training is None or training.run.experiment != session.current().experiment:
        training = _ready()
    if training is not None:
        training.step()


def _stop_button(training: Training | None) -> None:
    going = training is not None and training.status in ("running", "paused", "failed")
    _button(
        "Stop",
        ":material/stop:",
        training.stop if training else _nothing,
        not going,
        "End it; the best is kept.",
    )


def _nothing() -> None:
    """There is no run to stop."""


def _ready() -> Training | None:
    """Make the set-up the session's run, at step 0. Return None, and note why, where it is refused."""
    try:
        run = pc.start(session.current().experiment)
    except pc.PolycoreError as error:
        st.session_state[REFUSAL_KEY] = str(error)
        return None
    training = Training(run, workers, pc.advance)
    session.begin(training)
    return training


def _reset() -> None:
    _ready()


def _button(label: str, icon: str, action: Callable[[], None], disabled: bool, text: str) -> None:
    key = f"{PREFIX}.{label}"
    st.button(label, key=key, icon=icon, on_click=action, disabled=disabled, help=text)
