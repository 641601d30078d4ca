"""Typing a value and pressing at once, without Enter: as a tap does on a phone, with no time in between."""

import re

import pytest
from playwright.sync_api import expect

from pages.polynomials import editor
from pages.setup import controls
from tests.links import words_of

QUICK = "?v=1&polynomials=-x%5E2%2B1~x%5E3-2&steps=300&schedule=constant&hidden=8&batch=all&samples=50"


def type_only(visit, label, value):
    visit.page.get_by_label(label, exact=True).first.fill(value)


def test_start_trains_what_the_input_shows(visitor):
    visit = visitor().open(f"train{QUICK}")
    # held down for 150 ms, the page is drawn once more before the mouse is released
    for steps, held in (("401", 0), ("402", 150), ("403", 0)):
        type_only(visit, "Steps", steps)
        visit.page.get_by_role("button", name=re.compile(r"\bStart\b")).first.click(delay=held)
        visit.page.get_by_text(re.compile(f"Finished · step {steps} of {steps}")).wait_for()
        visit.wait_for_words(steps=steps)
        visit.rest()


@pytest.mark.parametrize(
    ("label", "wrong", "right"),
    [("Learning rate", "-1", "0.05"), ("Steps", "99999999999999999999", "3e2"), ("Batch size", "2.5", "32")],
)
def test_a_number_beyond_its_limits_reaches_the_server_which_refuses_it(visitor, label, wrong, right):
    visit = visitor().open(f"train{QUICK}")
    box = visit.page.get_by_role("spinbutton", name=re.compile(f"^{label}")).first
    start = visit.page.get_by_role("button", name=re.compile(r"\bStart\b")).first
    box.fill(wrong)
    start.click()
    visit.page.get_by_text(controls.REFUSED).wait_for()
    expect(visit.page.get_by_text(f"{label}: got ").first).to_be_visible()
    assert float(box.input_value()) == float(wrong)
    box.fill(right)
    start.click()
    visit.page.get_by_text(re.compile("Finished · step 300 of 300")).wait_for()
    assert float(box.input_value()) == float(right)
    visit.rest()


def test_the_buttons_beside_a_number_change_it_and_undo_shows_what_comes_back(visitor):
    visit = visitor().open(f"train{QUICK}")
    steps = visit.page.get_by_label("Steps", exact=True).first
    beside = visit.page.locator(".stNumberInput", has=visit.page.get_by_label("Steps", exact=True)).first
    beside.get_by_role("button", name="Increment").click()
    visit.wait_for_words(steps="1300")
    beside.get_by_role("button", name="Decrement").click()
    visit.wait_for_words(steps="300")
    beside.get_by_role("button", name="Decrement").click()
    visit.page.get_by_text("Steps: got -700; expected").wait_for()
    visit.press("Presets")
    visit.press("Recommended")
    expect(steps).to_have_value("7000")
    visit.rest()
    visit.page.locator(".st-key-undo-toast").get_by_role("button", name="Undo").click()
    expect(steps).to_have_value("300")
    expect(visit.page.get_by_text("Steps: got -700")).to_have_count(0)
    visit.rest()


def test_a_link_to_another_page_leads_there_with_what_was_typed(visitor):
    visit = visitor().open(f"train{QUICK}")
    inputs = (("Data", "Noise", "noise", ""), ("Polynomials", "x to", "range", "-1.."))
    for page, label, word, before in inputs:
        visit.go_to(page).rest()
        type_only(visit, label, "2")
        visit.go_to("Train")
        visit.wait_for_words(**{word: f"{before}2"})
        visit.rest()


class SlowAnswers:
    """The messages from the server to the browser, which can be held back."""

    def __init__(self):
        self.held = None

    def lay(self, browser):
        """Forward the messages of a browser's socket, in both directions."""
        server = browser.connect_to_server()
        browser.on_message(server.send)
        server.on_message(lambda message: self.carry(browser, message))

    def carry(self, browser, message):
        if self.held is None:
            browser.send(message)
        else:
            self.held.append(lambda: browser.send(message))

    def release(self):
        held, self.held = self.held, None
        assert held  # else the test would say nothing of a slow answer
        for send in held:
            send()


