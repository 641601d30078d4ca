"""The proxy of deploy/haproxy.cfg before two servers that answer as the test likes.

It checks their health more often here: three checks at intervals of two seconds are long for a test.
"""

import http.client
import shutil
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.hosting.replicas import CONFIGURATION, Proxy

pytestmark = pytest.mark.slow  # it starts processes


class Server:
    """A server that answers every path with 200, and the health check as `is_healthy` says."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.is_healthy = True
        self.paths: list[str] = []
        own = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                own.paths.append(self.path)
                self.send_response(200 if own.is_healthy or self.path != "/live/health" else 503)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.http.server_port


@pytest.fixture(scope="module")
def servers() -> Iterator[dict[str, Server]]:
    if shutil.which("haproxy") is None:
        pytest.skip("HAProxy is not installed")
    servers = {name: Server(name) for name in "ab"}
    threads = [threading.Thread(target=server.http.serve_forever) for server in servers.values()]
    with ExitStack() as stack:
        for server in servers.values():
            stack.enter_context(server.http)
        for thread in threads:
            thread.start()
        yield servers
        for server in servers.values():
            server.http.shutdown()
        for thread in threads:
            thread.join()


@pytest.fixture(scope="module")
def proxy(servers, tmp_path_factory) -> Iterator[Proxy]:
    folder = tmp_path_factory.mktemp("proxy")
    quick = folder / "haproxy.cfg"
    text = CONFIGURATION.read_text(encoding="utf-8")
    assert text.count("inter 2s ") == 1
    quick.write_text(text.replace("inter 2s ", "inter 100ms "), encoding="utf-8")
    proxy = Proxy(*servers.values(), configuration=quick)
    with proxy.running(folder / "log.txt"):
        proxy.wait_for(a="UP", b="UP")
        yield proxy


def status(proxy, path, cookie=""):
    connection = http.client.HTTPConnection("127.0.0.1", proxy.port, timeout=20)
    connection.request("GET", path, headers={"Cookie": cookie})
    answer = connection.getresponse().status
    connection.close()
    return answer


def test_a_replica_without_workers_gets_no_visitors_until_it_has_some(proxy, servers):
    servers["a"].is_healthy = False
    proxy.wait_for(a="DOWN", b="UP")
    assert [status(proxy, f"/visit/{number}") for number in range(4)] == [200] * 4
    assert not any(path.startswith("/visit") for path in servers["a"].paths)
    servers["a"].is_healthy = True
    proxy.wait_for(a="UP", b="UP")


def test_a_browser_gets_the_scripts_of_components_where_its_session_is(proxy, servers):
    """During an update the other replica has another version."""
    for name in "abab":
        assert status(proxy, f"/live/components/{name}.js", f"polycore_replica={name}") == 200
    for name, server in servers.items():
        found = [path for path in server.paths if path.startswith("/live/components/")]
        assert found == 2 * [f"/live/components/{name}.js"]


@pytest.mark.parametrize(
    "path",
    [
        "/_stcore/metrics",
        "/_stcore/metrics?families=polycore_runs",
        "/demo/_stcore/metrics",
        "/_stcore/metrics/",
        "/_stcore/%6Detrics",
        "/%5Fstcore%2Fmetrics",
        "/_stcore//metrics",
        "/live/../_stcore/metrics",
    ],
)
def test_no_visitor_reads_the_metrics(proxy, servers, path):
    assert status(proxy, path) == 403
    assert not any("etrics" in path for server in servers.values() for path in server.paths)
