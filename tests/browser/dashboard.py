"""The dashboard as a person meets it: a server of its own, and a real browser before it."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.parse import parse_qsl

from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Error,
    Locator,
    Page,
    Playwright,
    expect,
)

import polycore as pc
from pages.frame.frame import HOME_TITLE
from polycore.links import link
from polycore.links.compact_weights import compact
from tests.links import words_of
from tests.waiting import wait_until

ROOT = Path(__file__).parents[2]
DESKTOP, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
SCREEN = {"width": 1366, "height": 768}  # of many a school
# Whether what fits these selectors has had its place for a second: a page that is opened gets its last parts
# after it says that it is drawn.
STEADY = """(selectors) => {
  const boxes = [...document.querySelectorAll(selectors)].map((one) => one.getBoundingClientRect());
  const now = JSON.stringify(boxes);
  if (now !== window.steady?.now) window.steady = { now, since: performance.now() };
  return performance.now() - window.steady.since > 1000;
}"""
ROOM = 7500  # characters of a network in a link
HEADINGS = {"Home": HOME_TITLE}
# the largest file that Chromium keeps in memory for the next page, and all of them, in bytes
KEPT_FILES = (
    "memory_cache_strong_ref_resource_size_threshold/30000000/"
    "memory_cache_strong_ref_total_size_threshold/200000000"
)
# Most tests ask for little motion: what pulses while Train opens takes a seventh of what that costs Chromium.
CALM: dict[str, Any] = {"reduced_motion": "reduce"}
PATIENCE = 40_000  # ms: a busy machine draws late
POLL_SECONDS = 0.05
RESTS = """() => {
  const app = document.querySelector("[data-testid=stApp]");
  return !app || app.dataset.testScriptState === "notRunning";
}"""
# Whether the page has a title that is shown, and that one if it is given. These functions wait in the page:
# what waits by a locator looks every 0.5 s only, once it has waited for 0.3 s.
TITLED = """(title) => [...document.querySelectorAll("h1")].some((one) =>
  one.checkVisibility() && (!title || one.innerText.trim() === title)
)"""
HAS_BACKGROUND = "(color) => getComputedStyle(document.querySelector('.stApp')).backgroundColor === color"
# a section that unfolds is an animation
STILL = "() => [...document.querySelectorAll('details')].every((one) => one.getAnimations().length === 0)"
STATUS = "[data-value=status]"  # the first part of a line like STANDING
STANDING = re.compile(r"(\w+) · step ([\d,]+) of")
# The step, in an array, of a run that has that status and is past another step; `standing`: STANDING. Throws
# an error if the step stands for `patience` ms.
REACHED = """([standing, status, afterStep, wait, patience]) => {
  // components are drawn in shadow roots
  const components = [...document.querySelectorAll("[data-testid=stBidiComponentIsolated]")];
  const found = components.map(({ shadowRoot }) => shadowRoot?.querySelector("[data-value=status]"));
  const line = found.find(Boolean)?.parentElement.parentElement.innerText;
  const [, current, digits] = line?.match(new RegExp(standing)) ?? [];
  const step = Number(digits?.replaceAll(",", ""));
  if (current === status && step > afterStep) return [step];
  const now = performance.now(), of = `${wait} ${digits}`;
  if (window.rising?.of !== of) window.rising = { of, since: now };
  if (now - window.rising.since > patience) throw new Error("the step stands");
  return false;
}"""
BACKGROUNDS = {"light": "rgb(255, 255, 255)", "dark": "rgb(14, 17, 23)"}
# whether the first figure, if there is one, has the page's theme
FIGURE_FOLLOWS = """() => {
  const text = document.querySelector(".polycore-live .xtick text");
  return !text || getComputedStyle(text).fill === getComputedStyle(text.closest(".polycore-live")).color;
}"""
# How wide is what can be scrolled, and how much of it is seen, in pixels. Streamlit scrolls its main part.
WIDTHS = """() => [document.documentElement, ...document.querySelectorAll(".stMain")].map(
  (one) => [one.className || "the page", one.scrollWidth, one.clientWidth]
)"""
# Streamlit's library for the keys of buttons is there for all scripts; it writes Control as ctrl.
LISTENS = """(key) => window.hotkeys?.getAllKeyCodes().some(
  ({ shortcut }) => shortcut === key.toLowerCase().replace("control", "ctrl"),
)"""
UNDER_WAY = ("Running", "Waiting")
RESTS_WITHOUT_PAUSE = f"() => !document.querySelector('.st-key-controls-Pause') && ({RESTS})()"

# Streamlit's own, of presses in one moment: pages/patches/rerun_requests.py draws the whole page for them
IN_ONE_MOMENT = "Multiple different fragmentIds detected"
# Streamlit's own: a page opened by its address looks for the server below that address first
EXPECTED_NOT_FOUND = re.compile(
    r"/(polynomials|data|train|predict|inside|compare|play|glossary|guesses)/_stcore/"
)
CONNECTED = "[data-testid=stApp][data-test-connection-state=CONNECTED]"
TROUBLE_OF_A_CUT = re.compile(
    r"ERR_(CONNECTION_REFUSED|CONNECTION_RESET|EMPTY_RESPONSE)|WebSocket"
    r"|disconnected from server|server is not responding|reaching server endpoint"
)
TROUBLE = re.compile(r"Traceback|Warning|WARNING|Error|ERROR|deprecat|ScriptRunContext|already registered")


def chromium() -> str | None:
    """Return where Chromium or Chrome is, or None.

    The headless shell is the same engine without windows, and takes up to a quarter less CPU time.
    """
    names = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "chrome")
    return next(filter(None, map(shutil.which, names)), None)


@contextmanager
def served(
    log: Path,
    app: Path = ROOT / "streamlit_app.py",
    prefix: str = "",
    options: Sequence[str] = (),
    port: int | None = None,
    starter: Sequence[str] = ("-m", "streamlit", "run"),
) -> Iterator[str]:
    """Start an app on `port` or a free one and yield its address; what it prints goes to `log`.

    starter: what Python runs, with the app's file and its settings behind it.
    """
    port = port or free_port()
    command = [sys.executable, *starter, app.name, "--server.headless=true", *options]
    command += [f"--server.port={port}", "--server.address=127.0.0.1", "--server.fileWatcherType=none"]
    command += [f"--server.baseUrlPath={prefix}"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with log.open("wb") as output:
        server = subprocess.Popen(command, cwd=app.parent, env=environment, stdout=output, stderr=output)
        try:
            address = f"http://127.0.0.1:{port}/{prefix}"
            wait_until_healthy(address, server)
            yield address
        finally:
            server.terminate()
            server.wait(timeout=20)


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def wait_until_healthy(address: str, server: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        assert server.poll() is None, "the server ended at its start"
        try:
            with urllib.request.urlopen(f"{address}_stcore/health"):
                return
        except (URLError, ConnectionError):
            time.sleep(0.1)
    raise AssertionError("the server was not healthy within 30 s")


def launched(playwright: Playwright) -> Browser:
    """Return a browser that asks nobody outside.

    A page that does has an error in its console. To look at each request here would take a twentieth of the
    tests' processor time.
    """
    quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
    options = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", *quiet]
    options.append("--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost")
    # a page lives for seconds: to optimize its scripts would take more time than it saves
    options.append("--js-flags=--no-opt --no-maglev")
    # a program starts slowly: tabs that share cookies and caches share one
    options.append("--process-per-site")
    # Private tabs keep only small files in memory. Without this each page would parse Plotly's script anew,
    # which takes 0.14 s of CPU time.
    options.append(f"--enable-features=MemoryCacheStrongReference:{KEPT_FILES}")
    return playwright.chromium.launch(executable_path=chromium(), args=options)


def opened(browser: Browser, **options: Any) -> Page:
    """Return a new tab that shares nothing with others."""
    context = browser.new_context(**CALM | options)
    context.set_default_timeout(PATIENCE)
    return context.new_page()


@cache
def with_network(page: str, query: str) -> str:
    """Return the page's address with the network that the query's set-up trains to, ready to be asked."""
    experiment = link.experiment_of(dict(parse_qsl(query.lstrip("?"))))
    run = pc.advance(pc.start(experiment), experiment.steps)
    return link.to_address(page, experiment, compact(run.best, experiment, ROOM))


def trouble_in(log: Path) -> list[str]:
    """Return the lines of a server's log that tell of an error or a warning."""
    return [line for line in log.read_text(encoding="utf-8").splitlines() if TROUBLE.search(line)]


