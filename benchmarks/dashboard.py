"""One person alone with a real browser: the first trained map, then maps and steps a second, and Stop."""

import atexit
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from time import perf_counter, sleep
from typing import Any
from urllib.parse import urlencode

import polycore as pc
from benchmarks.browser import Tab, launched
from benchmarks.newcomer import SEEN, first_pages
from benchmarks.newcomer import WATCH as WATCH_THE_FIRST_PAGE
from benchmarks.percentiles import p95, told
from benchmarks.server import Server, served
from benchmarks.table import table
from benchmarks.timing import Contender, Spread, interleaved, ratios
from polycore.links.link import to_query

TITLE = "One person alone"
# the recommended run, but without an end: the batches of its first minute are of one size
EXPERIMENT = replace(pc.Experiment.recommended(), steps=1_000_000, schedule="constant")
CHUNK_STEPS = 500  # of the bare run, between two looks at the clock

TRAINED = 95  # per cent of held-out points
MOST_FIRST_MAP, MOST_STOP = 5.0, 0.3  # seconds
LEAST_MAPS, LEAST_SHARE = 4.0, 0.85  # a second; of the bare run's steps/s
LEFT_SECONDS = 13.0  # in which the run of a tab that was closed ends
FIRST_PAGE_SECONDS = 60.0
STOPS = 3  # a round
BARE, PAGE = "pc.advance alone", "with the Train page open"

TEXT = f"""\
A server without limits and a real browser on the same machine. First map: from the press of Home's button to
a map and a held-out accuracy of {TRAINED}%, in a tab whose cache was empty. Steps and maps a second: on the
Train page over {{seconds:.0f}} s, and of the same run by `pc.advance` in a process of its own, one behind the
other in each of {{rounds}} rounds, now this first and now that. Stop: from the press until the page says
"Stopped". All of it by the page's own clock, at each frame that it draws. The browser has no graphics card
here: it draws on the cores that the run is computed on, with half of one of them or more."""

# what the page shows, and how long it takes from the press of a button until `is_done`
WATCH = """
const progress = () => document.querySelector("[data-testid=stProgress]")?.innerText ?? "";
const map = () => document.querySelector(".st-key-progress-map .polycore-live")?.dataset.updates ?? 0;
const button = (label) =>
  [...document.querySelectorAll("button")].find((each) => each.querySelector("p")?.textContent === label);
window.person = {
  step: () => Number(/step ([\\d,]+) of/.exec(progress())?.[1].replaceAll(",", "") ?? 0),
  accuracy: () => parseFloat(document.querySelector("[data-testid=stMetricValue]")?.innerText ?? 0),
  isTrained: (percent) => map() > 0 && person.accuracy() >= percent,
  isUnderWay: () => progress().includes("Running") && person.step() > 0,
  isStopped: () => progress().includes("Stopped"),
  sees: () => ({ seconds: performance.now() / 1000, steps: person.step(), maps: Number(map()) }),
  press(label, isDone) {
    const pressed = button(label);
    if (!pressed || pressed.disabled) return false;
    const began = performance.now();
    const look = () => {
      if (isDone()) person.seconds = (performance.now() - began) / 1000;
      else requestAnimationFrame(look);
    };
    person.seconds = 0;
    pressed.click();
    look();
    return true;
  },
};
"""


def measured(quick: bool) -> dict[str, Any]:
    """Return the seconds to first maps and to stops, and what page and bare run did in the same time."""
    maps, rounds, seconds = (1, 2, 4.0) if quick else (10, 8, 10.0)
    contenders = [Contender(BARE, f"{__name__}:bare"), Contender(PAGE, f"{__name__}:page")]
    return {
        "seconds": seconds,
        "rounds": rounds,
        "first_maps": _first_maps(maps),
        "series": interleaved(contenders, [{"seconds": seconds}] * rounds).series,
    }


def bare() -> Callable[[float], dict[str, float]]:
    """Return a measurement of the run without any page."""
    pc.advance(pc.start(EXPERIMENT), CHUNK_STEPS)  # warm

    def measure(seconds: float) -> dict[str, float]:
        run, began = pc.start(EXPERIMENT), perf_counter()
        while perf_counter() - began < seconds:
            run = pc.advance(run, CHUNK_STEPS)
        return {"steps": run.step / (perf_counter() - began)}

    return measure


