"""One person with a real browser: the first trained map, then maps and steps per second, and Stop."""

import atexit
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from itertools import count
from pathlib import Path
from time import perf_counter, sleep
from typing import Any
from urllib.parse import urlencode

import polycore as pc
from benchmarks.browser import Tab, launched
from benchmarks.newcomer import IS_AT_REST, SEEN, first_pages
from benchmarks.newcomer import WATCH as WATCH_THE_FIRST_PAGE
from benchmarks.percentiles import p95, summary
from benchmarks.result import Goal
from benchmarks.server import Server, served
from benchmarks.table import table
from benchmarks.timing import Contender, Spread, interleaved
from polycore.links.link import to_query

TITLE = "One person alone"
# the recommended run, but practically endless: its batch size is constant in the first minute
EXPERIMENT = replace(pc.Experiment.recommended(), steps=1_000_000, schedule="constant")
CHUNK_STEPS = 500  # of the run without a page, between two readings of the clock

TRAINED = 95  # per cent of held-out points
MOST_FIRST_MAP, MOST_STOP = 4.0, 0.15  # seconds
LEAST_MAPS, LEAST_SHARE = 5.0, 0.93  # per second; of a core
MOST_SERVER, MOST_BROWSER = 5.0, 30.0  # ms for a frame
LEFT_SECONDS = 13.0  # within which the run of a closed tab ends
STEADY_SECONDS = 1.0  # of a run before it is stopped: nobody presses at once
REST_SECONDS = 2.0  # without a frame, after which the page has drawn all
IDLE_SECONDS = 3.0  # of the page at rest, whose processor time is no frame's
FIRST_PAGE_SECONDS = 60.0
CHARTS = 3  # of the Train page: map, accuracy and loss
STOPS = 5  # per round
BARE, PAGE = "pc.advance alone", "with the Train page open"

TEXT = f"""\
A server without limits and a real browser run on the same machine. First map: from the press of Home's
button to a map and a held-out accuracy of {TRAINED}%, in a tab with an empty cache. The other
figures are of the Train page over {{seconds:.0f}} s in each of {{rounds}} rounds, in turns with `pc.advance`
for the same run in a separate process. Worker: processor time per second of all workers; the run has one of
them. Stop: from the press until the page says "Stopped". All times are measured by the page's clock, whenever
the browser draws. There is no graphics card here: the browser draws on the cores that compute the run.

A frame: processor time of the server, without its workers, and of all the browser's processes while the run
is under way and its page is drawn, less what each uses in {IDLE_SECONDS:.0f} s of the same page after Stop,
divided by the number of frames that the page has received. The browser's includes map, charts and text, down
to the pixels."""

