"""A sweep: how many run at once, what starts next by itself, and what is kept of each run."""

import queue
import threading
import time
from concurrent.futures import Executor, Future
from contextlib import suppress
from dataclasses import replace

import numpy as np
import pytest

import polycore as pc
from pages.runs import sentences
from pages.runs.sweep import Sweep
from pages.runs.varied import Varied
from pages.server import presence, server
from pages.server.limits import Limits
from polycore.workers import outcomes as engine
from polycore.workers.chunk import Chunk
from tests.waiting import wait_until

pytestmark = pytest.mark.usefixtures("share")

SET_UP = pc.Experiment(polynomials=pc.INTRODUCTION_POLYNOMIALS, samples_per_class=20, hidden=(4,))
VARIED = Varied(
    seeds=2, networks=((4,), (6,)), optimizers=("adam",), steps=40, numbers={"learning_rate": (0.01,)}
)  # four runs
STEP_SECONDS = 1 / 64  # exact


class Hand(Executor):
    """Computes a chunk when the test lets it, and says how long it took."""

    def __init__(self):
        self.asked = queue.Queue()

    def submit(self, _timed, advance, run, steps):
        future = Future()
        self.asked.put((future, advance, run, steps))
        return future

    def deliver(self, wait=5.0, of=None):
        """Compute the chunk that was asked for first; put it back if it is not `of` these experiments."""
        future, advance, run, steps = asked = self.asked.get(timeout=wait)
        if of is not None and run.experiment not in of:
            self.asked.put(asked)
            time.sleep(0.001)
        elif future.set_running_or_notify_cancel():
            following = advance(run, steps)
            seconds = (following.step - run.step) * STEP_SECONDS
            future.set_result(Chunk(following, seconds, seconds))

    def deliver_until(self, condition, of=None):
        """Compute what is asked for, chunk by chunk, until the condition holds; `of` as in `deliver`."""
        end = time.monotonic() + 20
        while not condition():
            assert time.monotonic() < end
            with suppress(queue.Empty):
                self.deliver(wait=0.01, of=of)

    def fail(self, error):
        future, *_ = self.asked.get(timeout=5)
        future.set_running_or_notify_cancel()
        future.set_exception(error)


class AtOnce(Hand):
    """Computes at once."""

    def submit(self, *asked):
        future = super().submit(*asked)
        self.deliver()
        return future


@pytest.fixture
def make(own_clock):
    """Return a function that makes a sweep; each is stopped at the end."""
    made = []

    def new(executor=None, varied=VARIED, set_up=SET_UP):
        made.append(Sweep(set_up, varied, executor or AtOnce(), clock=own_clock))
        return made[-1]

    yield new
    for one in made:
        one.stop()


def finished(one):
    one.start()
    wait_until(lambda: one.view.status == "finished")
    return one


def under_way(one):
    return [run.run.experiment for run in one.view.runs]


# --- what comes of it -------------------------------------------------------------------------


def test_each_run_ends_with_the_figures_it_has_without_a_sweep(make):
    one = finished(make())
    found = sorted(one.view.outcomes, key=lambda outcome: outcome.index)
    assert [outcome.experiment for outcome in found] == list(one.view.experiments)
    for outcome, experiment in zip(found, one.view.experiments, strict=True):
        plain = pc.advance(pc.start(experiment), 40).best
        assert outcome.loss == pytest.approx(plain.loss, rel=1e-12)
        assert outcome.held_out_accuracy == plain.held_out_accuracy
        assert (outcome.steps, outcome.error, outcome.ended_because) == (40, None, None)
        assert outcome.seconds == 40 * STEP_SECONDS


def test_worker_processes_get_the_results_of_the_engine(make):
    found = sorted(finished(make(server.current().workers)).view.outcomes, key=lambda outcome: outcome.index)
    wanted = [engine.computed(index, one) for index, one in enumerate(VARIED.experiments(SET_UP))]
    for figure in ("held_out_accuracy", "accuracy", "loss"):
        expected = [getattr(one, figure) for one in wanted]
        # the workers' BLAS has one thread
        assert [getattr(outcome, figure) for outcome in found] == pytest.approx(expected, rel=1e-3)