def page() -> Callable[[float], dict[str, Any]]:
    """Return a measurement of the run with its page, on a server that ends with this process."""
    stack = ExitStack()
    atexit.register(stack.close)
    server = stack.enter_context(_server())
    tab = Tab(stack.enter_context(launched()))
    tab.open(f"{server.address}train?{urlencode(to_query(EXPERIMENT))}", WATCH)
    labels = iter(("Start",))

    def measure(seconds: float) -> dict[str, Any]:
        _pressed(tab, next(labels, "Start again"), "person.isUnderWay")
        before = tab.wait_for("person.sees()")
        sleep(seconds)
        after = tab.wait_for("person.sees()")
        stops = [_stopped(tab)]
        while len(stops) < STOPS:
            _pressed(tab, "Start again", "person.isUnderWay")
            stops.append(_stopped(tab))
        lasted = after["seconds"] - before["seconds"]
        rates = {what: (after[what] - before[what]) / lasted for what in ("steps", "maps")}
        return {**rates, "stops": stops}

    return measure


def _stopped(tab: Tab) -> float:
    return _pressed(tab, "Stop", "person.isStopped")


def _first_maps(count: int) -> list[float]:
    with _server() as server, launched() as browser:
        times = []
        for _ in range(count):
            tab = Tab(browser)
            tab.open(server.address, WATCH_THE_FIRST_PAGE + WATCH)
            tab.wait_for(SEEN)
            times.append(_pressed(tab, "Train the network", f"() => person.isTrained({TRAINED})"))
            tab.close()
            sleep(LEFT_SECONDS)
    return times


@contextmanager
def _server() -> Iterator[Server]:
    with tempfile.TemporaryDirectory() as folder, served(Path(folder) / "log.txt") as server:
        first_pages(server.address, 1, FIRST_PAGE_SECONDS)  # a server's first page is slow
        yield server


def _pressed(tab: Tab, label: str, is_done: str) -> float:
    """Press a button as soon as it is there and return the seconds until `is_done`, a function, holds."""
    tab.wait_for(f"window.person?.press({label!r}, {is_done})")
    return float(tab.wait_for("person.seconds"))


def section(result: dict[str, Any]) -> list[str]:
    """Return the lines about a result."""
    with_page, alone = result["series"][PAGE], result["series"][BARE]
    return [
        *TEXT.format(**result).split("\n"),
        "",
        *table(
            ("", "steps/s", "maps/s", "Stop, s: p50 / p95 / longest"),
            [
                [BARE, _spread(alone, "steps").shown(), "", ""],
                [
                    PAGE,
                    _spread(with_page, "steps").shown(),
                    _spread(with_page, "maps").shown(1),
                    told(_stops(result)),
                ],
            ],
        ),
        "",
        f"First maps, s: p50 / p95 / the longest of {len(result['first_maps'])}: "
        f"{told(result['first_maps'])}.",
    ]


def goals(result: dict[str, Any]) -> list[tuple[str, str, str, bool]]:
    """Return what was to be reached: work, wanted, found, reached."""
    first, stop = max(result["first_maps"]), p95(_stops(result))
    maps, share = _spread(result["series"][PAGE], "maps"), _share(result)
    return [
        ("the first trained map", f"at most {MOST_FIRST_MAP} s", f"{first:.1f} s", first <= MOST_FIRST_MAP),
        ("maps", f"at least {LEAST_MAPS:g} a second", f"{maps.median:.1f}", maps.median >= LEAST_MAPS),
        (
            "steps/s with the page open",
            f"at least {LEAST_SHARE:.0%} of the bare run's",
            f"{share.median:.0%} ({share.lowest:.0%} to {share.highest:.0%})",
            share.median >= LEAST_SHARE,
        ),
        ("Stop", f"p95 at most {MOST_STOP} s", f"{stop:.2f} s", stop <= MOST_STOP),
    ]


def _share(result: dict[str, Any]) -> Spread:
    series = result["series"]
    return ratios(*([found["steps"] for found in series[name]] for name in (PAGE, BARE)))


def _stops(result: dict[str, Any]) -> list[float]:
    return [seconds for found in result["series"][PAGE] for seconds in found["stops"]]


def _spread(found: list[dict[str, Any]], what: str) -> Spread:
    return Spread.of([each[what] for each in found])
