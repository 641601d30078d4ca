"""The buttons that control a run: start, pause, resume, one step, stop, reset, new seed."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Literal

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.channel import live_text
from pages.channel.live_text import Followed
from pages.runs.runner import Training
from pages.runs.view import RunView
from pages.server import presence, server
from pages.server.source import Halt
from pages.setup import seed, setting_input
from pages.state import inputs, refusal, session
from polycore import Experiment, Model, Run, advance, start

PREFIX = "controls"
RESTING = ("ready", "finished", "stopped")  # starting another run loses nothing of such a run
HALTS: Mapping[str, Halt] = {f"{PREFIX}.Pause": "pause", f"{PREFIX}.Stop": "stop"}  # by the buttons' keys

PLAY, PAUSE = ":material/play_arrow:", ":material/pause:"
CONTINUE = ":material/resume:"
STEP_HELP = "Changes the weights once, so that you see what a single update does."
STOP_HELP = "Ends the run for good, before its last step. The weights of the best loss so far are kept."
RESET_HELP = "Goes back to step 0 and the same initial weights. The weights of the best loss so far are kept."
RESET_CONTINUED_HELP = (
    "Goes to step 0 of a new run with the latest settings and new weights. The weights of the best loss so "
    "far are kept."
)

# No browser uses these keys, and Streamlit only R and C. It ignores them while the user types.
MAIN_KEY, STEP_KEY, RESET_KEY = "Ctrl+Enter", "S", "B"
KEYS = (
    f"Keys: {MAIN_KEY} starts, pauses and resumes; {STEP_KEY} takes a step; {RESET_KEY} goes back to step 0."
)
CHANGED = "Settings changed. Start trains a new network; this one stays in Compare."
CHANGED_SHORT = "Settings changed."
AHEAD = "This was computed earlier, up to step {:,}; you are watching a replay."
CATCH_UP_HELP = "Goes to that step at once. The result is the same."
SHORT_SECONDS = 2.0  # what is ahead of a run by less comes soon enough
# how long One step waits for its step before the page is drawn: the step may have to wait in the queue
STEP_SECONDS = 0.3
# Nothing moves when the set-up changes, or when a run begins or ends: the first button is as wide as its
# longest label, and what comes and goes has room of its own, beside the row or, on a phone, in a line below.
# It does not grow: until the page is drawn, what goes is still there beside what has come. Without icons all
# buttons fit in a row of a phone, and so do both that are offered once the set-up has changed.
STYLE = """<style>
[class*="st-key-controls-slot-"] > :not(:first-child) { display: none; }
@media (max-width: 640px) {
  .st-key-controls-keys { display: none; }
  .st-key-controls-beside { flex: 0 0 100%; min-height: 2.5rem; max-height: 2.5rem; }
  .st-key-controls-beside > div > div { flex-wrap: nowrap; gap: 0.3rem; }
  .st-key-controls-beside button { padding: 0 0.4rem; }
  .st-key-controls-beside button span:has(> [data-testid="stIconMaterial"]) { display: none; }
  .st-key-controls-beside p { font-size: 0.8125rem; line-height: 1.25; }
  .st-key-controls > :not(:first-child) span:has(> [data-testid="stIconMaterial"]) { display: none; }
  .st-key-controls { gap: 0.3rem; }
  .st-key-controls button { padding: 0 0.4rem; }
  .st-key-controls button p { font-size: 0.8125rem; }
  .st-key-controls > :first-child button { min-width: 6.75rem; }
}
@media (min-width: 641px) {
  .st-key-controls > :first-child button { min-width: 12rem; }
  :is(.st-key-controls-keys, .st-key-controls-changed, .st-key-controls-ahead, .st-key-controls-more,
    .st-key-controls-model) { min-height: 2.5rem; max-height: 2.8rem; }
  .st-key-controls-keys { justify-content: center; }
  .st-key-controls-ahead { flex-wrap: nowrap; }
}
@media (max-width: 1360px) {
  .st-key-controls-changed span:has(> [data-testid="stIconMaterial"]) { display: none; }
}
</style>"""


def begin() -> None:
    """Start a run of the set-up. For a button's `on_click`.

    If the set-up is refused, `show_refusal` shows why.
    """
    training = _ready_training()
    if training is not None:
        training.start()


def show_refusal() -> None:
    """Show once why the last run could not start; show a limit of this server as long as it is exceeded."""
    reason = refusal.taken(PREFIX)
    if not show_limits() and reason is not None:
        refusal.show("This set-up cannot be trained.", reason)


def show_limits() -> bool:
    """Show which limits of this server the set-up exceeds; return whether it exceeds any."""
    reason = server.current().limits.refusal(session.current().experiment)
    if reason is not None:
        refusal.show("This set-up is too large for this demo. It stays as it is.", reason)
    return reason is not None


def draw() -> None:
    """Draw the buttons for the state of the run, and one that starts the set-up if it has changed.

    In a row, what they say is beside them.
    """
    now = session.current()
    training, view = now.training, now.run_view
    changed = view is None or view.run.experiment != now.experiment
    st.html(STYLE)
    with st.container(horizontal=True, key=PREFIX, width="content"):
        if training is None or view is None or (changed and view.status in RESTING):
            with _slot("main"):
                text = "Trains a network on the current set-up."
                _draw_button("Start", PLAY, begin, False, text, "primary", MAIN_KEY)
            _draw_step_button(_begin_with_one_step, False)
            _draw_stop_button(_do_nothing, True)
            _draw_reset_button(_do_nothing, True)
        else:
            _draw_run_buttons(training, view, "secondary" if changed else "primary")
        seed.button(PREFIX)
    with st.container(key=f"{PREFIX}.beside"):
        if view is not None and changed:
            _draw_change(view)
        elif view is not None and view.status in ("finished", "stopped"):
            _draw_more(view)
        elif (view is None or view.status == "ready") and _fitting_model() is not None:
            with st.container(horizontal=True, vertical_alignment="center", key=f"{PREFIX}.model"):
                _draw_from_model()
        elif training is not None and training.computed_ahead().seconds > SHORT_SECONDS:
            _draw_catch_up(training)
        else:
            with st.container(key=f"{PREFIX}.keys"):
                st.caption(KEYS)


def _draw_change(view: RunView) -> None:
    """Say that the run has another set-up; if it has not ended, draw a button that starts the new one.

    That has no key: the key of the first button does what that says, whatever is changed beside it.
    """
    fits, rests = _fits(view.run), view.status in RESTING
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"{PREFIX}.changed"):
        if rests and not fits:
            st.caption(CHANGED)
        elif rests or not fits:  # both buttons take all the room, and say it themselves
            st.caption(CHANGED_SHORT, width="content")
        if not rests:
            text = "Ends this run, which stays in Compare, and trains a new network."
            _draw_button("Start the new set-up", PLAY, begin, False, text, "primary")
        if fits:
            _draw_button(
                "Continue with these settings",
                CONTINUE,
                partial(_continue_from, view.run),
                False,
                "Trains these weights further with the new settings. The charts go on, with a mark that says "
                "what changed.",
            )


def _draw_more(view: RunView) -> None:
    """Offer to train the weights of a run that has ended further."""
    with st.container(horizontal=True, vertical_alignment="center", key=f"{PREFIX}.more"):
        _draw_button(
            "Continue",
            CONTINUE,
            partial(_continue_from, view.run),
            False,
            f"Trains these weights for {view.run.experiment.steps:,} steps more. Change settings first, "
            "and it continues with those.",
        )
        if _fitting_model() is not None:
            _draw_from_model()


def _draw_from_model() -> None:
    """Offer to train the model in use further."""
    _draw_button(
        "Continue from the network in use",
        CONTINUE,
        _continue_from_model,
        False,
        "Trains the network that answers now further, with the settings of the set-up.",
    )


def _fits(run: Run) -> bool:
    """Return whether the run's weights can be trained further with the set-up."""
    return run.step > 0 and _is_of_set_up(run.experiment)


