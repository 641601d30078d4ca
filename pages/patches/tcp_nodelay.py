"""Switch Nagle's algorithm off, which delays the server's answers by up to 40 ms.

Streamlit creates its listening socket without the number of the TCP protocol, and asyncio switches Nagle's
algorithm off only for sockets that have it. The second part of an answer then waits until the browser
acknowledges the first, which operating systems put off for up to 40 ms: a first page with its sixty scripts,
one after another, took 0.4 s longer.

Sets an option of the socket that `_bind_socket` creates (streamlit/web/server/starlette/starlette_server.py);
connections inherit it. asyncio's condition is in `_set_nodelay` (asyncio/base_events.py).
Upstream: uvicorn issue 3149, "--workers N loses TCP_NODELAY: every keep-alive request past the first costs
~43ms on Linux", open: uvicorn's own sockets have the same fault. We know of no Streamlit issue.
Needed as long as `test_streamlit_alone_delays_answers` passes.
"""

import os
import socket
import stat
from contextlib import suppress
from pathlib import Path

OPEN_FILES = Path("/dev/fd")  # Linux and macOS


def apply() -> None:
    """Let this server send at once, from the next connection on; on Windows nothing changes.

    Windows does not list the open files of a process. When a server starts, its socket is bound but does not
    listen yet, so this is for every socket of TCP.
    """
    with suppress(OSError):
        for file in OPEN_FILES.iterdir():
            with suppress(OSError):  # closed by now, as the folder's own descriptor is
                _set_nodelay(int(file.name))


def _set_nodelay(descriptor: int) -> None:
    if stat.S_ISSOCK(os.fstat(descriptor).st_mode):
        with socket.socket(fileno=os.dup(descriptor)) as duplicate:
            is_internet = duplicate.family in (socket.AF_INET, socket.AF_INET6)
            if is_internet and duplicate.type == socket.SOCK_STREAM:
                duplicate.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