@dataclass
class Visit:
    """A browser tab with an eye on what goes wrong in it."""

    page: Page
    server: str
    troubles: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", self._note)
        self.page.on("pageerror", self._note_error)

    def open(self, address: str = "") -> "Visit":
        """Open a page by its address and wait until it is drawn.

        This does not wait for the load event, which a script that a test holds back would delay.
        """
        self.rest()
        self.page.goto(address if address.startswith("http") else self.server + address, wait_until="commit")
        return self.drawn()

    def pause(self, seconds: float) -> None:
        """Wait, and let the browser's events in."""
        self.page.wait_for_timeout(1000 * seconds)

    def rest(self) -> None:
        """Wait for a moment in which the server sends nothing.

        Streamlit takes a browser that leaves while it is being sent something for one that sent text, and
        logs an error: a test that leaves at any moment would fail now and then for that.
        """
        self.page.wait_for_function(RESTS)

    def still(self) -> None:
        """Wait until no section is unfolding: as that ends, the page may scroll away under a press."""
        self.page.wait_for_function(STILL)

    def set_theme(self, scheme: str) -> None:
        """Change the theme of the system, and wait until the page and its first figure have it."""
        self.page.emulate_media(color_scheme=scheme)
        self.page.wait_for_function(HAS_BACKGROUND, arg=BACKGROUNDS[scheme])
        self.page.wait_for_function(FIGURE_FOLLOWS)

    def forget(self) -> "Visit":
        """Leave, and have the browser forget all: whoever opens a page here next is another person."""
        self.rest()
        self.page.goto(f"{self.server}_stcore/health")  # a page keeps its tab's name when it is left
        self.page.evaluate("() => { sessionStorage.clear(); localStorage.clear(); }")
        self.page.context.clear_cookies()
        return self

    def end(self) -> Page:
        """Return the tab for another visit, with nothing of this one."""
        self.forget()
        self.page.remove_listener("console", self._note)
        self.page.remove_listener("pageerror", self._note_error)
        return self.page

    def drawn(self) -> "Visit":
        """Wait until the page is shown and the tab has a name; the server may then draw the page again.

        Its fonts are there too: one that comes late makes columns wider, and moves what is in them.
        """
        self.page.wait_for_function(TITLED)
        self.wait_for_words(v=link.VERSION)
        self.page.wait_for_function("window.polycoreTab")
        self.page.evaluate("document.fonts.ready.then(() => null)")
        self.rest()
        return self

    def go_to(self, name: str) -> "Visit":
        """Choose a page in the navigation."""
        self.page.get_by_test_id("stPageLink-NavLink").filter(has_text=re.compile(f"{name}$")).first.click()
        self.page.wait_for_url(re.compile(rf"/{'' if name == 'Home' else name.lower()}[?]"))
        self.page.wait_for_function(TITLED, arg=HEADINGS.get(name, name))
        return self

    def fill(self, label: str, value: str) -> None:
        """Type into the input of that label and leave it."""
        box = self.page.get_by_label(label, exact=True).first
        box.fill(value)
        box.press("ControlOrMeta+Enter" if box.evaluate("box => box.tagName") == "TEXTAREA" else "Enter")

    def wait_until(
        self,
        condition: Callable[[], object],
        seconds: float = PATIENCE / 1000,
        state: Callable[[], object] = lambda: "the condition does not hold",
    ) -> None:
        """Return once the condition holds; fail after so many seconds, with what `state` says then.

        It is checked twenty times a second: without pauses, the checks take half of the tab's processor time.
        """
        wait_until(condition, seconds, state, lambda _: self.pause(POLL_SECONDS))

    def words(self) -> dict[str, str]:
        """Return the words of the address, with those that it leaves out."""
        return words_of(self.page.url)

    def wait_for_words(self, **expected: str) -> None:
        """Wait until the address says so: then the server knows it too."""
        self.wait_until(lambda: expected.items() <= self.words().items(), state=self.words)

    def standing(self) -> tuple[str, int]:
        """Return the run's status and step, as the page tells them."""
        line = self.page.locator(STATUS).first.evaluate(
            "status => status.parentElement.parentElement.innerText"
        )
        status, step = STANDING.search(line).groups()
        return status, int(step.replace(",", ""))

    def wait_for_status(self, status: str, after_step: int = 0) -> int:
        """Wait until the run has that status and has passed a step; return where it is.

        A slow machine has as long as the step rises. The page itself looks: to ask it from here as often
        takes 15 % of a core.
        """
        try:
            reached = self.page.wait_for_function(
                REACHED,
                arg=[STANDING.pattern, status, after_step, time.monotonic(), PATIENCE],
                polling=1000 * POLL_SECONDS,
                timeout=0,
            )
        except Error as error:
            raise AssertionError(f"{self.standing()}, not {status} after {after_step}") from error
        [step] = reached.json_value()
        if status not in UNDER_WAY:  # the page is drawn once more: buttons change, and what is below moves
            self.page.wait_for_function(RESTS_WITHOUT_PAUSE)
        return int(step)

    def accuracy(self) -> float:
        """Return the held-out accuracy that the page shows, in per cent."""
        return float(self.page.locator("[data-value='weights.held_out_text']").inner_text().rstrip(" %"))

    def press(self, name: str) -> None:
        """Press the button of that name."""
        self.page.get_by_role("button", name=re.compile(rf"\b{name}\b")).first.click()

    def copy_link(self, press: Callable[[Locator], object] = Locator.click) -> str:
        """Press "Copy link" in the navigation; return what is on the clipboard once the page confirms it."""
        self.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        press(self.page.get_by_role("button", name="Copy link").first)
        self.page.get_by_role("status").filter(has_text="Link copied").wait_for(state="attached")
        copied: str = self.page.evaluate("navigator.clipboard.readText()")
        return copied

    def open_export(self) -> Locator:
        """Open "Export" of a run that rests; return its buttons that save files."""
        self.page.get_by_text("Export").click()
        # the program that colours code comes late, and moves the buttons below it away under the mouse
        coloured = self.page.get_by_test_id("stCode").filter(has=self.page.locator(".token"))
        expect(coloured).to_have_count(2)
        self.still()
        return self.page.get_by_test_id("stDownloadButton").get_by_role("button")

    def press_key(self, key: str) -> None:
        """Press the key of a button once Streamlit listens to it.

        It does so as the button is drawn. For its first button a page loads a script, and figures may come
        before that.
        """
        self.page.wait_for_function(LISTENS, arg=key)
        self.page.keyboard.press(key)

    def check(self) -> None:
        """Fail on whatever a person would notice, or a developer in the console."""
        assert self.troubles == [], self.troubles  # this file has no help of pytest
        assert self.page.get_by_test_id("stException").count() == 0
        for what, wide, width in self.page.evaluate(WIDTHS):
            assert wide <= width, f"{what} is {wide} px wide, and {width} px of it can be seen"

    def _note(self, message: ConsoleMessage) -> None:
        if IN_ONE_MOMENT in message.text:
            return
        if message.type in ("error", "warning") and not EXPECTED_NOT_FOUND.search(message.location["url"]):
            self.troubles.append(f"console {message.type}: {message.text} ({message.location['url']})")

    def _note_error(self, error: Error) -> None:
        self.troubles.append(f"page error: {error}")


