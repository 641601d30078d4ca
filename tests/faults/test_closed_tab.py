"""A tab that is closed: its work ends soon, its memory is freed, and whoever comes back finds the run."""

import gc
import threading
import weakref
from concurrent.futures import Executor, Future
from types import SimpleNamespace
from unittest.mock import Mock
from uuid import uuid4

import numpy as np
import pytest
import streamlit as st

import polycore as pc
from pages.channel import session_key
from pages.frame import frame
from pages.runs.training import Training
from pages.server import presence, server
from pages.server.tabs import Tabs
from pages.server.turns import Turns
from pages.state import recall, session
from pages.state.holdings import Holdings
from pages.state.session_value import Lessons, Session
from pages.state.uploads import UploadedPoints
from polycore.links import link
from polycore.links.compact_weights import compact
from polycore.workers.chunk import Chunk
from polycore.workers.processes import Workers
from tests.clock import Clock
from tests.pages.browsing import opened, press, report, session_of, words_of
from tests.waiting import wait_until

EXPERIMENT = pc.Experiment(polynomials=pc.INTRODUCTION_POLYNOMIALS, hidden=(2,), samples_per_class=5)


class Hand(Executor):
    """Computes a chunk of one step when the test says so."""

    def __init__(self):
        self._asked = threading.Semaphore(0)
        self._orders = []

    def submit(self, _timed, _advance, run, _steps):
        future = Future()
        self._orders.append((future, run))
        self._asked.release()
        return future

    def await_order(self):
        assert self._asked.acquire(timeout=20), "no chunk was asked for"
        return self._orders[-1]

    def keep(self):
        """Let the last order be delivered later, although it was awaited."""
        self._asked.release()

    def deliver(self):
        future, run = self.await_order()
        future.set_result(Chunk(pc.advance(run, 1), 0.1, 0.1))


class Tab:
    """Whether it is open."""

    is_open = True

    def is_there(self):
        return self.is_open


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def one_turn(own_server):
    return own_server(turns=Turns(Workers(1), most_running=1, most_waiting=5)).turns


@pytest.fixture
def begin(one_turn, clock):  # noqa: ARG001  # all share it
    """Return a function that starts a run which a tab looks at."""
    made = []

    def new(tab):
        hand = Hand()
        training = Training(pc.start(EXPERIMENT), hand, pc.advance, clock=clock)
        made.append(training)
        training.seen(tab.is_there)
        training.start()
        return training, hand

    yield new
    for training in made:
        training.stop()


def test_the_run_of_a_closed_tab_pauses_after_ten_seconds(begin, clock):
    tab = Tab()
    training, hand = begin(tab)
    tab.is_open = False
    clock.now += 9.9
    hand.deliver()
    hand.await_order()
    assert training.view.status == "running"
    clock.now += 0.1
    wait_until(lambda: training.view.status == "paused")  # also while its chunk is still under way
    assert training.view.run.step == 1


def test_a_hidden_tab_s_run_goes_on_though_its_page_asks_once_a_minute(begin, clock):
    training, hand = begin(Tab())
    for _ in range(2):
        clock.now += 59
        hand.deliver()
    hand.await_order()
    assert training.view.status == "running"


def test_a_refresh_or_a_short_outage_is_no_closed_tab(begin, clock):
    tab = Tab()
    training, hand = begin(tab)
    for is_open in (False, True, False, True):
        tab.is_open = is_open
        clock.now += 9
        hand.deliver()
        hand.await_order()
        hand.keep()
    assert training.view.status == "running"


def test_who_comes_back_to_a_closed_tab_s_run_finds_it_going_on(begin, clock):
    tab, later = Tab(), Tab()
    training, hand = begin(tab)
    tab.is_open = False
    clock.now += 10
    hand.deliver()
    wait_until(lambda: training.view.status == "paused")
    clock.now += 600
    training.seen(later.is_there)
    assert training.view.status == "running"
    hand.deliver()
    wait_until(lambda: training.view.run.step == 2)
    hand.await_order()
    assert training.view.status == "running"


def test_a_person_s_own_pause_stays_one_after_the_tab_was_closed(begin, clock):
    tab = Tab()
    training, hand = begin(tab)
    hand.deliver()
    training.pause()
    tab.is_open = False
    clock.now += 60
    training.seen(Tab().is_there)
    assert training.view.status == "paused"


def test_the_run_of_a_closed_tab_gives_its_place_to_the_next(begin, one_turn, clock):
    tab, other = Tab(), Tab()
    training, _ = begin(tab)
    next_one, hand = begin(other)
    assert (training.view.status, next_one.view.status) == ("running", "waiting")
    tab.is_open = False
    clock.now += 10
    wait_until(lambda: next_one.view.status == "running")
    hand.deliver()
    wait_until(lambda: next_one.view.run.step == 1)
    assert (training.view.status, one_turn.waiting) == ("paused", 0)


def test_a_closed_tab_waits_for_no_turn(begin, one_turn, clock):
    tab = Tab()
    begin(Tab())
    waiting, _ = begin(tab)
    assert waiting.view.status == "waiting"
    tab.is_open = False
    clock.now += 10
    wait_until(lambda: waiting.view.status == "paused")
    assert (one_turn.running, one_turn.waiting) == (1, 0)


