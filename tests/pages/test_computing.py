"""What computes for tabs is there as long as a session names it, or what is kept of one, and no longer."""

import gc
import weakref
from concurrent.futures import ThreadPoolExecutor
from copy import copy, deepcopy
from dataclasses import replace

import pytest

import polycore as pc
from pages.runs.job import Job
from pages.runs.race import Race
from pages.runs.sweep import Sweep
from pages.runs.training import Training
from pages.server.array_bytes import _parts_of
from pages.server.computing import Computing, Id
from pages.state.links import Writing
from pages.state.session_value import Session
from tests.pages.browsing import press, session_of, trained
from tests.runs import TINY, named


class Thing:
    """Something that computes."""


@pytest.fixture
def computing():
    return Computing()


def test_an_id_stands_for_what_it_was_given_for(computing):
    one, other = Thing(), Thing()
    ids = computing.add(one), computing.add(other)
    assert [computing.get(own) for own in ids] == [one, other]
    assert ids[0] != ids[1]
    assert len(computing) == 2


def test_no_id_and_one_of_another_server_stand_for_nothing(computing):
    assert computing.get(None) is None
    assert computing.get(Computing().add(Thing())) is None


def test_a_copy_of_an_id_stands_for_the_same(computing):
    thing = Thing()
    own = computing.add(thing)
    assert [computing.get(copied) for copied in (copy(own), deepcopy(own), Id(own.text))] == [thing] * 3


def test_what_no_id_stands_for_any_longer_is_gone(computing):
    own = computing.add(Thing())
    left = weakref.ref(computing.get(own))
    held = {"session": own}
    del own
    gc.collect()
    assert left() is not None
    held.clear()
    gc.collect()
    assert left() is None
    assert len(computing) == 0


def test_threads_that_add_and_let_go_at_once_leave_nothing(computing):
    def come_and_leave(_):
        things = [Thing() for _ in range(200)]
        ids = [computing.add(thing) for thing in things]
        return [computing.get(own) for own in ids] == things

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(come_and_leave, range(8)))
    gc.collect()
    assert len(computing) == 0


# --- sessions ---------------------------------------------------------------------------------


def test_a_run_that_undo_can_bring_back_is_there_until_something_else_is_lost():
    before = Session(training_id=named(Training(pc.start(TINY), executor=None, advance=pc.advance)))
    left = weakref.ref(before.training)
    after = replace(before, training_id=None).with_undo("The run went.", before)
    del before
    gc.collect()
    assert after.reverted(after.undo).training is left() is not None
    after = after.with_undo("Points went.", after)
    gc.collect()
    assert left() is None


def all_in(value):
    """Yield everything that a value refers to, as far as it is ours."""
    seen, waiting = set(), [value]
    while waiting:
        one = waiting.pop()
        if id(one) not in seen:
            seen.add(id(one))
            yield one
            waiting.extend(_parts_of(one))


def test_a_session_with_a_run_that_was_reset_and_a_race_holds_values_alone():
    app = press(trained(), "Reset")
    app.switch_page("pages/6_compare.py").run()
    app.segmented_control(key="compare.view.v0").set_value("Race").run()
    press(app, "Start the race")
    now = session_of(app)
    now.comparison.race.stop()
    assert now.training.view.run.step == 0 < now.reverted(now.undo).training.view.run.step
    values = list(all_in(now))
    ids = {one for one in values if isinstance(one, Id)}
    assert {now.training_id, now.reverted(now.undo).training_id, now.comparison.race_id} <= ids
    assert [one for one in values if isinstance(one, Training | Race | Sweep | Job | Writing)] == []
