"""A click that is not answered at once is answered by a sign of work."""

import re

from playwright.sync_api import WebSocketRoute
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from tests.browser.test_whole_path import QUICK

# the bar at the page's upper edge, which moves in from the left
BAR = "getComputedStyle(document.querySelector('.stApp'), '::before')"


class SlowServer:
    """Stands between server and browser, and while it is `slow` keeps the end of another page to itself."""

    def __init__(self) -> None:
        self.slow = False
        self.begun = False
        self.page = ""
        self.kept: list[bytes] = []

    def lay(self, browser: WebSocketRoute) -> None:
        self.browser = browser
        server = browser.connect_to_server()
        browser.on_message(server.send)
        server.on_message(self.carry)

    def carry(self, message: bytes) -> None:
        told = ForwardMsg()
        told.ParseFromString(message)
        kind = told.WhichOneof("type")
        ends = kind == "session_status_changed" and not told.session_status_changed.script_is_running
        if kind == "new_session":
            self.begun |= self.slow and told.new_session.page_script_hash != self.page
            self.page = told.new_session.page_script_hash
        if self.begun and (self.kept or ends or kind == "script_finished"):
            self.kept.append(message)
        else:
            self.browser.send(message)

    def answer(self) -> None:
        self.slow = self.begun = False
        while self.kept:
            self.browser.send(self.kept.pop(0))


def test_while_a_page_is_on_its_way_a_bar_moves_and_then_it_is_gone(visitor):
    visit, server = visitor(), SlowServer()
    visit.page.route_web_socket(re.compile("/_stcore/stream$"), server.lay)
    visit.open(f"polynomials{QUICK}")
    visit.rest()
    visit.page.wait_for_function(f"{BAR}.content === 'none'")
    server.slow = True
    visit.go_to("Data")
    visit.page.wait_for_function(f"{BAR}.opacity === '1'")
    server.answer()
    visit.page.wait_for_function(f"{BAR}.content === 'none'")
