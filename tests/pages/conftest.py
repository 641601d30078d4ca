"""What several files of tests need: an end of what a test began, and turns that it has for itself."""

from collections.abc import Callable, Iterator
from functools import cache
from time import monotonic
from typing import Any
from weakref import WeakSet

import pytest
import streamlit
from streamlit.components.v2 import manifest_scanner
from streamlit.runtime.media_file_manager import MediaFileManager

from pages.patches import request_order
from pages.runs.training import Training
from pages.server.server import Server
from pages.server.turns import Turns
from pages.state import session
from pages.state.session_value import Session
from polycore.workers.processes import Workers
from tests.clock import Clock


@pytest.fixture(autouse=True, scope="session")
def packages_read_once() -> Iterator[None]:
    """Let each AppTest look for components in the installed packages once: it took 0.1 s in every test."""
    with pytest.MonkeyPatch.context() as patch:
        scan = cache(manifest_scanner.scan_component_manifests)
        patch.setattr(manifest_scanner, "scan_component_manifests", scan)
        yield


@pytest.fixture(autouse=True, scope="session")
def requests_in_order() -> Iterator[None]:
    """Let an AppTest call callbacks in the order in which our server does, which it runs without."""
    own, requests = request_order.SessionState, request_order.script_requests
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(own, "on_script_will_rerun", own.on_script_will_rerun)
        patch.setattr(requests, "_coalesce_widget_states", requests._coalesce_widget_states)
        request_order.apply()
        yield


@pytest.fixture(autouse=True)
def no_run_goes_on(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Stop what a test's pages have begun: it would go on under the limits of the tests after."""
    begun: WeakSet[Training] = WeakSet()
    make = Training.__init__

    def note(training: Training, *arguments: Any, **options: Any) -> None:
        make(training, *arguments, **options)
        begun.add(training)

    monkeypatch.setattr(Training, "__init__", note)
    yield
    for training in tuple(begun):
        training.stop()


@pytest.fixture
def in_session(monkeypatch: pytest.MonkeyPatch) -> Callable[[Session], None]:
    """Give the test a session of its own, without a page; return what makes another one the current one."""
    monkeypatch.setattr(streamlit, "session_state", {})
    return session.restore


@pytest.fixture
def clock() -> Clock:
    """Return a clock that the test sets."""
    return Clock()


@pytest.fixture
def own_clock(request: pytest.FixtureRequest) -> Callable[[], float]:
    """Return the `clock` that a test sets, if it has one, else that of the machine."""
    has_one = "clock" in request.fixturenames
    clock: Callable[[], float] = request.getfixturevalue("clock") if has_one else monotonic
    return clock


@pytest.fixture
def share(
    own_server: Callable[..., Server], own_clock: Callable[[], float]
) -> Iterator[Callable[..., Turns]]:
    """Let what a test starts share turns of its own, all given back at its end; return what sets them."""
    made: list[Turns] = []

    def set_turns(workers: int = 2, most_running: int = 10, most_waiting: int = 50) -> Turns:
        made.append(Turns(Workers(workers), most_running, most_waiting, own_clock))
        own_server(turns=made[-1])
        return made[-1]

    set_turns()
    yield set_turns
    assert [(shared.running, shared.waiting) for shared in made] == [(0, 0)] * len(made)


@pytest.fixture
def computed_files(monkeypatch: pytest.MonkeyPatch) -> dict[str, Callable[[], bytes]]:
    """Return what computes each download of a page at the press, by the name of its file."""
    found: dict[str, Callable[[], bytes]] = {}

    def noted(_manager: Any, data_callable: Callable[[], bytes], *_: Any, file_name: str, **__: Any) -> str:
        found[file_name] = data_callable
        return str(len(found))

    monkeypatch.setattr(MediaFileManager, "add_deferred", noted)
    return found
