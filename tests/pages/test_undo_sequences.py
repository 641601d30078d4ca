"""Whatever users do one after another: an Undo that is offered brings back what was taken, and no more.

The test keeps the session from before each loss, and which parts the user has made since. Undo must lead to
the one, except for the others.
"""

from dataclasses import replace
from functools import cache

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import polycore as pc
from pages.compare import race_inputs, sweep_view
from pages.data.setup_on_points import on_own_points, on_polynomials
from pages.game.game import Game
from pages.inside import edited_model, exercise_view
from pages.lessons import lesson_panel, lessons
from pages.models import model_in_use
from pages.play import questions
from pages.points import uploaded_points
from pages.polynomials import change, presets
from pages.predict import weight_upload
from pages.runs.pacing import Pacing
from pages.runs.training import Training
from pages.setup import controls
from pages.setup.optimizer_input import with_optimizer
from pages.setup.settings import PRESETS, REPLACED, with_preset
from pages.state import session
from pages.state.session_value import Session
from pages.state.setup import READY_MADE, Setup
from pages.state.undo import WORK
from pages.state.uploads import UploadedPoints
from pages.train import run_upload
from polycore.inspection.parameter_index import ParameterIndex
from polycore.polynomials.presets import PARABOLAS
from tests.pages.test_run_frames import Directly

OWN = pc.Experiment(
    polynomials=tuple(map(pc.Polynomial.parse, ("x", "-x", "x^2"))), samples_per_class=5, hidden=(2,), steps=9
)
OFFERED = {*READY_MADE, *lessons.EXPERIMENTS}  # no user has made these
SET_UP = {"setup", "polynomials", "lesson", "pacing"}  # they come and go together


@cache
def run_of(experiment, steps=0):
    return pc.advance(pc.start(experiment), steps)


# --- what users do: each press as its page does it; one that is not possible does nothing -----------


def use_preset(label):
    setup = with_preset(session.current().setup, PRESETS[label][0])
    session.replace_setup(setup.experiment, REPLACED, setup.sketch)


def use_other_curves():
    """As Home offers it."""
    if session.current().experiment in READY_MADE:
        [other] = {*READY_MADE} - {session.current().experiment}
        session.replace_setup(other)


def choose_optimizer(name):
    session.update(setup=with_optimizer(session.current().setup, name))


def slide():
    polynomials = change.present()
    if polynomials:
        moved = pc.Polynomial(*(value + 1 for value in polynomials[0].coefficients))
        change.slide((moved, *polynomials[1:]), 0)


def remove_polynomial():
    if len(change.present()) > 2:
        change.adopt(change.present()[1:])


def undo_polynomials():
    if change.present():
        session.bring_back_polynomials()


def learn_from_points():
    chosen = on_own_points(session.current().setup)
    session.replace_setup(chosen.experiment, None, chosen.sketch)


def learn_from_polynomials():
    setup = session.current().setup
    if setup.own_points is not None:
        said = None if setup.experiment.data is None else "Your points were put aside."
        session.replace_setup(on_polynomials(setup), said)


def start():
    session.begin(Training(run_of(session.current().experiment), Directly(), pc.advance))


def one_step():
    training = session.current().training
    if training is not None:
        training.step()
        training.wait_for_rest(20)


def reset():
    training = session.current().training
    if training is not None and training.view.status == "paused":
        controls.row_of(training, training.view, changed=False)["reset"].action()


def import_run():
    run_upload.replace_run(Training(run_of(replace(OWN, seed=8), 2), Directly(), pc.advance))


def upload_models(*seeds):
    before = session.current()
    for seed in seeds:
        session.add_upload(run_of(replace(OWN, seed=seed)).best)
    if not set(before.models.titles) <= set(session.current().models.titles):
        session.offer_undo(weight_upload.REPLACED, before)


def on_model(act):
    """Do that with the oldest kept model."""
    kept = session.current().models.kept
    if kept:
        act(kept[0])


def change_by_hand(value):
    kept = session.current().answering
    if kept is not None:
        edited_model.enter(kept, ParameterIndex(0, 0, 0), value)


def keep_by_hand():
    kept = session.current().answering
    if kept is not None:
        edited_model.keep(kept)


def use_set_up_of_file():
    kept = session.current().answering
    if kept is not None and kept.experiment is None and kept.model.experiment is not None:
        session.replace_setup(kept.model.experiment, model_in_use.REPLACED)


def upload_points(x):
    points = UploadedPoints(np.array([[x, 0.0]]), None)
    session.set_points(points, uploaded_points.REPLACED if session.current().points else None)


def remove_points():
    if session.current().points is not None:
        session.update(points=None, undo=uploaded_points.REMOVED)


def play():
    experiment = session.current().experiment
    if experiment.polynomials:
        session.update(play=replace(session.current().play, game=Game.begin(OWN, 1, None, 0.0)))


def leave_game():
    now = session.current().play
    if now.game is not None:
        session.update(play=replace(now, game=None), undo=questions.LEFT)


class Computing:
    """Stands for a race or a sweep."""


def race():
    before = session.current().comparison
    another = replace(before, race=Computing())
    session.compare_another(another, race_inputs.REPLACED if before.race else None)


def sweep():
    before = session.current().comparison
    session.compare_another(replace(before, sweep=Computing()), sweep_view.REPLACED if before.sweep else None)


def begin_lesson(name):
    lesson_panel._begin(lessons.named(name), {})


def end_lesson():
    if session.current().lessons.current is not None:
        lesson_panel._end()