def _fitting_model() -> Model | None:
    """Return the model in use if it is not the run's and can be trained further with the set-up."""
    now = session.current()
    kept = now.answering
    if kept is None or kept is now.own:
        return None
    return kept.model if _is_of_set_up(kept.model) else None


def _is_of_set_up(network: Experiment | Model) -> bool:
    """Return whether a network has the inputs, the layers and the activation of the set-up."""
    set_up = session.current().experiment
    return (
        network.inputs == set_up.inputs
        and network.widths == set_up.widths
        and network.activation == set_up.activation
    )


def _continue_from_model() -> None:
    model = _fitting_model()
    if model is not None:
        _continue_from(model)


def _continue_from(weights: Run | Model) -> None:
    """Train these weights further, with the set-up."""
    with refusal.later(PREFIX):
        inputs.check(setting_input.PREFIX)
        training = session.current().training
        if isinstance(weights, Run) and training is not None:
            training.pause()
            weights = training.view.run  # it may have learned more since the page was drawn
        own, experiment = server.current(), session.current().experiment
        own.limits.check(experiment)
        owner = presence.session_name()
        run = start(experiment, weights)
        continued = Training(run, own.workers, advance, own.limits.max_seconds, owner=owner)
        session.begin(continued)
        continued.start()


def replay_text(training: Training) -> str:
    """Return up to which step the run replays what was computed earlier; "" if it has come to its end."""
    ahead = training.computed_ahead()
    return AHEAD.format(ahead.step) if ahead.seconds else ""


def _draw_catch_up(training: Training) -> None:
    """Offer to skip what has been computed already; the page is drawn again once all of it has been seen."""
    with st.container(horizontal=True, vertical_alignment="center", key=f"{PREFIX}.ahead"):
        said = live_text.value("replay", replay_text(training), "p", "caption")
        # the page follows this run by frames since any, of which this needs but the latest
        followed = Followed(training.name, 0, active=True)
        live_text.draw(said, f"{PREFIX}.replay", followed, until="caught_up")
        _draw_button("Catch up", ":material/fast_forward:", training.catch_up, False, CATCH_UP_HELP)


