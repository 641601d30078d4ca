"""Faults as a person meets them: a connection that breaks, a tab that is closed, a server that restarts."""

import re
import shutil
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, Route, WebSocketRoute, expect

from pages.models import from_link
from pages.state.holdings import FORGOTTEN, SET_UP_STAYS
from pages.train import untrained
from tests.browser.dashboard import (
    CONNECTED,
    DESKTOP,
    ROOT,
    UNDER_WAY,
    Visit,
    free_port,
    leave,
    opened,
    served,
    tabs,
    tabs_of,
    trouble_in,
    with_network,
)

LONG = "train?v=1&polynomials=-x%5E2%2B1~x%5E3-2&steps=5000000&schedule=constant&hidden=16&batch=64"
QUICK = "?v=1&polynomials=-x%5E2%2B1~x%5E3-2~3x&steps=300&schedule=constant&hidden=8&batch=all&samples=50"
GRACE = 2  # seconds
REMEMBERED = 8  # for so many seconds Streamlit remembers the session of a connection that was cut

# Tells how all runs of the server stand, and makes it more impatient. Its query says for how many seconds it
# remembers what a tab had.
OBSERVER = f"""
import gc
import weakref

import streamlit as st

from pages.runs import training
from pages.server import presence, server

presence.GRACE_SECONDS = {GRACE}
server.current().tabs.seconds = float(st.query_params["remembered"])
if not hasattr(training, "observed"):
    training.observed = weakref.WeakSet()
    begin = training.Training.__init__

    def noted(one, *args, **kwargs):
        training.observed.add(one)
        begin(one, *args, **kwargs)

    training.Training.__init__ = noted


@st.fragment(run_every=1)
def tell():
    gc.collect()
    runs = sorted((one.view.status, one.view.run.step) for one in training.observed)
    st.text("; ".join(f"{{status}} at {{step}}" for status, step in runs) or "no runs")


tell()
"""


class Line:
    """A tab's connection to the server, Streamlit's and ours, which can be cut for a while."""

    def __init__(self, page: Page) -> None:
        self._is_cut = False
        self._ends: list[WebSocketRoute] = []
        page.route_web_socket(re.compile("_stcore/stream|/live/"), self._connect)
        page.route(re.compile("/live/.*/.*/"), self._fetch)

    def _connect(self, of_page: WebSocketRoute) -> None:
        if self._is_cut:
            of_page.close()
        else:
            self._ends += [of_page, of_page.connect_to_server()]

    def _fetch(self, route: Route) -> None:
        if self._is_cut:
            route.abort("connectionrefused")
        else:
            route.continue_()

    def cut(self) -> None:
        self._is_cut = True
        for end in self._ends:
            end.close()
        self._ends.clear()

    def mend(self) -> None:
        self._is_cut = False


@pytest.fixture(scope="module")
def observed_server(tmp_path_factory) -> Iterator[str]:
    """Start the dashboard as it is, with one page more."""
    folder = tmp_path_factory.mktemp("observed")
    for file in [*ROOT.glob("*.py"), *ROOT.glob("pages/[0-9]*.py"), ROOT / ".streamlit/config.toml"]:
        copy = folder / file.relative_to(ROOT)
        copy.parent.mkdir(exist_ok=True)
        shutil.copy(file, copy)
    (folder / "pages/9_observer.py").write_text(OBSERVER, encoding="utf-8")
    options = [f"--server.disconnectedSessionTTL={REMEMBERED}"]
    with served(folder / "log.txt", folder / "streamlit_app.py", options=options) as address:
        yield address


@pytest.fixture(scope="module")
def window(browser) -> Iterator[Page]:
    """Return the observer's tab; the other tabs open beside it, where all scripts are loaded already."""
    page = opened(browser, viewport=DESKTOP)
    yield page
    page.context.close()


@pytest.fixture
def observe(window, observed_server) -> Callable[..., Page]:
    """Return a function that opens the observer; what others have left behind is forgotten before."""

    def anew(remembered: float = 900) -> Page:
        window.goto(f"{observed_server}observer?remembered={remembered}")
        window.get_by_test_id("stText").wait_for()
        return window

    return anew


@pytest.fixture
def person(window, observed_server) -> Iterator[Callable[[], Visit]]:
    """Return a function that gives tabs of one person."""
    with tabs_of(window.context, observed_server) as new:
        yield new


def started(visit: Visit, address: str = LONG) -> int:
    visit.open(address).press("Start")
    return visit.wait_for_status("Running", after_step=100)


def stop(visit: Visit) -> None:
    visit.rest()  # after a connection is new the page is drawn more than once
    visit.press("Stop")
    visit.wait_for_status("Stopped")