def box_of(element: Locator) -> dict[str, float]:
    """Return where an element is, in pixels, once it is there and has the same box twice."""
    boxes: list[Any] = [None]

    def rests() -> bool:
        boxes.append(element.bounding_box())
        return boxes[-1] is not None and boxes[-1] == boxes[-2]

    pause = 1000 * POLL_SECONDS
    wait_until(rests, state=lambda: boxes[-1], pause=lambda _: element.page.wait_for_timeout(pause))
    return boxes[-1]


@contextmanager
def tabs(browser: Browser, server: str, size: dict[str, int] = DESKTOP) -> Iterator[Callable[[], Visit]]:
    """Yield a function that gives tabs of one person, and check each that is still open at the end."""
    context = opened(browser, viewport=size).context
    with tabs_of(context, server) as new:
        yield new
    context.close()


@contextmanager
def tabs_of(context: BrowserContext, server: str) -> Iterator[Callable[[], Visit]]:
    """Yield a function that gives tabs in that context, and check each that is still open at the end."""
    visits: list[Visit] = []

    def new() -> Visit:
        visits.append(Visit(context.new_page(), server))
        return visits[-1]

    yield new
    for visit in visits:
        if not visit.page.is_closed():
            leave(visit)


def leave(visit: Visit) -> None:
    """Close a tab in which nothing has gone wrong but its connection."""
    visit.troubles = [trouble for trouble in visit.troubles if not TROUBLE_OF_A_CUT.search(trouble)]
    visit.check()
    visit.rest()
    visit.page.close()
