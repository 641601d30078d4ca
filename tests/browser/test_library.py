"""Plotly's script, and those of our own components, on their way to a browser."""

from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from tests.browser.dashboard import HEADINGS, PHONE, box_of

LOADED = "performance.getEntriesByType('resource').filter(e => /live\\/plotly-/.test(e.name))"
DRAWN = ".polycore-live[data-updates]"


def test_plotly_comes_compressed_once_and_no_drawing_of_a_page_brings_a_component_s_script(lone_visit):
    scripts = []
    note_scripts(lone_visit.page, scripts)
    forget_files(lone_visit.page)
    lone_visit.open()
    lone_visit.page.locator(DRAWN).first.wait_for()
    assert_plotly_came_compressed(lone_visit.page)
    lone_visit.open("train")
    lone_visit.page.locator(DRAWN).first.wait_for()
    assert lone_visit.page.evaluate(f"{LOADED}.map(e => e.transferSize)") == [0]  # the browser has kept it
    lone_visit.press("One step")
    lone_visit.wait_for_status("Paused")
    assert len(scripts) > 10
    assert max(map(len, scripts)) < 1000


def forget_files(page):
    """Empty the cache that the tab shares with those of other tests."""
    session = page.context.new_cdp_session(page)
    session.send("Network.clearBrowserCache")
    session.detach()


def assert_plotly_came_compressed(page):
    [[sent, content]] = page.evaluate(f"{LOADED}.map(e => [e.transferSize, e.decodedBodySize])")
    assert content > 4e6 > 2e6 > sent > 0


def note_scripts(page, scripts):
    """Append to `scripts` what comes as a component's script whenever the server draws a page."""

    def note(message):
        element = ForwardMsg.FromString(message).delta.new_element
        if element.HasField("bidi_component"):
            scripts.append(element.bidi_component.js_content)

    def listen(socket):
        if socket.url.endswith("/_stcore/stream"):
            socket.on("framereceived", note)

    page.on("websocket", listen)


def test_a_script_that_is_lost_on_its_way_is_asked_for_again(lone_visit):
    page, answers = lone_visit.page, iter(("abort", "abort"))
    page.route("**/components/polycore_layers-*", lambda route: getattr(route, next(answers, "continue_"))())
    lone_visit.open("train")
    page.locator(".diagram button").first.wait_for()
    assert next(answers, None) is None
    lone_visit.troubles = [one for one in lone_visit.troubles if "net::ERR_FAILED" not in one]


def test_a_phone_s_page_has_room_for_copy_link_before_its_script_comes(lone_visit):
    page, waiting = lone_visit.page, []
    page.set_viewport_size(PHONE)
    page.route("**/components/polycore_copy-*", lambda route: waiting.append(route))
    lone_visit.open()
    title = page.get_by_role("heading", name=HEADINGS["Home"])
    lone_visit.wait_until(lambda: waiting)
    before = box_of(title)
    waiting[0].continue_()
    page.get_by_role("button", name="Copy link").first.wait_for()
    assert box_of(title) == before