def standing(observer: Page) -> str:
    return observer.get_by_test_id("stText").inner_text()


def test_a_closed_tab_ends_its_work_within_seconds_and_the_next_visitor_frees_its_memory(person, observe):
    # what the server's first visitor of a page had is set aside with all that the page has loaded (frame.py)
    person().open("train").page.close()
    observer, visit = observe(remembered=5), person()
    started(visit)
    expect(observer.get_by_text(re.compile(r"^running at \d+$"))).to_be_visible()
    visit.page.close()
    expect(observer.get_by_text(re.compile(r"^paused at \d+$"))).to_be_visible(timeout=1000 * (GRACE + 5))
    paused = standing(observer)
    observer.wait_for_timeout(5000)
    assert standing(observer) == paused
    person().open("train").page.close()
    expect(observer.get_by_text("no runs")).to_be_visible()


def test_a_connection_that_was_cut_comes_back_to_the_same_run(person, observe):
    observer, visit = observe(), person()
    line = Line(visit.page)
    started(visit)
    line.cut()
    visit.page.locator(f"[data-testid=stApp]:not({CONNECTED})").wait_for()
    assert_comes_back(visit, line)
    line.cut()  # until the page no longer says that the run is under way
    visit.wait_until(lambda: visit.standing()[0] not in UNDER_WAY, state=visit.standing)
    assert_comes_back(visit, line)
    before = channel_of(visit)
    line.cut()
    observer.wait_for_timeout(1000 * (REMEMBERED + 2))  # the run pauses, and Streamlit forgets the session
    assert_comes_back(visit, line)
    # a new session has another key, and takes presses once its page is drawn
    visit.wait_until(lambda: channel_of(visit) != before)
    stop(visit)


def assert_comes_back(visit: Visit, line: Line) -> None:
    step = visit.standing()[1]  # what the page had last: more than that it has by a new connection alone
    line.mend()
    visit.wait_for_status("Running", after_step=step + 200)
    # the run may be shown again before Streamlit's own connection is there
    visit.page.locator(CONNECTED).wait_for()


def channel_of(visit: Visit) -> str:
    """Return where the tab's live channel is."""
    address: str = visit.page.evaluate("window.polycoreChannel.address")
    return address


def test_two_tabs_of_one_person_have_a_run_each_also_after_a_refresh_of_both(person, observe):
    observe()
    addresses = [f"{LONG}&seed={seed}" for seed in (1, 2)]
    first, second = visits = [person(), person()]
    steps = [started(visit, address) for visit, address in zip(visits, addresses, strict=True)]
    for visit in visits:
        visit.rest()
        visit.page.reload()
    for visit, step, seed in zip(visits, steps, "12", strict=True):
        visit.drawn().wait_for_words(seed=seed)
        visit.wait_for_status("Running", after_step=step)
    stop(first)
    second.wait_for_status("Running", after_step=second.standing()[1])
    stop(second)
    assert first.standing()[0] == "Stopped"


def test_after_a_restart_open_tabs_have_their_set_up_and_the_network_of_a_link(browser, tmp_path):
    port = free_port()
    with tabs(browser, f"http://127.0.0.1:{port}/") as new:
        with served(tmp_path / "before.txt", port=port):
            training, other = new(), new()
            other.open(with_network("train", QUICK))
            other.page.get_by_text(from_link.BROUGHT).wait_for()
            training.page.bring_to_front()  # a tab behind others is drawn late on a busy machine
            started(training)
            words = [visit.words() for visit in (training, other)]
        with served(tmp_path / "after.txt", port=port):
            for visit in (training, other):
                visit.page.locator(CONNECTED).wait_for()
            training.page.get_by_text(untrained.BESIDE).wait_for()
            loss = training.page.get_by_text("your run")
            expect(loss).to_contain_text(SET_UP_STAYS)
            training.rest()
            training.press("OK")
            expect(loss).to_have_count(0)
            other.page.get_by_text(from_link.BROUGHT).wait_for()
            assert [visit.words() for visit in (training, other)] == words
            training.rest()
            training.press("Start")
            training.wait_for_status("Running", after_step=100)
            # what this tab shows is from before; the new server has the network by the link again
            other.page.reload()
            other.drawn().page.get_by_text(from_link.BROUGHT).wait_for()
            other.wait_for_words(weights=words[1]["weights"])
            # it had nothing that the address has not
            expect(other.page.get_by_text(FORGOTTEN)).to_have_count(0)
            for visit in (training, other):
                leave(visit)
        assert trouble_in(tmp_path / "after.txt") == []
