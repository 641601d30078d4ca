"""The Compare page in a browser: what is kept is named, laid side by side and deleted; a race is run."""

import re

from playwright.sync_api import expect

from pages.compare import keeping, race_inputs
from pages.compare.race_view import STOPPED
from tests.browser import workers
from tests.browser.dashboard import PHONE
from tests.browser.test_whole_path import QUICK

A_WHILE = "?v=1&polynomials=-x%5E2%2B1~x%5E3-2&steps=60000&schedule=constant&hidden=16&batch=64"
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
    expect(page.get_by_text("Nothing is kept yet")).to_be_visible()
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
    expect(page.get_by_text(re.compile(r"^60,000 steps, best loss at step [\d,]+ · "))).to_be_visible(
        timeout=120_000
    )


def test_a_refresh_keeps_the_view(visitor):
    visit = visitor().open(f"compare{QUICK}")
    page = visit.page
    for name in ("Sweep", "A class"):
        page.get_by_role("radio", name=name, exact=True).click()
        expect(page.get_by_role("radio", name=name, exact=True)).to_be_checked()
        visit.rest()
        page.reload()
        expect(page.get_by_role("radio", name=name, exact=True)).to_be_checked()
        visit.rest()
        expect(page.get_by_role("radio", name=name, exact=True)).to_be_checked()
    visit.go_to("Train").go_to("Compare")
    expect(page.get_by_role("radio", name="A class", exact=True)).to_be_checked()


def test_activations_race_on_a_phone(visitor):
    visit = visitor(PHONE).open(f"compare{QUICK}")
    page = visit.page
    race_view(visit)
    page.get_by_role("radio", name="Activations", exact=True).click()
    expect(page.get_by_text(race_inputs.NOT_SHARED)).to_be_visible()
    for other in ("Sigmoid", "Sine"):
        page.get_by_role("button", name=other, exact=True).click()
        expect(page.get_by_role("button", name=other, exact=True)).to_have_attribute("aria-pressed", "false")
    visit.press("Start the race")
    expect(page.get_by_text(re.compile("^(ReLU|tanh) is ahead: its lowest loss so far is"))).to_be_visible()
    expect(page.get_by_role("img", name=re.compile("^Map of the most likely of"))).to_have_count(2)
    visit.press("Stop the race")
    expect(page.get_by_text("may change the order")).to_be_visible()
    expect(page.get_by_text(STOPPED)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


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
    expect(page.get_by_text(re.compile(r"\w is ahead: its lowest loss so far is"))).to_be_visible()
    visit.go_to("Train").go_to("Compare")
    expect(maps).to_have_count(2)
    # each computes for five seconds, in turns with whatever else the machine does
    expect(page.get_by_role("button", name=re.compile("Keep all"))).to_be_enabled(timeout=180_000)
    expect(page.get_by_text("surprise")).to_be_visible()
    expect(page.get_by_text(re.compile(r"5\.\d of 5 s · [\d,]+ steps"))).to_have_count(2)
    slider = page.get_by_role("slider", name="Computing time of each")
    slider.press("Home")
    expect(page.get_by_text("0.00 s · 0 steps")).to_have_count(2)
    expect(page.get_by_text("After 0.00 s of computing, all had the same loss: ")).to_be_visible()
    expect(page.get_by_text("surprise")).to_have_count(0)
    visit.rest()
    slider.press("ArrowRight")
    expect(page.get_by_text("0.00 s · 0 steps")).not_to_have_count(2)
    page.get_by_label("Speed", exact=True).select_option("4")
    page.get_by_role("button", name="Play the race from its beginning").click()
    expect(page.get_by_text(re.compile(r"5\.\d of 5 s · [\d,]+ steps"))).to_have_count(2)
    visit.rest()
    visit.press("Draw the loss landscape")
    landscape = page.get_by_role(
        "img", name=re.compile("^Contour map of the loss over the two main directions")
    )
    expect(landscape).to_have_attribute("aria-label", re.compile("Random search from .* nats at step 0 to"))
    visit.press("Keep all")
    expect(page.get_by_text(keeping.ALL_ARE_KEPT)).to_be_visible()
    page.get_by_role("radio", name="Kept runs", exact=True).click()
    expect(page.get_by_role("button", name=re.compile("Delete"))).to_have_count(2)
    expect(page.get_by_role("img", name=re.compile("^Loss of 2 runs over step"))).to_be_visible()
