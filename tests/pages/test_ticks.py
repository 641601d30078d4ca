"""Ticks of a page that was left, or before their turn, go no further; nothing else is kept back."""

import pytest
from streamlit.proto.ClientState_pb2 import ClientState

from pages.patches import ticks

FIRST_VISIT = ClientState(page_name="train")  # by its address: the browser knows no hash yet
TRAIN, DATA = ClientState(page_script_hash="train"), ClientState(page_script_hash="data")
TICK = ClientState(page_script_hash="train", fragment_id="map", is_auto_rerun=True)
CLICK = ClientState(page_script_hash="train", fragment_id="map")


class Session:
    """Stands for a session of Streamlit's."""


@pytest.fixture
def passed_on(monkeypatch):
    """Return a function that hands requests of one session on, and returns those that got through."""

    def through(*requests):
        session, found = Session(), []
        monkeypatch.setattr(ticks, "_request_rerun", lambda _, asked: found.append(asked))
        for asked in requests:
            ticks._request_in_turn(session, asked)
        return found

    return through


@pytest.mark.parametrize(
    "requests",
    [
        pytest.param([FIRST_VISIT, TICK, CLICK], id="after a visit by address"),
        pytest.param([FIRST_VISIT, DATA, TRAIN, TICK, CLICK], id="after coming back"),
        pytest.param([TICK], id="of a session that was there before"),
        pytest.param([DATA, None, DATA], id="that no browser made"),
    ],
)
def test_requests_get_through(requests, passed_on):
    assert passed_on(*requests) == requests


@pytest.mark.parametrize("late", [pytest.param(TICK, id="tick"), pytest.param(CLICK, id="click")])
def test_a_request_of_the_page_before_does_not(late, passed_on):
    assert passed_on(FIRST_VISIT, TRAIN, DATA, late, DATA) == [FIRST_VISIT, TRAIN, DATA, DATA]


def showing(page, query=""):
    """A request with what inputs of a page hold."""
    state = ClientState(page_script_hash=page, query_string=query)
    state.widget_states.widgets.add(id="$$ID-0-noise", double_value=0.5)
    return state


@pytest.mark.parametrize(
    ("before", "asked", "passed"),
    [
        pytest.param([FIRST_VISIT], showing("train"), ("train", ""), id="of a page opened by its address"),
        pytest.param([TRAIN], showing("train", "v=1"), ("train", "v=1"), id="of the page that is shown"),
        pytest.param(
            [TRAIN, ClientState(page_script_hash="data", query_string="v=1")],
            showing("train"),
            ("data", "v=1"),
            id="of a page that was left",
        ),
        pytest.param([TRAIN, DATA, TRAIN], showing("train"), ("train", ""), id="of a page come back to"),
    ],
)
def test_what_inputs_hold_comes_to_the_page_that_was_asked_for_last(before, asked, passed, passed_on):
    *_, last = passed_on(*before, asked)
    assert (last.page_script_hash, last.query_string) == passed
    assert len(last.widget_states.widgets) == 1


def test_of_one_session_another_knows_nothing(monkeypatch):
    found = []
    monkeypatch.setattr(ticks, "_request_rerun", lambda _, asked: found.append(asked))
    one, other = Session(), Session()
    for session, asked in [(one, TRAIN), (other, DATA), (one, TICK)]:
        ticks._request_in_turn(session, asked)
    assert found == [TRAIN, DATA, TICK]


class Server:
    """Sessions that each tick every fifth of a second, by a clock of the test's own."""

    def __init__(self, monkeypatch, count):
        self.sessions = [Session() for _ in range(count)]
        self.answered = dict.fromkeys(self.sessions, 0)
        self.now = 1000.0
        monkeypatch.setattr(ticks, "_answered", type(ticks._answered)())
        monkeypatch.setattr(ticks, "monotonic", lambda: self.now)
        monkeypatch.setattr(ticks, "_request_rerun", self.answer)

    def answer(self, session, _):
        self.answered[session] += 1

    def pass_by(self, seconds):
        for _ in range(round(seconds / 0.2)):
            for session in self.sessions:
                ticks._request_in_turn(session, TICK)
            self.now += 0.2


def test_few_have_every_tick_answered(monkeypatch):
    server = Server(monkeypatch, 2)
    server.pass_by(10)
    assert set(server.answered.values()) == {50}


def test_thirty_share_half_a_core_and_nobody_gets_less_than_another(monkeypatch):
    server = Server(monkeypatch, 30)
    server.pass_by(60)
    # 30 ticks of 50 ms every 2.8 s, which is the first fifth of a second after nine tenths of 3 s
    assert set(server.answered.values()) == {22}


def test_who_has_left_is_counted_no_more(monkeypatch):
    server = Server(monkeypatch, 30)
    server.pass_by(10)
    server.sessions = server.sessions[:2]
    server.pass_by(6)
    server.answered = dict.fromkeys(server.sessions, 0)
    server.pass_by(10)
    assert set(server.answered.values()) == {50}


def test_fragments_of_one_page_have_turns_of_their_own(monkeypatch):
    server = Server(monkeypatch, 1)
    other = ClientState(page_script_hash="train", fragment_id="curves", is_auto_rerun=True)
    for asked in (TICK, other):
        ticks._request_in_turn(server.sessions[0], asked)
    assert server.answered[server.sessions[0]] == 2


@pytest.mark.parametrize("asked", [pytest.param(CLICK, id="click"), pytest.param(TRAIN, id="page")])
def test_a_person_s_own_doing_never_waits(asked, monkeypatch):
    server = Server(monkeypatch, 30)
    server.pass_by(10)
    before = server.answered[server.sessions[0]]
    for _ in range(3):
        ticks._request_in_turn(server.sessions[0], asked)
    assert server.answered[server.sessions[0]] == before + 3
