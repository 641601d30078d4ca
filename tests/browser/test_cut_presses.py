"""Pause and Stop while one of their two ways to the server is cut, silent or late: each press counts once."""

import json
import re
import urllib.request
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

from tests.browser.dashboard import CONNECTED, STATUS, TROUBLE_OF_A_CUT, Visit
from tests.browser.test_whole_path import LONG
from tests.channel.tapes import unpacked

STREAMLITS, CHANNELS = "/_stcore/stream", "/live/"


@dataclass
class Way:
    """One of a tab's sockets, Streamlit's or the channel's, and what happens to what the two ends send.

    Open, it goes through. Cut, both ends are closed, and so is each new socket. Silent, it is lost, and
    neither end learns of that. Held, what the tab sends waits until `deliver`.
    """

    is_cut: bool = False
    is_silent: bool = False
    held: list[str | bytes] | None = None
    _ends: list[WebSocketRoute] = field(default_factory=list)

    def lay(self, page: Page, address: str) -> None:
        """Let the page's sockets to such an address go this way."""
        page.route_web_socket(re.compile(re.escape(address)), self._connect)

    def _connect(self, of_page: WebSocketRoute) -> None:
        if self.is_cut:
            of_page.close()
            return
        server = of_page.connect_to_server()
        self._ends = [of_page, server]
        # a socket that is silent stays so: only a new one works again
        lives = [True]

        def pass_on(end: WebSocketRoute, message: str | bytes) -> None:
            lives[0] = lives[0] and not self.is_silent
            if lives[0] and end is server and self.held is not None:
                self.held.append(message)
            elif lives[0]:
                end.send(message)

        of_page.on_message(lambda message: pass_on(server, message))
        server.on_message(lambda message: pass_on(of_page, message))

    def cut(self) -> None:
        """Close both ends, and every new socket until `mend`."""
        self.is_cut = True
        for end in self._ends:
            end.close()

    def mend(self) -> None:
        """Let new sockets through."""
        self.is_cut = self.is_silent = False

    def deliver(self) -> None:
        """Let what was held arrive now."""
        held, self.held = self.held, None
        for message in held or ():
            self._ends[1].send(message)


@dataclass
class Running:
    """A tab on Train whose run is under way, and both of its ways to the server."""

    visit: Visit
    streamlits: Way
    channels: Way

    def truth(self) -> tuple[str, int]:
        """Return the status of the run and how often it has changed, as the server itself says."""
        address, run = self.visit.page.evaluate(
            "[polycoreChannel.address, [...polycoreChannel.followers].map(({ run }) => run)"
            ".find((run) => !run.includes('-'))]"
        )
        with urllib.request.urlopen(f"{self.visit.server}{address}/{run}", timeout=20) as answer:
            header, _ = unpacked(answer.read())
        return header["status"], header["generation"]

    def becomes(self, status: str, generation: int) -> None:
        """Wait until the run has that status, and has changed so often."""
        self.visit.wait_until(lambda: self.truth() == (status, generation), state=self.truth)

    def says(self, status: str) -> None:
        """Wait until the page shows that status, whatever its buttons are."""
        expect(self.visit.page.locator(STATUS).first).to_have_text(status)

    def offers(self, *labels: str) -> None:
        """Wait until the page has these buttons, and they can be pressed."""
        for label in labels:
            button = self.visit.page.get_by_role("button", name=re.compile(rf"^{label}\b")).first
            expect(button).to_be_enabled()

    def stays(self, status: str, generation: int) -> None:
        """Check that nothing happens for longer than any press waits."""
        self.visit.pause(1.5)
        assert self.truth() == (status, generation)


@pytest.fixture
def running(lone_visit):
    """Yield a tab whose run is under way; it has changed its status once."""
    ways = Way(), Way()
    for way, address in zip(ways, (STREAMLITS, CHANNELS), strict=True):
        way.lay(lone_visit.page, address)
    lone_visit.open(f"train{LONG}").press("Start")
    lone_visit.wait_for_status("Running", after_step=100)
    here = Running(lone_visit, *ways)
    here.offers("Pause", "Stop")
    lone_visit.rest()
    lone_visit.pause(0.6)  # the page of Start has been drawn
    yield here
    for way in ways:
        way.mend()
    lone_visit.page.locator(CONNECTED).wait_for()
    lone_visit.troubles = [one for one in lone_visit.troubles if not TROUBLE_OF_A_CUT.search(one)]


@pytest.mark.parametrize("how", ["cut", "silent"])
def test_a_press_counts_once_by_streamlit_alone_and_the_run_is_followed_again(running, how):
    _, generation = running.truth()
    if how == "cut":
        running.channels.cut()
    else:
        running.channels.is_silent = True
    running.visit.press("Pause")
    running.becomes("Paused", generation + 1)
    running.offers("Resume", "Stop")
    running.visit.press("Resume")
    running.becomes("Running", generation + 2)
    step = running.visit.standing()[1]
    running.channels.mend()
    # also if nobody has closed the socket: it has brought nothing of what the page shows
    running.visit.wait_for_status("Running", after_step=step + 200)
    running.visit.press("Stop")
    running.becomes("Stopped", generation + 3)


def test_a_press_counts_once_by_the_channel_alone_and_the_page_is_drawn_when_streamlit_is_back(running):
    _, generation = running.truth()
    running.streamlits.is_silent = True  # once it is cut, Streamlit lets nobody press a button
    running.visit.press("Pause")
    running.becomes("Paused", generation + 1)
    running.says("Paused")
    running.streamlits.cut()  # in the end the network notices
    running.streamlits.mend()
    running.offers("Resume", "Stop")
    running.stays("Paused", generation + 1)
    running.visit.press("Resume")
    running.becomes("Running", generation + 2)
    running.visit.press("Stop")
    running.becomes("Stopped", generation + 3)


def test_a_press_on_two_dead_sockets_is_lost_and_never_counts_later(running):
    _, generation = running.truth()
    for way in (running.streamlits, running.channels):
        way.is_silent = True
    running.visit.press("Pause")
    running.stays("Running", generation)
    for way in (running.streamlits, running.channels):
        way.cut()
        way.mend()
    step = running.visit.standing()[1]
    running.visit.wait_for_status("Running", after_step=step + 200)
    running.visit.page.locator(CONNECTED).wait_for()
    running.stays("Running", generation)
    running.visit.press("Stop")
    running.becomes("Stopped", generation + 1)


def test_presses_that_streamlit_brings_late_change_nothing_more(running):
    _, generation = running.truth()
    running.streamlits.held = []
    running.visit.press("Pause")
    running.becomes("Paused", generation + 1)
    running.says("Paused")
    running.visit.press("Stop")
    running.becomes("Stopped", generation + 2)
    running.streamlits.deliver()
    running.offers("Start new")
    running.stays("Stopped", generation + 2)


def test_a_press_that_the_channel_brings_late_does_not_pause_a_run_that_was_resumed_since(running):
    _, generation = running.truth()
    running.channels.held = []
    running.visit.press("Pause")
    running.becomes("Paused", generation + 1)
    running.offers("Resume")
    running.visit.press("Resume")
    running.becomes("Running", generation + 2)
    halts = [json.loads(message) for message in running.channels.held if "halt" in str(message)]
    assert [halt["halt"][1:] for halt in halts] == [["pause", generation]]
    running.channels.deliver()
    running.stays("Running", generation + 2)
    running.visit.press("Stop")
    running.becomes("Stopped", generation + 3)
