"""People who train the same experiment: it is computed once, and each has a run of their own."""

import queue
import time
from concurrent.futures import BrokenExecutor, Executor, Future
from contextlib import suppress
from dataclasses import replace

import numpy as np
import pytest

import polycore as pc
from pages.plane.scene import scene_of
from pages.runs.training import Training
from pages.server import server
from polycore.workers.chunk import timed
from polycore.workers.picture import Wish, picture_of
from polycore.workers.processes import Urgent
from tests.clock import Clock
from tests.pages.watching import watching as looking_at
from tests.runs import same_run
from tests.waiting import wait_until

EXPERIMENT = pc.Experiment(hidden=(8,), samples_per_class=20, batch_size=16, steps=100)
# what one session's chunk says of the errors decides on which points the next one trains
WHERE_IT_ERRS = replace(EXPERIMENT, samples_per_class=None, sampling="errors", optimizer="soap")
pytestmark = pytest.mark.usefixtures("share")

STEP_SECONDS = 1 / 64


class Worker(Executor):
    """Computes what it is asked for when the test likes, and says that a step took 1/64 s."""

    def __init__(self):
        self.orders = queue.Queue()
        self.were_urgent = []
        self.has_ended = False

    def submit(self, task, *arguments):
        future = Future()
        if self.has_ended:
            future.cancel()
        self.were_urgent.append(isinstance(task, Urgent))
        self.orders.put((future, task.func if isinstance(task, Urgent) else task, arguments))
        return future

    def deliver(self, timeout=5):
        """Compute the oldest order that was not cancelled; return its task and its arguments."""
        while True:
            future, task, arguments = self.orders.get(timeout=timeout)
            if future.set_running_or_notify_cancel():
                break
        result = task(*arguments)
        if task is timed:
            seconds = STEP_SECONDS * (result.run.step - arguments[1].step)
            result = result._replace(seconds=seconds, computing=seconds, drawing=0.0)
        future.set_result(result)
        return task, arguments

    def deliver_until(self, condition):
        """Compute what is ordered until the condition holds, which takes a moment after the last order."""
        while not condition():
            with suppress(queue.Empty):
                self.deliver(timeout=0.01)

    def end(self):
        """Cancel all orders, so that no thread waits for one after the test."""
        self.has_ended = True
        while not self.orders.empty():
            self.orders.get()[0].cancel()

    def nothing_is_asked_for(self):
        with pytest.raises(queue.Empty):
            self.orders.get(timeout=0.05)


@pytest.fixture
def worker():
    return Worker()


@pytest.fixture
def make(worker):
    """Return a function that makes another person's run; each is stopped at the end."""
    made = []

    def new(experiment=EXPERIMENT, **options):
        made.append(Training.of(experiment, worker, pc.advance, **options))
        return made[-1]

    yield new
    for training in made:
        training.stop()
    worker.end()


@pytest.fixture
def begin(make):
    """Return a function that starts another person's run."""

    def new(*arguments, **options):
        training = make(*arguments, **options)
        training.start()
        return training

    return new


def at(training, step):
    wait_until(lambda: training.view.run.step == step)


every_experiment = pytest.mark.parametrize(
    "experiment", [EXPERIMENT, WHERE_IT_ERRS], ids=["fixed samples", "where it errs"]
)


@every_experiment
def test_a_chunk_that_two_want_is_computed_once(begin, worker, experiment):
    first, second = begin(experiment), begin(experiment)
    for step in (1, 13, 25):  # 12 steps of 1/64 s are the most within 190 ms
        worker.deliver()
        at(first, step)
        at(second, step)
    assert worker.orders.qsize() <= 1
    assert same_run(first.view.run, pc.advance(pc.start(experiment), 25))
    assert same_run(second.view.run, first.view.run)
    assert first.view.seconds == second.view.seconds


def test_a_newcomer_sees_the_run_from_its_beginning_at_the_pace_at_which_it_was_computed(begin, worker):
    first = begin()
    for _ in range(3):
        worker.deliver()
    at(first, 25)
    began = time.monotonic()
    newcomer = begin()
    assert newcomer.view.run.step == 0
    at(newcomer, 25)
    assert time.monotonic() - began >= 25 * STEP_SECONDS - 0.001
    assert same_run(newcomer.view.run, first.view.run)
    assert newcomer.view.seconds == first.view.seconds == 25 * STEP_SECONDS


