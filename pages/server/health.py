"""Whether this server can serve visitors: a proxy and a container engine ask, and act on the answer.

Streamlit's own health does not know the workers, and must not: pages ask it before they connect. On a server
that has no workers, visitors can still read, and Start says what is wrong.
"""

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from streamlit import runtime

from pages.server import server
from polycore.workers.processes import Workers

NAME = "health"


def failure() -> str | None:
    """Return why no worker process can be started here; None if one could be, or has not been needed.

    Workers of a cluster do not count: all replicas share them, and no other replica would have more.
    """
    workers = server.current().workers
    return workers.failure if isinstance(workers, Workers) else None


async def health(_: Request) -> Response:
    """Answer with 200, or with 503 and a sentence if the server starts, ends, or has no workers."""
    is_ready, message = await _readiness()
    reason = failure() if is_ready else message
    return PlainTextResponse(
        reason or "ok", status_code=503 if reason else 200, headers={"Cache-Control": "no-cache"}
    )


async def _readiness() -> tuple[bool, str]:
    if not runtime.exists():
        return True, ""
    return await runtime.get_instance().is_ready_for_browser_connection
