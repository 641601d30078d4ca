"""A server sends its answers at once, although Streamlit's socket does not name the TCP protocol."""

import asyncio
import os
import socket
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from streamlit.web.server.starlette import starlette_server

from pages.patches import tcp_nodelay


@pytest.fixture
def listening():
    """Yield a listening socket as Streamlit creates it."""
    with starlette_server._bind_socket("127.0.0.1", 0, 1) as bound:
        bound.setblocking(True)
        yield bound


def accepted(listening):
    with socket.create_connection(listening.getsockname()):
        connection, _ = listening.accept()
        return connection


def sends_at_once(connection):
    with connection:
        return has_nodelay(connection)


def has_nodelay(connection):
    return connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0


def test_streamlit_alone_delays_answers(listening):
    """If this fails, Streamlit or asyncio has mended it, and pages/patches/tcp_nodelay.py can go."""

    async def serve():
        accepts = asyncio.get_running_loop().create_future()

        def note(_, writer):
            accepts.set_result(has_nodelay(writer.get_extra_info("socket")))
            writer.close()

        async with await asyncio.start_server(note, sock=listening.dup()):
            _, writer = await asyncio.open_connection(*listening.getsockname())
            async with asyncio.timeout(20):
                sends_at_once = await accepts
            writer.close()
            await writer.wait_closed()
            return sends_at_once

    # in a thread: a browser test before this one leaves its own event loop in the main thread
    with ThreadPoolExecutor(1) as threads:
        assert not threads.submit(lambda: asyncio.run(serve())).result()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not list the open files of a process")
def test_the_next_connections_send_at_once(listening):
    assert not sends_at_once(accepted(listening))
    tcp_nodelay.apply()
    assert sends_at_once(accepted(listening))


def test_open_connections_stay_open(listening):
    with socket.create_connection(listening.getsockname()) as client:
        connection, _ = listening.accept()
        with connection:
            tcp_nodelay.apply()
            client.sendall(b"still here")
            assert connection.recv(10) == b"still here"


def test_it_leaves_no_file_open():
    """A copy of a pipe that stays open never ends for its reader: a browser once waited for ever."""
    reader, writer = os.pipe()
    with os.fdopen(reader, "rb"), os.fdopen(writer, "wb"):
        before = sorted(tcp_nodelay.OPEN_FILES.iterdir())
        tcp_nodelay.apply()
        assert sorted(tcp_nodelay.OPEN_FILES.iterdir()) == before