def test_only_the_best_keeps_its_weights_and_its_history(make):
    one = finished(make())
    assert all(outcome.model is None for outcome in one.view.outcomes)
    assert one.view.runs == ()
    wanted = engine.best([engine.computed(index, found) for index, found in enumerate(one.view.experiments)])
    assert one.view.best.outcome.index == wanted.index
    for weights, same in zip(one.view.best.model.weights, wanted.model.weights, strict=True):
        assert np.array_equal(weights, same)
    assert one.view.best.history.step[-1] == 40
    assert one.view.best.milestones[-1].step == 40


def test_outcomes_are_grouped_by_setting(make):
    one = finished(make())
    assert [setting.hidden for setting in one.view.settings] == [(4,), (6,)]
    assert [
        [(outcome.experiment.hidden, outcome.experiment.seed) for outcome in outcomes]
        for outcomes in one.view.outcomes_by_setting
    ] == [[((4,), 0), ((4,), 1)], [((6,), 0), ((6,), 1)]]


def test_a_failed_run_is_reported_and_the_others_continue(make):
    hand = Hand()
    one = make(hand)
    one.start()
    hand.fail(MemoryError())
    hand.deliver_until(lambda: one.view.status == "finished")
    assert sorted(outcome.index for outcome in one.view.outcomes) == [0, 1, 2, 3]
    [failed] = [outcome for outcome in one.view.outcomes if outcome.error]
    assert failed.error.startswith(sentences.NO_MEMORY)
    assert failed.held_out_accuracy is None


def test_a_run_that_cannot_start_is_reported_and_the_others_continue(make):
    # the scaling of points so flat would make weights that no file could hold
    flat = replace(SET_UP, polynomials=(pc.Polynomial(1e-9, 0), pc.Polynomial(2e-9, 0)))
    one = finished(make(set_up=flat))
    assert len(one.view.outcomes) == 4
    assert all("standardize: got True" in outcome.error for outcome in one.view.outcomes)
    assert one.view.best is None


def test_a_run_ends_when_its_seconds_are_used(make, own_server):
    own_server(limits=Limits(max_sweep_seconds=0.25, max_seconds=60))
    one = finished(make())
    assert [outcome.steps for outcome in one.view.outcomes] == [16] * 4  # 0.25 s at 1/64 s a step
    assert {outcome.ended_because for outcome in one.view.outcomes} == {"It used its 0.25 s of computing."}


# --- who runs when ----------------------------------------------------------------------------


def test_as_many_run_as_there_are_workers_and_the_next_starts_when_one_ends(make):
    hand = Hand()
    one = make(hand)
    assert one.view.status == "ready"
    one.start()
    assert under_way(one) == list(one.view.experiments[:2])
    hand.deliver_until(lambda: one.view.outcomes)
    # both may have ended by then: another one begins for each, from its own thread
    wait_until(lambda: one.view.experiments[2] in under_way(one) and len(one.view.runs) == 2)
    assert one.view.is_active


@pytest.mark.parametrize(("is_hosted", "at_once"), [(True, 1), (False, 2)])
def test_on_a_demo_one_runs_while_others_wait(make, share, own_server, is_hosted, at_once):
    own_server(limits=Limits(is_hosted=is_hosted))
    shared = share(most_running=2)
    others = [shared.take() for _ in range(3)]  # two compute, and one waits
    one = make(Hand())
    one.start()
    assert len(one.view.runs) == at_once
    for turn in others:
        turn.give_up()


def test_on_a_full_server_nothing_starts_and_the_reason_is_given(make, share):
    shared = share(most_running=1, most_waiting=0)
    other = shared.take()
    one = make(Hand())
    with pytest.raises(pc.PolycoreError, match=sentences.FULL):
        one.start()
    assert one.view.status == "stopped"
    other.give_up()


