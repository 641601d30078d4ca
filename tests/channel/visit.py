"""A tab without a browser: it asks a real dashboard for a page, presses buttons, and finds its channel."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.sync.client import ClientConnection, connect

TAB = "polycore_tab"  # the component that reports the tab's name
CHANNEL = re.compile(rb"live/\w+/[0-9a-f]{32}")
WORDS = "v=1&polynomials=-x%5E2%2B1~x%5E3-2~3x&steps=2000000&hidden=8&batch=all&samples=50"


class Tab:
    """A tab of a dashboard; `opened` creates it.

    channel: the address of its live channel, relative to the server's; empty until the page has said it.
    run: the name of the run that its page follows; empty without one.
    words: the query of its address.
    """

    def __init__(self, connection: ClientConnection, server: str, page: str, words: str) -> None:
        self.server = server
        self.channel = ""
        self.run = ""
        self._connection = connection
        self._page, self.words, self._hash = page, words, ""
        self._has_begun = False
        self._buttons: dict[str, str] = {}
        self._states: dict[str, WidgetState] = {}

    def name(self, name: str) -> None:
        """Report the tab's name, as tab.js does."""
        [tab] = (key for key, state in self._states.items() if not state.json_value)
        self.draw(WidgetState(id=tab, json_value=json.dumps({"name": name})))

    def press(self, label: str) -> None:
        """Press a button, and wait until the page is drawn."""
        [key] = (key for name, key in self._buttons.items() if label in name)
        self.draw(WidgetState(id=key, trigger_value=True), keep=False)

    def draw(self, changed: WidgetState | None = None, *, keep: bool = True) -> None:
        """Ask for the page, and wait until it is drawn."""
        message = BackMsg()
        state = message.rerun_script
        state.query_string, state.page_script_hash = self.words, self._hash
        state.page_name = "" if self._hash else self._page
        state.context_info.url = self.server + self._page
        if changed is not None and keep:
            self._states[changed.id] = changed
        states = dict(self._states) | ({} if changed is None else {changed.id: changed})
        state.widget_states.widgets.extend(one for one in states.values() if one.ByteSize())
        self._has_begun = False
        self._connection.send(message.SerializeToString())
        while not self._take(self._connection.recv(timeout=60, decode=False)):
            pass

    def _take(self, data: bytes) -> bool:
        """Read a message of the server; return whether it says that the page is drawn."""
        message = ForwardMsg.FromString(data)
        kind = message.WhichOneof("type")
        if kind == "new_session":
            self._hash = message.new_session.page_script_hash
            self._has_begun = True
            self._buttons.clear()
        elif kind == "navigation":
            self._hash = message.navigation.page_script_hash
        elif kind == "page_info_changed":
            self.words = message.page_info_changed.query_string
        elif kind == "delta":
            self._take_element(message)
        channels = CHANNEL.findall(data)
        if channels:
            self.channel = channels[-1].decode()
        is_finished = (
            kind == "script_finished" and message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY
        )
        return is_finished and self._has_begun

    def _take_element(self, message: ForwardMsg) -> None:
        element = message.delta.new_element
        kind = element.WhichOneof("type")
        if kind == "button":
            self._buttons[element.button.label] = element.button.id
        elif kind == "bidi_component":
            component = element.bidi_component
            if component.component_name == TAB:
                self._states.setdefault(component.id, WidgetState(id=component.id))
            run = re.search(rb'"run": ?"(\w+)"', component.SerializeToString())
            self.run = run[1].decode() if run else self.run


@contextmanager
def opened(server: str, page: str = "train", words: str = WORDS) -> Iterator[Tab]:
    """Open a page and yield its tab; close it on exit."""
    address = f"{server.replace('http', 'ws')}_stcore/stream"
    host = urlsplit(server).netloc
    with connect(
        address,
        origin=f"http://{host}",
        subprotocols=["streamlit"],
        max_size=None,
        proxy=None,
        close_timeout=1.0,
    ) as connection:
        tab = Tab(connection, server, page, words)
        tab.draw()
        yield tab
