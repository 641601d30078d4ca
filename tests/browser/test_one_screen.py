"""What is on one screen: map, figures, charts, settings and answers, without scrolling; and the legend."""

import re

import pytest
from playwright.sync_api import expect

from pages.models import asked
from pages.train import run_report
from tests.browser.dashboard import DESKTOP, PHONE, with_network

WORDS = "?v=1&polynomials=x~x%5E2&range=-2..2&schedule=constant&hidden=12&batch=all&samples=50"
QUICK = f"{WORDS}&steps=300"
TWELVE = "?steps=300&hidden=8"
WIDE = {"width": 1600, "height": 1000}
PROJECTORS = ({"width": 1366, "height": 768}, {"width": 1920, "height": 1080}, PHONE)
SMALLEST_TEXT = 12  # pixels


def bottom(locator):
    box = locator.bounding_box()
    return box["y"] + box["height"]


def chart(visit, name):
    return visit.page.locator(f".st-key-progress-{name}")


def click_map(visit):
    plane = chart(visit, "map").locator(".nsewdrag")
    plane.wait_for()
    visit.rest()
    plane.click(position={"x": 40, "y": 60})
    visit.page.get_by_role("button", name="Close").wait_for()
    visit.rest()


def test_training_is_seen_without_scrolling(visitor):
    visit = visitor(WIDE).open(f"train{TWELVE}")
    visit.press("Start")
    visit.wait_for_status("Finished")
    visit.rest()
    page = visit.page
    page.get_by_role("button", name="Start again").wait_for()  # the page is drawn once more as the run ends
    for size in (WIDE, DESKTOP):  # the larger first: a layout left from the smaller one would fit it too
        page.set_viewport_size(size)
        controls = page.locator(".st-key-controls").get_by_role("button").all()
        assert len({button.bounding_box()["y"] for button in controls}) == 1
        visit.wait_until(
            lambda height=size["height"]: max(lowest_places(visit).values()) <= height,
            state=lambda: lowest_places(visit),
        )
        folded = chart(visit, "map").bounding_box()["width"]
        page.get_by_text("Settings", exact=True).click()
        expect(page.get_by_text("More settings")).to_have_count(0)
        visit.rest()
        assert chart(visit, "map").bounding_box()["width"] > 1.2 * folded
        assert bottom(chart(visit, "accuracy")) <= size["height"]
        page.get_by_text("Settings", exact=True).click()
        page.get_by_text("More settings").wait_for()
        visit.rest()


def lowest_places(visit):
    """Return how far down each part of the Train page reaches."""
    page = visit.page
    return {
        "map": bottom(chart(visit, "map")),
        "figures": bottom(page.locator(".st-key-progress-figures")),
        "loss": bottom(chart(visit, "loss")),
        "accuracy": bottom(chart(visit, "accuracy")),
        "settings": bottom(page.get_by_text("More settings")),
        "report": bottom(page.get_by_role("button", name=run_report.TITLE)),
    }


def test_what_is_typed_as_settings_fold_is_kept(visitor):
    visit = visitor().open(f"train{QUICK}")
    more, dropout = visit.page.get_by_text("More settings"), visit.page.get_by_label("Dropout", exact=True)
    more.click()
    dropout.fill("0.5")
    visit.still()
    more.click()
    expect(dropout).to_have_count(0)
    visit.wait_for_words(dropout="0.5")
    more.click()
    expect(dropout).to_have_value("0.5")
    visit.still()
    visit.page.get_by_label("Seed", exact=True).fill("77")
    visit.page.get_by_text("Settings", exact=True).click()
    expect(visit.page.get_by_label("Seed", exact=True)).to_have_count(0)
    visit.wait_for_words(seed="77")
    visit.page.get_by_text("Settings", exact=True).click()
    expect(visit.page.get_by_label("Seed", exact=True)).to_have_value("77")


