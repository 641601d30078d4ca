"""A run as it advances by itself: chunks, pauses, single steps, failures, and who looks at it."""

import pickle
import queue
import random
import threading
import time
from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from types import SimpleNamespace

import pytest

import polycore as pc
from pages.runs import sentences
from pages.runs.training import Training
from pages.runs.view import MOST_MILESTONES, Milestone, Milestones
from pages.server import server
from polycore.training.snapshots import NO_SNAPSHOTS, Rule
from polycore.training.task import task_of
from polycore.workers.chunk import MAX_DEATHS, Chunk
from polycore.workers.processes import Workers
from tests.faults.advances import die_in_two_chunks
from tests.pages.watching import watching
from tests.runs import same_run
from tests.waiting import wait_until

pytestmark = pytest.mark.usefixtures("share")


@dataclass(frozen=True)
class Count:
    """A run that counts its steps, and whose `value` shows whether any was lost, doubled or mixed up."""

    step: int = 0
    value: int = 1
    steps: int = 1_000_000

    @property
    def experiment(self):
        return SimpleNamespace(steps=self.steps)

    snapshots = NO_SNAPSHOTS
    began_at = 0
    snapshot_rule = Rule(0)

    @property
    def last_step(self):
        return self.steps

    @property
    def best_loss(self):
        return 1 / (1 + self.step)

    def without_snapshots(self):
        return self

    def after(self, _before):
        return self

    @property
    def history(self):
        return SimpleNamespace(held_out_accuracy=[0.0, self.step / self.steps])

    @property
    def done(self):
        return self.step >= self.steps


def count_on(run, steps):
    value, end = run.value, min(run.step + steps, run.steps)
    for step in range(run.step, end):
        value = (value * 1_103_515_245 + step + 12345) % 2**31
    return replace(run, step=end, value=value)


@dataclass
class Order:
    """A chunk that was asked for, to be delivered when the test likes."""

    future: Future
    run: Count
    steps: int

    def deliver(self, seconds=None, computing=None):
        seconds = self.steps / 1000 if seconds is None else seconds
        self.fulfil(count_on(self.run, self.steps), seconds, computing)

    def fulfil(self, run, seconds=0.1, computing=None):
        self.future.set_running_or_notify_cancel()
        self.future.set_result(Chunk(run, seconds, seconds if computing is None else computing))

    def fail(self, error):
        self.future.set_running_or_notify_cancel()
        self.future.set_exception(error)


class Hand(Executor):
    """An executor that does nothing by itself."""

    def __init__(self):
        self.orders = queue.Queue()

    def submit(self, _timed, _advance, run, steps, *_wish):
        order = Order(Future(), run, steps)
        self.orders.put(order)
        return order.future

    def order(self):
        return self.orders.get(timeout=5)

    def nothing_is_asked_for(self):
        with pytest.raises(queue.Empty):
            self.orders.get(timeout=0.05)


@pytest.fixture
def hand():
    return Hand()


@pytest.fixture
def begin(hand, own_clock):
    """Return a function that makes a training; each is stopped at the end."""
    made = []

    def new(run=None, executor=hand, advance=count_on, **options):
        made.append(Training(Count() if run is None else run, executor, advance, clock=own_clock, **options))
        return made[-1]

    yield new
    for training in made:
        training.stop()


def threads():
    return [thread for thread in threading.enumerate() if thread.name == "run"]


# --- from start to finish ---------------------------------------------------------------------


def test_a_new_run_is_ready_and_costs_nothing(begin, hand):
    training = begin()
    assert (training.view.status, training.view.run, training.view.error) == ("ready", Count(), None)
    assert (training.view.seconds, training.view.steps_per_second, training.view.seconds_left) == (
        0.0,
        0.0,
        None,
    )
    hand.nothing_is_asked_for()


def test_a_run_with_no_step_left_is_finished(begin, hand):
    training = begin(Count(step=7, steps=7))
    training.start()
    assert (training.view.status, training.view.seconds_left) == ("finished", 0.0)
    hand.nothing_is_asked_for()


def test_chunks_follow_each_other_to_the_last_step(begin, hand):
    training = begin(Count(steps=150))
    training.start()
    assert training.view.status == "running"
    for _ in range(3):
        order = hand.order()
        assert order.run == training.view.run
        order.deliver(seconds=order.steps * 0.002)
    wait_until(lambda: training.view.status == "finished")
    assert training.view.run == count_on(Count(steps=150), 150)
    assert training.view.seconds == pytest.approx(0.002 + 0.19 + 0.19)
    assert not training.view.has_spent_budget
    hand.nothing_is_asked_for()
    wait_until(lambda: threads() == [])


