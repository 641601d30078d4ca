"""What a page looks like: what stays in its place, what can be read and hit, and where the keyboard is."""

import re

import pytest
from playwright.sync_api import WebSocketRoute, expect
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from pages.frame.frame import HOME_TITLE
from pages.polynomials import editor
from pages.setup import settings
from tests.browser.dashboard import DESKTOP, PHONE, box_of, with_network
from tests.browser.touch_screen import touch_screen

WORDS = "?v=1&polynomials=x~x%5E2&range=-2..2&schedule=constant&hidden=12&batch=all&samples=50"
QUICK, LONG = f"{WORDS}&steps=300", f"{WORDS}&steps=5000000"
READABLE = 4.5  # to 1: WCAG 2.2, success criterion 1.4.3
VISIBLE = 3.0  # to 1, of a sign that is no text: success criterion 1.4.11
FINGER = 24  # pixels: success criterion 2.5.8

# The name of each button that can be seen, and whether it answers in all corners of a square around its
# middle, a pixel within them: browsers round.
ANSWERS = """(size) => [...document.querySelectorAll(".stMain button")].flatMap((button) => {
  button.scrollIntoView({ block: "center", inline: "center" });
  const { x, y, width, height } = button.getBoundingClientRect();
  const [right, down, reach] = [x + width / 2, y + height / 2, size / 2 - 1];
  const answers = (dx, dy) => button.contains(document.elementFromPoint(right + dx, down + dy));
  if (!width || !answers(0, 0)) return [];
  const corners = [[-reach, -reach], [-reach, reach], [reach, -reach], [reach, reach]];
  return [[button.ariaLabel ?? button.innerText, corners.every(([dx, dy]) => answers(dx, dy))]];
})"""
HOVER_LABEL = """() => {
  const label = document.querySelector(".hoverlayer .hovertext");
  const fill = (part) => getComputedStyle(label.querySelector(part)).fill;
  return { name: [fill(".name"), fill("rect")], numbers: [fill(".nums"), fill("path")] };
}"""
FOCUS = """() => {
  // a toggle's own element is hidden behind its label
  const look = getComputedStyle(document.activeElement.closest("label") ?? document.activeElement);
  const page = getComputedStyle(document.querySelector(".stApp")).backgroundColor;
  const width = parseFloat(look.outlineWidth);
  return { style: look.outlineStyle, width, colors: [look.outlineColor, page] };
}"""


def row(visit):
    """Return where the buttons of the run are, once the page is drawn: it replaces some of them."""
    visit.rest()
    return [box_of(button) for button in visit.page.locator(".st-key-controls").get_by_role("button").all()]


def offered(visit):
    """Return where the buttons are that are offered once the set-up has changed."""
    buttons = visit.page.locator(".st-key-controls-changes").get_by_role("button")
    return [box_of(button) for button in buttons.all()]


