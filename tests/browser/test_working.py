"""A click that is not answered at once is answered by a sign of work."""

import re

from playwright.sync_api import WebSocketRoute
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from tests.browser.test_whole_path import QUICK

# the bar at the page's upper edge
BAR = "getComputedStyle(document.querySelector('.stApp'), '::before')"


class SlowServer:
    """Stands between server and browser, and while it is `slow` does not tell that all is done."""

    def __init__(self) -> None:
        self.slow = False
        self.kept: bytes | None = None

    def lay(self, browser: WebSocketRoute) -> None:
        self.browser = browser
        server = browser.connect_to_server()
        browser.on_message(server.send)
        server.on_message(self.carry)

    def carry(self, message: bytes) -> None:
        parsed = ForwardMsg()
        parsed.ParseFromString(message)
        rests = parsed.WhichOneof("type") == "session_status_changed"
        if self.slow and rests and not parsed.session_status_changed.script_is_running:
            self.kept = message
        else:
            self.browser.send(message)

    def answer(self) -> None:
        self.slow = False
        if self.kept is not None:
            self.browser.send(self.kept)
            self.kept = None


def test_while_a_page_is_on_its_way_a_bar_moves_if_it_may_and_then_it_is_gone(lone_visit):
    visit, server = lone_visit, SlowServer()
    visit.page.route_web_socket(re.compile("/_stcore/stream$"), server.lay)
    visit.open(f"polynomials{QUICK}")
    visit.page.emulate_media(reduced_motion="no-preference")
    assert_a_bar_shows_the_way_to("Data", visit, server, moves=True)
    visit.page.emulate_media(reduced_motion="reduce")
    assert_a_bar_shows_the_way_to("Polynomials", visit, server, moves=False)


def assert_a_bar_shows_the_way_to(page, visit, server, moves):
    visit.rest()
    visit.page.wait_for_function(f"{BAR}.content === 'none'")
    server.slow = True
    visit.go_to(page)
    # where there is no bar its opacity is said to be 1 as well
    visit.page.wait_for_function(f"{BAR}.content !== 'none' && {BAR}.opacity === '1'")
    assert visit.page.evaluate(f"{BAR}.translate !== 'none'") == moves
    server.answer()
    visit.page.wait_for_function(f"{BAR}.content === 'none'")
