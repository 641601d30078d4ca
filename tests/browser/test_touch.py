"""Touching the map: asking about a place, choosing a crossing, walking along a curve."""

import re

import pytest
from playwright.sync_api import expect

import polycore as pc
from pages.models import asked
from pages.plane import answer, crossings
from pages.predict import curve_walk
from pages.run_view import progress
from polycore.figures import plane_range
from tests.browser.dashboard import PHONE, box_of, with_network
from tests.browser.touch_screen import touch_screen

# x and x^2 meet at 0 and 1
CURVES = (pc.Polynomial(1, 0), pc.Polynomial(1, 0, 0))
WORDS = "?v=1&polynomials=x~x%5E2&range=-2..2&schedule=constant&hidden=12&batch=all&samples=50"
REFEREE = re.compile(rf"^{answer.REFEREE} (agrees|says|would agree|would say)")
QUICK, LONG = f"{WORDS}&steps=300", f"{WORDS}&steps=5000000"
X_RANGE, Y_RANGE = (-2.0, 2.0), plane_range(CURVES, (-2.0, 2.0))


# whether a tap 13 pixels beside the center hits the button, at each side
HITS = """button => {
  button.scrollIntoView({ block: "center" });
  const { x, y, width, height } = button.getBoundingClientRect();
  const [across, down] = [x + width / 2, y + height / 2];
  const hit = ([right, below]) => button.getRootNode().elementFromPoint(across + right, down + below);
  return [[-13, 0], [13, 0], [0, -13], [0, 13]].map((beside) => hit(beside) === button);
}"""


def chart(visit, name):
    """Return the live figure whose alternative text begins so."""
    image = visit.page.get_by_role("img", name=re.compile(f"^{name}"))
    return visit.page.locator(".polycore-live").filter(has=image)


def pixel(visit, x, y):
    """Return where (x, y) of the map is on the screen, once it is in sight."""
    plot = chart(visit, "Map of").locator(".nsewdrag")
    plot.scroll_into_view_if_needed()
    box = box_of(plot)
    right = (x - X_RANGE[0]) / (X_RANGE[1] - X_RANGE[0])
    down = (Y_RANGE[1] - y) / (Y_RANGE[1] - Y_RANGE[0])
    return box["x"] + right * box["width"], box["y"] + down * box["height"]


def place_asked(visit):
    """Return the place that the answer on the page is about."""
    text = visit.page.get_by_text(re.compile(r"^x = .*, y = ")).first.inner_text()
    return tuple(float(part.split("=")[1].replace("−", "-")) for part in text.split(","))


def test_while_it_learns_mistakes_are_marked_a_tap_is_answered_and_a_finger_hits_the_help(visitor):
    visit = visitor(PHONE)
    with touch_screen(visit.page) as finger:
        visit.open(f"train{LONG}").press("Start")
        visit.wait_for_status("Running", after_step=20)
        assert_mistakes_are_marked(visit)
        assert_a_tap_is_answered(visit, finger)
        before = visit.standing()[1]
        visit.wait_for_status("Running", after_step=before)
        visit.page.get_by_label("More controls").click()
        visit.press("Stop")
        visit.wait_for_status("Stopped")
        visit.page.get_by_label("More controls").click()
        expect(visit.page.get_by_text(REFEREE)).to_be_visible()
        assert_a_finger_hits_the_help_of_a_figure_within_28_pixels_as_streamlit_s_own(visit)


def assert_mistakes_are_marked(visit):
    visit.press("Also show")
    mistakes = visit.page.get_by_role("button", name="Mistakes", exact=True)
    expect(mistakes).to_have_count(1)  # the page from before the press goes when this one is drawn
    mistakes.click()
    visit.page.keyboard.press("Escape")  # closes the menu
    visit.page.get_by_text(re.compile(r"Crosses: \d+ of 3,000 new points")).wait_for()
    chart(visit, "Map of .* wrong answers are marked").wait_for()


def assert_a_tap_is_answered(visit, finger):
    finger.tap(*pixel(visit, -1.0, -0.5))
    visit.page.get_by_text(REFEREE).wait_for()
    assert place_asked(visit) == pytest.approx((-1.0, -0.5), abs=0.02)  # a pixel
    chart(visit, "Map of .* the point .* is marked").wait_for()


def assert_a_finger_hits_the_help_of_a_figure_within_28_pixels_as_streamlit_s_own(visit):
    button = visit.page.get_by_role("button", name=progress.GRADIENT_HELP)
    assert button.evaluate(HITS) == [True] * 4


def test_a_click_is_answered_on_train_and_on_a_crossing_from_which_arrow_keys_walk_along_a_curve(visitor):
    visit = visitor(PHONE).open(with_network("train", QUICK))
    assert_a_click_is_answered_under_the_map(visit)
    visit.go_to("Predict")
    visit.rest()
    assert_a_click_near_a_crossing_is_one_on_it(visit)
    assert_arrow_keys_walk_along_a_curve(visit)


def assert_a_click_is_answered_under_the_map(visit):
    visit.page.get_by_text(asked.CLICK).wait_for()
    visit.page.mouse.click(*pixel(visit, 1.5, 2.25))
    visit.page.get_by_text(REFEREE).wait_for()
    assert place_asked(visit) == pytest.approx((1.5, 2.25), abs=0.02)
    visit.page.get_by_text("All polynomials").click()
    visit.page.locator("[data-values='answer.table.rows.0']").wait_for()
    visit.press("Close")
    visit.page.get_by_text(asked.CLICK).wait_for()


def assert_a_click_near_a_crossing_is_one_on_it(visit):
    right, down = pixel(visit, 1.0, 1.0)
    visit.page.mouse.click(right + 4, down - 5)
    visit.page.get_by_text("A crossing: p0 & p1").wait_for()
    visit.page.get_by_text(crossings.explained(2)).wait_for()
    assert place_asked(visit) == (1.0, 1.0)


def assert_arrow_keys_walk_along_a_curve(visit):
    visit.page.get_by_role("radio", name="On a curve", exact=True).click()
    slider = visit.page.get_by_role("slider", name=curve_walk.SLIDER_LABEL)
    slider.press("ArrowLeft")  # a two-hundredth of the range, 0.02
    chart(visit, "Probabilities of 2 polynomials along x, which .* at x = 0.98, which is marked").wait_for()
    chart(visit, r"Map of .* the point \(0\.98, 0\.98\) is marked").wait_for()
    expect(visit.page.get_by_label("x", exact=True).first).to_have_value("0.98")
    the_map, walk = chart(visit, "Map of"), chart(visit, "Probabilities of")
    walk.evaluate("chart => chart.scrollIntoView({ block: 'end' })")
    expect(the_map).to_be_in_viewport(ratio=0.99)
    expect(walk).to_be_in_viewport(ratio=0.99)
    above, below = box_of(the_map), box_of(walk)
    assert above["y"] + above["height"] <= below["y"]
    the_map.locator(".nsewdrag").click()
    words = visit.page.locator(".st-key-predict-words")
    visit.wait_until(  # the map, which stays at the top of the screen, leaves all of the answer in view
        lambda: 0 < the_map.bounding_box()["y"] + above["height"] <= words.bounding_box()["y"],
        state=lambda: [the_map.bounding_box(), words.bounding_box()],
    )