# reads what the page shows, counts the frames that it receives, and times a press until `isDone` holds
WATCH = """
// text that follows a run is in components, each of which has a document of its own
const find = (selector) => {
  for (const { shadowRoot } of document.querySelectorAll("[data-testid=stBidiComponentIsolated]")) {
    const found = shadowRoot?.querySelector(selector);
    if (found) return found;
  }
  return null;
};
const progress = () => find("[data-value=status]")?.closest("p").innerText ?? "";
const map = () => document.querySelector(".st-key-progress-map .polycore-live")?.dataset.updates ?? 0;
const charts = () => document.querySelectorAll(".polycore-live[data-updates]").length;
const button = (label) =>
  [...document.querySelectorAll("button")].find((each) => each.querySelector("p")?.textContent === label);
const Socket = window.WebSocket;
window.WebSocket = class extends Socket {
  constructor(...given) {
    super(...given);
    const isLive = new URL(this.url).pathname.includes("/live/");
    if (isLive) this.addEventListener("message", () => (person.frames += 1));
  }
};
window.person = {
  frames: 0,
  charts,
  step: () => Number(/step ([\\d,]+) of/.exec(progress())?.[1].replaceAll(",", "") ?? 0),
  accuracy: () => parseFloat(find("[data-value='weights.held_out_text']")?.innerText ?? 0),
  isTrained: (percent) => map() > 0 && person.accuracy() >= percent,
  isUnderWay: () => progress().includes("Running") && person.step() > 0,
  isStopped: () => progress().includes("Stopped"),
  sees: () => ({
    seconds: performance.now() / 1000,
    steps: person.step(),
    maps: Number(map()),
    frames: person.frames,
  }),
  press(label, isDone) {
    const pressed = button(label);
    const { testConnectionState } = document.querySelector("[data-testid=stApp]")?.dataset ?? {};
    if (!pressed || pressed.disabled || testConnectionState !== "CONNECTED") return false;
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
    maps, rounds, seconds = (1, 2, 4.0) if quick else (6, 5, 8.0)
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
    browser = stack.enter_context(launched())
    seeds = count()

    def measure(seconds: float) -> dict[str, Any]:
        # another seed each time: the server computes the same experiment once
        words = to_query(replace(EXPERIMENT, seed=next(seeds)))
        tab = Tab(browser)
        tab.open(f"{server.address}train?{urlencode(words)}", WATCH)
        _pressed(tab, "Start", "person.isUnderWay")
        # drawing what Start shows costs as much as a dozen frames, and the status appears before the charts
        tab.wait_for(f"{IS_AT_REST} && person.charts() === {CHARTS}")
        during = _used(server, tab, seconds)
        stops = [_stopped(tab)]
        while len(stops) < STOPS:
            _pressed(tab, "Start new", "person.isUnderWay")
            sleep(STEADY_SECONDS)
            stops.append(_stopped(tab))
        _rest(tab)
        idle = _used(server, tab, IDLE_SECONDS)
        tab.close()
        return {**during, "idle": idle, "stops": stops}

    return measure


def _rest(tab: Tab) -> None:
    """Wait until no frame comes any more."""
    seen = None
    while seen != (seen := tab.wait_for("person.sees()")["frames"]):
        sleep(REST_SECONDS)


def _used(server: Server, tab: Tab, seconds: float) -> dict[str, float]:
    """Return what happens per second: steps, maps and frames, and processor time of server and browser."""
    before, used, browser = tab.wait_for("person.sees()"), server.used(), tab.processor_seconds()
    sleep(seconds)
    after, used_then, browser_then = tab.wait_for("person.sees()"), server.used(), tab.processor_seconds()
    amounts = {what: after[what] - before[what] for what in ("steps", "maps", "frames")}
    amounts |= {"server": used_then.server - used.server, "worker": used_then.workers - used.workers}
    amounts["browser"] = browser_then - browser
    return {what: amount / (after["seconds"] - before["seconds"]) for what, amount in amounts.items()}


def _stopped(tab: Tab) -> float:
    return _pressed(tab, "Stop", "person.isStopped")


def _first_maps(tabs: int) -> list[float]:
    with _server() as server, launched() as browser:
        times = []
        for _ in range(tabs):
            tab = Tab(browser)
            # the recommended run, and not that with which Home begins
            words = urlencode(to_query(pc.Experiment.recommended()))
            tab.open(f"{server.address}?{words}", WATCH_THE_FIRST_PAGE + WATCH)
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
            ("", "steps/s", "maps/s", "worker, cores", "Stop, s: p50 / p95 / maximum"),
            [
                [BARE, _spread(alone, "steps").shown(), "", "", ""],
                [
                    PAGE,
                    _spread(with_page, "steps").shown(),
                    _spread(with_page, "maps").shown(1),
                    _spread(with_page, "worker").shown(2),
                    summary(_stops(result)),
                ],
            ],
        ),
        "",
        *table(
            ("", "a frame, ms", "cores while the run is under way", "cores at rest"),
            [_cost_row(with_page, who) for who in ("server", "browser")],
        ),
        "",
        f"Frames: {_spread(with_page, 'frames').shown(1)} per second. "
        f"First maps, s: p50 / p95 / maximum of {len(result['first_maps'])}: "
        f"{summary(result['first_maps'])}.",
    ]


def goals(result: dict[str, Any]) -> list[Goal]:
    """Return the goals: task, goal, result, and whether it is reached."""
    first, stop = max(result["first_maps"]), p95(_stops(result))
    with_page = result["series"][PAGE]
    maps, share = _spread(with_page, "maps"), _spread(with_page, "worker")
    server, browser = _cost(with_page, "server"), _cost(with_page, "browser")
    return [
        ("the first trained map", f"at most {MOST_FIRST_MAP} s", f"{first:.1f} s", first <= MOST_FIRST_MAP),
        ("maps", f"at least {LEAST_MAPS:g} per second", f"{maps.median:.1f}", maps.median >= LEAST_MAPS),
        (
            "the worker with the page open",
            f"at least {LEAST_SHARE} of a core",
            share.shown(2),
            share.median >= LEAST_SHARE,
        ),
        ("Stop", f"p95 at most {MOST_STOP} s", f"{stop:.2f} s", stop <= MOST_STOP),
        (
            "a frame, server",
            f"at most {MOST_SERVER:g} ms",
            f"{server.median:.1f} ms",
            server.median <= MOST_SERVER,
        ),
        (
            "a frame, browser",
            f"at most {MOST_BROWSER:g} ms",
            f"{browser.median:.1f} ms",
            browser.median <= MOST_BROWSER,
        ),
    ]


def _cost(answers: list[dict[str, Any]], who: str) -> Spread:
    """Return the milliseconds of a frame."""
    return Spread.of([1e3 * (answer[who] - answer["idle"][who]) / answer["frames"] for answer in answers])


def _cost_row(answers: list[dict[str, Any]], who: str) -> list[str]:
    idle = _spread([answer["idle"] for answer in answers], who)
    return [who, _cost(answers, who).shown(1), _spread(answers, who).shown(2), idle.shown(2)]


def _stops(result: dict[str, Any]) -> list[float]:
    return [seconds for answer in result["series"][PAGE] for seconds in answer["stops"]]


def _spread(answers: list[dict[str, Any]], what: str) -> Spread:
    return Spread.of([answer[what] for answer in answers])
