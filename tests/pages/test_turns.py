"""Turns: first come, first served, never more at once than may, and nobody forgotten, whatever the hurry."""

import random
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages.server import turns
from pages.server.turns import Turns


@pytest.fixture
def hurried(monkeypatch):
    """Let every turn be over at once."""
    monkeypatch.setattr(turns, "TURN_SECONDS", 0.0)


def test_who_gives_up_lets_the_first_in_the_queue_come():
    shared = Turns(workers=1, most_running=1, most_waiting=3)
    first, second, third, fourth = (shared.take() for _ in range(4))
    assert [turn.has_come for turn in (first, second, third, fourth)] == [True, False, False, False]
    assert [turn.place for turn in (first, second, third, fourth)] == [None, 0, 1, 2]
    assert shared.take() is None
    second.give_up()
    assert [turn.place for turn in (third, fourth)] == [0, 1]
    first.give_up()
    first.give_up()  # twice is once
    assert (third.has_come, fourth.has_come, fourth.place) == (True, False, 0)
    assert third.wait(0)
    assert not fourth.wait(0.001)


def test_a_turn_is_handed_on_only_where_it_is_over_and_somebody_waits(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(turns, "monotonic", lambda: now[0])
    shared = Turns(workers=1, most_running=1, most_waiting=3)
    first = shared.take()
    now[0] += 60
    first.hand_on()
    assert first.has_come
    second = shared.take()
    first.hand_on()
    assert (first.place, second.has_come) == (0, True)
    now[0] += 9.9
    second.hand_on()
    assert second.has_come
    now[0] += 0.2
    second.hand_on()
    assert (second.place, first.has_come) == (0, True)


@pytest.mark.usefixtures("hurried")
def test_who_has_given_up_does_not_come_back_by_handing_on():
    shared = Turns(workers=1, most_running=1, most_waiting=3)
    first, second, third = (shared.take() for _ in range(3))
    first.give_up()
    first.hand_on()
    third.hand_on()  # whoever waits keeps the place
    assert (first.place, second.has_come, third.place) == (None, True, 0)


@given(
    most_running=st.integers(1, 4),
    most_waiting=st.integers(0, 4),
    actions=st.lists(
        st.tuples(st.sampled_from(["take", "hand_on", "give_up"]), st.integers(0, 20)), max_size=60
    ),
)
def test_as_many_compute_as_may_and_the_rest_wait_in_order(most_running, most_waiting, actions):
    shared, taken = Turns(2, most_running, most_waiting), []
    for action, number in actions:
        if action == "take":
            turn = shared.take()
            assert (turn is None) == (len(taken) == most_running + most_waiting)
            taken += [turn] if turn else []
        elif taken:
            turn = taken[number % len(taken)]
            getattr(turn, action)()
            taken = [other for other in taken if action == "hand_on" or other is not turn]
        come = [turn for turn in taken if turn.has_come]
        assert shared.running == len(come) == min(len(taken), most_running)
        assert sorted(turn.place for turn in taken if not turn.has_come) == list(range(shared.waiting))


@pytest.mark.usefixtures("hurried")
def test_no_hurry_lets_too_many_come_or_forgets_one():
    shared = Turns(workers=2, most_running=3, most_waiting=100)
    most = []

    def hurry(seed):
        chance = random.Random(seed)
        for _ in range(200):
            turn = shared.take()
            for _ in range(chance.randrange(4)):
                turn.hand_on()
                most.append(shared.running)
                turn.place, turn.has_come  # noqa: B018  # as pages ask
            if chance.random() < 0.5:
                assert turn.wait(10)
            turn.give_up()

    with ThreadPoolExecutor(8) as people:
        for person in [people.submit(hurry, seed) for seed in range(8)]:
            person.result()
    assert max(most) <= 3
    assert (shared.running, shared.waiting) == (0, 0)


def test_more_workers_let_those_who_wait_come_and_fewer_send_nobody_away():
    shared = Turns(workers=1, most_running=1, most_waiting=2)
    first, second, third = (shared.take() for _ in range(3))
    assert shared.take() is None
    shared.make_room(workers=2, most_running=2, most_waiting=2)
    assert (first.has_come, second.has_come, third.place) == (True, True, 0)
    shared.make_room(workers=1, most_running=1, most_waiting=0)
    assert (first.has_come, second.has_come, third.place) == (True, True, 0)
    assert shared.take() is None
    first.give_up()
    assert third.place == 0  # one still runs, as many as may
    second.give_up()
    assert third.has_come