def _draw_run_buttons(training: Training, view: RunView, kind: Literal["primary", "secondary"]) -> None:
    can_step = view.status in ("ready", "paused", "failed")
    can_stop = view.is_active or view.status in ("paused", "failed")
    label, icon, action, description = _main_action(training, view)
    with _slot("main"):
        _draw_button(label, icon, action, False, description, kind, MAIN_KEY)
    is_ready = view.status == "ready"
    _draw_step_button(_begin_with_one_step if is_ready else partial(_step, training), not can_step)
    _draw_stop_button(training.stop, not can_stop)
    reset_help = RESET_CONTINUED_HELP if view.run.earlier else RESET_HELP
    _draw_reset_button(partial(_reset, training), is_ready, reset_help)


def draw_main(training: Training) -> None:
    """Draw only the button that pauses, resumes or repeats a run."""
    label, icon, action, description = _main_action(training, training.view)
    _draw_button(label, icon, action, False, description, "primary", MAIN_KEY)


def _slot(name: str) -> DeltaGenerator:
    # Start stays beside Pause until the page is drawn, and a button beside the disabled one that replaces it:
    # without slots the other buttons would move for that moment, and a press could miss them
    return st.container(key=f"{PREFIX}.slot.{name}", width="content")


def _main_action(training: Training, view: RunView) -> tuple[str, str, Callable[[], object], str]:
    match view.status:
        case "ready":
            return "Start", PLAY, begin, "Trains from the initial weights."
        case "running":
            return "Pause", PAUSE, training.pause, "Stays at this step. Resume continues from it."
        case "waiting":
            return "Pause", PAUSE, training.pause, "Leaves the queue. Resume joins the queue at its end."
        case "paused" | "failed":
            return "Resume", PLAY, training.resume, "Continues from this step."
        case _ if view.run.earlier:
            return "Start", PLAY, begin, "Trains a new network on the set-up, from step 0."
        case _:
            return "Start again", ":material/replay:", begin, "Repeats the same run from step 0."


def _draw_step_button(action: Callable[[], object], disabled: bool) -> None:
    with _slot("step"):
        _draw_button("One step", ":material/skip_next:", action, disabled, STEP_HELP, shortcut=STEP_KEY)


def _draw_stop_button(action: Callable[[], object], disabled: bool) -> None:
    with _slot("stop"):
        _draw_button("Stop", ":material/stop:", action, disabled, STOP_HELP)


def _draw_reset_button(action: Callable[[], object], disabled: bool, description: str = RESET_HELP) -> None:
    with _slot("reset"):
        _draw_button("Reset", ":material/restart_alt:", action, disabled, description, shortcut=RESET_KEY)


def _begin_with_one_step() -> None:
    training = _ready_training()
    if training is not None:
        _step(training)


def _step(training: Training) -> None:
    """Take one step. Most take milliseconds: the page, drawn after this, then shows what came of it."""
    training.step()
    training.wait_for_rest(STEP_SECONDS)


def _do_nothing() -> None:
    """Do nothing: there is no run to stop or to reset."""


def _reset(training: Training) -> None:
    """Replace the run by the same one at step 0. A toast offers to undo this."""
    session.collect()
    training.pause()
    before = session.current()
    run = training.view.run
    with refusal.later(PREFIX):
        session.exchange_run(_new_training(run.experiment))
        if run.step > 0:
            session.offer_undo(f"The run went back from step {run.step:,} to 0.", before)


def _ready_training() -> Training | None:
    """Return the session's run of the set-up at step 0; create it if there is none.

    If the set-up or a typed value is refused, `show_refusal` shows why, and this returns None.
    """
    with refusal.later(PREFIX):
        inputs.check(setting_input.PREFIX)
        now = session.current()
        training, view = now.training, now.run_view
        if view is not None and view.status == "ready" and view.run.experiment == now.experiment:
            return training
        training = _new_training(now.experiment)
        session.begin(training)
        return training
    return None


def _new_training(experiment: Experiment) -> Training:
    own = server.current()
    own.limits.check(experiment)
    owner = presence.session_name()
    return Training.of(experiment, own.workers, advance, own.limits.max_seconds, owner=owner)


def _draw_button(
    label: str,
    icon: str,
    action: Callable[[], object],
    disabled: bool,
    description: str,
    kind: Literal["primary", "secondary"] = "secondary",
    shortcut: str | None = None,
) -> None:
    # One key for each label: the second of two quick clicks on Start must not become a click on Pause. But
    # "Start again" and "Start" share a key: a value just typed turns one into the other during the press.
    # A disabled button has a key of its own: Streamlit ignores a press on a button that is disabled by the
    # time the press arrives, even if the user could still press it.
    st.button(
        label,
        key=f"{PREFIX}.{label.removesuffix(' again')}{'.disabled' if disabled else ''}",
        icon=icon,
        type=kind,
        on_click=_call,
        args=(action,),
        disabled=disabled,
        help=description if shortcut is None else f"{description} Key: {shortcut}.",
        shortcut=shortcut,
    )


def _call(action: Callable[[], object]) -> None:
    action()
