"""A server ends within a second or two, though a browser no longer reads what it was sent."""

import socket
import threading

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from streamlit.web.server.starlette import starlette_server

from pages.patches import shutdown_time
from tests.waiting import wait_until

MUCH = bytes(20_000_000)  # more than the system takes from a server on behalf of a browser
HANDSHAKE = (
    b"GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n\r\n"
)


async def send_much(browser):
    await browser.accept()
    await browser.send_bytes(MUCH)
    while (await browser.receive())["type"] != "websocket.disconnect":
        pass


@pytest.fixture
def ended():
    """Return a function: whether a server whose browser does not read ends within so many seconds."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        app = Starlette(routes=[WebSocketRoute("/", send_much)])
        settings = starlette_server._get_uvicorn_config_kwargs() | {"log_level": "critical"}
        server = uvicorn.Server(uvicorn.Config(app, **settings))
        thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
        thread.start()
        wait_until(lambda: server.started)

        def within(seconds):
            with socket.create_connection(listening.getsockname()) as browser:
                browser.sendall(HANDSHAKE)
                assert browser.recv(12) == b"HTTP/1.1 101"
                server.should_exit = True
                thread.join(seconds)
                return not thread.is_alive()

        yield within
        thread.join(20)  # once the browser has gone, any server ends
        assert not thread.is_alive()


def test_a_server_ends_though_a_browser_does_not_read(ended, monkeypatch):
    monkeypatch.setattr(uvicorn.Server, "shutdown", uvicorn.Server.shutdown)
    shutdown_time.apply()
    assert ended(20)


def test_streamlit_alone_waits_for_a_browser_that_does_not_read(ended, monkeypatch):
    monkeypatch.setattr(uvicorn.Server, "shutdown", shutdown_time.uvicorns_own)
    assert not ended(3 * shutdown_time.SECONDS)
