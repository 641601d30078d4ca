"""A light client: it communicates with the server as a page in a browser does, and draws nothing."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from time import perf_counter
from typing import NamedTuple
from urllib.parse import urlencode, urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.BidiComponent_pb2 import BidiComponent
from streamlit.proto.Button_pb2 import Button
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.typing import Origin, Subprotocol

PATIENCE = 60.0  # seconds within which a page must respond
# components: the one that sends the tab's name, and text that follows a run
TAB, TEXT = "polycore_tab", "polycore_text"


class VisitError(Exception):
    """The page did not respond as expected."""


# errors that may end a visit: of the page, the connection and the server
FAILURES = (VisitError, WebSocketException, OSError)


class Standing(NamedTuple):
    """The status of the run in a frame that came at `seconds`, by perf_counter."""

    seconds: float
    status: str
    step: int


class Visitor:
    """A tab; created by `visiting`.

    standings: the status of the run in each frame that came. maps: when another map came, by perf_counter.
    received, messages: numbers of bytes and of messages; framed: of the bytes, those of frames.
    exceptions: what the page showed in place of elements that failed.
    """

    def __init__(self, connection: ClientConnection, address: str, page: str, query: str) -> None:
        self._connection = connection
        self._address, self._page, self._query = address, page, query
        self._page_hash = ""
        self._states: dict[str, WidgetState] = {}
        self._buttons: dict[str, str] = {}
        self._map = b""
        self._live: asyncio.Task[None] | None = None  # reads the live channel at `_channel`
        self._channel = ""
        # the text that reports a change of the run, and whether the page shows the run as advancing
        self._bar: tuple[str, bool] | None = None
        self._reported: object = None
        # whether a requested run of the whole page has not begun, and whether the last one is drawn
        self._is_awaited = self._is_drawn = False
        self._came = asyncio.Event()
        self._closed: ConnectionClosed | None = None
        self.standings: list[Standing] = []
        self.maps: list[float] = []
        self.received = self.messages = self.framed = 0
        self.exceptions: list[str] = []

    async def open(self) -> None:
        """Request the page, and wait until it is drawn."""
        await self._rerun()
        await self.until(lambda: self._is_drawn, "is drawn")

    async def press(self, label: str) -> float:
        """Press the button with this label as soon as it is enabled; return the time by perf_counter."""
        await self.until(lambda: label in self._buttons, f"has a button {label}")
        pressed = perf_counter()
        await self._rerun(WidgetState(id=self._buttons[label], trigger_value=True))
        return pressed

    def first_map_after(self, seconds: float) -> float | None:
        """Return when the first map came after `seconds`, by perf_counter; None if none has."""
        return next((time for time in self.maps if time > seconds), None)

    async def until_status(self, *statuses: str, patience: float = PATIENCE) -> Standing:
        """Wait until the page shows one of these statuses, and return the run's standing then."""
        await self.until(
            lambda: bool(self.standings) and self.standings[-1].status in statuses,
            f"shows that the run is {' or '.join(statuses)}",
            patience,
        )
        return self.standings[-1]

    async def until(self, condition: Callable[[], bool], what: str, patience: float = PATIENCE) -> None:
        """Wait for `condition`, which is checked after each message.

        Raises VisitError after `patience` in seconds, and ConnectionClosed if the server is gone.
        """
        try:
            async with asyncio.timeout(patience):
                while not condition():
                    if self._closed is not None:
                        raise self._closed
                    self._came.clear()
                    await self._came.wait()
        except TimeoutError:
            raise VisitError(
                f"got {self.standings[-1:]} last; expected a page that {what} within {patience:.0f} s."
            ) from None

    async def listen(self) -> None:
        """Process the server's messages until the connection ends."""
        try:
            while True:
                data = await self._connection.recv(decode=False)
                self.received += len(data)
                self.messages += 1
                await self._take(ForwardMsg.FromString(data))
                self._came.set()
        except ConnectionClosed as closed:
            self._closed = closed
            self._came.set()

    async def leave(self) -> None:
        """Close the live channel."""
        if self._live is not None:
            self._live.cancel()
            with suppress(asyncio.CancelledError):
                await self._live

    async def _follow(self, address: str) -> None:
        """Read the frames of the live channel until it ends."""
        host = urlsplit(self._address).netloc
        with suppress(ConnectionClosed):
            async with connect(
                f"ws://{host}/{address}", origin=Origin(f"http://{host}"), max_size=None, ping_interval=None
            ) as socket:
                while True:
                    data = await socket.recv(decode=False)
                    self.received += len(data)
                    self.framed += len(data)
                    self.messages += 1
                    await self._take_frame(data)
                    self._came.set()

    async def _take_frame(self, data: bytes) -> None:
        size = int.from_bytes(data[:4], "little")
        header, start = json.loads(data[4 : 4 + size]), 4 + size
        for name, length in header["blobs"]:
            if name == "map":
                picture = data[start : start + length]
                if picture != self._map:
                    self._map = picture
                    self.maps.append(perf_counter())
            start += length
        if "status" not in header:  # of the text of weights for an address, which a browser would ask for
            return
        self.standings.append(Standing(perf_counter(), header["status"], header["step"]))
        change = header["run"], header["generation"]
        if self._bar is not None and header["active"] != self._bar[1] and self._reported != change:
            self._reported = change
            # as live_text.js: once the run begins or ends to advance, the page is drawn again
            events = json.dumps([{"event": "changed", "value": True}])
            key = f"$$STREAMLIT_INTERNAL_KEY_{self._bar[0]}__events"
            await self._rerun(WidgetState(id=key, json_trigger_value=events))

    async def _take(self, message: ForwardMsg) -> None:
        match message.WhichOneof("type"):
            case "delta":
                await self._take_element(message.delta.new_element)
            case "new_session":
                self._page_hash = message.new_session.page_script_hash
                self._is_awaited = False
            case "navigation":
                self._page_hash = message.navigation.page_script_hash
            case "page_info_changed":
                self._query = message.page_info_changed.query_string
            case "script_finished" if message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY:
                self._is_drawn = not self._is_awaited

    async def _take_element(self, element: Element) -> None:
        match element.WhichOneof("type"):
            case "button":
                self._take_button(element.button)
            case "bidi_component":
                await self._take_component(element.bidi_component)
            case "exception":
                self.exceptions.append(element.exception.message)

    def _take_button(self, button: Button) -> None:
        if button.disabled:
            self._buttons.pop(button.label, None)
        else:
            self._buttons[button.label] = button.id

    async def _take_component(self, component: BidiComponent) -> None:
        if component.component_name == TEXT:
            self._take_text(component)
        elif component.component_name == TAB and component.id not in self._states:
            data = json.loads(component.json)
            if data["again"]:  # as tab.js: Home is drawn in two parts
                name = json.dumps({"name": data["name"]})
                self._states[component.id] = WidgetState(id=component.id, json_value=name)
                await self._rerun()

    def _take_text(self, component: BidiComponent) -> None:
        data = json.loads(component.json)
        if (follow := data["follow"]) is None:
            return
        if data["reports"] and data["html"]:  # without any, it waits for a text for the address
            self._bar = component.id, follow["active"]
            self._reported = None
        if follow["address"] != self._channel:
            self._channel = follow["address"]
            if self._live is not None:
                self._live.cancel()
            self._live = asyncio.create_task(self._follow(self._channel))

    async def _rerun(self, pressed: WidgetState | None = None) -> None:
        """Request a run of the page."""
        self._is_awaited, self._is_drawn = True, False
        message = BackMsg()
        state = message.rerun_script
        state.query_string = self._query
        state.page_script_hash = self._page_hash
        state.page_name = "" if self._page_hash else self._page
        state.context_info.url = self._address + self._page
        state.widget_states.widgets.extend(self._states.values())
        if pressed is not None:
            state.widget_states.widgets.append(pressed)
        await self._connection.send(message.SerializeToString())


@asynccontextmanager
async def visiting(address: str, page: str, words: Mapping[str, str]) -> AsyncIterator[Visitor]:
    """Yield a visitor whose `page` is drawn, opened with the query `words`; close the tab on exit.

    `address`: the server's, such as http://127.0.0.1:8501/.
    """
    host = urlsplit(address).netloc
    async with connect(
        f"ws://{host}/_stcore/stream",
        subprotocols=[Subprotocol("streamlit")],
        origin=Origin(f"http://{host}"),
        max_size=None,
        ping_interval=None,  # a browser's page sends none
    ) as connection:
        visitor = Visitor(connection, address, page, urlencode(words))
        listening = asyncio.create_task(visitor.listen())
        try:
            await visitor.open()
            yield visitor
        finally:
            await visitor.leave()
            await connection.close()
            await listening
