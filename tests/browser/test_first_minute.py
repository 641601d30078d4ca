"""The first minute of a learner on a phone: three curves, one button, a trained map, and then twelve curves.

The first press on a desk is seen in test_installed.py.
"""

import re

from playwright.sync_api import expect

from pages.lessons import lessons
from tests.browser.dashboard import PHONE, box_of

HEIGHTS = "plot => plot._fullLayout.yaxis.range"


def test_one_press_and_there_is_a_map_that_learns_and_one_more_for_twelve_curves(visitor):
    visit = visitor(PHONE).open()
    page = visit.page
    page.locator(".st-key-home-curves .nsewdrag").wait_for()
    card = page.locator(".polycore-live-card")
    expect(card).to_have_text("On which curve?")
    visit.rest()
    assert_all_is_in_the_first_screen(visit, "home-curves")
    visit.press("Train the network")
    page.get_by_role("img", name=re.compile("^Map of the most likely of 3 polynomials")).wait_for()
    # guessing among three gives 33 %
    visit.wait_until(lambda: visit.accuracy() >= 90, seconds=20, state=visit.accuracy)
    expect(card).to_contain_text(re.compile(r"The network says.*y\s=\s.*\d\d\s% sure.*(right|wrong)"))
    visit.wait_for_status("Finished")
    page.get_by_role("button", name="Now twelve curves").wait_for()
    visit.rest()
    assert_all_is_in_the_first_screen(visit, "progress-map")
    visit.press("Now twelve curves")
    page.get_by_role("img", name=re.compile("^Map of the most likely of 12 polynomials")).wait_for()
    visit.wait_for_status("Running", after_step=1)
    assert_the_names_are_below_the_plane(page)
    plane = page.locator(".st-key-progress-map .js-plotly-plot")
    whole = plane.evaluate(HEIGHTS)
    plane.locator(".nsewdrag").dblclick()  # for Plotly, each tap on a phone is one too
    assert plane.evaluate(HEIGHTS) == whole
    visit.press(f"All {len(lessons.LESSONS)}")
    heading = page.get_by_role("heading", name=f"{len(lessons.LESSONS)} short lessons")
    top_of_pages = box_of(page.locator(".st-key-frame-navigation"))["y"]
    visit.wait_until(lambda: 0 <= box_of(heading)["y"] <= top_of_pages / 2, state=heading.bounding_box)
    visit.go_to("Train")
    page.get_by_label("More controls").click()
    visit.press("Stop")
    visit.wait_for_status("Stopped")


def assert_all_is_in_the_first_screen(visit, plane):
    """Check that title, map and button are above the pages' row, and that nothing is scrolled."""
    top_of_pages = box_of(visit.page.locator(".st-key-frame-navigation"))["y"]
    for part in ("h1", f".st-key-{plane}", ".st-key-home-main :is(button, a)"):
        box = box_of(visit.page.locator(part).filter(visible=True).first)
        assert box["y"] >= 0, part
        assert box["y"] + box["height"] <= top_of_pages, part
    assert visit.page.locator(".stMain").evaluate("main => main.scrollTop") == 0


def assert_the_names_are_below_the_plane(page):
    """Check that they are in two rows, which are moved sideways, and that the last one can be reached."""
    names = page.locator(".polycore-live-legend").get_by_role("button")
    expect(names).to_have_text([re.compile("^y = ")] * 12)
    assert len({box_of(name)["y"] for name in names.all()}) == 2
    plane = box_of(page.locator(".st-key-progress-map .nsewdrag"))
    assert box_of(names.first)["y"] >= plane["y"] + plane["height"]
    assert box_of(names.last)["x"] > PHONE["width"]
    names.last.focus()
    box = box_of(names.last)
    assert box["x"] + box["width"] <= PHONE["width"]
