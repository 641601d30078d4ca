"""A late end of a run or tab name neither returns the user to a page that was left nor interrupts a press.

A press has the page drawn once, though what it changes comes over the live channel too: test_live_text.py.
"""

import re
import time
from uuid import uuid4

import pytest
from playwright.sync_api import WebSocketRoute, expect
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from pages.state import recall
from tests.browser import workers
from tests.browser.test_touch import LONG

COMPONENT = re.compile("/BidiComponent")  # Streamlit's script that every component needs


class Wire:
    """The messages from the browser to the server, which can be held back."""

    def __init__(self) -> None:
        self.held: list[bytes] | None = None

    def lay(self, browser: WebSocketRoute) -> None:
        """Forward the messages of a browser's socket."""
        self.server = browser.connect_to_server()
        browser.on_message(self.carry)

    def carry(self, message: bytes) -> None:
        if self.held is None:
            self.server.send(message)
        else:
            self.held.append(message)


def tells_the_end(message: bytes) -> bool:
    """Return whether a page asks to be drawn again because its run has ended."""
    widgets = BackMsg.FromString(message).rerun_script.widget_states.widgets
    return any("run_bar.text" in widget.id and widget.json_trigger_value for widget in widgets)


def names_the_tab(message: bytes) -> bool:
    widgets = BackMsg.FromString(message).rerun_script.widget_states.widgets
    return any(recall.COMPONENT_KEY in widget.id for widget in widgets)


# each trains an experiment of its own: a server that has computed one already needs no worker for it
@pytest.mark.parametrize(
    ("steps", "comes_last"), [("2000", False), ("2001", True)], ids=["first the end", "first the page"]
)
def test_an_end_during_a_switch_of_pages_neither_returns_to_the_page_nor_is_lost(
    lone_visit, steps, comes_last
):
    visit, wire = lone_visit, Wire()
    visit.page.route_web_socket(re.compile("/_stcore/stream$"), wire.lay)
    visit.open(f"train{LONG}".replace("5000000", steps))
    with workers.stopped(visit.server):
        visit.press("Start")
        visit.wait_for_status("Running", after_step=-1)
        visit.rest()
        wire.held = []
    visit.wait_until(lambda: any(map(tells_the_end, wire.held)))
    visit.page.get_by_test_id("stPageLink-NavLink").filter(has_text="Data").click()
    visit.wait_until(lambda: not tells_the_end(wire.held[-1]))
    held, wire.held = wire.held, None
    # right behind the request for Data: the end arrives before that is drawn, and once more while it is
    end = next(filter(tells_the_end, held))
    for message in [*held, end] if not comes_last else [*(one for one in held if one != end), end, end]:
        wire.server.send(message)
    visit.page.get_by_role("heading", name="Data", exact=True).wait_for()
    visit.wait_for_status("Finished")
    wire.server.send(end)
    visit.go_to("Compare").page.get_by_role("button", name=re.compile("Delete")).wait_for()
    visit.go_to("Train").page.get_by_role("button", name=re.compile("Start new")).wait_for()


def presses(message: bytes, button: str) -> bool:
    widgets = BackMsg.FromString(message).rerun_script.widget_states.widgets
    return any(widget.id.endswith(f"controls.{button}") and widget.trigger_value for widget in widgets)


def test_a_press_that_halts_is_answered_before_streamlit_has_it_and_the_page_is_drawn_once(lone_visit):
    visit, wire = lone_visit, Wire()
    visit.page.route_web_socket(re.compile("/_stcore/stream$"), wire.lay)
    visit.open(f"train{LONG}")
    for begin, button, status, then in (
        ("Start", "Pause", "Paused", "Resume"),
        ("Resume", "Stop", "Stopped", "Start new"),
    ):
        visit.press(begin)
        visit.wait_for_status("Running", after_step=20)
        visit.rest()
        wire.held = []
        visit.press(button)
        visit.wait_until(lambda status=status: visit.standing()[0] == status, state=visit.standing)
        step = visit.standing()[1]
        [press], wire.held = wire.held, None
        assert presses(press, button)
        wire.server.send(press)
        visit.page.get_by_role("button", name=re.compile(then)).wait_for()
        assert visit.wait_for_status(status) == step


def test_few_presses_have_the_page_drawn_more_than_once(lone_visit):
    visit, drawings = lone_visit, []

    def listen(socket):
        if socket.url.endswith("/_stcore/stream"):
            socket.on("framereceived", lambda message: begins_drawing(message) and drawings.append(message))

    visit.page.on("websocket", listen)
    visit.open(f"train{LONG}")
    drawings.clear()
    presses = (
        ("One step", "Paused"),
        ("One step", "Paused"),
        ("Resume", "Running"),
        ("Reset", "Ready"),
        ("Start", "Running"),
        ("Pause", "Paused"),
        ("Stop", "Stopped"),
    )
    step = 0
    for number, (button, status) in enumerate(presses, start=1):
        visit.press(button)
        least = {"Reset": -1, "Pause": step - 1, "Stop": step - 1}.get(button, step)
        step = visit.wait_for_status(status, after_step=least)
        visit.wait_until(lambda count=number: len(drawings) >= count, state=lambda: len(drawings))
        visit.rest()
    # a machine that is busy may answer one of them late; without a wait for what is drawn there are twelve
    assert len(presses) <= len(drawings) <= len(presses) + 2


def begins_drawing(message: bytes) -> bool:
    return ForwardMsg.FromString(message).WhichOneof("type") == "new_session"


def press_before_the_name(visit, address, control, times=1):
    """Open a page and press a control; send the press to the server, and the tab's name right after it.

    The tab has a name already, as after a refresh: a new one takes the name of its session, and sends none.
    The name is sent `times` times, a millisecond apart: one of them arrives while the press is handled.
    """
    wire, scripts = Wire(), []
    visit.page.add_init_script(f"sessionStorage.setItem('{recall.KEY}', '{uuid4().hex}')")
    visit.page.route_web_socket(re.compile("/_stcore/stream$"), wire.lay)
    visit.page.route(COMPONENT, lambda route: scripts.append(route))
    visit.page.goto(visit.server + address, wait_until="commit")  # the held scripts may delay the load event
    visit.wait_for_words(v="2")
    visit.rest()
    wire.held = []
    control.click()
    visit.wait_until(lambda: wire.held)
    for script in scripts:
        script.continue_()
    visit.page.unroute(COMPONENT)
    visit.wait_until(lambda: names_the_tab(wire.held[-1]))
    held, wire.held = wire.held, None
    for message in held:
        wire.server.send(message)
    for _ in range(times - 1):
        time.sleep(0.001)
        wire.server.send(held[-1])


def test_a_link_that_is_pressed_before_the_tab_sends_its_name_leads_to_its_page(lone_visit):
    """On a slow network the links to other pages appear before the script that sends the name has loaded."""
    visit = lone_visit
    press_before_the_name(visit, "compare", visit.page.get_by_role("link", name="Polynomials"))
    visit.page.get_by_role("heading", name="Polynomials", exact=True).wait_for()
    visit.page.locator(".js-plotly-plot").wait_for()
    visit.rest()
    expect(visit.page.get_by_role("heading", name="Polynomials", exact=True)).to_be_visible()


def test_a_press_is_handled_completely_although_the_tab_sends_its_name_meanwhile(lone_visit):
    visit = lone_visit
    start = visit.page.get_by_role("button", name=re.compile(r"\bStart\b")).first
    press_before_the_name(visit, "train", start, times=20)
    visit.wait_for_status("Running", after_step=20)
    visit.press("Stop")
    visit.wait_for_status("Stopped")
