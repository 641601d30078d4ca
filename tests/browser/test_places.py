"""Buttons keep their places while a run begins, a lesson is seen, and the run ends."""

import re
import time
from dataclasses import replace
from urllib.parse import urlencode

from playwright.sync_api import expect

from pages.lessons import asking, checks, lessons
from pages.runs.pacing import UNPACED
from polycore.links import link
from tests.browser.dashboard import DESKTOP, PHONE, STEADY, Visit, box_of, leave, served

SOON = urlencode(
    {
        "look": "dead",
        **link.to_query(replace(checks.TOO_FAST, steps=600)),
        **UNPACED.to_query(lessons.named("dead").pacing),
    }
)
QUICK = "?v=1&polynomials=x~x%5E2&range=-2..2&schedule=constant&hidden=12&batch=all&samples=50&steps=3000"
SEEN, HIDES_HELP = re.compile(re.escape(asking.NO_GUESS)), re.compile("polycore-hides-help")

# Notes each place, in the page and not on the screen, that an element has in any frame from now on. In a slot
# one button takes the place of another; its text or its key identifies all else.
NOTE_PLACES = """([selectors, slots]) => {
  window.places = {};
  const keyOf = ({ className }) => className.match(/st-key-[-\\w]+/)[0];
  const note = () => {
    const scrolled = document.querySelector(".stMain").scrollTop;
    for (const one of document.querySelectorAll(selectors)) {
      const { x, y, width } = one.getBoundingClientRect();
      if (!one.checkVisibility() || !width) continue;
      const slot = one.closest(slots);
      const name = slot || !one.matches("button, a") ? keyOf(slot ?? one) : one.innerText;
      (window.places[name] ??= new Set()).add(`${Math.round(x)} ${Math.round(y + scrolled)}`);
    }
    window.noting = requestAnimationFrame(note);
  };
  note();
}"""
START = ".st-key-controls-slot-main button:visible"
SLOTS = "[class*=st-key-controls-slot-], .st-key-home-main"
# Styles come last on a page that is opened. Those of the frame and of the part with these words are there.
STYLED = """(words) => {
  const styles = [...document.querySelectorAll(".stApp style")].map((style) => style.textContent);
  return ["stMainBlockContainer", words].every((word) => styles.some((style) => style.includes(word)));
}"""
PLACES = """() => {
  cancelAnimationFrame(window.noting);
  return Object.fromEntries(Object.entries(window.places).map(([name, places]) => [name, [...places]]));
}"""
ON_TRAIN = (
    ".st-key-controls button, .st-key-run_bar-standing, .st-key-run_bar-speed, .st-key-train-fold,"
    " .st-key-lesson-footer :is(button, a), .st-key-train-map"
)
ON_HOME = ".st-key-home-main :is(button, a), .st-key-frame-navigation a, .st-key-home-plane"


def moved(visit):
    """Return what has had more than one place since they are noted, with its places."""
    places = visit.page.evaluate(PLACES)
    assert len(places) > 5
    return {name: each for name, each in places.items() if len(each) > 1}


def one_by_one(browser):
    """Let each message to a browser's socket come some frames after the one before, as on a busy machine."""

    def carry(message):
        time.sleep(0.04)
        browser.send(message)

    server = browser.connect_to_server()
    browser.on_message(server.send)
    server.on_message(carry)


def test_nothing_moves_from_start_until_the_lesson_is_seen_and_the_run_has_ended(lone_visit):
    visit = lone_visit
    visit.page.route_web_socket(re.compile("/_stcore/stream$"), one_by_one)
    for size in (DESKTOP, PHONE):
        visit.page.set_viewport_size(size)
        open_the_lesson(visit)
        if size is PHONE:
            visit.page.get_by_label("More controls").click()
        visit.page.evaluate(NOTE_PLACES, [ON_TRAIN, SLOTS])
        see_the_lesson(visit)
        places = moved(visit)
        if size is PHONE:  # the panel folds to its line, then opens as high as its last question needs
            for name in ("st-key-train-map", "End the lesson", "arrow_forward\n\nNext lesson"):
                *folding, asked = [float(place.split()[1]) for place in places.pop(name)]
                assert folding == sorted(folding, reverse=True), name
                assert len(folding) <= 2, name
                assert asked > folding[0], name
        assert places == {}
        visit.forget()  # the second run is then one that was trained here before, which the page says


