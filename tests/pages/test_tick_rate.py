"""With many users each gets fewer ticks, all get the same number, and nobody's clicks wait."""

import pytest
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.runtime.app_session import AppSession

from pages.patches import rerun_requests, tick_rate

TRAIN = ClientState(page_script_hash="train")
TICK = ClientState(page_script_hash="train", fragment_id="map", is_auto_rerun=True)
OTHER_TICK = ClientState(page_script_hash="train", fragment_id="curves", is_auto_rerun=True)
CLICK = ClientState(page_script_hash="train", fragment_id="map")


class Session:
    """Stands for a session of Streamlit's."""


class Server:
    """Sessions that each tick every fifth of a second, by a clock of the test's own."""

    def __init__(self, monkeypatch, count):
        self.sessions = [Session() for _ in range(count)]
        self.answered = dict.fromkeys(self.sessions, 0)
        self.now = 1000.0
        monkeypatch.setattr(tick_rate, "monotonic", lambda: self.now)
        monkeypatch.setattr(AppSession, "request_rerun", AppSession.request_rerun)
        monkeypatch.setattr(rerun_requests, "streamlits_own", self.answer)
        rerun_requests.apply()

    def answer(self, session, _):
        self.answered[session] += 1

    def advance(self, seconds):
        for _ in range(round(seconds / 0.2)):
            for session in self.sessions:
                AppSession.request_rerun(session, TICK)
            self.now += 0.2


@pytest.fixture
def serving(monkeypatch):
    """Return a function that starts a server for so many users; its sessions are forgotten at the end."""
    servers = []

    def serve(count):
        servers.append(Server(monkeypatch, count))
        return servers[-1]

    yield serve
    for server in servers:
        for session in server.sessions:
            tick_rate.forget(session)


def test_with_few_users_every_tick_is_answered(serving):
    server = serving(2)
    server.advance(10)
    assert set(server.answered.values()) == {50}


def test_thirty_users_share_half_a_core_and_get_the_same_number_of_ticks(serving):
    server = serving(30)
    server.advance(60)
    # 30 ticks of 50 ms every 2.8 s, which is the first fifth of a second after nine tenths of 3 s
    assert set(server.answered.values()) == {22}


def test_users_who_have_left_are_no_longer_counted(serving):
    server = serving(30)
    server.advance(10)
    server.sessions = server.sessions[:2]
    server.advance(6)
    server.answered = dict.fromkeys(server.sessions, 0)
    server.advance(10)
    assert set(server.answered.values()) == {50}


def test_each_fragment_of_a_page_has_ticks_of_its_own(serving):
    server = serving(1)
    [session] = server.sessions
    for request in (TICK, OTHER_TICK):
        AppSession.request_rerun(session, request)
    assert server.answered[session] == 2


@pytest.mark.parametrize("request_of_user", [pytest.param(CLICK, id="click"), pytest.param(TRAIN, id="page")])
def test_what_a_user_does_never_waits(request_of_user, serving):
    server = serving(30)
    server.advance(10)
    before = server.answered[server.sessions[0]]
    for _ in range(3):
        AppSession.request_rerun(server.sessions[0], request_of_user)
    assert server.answered[server.sessions[0]] == before + 3
