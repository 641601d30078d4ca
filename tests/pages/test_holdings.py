"""What a server has forgotten is said, with what is still there, once and until it was read."""

from uuid import uuid4

import pytest

from pages.state import recall
from pages.state.holdings import FORGOTTEN, Holdings
from tests.pages.browsing import opened, press, report, sent_to, session_of


def shown(app):
    return [text.value for text in app.markdown if FORGOTTEN in text.value]


def returning(had):
    """Return a page of a tab that reports what it had, and that the server does not know."""
    return report(opened(), recall.COMPONENT_KEY, name=uuid4().hex, had=had)


@pytest.mark.parametrize(
    ("had", "network", "expected"),
    [
        pytest.param(Holdings(), False, None, id="nothing"),
        pytest.param(Holdings(run=True), False, "your run is gone. The set-up is still here.", id="a run"),
        pytest.param(
            Holdings(run=True, networks=2, points=True),
            False,
            "your run, 2 kept networks and your uploaded points are gone. The set-up is still here.",
            id="everything",
        ),
        pytest.param(Holdings(networks=1), True, None, id="the network that the address has"),
        pytest.param(
            Holdings(run=True, networks=1),
            True,
            "your run is gone. The set-up and the network in the address are still here.",
            id="a run whose network the address has",
        ),
        pytest.param(
            Holdings(networks=1), False, "1 kept network is gone. The set-up is still here.", id="a network"
        ),
    ],
)
def test_the_sentence_says_what_is_gone_and_what_is_not(had, network, expected):
    assert had.loss_message(network_in_address=network) == (expected and FORGOTTEN + expected)


@pytest.mark.parametrize(
    "value",
    [
        None,
        "run",
        [1],
        {},
        {"run": "yes", "networks": -1},
        {"networks": 10**9},
        {"networks": "<b>", "points": 1},
    ],
)
def test_what_a_browser_says_and_makes_no_sense_is_nothing(value):
    assert Holdings.from_browser(value) == Holdings()


def test_what_a_tab_has_is_said_back_as_it_was():
    had = Holdings(run=True, networks=3, points=True)
    assert Holdings.from_browser(had.to_json()) == had


def test_a_tab_that_the_server_has_forgotten_is_told_until_it_is_read():
    app = returning({"run": True, "networks": 1, "points": False})
    assert len(shown(app)) == 1
    app.run()
    assert len(shown(app)) == 1
    press(app, "OK")
    assert shown(app) == []
    app.run()
    assert shown(app) == []


def test_a_tab_that_is_known_or_had_nothing_is_told_nothing():
    app = returning(None)
    assert shown(app) == []
    app.run()
    assert session_of(app).lost == Holdings()


def test_a_tab_is_asked_to_remember_what_its_session_has():
    app = opened()
    assert sent_to(app, recall.COMPONENT_KEY)["holds"] == {"run": False, "networks": 0, "points": False}
    press(app, "Train the network")
    assert session_of(app).training is not None
    assert sent_to(app, recall.COMPONENT_KEY)["holds"]["run"]
