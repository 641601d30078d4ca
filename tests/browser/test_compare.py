"""The Compare page in a browser: what is kept is named, laid side by side and deleted; a race is run."""

import re

import pytest
from playwright.sync_api import expect

from pages.compare import cards, keeping, race_inputs
from pages.models import run_landscape
from pages.runs.race import STOPPED
from tests.browser import workers
from tests.browser.dashboard import PHONE, SCREEN, box_of, with_network
from tests.browser.test_whole_path import QUICK

A_WHILE = "?v=1&polynomials=-x%5E2%2B1~x%5E3-2&steps=60000&schedule=constant&hidden=16&batch=64"
LEAST_TEXT = 20  # pixels, on a projector
HOSTILE = "**mine** <img src=x onerror=alert(1)> ![](http://a.b/c.png)"


def race_view(visit):
    visit.page.get_by_role("radio", name="Race", exact=True).click()
    expect(visit.page.get_by_text("Who races")).to_be_visible()


def test_a_run_is_named_and_deleted_and_comes_back(visitor):
    visit = visitor(PHONE).open(f"train{QUICK}")
    visit.press("Start")
    visit.wait_for_status("Finished")
    page = visit.go_to("Compare").page
    expect(page.get_by_role("img", name=re.compile("^Map of the most likely of"))).to_have_count(1)
    expect(page.get_by_role("img", name=re.compile("^Loss of 1 run over step"))).to_be_visible()
    page.get_by_role("button", name=re.compile("Rename")).click()
    visit.fill("Name", HOSTILE)
    expect(page.get_by_test_id("stText").get_by_text(HOSTILE, exact=True)).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_text("Computing time", exact=True).click()
    expect(
        page.get_by_role("img", name=re.compile(r"^Loss of 1 run over computing time \(s\)"))
    ).to_be_visible()
    page.get_by_role("button", name=re.compile("Delete")).click()
    expect(page.get_by_text(cards.NOTHING_KEPT)).to_be_visible()
    page.get_by_role("button", name=re.compile("Undo")).click()
    expect(page.get_by_test_id("stText").get_by_text(HOSTILE, exact=True)).to_be_visible()


def test_a_run_is_seen_to_go_on_and_to_end_without_a_click(visitor):
    visit = visitor().open(f"train{A_WHILE}")
    visit.press("Start")
    visit.wait_for_status("Running")
    with workers.stopped(visit.server):
        page = visit.go_to("Compare").page
        effort = page.get_by_text(re.compile(r"^[\d,]+ steps so far"))
        effort.wait_for()
        loss = page.get_by_role("img", name=re.compile("^Loss of 1 run over step"))
        before = effort.inner_text(), loss.get_attribute("aria-label")
    expect(effort).not_to_have_text(before[0])
    expect(loss).not_to_have_attribute("aria-label", before[1])
    expect(page.get_by_text(re.compile("^60,000 steps · "))).to_be_visible(timeout=120_000)


def test_a_refresh_keeps_the_view(visitor):
    visit = visitor().open(f"compare{QUICK}")
    page = visit.page
    for name, word in (("Sweep", "sweep"), ("A class", "class")):
        page.get_by_role("radio", name=name, exact=True).click()
        page.wait_for_url(re.compile(f"compare={word}"))  # the server's answer: it has heard the press
        visit.rest()
        page.reload()
        expect(page.get_by_role("radio", name=name, exact=True)).to_be_checked()
        visit.rest()
        expect(page.get_by_role("radio", name=name, exact=True)).to_be_checked()
    visit.go_to("Train").go_to("Compare")
    expect(page.get_by_role("radio", name="A class", exact=True)).to_be_checked()
    visit.open(f"compare{QUICK}&compare=race")  # a link that is followed in the same tab leads where it says
    visit.rest()
    expect(page.get_by_role("radio", name="Race", exact=True)).to_be_checked()
    expect(page.get_by_role("button", name="Start the race")).to_be_visible()


