"""Watching a run: what each tick of a page does while it goes on."""

import pytest
import streamlit as st

import polycore as pc
from pages.runs.runner import Training
from pages.state import session, watch
from pages.state.session_value import Session

TINY = pc.Experiment(polynomials=pc.INTRODUCTION_POLYNOMIALS, samples_per_class=10, hidden=(4,), steps=60)


@pytest.fixture
def clock(monkeypatch):
    """Return a clock that stands still until its `now` is changed."""
    found = {"now": 100.0}
    monkeypatch.setattr(watch, "monotonic", lambda: found["now"])
    return found


@pytest.fixture
def training(monkeypatch):
    """Return a run at its third step that the page takes to go on."""
    found = Training(pc.advance(pc.start(TINY), 3), executor=None, advance=pc.advance)
    monkeypatch.setattr(st, "session_state", {})
    monkeypatch.setattr(watch.presence, "of_this_tab", lambda: lambda: True)
    monkeypatch.setattr(session.recall, "remember", lambda _: None)
    found._status = "running"
    session.restore(Session(training=found))
    yield found
    found._status = "stopped"


def test_what_a_run_has_learned_is_kept_once_a_second_and_when_it_ends(monkeypatch, clock, training):
    ticks, kept, drawn = [], [], []
    monkeypatch.setattr(st, "fragment", lambda tick, **_: ticks.append(tick) or tick)
    monkeypatch.setattr(st, "rerun", lambda: None)
    monkeypatch.setattr(session, "collect", lambda: kept.append(clock["now"]))
    watch.watch(drawn.append, 0.2, shown_running=True)
    [tick] = ticks
    for now in (100.2, 100.4, 100.9, 101.0, 101.5):
        clock["now"] = now
        tick()
    training._status = "finished"
    clock["now"] = 101.6
    tick()
    assert kept == [100.0, 101.0, 101.6]
    assert len(drawn) == 7


def test_the_first_steps_are_kept_at_the_next_tick_and_not_a_second_later(monkeypatch, clock, training):
    ticks, kept = [], []
    monkeypatch.setattr(st, "fragment", lambda tick, **_: ticks.append(tick) or tick)
    monkeypatch.setattr(session, "collect", lambda: kept.append(clock["now"]))
    reached, training._run = training.run, pc.start(TINY)
    watch.watch(lambda _: None, 0.2, shown_running=True)
    [tick] = ticks
    training._run = reached
    for now in (100.2, 100.4):
        clock["now"] = now
        tick()
    assert kept == [100.0, 100.2]