def test_its_end_is_reported_once_it_is_finished_and_its_turn_is_free(begin, hand):
    ended = []
    training = begin(
        Count(steps=1),
        at_end=lambda one: ended.append((one.view.status, one.view.run.step, server.current().turns.running)),
    )
    training.start()
    assert ended == []
    hand.order().deliver()
    wait_until(lambda: ended)
    assert ended == [("finished", 1, 0)]


def test_its_end_is_reported_if_it_fails_but_not_if_it_is_paused_or_stopped(begin, hand):
    ended = []
    training = begin(at_end=lambda one: ended.append(one.view.status))
    training.start()
    hand.order()
    training.pause()
    training.resume()
    hand.order().fail(MemoryError())
    wait_until(lambda: ended)
    training.resume()
    hand.order()
    training.stop()
    wait_until(lambda: threads() == [])
    assert ended == ["failed"]


def test_the_first_chunk_is_one_step_and_the_next_last_190_ms(begin, hand):
    begin().start()
    first = hand.order()
    assert first.steps == 1
    first.deliver(seconds=0.001)
    second = hand.order()
    assert second.steps == 190
    second.deliver(seconds=0.38)  # 2 ms a step: the machine has become slower
    assert hand.order().steps == 95


def test_a_step_that_takes_longer_than_a_chunk_is_a_chunk(begin, hand):
    begin().start()
    hand.order().deliver(seconds=3.0)
    assert hand.order().steps == 1


# --- pause, step, stop ------------------------------------------------------------------------


def test_who_waits_for_its_rest_waits_until_it_rests(begin, hand):
    training = begin()
    training.step()
    training.wait_for_rest(0.0)
    assert training.view.status == "running"
    hand.order().deliver()
    training.wait_for_rest(60.0)
    assert training.view.status == "paused"


@pytest.mark.parametrize(("action", "status"), [("pause", "paused"), ("stop", "stopped")])
def test_a_pause_and_a_stop_hold_at_once_and_drop_the_chunk_under_way(begin, hand, action, status):
    training = begin()
    training.start()
    hand.order().deliver()
    under_way = hand.order()
    under_way.future.set_running_or_notify_cancel()
    getattr(training, action)()
    assert training.view.status == status
    assert training.view.run.step == 1
    under_way.future.set_result(Chunk(count_on(under_way.run, 50), 0.1, 0.1))
    hand.nothing_is_asked_for()
    assert (training.view.status, training.view.run.step) == (status, 1)


def test_what_a_person_does_is_urgent_and_a_chunk_is_not(begin, hand):
    training = begin()
    tab = watching(training)
    tab.is_hidden = True  # no pictures are asked for
    training.start()
    hand.order().deliver()
    wait_until(lambda: tab.news == 2)
    training.pause()
    assert tab.urgent == [True, False, True]


def test_a_second_stop_changes_nothing(begin):
    training = begin()
    training.start()
    training.stop()
    stopped, version = training.view.generation, training.view.version
    training.stop()
    training.halt("stop", stopped)
    assert (training.view.status, training.view.generation, training.view.version) == (
        "stopped",
        stopped,
        version,
    )


@pytest.mark.parametrize(("action", "status"), [("pause", "paused"), ("stop", "stopped")])
def test_a_pause_or_a_stop_of_an_earlier_generation_is_too_late(begin, action, status):
    training = begin()
    training.start()
    seen = training.view.generation
    training.pause()
    training.resume()
    training.halt(action, seen)
    assert training.view.is_active
    training.halt(action, training.view.generation)
    assert training.view.status == status


def test_a_chunk_that_still_waits_for_a_worker_is_cancelled(begin, hand):
    training = begin()
    training.start()
    order = hand.order()
    training.pause()
    wait_until(order.future.cancelled)


def test_a_dropped_chunk_never_counts_however_late_it_comes(begin, hand):
    training = begin()
    training.start()
    late = hand.order()
    late.future.set_running_or_notify_cancel()
    training.pause()
    training.resume()
    hand.order().deliver()
    wait_until(lambda: training.view.run.step == 1)
    wrong = replace(count_on(late.run, 1), value=-1)
    late.future.set_result(Chunk(wrong, 0.1, 0.1))
    hand.order().deliver()
    wait_until(lambda: training.view.run.step > 1)
    assert training.view.run == count_on(Count(), training.view.run.step)


