"""Plotly's script for browsers: the one in the installed package, compressed once for all visitors."""

import asyncio
import gzip
import threading
from functools import cache
from importlib.metadata import version
from pathlib import Path

import plotly
from starlette.requests import Request
from starlette.responses import Response

from pages.channel import address

FILE = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
NAME = f"plotly-{version('plotly')}.js"  # another version has another address, so browsers may keep this one
HEADERS = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}

_lock = threading.Lock()


def served_at() -> str | None:
    """Return the address of the script, relative to the app's; None if this server has no such route."""
    return f"{address.PREFIX}/{NAME}" if address.is_served() else None


def prepare() -> None:
    """Compress the script in a thread of its own, since the server starts meanwhile."""
    threading.Thread(target=compressed, name="plotly-script", daemon=True).start()


def compressed() -> bytes:
    """Return the script compressed with gzip. The first call takes 0.2 s; others meanwhile wait for it."""
    with _lock:
        return _compressed()


async def plotly_script(request: Request) -> Response:
    """Answer with the script. Streamlit's own compression leaves alone what is compressed already."""
    headers, content = dict(HEADERS), compressed
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
    else:
        content = FILE.read_bytes
    return Response(await asyncio.to_thread(content), media_type="text/javascript", headers=headers)


@cache
def _compressed() -> bytes:
    return gzip.compress(FILE.read_bytes(), mtime=0)
