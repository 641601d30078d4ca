"""The buttons that control a run: start, pause, resume, one step, stop, reset, new seed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.channel import live_text
from pages.channel.live_text import Followed
from pages.runs.training import Training
from pages.runs.view import Milestone, RunView
from pages.server import presence, server
from pages.server.source import Halt
from pages.setup import setting_input
from pages.state import inputs, refusal, session
from pages.state.session_value import Session
from pages.wording.words import as_label
from polycore import Experiment, Model, Run, advance, start
from polycore.experiment.settings import SETTINGS
from polycore.formatting import counted

PREFIX = "controls"
RESTING = ("ready", "finished", "stopped")  # starting another run loses nothing of such a run
HALTS: Mapping[str, Halt] = {f"{PREFIX}.Pause": "pause", f"{PREFIX}.Stop": "stop"}  # by the buttons' keys

PLAY, PAUSE, FURTHER = ":material/play_arrow:", ":material/pause:", ":material/resume:"
START, CONTINUE, START_NEW, RESUME = "Start", "Continue", "Start new", "Resume"
START_HELP = "Trains a network on the set-up, from step 0."
STEP_HELP = "Changes the weights once, so that you see what a single update does."
STOP_HELP = "Ends the run for good, before its last step. The weights of the best loss so far are kept."
RESET_HELP = "Goes back to step 0 and the same initial weights. The weights of the best loss so far are kept."
RESET_CONTINUED_HELP = (
    "Goes to step 0 of a new run with the latest settings and new weights. The weights of the best loss so "
    "far are kept."
)

# No browser uses these keys, and Streamlit only R and C. It ignores them while the user types. The help of
# the buttons names them.
MAIN_KEY, STEP_KEY, RESET_KEY = "Ctrl+Enter", "S", "B"
MOST_NAMED = 3  # changed settings
AHEAD = "This was computed earlier, up to step {:,}; you are watching a replay."
CATCH_UP_HELP = "Goes to that step at once. The result is the same."
WENT_BACK = "The run went back from step {:,} to 0."
REFUSED = "This set-up cannot be trained."
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
  :is(.st-key-controls-ahead, .st-key-controls-more) { min-height: 2.5rem; max-height: 2.8rem; }
  .st-key-controls-ahead { flex-wrap: nowrap; }
}
</style>"""


@dataclass(frozen=True)
class Button:
    """A button, and what a press on it does. Without an `action` it is disabled."""

    label: str
    icon: str
    about: str
    action: Callable[[], object] | None
    shortcut: str | None = None
    kind: Literal["primary", "secondary"] = "secondary"

    @property
    def key(self) -> str:
        """Its key on the page."""
        # One key for each label: the second of two quick clicks on Start must not become a click on Pause.
        # But "Start new" and "Start" share a key: what comes just before the press, such as the next lesson,
        # may turn one into the other. A disabled button has a key of its own: Streamlit ignores a press on a
        # button that is disabled by the time the press arrives, even if the user could still press it.
        return f"{PREFIX}.{self.label.removesuffix(' new')}{'.disabled' if self.action is None else ''}"

    def draw(self) -> None:
        """Draw it."""
        st.button(
            self.label,
            key=self.key,
            icon=self.icon,
            type=self.kind,
            on_click=self._press,
            disabled=self.action is None,
            help=self.about if self.shortcut is None else f"{self.about} Key: {self.shortcut}.",
            shortcut=self.shortcut,
        )

    def _press(self) -> None:
        if self.action is not None:
            self.action()


def draw() -> None:
    """Draw the buttons for the state of the run in a row, and what else can be done about it beside them."""
    with draw_row():
        setting_input.draw_new_seed(PREFIX)
    draw_beside()
    draw_changes()


def draw_row() -> DeltaGenerator:
    """Draw the buttons for the state of the run in a row, which is returned; some may be disabled."""
    training, view, changed = _standing(session.current())
    st.html(STYLE)
    row = st.container(horizontal=True, key=PREFIX, width="content")
    with row:
        for slot, button in row_of(training, view, changed=changed).items():
            # Start stays beside Pause until the page is drawn, and a button beside the disabled one that
            # replaces it: without slots the others would move for that moment, and a press could miss them
            with st.container(key=f"{PREFIX}.slot.{slot}", width="content"):
                button.draw()
    return row


def draw_beside() -> None:
    """Draw what else can be done about the run, in a line that is there in any case."""
    training, view, changed = _standing(session.current())
    with st.container(key=f"{PREFIX}.beside"):
        _draw_beside(training, view, changed=changed)


def _standing(now: Session) -> tuple[Training | None, RunView | None, bool]:
    """Return the run, its view, and whether the set-up is another one than its.

    A lesson begins without a run: one from before it is left alone until another begins.
    """
    if now.has_run_from_before_the_lesson:
        return None, None, True
    training, view = now.training, now.run_view
    return training, view, view is None or view.run.experiment != now.experiment


