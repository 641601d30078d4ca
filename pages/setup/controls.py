"""The buttons that drive a run: begin, pause, go on, one step, stop, back to the beginning, another seed."""

from collections.abc import Callable
from functools import partial
from typing import Literal

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.runs.runner import Training
from pages.server import hosting
from pages.server.pool import workers
from pages.setup import seed
from pages.state import session, typed
from pages.wording import refusal
from polycore import Experiment, PolycoreError, advance, start

PREFIX = "controls"
RESTING = ("ready", "finished", "stopped")  # nothing of such a run is lost if Start begins another
REFUSAL_KEY = f"{PREFIX}.refusal"

PLAY = ":material/play_arrow:"
STEP_HELP = "One step changes the weights once. Take it to see what a single update does."
STOP_HELP = "End the run for good, before its last step. The best weights so far are kept."
RESET_HELP = "Back to step 0 with the same initial weights. What was best so far stays kept."

# No browser uses these letters, and Streamlit only R and C. It passes over them while somebody types.
MAIN_KEY, STEP_KEY, RESET_KEY = "Ctrl+Enter", "S", "B"
KEYS = (
    f"Keys: {MAIN_KEY} starts, pauses and resumes; {STEP_KEY} takes a step; {RESET_KEY} goes back to step 0."
)
CHANGED = (
    "The set-up has changed since this run began: Start trains the new one, and this one's best is kept."
)
CHANGED_SHORT = "The set-up has changed since this run began; its best is kept."
# On a phone there are no keys, and the buttons fit a row more. Elsewhere nothing moves when the set-up
# changes: the first button is as wide as its longest label, and below the row is room for another button.
STYLE = """<style>
.st-key-controls-main > :not(:first-child) { display: none; }
@media (max-width: 640px) {
  .st-key-controls-keys, .st-key-controls [aria-label^="Shortcut"] { display: none; }
}
@media (min-width: 641px) {
  .st-key-controls > :first-child button { min-width: 12rem; }
  :is(.st-key-controls-keys, .st-key-controls-changed) { min-height: 2.5rem; }
}
</style>"""


def begin() -> None:
    """Begin a run of the set-up, typed values included. For a button's on_click.

    `show_refusal` shows why it is refused, if it is.
    """
    training = _ready()
    if training is not None:
        training.start()


def show_refusal() -> None:
    """Show why the last run could not begin, once, and as long as it holds that this server allows none."""
    error = st.session_state.pop(REFUSAL_KEY, None)
    if not show_limits() and error is not None:
        refusal.show("This set-up cannot be trained.", error)


def show_limits() -> bool:
    """Show which limits of this server the set-up is beyond; return whether it is."""
    beyond = hosting.limits().refusal(session.current().experiment)
    if beyond is not None:
        refusal.show("This set-up is too large for this demo; it stays as it is.", beyond)
    return beyond is not None


def draw() -> None:
    """Draw the buttons that make sense now: those of the run under way, and one for another set-up."""
    session_now = session.current()
    training, experiment = session_now.training, session_now.experiment
    changed = training is None or training.run.experiment != experiment
    st.html(STYLE)
    with st.container(horizontal=True, key=PREFIX):
        if training is None or (changed and training.status in RESTING):
            with _main_slot():
                _begin_button("Start", "Train a network on the set-up as it stands.")
            _step_button(_begin_with_one_step, False)
            _stop_button(_nothing, True)
            _reset_button(_nothing, True)
        else:
            _buttons_of(training, "secondary" if changed else "primary")
        seed.button(PREFIX)
    with st.container():
        if training is not None and changed:
            _draw_change(training)
        else:
            with st.container(key=f"{PREFIX}.keys"):
                st.caption(KEYS)


def _draw_change(training: Training) -> None:
    """Say that the run has another set-up; while it is under way, with a button that starts the new one."""
    with st.container(horizontal=True, vertical_alignment="center", key=f"{PREFIX}.changed"):
        if training.status in RESTING:
            st.caption(CHANGED)
        else:
            st.caption(CHANGED_SHORT)
            _begin_button("Start the new set-up", "End this run, keep its best, and start another.")