def test_pausing_and_resuming_changes_no_result(begin, hand):
    training = begin()
    training.start()
    for _ in range(5):
        hand.order().deliver()
        hand.order()  # never delivered
        training.pause()
        training.resume()
    hand.order().deliver()
    wait_until(lambda: training.view.run.step == 1 + 5 * 190)
    assert training.view.run == count_on(Count(), 1 + 5 * 190)


def test_a_single_step_is_one_step_then_a_pause(begin, hand):
    training = begin()
    for step in (1, 2):
        training.step()
        assert training.view.status == "running"
        order = hand.order()
        assert order.steps == 1
        order.deliver()
        wait_until(lambda: training.view.status == "paused")
        assert training.view.run == count_on(Count(), step)
    hand.nothing_is_asked_for()


def test_a_step_that_is_asked_for_during_a_step_follows_it(begin, hand):
    training = begin()
    for _ in range(3):
        training.step()
    for _ in range(3):
        assert training.view.is_active
        order = hand.order()
        assert order.steps == 1
        order.deliver()
    wait_until(lambda: training.view.status == "paused")
    assert training.view.run == count_on(Count(), 3)
    hand.nothing_is_asked_for()


def test_a_pause_drops_the_steps_that_were_asked_for(begin, hand):
    training = begin()
    training.step()
    training.step()
    hand.order()
    training.pause()
    assert (training.view.status, training.view.run.step) == ("paused", 0)
    hand.nothing_is_asked_for()


def test_the_last_single_step_finishes_the_run(begin, hand):
    training = begin(Count(steps=1))
    training.step()
    hand.order().deliver()
    wait_until(lambda: training.view.status == "finished")


@pytest.mark.parametrize(
    ("actions", "status"),
    [
        pytest.param(("pause",), "ready", id="pause before the start"),
        pytest.param(("resume",), "ready", id="resume before the start"),
        pytest.param(("start", "start"), "running", id="start twice"),
        pytest.param(("start", "step"), "running", id="a step while it runs"),
        pytest.param(("start", "pause", "start"), "paused", id="start after a pause"),
        pytest.param(("start", "stop", "resume"), "stopped", id="resume after a stop"),
        pytest.param(("start", "stop", "step"), "stopped", id="a step after a stop"),
        pytest.param(("start", "stop", "pause"), "stopped", id="pause after a stop"),
        pytest.param(("stop", "start"), "stopped", id="start after a stop"),
        pytest.param(("start", "pause", "stop"), "stopped", id="stop after a pause"),
    ],
)
def test_an_action_that_does_not_apply_does_nothing(begin, hand, actions, status):
    training = begin()
    for action in actions:
        getattr(training, action)()
    assert training.view.status == status
    assert hand.orders.qsize() <= 1


# --- failures ---------------------------------------------------------------------------------


def test_an_error_of_polycore_fails_the_run_with_its_message(begin, hand, caplog):
    training = begin()
    training.start()
    hand.order().deliver()
    hand.order().fail(pc.PolycoreError("seed is 3; wanted\n4."))
    wait_until(lambda: training.view.status == "failed")
    assert training.view.error == "seed is 3; wanted 4."
    assert training.view.run == count_on(Count(), 1)
    assert caplog.records == []


def test_any_other_exception_fails_the_run_and_is_in_the_log(begin, hand, caplog):
    training = begin()
    training.start()
    hand.order().fail(ArithmeticError("x" * 1000))
    wait_until(lambda: training.view.status == "failed")
    assert training.view.error == f"{sentences.UNEXPECTED}: ArithmeticError. {sentences.AS_BEFORE}"
    assert training.view.run == Count()
    wait_until(lambda: [record.exc_info[0] for record in caplog.records] == [ArithmeticError])


def test_a_failed_run_can_continue(begin, hand):
    training = begin()
    training.start()
    hand.order().fail(OSError("no memory"))
    wait_until(lambda: training.view.status == "failed")
    training.resume()
    assert (training.view.status, training.view.error) == ("running", None)
    hand.order().deliver()
    wait_until(lambda: training.view.run.step == 1)


def test_a_worker_s_death_costs_only_the_chunk(begin, hand):
    training = begin()
    training.start()
    hand.order().deliver(seconds=0.001)
    for _ in range(MAX_DEATHS - 1):
        lost = hand.order()
        lost.fail(BrokenExecutor("killed"))
    again = hand.order()
    assert (again.run, again.steps) == (lost.run, lost.steps)
    again.deliver()
    wait_until(lambda: training.view.run.step == 191)
    assert training.view.status == "running"
    assert training.view.run == count_on(Count(), 191)


