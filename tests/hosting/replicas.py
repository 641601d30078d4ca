"""Two replicas of the image behind the proxy of deploy/haproxy.cfg, on this machine."""

import csv
import os
import re
import signal
import socket
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError

from tests.browser.dashboard import free_port
from tests.hosting import image
from tests.hosting.image import ROOT, Image
from tests.waiting import wait_until

COOKIE = "polycore_replica"
CONFIGURATION = ROOT / "deploy/haproxy.cfg"


class Replica:
    """A server of the image; its output goes to a log file next to the image's folders."""

    def __init__(self, name: str, built: Image) -> None:
        self.name = name
        self.port = free_port()
        self.log = built.app.with_name(f"{name}.txt")
        self._image = built
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def is_running(self) -> bool:
        return self._process is not None

    def start(self) -> None:
        """Start it unless it is running, and wait until it is healthy."""
        if self.is_running:
            return
        home = self._image.home(f"home of {self.name}")
        own = {"HOME": str(home), "STREAMLIT_SERVER_ADDRESS": "127.0.0.1"}
        own |= {"STREAMLIT_SERVER_PORT": str(self.port), "POLYCORE_REPLICA": self.name}
        command = self._image.runnable(image.command())
        # no path of this process: the image's own packages are to be found
        environment = os.environ | image.environment() | own | {"PYTHONPATH": ""}
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                command, cwd=self._image.app, env=environment, stdout=log, stderr=log
            )
        wait_until(lambda: answers(f"{self.address}live/health"))

    def kill(self) -> None:
        """End it abruptly, as when a machine fails."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """End it as Docker does."""
        self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(timeout=20)
            self._process = None


class Proxy:
    """HAProxy with a configuration, by default the repository's own."""

    def __init__(self, *replicas: Replica, configuration: Path = CONFIGURATION) -> None:
        self._configuration = configuration
        self.port, self._admin = free_port(), free_port()
        self.address = f"http://127.0.0.1:{self.port}/"
        self.environment = {
            "POLYCORE_ADMIN": f"127.0.0.1:{self._admin}",
            "POLYCORE_BIND": f"127.0.0.1:{self.port}",
            **{f"POLYCORE_REPLICA_{one.name.upper()}": f"127.0.0.1:{one.port}" for one in replicas},
        }

    @contextmanager
    def running(self, log: Path) -> Iterator[None]:
        """Run it, with its output in `log`."""
        command = ["haproxy", "-db", "-f", str(self._configuration)]
        with log.open("wb") as output:
            process = subprocess.Popen(
                command, env=os.environ | self.environment, stdout=output, stderr=output
            )
        try:
            wait_until(lambda: answers(f"{self.address}_stcore/health"))
            yield
        finally:
            process.terminate()
            process.wait(timeout=20)

    def command(self, words: str) -> str:
        """Return its answer to a command, such as those in docs/hosting.md."""
        with socket.create_connection(("127.0.0.1", self._admin), timeout=20) as connection:
            connection.sendall(f"{words}\n".encode())
            connection.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: connection.recv(4096), b"")).decode()

    def statuses(self) -> dict[str, str]:
        """Return the status of each replica as the proxy sees it: UP, DOWN or DRAIN."""
        rows = csv.DictReader(self.command("show stat").removeprefix("# ").splitlines())
        return {row["svname"]: row["status"] for row in rows if row["svname"] in ("a", "b")}

    def connections(self) -> int:
        """Return how many connections it counts from this machine."""
        return int(re.findall(r"conn_cur=(\d+)", self.command("show table visitors"))[0])

    def wait_for(self, **statuses: str) -> None:
        """Wait until the replicas have these statuses."""
        wait_until(lambda: statuses.items() <= self.statuses().items(), state=self.statuses)


def answers(address: str) -> bool:
    """Return whether a healthy server answers at this address."""
    try:
        with urllib.request.urlopen(address, timeout=5):
            return True
    except (URLError, ConnectionError, TimeoutError):
        return False
