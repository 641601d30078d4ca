"""Watching a run: what each tick of a page does while it goes on."""

import pytest
import streamlit as st

import polycore as pc
from pages.runs.runner import Training
from pages.state import session, watch
from pages.state.session_value import Session
from tests.hand import Hand
from tests.waiting import wait_until

TINY = pc.Experiment(polynomials=pc.INTRODUCTION_POLYNOMIALS, samples_per_class=10, hidden=(4,), steps=60)


@pytest.fixture
def clock(monkeypatch):
    """Return a clock that stands still until its `now` is changed."""
    found = {"now": 100.0}
    monkeypatch.setattr(watch, "monotonic", lambda: found["now"])
    return found


@pytest.fixture
def hand():
    return Hand()


@pytest.fixture
def training(monkeypatch, hand):
    """Return a run that has started, with no step yet."""
    monkeypatch.setattr(st, "session_state", {})
    monkeypatch.setattr(watch.presence, "of_this_tab", lambda: lambda: True)
    monkeypatch.setattr(session.recall, "remember", lambda _: None)
    training = Training(pc.start(TINY), hand, pc.advance)
    session.restore(Session(training=training))
    training.start()
    yield training
    training.stop()


def deliver(hand, training, run):
    hand.deliver(run)
    wait_until(lambda: training.run is run)


def test_what_a_run_has_learned_is_kept_once_a_second_and_when_it_ends(monkeypatch, clock, training, hand):
    ticks, kept, drawn = [], [], []
    deliver(hand, training, pc.advance(training.run, 3))
    monkeypatch.setattr(st, "fragment", lambda tick, **_: ticks.append(tick) or tick)
    monkeypatch.setattr(st, "rerun", lambda: None)
    monkeypatch.setattr(session, "collect", lambda: kept.append(clock["now"]))
    watch.watch(drawn.append, 0.2, shown_running=True)
    [tick] = ticks
    for now in (100.2, 100.4, 100.9, 101.0, 101.5):
        clock["now"] = now
        tick()
    deliver(hand, training, pc.advance(training.run, TINY.steps))
    wait_until(lambda: training.status == "finished")
    clock["now"] = 101.6
    tick()
    assert kept == [100.0, 101.0, 101.6]
    assert len(drawn) == 7


def test_the_first_steps_are_kept_at_the_next_tick_and_not_a_second_later(monkeypatch, clock, training, hand):
    ticks, kept = [], []
    monkeypatch.setattr(st, "fragment", lambda tick, **_: ticks.append(tick) or tick)
    monkeypatch.setattr(session, "collect", lambda: kept.append(clock["now"]))
    watch.watch(lambda _: None, 0.2, shown_running=True)
    [tick] = ticks
    deliver(hand, training, pc.advance(training.run, 3))
    for now in (100.2, 100.4):
        clock["now"] = now
        tick()
    assert kept == [100.0, 100.2]
