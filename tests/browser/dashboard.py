"""The dashboard as a person meets it: a server of its own, and a real browser before it."""

import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import URLError

from playwright.sync_api import Browser, ConsoleMessage, Page, Playwright

ROOT = Path(__file__).parents[2]
DESKTOP, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
ADDRESSES = ("", "polynomials", "data", "train", "predict")

# Streamlit's own: a page opened by its address looks for the server below that address first
EXPECTED_NOT_FOUND = re.compile(r"/(polynomials|data|train|predict)/_stcore/")
TROUBLE = re.compile(r"Traceback|Warning|WARNING|Error|ERROR|deprecat|ScriptRunContext|already registered")


def chromium() -> str | None:
    """Return where Chromium or Chrome is, or None."""
    names = ("chromium", "chromium-browser", "google-chrome", "chrome")
    return next(filter(None, map(shutil.which, names)), None)


@contextmanager
def served(log: Path) -> Iterator[str]:
    """Start the dashboard on a free port and yield its address; what it prints goes to `log`."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py", "--server.headless=true"]
    options = [f"--server.port={port}", "--server.address=127.0.0.1", "--server.fileWatcherType=none"]
    with log.open("wb") as output:
        server = subprocess.Popen(command + options, cwd=ROOT, stdout=output, stderr=output)
        try:
            _wait_until_healthy(port, server)
            yield f"http://127.0.0.1:{port}/"
        finally:
            server.terminate()
            server.wait(timeout=20)


def _wait_until_healthy(port: int, server: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        assert server.poll() is None, "the server ended at its start"
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health"):
                return
        except (URLError, ConnectionError):
            time.sleep(0.1)
    raise AssertionError("the server was not healthy within 30 s")


def launched(playwright: Playwright) -> Browser:
    """Return a browser that asks nobody outside."""
    quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
    options = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", *quiet]
    return playwright.chromium.launch(executable_path=chromium(), args=options)


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
        self.page.on("pageerror", lambda error: self.troubles.append(f"page error: {error}"))
        self.page.on("request", lambda request: self._note_outside(request.url))

    def open(self, address: str = "") -> "Visit":
        """Open a page by its address and wait until it is drawn."""
        self.page.goto(address if address.startswith("http") else self.server + address)
        return self.drawn()

    def drawn(self) -> "Visit":
        """Wait until the page stands."""
        self.page.locator("h1").first.wait_for()
        self.page.get_by_role("link", name="Predict").first.wait_for(state="attached")
        return self

    def go_to(self, name: str) -> "Visit":
        """Choose a page in the navigation, which a phone keeps behind a button."""
        if self.page.viewport_size["width"] < 700:
            self.page.get_by_test_id("stExpandSidebarButton").click()
        self.page.get_by_test_id("stSidebar").get_by_role("link", name=name, exact=True).click()
        self.page.wait_for_url(re.compile(name.lower() if name != "Home" else r":\d+/\?"))
        return self.drawn()

    def press(self, name: str) -> None:
        """Press the button of that name."""
        self.page.get_by_role("button", name=re.compile(rf"^{name}( Ctrl.*)?$")).first.click()

    def check(self) -> None:
        """Fail on whatever a person would notice, or a developer in the console."""
        assert self.troubles == []
        assert self.page.get_by_test_id("stException").count() == 0
        wide, width = self.page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert wide <= width, f"the page is {wide} px wide on a screen of {width} px"

    def _note(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not EXPECTED_NOT_FOUND.search(message.location["url"]):
            self.troubles.append(f"console {message.type}: {message.text} ({message.location['url']})")

    def _note_outside(self, url: str) -> None:
        if url.startswith(("http", "ws")) and not url.split("//")[1].startswith("127.0.0.1"):
            self.troubles.append(f"asked another host: {url}")
