"""A server of the live channel alone, with Streamlit's own settings for sockets."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import pytest
import uvicorn
from starlette.applications import Starlette
from streamlit.web.server.starlette.starlette_server import _get_uvicorn_config_kwargs
from websockets.sync.client import ClientConnection, connect

from pages.channel import routes
from pages.server import server
from tests.channel.tapes import Tape
from tests.waiting import wait_until


@dataclass(frozen=True)
class ChannelServer:
    """The server, and where it is."""

    uvicorn: uvicorn.Server
    port: int

    @property
    def tasks(self) -> int:
        """How many requests and sockets are being served."""
        return len(self.uvicorn.server_state.tasks)

    @property
    def buffered(self) -> int:
        """How many bytes wait to be sent."""
        connections = tuple(self.uvicorn.server_state.connections)
        return sum(one.transport.get_write_buffer_size() for one in connections)


@pytest.fixture(scope="session")
def channel_server() -> Iterator[ChannelServer]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        app = Starlette(routes=routes.routes())
        own = uvicorn.Server(uvicorn.Config(app, **_get_uvicorn_config_kwargs() | {"log_level": "warning"}))
        thread = threading.Thread(target=own.run, args=([listening],))
        thread.start()
        wait_until(lambda: own.started)
        yield ChannelServer(own, listening.getsockname()[1])
        own.should_exit = True
        thread.join(20)
        assert not thread.is_alive()


class Client:
    """A session's viewer, and a client for its channel."""

    def __init__(self, served_by: ChannelServer, *tapes: Tape) -> None:
        self.is_there = True
        self.server = served_by
        self.key, self.viewer = server.current().audience.open(lambda: self.is_there)
        self._tapes = tapes  # the viewer alone would not keep them
        self.viewer.show(tapes, lambda: self.is_there)
        self._opened = ExitStack()

    @property
    def path(self) -> str:
        return f"/live/a/{self.key}"

    @property
    def sockets(self) -> int:
        return self.viewer.sockets

    def connect(self, **options: Any) -> ClientConnection:
        """Open a socket, as a tab does."""
        return self.connect_to(self.path, **options)

    def connect_to(self, path: str, **options: Any) -> ClientConnection:
        address = f"ws://127.0.0.1:{self.server.port}{path}"
        options = {"close_timeout": 1.0} | options
        return self._opened.enter_context(connect(address, proxy=None, max_size=None, **options))

    def end(self) -> None:
        """Close all that was opened."""
        server.current().audience.revoke(self.key)
        self._opened.close()


@pytest.fixture
def client_of(channel_server: ChannelServer) -> Iterator[Callable[..., Client]]:
    """Return a function that opens a session that shows such tapes."""
    clients: list[Client] = []

    def opened(*tapes: Tape) -> Client:
        clients.append(Client(channel_server, *tapes))
        return clients[-1]

    yield opened
    for one in clients:
        one.end()
    wait_until(lambda: channel_server.tasks == 0, 20, state=lambda: f"{channel_server.tasks} are served yet")
