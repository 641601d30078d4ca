"""One server and one browser for all tests here; each test has tabs of its own."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser.dashboard import DESKTOP, Visit, chromium, launched, served, trouble_in

Visitor = Callable[..., Visit]

expect.set_options(timeout=20_000)  # a busy machine draws late


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


@pytest.fixture
def visitor(browser: Browser, server: str, log: Path) -> Iterator[Visitor]:
    """Return a function that gives a new person's tab; whatever goes wrong in one fails the test."""
    visits = []

    def new(size: dict[str, int] = DESKTOP, scheme: str = "light") -> Visit:
        context = browser.new_context(viewport=size, color_scheme=scheme, accept_downloads=True)
        context.set_default_timeout(20_000)
        visits.append(Visit(context.new_page(), server))
        return visits[-1]

    yield new
    for visit in visits:
        visit.check()
        visit.rest()
        visit.page.context.close()
    assert trouble_in(log) == []
