"""What is on one screen: map, figures, charts, settings and answers, without scrolling; and the legend."""

import re

import pytest
from playwright.sync_api import expect

from pages.lessons import lessons
from pages.run_view.progress import LARGE_LABEL
from pages.train import run_report
from tests.browser.dashboard import DESKTOP, PHONE, SCREEN, box_of, with_network

WORDS = "?v=1&polynomials=x~x%5E2&range=-2..2&schedule=constant&hidden=12&batch=all&samples=50"
QUICK, LONG = f"{WORDS}&steps=300", f"{WORDS}&steps=5000000"
TWELVE = "?steps=300&hidden=8"
WIDE = {"width": 1600, "height": 1000}
PROJECTORS = (SCREEN, {"width": 1920, "height": 1080}, PHONE)
SMALLEST_TEXT = 12  # pixels
OVERFITTING, MORE = map(re.compile, ("^Against overfitting", "^Seed, sampling and more"))


def bottom(locator):
    box = box_of(locator)
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
    page.get_by_role("button", name="Start new").wait_for()  # the page is drawn once more as the run ends
    for size in (WIDE, DESKTOP):  # the larger first: a layout left from the smaller one would fit it too
        page.set_viewport_size(size)
        controls = page.locator(".st-key-controls").get_by_role("button").all()
        assert len({box_of(button)["y"] for button in controls}) == 1
        visit.wait_until(
            lambda height=size["height"]: max(lowest_places(visit).values()) <= height,
            state=lambda: lowest_places(visit),
        )
        folded = box_of(chart(visit, "map"))["width"]
        page.get_by_text("Settings", exact=True).click()
        expect(page.get_by_text(MORE)).to_have_count(0)
        visit.rest()
        assert box_of(chart(visit, "map"))["width"] > 1.2 * folded
        assert bottom(chart(visit, "accuracy")) <= size["height"]
        page.get_by_text("Settings", exact=True).click()
        page.get_by_text(MORE).wait_for()
        visit.rest()


def test_on_train_what_there_is_to_see_begins_at_the_run_bar_and_stays_as_a_run_ends(visitor):
    visit = visitor(SCREEN).open(f"train{LONG}")
    visit.press("Start")
    visit.wait_for_status("Running", after_step=20)
    visit.rest()
    parts = visit.page.locator(".st-key-train-map"), chart(visit, "figures")
    before = [box_of(part)["y"] for part in parts]
    assert max(before) <= bottom(visit.page.locator(".st-key-run_bar")) + 24
    visit.press("Stop")
    visit.wait_for_status("Stopped")
    further = visit.page.get_by_role("button", name="Continue", exact=True)
    further.wait_for()
    visit.rest()
    assert [box_of(part)["y"] for part in parts] == before
    assert bottom(further) <= SCREEN["height"]


def lowest_places(visit):
    """Return how far down each part of the Train page reaches."""
    page = visit.page
    return {
        "map": bottom(chart(visit, "map")),
        "figures": bottom(page.locator(".st-key-progress-figures")),
        "loss": bottom(chart(visit, "loss")),
        "accuracy": bottom(chart(visit, "accuracy")),
        "settings": bottom(page.get_by_text(MORE)),
        "report": bottom(page.get_by_role("button", name=run_report.TITLE)),
    }


def test_what_is_typed_as_settings_fold_is_kept(visitor):
    visit = visitor().open(f"train{QUICK}")
    fold, dropout = (
        visit.page.get_by_role("button", name=OVERFITTING),
        visit.page.get_by_label("Dropout", exact=True),
    )
    fold.click()
    dropout.fill("0.5")
    visit.still()
    fold.click()
    expect(dropout).to_have_count(0)
    visit.wait_for_words(dropout="0.5")
    expect(fold).to_contain_text("dropout 0.5")
    fold.click()
    expect(dropout).to_have_value("0.5")
    visit.still()
    visit.page.get_by_label("Steps", exact=True).fill("77")
    visit.page.get_by_text("Settings", exact=True).click()
    expect(visit.page.get_by_label("Steps", exact=True)).to_have_count(0)
    visit.wait_for_words(steps="77")
    visit.page.get_by_text("Settings", exact=True).click()
    expect(visit.page.get_by_label("Steps", exact=True)).to_have_value("77")


def test_home_is_one_screen_answers_a_click_on_the_map_and_fills_the_screen_by_a_key(visitor):
    visit = visitor().open(QUICK)
    visit.press("Train the network")
    visit.wait_for_status("Finished")
    visit.rest()
    page = visit.page
    offers = {
        "again": page.get_by_role("button", name="Watch again"),
        "yours": page.get_by_role("link", name="Type your own"),
        "lessons": page.get_by_role("button", name=f"All {len(lessons.LESSONS)}"),
        "figure": page.get_by_text(LARGE_LABEL),
        "map": chart(visit, "map"),
    }
    for size in (SCREEN, {"width": 1920, "height": 1080}):
        page.set_viewport_size(size)
        visit.rest()
        found = {name: bottom(offer) for name, offer in offers.items()}
        assert {name: place for name, place in found.items() if place > size["height"]} == {}
    assert_one_key_fills_the_screen_and_the_same_key_leaves_it(visit)
    assert_a_click_on_the_map_is_answered_there(visit)


