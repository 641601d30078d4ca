"""Undo as a value: what differs between the session before and after a loss, on top of what is newer."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

import polycore as pc
from pages.game.game import Game
from pages.runs.runner import Training
from pages.state.kept_models import ByHand, Kept, KeptModels
from pages.state.points import Points
from pages.state.session_value import Lessons, Play, Session
from pages.state.setup import Replaced, Setup
from pages.state.shown_input import InputVersions
from pages.state.view import View

EXPERIMENT = pc.Experiment(polynomials=pc.INTRODUCTION_POLYNOMIALS, hidden=(2,), steps=3)
OTHER = replace(EXPERIMENT, seed=7)
MODEL = pc.start(EXPERIMENT).best
A, B = Kept("A", MODEL, None), Kept("B", pc.start(OTHER).best, None)
GAME = Game.begin(EXPERIMENT, 1, None, 0.0)
POINTS = Points(np.zeros((1, 2)), None)
FULL = Session(
    setup=Setup(EXPERIMENT, Replaced(None, 20, "crossings")),
    training=Training(pc.start(EXPERIMENT), executor=None, advance=pc.advance),
    models=KeptModels((A, B), "B", runs=1, uploads=1),
    by_hand=ByHand("A", MODEL, B.model),
    points=POINTS,
    lessons=Lessons(current="dead"),
    play=Play(GAME),
)
LOSSES = {
    "set-up": replace(FULL, setup=Setup(OTHER)),
    "run": replace(FULL, training=None),
    "model": replace(FULL, models=FULL.models.without(B)),
    "changes by hand": replace(FULL, by_hand=None),
    "points": replace(FULL, points=None),
    "game": replace(FULL, play=Play()),
}


def lost(name):
    """Return the session after that loss, with the way back."""
    return LOSSES[name].with_undo(f"The {name} went.", before=FULL)


@pytest.mark.parametrize("name", LOSSES)
def test_what_was_lost_comes_back_whole(name):
    after = lost(name)
    assert after.offered_undo.reverted(after) == FULL


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("newer", LOSSES)
def test_it_is_offered_until_the_same_is_changed_again(name, newer):
    subject = {
        "set-up": {"setup": Setup(replace(OTHER, steps=5))},
        "run": {"training": Training(pc.start(OTHER), executor=None, advance=pc.advance)},
        "model": {"models": KeptModels((replace(A, pinned=True),), "A")},
        "changes by hand": {"by_hand": ByHand("A", MODEL, MODEL)},
        "points": {"points": Points(np.ones((1, 2)), None)},
        "game": {"play": Play(replace(GAME, seed=2))},
    }[newer]
    assert (replace(lost(name), **subject).offered_undo is None) == (name == newer)


def test_everything_else_stays_as_it_is_now():
    view, play = View(map_view="Referee"), Play(replace(GAME, seed=2))
    after = replace(lost("points"), view=view, play=play, setup=Setup(OTHER))
    back = after.offered_undo.reverted(after)
    assert (back.points, back.view, back.play, back.experiment) == (POINTS, view, play, OTHER)


def test_a_run_that_was_begun_and_then_trained_is_newer():
    with ThreadPoolExecutor(1) as workers:
        begun = Training(pc.start(OTHER), workers, pc.advance)
        after = replace(FULL, training=begun).with_undo("The run went.", before=FULL)
        assert after.offered_undo is not None
        begun.step()
        assert after.offered_undo is None


def test_a_model_that_its_run_improves_is_nothing_newer():
    after = lost("game")
    better = replace(after.models, kept=(replace(A, seconds=3.0), B))
    assert replace(after, models=better).offered_undo is not None
    deleted = lost("model")
    improved = replace(A, seconds=3.0)
    now = replace(deleted, models=replace(deleted.models, kept=(improved,)))
    assert now.offered_undo.reverted(now).models.kept == (improved, B)


def test_uploads_are_counted_on_and_runs_are_not():
    after = replace(FULL, models=KeptModels((), None, runs=2, uploads=2)).with_undo("Both went.", before=FULL)
    back = after.offered_undo.reverted(after)
    assert (back.models.runs, back.models.uploads) == (1, 2)


def test_a_change_that_is_no_loss_keeps_the_offer_and_what_it_brings_back():
    after = lost("set-up")
    undo = after.offered_undo
    changed = replace(after, setup=Setup(replace(OTHER, steps=9)), lessons=Lessons(current="scaling"))
    assert changed.offered_undo is None
    again = changed.still_offering(undo)
    assert again.offered_undo.made_at == undo.made_at
    assert again.offered_undo.reverted(again).setup == FULL.setup


def test_an_offer_that_is_kept_brings_back_no_more_than_before():
    after = lost("run")
    changed = replace(after, setup=Setup(OTHER)).still_offering(after.offered_undo)
    back = changed.offered_undo.reverted(changed)
    assert (back.training, back.experiment) == (FULL.training, OTHER)


def test_ways_back_do_not_pile_up():
    undo = lost("points").with_undo("Once more.", before=lost("game")).undo
    assert (undo.before.undo, undo.after.undo, undo.unchanged_since.undo) == (None, None, None)


def test_after_a_refresh_every_input_has_a_key_that_neither_session_had():
    before = InputVersions().renewed("all", "lists of models").renewed("all")
    opened = InputVersions().renewed("all")
    both = before.after_both(opened)
    assert both.of() > max(before.of(), opened.of())
    assert both.of("lists of models")[1] == 1