def contrast(first, second):
    """Return the contrast of two CSS colors "rgb(r, g, b)" as WCAG defines it."""
    lighter, darker = sorted(map(_luminance, (first, second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(color):
    shares = [int(part) / 255 for part in re.findall(r"\d+", color)[:3]]
    linear = [share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_nothing_moves_when_a_run_starts_and_when_the_set_up_changes(visitor):
    visit = visitor(PHONE).open(f"train{LONG}")
    assert_no_button_moves_while_start_becomes_pause(visit)
    visit.page.set_viewport_size(DESKTOP)
    assert_nothing_moves_while_the_set_up_changes(visit)


# Notes each place that One step and Reset have in any frame from now on.
NOTE_PLACES = """() => {
  window.places = new Set();
  const note = () => {
    for (const button of document.querySelectorAll(".st-key-controls button")) {
      const { x, y, width } = button.getBoundingClientRect();
      const name = button.innerText;
      if (width && /Reset|One step/.test(name)) window.places.add(`${name} ${x} ${y}`);
    }
    window.noting = requestAnimationFrame(note);
  };
  note();
}"""


NEXT_FRAME = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done())))"


def noted_places(visit):
    return visit.page.evaluate("cancelAnimationFrame(window.noting) ?? [...window.places]")


def assert_no_button_moves_while_start_becomes_pause(visit):
    visit.page.get_by_label("More controls").click()
    visit.page.evaluate(NOTE_PLACES)
    visit.press("Start")
    visit.wait_for_status("Running", after_step=1)
    expect(visit.page.get_by_role("button", name=re.compile("Start"))).to_have_count(0)
    assert len(noted_places(visit)) == 2


def assert_nothing_moves_while_the_set_up_changes(visit):
    visit.wait_for_status("Running", after_step=20)
    before, status = row(visit), box_of(visit.page.get_by_text(re.compile("^Running")))["y"]
    assert len({box["y"] for box in before}) == 1
    visit.fill("Learning rate", "0.5")
    visit.wait_for_words(learning_rate="0.5")
    expect(visit.page.get_by_text("1 change")).to_be_visible()
    assert row(visit) == before
    assert box_of(visit.page.get_by_text(re.compile("^Running")))["y"] == status
    # what can be done with the new settings is seen beside them
    first, second = offered(visit)
    assert first["y"] == second["y"]
    assert second["y"] + second["height"] <= DESKTOP["height"]
    visit.page.set_viewport_size(PHONE)
    visit.rest()
    assert min(box["height"] for box in offered(visit)) >= 36
    visit.page.set_viewport_size(DESKTOP)
    visit.fill("Learning rate", "0.01")  # the run's own
    visit.wait_for_words(learning_rate="0.01")
    expect(visit.page.get_by_text("1 change")).to_have_count(0)
    visit.press("Stop")
    visit.wait_for_status("Stopped")
    assert row(visit) == before
    visit.fill("Learning rate", "0.5")
    visit.page.get_by_text("1 change").wait_for()
    visit.rest()
    assert row(visit) == before
    assert box_of(visit.page.get_by_text(re.compile("^Stopped")))["y"] == status


class Answer:
    """The messages from the server to the browser, which can be held back and given one by one."""

    def __init__(self) -> None:
        self.held: list[bytes] | None = None

    def lay(self, browser: WebSocketRoute) -> None:
        self.browser = browser
        browser.connect_to_server().on_message(self.carry)

    def carry(self, message: bytes) -> None:
        if self.held is None:
            self.browser.send(message)
        else:
            self.held.append(message)

    def is_whole(self) -> bool:
        return any(ForwardMsg.FromString(message).HasField("script_finished") for message in self.held)


def test_no_button_moves_while_a_page_is_drawn_again_however_slowly(lone_visit):
    # The toast put the page's styles out of order, until the last of them was there again: a press on Start,
    # a tenth of a second after a preset, met the heading that had appeared under it.
    visit, answer = lone_visit, Answer()
    visit.page.route_web_socket(re.compile("/_stcore/stream$"), answer.lay)
    visit.open(f"train{LONG}")
    visit.page.evaluate(NOTE_PLACES)
    answer.held = []
    visit.press("Presets")
    visit.press("The tutorial's")
    visit.wait_until(answer.is_whole)
    for message in answer.held:
        answer.browser.send(message)
        visit.page.evaluate(NEXT_FRAME)
    answer.held = None
    visit.page.get_by_text(settings.REPLACED).wait_for()
    assert len(noted_places(visit)) == 2


def test_what_the_mouse_and_the_keyboard_are_at_stands_out(visitor):
    # the curves x and -x meet in the middle of the plot
    visit = visitor().open("data?v=1&polynomials=x~-x&range=-2..2")
    assert contrast("rgb(0, 0, 0)", "rgb(255, 255, 255)") == pytest.approx(21)
    assert_mouse_and_keyboard_stand_out(visit)
    visit.page.mouse.move(0, 0)
    visit.set_theme("dark")
    assert_mouse_and_keyboard_stand_out(visit)


def assert_mouse_and_keyboard_stand_out(visit):
    visit.page.locator(".polycore-live .nsewdrag").hover()
    visit.page.locator(".hoverlayer .hovertext").wait_for()
    found = visit.page.evaluate(HOVER_LABEL)
    assert contrast(*found["name"]) >= READABLE
    assert contrast(*found["numbers"]) >= READABLE
    for control in (
        visit.page.get_by_test_id("stPageLink-NavLink").first,
        visit.page.get_by_role("switch").first,
    ):
        control.focus()
        visit.page.keyboard.press("Shift+Tab")
        visit.page.keyboard.press("Tab")  # a browser shows where the keyboard is when it has brought it there
        focus = visit.page.evaluate(FOCUS)
        assert focus["style"] == "solid"
        assert focus["width"] >= 2
        assert contrast(*focus["colors"]) >= VISIBLE


def test_a_finger_hits_every_button(visitor):
    visit = visitor(PHONE)
    with touch_screen(visit.page):
        visit.open(with_network("compare", QUICK))
        visit.page.get_by_role("button", name=re.compile("^Remove")).wait_for()
        found = visit.page.evaluate(ANSWERS, FINGER)
    names = " ".join(name for name, _ in found)
    assert "Remove" in names
    assert "Help for" in names
    assert [name for name, answers in found if not answers] == []


def test_the_label_and_the_tools_of_a_touched_plot_lie_over_no_other_text(visitor):
    visit = visitor(PHONE)
    with touch_screen(visit.page) as finger:
        visit.open()
        name = visit.page.locator(".polycore-live-name").filter(has_text="y = \N{MINUS SIGN}x² + 1")
        expect(name).to_be_visible()
        finger.tap_on(visit.page.locator(".polycore-live .point").nth(179))  # its label reaches as far
        expect(name).to_be_hidden()
        tools = visit.page.locator(".polycore-live .modebar")
        tools.wait_for()
        caption = box_of(visit.page.locator(".polycore-live-caption"))
        assert box_of(tools)["y"] >= caption["y"] + caption["height"]


def test_the_tools_of_a_table_leave_what_is_above_it_to_a_finger(visitor):
    visit = visitor(PHONE)
    with touch_screen(visit.page) as finger:
        visit.open("polynomials?v=1")
        for way in (editor.COEFFICIENTS, editor.SLIDERS):
            choice = visit.page.get_by_role("radio", name=way, exact=True)
            finger.tap_on(choice)
            expect(choice).to_be_checked()
            visit.rest()


def test_help_stays_open_under_the_mouse_and_that_of_a_button_lets_it_through(visitor):
    visit = visitor().open(f"train{QUICK}")
    assert_help_behind_a_question_mark_stays_open(visit)
    visit.page.mouse.move(0, 0)
    expect(visit.page.get_by_test_id("stTooltipContent")).to_have_count(0)
    assert_the_mouse_reaches_what_the_help_of_a_button_covers(visit)


def assert_help_behind_a_question_mark_stays_open(visit):
    visit.page.get_by_role("button", name="Help for Schedule").hover()
    box = box_of(visit.page.get_by_test_id("stTooltipContent"))
    visit.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, steps=10)
    visit.pause(1)
    expect(visit.page.get_by_test_id("stTooltipContent")).to_be_visible()


def assert_the_mouse_reaches_what_the_help_of_a_button_covers(visit):
    # found by a press on a page's link that the help of Start covered
    visit.page.get_by_role("button", name="Start").first.hover()
    help_box = box_of(visit.page.get_by_test_id("stTooltipContent"))
    link = visit.page.get_by_test_id("stPageLink-NavLink").filter(has_text="Home")
    box = box_of(link)
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    assert help_box["x"] < x < help_box["x"] + help_box["width"]
    assert help_box["y"] < box["y"] + box["height"]
    visit.page.mouse.move(x, y, steps=10)
    visit.page.mouse.click(x, y)
    visit.page.get_by_role("heading", name=HOME_TITLE).wait_for()
