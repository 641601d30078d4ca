"""A newcomer with a real browser, who measures how long the first page takes to come."""

import shutil
from time import monotonic
from typing import NamedTuple

from playwright.sync_api import Browser, sync_playwright

from benchmarks.timing import BenchmarkError

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
OPTIONS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
PATIENCE_MS = 30_000
CONTROLS = "document.querySelector('h1') && document.querySelector('.st-key-home-train button')"
CHART = "document.querySelector('.js-plotly-plot .main-svg')"
# Streamlit logs an error where a browser leaves while it is being sent something
IS_AT_REST = "document.querySelector('[data-testid=stApp]').dataset.testScriptState === 'notRunning'"


class FirstPage(NamedTuple):
    """Seconds by the browser's own clock until title and button stood, and until the chart did."""

    controls: float
    chart: float


def first_pages(address: str, count: int, seconds: float) -> list[FirstPage]:
    """Return what `count` newcomers measured, one after the other; fewer where that takes too many seconds.

    Each has an empty cache. Raises BenchmarkError where there is no browser, and what playwright raises where
    no page comes within half a minute.
    """
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        raise BenchmarkError(f"A browser is needed: install one of {', '.join(NAMES)}.")
    end = monotonic() + seconds
    pages: list[FirstPage] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=OPTIONS)
        while len(pages) < count and monotonic() < end:
            pages.append(_first_page(browser, address))
        browser.close()
    return pages


def _first_page(browser: Browser, address: str) -> FirstPage:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    page.goto(address, wait_until="commit")
    controls, chart = (
        page.wait_for_function(f"() => {thing} && performance.now()").json_value() / 1000
        for thing in (CONTROLS, CHART)
    )
    page.wait_for_function(f"() => {IS_AT_REST}")
    context.close()
    return FirstPage(controls, chart)
