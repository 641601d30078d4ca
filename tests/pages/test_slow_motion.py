"""Slow motion: a run that takes so many steps a second, and pauses by itself; its bits are the same."""

import math
from dataclasses import replace
from functools import partial
from itertools import count

import pytest

import polycore as pc
from pages.plane.scene import scene_of
from pages.runs.pacing import SPEEDS, UNPACED, Pacing, from_query
from pages.runs.training import Training
from pages.server.turns import TURN_SECONDS
from pages.state.session_value import Lessons, Session
from pages.state.setup import THREE_CURVES, WATCHED, Setup
from pages.state.view import View
from polycore.workers.picture import Wish
from tests.pages.test_run_frames import Directly
from tests.pages.test_shared_runs import EXPERIMENT, Worker
from tests.pages.test_training_run import Count, Hand, count_on
from tests.pages.watching import watching
from tests.runs import TINY, same_run
from tests.waiting import wait_until

pytestmark = pytest.mark.usefixtures("share")


@pytest.fixture
def hand():
    return Hand()


@pytest.fixture
def begin(hand, clock):
    """Return a function that starts a run of steps of 1 ms at some pacing; each is stopped at the end."""
    made = []

    def new(pacing, steps=1_000_000):
        made.append(Training(Count(steps=steps), hand, count_on, clock=clock))
        made[-1].go_at(pacing)
        made[-1].start()
        return made[-1]

    yield new
    for training in made:
        training.stop()


def deliver(hand, training):
    """Deliver the chunk that the run has asked for; return how many steps it had, once they count."""
    order = hand.order()
    before = training.view.run.step
    order.deliver()
    wait_until(lambda: training.view.run.step == before + order.steps)
    return order.steps


# --- the value ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("steps_per_second", "steps", "seconds"),
    [
        pytest.param(None, math.inf, 0.0, id="as fast as it can"),
        pytest.param(1000, 100, 0.1, id="1,000"),
        pytest.param(100, 10, 0.1, id="100"),
        pytest.param(10, 1, 0.1, id="10"),
        pytest.param(1, 1, 1.0, id="one"),
    ],
)
def test_a_slow_run_has_ten_maps_a_second_or_one_for_each_step(steps_per_second, steps, seconds):
    pacing = Pacing(steps_per_second)
    assert pacing.most_steps(0) == steps
    assert pacing.seconds_of(1_000_000) == pytest.approx(seconds)


@pytest.mark.parametrize(
    ("pause_at", "step", "steps"),
    [(1000, 0, 100), (1000, 940, 60), (1000, 1000, 100), (1000, 2000, 100), (None, 0, 100)],
)
def test_no_chunk_goes_past_the_pause(pause_at, step, steps):
    assert Pacing(1000, pause_at).most_steps(step) == steps


@pytest.mark.parametrize("steps_per_second", SPEEDS.values())
@pytest.mark.parametrize("pause_at", [None, 1, 40_000])
@pytest.mark.parametrize("default", [UNPACED, Pacing(100, 40_000)])
def test_a_link_names_it(steps_per_second, pause_at, default):
    pacing = Pacing(steps_per_second, pause_at)
    assert from_query({"v": "2", **pacing.to_query(default)}, default) == (pacing, ())


def test_a_link_without_it_has_that_of_its_lesson_and_may_name_another():
    lesson = Pacing(100, 1000)
    assert from_query({}, lesson) == (lesson, ())
    assert from_query({"speed": "max"}, lesson) == (Pacing(None, 1000), ())
    assert from_query({"pause": "0"}, lesson) == (Pacing(100, None), ())


THREE = Session(setup=Setup(THREE_CURVES), view=View(pacing=WATCHED))
OTHER_SETUP = Setup(replace(THREE_CURVES, seed=7))


