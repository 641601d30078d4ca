"""One server and one browser for all tests here; each test has its tabs for itself."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.dashboard import DESKTOP, PATIENCE, Visit, chromium, launched, opened, served, trouble_in

Visitor = Callable[..., Visit]

expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="session")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("server") / "log.txt"


@pytest.fixture(scope="session")
def server(log: Path) -> Iterator[str]:
    with served(log) as address:
        yield address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if chromium() is None:
        pytest.skip("neither Chromium nor Chrome is installed")
    with sync_playwright() as playwright:
        browser = launched(playwright)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def tabs() -> list[Page]:
    """Return the tabs that nobody uses: a new one starts a program and reads all scripts, for two seconds."""
    return []


@pytest.fixture
def visitor(browser: Browser, tabs: list[Page], server: str, log: Path) -> Iterator[Visitor]:
    """Return a function that gives a person's tab; whatever goes wrong in one fails the test."""
    visits = []

    def new(size: dict[str, int] = DESKTOP, scheme: str = "light") -> Visit:
        page = tabs.pop() if tabs else opened(browser, viewport=size)
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=scheme)
        visits.append(Visit(page, server))
        return visits[-1]

    yield new
    for visit in visits:
        visit.check()
        tabs.append(visit.end())
    assert trouble_in(log) == []


@pytest.fixture
def lone_tab(browser: Browser, tabs: list[Page]) -> Iterator[Page]:
    """Return a tab that is closed afterwards, for a test that changes what the tab itself does.

    It is opened beside another, whose program has read all scripts.
    """
    beside = tabs.pop() if tabs else opened(browser)
    tab = beside.context.new_page()
    tab.set_viewport_size(DESKTOP)
    yield tab
    tab.close()
    beside.context.clear_cookies()
    tabs.append(beside)


@pytest.fixture
def lone_visit(lone_tab: Page, server: str, log: Path) -> Iterator[Visit]:
    """Return a visit by a tab that no other test has."""
    visit = Visit(lone_tab, server)
    yield visit
    visit.check()
    visit.forget()
    assert trouble_in(log) == []