def _buttons_of(training: Training, kind: Literal["primary", "secondary"]) -> None:
    resting = training.status in ("ready", "paused", "failed")
    going = training.goes_on or training.status in ("paused", "failed")
    label, icon, action, text = _main_action(training)
    with _main_slot():
        _button(label, icon, action, False, text, kind, MAIN_KEY if kind == "primary" else None)
    first = training.status == "ready"
    _step_button(_begin_with_one_step if first else training.step, not resting)
    _stop_button(training.stop, not going)
    _reset_button(partial(_reset, training), first)


def _main_slot() -> DeltaGenerator:
    # Start stays beside Pause until the page is drawn: in one row the others would move for that moment,
    # and a press of one would miss it
    return st.container(key=f"{PREFIX}.main", width="content")


def _main_action(training: Training) -> tuple[str, str, Callable[[], object], str]:
    match training.status:
        case "ready":
            return "Start", PLAY, begin, "Train from the initial weights."
        case "running":
            return "Pause", ":material/pause:", training.pause, "Stay at this step. Resume goes on from it."
        case "waiting":
            return "Pause", ":material/pause:", training.pause, "Leave the queue. Resume joins it at its end."
        case "paused" | "failed":
            return "Resume", PLAY, training.resume, "Go on from this step."
        case _:
            return "Start again", ":material/replay:", begin, "The same run once more, from step 0."


def _begin_button(label: str, text: str) -> None:
    _button(label, PLAY, begin, False, text, "primary", MAIN_KEY)


def _step_button(action: Callable[[], object], disabled: bool) -> None:
    _button("One step", ":material/skip_next:", action, disabled, STEP_HELP, shortcut=STEP_KEY)


def _stop_button(action: Callable[[], object], disabled: bool) -> None:
    _button("Stop", ":material/stop:", action, disabled, STOP_HELP)


def _reset_button(action: Callable[[], object], disabled: bool) -> None:
    _button("Reset", ":material/restart_alt:", action, disabled, RESET_HELP, shortcut=RESET_KEY)


def _begin_with_one_step() -> None:
    training = _ready()
    if training is not None:
        training.step()


def _nothing() -> None:
    """There is no run to stop or to reset."""


def _reset(training: Training) -> None:
    """Begin the run anew. A toast offers the one under way, at its step, as long as it is shown."""
    session.collect()
    training.pause()
    before = session.current()
    again = _made(training.run.experiment)
    if again is None:
        return
    session.exchange_run(again)
    if training.run.step > 0:
        session.offer_undo(f"The run went back from step {training.run.step:,} to 0.", before)


def _ready() -> Training | None:
    """Return the session's run at step 0 of the set-up, made if there is none.

    If the set-up, or what is typed, is refused, note why and return None.
    """
    try:
        typed.take()
    except PolycoreError as error:
        st.session_state[REFUSAL_KEY] = str(error)
        return None
    training, experiment = session.current().training, session.current().experiment
    if training is not None and training.status == "ready" and training.run.experiment == experiment:
        return training
    training = _made(experiment)
    if training is not None:
        session.begin(training)
    return training


def _made(experiment: Experiment) -> Training | None:
    try:
        limits = hosting.limits()
        limits.check(experiment)
        return Training(start(experiment), workers, advance, limits.max_seconds)
    except PolycoreError as error:
        st.session_state[REFUSAL_KEY] = str(error)
        return None


def _button(
    label: str,
    icon: str,
    action: Callable[[], object],
    disabled: bool,
    text: str,
    kind: Literal["primary", "secondary"] = "secondary",
    shortcut: str | None = None,
) -> None:
    # a key for each label: the second of two quick clicks on Start must not become a click on Pause. But what
    # is typed turns "Start again" into "Start" while the mouse is held down on it: the two are one button.
    st.button(
        label,
        key=f"{PREFIX}.{label.removesuffix(' again')}",
        icon=icon,
        type=kind,
        on_click=_called,
        args=(action,),
        disabled=disabled,
        help=text if shortcut is None else f"{text} Key: {shortcut}.",
        shortcut=shortcut,
    )


def _called(action: Callable[[], object]) -> None:
    action()
