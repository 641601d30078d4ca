"""Scripts that browsers may cache forever: their addresses change with their content. One is Plotly's."""

import asyncio
import gzip
import threading
from collections.abc import Callable
from pathlib import Path

import plotly
from starlette.requests import Request
from starlette.responses import Response

from pages.channel import address

HEADERS = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}
PLOTLYS_FILE = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
PLOTLYS_NAME = f"plotly-{plotly.__version__}.js"
PLOTLYS_ADDRESS = f"{address.PREFIX}/{PLOTLYS_NAME}"  # relative to the app's


class Script:
    """A script, compressed once for all visitors. Thread-safe.

    read: returns its bytes.
    """

    def __init__(self, read: Callable[[], bytes]) -> None:
        self._read = read
        self._lock = threading.Lock()
        self._compressed: bytes | None = None

    def compressed(self) -> bytes:
        """Return it compressed with gzip. The first call compresses it; others meanwhile wait for that."""
        with self._lock:
            if self._compressed is None:
                self._compressed = gzip.compress(self._read(), mtime=0)
            return self._compressed

    async def answer(self, request: Request) -> Response:
        """Answer with the script. Streamlit's own compression leaves alone what is compressed already."""
        headers, content = dict(HEADERS), self._read
        if "gzip" in request.headers.get("accept-encoding", ""):
            headers["Content-Encoding"] = "gzip"
            content = self.compressed
        return Response(await asyncio.to_thread(content), media_type="text/javascript", headers=headers)


plotlys = Script(PLOTLYS_FILE.read_bytes)


def prepare() -> None:
    """Compress Plotly's script, which takes 0.2 s, in a thread of its own: the server starts meanwhile."""
    threading.Thread(target=plotlys.compressed, name="plotly-script", daemon=True).start()