# --- who is asked -----------------------------------------------------------------------------


class Server:
    """Streamlit's, as far as it is asked here."""

    def __init__(self):
        self.active = {"mine", "another's"}

    def is_active_session(self, session):
        return session in self.active


def test_the_tab_of_a_page_is_there_as_long_as_its_own_session_is_connected(monkeypatch):
    server = Server()
    monkeypatch.setattr(presence.runtime, "exists", lambda: True)
    monkeypatch.setattr(presence.runtime, "get_instance", lambda: server)
    context = SimpleNamespace(session_id="mine")
    monkeypatch.setattr(presence, "get_script_run_ctx", lambda **_: context)
    is_there = presence.of_this_tab()
    context.session_id = "another's"  # of a page that runs later
    assert is_there()
    server.active.remove("another's")
    assert is_there()
    server.active.remove("mine")
    assert not is_there()


def test_without_a_server_somebody_is_always_there():
    assert presence.of_this_tab()()


def test_no_mock_of_a_server_is_asked_as_in_an_app_test(monkeypatch):
    monkeypatch.setattr(presence.runtime, "exists", lambda: True)
    monkeypatch.setattr(presence.runtime, "get_instance", Mock)
    monkeypatch.setattr(presence, "get_script_run_ctx", lambda **_: SimpleNamespace(session_id="mine"))
    assert presence.of_this_tab()() is True


# --- memory -----------------------------------------------------------------------------------


@pytest.fixture
def tab_of(monkeypatch, own_server, clock):
    """Return a function that makes a tab of that name the one whose page runs."""
    # what other tests remember is of another clock, and counts toward the limit
    own_server(tabs=Tabs(clock=clock))
    state = {}
    monkeypatch.setattr(recall.st, "session_state", state)

    def become(letter):
        state.clear()
        name = letter * recall.NAME_LENGTH
        # without a page, which would refer to sessions, and so without a component that reports a name
        drawn = SimpleNamespace(name=name, had=None, visits=None)
        monkeypatch.setattr(recall, "_component", SimpleNamespace(draw=lambda **_: drawn))
        recalled = recall.recalled(holds=Holdings(), in_two_parts=False)
        recall.confirm_name()
        return recalled

    return become


@pytest.mark.parametrize("returns", [False, True], ids=["and nobody comes", "and is refreshed meanwhile"])
def test_what_a_closed_tab_had_is_freed_by_who_comes_after_a_quarter_of_an_hour(tab_of, clock, returns):
    tab_of("a")
    session = Session(training=Training(pc.start(EXPERIMENT), Hand(), pc.advance))
    left = weakref.ref(session.training)
    recall.remember(session)
    del session
    if returns:
        clock.now += 800
        recall.remember(tab_of("a"))
    clock.now += 900
    gc.collect()
    assert left() is not None
    clock.now += 1
    assert tab_of("b") is None
    gc.collect()
    assert left() is None


def test_a_worker_at_rest_holds_nothing_of_the_call_it_answered_last():
    with Workers(1) as workers:
        call = workers.submit(len, b"four")
        assert call.result(60) == 4
        left = weakref.ref(call)
        del call
        wait_until(lambda: gc.collect() is not None and left() is None)


def test_a_tab_whose_session_the_server_has_forgotten_gets_its_run_back_at_its_first_page(monkeypatch):
    before = Session(training=Training(pc.start(EXPERIMENT), Hand(), pc.advance))
    recalled, sessions = recall.recalled, iter([before, None])

    def recalled_at_once(**options):
        recalled(**options)
        return next(sessions)

    monkeypatch.setattr(recall, "recalled", recalled_at_once)
    app = opened()
    assert session_of(app).training is before.training
    assert session_of(app).experiment.steps == 300  # as the address says


def test_a_network_from_a_link_is_still_there_when_the_tab_opens_another_address():
    run = pc.advance(pc.start(EXPERIMENT), 20)
    words = link.to_query(EXPERIMENT) | {"weights": compact(run.best, EXPERIMENT, 7000)}
    name = uuid4().hex
    [kept] = session_of(report(opened(words=words), recall.COMPONENT_KEY, name=name)).models.kept
    had = {"networks": 1, "run": False, "points": False}
    app = report(opened(), recall.COMPONENT_KEY, name=name, had=had)
    assert [each.title for each in session_of(app).models.kept] == [kept.title]
    assert session_of(app).lost == Holdings()