def test_a_newcomer_who_catches_up_does_not_wait(begin, worker):
    first = begin()
    for _ in range(4):
        worker.deliver()
    at(first, 37)
    newcomer = begin(clock=Clock())  # by it, one that waited would wait for ever
    assert newcomer.computed_ahead() == (37, pytest.approx((37 - newcomer.view.run.step) * STEP_SECONDS))
    newcomer.catch_up()
    at(newcomer, 37)
    assert newcomer.computed_ahead() == first.computed_ahead() == (37, 0.0)
    worker.deliver()
    at(newcomer, 49)


@every_experiment
def test_one_s_pause_stop_and_reset_are_nobody_else_s(begin, worker, experiment):
    first, second, third = begin(experiment), begin(experiment), begin(experiment)
    worker.deliver()
    for training in (first, second, third):
        at(training, 1)
    first.pause()
    second.stop()
    worker.deliver()
    at(third, 13)
    assert [one.view.status for one in (first, second, third)] == ["paused", "stopped", "running"]
    assert [one.view.run.step for one in (first, second)] == [1, 1]
    first.resume()
    at(first, 13)
    worker.deliver()
    at(first, 25)
    at(third, 25)
    assert second.view.run.step == 1
    assert same_run(first.view.run, pc.advance(pc.start(experiment), 25))


def test_a_chunk_continues_as_long_as_anybody_wants_it(begin, worker):
    first, second = begin(), begin()
    wait_until(lambda: worker.orders.qsize() == 1)
    first.stop()
    worker.deliver()
    at(second, 1)
    second.stop()
    future, *_ = worker.orders.get(timeout=5)
    wait_until(future.cancelled)


@pytest.mark.parametrize(
    "other",
    [
        pytest.param({"experiment": replace(EXPERIMENT, seed=1)}, id="another seed"),
        pytest.param({"experiment": replace(EXPERIMENT, learning_rate=0.02)}, id="another rate"),
        pytest.param({"budget": 5.0}, id="another budget, whose last chunks are cut elsewhere"),
    ],
)
def test_whatever_differs_is_computed_apart(begin, worker, other):
    begin()
    begin(**other)
    wait_until(lambda: worker.orders.qsize() == 2)


def test_a_run_from_a_file_is_never_shared(begin, worker):
    begin()
    wait_until(lambda: worker.orders.qsize() == 1)
    forged = replace(pc.start(EXPERIMENT), parameters=np.zeros_like(pc.start(EXPERIMENT).parameters))
    theirs = Training(forged, worker, pc.advance)
    theirs.start()
    wait_until(lambda: worker.orders.qsize() == 2)
    theirs.stop()


def test_all_end_at_the_step_at_which_the_first_has_used_the_seconds(begin, worker):
    first = begin(budget=0.5)
    worker.deliver_until(lambda: first.view.status == "finished")
    assert first.view.run.step == 32  # half a second at 1/64 s a step
    newcomer = begin(budget=0.5)
    newcomer.catch_up()
    wait_until(lambda: newcomer.view.status == "finished")
    assert newcomer.view.has_spent_budget
    assert newcomer.view.milestones == first.view.milestones
    worker.nothing_is_asked_for()


def test_what_was_not_kept_is_computed_again(begin, worker):
    first = begin()
    for _ in range(2):
        worker.deliver()
    at(first, 13)
    asked_for, *_ = worker.orders.get(timeout=5)
    first.pause()
    wait_until(asked_for.cancelled)  # else the worker may still take that chunk
    server.current().results.clear()
    newcomer = begin()
    worker.deliver()
    worker.deliver()
    at(newcomer, 13)
    assert same_run(newcomer.view.run, first.view.run)


def test_a_single_step_is_one_step_though_a_longer_chunk_is_kept(begin, worker):
    first = begin()
    for _ in range(2):
        worker.deliver()
    at(first, 13)
    other = begin()
    at(other, 1)
    other.pause()
    first.pause()
    other.step()
    worker.deliver_until(lambda: other.view.status == "paused")
    assert other.view.run.step == 2


