"""Turns: who has no map comes first, never too many at once, and no run forgotten, under any concurrency."""

import random
from concurrent.futures import ThreadPoolExecutor, wait
from functools import partial
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages.server import turns
from pages.server.turns import Turns
from polycore.workers.processes import Workers


def hasty():
    """Return a clock by which every turn is over at once: a turn passes whenever it is read."""
    return partial(next, count(0, turns.TURN_SECONDS))


def test_a_turn_that_is_given_up_lets_the_first_in_the_queue_compute():
    shared = Turns(Workers(1), most_running=1, most_waiting=3)
    first, second, third, fourth = (shared.take() for _ in range(4))
    assert [turn.has_come for turn in (first, second, third, fourth)] == [True, False, False, False]
    assert [turn.ahead for turn in (first, second, third, fourth)] == [None, 0, 1, 2]
    assert shared.take() is None
    second.give_up()
    assert [turn.ahead for turn in (third, fourth)] == [0, 1]
    first.give_up()
    first.give_up()  # twice is once
    assert (third.has_come, fourth.has_come, fourth.ahead) == (True, False, 0)
    assert third.wait(0)
    assert not fourth.wait(0.001)


def test_a_turn_is_passed_on_only_if_it_is_over_and_another_waits():
    now = [100.0]
    shared = Turns(Workers(1), most_running=1, most_waiting=3, clock=lambda: now[0])
    first = shared.take()
    now[0] += 60
    first.pass_on()
    assert first.has_come
    second = shared.take()
    first.pass_on()
    assert (first.ahead, second.has_come) == (0, True)
    now[0] += 9.9
    second.pass_on()
    assert second.has_come
    now[0] += 0.2
    second.pass_on()
    assert (second.ahead, first.has_come) == (0, True)


def test_a_turn_that_was_given_up_does_not_come_back_by_being_passed_on():
    shared = Turns(Workers(1), most_running=1, most_waiting=3, clock=hasty())
    first, second, third = (shared.take() for _ in range(3))
    first.give_up()
    first.pass_on()
    third.pass_on()  # a waiting turn keeps its position
    assert (first.ahead, second.has_come, third.ahead) == (None, True, 0)


@given(
    most_running=st.integers(1, 4),
    most_waiting=st.integers(0, 4),
    actions=st.lists(
        st.tuples(st.sampled_from(["take", "pass_on", "give_up"]), st.integers(0, 20)), max_size=60
    ),
)
def test_as_many_compute_as_allowed_and_the_rest_wait_in_order(most_running, most_waiting, actions):
    shared, taken = Turns(Workers(2), most_running, most_waiting), []
    for action, number in actions:
        if action == "take":
            turn = shared.take(is_new=bool(number % 2))
            assert (turn is None) == (len(taken) == most_running + most_waiting)
            taken += [turn] if turn else []
        elif taken:
            turn = taken[number % len(taken)]
            getattr(turn, action)()
            taken = [other for other in taken if action == "pass_on" or other is not turn]
        come = [turn for turn in taken if turn.has_come]
        assert shared.running == len(come) == min(len(taken), most_running)
        assert sorted(turn.ahead for turn in taken if not turn.has_come) == list(range(shared.waiting))


def test_concurrent_calls_neither_let_too_many_compute_nor_forget_one():
    shared = Turns(Workers(2), most_running=3, most_waiting=100, clock=hasty())
    most = []

    def use_turns(seed):
        rng = random.Random(seed)
        for _ in range(200):
            turn = shared.take()
            for _ in range(rng.randrange(4)):
                turn.pass_on()
                most.append(shared.running)
                turn.ahead, turn.has_come  # noqa: B018  # as pages do
            if rng.random() < 0.5:
                assert turn.wait(10)
            turn.give_up()

    with ThreadPoolExecutor(8) as users:
        for user in [users.submit(use_turns, seed) for seed in range(8)]:
            user.result()
    assert max(most) <= 3
    assert (shared.running, shared.waiting) == (0, 0)


class Counted:
    """One worker. If it is counted while no run computes, a call is halfway: then comes `meanwhile`, once."""

    def __init__(self):
        self.shared = self.meanwhile = None

    @property
    def count(self):
        if self.meanwhile is not None and self.shared.running == 0:
            call, self.meanwhile = self.meanwhile, None
            call()
        return 1


@pytest.mark.parametrize(
    ("before", "most_waiting", "call"),
    [
        pytest.param(0, 0, "take", id="the last place is taken"),
        pytest.param(2, 2, "give_up", id="a turn is given up"),
        pytest.param(2, 2, "pass_on", id="a turn is passed on"),
    ],
)
def test_a_run_that_comes_halfway_through_another_call_waits_for_its_end(
    monkeypatch, before, most_waiting, call
):
    monkeypatch.setattr(turns, "RUNS_PER_WORKER", 1)
    workers = Counted()
    workers.shared = shared = Turns(workers, most_waiting=most_waiting, clock=hasty())
    taken = [shared.take() for _ in range(before)]
    with ThreadPoolExecutor(1) as other:
        # if it need not wait, it ends in that time
        workers.meanwhile = lambda: wait([other.submit(shared.take)], timeout=0.2)
        interrupted = shared.take if call == "take" else getattr(taken[0], call)
        interrupted()
    assert workers.meanwhile is None
    assert shared.running == 1
    assert shared.running + shared.waiting <= 1 + most_waiting