def test_workers_that_die_over_the_same_chunk_again_and_again_fail_the_run(begin, hand):
    training = begin()
    training.start()
    for _ in range(3):
        hand.order().fail(BrokenExecutor("killed"))
    wait_until(lambda: training.view.status == "failed")
    assert training.view.error == f"{sentences.WORKERS_ENDED} {sentences.AS_BEFORE}"
    hand.nothing_is_asked_for()


def test_an_executor_that_takes_no_calls_fails_the_run(begin):
    class Closed(Executor):
        def submit(self, *_):
            raise RuntimeError("cannot schedule new futures after shutdown")

    training = begin(executor=Closed())
    training.start()
    wait_until(lambda: training.view.status == "failed")
    assert training.view.error == f"{sentences.UNEXPECTED}: RuntimeError. {sentences.AS_BEFORE}"


def test_a_failure_after_a_pause_does_not_count(begin):
    class Slow(Executor):
        def submit(self, *_):
            training.pause()
            called.set()
            raise RuntimeError("too late")

    called = threading.Event()
    training = begin(executor=Slow())
    training.start()
    assert called.wait(5)
    wait_until(lambda: threads() == [])
    assert (training.view.status, training.view.error) == ("paused", None)


# --- seen and unseen --------------------------------------------------------------------------


def test_a_run_that_nobody_has_seen_for_two_minutes_pauses(begin, hand, clock):
    training = begin()
    training.start()
    clock.now += 119.9
    hand.order().deliver()
    order = hand.order()
    clock.now += 0.1
    order.deliver()
    wait_until(lambda: training.view.status == "paused")
    assert training.view.run.step == 1 + order.steps
    hand.nothing_is_asked_for()
    wait_until(lambda: threads() == [])


def test_it_continues_when_it_is_seen_again(begin, hand, clock):
    training = begin()
    training.start()
    clock.now += 120
    hand.order().deliver()
    wait_until(lambda: training.view.status == "paused")
    training.seen()
    assert training.view.status == "running"
    hand.order().deliver()
    wait_until(lambda: training.view.run.step > 1)


@pytest.mark.parametrize(("action", "status"), [("pause", "paused"), ("stop", "stopped")])
def test_a_look_does_not_resume_what_the_user_paused_or_stopped(begin, hand, clock, action, status):
    training = begin()
    training.start()
    clock.now += 120
    hand.order().deliver()
    wait_until(lambda: training.view.status == "paused")
    getattr(training, action)()
    training.seen()
    assert training.view.status == status
    hand.nothing_is_asked_for()


def test_a_run_that_is_seen_does_not_pause(begin, hand, clock):
    training = begin()
    training.start()
    order = hand.order()
    for _ in range(3):
        clock.now += 100
        training.seen()
        order.deliver()
        order = hand.order()
    assert training.view.status == "running"


def test_a_run_whose_chunk_never_comes_gives_up_its_turn(begin, hand, clock):
    training = begin()
    training.start()
    hand.order()
    clock.now += 120
    wait_until(lambda: training.view.status == "paused")
    assert server.current().turns.running == 0


# --- turns ------------------------------------------------------------------------------------


def started(begin, count):
    trainings = [begin() for _ in range(count)]
    for training in trainings:
        training.start()
    return trainings


def standing(trainings):
    return [training.view.status for training in trainings]


def test_on_a_busy_server_a_run_waits_and_knows_its_position(begin, hand, share):
    share(most_running=2)
    *busy, third, fourth = trainings = started(begin, 4)
    assert standing(trainings) == ["running", "running", "waiting", "waiting"]
    assert [training.view.ahead for training in trainings] == [None, None, 0, 1]
    assert all(training.view.is_active and training.view.others_wait for training in trainings)
    assert {hand.order().run for _ in busy} == {Count()}
    hand.nothing_is_asked_for()
    busy[0].pause()
    assert (third.view.status, third.view.ahead) == ("running", None)
    assert (fourth.view.status, fourth.view.ahead) == ("waiting", 0)
    hand.order().deliver()
    wait_until(lambda: third.view.run.step == 1)
    fourth.stop()
    assert not third.view.others_wait