def test_they_share_one_place_and_who_repeats_does_not_wait(begin, worker, share):
    shared = share(workers=1, most_running=1, most_waiting=5)
    first, second = begin(), begin()
    assert (shared.running, shared.waiting) == (1, 0)
    worker.deliver()
    at(first, 1)
    at(second, 1)
    first.stop()
    second.stop()
    other = begin(replace(EXPERIMENT, seed=1))
    third = begin()
    at(third, 1)  # another run computes, but this step is there already
    wait_until(lambda: (third.view.status, third.view.ahead) == ("waiting", 0))
    other.stop()
    wait_until(lambda: third.view.status == "running")


def test_a_run_that_has_its_map_makes_room_in_the_queue_for_one_that_has_none(begin, worker, share):
    share(workers=1, most_running=1, most_waiting=5)
    first, second = begin(), begin(replace(EXPERIMENT, seed=1))
    for step in (1, 13):  # without a map
        worker.deliver()
        at(first, step)
    assert [one.view.status for one in (first, second)] == ["running", "waiting"]
    looking_at(first)
    worker.deliver_until(lambda: first.view.status == "waiting")
    assert second.view.status == "running"


def test_who_pauses_in_the_queue_has_no_position_there_though_another_of_the_same_keeps_it(begin, share):
    share(workers=1, most_running=1, most_waiting=5)
    computing = begin(replace(EXPERIMENT, seed=1))
    first, second = begin(), begin()
    assert [one.view.status for one in (computing, first, second)] == ["running", "waiting", "waiting"]
    first.pause()
    assert (first.view.status, first.view.ahead) == ("paused", None)
    assert (second.view.status, second.view.ahead) == ("waiting", 0)


def test_a_picture_that_was_not_drawn_is_drawn_for_who_wants_it(begin, make, worker):
    first = begin()
    worker.deliver()
    at(first, 1)
    asked_for, *_ = worker.orders.get(timeout=5)
    first.stop()
    wait_until(asked_for.cancelled)  # else the worker may still take that chunk
    watching = make()
    looking_at(watching)
    watching.show(Wish(window=scene_of(EXPERIMENT).window, best=True))
    task, (run, wish) = worker.deliver()
    assert (task, run.step, wish.sharp) == (picture_of, 0, True)
    watching.start()
    task, (run, wish) = worker.deliver()
    assert (task, run.step, wish.best) == (picture_of, 1, True)
    at(watching, 1)
    _, picture = watching.view.pictured
    assert picture.now.map is not None
    assert picture.best.map is not None
    assert worker.were_urgent[2]  # the first picture of it


@pytest.mark.parametrize(
    ("watch", "options", "urgent"),
    [(looking_at, {}, 1), (id, {}, 7), (id, {"part_of": "a sweep"}, 0)],
    ids=["its page is there", "its page is not there yet", "of a sweep"],
)
def test_a_run_s_chunks_come_first_until_it_has_a_map(make, worker, watch, options, urgent):
    training = make(**options)
    watch(training)
    training.start()
    for _ in range(8):  # of 1 step, and of 12 each: the last is asked for after 73/64 s of computing
        worker.deliver()
    assert worker.were_urgent[:8] == urgent * [True] + (8 - urgent) * [False]


def test_a_sharp_picture_at_rest_is_drawn_once_for_all(make, worker):
    trainings = [make(replace(EXPERIMENT, steps=1)) for _ in range(3)]
    for training in trainings:
        looking_at(training)
        training.show(Wish(window=scene_of(EXPERIMENT).window))
    worker.deliver()
    for training in trainings:
        training.start()
    assert worker.deliver()[0] is timed
    task, (_, wish) = worker.deliver()
    assert (task, wish.sharp) == (picture_of, True)
    wait_until(lambda: [training.view.pictured[0].step for training in trainings] == [1, 1, 1])
    wait_until(lambda: len({id(training.view.pictured[1].now.map) for training in trainings}) == 1)
    worker.nothing_is_asked_for()


def test_a_worker_s_death_costs_each_of_them_only_the_chunk(begin, worker):
    first, second = begin(), begin()
    future, *_ = worker.orders.get(timeout=5)
    future.set_running_or_notify_cancel()
    future.set_exception(BrokenExecutor("killed"))
    worker.deliver()
    at(first, 1)
    at(second, 1)
    assert [first.view.status, second.view.status] == ["running", "running"]
