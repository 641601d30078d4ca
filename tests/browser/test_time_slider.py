"""The slider under the map of a run: with the mouse, by keyboard, played, and while the run continues."""

import re
from io import BytesIO

from PIL import Image
from playwright.sync_api import expect

from pages.inside import edited_model
from tests.browser.dashboard import DESKTOP, PHONE, box_of

WORDS = "train?v=1&polynomials=x~x%5E2&range=-2..2&schedule=constant&hidden=12&batch=all&samples=50"
QUICK, LONG = f"{WORDS}&steps=300", f"{WORDS}&steps=5000000"


MAP = ".st-key-progress-map [data-step]"
NOTE_STEPS = """map => {
  window.stepsShown = [];
  const note = () => stepsShown.push(Number(map.dataset.step));
  new MutationObserver(note).observe(map, { attributeFilter: ["data-step"] });
}"""


def slider(visit):
    return visit.page.get_by_role("slider", name="Step of the run")


def shown_step(visit):
    return int(visit.page.locator(MAP).get_attribute("data-step"))


def move(visit, key):
    """Press a key on the slider, and wait until the map shows the step that it names."""
    slider(visit).press(key)
    named = int(re.sub(r"\D", "", slider(visit).get_attribute("aria-valuetext")))
    visit.wait_until(lambda: shown_step(visit) == named, state=lambda: (shown_step(visit), named))
    return named


def test_the_map_follows_the_slider_and_goes_back_to_now_and_inside_shows_the_past_on_release(visitor):
    visit = visitor(PHONE, "dark").open(QUICK)
    visit.press("Start")
    visit.wait_for_status("Finished")
    visit.rest()
    assert move(visit, "Home") == 0
    with Image.open(BytesIO(slider(visit).screenshot())) as picture:
        gray = picture.convert("L")
    assert gray.getpixel((gray.width * 4 // 5, gray.height // 2)) < 128  # the rest of the track
    assert 0 < move(visit, "ArrowRight") < move(visit, "ArrowRight") < 300
    visit.rest()
    expect(visit.page.get_by_text(re.compile(r"then \(step \d+\)"))).to_be_visible()
    visit.page.get_by_role("button", name="Show the weights: Now").click()
    visit.wait_until(lambda: shown_step(visit) == 300, state=lambda: shown_step(visit))
    visit.page.locator(MAP).evaluate(NOTE_STEPS)
    visit.page.get_by_label("Speed", exact=True).select_option("4")
    visit.page.get_by_role("button", name="Play the run from its beginning").click()
    # before the playing begins, the map may be drawn once more as it is
    visit.page.wait_for_function("Math.min(...stepsShown) < 100 && stepsShown.at(-1) === 300")
    visit.go_to("Inside")
    assert_inside_shows_the_past(visit)


def assert_inside_shows_the_past(visit):
    visit.page.locator(".st-key-inside-map .nsewdrag").wait_for()
    visit.rest()
    figures = visit.page.locator(".st-key-model_in_use-figures")
    before = figures.inner_text()
    for size in (DESKTOP, PHONE):
        visit.page.set_viewport_size(size)
        slider(visit).press("Home")
        expect(visit.page.get_by_text(edited_model.OF_THE_PAST.format(0, "Best loss"))).to_be_visible()
        expect(figures).not_to_have_text(before)
        if size is DESKTOP:  # picture, plane and slider are seen without scrolling
            for key in ("inside-picture", "inside-map", "inside-time"):
                box = box_of(visit.page.locator(f".st-key-{key}"))
                assert box["y"] + box["height"] <= size["height"], key
        visit.page.get_by_role("button", name="Show the weights: Best").click()
        expect(visit.page.get_by_text(edited_model.OF_THE_PAST.split("{")[0])).to_have_count(0)
        visit.wait_until(lambda: figures.inner_text() == before, state=figures.inner_text)
        visit.rest()


def test_the_past_stays_while_the_run_continues(visitor):
    visit = visitor().open(LONG)
    visit.press("Start")
    visit.wait_for_status("Running", after_step=50)
    assert move(visit, "Home") == 0
    visit.rest()
    before = visit.standing()[1]
    visit.wait_until(lambda: visit.standing()[1] > before, state=visit.standing)
    assert shown_step(visit) == 0
    visit.page.get_by_role("button", name="Show the weights: Now").click()
    visit.wait_until(lambda: shown_step(visit) > before, state=lambda: shown_step(visit))
    visit.press("Stop")
    visit.wait_for_status("Stopped")