@pytest.mark.parametrize(
    ("action", "status"), [("pause", "paused"), ("stop", "stopped"), ("step", "waiting")]
)
def test_a_pause_and_a_stop_give_up_the_position_in_the_queue(begin, share, action, status):
    share(most_running=1)
    first, second, third = started(begin, 3)
    getattr(second, action)()
    assert second.view.status == status
    assert third.view.ahead == (1 if action == "step" else 0)
    first.stop()
    assert standing([second, third]) == (["running", "waiting"] if action == "step" else [status, "running"])


def test_a_run_that_paused_in_the_queue_comes_back_at_its_end(begin, share):
    share(most_running=1)
    _, second, third = started(begin, 3)
    second.pause()
    second.resume()
    assert (third.view.ahead, second.view.ahead) == (0, 1)


def test_a_single_step_waits_for_its_turn_too(begin, hand, share):
    share(most_running=1)
    [first] = started(begin, 1)
    hand.order()
    second = begin()
    second.step()
    assert (second.view.status, second.view.ahead) == ("waiting", 0)
    hand.nothing_is_asked_for()
    first.pause()
    order = hand.order()
    assert order.steps == 1
    order.deliver()
    wait_until(lambda: second.view.status == "paused")


def test_an_unseen_run_leaves_the_queue_and_comes_back_when_seen(begin, share, clock):
    share(most_running=1)
    first, second, third = started(begin, 3)
    clock.now += 60
    first.seen()
    third.seen()
    clock.now += 61
    wait_until(lambda: second.view.status == "paused")
    assert (third.view.status, third.view.ahead) == ("waiting", 0)
    second.seen()
    assert (second.view.status, second.view.ahead) == ("waiting", 1)


def test_after_ten_seconds_a_turn_goes_to_the_first_that_waits(begin, hand, share, clock):
    share(most_running=1)
    first, second, third = started(begin, 3)
    hand.order().deliver()
    order = hand.order()
    clock.now += 9.9
    order.deliver()
    order = hand.order()
    assert standing([first, second, third]) == ["running", "waiting", "waiting"]
    clock.now += 0.1
    order.deliver()
    # the chunk is taken first, then the turn is handed on
    order = hand.order()
    assert order.run == Count()
    assert first.view.run.step == 1 + 190 + 190
    assert standing([first, second, third]) == ["waiting", "running", "waiting"]
    assert (third.view.ahead, first.view.ahead) == (0, 1)


def test_no_run_starves_however_many_there_are(begin, hand, share, clock):
    share(workers=2, most_running=3)
    trainings = started(begin, 7)
    for _ in range(7 * 4 * 12):
        # every chunk takes a second of everybody's time, so that a turn has eleven
        order = hand.order()
        clock.now += 1 / 3
        order.steps = 1
        order.deliver(seconds=0.5)
        for training in trainings:
            training.seen()
        wait_until(lambda: hand.orders.qsize() == 3)
    steps = [training.view.run.step for training in trainings]
    assert sum(steps) == 7 * 4 * 12
    # all in all 48 each, and nobody is a turn of a dozen steps ahead of or behind that
    assert all(36 <= step <= 60 for step in steps), steps


def test_a_run_alone_on_the_server_keeps_its_turn(begin, hand, clock, share):
    share(most_running=1)
    [training] = started(begin, 1)
    for _ in range(3):
        clock.now += 60
        training.seen()
        hand.order().deliver()
    wait_until(lambda: hand.orders.qsize() == 1)
    assert (training.view.status, training.view.others_wait) == ("running", False)


def test_the_queue_is_bounded_and_says_so(begin, share):
    share(most_running=2, most_waiting=1)
    *_, third, fourth = started(begin, 4)
    assert (third.view.status, fourth.view.status, fourth.view.ahead) == ("waiting", "ready", None)
    assert fourth.view.error == f"{sentences.FULL} (2 at once, 1 in the queue). Try again in a minute."
    third.stop()
    fourth.start()
    assert (fourth.view.status, fourth.view.error) == ("waiting", None)


def test_time_in_the_queue_does_not_slow_the_speed(begin, hand, share, clock):
    share(most_running=1)
    first, second = started(begin, 2)
    hand.order()
    clock.now += 50
    first.pause()
    for seconds in (0.1, 1.0):
        order = hand.order()
        order.steps = 10
        clock.now += seconds
        order.deliver()
    wait_until(lambda: second.view.run.step == 20)
    assert second.view.steps_per_second == pytest.approx(10)


def test_chunks_are_as_long_as_the_turns_say(begin, hand, share):
    share(workers=2, most_running=64)
    started(begin, 3)
    for order in [hand.order() for _ in range(3)]:
        order.deliver(seconds=0.001)
    assert {hand.order().steps for _ in range(3)} == {100}