def row_of(training: Training | None, view: RunView | None, *, changed: bool) -> dict[str, Button]:
    """Return the buttons of the row by their slots.

    view: of the run; None if there is none. changed: whether the set-up is another one than the run's.
    """
    step: Callable[[], object] | None = _begin_with_step
    stop: Callable[[], object] | None = None
    reset: Callable[[], object] | None = None
    reset_help = RESET_HELP
    main = main_button(training, view)
    if training is not None and view is not None and not (changed and view.status in RESTING):
        at_rest = view.status in ("paused", "failed")  # and may continue
        if view.status != "ready":
            # a step that has to wait for its turn must not disable the button that asks for another one
            step = partial(_step, training) if at_rest or view.state == "stepping" else None
            reset = partial(_reset, training)
        if at_rest or view.is_active:
            stop = training.stop
        if view.run.earlier:
            reset_help = RESET_CONTINUED_HELP
    return {
        "main": main,
        "step": Button("One step", ":material/skip_next:", STEP_HELP, step, STEP_KEY),
        "stop": Button("Stop", ":material/stop:", STOP_HELP, stop),
        "reset": Button("Reset", ":material/restart_alt:", reset_help, reset, RESET_KEY),
    }


def main_button(training: Training | None, view: RunView | None) -> Button:
    """Return the button that starts, pauses or resumes a run."""
    main = partial(Button, shortcut=MAIN_KEY, kind="primary")
    if training is None or view is None or view.status in RESTING:
        return to_start(view)
    if view.status in ("paused", "failed"):
        return main(RESUME, PLAY, "Continues from this step.", training.resume)
    if view.status == "waiting":
        return main("Pause", PAUSE, "Leaves the queue. Resume joins the queue at its end.", training.pause)
    return main("Pause", PAUSE, "Stays at this step. Resume continues from it.", training.pause)


def to_start(view: RunView | None) -> Button:
    """Return the button that trains from step 0. It says Start as long as nothing has been trained."""
    label = START if view is None or view.run.step == 0 else START_NEW
    return Button(label, PLAY, START_HELP, begin, MAIN_KEY, "primary")


def further(view: RunView | None, set_up: Experiment) -> Button | None:
    """Return the button that trains the run's network further with the set-up; None if it cannot now."""
    if view is None or view.run.step == 0 or not can_continue(view.run.experiment, set_up):
        return None
    if view.run.experiment == set_up and view.status not in RESTING:
        return None  # Resume does that
    more = f"Trains this network for {set_up.steps:,} more steps, with the settings as they are then."
    return Button(CONTINUE, FURTHER, more, partial(_continue_from, view.run))


def to_train_further(now: Session) -> Button | None:
    """Return the button that lets the run train further: Resume or Continue; None if it cannot now."""
    training, view, _ = _standing(now)
    if view is not None and view.status in ("paused", "failed"):
        return main_button(training, view)
    return further(view, now.experiment)


def is_to_continue() -> bool:
    """Return whether the set-up's steps are more steps of the run: whether `further` has a button."""
    return further(_standing(session.current())[1], session.current().experiment) is not None


def _draw_beside(training: Training | None, view: RunView | None, *, changed: bool) -> None:
    """Draw what else can be done about the run, or nothing as high."""
    if view is not None and changed:
        return  # see `draw_changes`
    now = session.current()
    model = of_model(now) if view is None or view.status in RESTING else None
    if buttons := [button for button in (further(view, now.experiment), model) if button is not None]:
        with _line("more"):
            for button in buttons:
                button.draw()
    elif training is not None and training.computed_ahead().seconds > SHORT_SECONDS:
        with _line("ahead"):
            said = live_text.value("replay", replay_text(training), "p", "caption")
            # since 0, so that the latest frame will do, whichever it is: the page follows this run anyway
            followed = Followed(training.name, 0, active=True)
            live_text.draw(said, f"{PREFIX}.replay", followed, until="caught_up")
            Button("Catch up", ":material/fast_forward:", CATCH_UP_HELP, training.catch_up).draw()
    else:
        with st.container(key=f"{PREFIX}.nothing"):
            st.space(40)  # pixels: what may come is as high


def _line(name: str) -> DeltaGenerator:
    return st.container(horizontal=True, vertical_alignment="center", key=f"{PREFIX}.{name}")


def draw_changes() -> None:
    """Draw in what the set-up differs from the run, if it does, and what can be done with it."""
    (_, view, changed), set_up = _standing(session.current()), session.current().experiment
    if view is None or not changed:
        return
    with st.container(key=f"{PREFIX}.changes", gap="xsmall"):
        st.caption(changes_text(view.run.experiment, set_up))
        with st.container(horizontal=True, gap="xsmall"):
            for button in buttons_for_changes(view, set_up):
                button.draw()


def buttons_for_changes(view: RunView, set_up: Experiment) -> list[Button]:
    """Return the buttons for a set-up that is another one than the run's."""
    # no shortcut: that of the main button does what the main button says, whatever is changed here
    new = Button(START_NEW, PLAY, f"{START_HELP} This one stays in Compare.", begin)
    # at rest the main button is that one
    buttons = further(view, set_up), None if view.status in RESTING else new
    return [button for button in buttons if button is not None]