@pytest.mark.parametrize(
    ("before", "after", "pacing"),
    [
        pytest.param(THREE, replace(THREE, setup=OTHER_SETUP), UNPACED, id="another set-up"),
        pytest.param(replace(THREE, setup=OTHER_SETUP, view=View()), THREE, WATCHED, id="these again"),
        pytest.param(
            replace(THREE, view=View(pacing=Pacing(10))),
            replace(THREE, view=View(pacing=Pacing(10)), setup=OTHER_SETUP),
            Pacing(10),
            id="the user has chosen another",
        ),
        pytest.param(
            THREE,
            replace(THREE, setup=OTHER_SETUP, lessons=Lessons(current="by-heart")),
            WATCHED,
            id="a lesson as slow begins",
        ),
    ],
)
def test_the_speed_of_homes_first_run_goes_with_its_set_up(before, after, pacing):
    assert after.following(before).view.pacing == pacing
    if after.lessons == before.lessons:
        assert (
            before.after_refresh(Session(setup=after.setup, view=View(pacing=pacing))).view.pacing == pacing
        )


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"speed": "7"}, "speed: got '7'; expected one of max, 1000, 100, 10, 1."),
        ({"pause": "-5"}, "pause: got '-5'; expected a step, or 0 for none."),
        ({"pause": "1e3"}, "pause: got '1e3'; expected a step, or 0 for none."),
        ({"pause": "9" * 40}, "pause: got '999999999999999999999999999...'; expected a step, or 0 for none."),
    ],
)
def test_a_part_that_cannot_be_used_is_named(query, said):
    assert from_query(query, Pacing(10, 5)) == (Pacing(10, 5), (said,))


# --- the run ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("steps_per_second", "steps", "seconds"), [(1000, 100, 0.125), (100, 10, 0.125), (10, 1, 0.125)]
)
def test_a_slow_run_takes_its_steps_when_they_are_due(begin, hand, clock, steps_per_second, steps, seconds):
    training = begin(Pacing(steps_per_second))
    assert deliver(hand, training) == 1  # how long a step takes is not known yet
    clock.now += seconds
    for _ in range(3):
        assert deliver(hand, training) == steps
        hand.nothing_is_asked_for()
        clock.now += seconds


def test_the_time_that_a_chunk_takes_counts(begin, hand, clock):
    training = begin(Pacing(10))
    order = hand.order()
    clock.now += 0.25  # of computing, when the next one has long been due
    order.deliver()
    assert deliver(hand, training) == 1


def test_another_speed_counts_at_once(begin, hand, clock):
    training = begin(UNPACED)
    deliver(hand, training)
    order = hand.order()
    training.go_at(Pacing(1))
    order.deliver()
    wait_until(lambda: training.view.run.step == 191)
    hand.nothing_is_asked_for()
    clock.now += 1.5  # and not 190 s
    assert deliver(hand, training) == 1
    hand.nothing_is_asked_for()
    training.go_at(UNPACED)
    assert deliver(hand, training) == 190


def test_it_pauses_at_its_step_and_goes_past_it_when_it_is_resumed(begin, hand):
    training = begin(Pacing(pause_at=150))
    assert [deliver(hand, training) for _ in range(2)] == [1, 149]
    wait_until(lambda: training.view.status == "paused")
    hand.nothing_is_asked_for()
    training.resume()
    assert deliver(hand, training) == 190


def test_a_pause_that_is_set_in_the_midst_of_a_chunk_counts(begin, hand):
    training = begin(UNPACED)
    deliver(hand, training)
    order = hand.order()
    training.go_at(Pacing(pause_at=100))
    order.deliver()
    assert deliver(hand, training) == 99
    assert (training.view.status, training.view.run) == ("paused", count_on(Count(), 100))


def test_a_single_step_goes_past_the_pause(begin, hand):
    training = begin(Pacing(pause_at=1))
    deliver(hand, training)
    assert training.view.status == "paused"
    training.go_at(Pacing(1, pause_at=2))
    for _ in range(3):
        training.step()
    assert [deliver(hand, training) for _ in range(3)] == [1, 1, 1]


def test_a_pause_at_the_last_step_is_its_end(begin, hand):
    training = begin(Pacing(pause_at=1), steps=1)
    deliver(hand, training)
    assert training.view.status == "finished"


def test_a_slow_run_with_pauses_ends_with_the_same_bits():
    training = Training(pc.start(TINY), Directly(), pc.advance, clock=partial(next, count(0.0, 0.5)))
    for pacing in (Pacing(10, 7), Pacing(1, 12), Pacing(100, 30), Pacing(1000, 41), UNPACED):
        training.go_at(pacing)
        training.seen()
        training.start()
        training.resume()
        wait_until(lambda: not training.view.is_active)
        assert training.view.run.step == pacing.pause_at or training.view.run.done
    assert same_run(training.view.run, pc.advance(pc.start(TINY), TINY.steps))