@pytest.mark.parametrize("place", ["link.from_query", "from_link.with_network", "from_link.after_refresh"])
def test_a_page_that_a_press_ends_while_it_recalls_loses_nothing(monkeypatch, place):
    """Streamlit ends a page, for the next one, wherever that reads or writes the session."""
    name = uuid4().hex
    before = press(report(opened(), recall.COMPONENT_KEY, name=name), "Train the network")
    training = session_of(before).training
    with monkeypatch.context() as patch:  # a page that ends before it has a session
        patch.setattr(frame.link, "from_query", lambda _: st.stop())
        app = opened()
    ended = []

    def end_once(*arguments):
        if not ended:
            ended.append(place)
            st.stop()
        return reached(*arguments)

    module, function = place.split(".")
    reached = getattr(getattr(frame, module), function)
    monkeypatch.setattr(getattr(frame, module), function, end_once)
    report(app, recall.COMPONENT_KEY, name=name)
    app.run()
    assert ended
    assert session_of(app).training is training
    refreshed = report(opened(), recall.COMPONENT_KEY, name=name)
    assert session_of(refreshed).training is training


@pytest.fixture
def network():
    """Return the words of a link with a network."""
    weights = compact(pc.advance(pc.start(EXPERIMENT), 5).best, EXPERIMENT, 7500)
    return {**link.to_query(EXPERIMENT), "weights": weights}


@pytest.fixture
def ended(monkeypatch):
    """Let the first page end as soon as it has stored its session; return the sessions with which one has."""
    ended, restore = [], session.restore

    def end_once(value):
        restore(value)
        if not ended:
            ended.append(value)
            st.stop()

    monkeypatch.setattr(session, "restore", end_once)
    return ended


def test_a_page_that_ends_as_soon_as_it_has_a_session_has_the_network_of_its_link(network, ended):
    """A tab often sends its name just then; the next run of the page does not read the link again."""
    app = opened(words=network)
    assert ended
    app.run()
    [kept] = session_of(app).models.kept
    assert kept.model.polynomials == EXPERIMENT.polynomials
    assert session_of(app).answering is kept
    assert words_of(app)["weights"] == network["weights"]


def test_a_refreshed_page_that_ends_as_soon_as_it_has_its_session_has_the_network_of_its_link(
    network, request
):
    name = uuid4().hex
    press(report(opened("pages/3_train.py"), recall.COMPONENT_KEY, name=name), "New seed")
    app = opened(words=network)
    ended = request.getfixturevalue("ended")
    report(app, recall.COMPONENT_KEY, name=name)
    assert ended
    app.run()
    [kept] = session_of(app).models.kept
    assert session_of(app).answering is kept
    assert words_of(app)["weights"] == network["weights"]


def test_at_most_so_many_tabs_are_remembered_and_the_oldest_go(tab_of, own_server):
    own_server(tabs=Tabs(most=2))
    for letter in "abc":
        tab_of(letter)
        recall.remember(Session(lessons=Lessons(current=letter)))
    found = [tab_of(letter) for letter in "abc"]
    assert [session and session.lessons.current for session in found] == [None, "b", "c"]


def test_a_tab_that_goes_on_working_outlasts_those_that_came_after_it(tab_of, own_server):
    own_server(tabs=Tabs(most=2))
    for letter in "abac":
        tab_of(letter)
        recall.remember(Session(lessons=Lessons(current=letter)))
    found = [tab_of(letter) is not None for letter in "abc"]
    assert found == [True, False, True]


def test_a_tab_that_goes_on_working_delays_the_end_of_no_other(tab_of, clock):
    for letter, seconds in [("a", 0), ("b", 1), ("a", 799)]:
        clock.now += seconds
        tab_of(letter)
        recall.remember(Session(lessons=Lessons(current=letter)))
    clock.now += 102  # since "b" was there 901 s have passed
    assert tab_of("b") is None
    assert tab_of("a") is not None


def test_the_oldest_tabs_are_forgotten_when_all_have_too_many_bytes(tab_of, own_server):
    own_server(tabs=Tabs(most_bytes=40_000))
    for letter in "abc":
        tab_of(letter)
        recall.remember(Session(points=UploadedPoints(np.zeros((1000, 2)), None)))  # of 16,000 bytes
    found = [tab_of(letter) is not None for letter in "abc"]
    assert found == [False, True, True]


def test_the_next_session_of_a_tab_revokes_the_key_of_the_one_before(tab_of):
    tab_of("a")
    viewer = session_key.viewer()
    recall.remember(Session())
    recall.confirm_name()
    assert not viewer.is_revoked
    tab_of("b")
    other = session_key.viewer()
    recall.remember(Session())
    assert not viewer.is_revoked
    tab_of("a")
    assert viewer.is_revoked
    assert not other.is_revoked
    server.current().audience.revoke(session_key.key())


def test_the_key_that_a_tab_has_after_a_long_cut_is_revoked_by_its_next_session_too(tab_of):
    tab_of("a")
    key = session_key.key()
    recall.remember(Session())
    server.current().audience.revoke(key)  # as after a minute without the tab
    recall.confirm_name()  # its page is drawn, and nothing in the session has changed
    viewer = session_key.viewer()
    assert session_key.key() != key
    tab_of("a")
    assert viewer.is_revoked


def test_two_tabs_of_one_person_are_never_mixed_up(tab_of):
    for letter in "ab":
        assert tab_of(letter) is None
        recall.remember(Session(lessons=Lessons(current=letter)))
    for letter in "abba":
        assert tab_of(letter).lessons.current == letter
