"""A proxy that refuses the websocket of the live channel, and ends websockets when a test says so."""

import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Literal
from urllib.parse import urlsplit

REFUSAL = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
Manner = Literal["refuses", "does not answer", "lets through"]


class UpgradeProxy(socketserver.ThreadingTCPServer):
    """Passes everything on to a server but requests to open the live channel's socket.

    manner: what it does with those.
    """

    request_queue_size = 50

    def __init__(self, server: str, manner: Manner) -> None:
        super().__init__(("127.0.0.1", 0), _Connection)
        target = urlsplit(server)
        self.target = (target.hostname, target.port)
        self.manner: Manner = manner
        self.sockets: dict[socket.socket, str] = {}  # each websocket that is open, and its path
        self.ended = threading.Event()
        self.connections: list[socket.socket] = []

    def cut(self) -> list[str]:
        """End each websocket that is open now, and return their paths."""
        sockets = dict(self.sockets)
        for connection in sockets:
            _end(connection)
        return list(sockets.values())

    @contextmanager
    def running(self) -> Iterator[str]:
        """Run it in a thread and yield its address."""
        thread = threading.Thread(target=self.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{self.server_address[1]}/"
        finally:
            self.shutdown()
            self.ended.set()
            for connection in tuple(self.connections):
                _end(connection)
            self.server_close()  # waits for the threads of connections
            thread.join(20)


class _Connection(socketserver.BaseRequestHandler):
    server: UpgradeProxy

    def handle(self) -> None:
        self.server.connections.append(self.request)
        with suppress(OSError):
            head = self._head()
            path = head.split(b"\r\n")[0].decode()
            is_socket = b"upgrade: websocket" in head.lower()
            manner = self.server.manner if is_socket and "/live/" in path else "lets through"
            if manner == "does not answer":
                self.server.ended.wait()
            elif manner == "refuses":
                self.request.sendall(REFUSAL)
            elif head:
                if is_socket:
                    self.server.sockets[self.request] = path
                self._pass_on(head)
        self.server.sockets.pop(self.request, None)

    def _head(self) -> bytes:
        head = b""
        while b"\r\n\r\n" not in head:
            data = self.request.recv(65536)
            if not data:
                return b""
            head += data
        return head

    def _pass_on(self, head: bytes) -> None:
        with socket.create_connection(self.server.target) as onward:
            self.server.connections.append(onward)
            onward.sendall(head)
            back = threading.Thread(target=_copy, args=(onward, self.request))
            back.start()
            _copy(self.request, onward)
            back.join()


def _copy(source: socket.socket, target: socket.socket) -> None:
    """Copy until one of the two ends, and end both."""
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    _end(source)
    _end(target)


def _end(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