# --- speed ------------------------------------------------------------------------------------


def test_the_speed_is_that_of_the_last_two_seconds(begin, hand, clock):
    training = begin(Count(steps=1000))
    training.start()
    for seconds, steps in [(1.0, 10), (1.0, 20), (1.0, 40), (0.5, 40)]:
        order = hand.order()
        order.steps = steps
        clock.now += seconds
        order.deliver()
        wait_until(lambda: hand.orders.qsize() == 1)
    # 2.5 s are the shortest stretch of chunks that holds two seconds: 20 + 40 + 40 steps
    assert training.view.run.step == 110
    assert training.view.steps_per_second == pytest.approx(100 / 2.5)
    # the time left is by the speed of ten seconds: all steps but those of the first chunk
    assert training.view.seconds_left == pytest.approx((1000 - 110) / (100 / 2.5))


def test_nothing_is_said_of_the_speed_before_a_second_of_steps_is_known(begin, hand, clock):
    training = begin(Count(steps=1000))
    training.start()
    # the first step takes long: a worker starts, and prepares the points
    for seconds, steps in [(4.0, 1), (0.1, 1), (0.2, 40), (0.6, 120)]:
        assert (training.view.steps_per_second, training.view.seconds_left) == (0.0, None)
        deliver(hand, clock, seconds, steps)
    assert (training.view.steps_per_second, training.view.seconds_left) == (0.0, None)
    deliver(hand, clock, 0.1, 19)
    assert training.view.steps_per_second == pytest.approx((1 + 40 + 120 + 19) / 1.0)
    assert training.view.seconds_left == pytest.approx((1000 - 181) / 180)


def test_a_pause_does_not_slow_the_speed(begin, hand, clock):
    training = begin()
    training.start()
    for seconds in (0.1, 1.0):
        deliver(hand, clock, seconds, 10)
    hand.order()
    training.pause()
    assert training.view.steps_per_second == pytest.approx(10)
    clock.now += 50
    training.resume()
    for seconds in (0.1, 0.5, 0.5):
        assert training.view.steps_per_second == pytest.approx(10)
        deliver(hand, clock, seconds, 15)
    assert training.view.steps_per_second == pytest.approx(30)


def test_a_single_step_says_nothing_of_the_speed(begin, hand, clock):
    training = begin(Count(steps=100))
    for _ in range(3):
        training.step()
        clock.now += 1.5
        hand.order().deliver()
        wait_until(lambda: training.view.status == "paused")
        clock.now += 1.0
    assert (training.view.steps_per_second, training.view.seconds_left) == (0.0, None)
    training.start()
    training.resume()
    for seconds in (0.1, 1.0):
        deliver(hand, clock, seconds, 10)
    hand.order()
    training.pause()
    clock.now += 1.4
    training.step()
    hand.order().deliver()
    wait_until(lambda: training.view.run.step == 24)
    assert training.view.steps_per_second == pytest.approx(10)
    assert training.view.seconds_left == pytest.approx((100 - 24) / 10)


def test_chunks_that_were_caught_up_with_say_nothing_of_the_speed(begin, hand, clock):
    first, second = (begin(Count(steps=10_000), origin="the same") for _ in range(2))
    first.start()
    for _ in range(5):
        deliver(hand, clock, 1.0, 100)
    second.start()
    second.catch_up()
    wait_until(lambda: second.view.run.step == 500)
    for _ in range(3):
        assert second.view.steps_per_second in (0.0, 100.0)
        deliver(hand, clock, 1.0, 100)
    wait_until(lambda: second.view.run.step == 800)
    assert second.view.steps_per_second == 100.0


def test_the_speed_of_a_run_that_has_ended_is_that_of_its_computing(begin, hand, clock):
    training = begin(Count(steps=30))
    training.start()
    for steps in (10, 20):
        order = hand.order()
        order.steps = steps
        clock.now += 7.0  # of which workers compute a part
        order.deliver(seconds=5.0, computing=1.5)
        wait_until(lambda steps=steps: training.view.run.step >= steps)
    assert training.view.status == "finished"
    assert training.view.mean_speed == pytest.approx(30 / 3.0)


def deliver(hand, clock, seconds, steps):
    """Deliver the next chunk, of so many steps, after so many seconds, and wait until it is used."""
    order = hand.order()
    order.steps = steps
    clock.now += seconds
    order.deliver()
    wait_until(lambda: hand.orders.qsize() == 1)


# --- a budget of computing, and what was reached within it ------------------------------------


