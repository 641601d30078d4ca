"""Undo as a value: what differs between the session before and after a loss, on top of what is newer."""

import gc
import weakref
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import polycore as pc
from pages.game.game import Game
from pages.runs.pacing import UNPACED, Pacing
from pages.runs.training import Training
from pages.state.kept_models import ByHand, Kept, KeptModels
from pages.state.session_value import MOST_UNDOS, Lessons, Play, Session
from pages.state.setup import THREE_CURVES, WATCHED, Replaced, Setup
from pages.state.uploads import UploadedPoints
from pages.state.view import View

EXPERIMENT = pc.Experiment(polynomials=pc.INTRODUCTION_POLYNOMIALS, hidden=(2,), steps=3)
OTHER = replace(EXPERIMENT, seed=7)
MODEL = pc.start(EXPERIMENT).best
A, B = Kept("A", MODEL, None), Kept("B", pc.start(OTHER).best, None)
GAME = Game.begin(EXPERIMENT, 1, None, 0.0)
POINTS = UploadedPoints(np.zeros((1, 2)), None)
FULL = Session(
    setup=Setup(EXPERIMENT, Replaced(None, 20, "crossings")),
    training=Training(pc.start(EXPERIMENT), executor=None, advance=pc.advance),
    models=KeptModels((A, B), "B", runs=1, uploads=1),
    by_hand=ByHand("A", MODEL, B.model),
    points=POINTS,
    view=View(inside="Best"),
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
    assert after.reverted(after.offered_undo) == FULL


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("newer", LOSSES)
def test_it_is_offered_until_the_same_is_changed_again(name, newer):
    subject = {
        "set-up": {"setup": Setup(replace(OTHER, steps=5))},
        "run": {"training": Training(pc.start(OTHER), executor=None, advance=pc.advance)},
        "model": {"models": KeptModels((replace(A, pinned=True),), "A")},
        "changes by hand": {"by_hand": ByHand("A", MODEL, MODEL)},
        "points": {"points": UploadedPoints(np.ones((1, 2)), None)},
        "game": {"play": Play(replace(GAME, seed=2))},
    }[newer]
    assert (replace(lost(name), **subject).offered_undo is None) == (name == newer)


def test_everything_else_stays_as_it_is_now():
    view, play = View(map_view="Referee"), Play(replace(GAME, seed=2))
    after = replace(lost("points"), view=view, play=play, setup=Setup(OTHER))
    back = after.reverted(after.offered_undo)
    assert (back.points, back.view, back.play, back.experiment) == (POINTS, view, play, OTHER)


def test_the_pacing_that_a_change_has_replaced_comes_back_unless_the_user_has_chosen_another_since():
    before = replace(FULL, view=View(pacing=Pacing(10)))
    lesson = replace(before, setup=Setup(OTHER), view=View(pacing=Pacing(100, 300)))
    after = lesson.with_undo("The set-up went.", before=before)
    assert after.reverted(after.offered_undo) == before
    chosen = replace(after, view=View(pacing=Pacing(1)))
    assert chosen.reverted(chosen.offered_undo).view.pacing == Pacing(1)


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
    assert now.reverted(now.offered_undo).models.kept == (improved, B)


def test_uploads_are_counted_on_and_runs_are_not():
    after = replace(FULL, models=KeptModels((), None, runs=2, uploads=2)).with_undo("Both went.", before=FULL)
    back = after.reverted(after.offered_undo)
    assert (back.models.runs, back.models.uploads) == (1, 2)


def test_a_change_that_is_no_loss_keeps_the_offer_and_what_it_brings_back():
    after = lost("set-up")
    undo = after.offered_undo
    changed = replace(after, setup=Setup(replace(OTHER, steps=9)), lessons=Lessons(current="scaling"))
    assert changed.offered_undo is None
    again = changed.still_offering(undo, before=after)
    assert again.offered_undo.made_at == undo.made_at
    assert again.reverted(again.offered_undo) == FULL


def test_a_set_up_comes_back_with_the_pace_the_lesson_and_the_polynomials_that_later_changes_replaced():
    after = lost("set-up")
    paced = replace(after.view, pacing=Pacing(100, 300))
    following = Setup(replace(OTHER, polynomials=EXPERIMENT.polynomials[:2]))
    changed = replace(after, setup=following, view=paced, lessons=Lessons(current="scaling"))
    again = changed.still_offering(after.offered_undo, before=after)
    assert again.reverted(again.offered_undo) == FULL


def test_a_pace_that_goes_with_a_set_up_comes_back_with_it():
    before = Session(setup=Setup(THREE_CURVES), view=View(pacing=WATCHED))
    after = replace(before, setup=Setup(OTHER)).with_undo("The set-up went.", before=before)
    assert after.view.pacing == UNPACED
    assert after.reverted(after.offered_undo) == before


def test_a_pace_that_the_user_chose_since_stays_if_a_later_lesson_replaced_it():
    after = lost("set-up")
    chosen = replace(after, view=View(pacing=Pacing(10)))
    lesson = replace(chosen, setup=Setup(replace(OTHER, steps=9)), view=View(pacing=Pacing(100, 300)))
    again = lesson.still_offering(chosen.offered_undo, before=chosen)
    assert again.reverted(again.offered_undo) == replace(FULL, view=View(pacing=Pacing(10)))


def test_a_model_that_the_user_chose_since_stays_in_use_as_a_later_lesson_keeps_the_offer():
    models = KeptModels((A, B, Kept("C", MODEL, None)), "B")
    before = replace(FULL, models=models)
    after = replace(FULL, models=models.without(B)).with_undo("B went.", before=before)
    assert after.models.in_use == "C"
    chosen = after.using("A")
    again = replace(chosen, setup=Setup(OTHER)).still_offering(chosen.offered_undo, before=chosen)
    assert again.reverted(again.offered_undo).models.in_use == "A"


def test_an_offer_that_is_kept_brings_back_no_more_than_before():
    after = lost("run")
    changed = replace(after, setup=Setup(OTHER)).still_offering(after.offered_undo, before=after)
    back = changed.reverted(changed.offered_undo)
    assert (back.training, back.experiment) == (FULL.training, OTHER)


def test_a_run_that_undo_can_bring_back_is_there_until_something_else_is_lost():
    before = Session(training=Training(pc.start(EXPERIMENT), executor=None, advance=pc.advance))
    left = weakref.ref(before.training)
    after = replace(before, training=None).with_undo("The run went.", before)
    del before
    gc.collect()
    assert after.reverted(after.undo).training is left() is not None
    after = after.with_undo("Points went.", after)
    gc.collect()
    assert left() is None


def test_ways_back_do_not_pile_up():
    after = lost("points").with_undo("Once more.", before=lost("game"))
    assert [undo.text for undo in after.undos] == ["Once more."]
    assert {*after.undo.before} == {*after.undo.after} == {"points", "game"}  # and no session


# --- the polynomials, each change of which can be undone ----------------------------------------

LISTS = [tuple(pc.Polynomial(degree, 0) for degree in range(1, count + 2)) for count in range(1, 5)]
FIRST = Session(setup=Setup(replace(EXPERIMENT, polynomials=LISTS[0])))


def learning(now, polynomials, row=None, **settings):
    """Return the session after its polynomials, and perhaps other settings, were changed."""
    experiment = replace(now.experiment, polynomials=polynomials, **settings)
    return replace(now, setup=replace(now.setup, experiment=experiment)).following(now, row)


def gone_back(now):
    """Return the polynomials of each session on the way back, until there is no change to undo."""
    found = []
    while now.last_of_polynomials is not None:
        now = now.with_earlier_polynomials()
        found.append(now.experiment.polynomials)
    return found


@given(st.lists(st.sampled_from(LISTS), max_size=12))
def test_each_change_of_the_polynomials_can_be_undone_one_after_another(changes):
    now, before = FIRST, [LISTS[0]]
    for polynomials in changes:
        now = learning(now, polynomials)
        if polynomials != before[-1]:
            before.append(polynomials)
    assert gone_back(now) == before[-2::-1]


def test_settings_that_were_changed_meanwhile_stay():
    now = learning(learning(FIRST, LISTS[1]), LISTS[1], steps=9)
    back = now.with_earlier_polynomials().experiment
    assert (back.polynomials, back.steps) == (LISTS[0], 9)


def test_moves_of_one_slider_in_a_row_are_one_change_and_those_of_another_one_more():
    now = learning(learning(FIRST, LISTS[1], row=0), LISTS[2], row=0)
    assert gone_back(now) == [LISTS[0]]
    assert gone_back(learning(now, LISTS[3], row=1)) == [LISTS[2], LISTS[0]]
    typed = learning(now, LISTS[0])
    assert gone_back(learning(typed, LISTS[1], row=0)) == [LISTS[0], LISTS[2], LISTS[0]]


def test_what_a_toast_has_brought_back_is_not_undone_once_more():
    now = learning(FIRST, LISTS[1])
    after = replace(now, setup=Setup(replace(OTHER, polynomials=LISTS[2]))).with_undo("Replaced.", before=now)
    assert gone_back(after) == [LISTS[1], LISTS[0]]
    assert gone_back(after.reverted(after.undo)) == [LISTS[0]]
    assert after.with_earlier_polynomials().offered_undo is None


def test_a_loss_that_is_offered_no_more_leaves_its_polynomials_to_be_undone():
    after = replace(FIRST, setup=Setup(replace(OTHER, polynomials=LISTS[1]))).with_undo("Gone.", before=FIRST)
    newer = learning(after, LISTS[2])
    assert newer.undo is None
    assert gone_back(newer) == [LISTS[1], LISTS[0]]


def test_a_loss_of_something_else_stays_offered_while_polynomials_are_undone():
    now = learning(FIRST, LISTS[1])
    after = replace(now, points=POINTS).with_undo("Points were replaced.", before=now)
    back = after.with_earlier_polynomials()
    assert back.experiment.polynomials == LISTS[0]
    assert back.reverted(back.offered_undo).points is None


def test_polynomials_are_not_brought_back_to_points_of_the_users_own():
    points = pc.PointSet([(0, 0), (1, 1)], [0, 1], ("A", "B"))
    now = learning(FIRST, LISTS[1])
    with_points = replace(now, setup=Setup(now.experiment.on_points(points))).following(now)
    assert with_points.last_of_polynomials is None
    assert gone_back(learning(FIRST, LISTS[1])) == [LISTS[0]]


def test_so_many_changes_can_be_undone_and_no_more():
    now = FIRST
    for change in range(1, MOST_UNDOS + 3):
        now = learning(now, LISTS[change % 2])
    assert len(gone_back(now)) == len(now.undos) == MOST_UNDOS