def is_at(ring, plane, x, y):
    """Return whether the center of a ring is that many pixels right of and below the corner of the plane."""
    found, box = box_of(ring), box_of(plane)
    center = found["x"] + found["width"] / 2 - box["x"], found["y"] + found["height"] / 2 - box["y"]
    return center == pytest.approx((x, y), abs=2)


def assert_a_click_on_the_map_is_answered_there(visit):
    for size in (DESKTOP, PHONE):
        visit.page.set_viewport_size(size)
        visit.rest()
        plane = chart(visit, "map").locator(".nsewdrag")
        plane.click(position={"x": 40, "y": 60})
        ring = chart(visit, "map").locator(".scatterlayer .points path").last
        visit.wait_until(lambda ring=ring, plane=plane: is_at(ring, plane, 40, 60))
        visit.rest()
        box = box_of(plane)
        card = visit.page.locator(".polycore-live-card")
        expect(card).to_contain_text("The network says")
        said = box_of(card)
        assert said["x"] >= box["x"]
        assert said["x"] + said["width"] <= box["x"] + box["width"]
        assert said["y"] + said["height"] <= box["y"] + box["height"]
        assert visit.page.evaluate("document.querySelector('.stMain').scrollTop") == 0


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
        assert box_of(answer)["y"] >= 0
        visit.press("Close")
        expect(answer).to_have_count(0)
        visit.rest()


def assert_on_a_phone_the_controls_stay_in_reach(visit):
    visit.page.set_viewport_size(PHONE)
    chart(visit, "accuracy").scroll_into_view_if_needed()
    visit.page.evaluate("document.querySelector('.stMain').scrollBy(0, 200)")
    again = visit.page.get_by_role("button", name="Start new")
    dock = box_of(again)  # above the navigation
    assert PHONE["height"] - 130 < dock["y"] < PHONE["height"] - 56 - dock["height"]
    again.click(timeout=2000)  # nothing covers it
    visit.wait_for_status("Finished")


def assert_one_key_fills_the_screen_and_the_same_key_leaves_it(visit):
    page = visit.page
    page.set_viewport_size(WIDE)  # a projector's
    page.get_by_role("button", name="Present").wait_for()
    visit.rest()
    visit.press_key("p")
    page.get_by_role("button", name="Leave").wait_for()
    expect(page.get_by_role("link", name="Compare")).to_be_hidden()
    plane = box_of(chart(visit, "map"))
    assert plane["height"] > 0.9 * WIDE["height"]
    assert plane["width"] > 0.6 * WIDE["width"]
    for value in ("weights.held_out_text", "weights.loss_text"):
        number = page.locator(f"[data-value='{value}']")
        assert number.evaluate("element => parseFloat(getComputedStyle(element).fontSize)") > 100
        assert bottom(number) < WIDE["height"]
    visit.press_key("b")  # the keys of the run still answer
    page.get_by_text(re.compile("^Ready")).wait_for()
    visit.press_key("p")
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
    visit.press_key("p")
    page.get_by_role("button", name="Leave").wait_for()
    plane = page.locator(".nsewdrag")
    for size in PROJECTORS:
        page.set_viewport_size(size)
        visit.rest()
        before = box_of(page.get_by_role("button", name="Leave"))
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
        if size is not PHONE:  # there the buttons stay at the edge of the screen, below what scrolls
            assert box_of(shown["Leave"]) == before
        visit.press("Close")
        expect(answer).to_have_count(0)


def lowest(shown):
    return {name: bottom(element.first) for name, element in shown.items()}


def is_within(shown, size):
    return max(lowest(shown).values()) <= size["height"]


def test_the_legend_hides_a_curve_on_every_page(visitor):
    visit = visitor().open(f"train{QUICK}")
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


def test_answer_inputs_and_map_of_predict_are_seen_without_scrolling_and_the_answer_comes_first(visitor):
    visit = visitor().open(with_network("predict", TWELVE))
    page = visit.page
    page.locator(".st-key-predict-map .nsewdrag").wait_for()
    answer, sure = page.locator("[data-value='answer.name']"), page.locator("[data-value='verdict.sure']")
    page.get_by_text("On a curve", exact=True).click()
    slider = page.get_by_role("slider")
    slider.wait_for()
    visit.rest()
    parts = {"answer": answer, "slider": slider, "map": page.locator(".st-key-predict-map")}
    lowest = {name: bottom(part) for name, part in parts.items()}
    assert {name: place for name, place in lowest.items() if place > DESKTOP["height"]} == {}
    assert lowest["answer"] < box_of(slider)["y"]
    expect(sure).to_be_visible()
    page.set_viewport_size(PHONE)
    visit.rest()
    page.locator(".st-key-predict-map").scroll_into_view_if_needed()
    for part in (page.locator(".st-key-predict-map"), answer):
        expect(part).to_be_in_viewport(ratio=0.99)