def test_home_offers_what_is_next_answers_a_click_in_view_and_fills_the_screen_by_a_key(visitor):
    visit = visitor().open(QUICK)
    visit.press("Train the network")
    visit.wait_for_status("Finished")
    visit.rest()
    page = visit.page
    offers = {
        "again": page.get_by_role("button", name="Start again"),
        "ask": page.get_by_role("link", name="Ask it about a point"),
        "click": page.get_by_text(asked.CLICK),
        "lessons": page.get_by_role("link", name="Start lesson 1"),
        "map": chart(visit, "map"),
    }
    found = {name: bottom(offer) for name, offer in offers.items()}
    assert {name: place for name, place in found.items() if place > DESKTOP["height"]} == {}
    assert_the_answer_to_a_click_is_in_view(visit)
    assert_one_key_fills_the_screen_and_the_same_key_leaves_it(visit)


def test_train_hides_a_curve_answers_a_click_in_view_and_fills_the_screen_by_a_key(visitor):
    visit = visitor().open(f"train{QUICK}")
    visit.press("Start")
    visit.wait_for_status("Finished")
    # the first trace is the pale edges, with a piece for each curve
    edges = chart(visit, "map").locator(".scatterlayer .trace").first.locator(".js-line")
    entry = chart(visit, "map").get_by_role("button", name="p0 = x")
    for pieces in (2, 1, 2):
        expect(edges).to_have_count(pieces)
        entry.click()
    assert_the_answer_to_a_click_is_in_view(visit)
    assert_on_a_phone_the_controls_stay_in_reach(visit)
    assert_one_key_fills_the_screen_and_the_same_key_leaves_it(visit)


def assert_the_answer_to_a_click_is_in_view(visit):
    for size in (DESKTOP, PHONE):
        visit.page.set_viewport_size(size)
        click_map(visit)
        answer = visit.page.get_by_text(re.compile("^Most likely: probability|the network would say"))
        assert visit.page.evaluate("document.querySelector('.stMain').scrollTop") == 0 or size is PHONE
        assert bottom(answer) <= size["height"]
        assert answer.bounding_box()["y"] >= 0
        visit.press("Close")
        expect(answer).to_have_count(0)
        visit.rest()


def assert_on_a_phone_the_controls_stay_in_reach(visit):
    visit.page.set_viewport_size(PHONE)
    chart(visit, "accuracy").scroll_into_view_if_needed()
    visit.page.evaluate("document.querySelector('.stMain').scrollBy(0, 200)")
    again = visit.page.get_by_role("button", name="Start again")
    assert 0 <= again.bounding_box()["y"] < 100
    again.click(timeout=2000)  # nothing covers it
    visit.wait_for_status("Finished")


def assert_one_key_fills_the_screen_and_the_same_key_leaves_it(visit):
    page = visit.page
    page.set_viewport_size(WIDE)  # a projector's
    page.get_by_role("button", name="Present").wait_for()
    visit.rest()
    page.keyboard.press("p")
    page.get_by_role("button", name="Leave").wait_for()
    expect(page.get_by_role("link", name="Compare")).to_be_hidden()
    plane = chart(visit, "map").bounding_box()
    assert plane["height"] > 0.9 * WIDE["height"]
    assert plane["width"] > 0.6 * WIDE["width"]
    for value in ("weights.held_out_text", "weights.loss_text"):
        number = page.locator(f"[data-value='{value}']")
        assert number.evaluate("element => parseFloat(getComputedStyle(element).fontSize)") > 100
        assert bottom(number) < WIDE["height"]
    page.keyboard.press("b")  # the keys of the run still answer
    page.get_by_text(re.compile("^Ready")).wait_for()
    page.keyboard.press("p")
    expect(page.get_by_role("link", name="Compare").first).to_be_visible()
    expect(page.get_by_role("button", name="Leave")).to_have_count(0)


