"""A browser under as little observation as possible.

Tools that drive a browser enable the `Runtime` domain of its inspector, after which it takes twice as long
to parse scripts: Plotly's took 0.45 s instead of 0.22. This module speaks the inspector's protocol
directly, without that.
"""

import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from websockets.sync.client import ClientConnection, connect

from benchmarks.timing import BenchmarkError

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
OPTIONS = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
SIZE = {"width": 1280, "height": 800, "deviceScaleFactor": 1, "mobile": False}
PATIENCE_SECONDS = 30.0
LOOK_SECONDS = 0.1


class Tab:
    """A tab of a first-time visitor: it shares nothing with other tabs, and its cache is empty."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection
        self._numbers = count(1)
        self._session: str | None = None
        self._context = self._call("Target.createBrowserContext")["browserContextId"]
        new = {"url": "about:blank", "browserContextId": self._context}
        target = self._call("Target.createTarget", **new)["targetId"]
        self._session = self._call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self._call("Page.enable")
        self._call("Emulation.setDeviceMetricsOverride", **SIZE)

    def open(self, address: str, script: str) -> None:
        """Open a page, in which `script` runs before its own scripts."""
        self._call("Page.addScriptToEvaluateOnNewDocument", source=script)
        self._call("Page.navigate", url=address)

    def wait_for(self, expression: str) -> Any:
        """Return the value of a JavaScript expression as soon as it is true.

        Raises BenchmarkError if it is not within half a minute.
        """
        end = monotonic() + PATIENCE_SECONDS
        while monotonic() < end:
            value = self._value(expression)
            if value:
                return value
            sleep(LOOK_SECONDS)
        shown = self._value("`${document.visibilityState}: ${document.body?.innerText}`")
        raise BenchmarkError(
            f"got the page {shown!r}; expected {expression} within {PATIENCE_SECONDS:.0f} s."
        )

    def _value(self, expression: str) -> Any:
        result = self._call("Runtime.evaluate", expression=expression, returnByValue=True)["result"]
        return result.get("value")

    def processor_seconds(self) -> float:
        """Return the processor time of all the browser's processes so far."""
        processes = self._answer("SystemInfo.getProcessInfo", None, {})["processInfo"]
        return float(sum(process["cpuTime"] for process in processes))

    def close(self) -> None:
        """Close the tab and discard its data."""
        self._session = None
        self._call("Target.disposeBrowserContext", browserContextId=self._context)

    def _call(self, method: str, **parameters: Any) -> dict[str, Any]:
        return self._answer(method, self._session, parameters)

    def _answer(self, method: str, session: str | None, parameters: dict[str, Any]) -> dict[str, Any]:
        """Return the answer of the tab's session, or of the browser itself if that is None."""
        number = next(self._numbers)
        message = {"id": number, "method": method, "params": parameters}
        if session is not None:
            message["sessionId"] = session
        self._connection.send(json.dumps(message))
        while True:
            answer = json.loads(self._connection.recv(timeout=PATIENCE_SECONDS))
            if answer.get("id") != number:
                continue  # an event
            if "error" in answer:
                raise BenchmarkError(f"The browser refuses {method}: {answer['error']['message']}")
            return dict(answer["result"])


@contextmanager
def launched() -> Iterator[ClientConnection]:
    """Start a browser and yield a connection to it, for one Tab after the other; then end it.

    Raises BenchmarkError if there is none or it does not start.
    """
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        raise BenchmarkError(f"A browser is needed: install one of {', '.join(NAMES)}.")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        command = [path, *OPTIONS, "--remote-debugging-port=0", f"--user-data-dir={folder}", "about:blank"]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603
        try:
            with connect(_address(Path(folder)), max_size=None, proxy=None) as connection:
                yield connection
        finally:
            process.terminate()
            process.wait()


def _address(folder: Path) -> str:
    end = monotonic() + PATIENCE_SECONDS
    while monotonic() < end:
        # the browser writes this file when it listens: the port and, on a second line, the path
        written = folder / "DevToolsActivePort"
        lines = written.read_text(encoding="ascii").split() if written.exists() else []
        if len(lines) == 2:
            return f"ws://127.0.0.1:{lines[0]}{lines[1]}"
        sleep(LOOK_SECONDS)
    raise BenchmarkError(f"The browser did not start within {PATIENCE_SECONDS:.0f} s.")
