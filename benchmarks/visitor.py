"""A visitor that costs little: it speaks with the server as a page in a browser does, and draws nothing."""

import asyncio
import re
import secrets
from collections import Counter
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

PATIENCE = 60.0  # seconds in which a page does anything
STANDING = re.compile(r"\*\*(\w+)\*\*.*?step ([\d,]+) of")
PLACE = re.compile(r"\bplace (\d+)")
TAB, LIVE = "polycore_tab", "polycore_live"  # components: the one that tells a tab's name, and a figure


class VisitError(Exception):
    """The page did not do what it should."""


# what a visit may end with: the page's fault, the connection's, the server's
FAILURES = (VisitError, WebSocketException, OSError)


class Standing(NamedTuple):
    """How the run stands, as the page told it.

    seconds: when, by perf_counter. place: in the queue; None where the page tells none.
    """

    seconds: float
    status: str
    step: int
    place: int | None


class Visitor:
    """A tab of its own; `visiting` makes it.

    standings: all that the page has told about the run. changes: how often each live figure has changed, by
    its key. received: bytes, in so many messages. exceptions: what the page showed in the place of an element
    that failed.
    """

    def __init__(self, connection: ClientConnection, address: str, page: str, query: str) -> None:
        self._connection = connection
        self._address, self._page, self._query = address, page, query
        self._page_hash = ""
        self._states: dict[str, WidgetState] = {}
        self._ticks: dict[str, asyncio.Task[None]] = {}
        self._buttons: dict[str, str] = {}
        self._figures: dict[str, bytes] = {}
        # whether a run of the whole page was asked for that has not begun, and whether the last one is drawn
        self._is_awaited = self._is_drawn = False
        self._came = asyncio.Event()
        self._closed: ConnectionClosed | None = None
        self.standings: list[Standing] = []
        self.changes: Counter[str] = Counter()
        self.received = self.messages = 0
        self.exceptions: list[str] = []

    async def open(self) -> None:
        """Ask for the page and wait until it is drawn, and once more as the tab has told its name."""
        await self._rerun()
        await self.until(lambda: self._is_drawn and bool(self._states), "is drawn")

    async def press(self, label: str) -> float:
        """Press the button of that label as soon as it is there; return when, by perf_counter."""
        await self.until(lambda: label in self._buttons, f"has a button {label}")
        pressed = perf_counter()
        await self._rerun(WidgetState(id=self._buttons[label], trigger_value=True))
        return pressed

    async def until_status(self, *wanted: str) -> Standing:
        """Wait until the page tells one of these statuses, and return how the run stands then."""
        await self.until(
            lambda: bool(self.standings) and self.standings[-1].status in wanted,
            f"tells that the run is {' or '.join(wanted)}",
        )
        return self.standings[-1]

    async def until(self, condition: Callable[[], bool], what: str) -> None:
        """Wait for `condition`, looked at with each message.

        Raises VisitError where it takes a minute, and ConnectionClosed where the server is gone.
        """
        try:
            async with asyncio.timeout(PATIENCE):
                while not condition():
                    if self._closed is not None:
                        raise self._closed
                    self._came.clear()
                    await self._came.wait()
        except TimeoutError:
            raise VisitError(
                f"Within {PATIENCE:.0f} s no page came that {what}; it told last: {self.standings[-1:]}."
            ) from None

    async def listen(self) -> None:
        """Take what the server sends, until the connection ends."""
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

    def rest(self) -> None:
        """Ask for no more ticks."""
        for fragment in tuple(self._ticks):
            self._end_ticks(fragment)

    async def _take(self, message: ForwardMsg) -> None:
        match message.WhichOneof("type"):
            case "delta":
                await self._take_element(message.delta.new_element)
            case "new_session":
                self._page_hash = message.new_session.page_script_hash
                if not message.metadata.run.fragment_ids:
                    self._begin_page()
            case "navigation":
                self._page_hash = message.navigation.page_script_hash
            case "page_info_changed":
                self._query = message.page_info_changed.query_string
            case "script_finished" if message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY:
                self._is_drawn = not self._is_awaited
            case _:
                self._take_timer(message)

    def _begin_page(self) -> None:
        self._is_awaited = False
        self.rest()  # as a browser does: a run of the whole page says anew which fragments tick

    def _take_timer(self, message: ForwardMsg) -> None:
        match message.WhichOneof("type"):
            case "auto_rerun":
                self._begin_ticks(message.auto_rerun.fragment_id, message.auto_rerun.interval)
            case "stop_auto_rerun":
                for fragment in message.stop_auto_rerun.fragment_ids:
                    self._end_ticks(fragment)

    async def _take_element(self, element: Element) -> None:
        match element.WhichOneof("type"):
            case "button":
                self._take_button(element.button)
            case "bidi_component":
                await self._take_component(element.bidi_component)
            case "progress":
                self._take_standing(element.progress.text)
            case "exception":
                self.exceptions.append(element.exception.message)

    def _take_button(self, button: Button) -> None:
        if button.disabled:
            self._buttons.pop(button.label, None)
        else:
            self._buttons[button.label] = button.id

    async def _take_component(self, component: BidiComponent) -> None:
        if component.component_name == LIVE:
            key = component.id.rpartition("-")[2]
            self.changes[key] += self._figures.get(key) != component.bytes
            self._figures[key] = component.bytes
        elif component.component_name == TAB and component.id not in self._states:
            name = secrets.token_hex(16)
            self._states[component.id] = WidgetState(id=component.id, json_value=f'{{"name": "{name}"}}')
            await self._rerun()

    def _take_standing(self, text: str) -> None:
        found, place = STANDING.search(text), PLACE.search(text)
        if found:
            step = int(found[2].replace(",", ""))
            self.standings.append(Standing(perf_counter(), found[1], step, int(place[1]) if place else None))

    def _begin_ticks(self, fragment: str, interval: float) -> None:
        if fragment not in self._ticks:
            self._ticks[fragment] = asyncio.create_task(self._tick(fragment, interval))

    def _end_ticks(self, fragment: str) -> None:
        if fragment in self._ticks:
            self._ticks.pop(fragment).cancel()

    async def _tick(self, fragment: str, interval: float) -> None:
        with suppress(ConnectionClosed):
            while True:
                await asyncio.sleep(interval)
                await self._rerun(fragment=fragment)

    async def _rerun(self, pressed: WidgetState | None = None, fragment: str = "") -> None:
        """Ask for a run of the whole page, or of one fragment of it that ticks."""
        if not fragment:
            self._is_awaited, self._is_drawn = True, False
        message = BackMsg()
        state = message.rerun_script
        state.query_string = self._query
        state.page_script_hash = self._page_hash
        state.page_name = "" if self._page_hash else self._page
        state.fragment_id = fragment
        state.is_auto_rerun = bool(fragment)
        state.context_info.url = self._address + self._page
        state.widget_states.widgets.extend(self._states.values())
        if pressed is not None:
            state.widget_states.widgets.append(pressed)
        await self._connection.send(message.SerializeToString())


@asynccontextmanager
async def visiting(address: str, page: str, words: Mapping[str, str]) -> AsyncIterator[Visitor]:
    """Yield a visitor whose `page` is drawn, opened with the query `words`; leave as one who closes the tab.

    `address`: of the server, such as http://127.0.0.1:8501/.
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
            visitor.rest()
            await connection.close()
            await listening