@pytest.mark.parametrize(
    "query", [pytest.param(TWELVE, id="a run"), pytest.param("", id="a network of a link")]
)
def test_an_answer_in_a_presentation_is_large_and_leaves_the_buttons_on_the_screen(visitor, query):
    visit = visitor().open(f"train{query}" if query else with_network("train", TWELVE))
    if query:
        visit.press("Start")
        visit.wait_for_status("Finished")
    page = visit.page
    page.get_by_role("button", name="Present").wait_for()
    visit.rest()
    page.keyboard.press("p")
    page.get_by_role("button", name="Leave").wait_for()
    plane = page.locator(".nsewdrag")
    for size in PROJECTORS:
        page.set_viewport_size(size)
        visit.rest()
        plane.click(position={"x": 40, "y": 60})
        page.get_by_role("button", name="Close").wait_for()
        visit.rest()
        shown = {name: page.get_by_role("button", name=name) for name in ("Start", "Leave", "Close")}
        answer = shown["answer"] = page.locator("[data-value='answer.heading']")
        shown["referee"] = page.locator("[data-values='answer.choices.1']")
        visit.wait_until(
            lambda shown=shown, size=size: is_within(shown, size), state=lambda shown=shown: lowest(shown)
        )
        # on a screen 2 m wide a letter of 4 cm is read from 8 m
        least = 0.02 * size["width"] if size is not PHONE else 20
        assert answer.evaluate("element => parseFloat(getComputedStyle(element).fontSize)") >= least
        visit.press("Close")
        expect(answer).to_have_count(0)


def lowest(shown):
    return {name: bottom(element.first) for name, element in shown.items()}


def is_within(shown, size):
    return max(lowest(shown).values()) <= size["height"]


def test_the_legend_hides_a_curve_on_every_page(visitor):
    visit = visitor().open(QUICK)
    page = visit.page
    lines = ".scatterlayer .js-line"
    page.locator(lines).nth(1).wait_for()
    entry = page.get_by_role("button", name="p1 = x²")
    assert page.get_by_role("button", name=re.compile("^p[0-9]+ = ")).all_inner_texts() == [
        "p0 = x",
        "p1 = x²",
    ]
    size = entry.evaluate("button => parseFloat(getComputedStyle(button).fontSize)")
    assert size >= SMALLEST_TEXT
    entry.click()
    expect(entry).to_have_attribute("aria-pressed", "false")
    expect(page.locator(lines)).to_have_count(1)
    visit.go_to("Data")
    expect(page.get_by_role("button", name="p1 = x²")).to_have_attribute("aria-pressed", "false")
    expect(page.locator(lines)).to_have_count(1)
    page.get_by_role("button", name="p1 = x²").click()
    expect(page.locator(lines)).to_have_count(2)


def test_the_neuron_s_picture_plane_and_numbers_are_seen_without_scrolling(visitor):
    visit = visitor().open(with_network("inside", TWELVE))
    page = visit.page
    page.locator(".st-key-inside-map .nsewdrag").wait_for()
    visit.rest()
    lowest = {
        "picture": bottom(page.locator(".st-key-inside-picture")),
        "plane": bottom(page.locator(".st-key-inside-map")),
        "numbers": bottom(page.get_by_role("button", name="Put it back")),
    }
    assert {name: place for name, place in lowest.items() if place > DESKTOP["height"]} == {}


def test_the_answer_is_beside_the_slider_that_moves_the_point(visitor):
    visit = visitor().open(with_network("predict", TWELVE))
    page = visit.page
    page.get_by_text("On a curve", exact=True).click()
    slider = page.get_by_role("slider")
    slider.wait_for()
    visit.rest()
    answer = page.get_by_text(re.compile("^Most likely: probability|the network would say"))
    assert bottom(slider) <= DESKTOP["height"]
    assert bottom(answer) <= DESKTOP["height"]
    assert 0 < answer.bounding_box()["y"] - bottom(slider) < 100
