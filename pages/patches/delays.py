"""Delays that hold the server's answers back though nothing is left to compute, and their end.

Streamlit gives its server a socket that does not say by number that it speaks TCP, and asyncio switches
Nagle's algorithm off only for those that do. Then the second part of every answer waits for the browser to
acknowledge the first, which systems put off for up to 40 ms: sixty scripts one after another had waited for
0.4 s of a first page.

And Python lets a thread that computes go on for 5 ms before another one may answer.
"""

import os
import socket
import stat
import sys
from contextlib import suppress
from pathlib import Path

OPEN_FILES = Path("/dev/fd")  # Linux and macOS
SWITCH_SECONDS = 0.0005


def end() -> None:
    """Let this server answer at once, from the next connection on."""
    sys.setswitchinterval(SWITCH_SECONDS)
    with suppress(OSError):
        for file in OPEN_FILES.iterdir():
            with suppress(OSError):  # closed meanwhile, as the folder itself will be
                _look_at(int(file.name))


def _look_at(number: int) -> None:
    if stat.S_ISSOCK(os.fstat(number).st_mode):
        with socket.socket(fileno=os.dup(number)) as found:
            _send_at_once(found)


def _send_at_once(found: socket.socket) -> None:
    """Set what each connection will have that comes over this socket, where any do."""
    if found.family in (socket.AF_INET, socket.AF_INET6) and found.getsockopt(
        socket.SOL_SOCKET, socket.SO_ACCEPTCONN
    ):
        found.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
