"""A newcomer with a real browser, who measures how long the first page takes."""

from time import monotonic
from typing import NamedTuple

from websockets.sync.client import ClientConnection

from benchmarks.browser import Tab, launched

# measured by the page's own clock, at each frame that it draws
WATCH = """
window.newcomer = {};
const look = () => {
  const seconds = performance.now() / 1000;
  if (document.querySelector("h1") && document.querySelector(".st-key-home-train button"))
    newcomer.controls ??= seconds;
  if (document.querySelector(".js-plotly-plot .main-svg")) newcomer.plotly ??= seconds;
  // a canvas is 300 pixels wide until something is drawn on it
  const isSketched = document.querySelector(".polycore-live canvas")?.width > 300;
  if (isSketched || newcomer.plotly) newcomer.chart ??= seconds;
  if (!newcomer.controls || !newcomer.plotly) requestAnimationFrame(look);
};
look();
"""
SEEN = "window.newcomer?.controls && newcomer.plotly && newcomer"
# Streamlit logs an error if a browser leaves while it is being sent something
IS_AT_REST = "document.querySelector('[data-testid=stApp]').dataset.testScriptState === 'notRunning'"


class FirstPage(NamedTuple):
    """Seconds by the browser's clock until something is visible.

    controls: title and button. chart: the chart, sketched or by Plotly. plotly: the chart by Plotly.
    """

    controls: float
    chart: float
    plotly: float


def first_pages(address: str, count: int, seconds: float) -> list[FirstPage]:
    """Return the measurements of `count` newcomers, one after the other; fewer if `seconds` have passed.

    Each has an empty cache. Raises BenchmarkError if there is no browser, or no page appears.
    """
    end = monotonic() + seconds
    pages: list[FirstPage] = []
    with launched() as browser:
        while len(pages) < count and monotonic() < end:
            pages.append(_first_page(browser, address))
    return pages


def _first_page(browser: ClientConnection, address: str) -> FirstPage:
    tab = Tab(browser)
    tab.open(address, WATCH)
    page = FirstPage(**tab.wait_for(SEEN))
    tab.wait_for(IS_AT_REST)
    tab.close()
    return page