class Late(Hand):
    """Takes a chunk only once it may, in the thread of the run that asks first."""

    def __init__(self):
        super().__init__()
        self.may_submit, self.thread = threading.Event(), None

    def submit(self, *asked):
        self.thread = self.thread or threading.current_thread()
        self.may_submit.wait(20)
        return super().submit(*asked)


def test_if_the_server_fills_up_the_rest_starts_once_there_is_room(make, share):
    shared = share(workers=1, most_running=1, most_waiting=0)
    one = make(late := Late())
    one.start()
    wait_until(lambda: late.thread is not None)
    one.pause()
    other = shared.take()
    one.resume()
    late.may_submit.set()  # the thread of the run that was paused ends after that
    late.thread.join()
    assert one.view.outcomes == ()
    assert one.view.is_active
    assert sentences.FULL in one.view.refusal
    other.give_up()
    one.seen()
    assert one.view.refusal is None
    assert [run.status for run in one.view.runs] == ["running"]


@pytest.mark.usefixtures("clock")
def test_nothing_starts_after_the_tab_has_gone(make):
    hand = Hand()
    one = make(hand)
    is_there = True
    one.seen(lambda: is_there)
    one.start()
    is_there = False
    hand.deliver_until(lambda: len(one.view.outcomes) == 2)
    assert (one.view.status, one.view.runs) == ("running", ())
    is_there = True
    one.seen(lambda: is_there)
    assert under_way(one) == list(one.view.experiments[2:])


def test_nothing_starts_two_minutes_after_the_last_look(make, clock):
    hand = Hand()
    one = make(hand)
    clock.now += 60
    one.start()  # its runs are looked at from now on
    clock.now += 61
    hand.deliver_until(lambda: len(one.view.outcomes) == 2)
    assert one.view.runs == ()
    one.seen()
    assert len(one.view.runs) == 2


def test_unseen_runs_continue_when_they_are_seen_again(make, clock):
    one = make(Hand())
    one.start()
    clock.now += presence.LEASE_SECONDS
    wait_until(lambda: [run.status for run in one.view.runs] == ["paused", "paused"])
    one.seen()
    assert [run.status for run in one.view.runs] == ["running", "running"]


# --- pause and stop ---------------------------------------------------------------------------


def test_a_paused_sweep_stays_and_ends_as_if_it_had_not_been_paused(make):
    hand = Hand()
    one = make(hand)
    one.start()
    hand.deliver()
    one.pause()
    assert one.view.status == "paused"
    one.seen()
    assert {run.status for run in one.view.runs} == {"paused"}
    one.resume()
    hand.deliver_until(lambda: one.view.status == "finished")
    plain = finished(make())
    found, wanted = (sorted(each.view.outcomes, key=lambda outcome: outcome.index) for each in (one, plain))
    assert [outcome.loss for outcome in found] == [outcome.loss for outcome in wanted]


def test_a_stopped_sweep_keeps_what_has_ended_and_nothing_else(make):
    hand = Hand()
    one = make(hand)
    one.start()
    hand.deliver_until(lambda: one.view.outcomes)
    one.stop()
    assert (one.view.status, one.view.runs) == ("stopped", ())
    ended = len(one.view.outcomes)
    one.resume()
    one.seen()
    assert (one.view.status, one.view.runs, len(one.view.outcomes)) == ("stopped", (), ended)
    assert one.view.best is not None


# --- what it costs ----------------------------------------------------------------------------


def test_the_time_left_is_estimated_from_ended_runs(make):
    hand = Hand()
    one = make(hand)
    assert one.view.seconds == 0
    one.start()
    hand.deliver_until(lambda: len(one.view.outcomes) == 2, of=one.view.experiments[:2])
    one.pause()
    # each of the four takes 40/64 s, whatever was foreseen for networks so much alike
    assert one.view.seconds == 2 * 40 / 64
    assert one.view.seconds + one.view.seconds_left == pytest.approx(4 * 40 / 64, rel=0.1)


def test_its_progress_is_one_line(make):
    one = finished(make(varied=replace(VARIED, steps=48)))
    # 4 runs of 48 steps at 1/64 s
    assert one.view.standing() == "Finished · 4 of 4 runs have ended · 3 s of computing"