# a server whose page learns only after two seconds of the run that the lesson has been seen
LATE = """
import time
from pages.lessons import lesson_panel
from streamlit.web.cli import main
note_seen, noted = lesson_panel._note_seen, []
def note_late(lesson, page):
    if lesson_panel.session.current().has_run_of_lesson and not noted:
        time.sleep(2)
        noted.append(lesson)
    note_seen(lesson, page)
lesson_panel._note_seen = note_late
main(prog_name="streamlit")
"""


def test_a_panel_that_has_its_last_question_while_the_run_learns_folds_without_growing_first(
    lone_tab, tmp_path
):
    lone_tab.set_viewport_size(PHONE)
    with served(tmp_path / "log.txt", starter=("-c", LATE, "run")) as server:
        visit = Visit(lone_tab, server)
        visit.open(f"train?{SOON.replace('steps=600', 'steps=40000')}")
        visit.page.wait_for_function(STEADY, arg=ON_TRAIN)
        visit.page.evaluate(NOTE_PLACES, [".st-key-train-map, .st-key-untrained-map", SLOTS])
        visit.page.locator(START).click()
        visit.page.locator("[class*=st-key-lesson-recap-]").wait_for(state="attached")
        visit.page.wait_for_function("!document.querySelector('.st-key-lesson-panel details').open")
        places = visit.page.evaluate(PLACES)["st-key-untrained-map"]
        assert len(places) <= 2, places
        leave(visit)


def open_the_lesson(visit):
    visit.open(f"train?{SOON}")
    expect(visit.page.locator(".st-key-lesson-panel")).to_contain_text("Skip the question")
    visit.page.locator(".st-key-untrained-map .nsewdrag").wait_for()
    visit.page.wait_for_function(STYLED, arg="st-key-controls-slot")
    visit.page.wait_for_function(STEADY, arg=ON_TRAIN)


def see_the_lesson(visit):
    panel = visit.page.locator(".st-key-lesson-panel")
    visit.page.locator(START).click()
    expect(panel).to_contain_text(SEEN)
    visit.wait_for_status("Finished")
    visit.page.get_by_role("button", name="Start new").wait_for()
    visit.rest()


def test_the_help_of_a_pressed_button_does_not_cover_the_explanation_that_the_press_brings(visitor):
    visit = visitor()
    open_the_lesson(visit)
    help_of_start = visit.page.get_by_test_id("stTooltipContent").filter(visible=True)
    visit.page.locator(START).hover()
    expect(help_of_start).to_have_count(1)
    see_the_lesson(visit)
    expect(help_of_start).to_have_count(0)
    box = box_of(visit.page.locator(START))
    expect(visit.page.locator("html")).to_have_class(HIDES_HELP)
    visit.page.mouse.move(box["x"] + 20, box["y"] + 10)
    expect(visit.page.locator("html")).not_to_have_class(HIDES_HELP)


def test_on_home_nothing_moves_when_a_run_begins_and_ends(visitor):
    visit = visitor()
    for size in (DESKTOP, PHONE):
        visit.page.set_viewport_size(size)
        visit.open(QUICK)
        # a newcomer's page is drawn in two parts
        visit.page.get_by_role("button", name=f"All {len(lessons.LESSONS)}").wait_for()
        visit.page.locator(".st-key-home-curves .nsewdrag").wait_for()
        visit.page.wait_for_function(STYLED, arg="st-key-home-plane")
        visit.page.wait_for_function(STEADY, arg=ON_HOME)
        visit.page.evaluate(NOTE_PLACES, [ON_HOME, SLOTS])
        visit.press("Train the network")
        visit.wait_for_status("Finished")
        visit.page.get_by_role("button", name="Watch again").wait_for()
        visit.rest()
        assert moved(visit) == {}
        visit.forget()