def test_with_more_workers_waiting_runs_compute_and_with_fewer_none_is_sent_away(monkeypatch):
    monkeypatch.setattr(turns, "RUNS_PER_WORKER", 1)
    workers = Workers(1)  # as few as a cluster, which grows and shrinks
    shared = Turns(workers, most_waiting=2)
    first, second, third = (shared.take() for _ in range(3))
    assert shared.take() is None
    workers.count = 2
    first.pass_on()  # as each run does after each chunk
    assert (first.has_come, second.has_come, third.ahead) == (True, True, 0)
    workers.count = 1
    fourth = shared.take()
    assert (first.has_come, second.has_come, third.ahead, fourth.ahead) == (True, True, 0, 1)
    assert shared.take() is None
    first.give_up()
    assert third.ahead == 0  # one still runs, as many as allowed
    second.give_up()
    assert (third.has_come, fourth.ahead) == (True, 0)


def test_without_limits_of_the_operator_s_fifteen_runs_share_a_worker_and_five_wait_for_each():
    shared = Turns(Workers(2))
    assert (shared.workers, shared.most_running, shared.most_waiting) == (2, 30, 150)


# --- shared entries ---------------------------------------------------------------------------


def test_those_who_compute_the_same_share_one_entry():
    shared = Turns(Workers(1), most_running=1, most_waiting=1)
    first, second = shared.take("same"), shared.take("same")
    waiting, too = shared.take("another"), shared.take("another")
    assert (shared.running, shared.waiting) == (1, 1)
    assert [turn.has_come for turn in (first, second, waiting, too)] == [True, True, False, False]
    assert shared.take("a third") is None
    assert shared.take("same") is not None  # it needs no room
    first.give_up()
    assert (second.has_come, waiting.has_come) == (True, False)
    for turn in tuple(second.entry.turns):
        turn.give_up()
    assert (waiting.has_come, too.has_come, shared.waiting) == (True, True, 0)


def test_runs_that_are_nobody_else_s_have_an_entry_each():
    shared = Turns(Workers(1), most_running=5, most_waiting=1)
    turns_of_all = [shared.take() for _ in range(3)]
    assert shared.running == 3
    assert len({id(turn.entry) for turn in turns_of_all}) == 3


def test_an_owner_has_two_entries_at_most_once_no_worker_is_idle():
    shared = Turns(Workers(2), most_running=10, most_waiting=10)
    lanes = [shared.take(number, owner="racer") for number in range(4)]
    assert shared.running == 2
    assert lanes[2].entry is not lanes[3].entry
    assert {lane.entry for lane in lanes[2:]} == {lane.entry for lane in lanes[:2]}
    other = shared.take(9, owner="another")
    assert (shared.running, other.has_come) == (3, True)
    lanes[0].give_up()
    lanes[2].give_up()
    assert shared.running == (2 if lanes[0].entry is lanes[2].entry else 3)


def test_an_owner_may_use_idle_workers():
    shared = Turns(Workers(8), most_running=80, most_waiting=10)
    assert len({shared.take(number, owner="racer").entry for number in range(10)}) == 8


@pytest.mark.parametrize(
    ("workers", "running", "seconds"),
    [
        pytest.param(2, 2, 0.19, id="a worker each"),
        pytest.param(2, 3, 0.1, id="three on two"),
        pytest.param(2, 10, 0.06, id="ten on two: each has its chunk after 0.3 s"),
        pytest.param(2, 64, 0.05, id="no shorter"),
        pytest.param(8, 3, 0.19, id="three on eight"),
        pytest.param(8, 40, 0.06, id="forty on eight"),
    ],
)
def test_the_more_run_the_shorter_the_chunks(workers, running, seconds):
    shared = Turns(Workers(workers), most_running=64)
    for _ in range(running):
        shared.take()
    assert shared.chunk_seconds == pytest.approx(seconds)


# --- runs that rest between their chunks ------------------------------------------------------


def test_while_a_run_rests_the_next_one_computes_and_it_comes_back_at_the_end_of_the_queue():
    shared = Turns(Workers(1), most_running=1, most_waiting=3)
    slow, second, third = (shared.take() for _ in range(3))
    slow.rest()
    assert (slow.has_come, slow.ahead, second.has_come, third.ahead) == (False, None, True, 0)
    slow.come_back()
    assert [turn.ahead for turn in (slow, second, third)] == [1, None, 0]
    second.give_up()
    third.give_up()
    assert slow.has_come
    slow.rest()
    slow.come_back()
    assert slow.has_come  # nobody else wants its place


def test_runs_that_rest_count_among_those_that_are_admitted():
    shared = Turns(Workers(1), most_running=2, most_waiting=1)
    resting = [shared.take() for _ in range(3)]
    for turn in resting:
        turn.rest()
    assert (shared.running, shared.waiting) == (0, 0)
    assert shared.take() is None
    resting[0].give_up()
    assert shared.take().has_come


def test_an_entry_rests_only_if_all_of_its_runs_do():
    shared = Turns(Workers(1), most_running=1, most_waiting=3)
    slow, fast, other = shared.take("same"), shared.take("same"), shared.take("another")
    slow.rest()
    assert (fast.has_come, other.ahead) == (True, 0)
    fast.give_up()
    assert other.has_come
    again = shared.take("same")  # it joins the one that rests, and waits
    assert (again.entry is slow.entry, again.ahead) == (True, 0)


def test_a_turn_that_is_given_up_at_rest_leaves_nothing_and_does_not_come_back():
    shared = Turns(Workers(1), most_running=1, most_waiting=0)
    slow = shared.take()
    slow.rest()
    slow.give_up()
    slow.come_back()
    assert (shared.running, shared.waiting) == (0, 0)
    assert shared.take().has_come
