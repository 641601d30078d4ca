"""The HTML for a page of one's own."""

from html.parser import HTMLParser
from urllib.parse import parse_qsl, urlsplit

import pytest

import polycore as pc
from pages.parts import link_choice
from polycore import link


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
