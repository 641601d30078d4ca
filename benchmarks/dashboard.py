"""One person with a real browser: the first trained map, then maps and steps per second, and Stop."""

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
from benchmarks.percentiles import p95, summary
from benchmarks.server import Server, served
from benchmarks.table import table
from benchmarks.timing import Contender, Spread, interleaved, ratios
from polycore.links.link import to_query

TITLE = "One person alone"
# the recommended run, but practically endless: its batch size is constant in the first minute
EXPERIMENT = replace(pc.Experiment.recommended(), steps=1_000_000, schedule="constant")
CHUNK_STEPS = 500  # of the run without a page, between two readings of the clock

TRAINED = 95  # per cent of held-out points
MOST_FIRST_MAP, MOST_STOP = 5.0, 0.3  # seconds
LEAST_MAPS, LEAST_SHARE = 4.0, 0.85  # per second; share of the steps/s without a page
LEFT_SECONDS = 13.0  # within which the run of a closed tab ends
FIRST_PAGE_SECONDS = 60.0
STOPS = 3  # per round
BARE, PAGE = "pc.advance alone", "with the Train page open"

TEXT = f"""\
A server without limits and a real browser run on the same machine. First map: from the press of Home's
button to a map and a held-out accuracy of {TRAINED}%, in a tab with an empty cache. Steps and maps per
second: on the Train page over {{seconds:.0f}} s, and by `pc.advance` for the same run in a separate
process; both are measured in each of {{rounds}} rounds, in alternating order. Stop: from the press until
the page says "Stopped". All times are measured by the page's clock, at each frame that it draws. There is
no graphics card here: the browser draws on the cores that compute the run, and uses half a core or more."""

# reads what the page shows, and times a press of a button until `isDone` holds
WATCH = """
const progress = () => document.querySelector("[data-value=status]")?.closest("p").innerText ?? "";
const map = () => document.querySelector(".st-key-progress-map .polycore-live")?.dataset.updates ?? 0;
const button = (label) =>
  [...document.querySelectorAll("button")].find((each) => each.querySelector("p")?.textContent === label);
window.person = {
  step: () => Number(/step ([\\d,]+) of/.exec(progress())?.[1].replaceAll(",", "") ?? 0),
  accuracy: () => parseFloat(document.querySelector("[data-value='weights.held_out_text']")?.innerText ?? 0),
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
    """Return the seconds to first maps and stops, and the rates with the page and without."""
    maps, rounds, seconds = (1, 2, 4.0) if quick else (10, 8, 10.0)
    contenders = [Contender(BARE, f"{__name__}:bare"), Contender(PAGE, f"{__name__}:page")]
    return {
        "seconds": seconds,
        "rounds": rounds,
        "first_maps": _first_maps(maps),
        "series": interleaved(contenders, [{"seconds": seconds}] * rounds).series,
    }


def bare() -> Callable[[float], dict[str, float]]:
    """Return a measurement of the run without a page."""
    pc.advance(pc.start(EXPERIMENT), CHUNK_STEPS)  # warm

    def measure(seconds: float) -> dict[str, float]:
        run, began = pc.start(EXPERIMENT), perf_counter()
        while perf_counter() - began < seconds:
            run = pc.advance(run, CHUNK_STEPS)
        return {"steps": run.step / (perf_counter() - began)}

    return measure


def page() -> Callable[[float], dict[str, Any]]:
    """Return a measurement of the run with its page; the server ends with this process."""
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
        first_pages(server.address, 1, FIRST_PAGE_SECONDS)  # the first page of a server is slow
        yield server


def _pressed(tab: Tab, label: str, is_done: str) -> float:
    """Press a button once it is enabled; return the seconds until `is_done`, a JavaScript function, holds."""
    tab.wait_for(f"window.person?.press({label!r}, {is_done})")
    return float(tab.wait_for("person.seconds"))


def section(result: dict[str, Any]) -> list[str]:
    """Return the lines of the report on a result."""
    with_page, alone = result["series"][PAGE], result["series"][BARE]
    return [
        *TEXT.format(**result).split("\n"),
        "",
        *table(
            ("", "steps/s", "maps/s", "Stop, s: p50 / p95 / maximum"),
            [
                [BARE, _spread(alone, "steps").shown(), "", ""],
                [
                    PAGE,
                    _spread(with_page, "steps").shown(),
                    _spread(with_page, "maps").shown(1),
                    summary(_stops(result)),
                ],
            ],
        ),
        "",
        f"First maps, s: p50 / p95 / maximum of {len(result['first_maps'])}: "
        f"{summary(result['first_maps'])}.",
    ]


def goals(result: dict[str, Any]) -> list[tuple[str, str, str, bool]]:
    """Return the goals: task, goal, result, and whether it is reached."""
    first, stop = max(result["first_maps"]), p95(_stops(result))
    maps, share = _spread(result["series"][PAGE], "maps"), _share(result)
    return [
        ("the first trained map", f"at most {MOST_FIRST_MAP} s", f"{first:.1f} s", first <= MOST_FIRST_MAP),
        ("maps", f"at least {LEAST_MAPS:g} per second", f"{maps.median:.1f}", maps.median >= LEAST_MAPS),
        (
            "steps/s with the page open",
            f"at least {LEAST_SHARE:.0%} of those without a page",
            f"{share.median:.0%} ({share.lowest:.0%} to {share.highest:.0%})",
            share.median >= LEAST_SHARE,
        ),
        ("Stop", f"p95 at most {MOST_STOP} s", f"{stop:.2f} s", stop <= MOST_STOP),
    ]


def _share(result: dict[str, Any]) -> Spread:
    series = result["series"]
    return ratios(*([answer["steps"] for answer in series[name]] for name in (PAGE, BARE)))


def _stops(result: dict[str, Any]) -> list[float]:
    return [seconds for answer in result["series"][PAGE] for seconds in answer["stops"]]


def _spread(answers: list[dict[str, Any]], what: str) -> Spread:
    return Spread.of([answer[what] for answer in answers])
