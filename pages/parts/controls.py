"""The buttons that drive a run: begin, pause, go on, one step, stop, back to the beginning, another seed."""

from collections.abc import Callable
from functools import partial
from typing import Literal

import streamlit as st

from pages.parts import refusal, seed, session
from pages.parts.pool import workers
from pages.parts.runner import Training
from polycore import Experiment, PolycoreError, advance, start

PREFIX = "controls"
REFUSAL_KEY = f"{PREFIX}.refusal"

PLAY = ":material/play_arrow:"
STEP_HELP = "Change the weights once, and look."
STOP_HELP = "End it; the best is kept."
RESET_HELP = "Back to step 0 with the same initial weights. What was best so far stays kept."


def begin() -> None:
    """Begin a run of the set-up. For a button's on_click: a refusal is shown where `show_refusal` stands."""
    training = _ready(session.current().experiment)
    if training is not None:
        training.start()


def show_refusal() -> None:
    """Show why the last run could not begin, once."""
    error = st.session_state.pop(REFUSAL_KEY, None)
    if error is not None:
        refusal.show("This set-up cannot be trained.", error)


def draw() -> None:
    """Draw the buttons that make sense now: those of the run under way, and one for another set-up."""
    session_now = session.current()
    training, experiment = session_now.training, session_now.experiment
    changed = training is None or training.run.experiment != experiment
    with st.container(horizontal=True):
        if training is None or (changed and training.status in ("ready", "finished", "stopped")):
            _begin_button("Start", "Train a network on the set-up as it stands.")
            _button("One step", ":material/skip_next:", _begin_with_one_step, False, STEP_HELP)
            _button("Stop", ":material/stop:", _nothing, True, STOP_HELP)
            _button("Reset", ":material/restart_alt:", _nothing, True, RESET_HELP)
        else:
            if changed:
                _begin_button("Start the new set-up", "End this run, keep its best, begin anew.")
            _buttons_of(training, "secondary" if changed else "primary")
        seed.button(PREFIX)


def _buttons_of(training: Training, kind: Literal["primary", "secondary"]) -> None:
    resting = training.status in ("ready", "paused", "failed")
    going = training.status in ("running", "paused", "failed")
    label, icon, action, text = _main_action(training)
    _button(label, icon, action, False, text, kind)
    _button("One step", ":material/skip_next:", training.step, not resting, STEP_HELP)
    _button("Stop", ":material/stop:", training.stop, not going, STOP_HELP)
    reset = partial(_ready, training.run.experiment)
    _button("Reset", ":material/restart_alt:", reset, training.status == "ready", RESET_HELP)


def _main_action(training: Training) -> tuple[str, str, Callable[[], object], str]:
    match training.status:
        case "ready":
            return "Start", PLAY, training.start, "Train from the initial weights."
        case "running":
            return "Pause", ":material/pause:", training.pause, "Stay at this step; Resume goes on from it."
        case "paused" | "failed":
            return "Resume", PLAY, training.resume, "Go on from this step."
        case _:
            return "Start again", ":material/replay:", begin, "The same run once more, from step 0."


def _begin_button(label: str, text: str) -> None:
    _button(label, PLAY, begin, False, text, "primary")


def _begin_with_one_step() -> None:
    training = _ready(session.current().experiment)
    if training is not None:
        training.step()


def _nothing() -> None:
    """There is no run to stop or to reset."""


def _ready(experiment: Experiment) -> Training | None:
    """Make a run of `experiment` the session's. Where it is refused, note why and return None."""
    try:
        run = start(experiment)
    except PolycoreError as error:
        st.session_state[REFUSAL_KEY] = str(error)
        return None
    training = Training(run, workers, advance)
    session.begin(training)
    return training


def _button(
    label: str,
    icon: str,
    action: Callable[[], object],
    disabled: bool,
    text: str,
    kind: Literal["primary", "secondary"] = "secondary",
) -> None:
    # a key for each label: the second of two quick clicks on Start must not become a click on Pause
    st.button(
        label,
        key=f"{PREFIX}.{label}",
        icon=icon,
        type=kind,
        on_click=_called,
        args=(action,),
        disabled=disabled,
        help=text,
        shortcut="Ctrl+Enter" if kind == "primary" else None,
    )


def _called(action: Callable[[], object]) -> None:
    action()
