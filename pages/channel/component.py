"""Scripts that browsers fetch once and keep: Plotly's and our own components', with their styles.

Their addresses change with their content.
"""

import asyncio
import gzip
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

import plotly
import streamlit as st
from starlette.requests import Request
from starlette.responses import Response
from streamlit.components.v2.types import ComponentRenderer

from pages.channel import address

HEADERS = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}
PLOTLYS_FILE = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
PLOTLYS_NAME = f"plotly-{plotly.__version__}.js"
PLOTLYS_ADDRESS = f"{address.PREFIX}/{PLOTLYS_NAME}"  # relative to the app's

FOLDER = "components"  # below the channel's own
SCRIPT = Path(__file__).with_suffix(".js")  # with which the script of each component begins
# The connection may be cut at that moment, so the import is tried again, each time with another query: a
# browser may remember that an address has failed.
_IMPORT = """\
const own = document.querySelector('script[type="module"][src*="static/js/"]');
const address = new URL("%s", own ? new URL("../../", own.src) : document.baseURI);
let whole;
for (let attempt = 0; !whole; attempt += 1) {
  try {
    whole = await import(attempt ? `${address}?${attempt}` : address);
  } catch (error) {
    if (attempt === 10) throw error;
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}
export default whole.default;
"""

_declared: dict[str, "Component"] = {}


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


@dataclass(frozen=True)
class Component:
    """A component, whose script may use what `SCRIPT` has.

    Drawing a page sends the browser the script of every component on it. So it is a few lines alone, which
    import the whole script from its address.

    scripts: its files in their order; the styles of its elements are beside the last, if it has any.
    """

    name: str
    scripts: tuple[Path, ...]
    isolate_styles: bool = True

    def __post_init__(self) -> None:
        _declared[self.name] = self

    @cached_property
    def whole(self) -> str:
        """Its script behind `SCRIPT`, which gives its styles to its elements."""
        styles = self.scripts[-1].with_suffix(".css")
        css = styles.read_text(encoding="utf-8") if styles.exists() else ""
        files = (SCRIPT, *self.scripts)
        return f"const STYLES = {json.dumps(css)};\n" + "".join(
            file.read_text(encoding="utf-8") for file in files
        )

    @cached_property
    def file(self) -> str:
        """The name of its script's file; another script has another name."""
        return f"{self.name}-{sha256(self.whole.encode()).hexdigest()[:12]}.js"

    @cached_property
    def served(self) -> Script:
        """Its script, as browsers get it from its address."""
        return Script(self.whole.encode)

    @cached_property
    def draw(self) -> ComponentRenderer:
        """The function that draws it on a page; see `st.components.v2.component`."""
        script = _IMPORT % f"{address.PREFIX}/{FOLDER}/{self.file}"
        return st.components.v2.component(self.name, js=script, isolate_styles=self.isolate_styles)


def sent(key: str, event: str) -> Any:
    """Return what the component of that key has sent with an event; None if it has not. For its callback.

    It may come late, from a page that was left: Streamlit then calls the callback, but has no such key.
    """
    state = st.session_state.get(key)
    return None if state is None else state.get(event)


def prepare() -> None:
    """Read the scripts of all components, as they are when the server starts.

    Plotly's is compressed, which takes 0.2 s, in a thread of its own: the server starts meanwhile.
    """
    threading.Thread(target=plotlys.compressed, name="plotly-script", daemon=True).start()
    for component in tuple(_declared.values()):
        component.file  # noqa: B018


async def script(request: Request) -> Response:
    """Answer with the script of the component that has that file."""
    file = request.path_params["file"]
    component = _declared.get(file.rpartition("-")[0])
    if component is None or component.file != file:
        return Response(status_code=404)
    return await component.served.answer(request)
