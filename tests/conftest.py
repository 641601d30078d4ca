"""How hypothesis looks for examples, in which order tests run, and what all of them need."""

import json
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from types import ModuleType
from typing import Any
from unittest.mock import Mock

# A run is the same to the last bit with the same number of BLAS threads, and workers have one. OpenBLAS reads
# this when NumPy is imported.
assert "numpy" not in sys.modules
os.environ["OPENBLAS_NUM_THREADS"] = "1"

import plotly.graph_objects as go  # noqa: E402
import pytest  # noqa: E402
from hypothesis import settings  # noqa: E402

from pages.plane import live  # noqa: E402
from pages.server import presence, server  # noqa: E402
from pages.server.audience import Audience  # noqa: E402
from pages.server.server import Server  # noqa: E402
from pages.server.shared_results import SharedResults  # noqa: E402
from polycore.figures import style  # noqa: E402
from tests.scopes import has_browser, scope_of  # noqa: E402

# The same examples at every run, so that a change is judged by what it changed. Machines are noisy: no test
# fails for being slow. `--hypothesis-profile=default` looks for new ones.
settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.load_profile("repeatable")

BROWSER_SECONDS = 300  # each wait of a browser alone may take 40 s


@pytest.fixture(autouse=True)
def own_server() -> Iterator[Callable[..., Server]]:
    """Give each test a server of its own, with all that tests share; return what changes its fields.

    Its results are its own, for an earlier test may have computed the same runs with other chunks. So is its
    audience: each new session looks at all others there, and asks whether their tabs are connected.
    """
    shared = server.current()

    def change(**fields: Any) -> Server:
        return server.begin(replace(server.current(), **fields))

    change(results=SharedResults(), audience=Audience())
    yield change
    server.begin(shared)


@pytest.fixture(autouse=True)
def no_mock_is_asked_for_a_tab(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the tab of an AppTest be there: its server is a mock, which may fail if two threads ask at once."""
    of_this_tab = presence.of_this_tab

    def of_this_tab_without_mocks() -> Callable[[], bool]:
        is_mocked = presence.runtime.exists() and isinstance(presence.runtime.get_instance(), Mock)
        return (lambda: True) if is_mocked else of_this_tab()

    monkeypatch.setattr(presence, "of_this_tab", of_this_tab_without_mocks)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give tests with a browser a longer limit, and let them come first, but the presses last.

    Before all comes what the others rest on, NumPy's products.
    The presses drive five browsers and need all cores: beside other tests they took up to half as long again.
    What is given out as a whole comes before single tests, which fill up what time is left.
    """
    sizes = Counter(scope_of(item.nodeid) for item in items)
    items.sort(key=lambda item: (_place(item.nodeid), -sizes[scope_of(item.nodeid)]))
    for item in items:
        if has_browser(item.nodeid) and item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(BROWSER_SECONDS))


def _place(nodeid: str) -> int:
    if nodeid.startswith("tests/polycore/test_numpy.py"):
        return -1
    if nodeid.startswith("tests/browser/test_presses.py"):
        return 2
    return 0 if has_browser(nodeid) else 1


@pytest.hookimpl(optionalhook=True)  # without pytest-xdist there is nothing to share out
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Return what gives out the tests to processes."""
    from tests.schedule import Schedule

    return Schedule(config, log)


def _without_template(figure: go.Figure) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(figure.to_json())
    del content["layout"]["template"]  # validation adds to it that a scatter trace has the type scatter
    return content


_known_figures: set[tuple[str, type, type]] = set()


@pytest.fixture(autouse=True)
def checked_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    """See to it that Plotly takes each figure that is returned or sent, and would change nothing about it."""
    make, json_of = style.unchecked, live.json_of

    def checked(figure: dict[str, Any]) -> go.Figure:
        made = make(figure)
        ranges = made.layout.xaxis.range, made.layout.yaxis.range
        known = made.to_json(), type(ranges[0]), type(ranges[1])
        if known not in _known_figures:  # pages draw the same figures again and again
            validated = go.Figure(figure)
            assert _without_template(made) == _without_template(validated)
            # a tuple is the same in JSON, but cannot be read
            assert ranges == (validated.layout.xaxis.range, validated.layout.yaxis.range)
            _known_figures.add(known)
        return made

    monkeypatch.setattr(style, "unchecked", checked)
    monkeypatch.setattr(live, "json_of", lambda figure: checked(figure) and json_of(figure))


@pytest.fixture(scope="module")
def own_main() -> Iterator[None]:
    """Let what multiprocessing starts begin with nothing: an AppTest leaves its page as `__main__`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "__main__", ModuleType("__main__"))
        yield
