"""Outages of minutes by the real clock: a server that is away, and a laptop that sleeps."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from playwright.sync_api import Browser

from tests.browser.dashboard import CONNECTED
from tests.soak.presses import LONG
from tests.soak.slow_line import SlowLine
from tests.soak.tab import Tab

# A run pauses ten seconds after its tab has gone. Its channel is closed after a minute, and Streamlit forgets
# the session after two.
SECONDS = (75.0, 150.0)
PATIENCE_SECONDS = 120.0


@dataclass(frozen=True)
class Outage:
    """An outage, and what lasts so long in a tab."""

    name: str
    last: Callable[[Tab], None]


def outages(line: SlowLine) -> Iterator[Outage]:
    """Yield outages of several lengths; the tab's connection is by `line`."""
    for seconds in SECONDS:
        yield Outage(f"{seconds:.0f} s without a server", partial(_cut, line, seconds))
        yield Outage(f"{seconds:.0f} s asleep", partial(_sleep, seconds))


def survive(outage: Outage, tab: Tab) -> None:
    """Start a run and let the outage come; fail unless the run continues afterwards, and Stop is answered."""
    tab.open(LONG)
    tab.visit.press("Start")
    step = tab.visit.wait_for_status("Running", after_step=100)
    outage.last(tab)
    tab.visit.page.locator(CONNECTED).wait_for(timeout=1000 * PATIENCE_SECONDS)
    tab.visit.wait_for_status("Running", after_step=step, seconds=PATIENCE_SECONDS)
    tab.visit.rest()
    tab.visit.press("Stop")
    tab.visit.wait_for_status("Stopped")


def _cut(line: SlowLine, seconds: float, tab: Tab) -> None:
    line.cut()
    tab.visit.pause(seconds)
    line.mend()


def _sleep(seconds: float, tab: Tab) -> None:
    """Let all processes of the tab's browser stand still."""
    browser: Browser = tab.visit.page.context.browser
    found = browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")
    processes = [each["id"] for each in found["processInfo"]]
    for process in processes:
        os.kill(process, signal.SIGSTOP)
    try:
        time.sleep(seconds)
    finally:
        for process in processes:
            os.kill(process, signal.SIGCONT)