def test_while_it_is_slow_its_charts_have_a_point_for_each_map_and_its_history_is_the_same():
    experiment = replace(TINY, steps=4000)
    training = Training(pc.start(experiment), Directly(), pc.advance, clock=partial(next, count(0.0, 0.5)))
    tab = watching(training)
    training.show(Wish(window=scene_of(experiment).window))
    training.go_at(Pacing(10, 7))
    training.start()
    wait_until(lambda: training.view.status == "paused")
    alone = pc.advance(pc.start(experiment), 7)
    assert list(training.view.run.history.step) == list(alone.history.step)
    assert len(alone.history.step) < 8
    shown = training.view.history
    assert list(shown.step) == list(range(8))
    for step in range(8):
        model = pc.advance(pc.start(experiment), step).current
        values = shown.loss[step], shown.accuracy[step], shown.held_out_accuracy[step]
        assert values == pytest.approx((model.loss, model.accuracy, model.held_out_accuracy), abs=1e-6)
    assert tab.news
    training.stop()


def test_a_slow_run_is_measured_for_its_charts_before_a_page_listens_and_a_fast_one_is_not():
    experiment = replace(TINY, steps=4000)
    for pacing, steps in ((Pacing(10, 7), list(range(8))), (Pacing(pause_at=7), None)):
        training = Training(
            pc.start(experiment), Directly(), pc.advance, clock=partial(next, count(0.0, 0.5))
        )
        training.go_at(pacing)
        training.start()
        wait_until(lambda training=training: training.view.status == "paused")
        measured = list(training.view.run.history.step)
        assert list(training.view.history.step) == (measured if steps is None else steps)
        assert measured != list(range(8))


# --- others -------------------------------------------------------------------------------------


def test_between_its_chunks_others_compute(begin, hand, share, clock):
    share(workers=1, most_running=1, most_waiting=5)
    slow = begin(Pacing(1))
    deliver(hand, slow)
    fast = begin(UNPACED)
    assert [deliver(hand, fast) for _ in range(2)] == [1, 190]
    assert (slow.view.status, fast.view.status) == ("running", "running")
    clock.now += 1.5
    wait_until(lambda: (slow.view.status, slow.view.ahead) == ("waiting", 0))
    clock.now += TURN_SECONDS
    deliver(hand, fast)
    deliver(hand, slow)
    assert slow.view.run.step == 2
    wait_until(lambda: fast.view.status == "running")  # it has its place again, at once


def test_a_slow_run_that_rests_is_admitted_still(begin, share, hand):
    shared = share(workers=1, most_running=1, most_waiting=0)
    slow = begin(Pacing(1))
    deliver(hand, slow)
    wait_until(lambda: shared.running == 0)
    assert begin(UNPACED).view.status == "ready"
    slow.pause()
    assert begin(UNPACED).view.status == "running"


@pytest.fixture
def worker():
    made = Worker()
    yield made
    made.end()


def of_person(worker, pacing, clock):
    """Return another person's run of the same experiment, at their pacing."""
    training = Training.of(EXPERIMENT, worker, pc.advance, clock=clock)
    training.go_at(pacing)
    training.start()
    return training


def test_who_is_slow_slows_nobody_who_trains_the_same(worker, clock):
    slow = of_person(worker, Pacing(10), clock)
    fast = of_person(worker, UNPACED, clock)
    wait_until(lambda: worker.orders.qsize() == 2)  # neither waits for the other
    worker.deliver()
    worker.deliver()
    wait_until(lambda: (slow.view.run.step, fast.view.run.step) == (1, 1))
    worker.deliver()
    wait_until(lambda: fast.view.run.step == 13)  # 12 steps of 1/64 s are the most within 190 ms
    assert slow.view.run.step == 1
    again = of_person(worker, UNPACED, clock)
    again.catch_up()
    wait_until(lambda: again.view.run.step == 13)
    assert slow.computed_ahead().seconds == 0.0
    for training in (slow, fast, again):
        training.stop()


def test_those_who_are_as_slow_share_what_is_computed(worker, clock):
    runs = [of_person(worker, Pacing(10), clock) for _ in range(3)]
    for step in (1, 2):
        wait_until(lambda: worker.orders.qsize() == 1)
        worker.deliver()
        wait_until(lambda step=step: [one.view.run.step for one in runs] == [step] * 3)
        worker.nothing_is_asked_for()
        clock.now += 0.125
    for training in runs:
        training.stop()