def undo_a_preset(visit, answers=None):
    """Replace the polynomials by a preset and press Undo; what that changes is still on its way then."""
    visit.press("First two")
    visit.wait_for_words(polynomials="-x^2+1~x^3-2")
    visit.rest()
    if answers:
        answers.held = []
    visit.page.locator(".st-key-undo-toast").get_by_role("button", name="Undo").click()


def formulas(visit):
    return visit.page.get_by_role("textbox", name=editor.TEXT_LABEL)


# milliseconds between the press on Undo and the typing: the page is drawn again after some 150
@pytest.mark.parametrize("pause", [0, 50, 100, 200, 400])
def test_text_typed_right_after_undo_is_in_the_link_that_is_copied_at_once(visitor, pause):
    visit = visitor().open("polynomials?v=1&polynomials=x~x%5E2")
    undo_a_preset(visit)
    visit.page.wait_for_timeout(pause)
    formulas(visit).fill(f"x\nx^2 + {pause}.5")
    copied = visit.copy_link()
    assert words_of(copied)["polynomials"] == f"x~x^2+{pause}.5"
    expect(formulas(visit)).to_have_value(f"x\nx^2 + {pause}.5")


# Holds what is to happen in the next task, as a busy browser does.
BUSY = """() => {
  const [own, held] = [window.setTimeout, []];
  window.setTimeout = (call, after = 0) => (after > 0 ? own(call, after) : void held.push(call));
  window.goOn = () => held.forEach((call) => call(), (window.setTimeout = own));
}"""


@pytest.mark.parametrize("key", ["Tab", "ControlOrMeta+Enter"])
@pytest.mark.parametrize("browser_is", ["", BUSY], ids=["quiet", "busy"])
def test_text_entered_before_the_page_shows_what_undo_did_stays(lone_visit, browser_is, key):
    visit, answers = lone_visit, SlowAnswers()
    visit.page.route_web_socket(re.compile("/_stcore/stream$"), answers.lay)
    visit.open("polynomials?v=1&polynomials=x~x%5E2")
    undo_a_preset(visit, answers)
    formulas(visit).fill("x\nx^2 + 5")
    typed_into = formulas(visit).element_handle()
    visit.page.evaluate(browser_is or "window.goOn = () => {}")
    visit.wait_until(lambda: answers.held)  # what Undo did is being drawn: else one drawing answers both
    formulas(visit).press(key)
    visit.pause(0.3)  # the server has drawn the page twice by then, or at least begun to
    answers.release()
    visit.wait_until(lambda: not typed_into.evaluate("field => field.isConnected"))
    visit.rest()
    visit.page.evaluate("goOn()")  # a busy browser sends now what was entered, of inputs that are there
    visit.wait_for_words(polynomials="x~x^2+5")
    visit.rest()
    expect(formulas(visit)).to_have_value("x\nx^2 + 5")
    assert visit.words()["polynomials"] == "x~x^2+5"


@pytest.mark.parametrize(
    ("page", "button", "label", "typed", "word"),
    [
        pytest.param("polynomials", "The twelve", editor.TEXT_LABEL, "x\n9x", "polynomials", id="text"),
        pytest.param("train", "The tutorial's", "Steps", "777", "steps", id="a number"),
        pytest.param("train", "The tutorial's", "Hidden layers", "7, 7", "hidden", id="a line"),
    ],
)
def test_what_is_being_typed_as_a_press_replaces_its_input_goes_on(
    lone_visit, page, button, label, typed, word
):
    visit, answers = lone_visit, SlowAnswers()
    visit.page.route_web_socket(re.compile("/_stcore/stream$"), answers.lay)
    visit.open(f"{page}{QUICK}")
    before = visit.words()[word]
    answers.held = []
    if page == "train":
        visit.press("Presets")
    visit.press(button)
    box = visit.page.get_by_label(label, exact=True).first
    box.click()
    box.press("ControlOrMeta+A")
    visit.page.keyboard.type(typed[:-1])
    shown = box.element_handle()
    answers.release()
    visit.wait_until(lambda: visit.words()[word] != before)
    visit.rest()
    # Streamlit says that a page rests before its last elements are drawn
    visit.wait_until(lambda: not shown.evaluate("field => field.isConnected"))
    expect(box).to_be_focused()
    visit.page.keyboard.type(typed[-1])
    expect(box).to_have_value(typed)
    box.blur()
    expected = {"polynomials": "x~9x", "steps": "777", "hidden": "7-7"}[word]
    visit.wait_for_words(**{word: expected})