def changes_text(before: Experiment, after: Experiment) -> str:
    """Return how many settings differ between two experiments, and which these are, in Markdown."""
    differing = [SETTINGS[field].name for field in before.differing(after)]
    named = ", ".join(differing[:MOST_NAMED]) + (" …" if len(differing) > MOST_NAMED else "")
    return f"**{counted(len(differing), 'change')}** · {named}"


def replay_text(training: Training) -> str:
    """Return up to which step the run replays what was computed earlier; "" if it has come to its end."""
    ahead = training.computed_ahead()
    return AHEAD.format(ahead.step) if ahead.seconds else ""


# --- what a press does -------------------------------------------------------------------------


def begin() -> None:
    """Start a run of the set-up. For a button's `on_click`.

    If the set-up or a typed value is refused, `show_refusal` shows why.
    """
    _begin(Training.start)


def _begin(how: Callable[[Training], object]) -> None:
    """Begin, as `how` does, the session's run of the set-up at step 0; create it if there is none."""
    with refusal.later(PREFIX):
        inputs.check(setting_input.PREFIX)
        training, view, changed = _standing(session.current())
        if training is None or view is None or changed or view.status != "ready":
            training = new_training(session.current().experiment)
            session.begin(training)
        how(training)


def _begin_with_step() -> None:
    """Begin the session's run of the set-up with one step.

    Of two quick presses the second may come before a page is drawn with that run: it takes its second step.
    """
    training, view, changed = _standing(session.current())
    if training is None or view is None or changed or view.status in RESTING:
        _begin(_step)
    else:
        _step(training)


def _step(training: Training) -> None:
    """Take one step. Most take milliseconds: the page, drawn after this, then shows what came of it."""
    training.step()
    training.wait_for_rest(STEP_SECONDS)


def _reset(training: Training) -> None:
    """Replace the run by the same one at step 0. A toast offers to undo this."""
    session.collect()
    training.pause()
    before = session.current()
    run = training.view.run
    with refusal.later(PREFIX):
        session.exchange_run(new_training(run.experiment))
        if run.step > 0:
            session.offer_undo(WENT_BACK.format(run.step), before)


def new_training(experiment: Experiment, weights: Run | Model | None = None) -> Training:
    """Return the training of a new run, from given weights or from initial ones; it has not begun.

    Raises PolycoreError if the experiment exceeds a limit of this server, or the weights do not fit it.
    """
    own, owner = server.current(), presence.session_name()
    own.limits.check(experiment)
    if weights is None:
        return Training.of(experiment, own.workers, advance, own.limits.max_seconds, owner=owner)
    run = start(experiment, weights)
    before = _milestones_of(weights, session.current())
    return Training(run, own.workers, advance, own.limits.max_seconds, owner=owner, before=before)


def _milestones_of(weights: Run | Model, now: Session) -> Sequence[Milestone]:
    """Return the milestones of the run that has learned the weights; () if they are not known."""
    if isinstance(weights, Run):
        return now.run_view.milestones if now.run_view is not None and now.run_view.run is weights else ()
    return now.answering.milestones if now.answering is not None and now.answering.model is weights else ()


def _continue_from(weights: Run | Model) -> None:
    """Train these weights further, with the set-up."""
    with refusal.later(PREFIX):
        inputs.check(setting_input.PREFIX)
        training = session.current().training
        if isinstance(weights, Run) and training is not None:
            server.current().limits.check(session.current().experiment)  # before it is paused in vain
            training.pause()
            weights = training.view.run  # it may have learned more since the page was drawn
        continued = new_training(session.current().experiment, weights)
        session.begin(continued)
        continued.start()


def of_model(now: Session) -> Button | None:
    """Return the button that trains the model in use further; None if that is the run's or does not fit."""
    kept = now.answering
    if kept is None or kept is now.own or not can_continue(kept.model, now.experiment):
        return None
    name = as_label(kept.title.partition(" · ")[0])  # the run may have a Continue of its own
    about = f"Trains the network in use, {as_label(kept.title)}, for {now.experiment.steps:,} more steps."
    return Button(f'{CONTINUE} "{name}"', FURTHER, about, partial(_continue_from, kept.model))


def can_continue(network: Experiment | Model, set_up: Experiment) -> bool:
    """Return whether a network has the inputs, the layers and the activation of the set-up."""
    return (
        network.inputs == set_up.inputs
        and network.widths == set_up.widths
        and network.activation == set_up.activation
    )


# --- what was refused --------------------------------------------------------------------------


def show_refusal() -> None:
    """Show once why the last run could not start; show a limit of this server as long as it is exceeded."""
    reason = refusal.taken(PREFIX)
    if not show_limits() and reason is not None:
        refusal.show(REFUSED, reason)


def show_limits() -> bool:
    """Show which limits of this server the set-up exceeds; return whether it exceeds any."""
    reason = server.current().limits.refusal(session.current().experiment)
    if reason is not None:
        refusal.show("This set-up is too large for this demo. It stays as it is.", reason)
    return reason is not None