def test_a_budget_ends_the_run_when_workers_have_spent_it(begin, hand):
    training = begin(budget=0.5)
    training.start()
    # at 1/1024 s a step: one to know it, two chunks of 190 ms, and what is left of half a second
    for steps in (1, 194, 194, 123):
        order = hand.order()
        assert order.steps == steps
        order.deliver(seconds=steps / 1024)
    wait_until(lambda: training.view.status == "finished")
    assert training.view.seconds == 0.5
    assert training.view.has_spent_budget
    assert training.view.run == count_on(Count(), 512)
    hand.nothing_is_asked_for()


def test_other_work_of_the_machine_does_not_count_as_computing(begin, hand):
    training = begin(budget=0.5)
    training.start()
    # a step computes for 1/1024 s, and takes four times as long: 48 of them fill a chunk of 190 ms
    for steps in (1, *[48] * 10, 31):
        order = hand.order()
        assert order.steps == steps
        order.deliver(seconds=4 * steps / 1024, computing=steps / 1024)
    wait_until(lambda: training.view.status == "finished")
    assert training.view.seconds == 0.5
    hand.nothing_is_asked_for()


@pytest.mark.parametrize(
    ("a_step", "steps"),
    [
        pytest.param(0.3, 3, id="a fourth would pass it"),
        pytest.param(0.25, 4, id="four fill it"),
        pytest.param(7.0, 1, id="a single one passes it"),
    ],
)
def test_no_step_is_begun_that_would_pass_the_budget(begin, hand, a_step, steps):
    training = begin(budget=1.0)
    training.start()
    for step in range(1, steps + 1):
        hand.order().deliver(seconds=a_step)
        wait_until(lambda: training.view.run.step == step)  # noqa: B023  # called before the next round
    wait_until(lambda: training.view.status == "finished")
    assert training.view.run.step == steps
    hand.nothing_is_asked_for()


def test_runs_of_one_budget_spend_the_same_however_quick_their_steps_are(begin, hand):
    step_seconds = {2_000: 0.0005, 3_000: 0.013, 5_000: 0.09}
    racers = {steps: begin(Count(steps=steps), budget=2.0) for steps in step_seconds}
    for training in racers.values():
        training.start()
    while any(training.view.status == "running" for training in racers.values()):
        try:
            order = hand.orders.get(timeout=0.05)
        except queue.Empty:
            continue
        order.deliver(seconds=order.steps * step_seconds[order.run.steps])
    for steps, training in racers.items():
        # either no further step fits, or all are taken
        left = 2.0 - training.view.seconds
        assert training.view.run.done or 0 <= left < step_seconds[steps] + 1e-9
    assert racers[2_000].view.run.step == 2_000
    assert racers[3_000].view.run.step == 153
    assert racers[5_000].view.run.step == 22


@pytest.mark.parametrize(
    ("budget", "left"),
    [
        # at 1/1000 s of computing a step, what is left of half a second allows 390 more
        pytest.param(0.5, 390 / 100, id="the budget ends it"),
        pytest.param(5.0, 890 / 100, id="its last step ends it"),
    ],
)
def test_the_time_left_is_that_of_the_steps_that_the_budget_allows(begin, hand, clock, budget, left):
    training = begin(Count(steps=1000), budget=budget)
    training.start()
    for seconds, steps in [(0.1, 10), (1.0, 100)]:
        deliver(hand, clock, seconds, steps)
    assert training.view.steps_per_second == pytest.approx(100)
    assert training.view.seconds_left == pytest.approx(left)


def test_time_of_a_dropped_chunk_does_not_count_for_the_budget(begin, hand):
    training = begin(budget=0.5)
    training.start()
    hand.order()
    training.pause()
    training.resume()
    hand.order().deliver(seconds=0.4)
    wait_until(lambda: training.view.seconds == pytest.approx(0.4))


def test_each_chunk_leaves_a_mark(begin, hand):
    training = begin(Count(steps=1000))
    assert training.view.milestones == ((0.0, 0, 1.0, 0.0),)
    training.start()
    hand.order().deliver(seconds=0.001)
    hand.order().deliver(seconds=0.3)
    wait_until(lambda: training.view.run.step == 191)
    assert training.view.milestones == (
        (0.0, 0, 1.0, 0.0),
        (0.001, 1, 0.5, 0.001),
        (0.301, 191, 1 / 192, 0.191),
    )