def use_set_up_of_lesson():
    lesson = lessons.named(session.current().lessons.current)
    if lesson is not None:
        lesson_panel._use_set_up(lesson.set_ups[-1].experiment)


PRESSES = {
    "New seed": lambda: session.change(seed=session.current().experiment.seed + 1),
    "Steps: 77": lambda: session.change(steps=77),
    "Recommended": lambda: use_preset("Recommended"),
    "L-BFGS": lambda: choose_optimizer("lbfgs"),
    "Adam": lambda: choose_optimizer("adam"),
    "other curves": use_other_curves,
    "slide": slide,
    "remove a polynomial": remove_polynomial,
    "parabolas": lambda: change.exchange(PARABOLAS, presets.REPLACED),
    "undo polynomials": undo_polynomials,
    "learn from points": learn_from_points,
    "learn from polynomials": learn_from_polynomials,
    "lesson": lambda: begin_lesson("by-heart"),
    "lesson of folds": lambda: begin_lesson("folds"),
    "lesson on the same": lambda: begin_lesson("smooth"),
    "end the lesson": end_lesson,
    "its set-up": use_set_up_of_lesson,
    "10 steps a second": lambda: session.change_view(pacing=Pacing(10)),
    "at full speed": lambda: session.change_view(pacing=Pacing()),
    "Start": start,
    "One step": one_step,
    "Reset": reset,
    "import a run": import_run,
    "upload a model": lambda: upload_models(3),
    "upload another": lambda: upload_models(4),
    "upload eleven": lambda: upload_models(*range(9, 20)),
    "use its set-up": use_set_up_of_file,
    "use a model": lambda: on_model(lambda kept: session.use(kept.title)),
    "rename a model": lambda: on_model(lambda kept: session.rename(kept.title, kept.title[:9] + "!")),
    "pin a model": lambda: on_model(lambda kept: session.pin(kept.title)),
    "delete a model": lambda: on_model(lambda kept: session.remove(kept.title)),
    "change a weight": lambda: change_by_hand(5.0),
    "change it again": lambda: change_by_hand(-5.0),
    "put it back": edited_model.put_back,
    "keep it": keep_by_hand,
    "numbers by hand": lambda: exercise_view.begin(None),
    "upload points": lambda: upload_points(1.0),
    "upload other points": lambda: upload_points(2.0),
    "remove them": remove_points,
    "play": play,
    "leave the game": leave_game,
    "race": race,
    "sweep": sweep,
}
# all of the set-up; the user has made nothing with them
REPLACE = {
    "Recommended",
    "other curves",
    "lesson",
    "lesson of folds",
    "lesson on the same",
    "its set-up",
    "import a run",
    "use its set-up",
}
SWITCH = {"learn from points", "learn from polynomials"}  # between set-ups that are both kept


# --- what Undo must do ------------------------------------------------------------------------------


class Record:
    """What Undo must lead to, part by part: the session before the last loss, with what was made since.

    taken: the parts that were replaced by the loss or, beside a set-up, later; left: as what they were left.
    made: those that the user has made since.
    """

    def __init__(self):
        self.expected, self.taken, self.left, self.made = {}, set(), {}, set()

    def press(self, name):
        before, parts, progress = session.current(), session.current().parts, session.current().progress
        PRESSES[name]()
        session.collect()  # as the page that is drawn then does
        after = session.current()
        changed = {part for part, value in after.parts.items() if value != parts[part]}
        changed |= {"run"} if after.progress != progress else set()
        is_loss = after.undo is not None and (
            before.undo is None or after.undo.made_at != before.undo.made_at
        )
        if name in REPLACE and after.experiment != before.experiment:
            assert is_loss or before.experiment in OFFERED
        if is_loss:
            self.expected, self.taken, self.left, self.made = parts, changed, after.parts, set()
            return
        gone = set()
        if "setup" in self.taken and name in REPLACE | SWITCH:
            self.taken |= changed & SET_UP
            gone = changed & self.taken
        elif name == "end the lesson":
            gone = changed & self.taken & {"pacing"}
        self.left |= {part: after.parts[part] for part in gone}
        self.made |= changed - gone
        self.expected |= {part: after.parts[part] for part in changed - gone}

    def check(self):
        now = session.current()
        if now.offered_undo is None:
            return
        assert not self.taken & self.made & WORK
        session.bring_back()
        back = session.current()
        wrong = {part for part, value in back.parts.items() if value != self.expected[part]}
        # who chooses what the loss has left has chosen nothing
        wrong -= {part for part in self.made - WORK if now.parts[part] == self.left[part]}
        if self.expected["in_use"] not in back.models.titles:
            wrong.discard("in_use")  # it was chosen since, and goes with the change
        assert {part: (back.parts[part], self.expected[part]) for part in wrong} == {}
        assert back.offered_undo is None
        assert unrelated(back) == unrelated(now)


def unrelated(one):
    """Return what no Undo changes."""
    view = replace(one.view, pacing=Pacing(), past=None, inside="Best")
    return view, one.lessons.seen, one.lessons.guesses, one.comparison.titles, one.uploads, one.refused


@given(st.lists(st.sampled_from(sorted(PRESSES)), min_size=1, max_size=8))
@settings(max_examples=500, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_undo_brings_back_what_was_taken_and_takes_nothing_newer(in_session, presses):
    in_session(Session(setup=Setup(OWN)))
    record = Record()
    for name in presses:
        record.press(name)
    record.check()