def test_activations_race_on_a_phone(visitor):
    visit = visitor(PHONE).open(f"compare{QUICK}")
    page = visit.page
    race_view(visit)
    last = box_of(page.get_by_role("button", name="Evolution", exact=True))
    assert last["x"] + last["width"] <= PHONE["width"]
    page.get_by_role("radio", name="Activations", exact=True).click()
    expect(page.get_by_text(race_inputs.NOT_SHARED)).to_be_visible()
    for other in ("Sigmoid", "Sine"):
        page.get_by_role("button", name=other, exact=True).click()
        expect(page.get_by_role("button", name=other, exact=True)).to_have_attribute("aria-pressed", "false")
    visit.press("Start the race")
    expect(page.get_by_text(re.compile("^So far (ReLU|tanh|all) got "))).to_be_visible()
    expect(page.get_by_role("img", name=re.compile("^Map of the most likely of"))).to_have_count(2)
    visit.press("Stop the race")
    expect(page.get_by_text("Stopped", exact=True)).to_be_visible()
    expect(page.get_by_text(STOPPED)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    visit.press("Race again")
    expect(page.get_by_role("button", name=re.compile("^Undo"))).to_be_visible()
    toast = box_of(page.locator(".st-key-undo-toast"))  # it leaves the buttons of the race alone
    assert toast["y"] + toast["height"] <= box_of(page.locator(".st-key-race-dock"))["y"]
    visit.press("Stop the race")


def test_a_race_is_watched_left_and_found_again_and_kept(visitor):
    visit = visitor().open(f"compare{QUICK}")
    page = visit.page
    race_view(visit)
    for other in ("SGD with momentum", "L-BFGS"):
        pill = page.get_by_role("button", name=other, exact=True)
        pill.click()
        expect(pill).to_have_attribute("aria-pressed", "false")
    expect(page.get_by_text("5 s", exact=True)).to_be_visible()
    visit.press("Start the race")
    maps = page.get_by_role("img", name=re.compile("^Map of the most likely of"))
    expect(maps).to_have_count(2)
    expect(page.get_by_text(re.compile(r"^So far .+ got "))).to_be_visible()
    visit.go_to("Train").go_to("Compare")
    expect(maps).to_have_count(2)
    # each computes for five seconds, in turns with whatever else the machine does
    expect(page.get_by_role("button", name=re.compile("Keep all"))).to_be_enabled(timeout=180_000)
    expect(page.get_by_text("Finished", exact=True)).to_be_visible()
    expect(page.get_by_text(re.compile(r"^[\d,]+ steps in 5\.\d s$"))).to_have_count(2)
    slider = page.get_by_role("slider", name="Computing time of each")
    slider.press("Home")
    expect(page.get_by_text("0 steps in 0.00 s", exact=True)).to_have_count(2)
    expect(page.get_by_text("After 0.00 s of computing, both got ")).to_be_visible()
    visit.rest()
    slider.press("ArrowRight")
    expect(page.get_by_text("0 steps in 0.00 s", exact=True)).not_to_have_count(2)
    page.get_by_label("Speed", exact=True).select_option("4")
    page.get_by_role("button", name="Play the race from its beginning").click()
    expect(page.get_by_text(re.compile(r"^[\d,]+ steps in 5\.\d s$"))).to_have_count(2)
    visit.rest()
    large = page.get_by_role("button", name="Large map of Adam")
    large.press("Enter")
    expect(maps).to_have_count(3)
    expect(large).to_have_attribute("aria-pressed", "true")
    small = page.locator("[data-lane='1']").get_attribute("href")
    expect(page.locator(".st-key-race-map-1 image")).to_have_attribute("href", small)
    large.click()
    expect(maps).to_have_count(2)
    visit.press(run_landscape.DRAW)
    landscape = page.get_by_role(
        "img", name=re.compile("^Contour map of the loss over the two main directions")
    )
    expect(landscape).to_have_attribute("aria-label", re.compile("Random search from .* nats at step 0 to"))
    visit.press("Keep all")
    expect(page.get_by_role("button", name=keeping.ALL_ARE_KEPT)).to_be_disabled()
    page.get_by_role("radio", name="Kept runs", exact=True).click()
    expect(page.get_by_role("button", name=re.compile("Delete"))).to_have_count(2)
    expect(page.get_by_role("img", name=re.compile("^Loss of 2 runs over step"))).to_be_visible()


@pytest.mark.parametrize("size", [SCREEN, PHONE], ids=["desktop", "phone"])
def test_a_pair_is_trained_from_train_and_asked_about_before_its_figures(visitor, size):
    visit = visitor(size).open(f"train{QUICK}")
    page = visit.page
    visit.press("Start")
    visit.wait_for_status("Finished")
    visit.rest()
    map_at_first = box_of(page.locator(".st-key-progress-map"))
    visit.press("Same but one")
    both = page.get_by_role("button", name="Train both")
    expect(both).to_be_in_viewport(ratio=1)
    other = page.get_by_role("combobox", name=re.compile("The other value"))
    other.fill("0.3")
    other.press("Enter")
    visit.rest()
    both.press("Enter")
    expect(page.locator(".st-key-race-lanes")).to_contain_text("Learning rate 0.3")
    maps = page.get_by_role("img", name=re.compile("^Map of the most likely of"))
    expect(maps).to_have_count(2)
    shape = maps.first.bounding_box()
    assert shape["width"] < 1.5 * shape["height"]
    expect(page.locator(".st-key-race-lanes b").last).to_be_hidden()
    expect(page.locator(".st-key-race-status").get_by_text("Finished")).to_be_visible()
    for what in ("Initial weights", "New points", "Optimizer", "Seed", "Steps"):
        page.get_by_role("button", name=what, exact=True).click()
        expect(page.get_by_role("button", name=what, exact=True)).to_have_attribute("aria-pressed", "true")
    page.reload()
    expect(page.get_by_role("button", name="Seed", exact=True)).to_have_attribute("aria-pressed", "true")
    visit.press("Answer")
    expect(page.get_by_text("Not the same: Learning rate.")).to_be_visible()
    expect(page.locator(".st-key-race-lanes b").last).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    visit.go_to("Train")
    visit.rest()
    assert box_of(page.locator(".st-key-progress-map")) == map_at_first


def test_the_maps_of_a_race_are_in_the_first_screen_while_its_form_is_folded(visitor):
    visit = visitor(SCREEN).open(f"compare{QUICK}")
    page = visit.page
    race_view(visit)
    start = page.locator(".st-key-race-start")
    at_first = box_of(start)
    visit.press("Start the race")
    expect(page.get_by_text(re.compile(r"^So far .+ got "))).to_be_visible()
    assert_the_race_is_seen(visit)
    visit.press("Stop the race")
    expect(page.get_by_text("Stopped", exact=True)).to_be_visible()
    visit.rest()
    assert_the_race_is_seen(visit)
    assert box_of(start) == at_first
    page.get_by_role("button", name="Change", exact=True).click()
    expect(page.get_by_text("Who races")).to_be_visible()


def assert_the_race_is_seen(visit):
    """Maps and figures are within the screen, the chart has begun, and nothing has to be folded first."""
    page = visit.page
    expect(page.get_by_text("Who races")).to_have_count(0)
    numbers = page.locator(".st-key-race-lanes b").all()
    assert len(numbers) == 4
    chart = page.locator(".st-key-race-accuracy")

    boxes = []

    def are_drawn():
        boxes[:] = [box_of(one) for one in (*numbers, chart)]
        return None not in boxes  # as while what followed the race is replaced by what stays

    visit.wait_until(are_drawn, state=lambda: boxes)
    *of_numbers, of_chart = boxes
    assert all(box["y"] + box["height"] <= SCREEN["height"] for box in of_numbers)
    assert of_chart["y"] < SCREEN["height"]


def test_a_race_is_read_from_the_last_row(visitor):
    visit = visitor(SCREEN).open(f"compare{QUICK}")
    page = visit.page
    race_view(visit)
    visit.press("Start the race")
    expect(page.get_by_text(re.compile(r"^So far .+ got "))).to_be_visible()
    visit.press("Stop the race")
    expect(page.get_by_text("Stopped", exact=True)).to_be_visible()
    visit.rest()
    label = page.locator(".st-key-race-accuracy .ytick text").first
    size = "label => parseFloat(getComputedStyle(label).fontSize)"
    visit.wait_until(lambda: label.evaluate(size) < LEAST_TEXT, state=lambda: label.evaluate(size))
    visit.press_key("p")
    leave = page.get_by_role("button", name="Leave")
    expect(leave).to_be_visible()
    expect(page.get_by_role("link", name="Train")).to_be_hidden()
    visit.wait_until(lambda: label.evaluate(size) >= LEAST_TEXT, state=lambda: label.evaluate(size))
    assert page.locator(".st-key-race-lanes b").first.evaluate(size) > 1.2 * 28
    assert is_on_screen(leave)
    visit.press_key("p")
    expect(page.get_by_role("link", name="Train").first).to_be_visible()
    visit.wait_until(lambda: label.evaluate(size) < LEAST_TEXT, state=lambda: label.evaluate(size))


def test_inside_is_read_from_the_last_row_and_a_click_on_its_map_leaves_the_button(visitor):
    visit = visitor(SCREEN).open(with_network("inside", QUICK))
    page = visit.page
    page.locator(".st-key-inside-map .nsewdrag").wait_for()
    visit.rest()
    visit.press_key("p")
    leave = page.get_by_role("button", name="Leave")
    expect(leave).to_be_visible()
    label = page.locator(".st-key-inside-map .xtick text").first
    size = "label => parseFloat(getComputedStyle(label).fontSize)"
    visit.wait_until(lambda: label.evaluate(size) >= LEAST_TEXT, state=lambda: label.evaluate(size))
    visit.rest()
    before = box_of(leave)
    page.locator(".st-key-inside-map .nsewdrag").click(position={"x": 40, "y": 60})
    visit.rest()
    assert box_of(leave) == before
    assert is_on_screen(leave)


def is_on_screen(element):
    box = box_of(element)
    return box["y"] >= 0 and box["y"] + box["height"] <= SCREEN["height"]
