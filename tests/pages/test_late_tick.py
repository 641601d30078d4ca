"""Ticks of a page that was left: they go no further, and nothing else is kept back."""

import pytest
from streamlit.proto.ClientState_pb2 import ClientState

from pages.parts import late_tick

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
        monkeypatch.setattr(late_tick, "_request_rerun", lambda _, asked: found.append(asked))
        for asked in requests:
            late_tick._request_unless_late(session, asked)
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


def test_of_one_session_another_knows_nothing(monkeypatch):
    found = []
    monkeypatch.setattr(late_tick, "_request_rerun", lambda _, asked: found.append(asked))
    one, other = Session(), Session()
    for session, asked in [(one, TRAIN), (other, DATA), (one, TICK)]:
        late_tick._request_unless_late(session, asked)
    assert found == [TRAIN, DATA, TICK]
