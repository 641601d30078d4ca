"""The link that one press copies, and the HTML for the user's own page."""

from dataclasses import replace
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urlsplit

import pytest

import polycore as pc
from pages.models import link_choice
from pages.state import recall, session
from pages.state.kept_models import Kept
from pages.state.session_value import Session
from pages.state.setup import Setup
from polycore.links import link
from polycore.links.compact_weights import compact
from tests.pages.browsing import (
    HOME,
    ROOT,
    TRAIN,
    labelled,
    live_html,
    opened,
    press,
    sent_to,
    session_of,
    trigger,
    words_of,
)
from tests.runs import TINY

NAME = "polycore_copy"
PAGES = sorted(f"pages/{file.name}" for file in (ROOT / "pages").glob("[0-9]*.py"))


class Frames(HTMLParser):
    def __init__(self):
        super().__init__()
        self.addresses = []

    def handle_starttag(self, tag, attributes):
        assert tag == "iframe"
        self.addresses.append(dict(attributes)["src"])


@pytest.mark.parametrize(
    ("page", "home"),
    [
        pytest.param("https://a.example/train", "https://a.example/", id="another page"),
        pytest.param(
            "https://a.example/some/where/", "https://a.example/some/where/", id="home below a path"
        ),
    ],
)
def test_the_frame_shows_home_with_the_same_set_up(page, home):
    experiment = pc.Experiment(polynomials=(pc.Polynomial(-1, 0, 1), pc.Polynomial(1, 0, 0, -2)))
    frames = Frames()
    frames.feed(link_choice.embedded(page, experiment))
    [address] = frames.addresses
    words = dict(parse_qsl(urlsplit(address).query))
    assert address.split("?")[0] == home
    assert words.pop("embed") == "true"
    assert link.from_query(words).experiment == experiment


def test_the_frame_shows_the_trained_network_if_there_are_weights():
    frames = Frames()
    frames.feed(link_choice.embedded("https://a.example/train", pc.Experiment(), "dA_-"))
    [address] = frames.addresses
    assert dict(parse_qsl(urlsplit(address).query))["weights"] == "dA_-"


def test_a_network_from_a_link_fills_the_screen_without_a_run():
    experiment = pc.Experiment(
        polynomials=(pc.Polynomial(1, 0), pc.Polynomial(1, 0, 0)), hidden=(2,), noise=0.5
    )
    model = pc.advance(pc.start(experiment), 20).best
    words = link.to_query(experiment) | {"weights": compact(model, experiment, 7000)}
    app = press(opened("pages/3_train.py", words), "Present")
    assert session_of(app).training is None
    assert any("from_link.map" in component.proto.id for component in app.get("bidi_component"))
    [html] = [html for html in live_html(app) if "New points right" in html]
    points, labels = experiment.held_out_set()
    assert f"{100 * (model.predict(points) == labels).mean():.1f} %" in html.replace("\u00a0", " ")
    assert "best possible" in html


def copy_buttons(app):
    """Return the keys of the buttons "Copy link" on the page, which copy its address."""
    buttons = [found.proto for found in app.get("bidi_component") if found.proto.component_name == NAME]
    return sorted(found.id.split("-")[-1] for found in buttons)


def take_other_steps(app):
    """Set the steps of the set-up to 7, as a preset would."""
    now = session_of(app)
    changed = replace(now.experiment, steps=7)
    app.session_state[session.KEY] = replace(now, setup=Setup(changed))
    app.run()


@pytest.mark.parametrize("page", [HOME, *PAGES])
def test_every_page_has_copy_link_and_the_current_set_up_in_its_address(page):
    app = opened(page)
    assert copy_buttons(app) == ["frame.link.copy"]
    assert words_of(app)["steps"] == "300"
    take_other_steps(app)
    assert words_of(app)["steps"] == "7"


def test_copy_link_gets_its_answer_when_the_address_has_what_was_sent_before():
    app = opened(TRAIN)
    assert sent_to(app, recall.COMPONENT_KEY)["answered"] is None
    labelled(app.number_input, "Steps").set_value(7)  # AppTest sends it with the request
    trigger(app, recall.COMPONENT_KEY, "asked", 1700000000000)
    assert sent_to(app, recall.COMPONENT_KEY)["answered"] == 1700000000000
    assert words_of(app)["steps"] == "7"


def test_home_has_copy_link_once():
    run = pc.advance(pc.start(TINY), 1)
    kept = Kept("Upload 1", run.best, None)
    app = opened(HOME, {}, begun=Session(setup=Setup(TINY)).keeping(kept))
    assert copy_buttons(app) == ["frame.link.copy"]
