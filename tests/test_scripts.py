"""Scripts as the server sends them: compressed once, and kept by browsers."""

import gzip
import importlib
import re
import urllib.request
from importlib.metadata import version
from urllib.error import HTTPError

import pytest
from plotly.offline import get_plotlyjs

from pages.channel.component import Component
from tests.browser.dashboard import ROOT, served


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """Return the address of a server that has drawn no page."""
    with served(tmp_path_factory.mktemp("server") / "log.txt", prefix="some/where/") as address:
        yield address


@pytest.fixture(scope="module")
def plotlys(server):
    return f"{server}live/plotly-{version('plotly')}.js"


def asked(address, encoding):
    request = urllib.request.Request(address, headers={"Accept-Encoding": encoding})
    with urllib.request.urlopen(request) as answer:
        return answer.headers, answer.read()


def test_a_browser_gets_the_script_of_the_package_compressed_and_keeps_it(plotlys):
    headers, content = asked(plotlys, "gzip, deflate, br")
    assert headers.get_all("Content-Encoding") == ["gzip"]
    assert headers["Content-Type"].split(";")[0] == "text/javascript"
    assert "Accept-Encoding" in headers["Vary"]
    assert headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert gzip.decompress(content).decode() == get_plotlyjs()


def test_a_program_that_reads_no_gzip_gets_the_script_as_it_is(plotlys):
    headers, content = asked(plotlys, "identity")
    assert headers["Content-Encoding"] is None
    assert "Accept-Encoding" in headers["Vary"]
    assert content.decode() == get_plotlyjs()


def test_any_server_has_the_script_of_each_component_before_it_draws_a_page(server):
    paths = [*ROOT.glob("pages/*/*.py")]
    text = "".join(path.read_text(encoding="utf-8") for path in paths)
    declared = set(re.findall(r'Component\(\s*"(\w+)"', text))
    names = [".".join(path.relative_to(ROOT).with_suffix("").parts) for path in paths]
    values = [value for name in names for value in vars(importlib.import_module(name)).values()]
    components = {value for value in values if isinstance(value, Component)}
    assert {component.name for component in components} == declared
    for component in components:
        headers, content = asked(f"{server}live/components/{component.file}", "gzip")
        assert headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert gzip.decompress(content).decode() == component.whole


def test_a_script_of_another_version_is_not_found(server):
    with pytest.raises(HTTPError, match="404"):
        asked(f"{server}live/components/polycore_text-0123456789ab.js", "gzip")
