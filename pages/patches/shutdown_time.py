"""Let the server end, though a browser no longer reads what it was sent.

uvicorn closes every connection before it ends, and a connection closes once all of it is sent. A browser that
has stopped reading, as a sleeping laptop, would keep the server for hours.

Replaces `uvicorn.Server.shutdown`, which waits as long as `timeout_graceful_shutdown` says: forever, since
Streamlit does not set it.
Upstream: nothing known.
Needed as long as `test_streamlit_alone_waits_for_a_browser_that_does_not_read` passes.
"""

import socket

from uvicorn import Server

SECONDS = 1

uvicorns_own = Server.shutdown


async def _shutdown_in_time(server: Server, sockets: list[socket.socket] | None = None) -> None:
    if server.config.timeout_graceful_shutdown is None:
        server.config.timeout_graceful_shutdown = SECONDS
    await uvicorns_own(server, sockets)
    for connection in tuple(server.server_state.connections):
        connection.transport.abort()


def apply() -> None:
    """Let servers of this process wait for a second at most when they end."""
    Server.shutdown = _shutdown_in_time  # type: ignore[assignment, method-assign]