def test_marks_are_bounded_and_thinned_evenly():
    start = Milestone(0.0, 0, 1.0, 0.0)
    kept = Milestones((start,), start)
    for number in range(1, 3 * MOST_MILESTONES):
        kept = kept.after(Milestone(float(number), number, 1.0, 0.0))
        assert len(kept.all) <= MOST_MILESTONES
        assert kept.all[-1].step == number
    steps = [milestone.step for milestone in kept.all]
    # 400 were too many, 800 again: of 1200 every fourth is left, and the latest
    assert steps == [*range(0, 1200, 4), 1199]


# --- many threads, real workers ---------------------------------------------------------------


def test_concurrent_calls_neither_lose_nor_mix_a_result(begin):
    def slow_or_fast(run, steps):
        time.sleep(random.random() / 200)
        return count_on(run, min(steps, 30))

    def meddle(seed):
        actions, step = random.Random(seed), 0
        for _ in range(150):
            getattr(training, actions.choice(["pause", "resume", "step", "seen"]))()
            view = training.view  # all of it belongs together
            assert view.run.step >= step
            assert view.run == count_on(Count(), view.run.step)
            assert (view.milestones[-1].step, view.milestones[-1].seconds) == (view.run.step, view.seconds)
            step = view.run.step
            time.sleep(actions.random() / 300)

    with ThreadPoolExecutor(4) as executor, ThreadPoolExecutor(3) as people:
        training = begin(executor=executor, advance=slow_or_fast)
        training.start()
        for person in [people.submit(meddle, seed) for seed in range(3)]:
            person.result()
        training.stop()
    assert training.view.run == count_on(Count(), training.view.run.step)
    assert training.view.run.step > 10
    wait_until(lambda: threads() == [])


@pytest.fixture(scope="module")
def pool():
    with Workers(2) as workers:
        yield workers


SMALL = pc.Experiment(hidden=(16, 16), samples_per_class=50, batch_size=64, steps=500)
WHERE_IT_ERRS = replace(SMALL, samples_per_class=None, sampling="errors", optimizer="soap")


def test_a_run_in_worker_processes_ends_as_it_would_here(begin, pool):
    training = begin(pc.start(SMALL), pool, pc.advance)
    training.start()
    for _ in range(3):
        training.pause()
        training.resume()
        time.sleep(0.05)
    wait_until(lambda: training.view.status == "finished")
    assert same_run(training.view.run, pc.advance(pc.start(SMALL), SMALL.steps))


def test_the_best_model_is_measured_once_and_not_sent_to_workers(begin):
    training = begin(pc.advance(pc.start(SMALL), 40))
    size = len(pickle.dumps(training.view.run))
    best = training.view.best
    assert best is training.view.best
    assert best.loss == pytest.approx(training.view.run.best_loss, rel=1e-12)
    assert len(pickle.dumps(training.view.run)) == size


def test_a_better_model_takes_the_best_one_s_place(begin, hand):
    training = begin(pc.start(SMALL))
    first = training.view.best
    training.start()
    hand.order().fulfil(pc.advance(training.view.run, 100))
    wait_until(lambda: training.view.run.step == 100)
    assert training.view.best.loss == pytest.approx(training.view.run.best_loss, rel=1e-12)
    assert training.view.best.loss < first.loss


def test_the_latest_weights_are_measured_once_and_not_sent_to_workers(begin):
    run = pc.advance(pc.start(replace(SMALL, batch_size=5, learning_rate=1.0)), 45)
    assert run.best_step < run.step
    training = begin(run)
    size = len(pickle.dumps(run))
    latest = training.view.current
    assert latest is training.view.current
    assert (latest.loss, latest.held_out_accuracy) == (run.current.loss, run.current.held_out_accuracy)
    assert len(pickle.dumps(replace(run))) == size


def test_latest_weights_that_are_the_best_are_measured_once_for_both(begin):
    experiment = replace(SMALL, optimizer="random-search")
    run = pc.advance(pc.start(experiment), 2 * task_of(experiment).measured_every)
    training = begin(run)
    assert training.view.current is training.view.best


@pytest.mark.parametrize("experiment", [SMALL, WHERE_IT_ERRS], ids=["fixed samples", "where it errs"])
def test_killed_workers_change_nothing_in_the_result(begin, pool, tmp_path, experiment):
    training = begin(pc.start(experiment), pool, partial(die_in_two_chunks, tmp_path))
    training.start()
    wait_until(lambda: training.view.status == "finished")
    assert len(list(tmp_path.iterdir())) == 2
    assert same_run(training.view.run, pc.advance(pc.start(experiment), experiment.steps))
