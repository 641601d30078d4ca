"""All that a soak does, at once: presses with and without latency, and ends of runs."""

import math
import random
import tempfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

from playwright.sync_api import Error, Playwright, sync_playwright

from benchmarks.percentiles import summary
from tests.browser.dashboard import launched, served, trouble_in
from tests.soak.ends import Ends
from tests.soak.outages import Outage, outages, survive
from tests.soak.presses import KINDS, Kind, Quota, Tally, Walk
from tests.soak.slow_line import SlowLine
from tests.soak.tab import Tab

LATENCY_SECONDS = 0.4  # there and back

# As it starts a process, Python turns off a warning of its own for a moment, for all threads. If several do
# so at once, one may turn it on again too early for another, in which it then is an error.
_starting = Lock()


@dataclass(frozen=True)
class Plan:
    """How much is to be done.

    presses: of each kind, without latency and with it; in a quarter of them or more, runs end by themselves.
    ends: during a switch of pages. away: ends while no tab is there. seed: of all that is drawn.
    until: when `time.monotonic` says that, nothing new begins.
    """

    presses: tuple[int, int]
    ends: int
    away: int
    seed: int
    until: float = math.inf


@dataclass
class Report:
    """What has come of it.

    quick, slow: without latency and with it. during: ends that the page that was left had not shown yet.
    outages: those after which the run continued. faults: what went wrong, anywhere.
    """

    quick: Tally = field(default_factory=Tally)
    slow: Tally = field(default_factory=Tally)
    ends: int = 0
    during: int = 0
    away: int = 0
    outages: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    @property
    def counts(self) -> Counter[Kind]:
        """How many presses of each kind were answered once."""
        return self.quick.counts + self.slow.counts

    def lines(self) -> Iterator[str]:
        """Yield the lines of a table of the presses, and sentences on the rest."""
        yield "| press | without latency | with 400 ms |"
        yield "| --- | ---: | ---: |"
        for kind in KINDS:
            yield f"| {kind} | {self.quick.counts[kind]} | {self.slow.counts[kind]} |"
        yield ""
        yield f"Runs that ended as the user opened another page, with 400 ms of latency: {self.ends}."
        yield f"Those of them that the page before had not shown yet when it was left: {self.during}."
        yield f"Runs that ended while no tab was there: {self.away}."
        yield f"Outages after which the run continued: {', '.join(self.outages) or 'none'}."
        yield f"Stop, with 400 ms of latency, s: {_summary(self.slow.stop_seconds)}."
        yield f"Stop, without, s: {_summary(self.quick.stop_seconds)}."
        yield f"Faults: {len(self.faults)}."


def _summary(seconds: list[float]) -> str:
    return f"p50 / p95 / maximum of {len(seconds)}: {summary(seconds)}"


def done(plan: Plan) -> Report:
    """Do all of the plan at once, on a server of its own; each walk has a browser, and so have the ends."""
    with tempfile.TemporaryDirectory() as folder, served(Path(folder) / "log.txt") as server:
        with SlowLine(server, LATENCY_SECONDS / 2).running() as slow, ThreadPoolExecutor(5) as threads:
            report = Report()
            ends = threads.submit(_end, slow, plan, report)
            pairs = [
                _pair(threads, address, plan, bool(has_latency))
                for has_latency, address in enumerate((server, slow))
            ]
            for tally, pair in zip((report.quick, report.slow), pairs, strict=True):
                for walk in pair:
                    tally.add(walk.result())
            ends.result()
        report.faults += [*report.quick.faults, *report.slow.faults, *trouble_in(Path(folder) / "log.txt")]
    return report


def _pair(threads: Executor, server: str, plan: Plan, has_latency: bool) -> list[Future[Tally]]:
    """Begin two walks that share the presses; the runs of the second one end by themselves."""
    presses = plan.presses[has_latency]
    if not presses:
        return []
    quota = Quota(presses, each=math.ceil(presses / 4), tallies=(Tally(), Tally()))
    return [threads.submit(_walk, server, plan, has_latency, bool(is_short), quota) for is_short in range(2)]


def _walk(server: str, plan: Plan, has_latency: bool, is_short: bool, quota: Quota) -> Tally:
    tally = quota.tallies[is_short]
    troubles: list[str] = []
    with _tab(server, troubles) as tab:
        seed = f"{plan.seed} {has_latency} {is_short}"
        Walk(tab, random.Random(seed), is_short, tally).go(quota, plan.until)
    tally.faults += troubles
    return tally


def _end(server: str, plan: Plan, report: Report) -> None:
    if plan.ends == plan.away == 0:
        return
    with _tab(server, report.faults) as tab:
        ends = Ends(tab, random.Random(plan.seed)).go(plan.ends, plan.away, plan.until)
    report.ends, report.during, report.away = ends.count, ends.during, ends.away
    report.faults += ends.faults


def survived(report: Report) -> None:
    """Let the server be away, and a laptop sleep, each for minutes; add to the report what came of it."""
    with (
        tempfile.TemporaryDirectory() as folder,
        served(Path(folder) / "log.txt") as server,
        sync_playwright() as playwright,
    ):
        line = SlowLine(server, 0.0)
        with line.running() as address:
            for outage in outages(line):
                _survive(report, outage, playwright, address)


def _survive(report: Report, outage: Outage, playwright: Playwright, server: str) -> None:
    browser = launched(playwright)
    try:
        survive(outage, Tab(browser, server))
        report.outages.append(outage.name)
    except (AssertionError, Error) as error:
        report.faults.append(f"{outage.name}: {error}")
    finally:
        browser.close()


@contextmanager
def _tab(server: str, troubles: list[str]) -> Iterator[Tab]:
    with ExitStack() as closing:
        with _starting:
            playwright = closing.enter_context(sync_playwright())
        browser = launched(playwright)
        tab = Tab(browser, server)
        yield tab
        troubles += tab.visit.troubles
        browser.close()
