"""Plotly's script as the server sends it: compressed once, and kept by browsers."""

import gzip
import urllib.request
from importlib.metadata import version

import pytest
from plotly.offline import get_plotlyjs

from tests.browser.dashboard import served


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    prefix = "some/where/"
    with served(tmp_path_factory.mktemp("server") / "log.txt", prefix=prefix) as server:
        yield f"{server}live/plotly-{version('plotly')}.js"


def asked(address, **headers):
    with urllib.request.urlopen(urllib.request.Request(address, headers=headers)) as answer:
        return answer.headers, answer.read()


def test_a_browser_gets_the_script_of_the_package_compressed_and_keeps_it(address):
    headers, content = asked(address, **{"Accept-Encoding": "gzip, deflate, br"})
    assert headers.get_all("Content-Encoding") == ["gzip"]
    assert headers["Content-Type"].split(";")[0] == "text/javascript"
    assert "Accept-Encoding" in headers["Vary"]
    assert headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert gzip.decompress(content).decode() == get_plotlyjs()


def test_a_program_that_reads_no_gzip_gets_the_script_as_it_is(address):
    headers, content = asked(address, **{"Accept-Encoding": "identity"})
    assert headers["Content-Encoding"] is None
    assert "Accept-Encoding" in headers["Vary"]
    assert content.decode() == get_plotlyjs()
