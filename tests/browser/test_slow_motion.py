"""Slow motion in a browser: each step has its map, and the run pauses at its mark."""

import pytest
from playwright.sync_api import expect

from tests.browser.dashboard import DESKTOP, PHONE

WORDS = "?v=1&polynomials=x~x%5E2&range=-2..2&schedule=constant&hidden=12&batch=all&samples=50"
SLOW = f"{WORDS}&steps=40&speed=1&pause=6"

# Notes the step of each map that comes to the page from now on: a busy browser may draw one of two alone.
NOTE_STEPS = """() => {
  window.steps = new Set();
  const note = () => {
    for (const { step, blobs } of window.polycoreChannel.latest.values())
      if (blobs.map && step > 1) window.steps.add(step);
    window.noting = requestAnimationFrame(note);
  };
  note();
}"""
STEPS = """() => {
  cancelAnimationFrame(window.noting);
  return [...window.steps];
}"""


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_slow_run_shows_each_step_s_map_and_pauses_at_its_mark(visitor, size):
    visit = visitor(size).open(f"train{SLOW}")
    expect(visit.page.locator("[data-value=left]")).to_have_text("pauses at 6")
    if size is PHONE:
        visit.page.get_by_label("More controls").click()
    visit.press("One step")
    assert visit.wait_for_status("Paused") == 1
    visit.page.locator(".st-key-progress-map .nsewdrag").wait_for()
    visit.page.evaluate(NOTE_STEPS)
    visit.press("Resume")
    assert visit.wait_for_status("Paused", after_step=1) == 6
    expect(visit.page.locator(".st-key-progress-map .polycore-live")).to_have_attribute("data-step", "6")
    assert visit.page.evaluate(STEPS) == [2, 3, 4, 5, 6]
    visit.press("Resume")
    visit.page.get_by_role("radio", name="Max").click()
    assert visit.wait_for_status("Finished") == 40


def test_a_click_on_the_bar_sets_the_mark_and_a_click_on_the_mark_removes_it(visitor):
    visit = visitor().open(f"train{WORDS}&steps=40000")
    mark = visit.page.get_by_role("slider", name="Pause at step")
    visit.rest()
    mark.click()
    visit.wait_for_words(pause="20000")
    expect(visit.page.locator("[data-value=left]")).to_have_text("pauses at 20,000")
    expect(mark).to_have_attribute("aria-valuetext", "step 20,000")
    visit.rest()
    mark.press("Shift+ArrowRight")
    visit.wait_for_words(pause="20001")
    visit.rest()
    mark.click()
    expect(mark).to_have_attribute("aria-valuetext", "it does not pause")
    visit.wait_until(lambda: "pause" not in visit.words())


def test_another_speed_counts_while_the_run_is_under_way(visitor):
    visit = visitor().open(f"train{WORDS}&steps=5000000&speed=1")
    visit.press("Start")
    visit.wait_for_status("Running", after_step=0)
    visit.page.get_by_role("radio", name="Max").click()
    visit.wait_for_status("Running", after_step=200)
    visit.wait_until(lambda: "speed" not in visit.words())  # the page that writes it may come after frames
    visit.press("Stop")
    visit.wait_for_status("Stopped")
