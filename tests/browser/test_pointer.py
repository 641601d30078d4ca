"""What the network answers under the pointer: the label on every map.

What it says, and when it fetches weights, is tested in tests/pages/test_pointer.py.
"""

import re
from itertools import pairwise

import numpy as np
import pytest
from playwright.sync_api import expect

import polycore as pc
from polycore.links import link
from tests.browser.dashboard import box_of, with_network

WORDS = "?v=1&polynomials=x~x%5E2~-1&range=-2..2&schedule=constant&hidden=12&batch=all&samples=50"
QUICK, LONG = f"{WORDS}&steps=300", f"{WORDS}&steps=5000000"


def label(visit):
    return visit.page.locator(".polycore-live-label:not([hidden])")


def height(text):
    return float(re.search(r"y ([−\d.e]+)$", text, re.M)[1].replace("−", "-"))


def shares(text):
    return [float(share) for share in re.findall(r"[<>]?([\d.]+)\s%", text)]


def test_the_map_of_the_referee_says_what_the_referee_answers(visitor):
    visit = visitor().open(f"train{WORDS}&noise=0.5")
    visit.page.get_by_role("radio", name="Referee", exact=True).click()
    plane = visit.page.locator(".st-key-untrained-map .nsewdrag")
    visit.page.locator(".st-key-untrained-map .imagelayer image").wait_for(state="attached")
    visit.rest()
    box = box_of(plane)
    visit.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    label(visit).wait_for()
    text = label(visit).inner_text()
    y = height(text)
    referee = pc.Referee((pc.Polynomial(1, 0), pc.Polynomial(1, 0, 0), pc.Polynomial(-1)), (-2.0, 2.0), 0.5)
    [expected] = referee.predict_proba([[0.0, y]])
    assert shares(text) == pytest.approx(sorted(100 * expected, reverse=True), abs=1.5)


def test_every_map_says_what_is_likeliest_under_the_pointer(visitor):
    visit = visitor().open(with_network("", QUICK))
    assert_the_map_says_what_is_likeliest(visit)
    for page in ("Train", "Inside", "Predict"):
        visit.go_to(page)
        assert_the_map_says_what_is_likeliest(visit)
    assert_a_finger_that_is_held_shows_the_label_and_lets_go_of_it(visit)


def assert_the_map_says_what_is_likeliest(visit):
    chart = visit.page.locator(".polycore-live", has=visit.page.locator(".imagelayer image")).first
    plane = chart.locator(".nsewdrag")
    plane.wait_for()
    visit.rest()
    box = box_of(plane)
    # in the middle of the width x is 0
    visit.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 20)
    label(visit).wait_for()
    text = label(visit).inner_text()
    assert re.search(r"x −?0\.00|x 0|x −?\d\.\d+e−", text)
    found = shares(text)
    assert len(found) == 3
    assert all(before >= after for before, after in pairwise(found))
    y = height(text)
    experiment = link.experiment_of(
        dict(part.split("=") for part in QUICK.replace("%5E", "^").lstrip("?").split("&"))
    )
    model = pc.advance(pc.start(experiment), experiment.steps).best
    likeliest = model.predict_proba(np.array([[0.0, y]]))[0]
    # p0 = x on most pages, y = x on Home
    name = re.search(r"^(?:p\d+|y) = (.+?)\s*(?:[<>]?[\d.]+\s%)?$", text, re.M)[1]
    assert name == experiment.polynomials[likeliest.argmax()].typeset
    expect(visit.page.locator(".hoverlayer .hovertext")).to_have_count(0)  # Plotly's own would be below it
    visit.page.mouse.move(box["x"] + box["width"] / 2, box["y"] - 100)
    expect(label(visit)).to_have_count(0)


def test_the_label_follows_a_run_and_weights_are_fetched_only_for_it(lone_visit):
    page, asked = lone_visit.page, []
    page.on("request", lambda request: request.url.endswith("/weights") and asked.append(request))
    lone_visit.open(f"train{LONG}")
    lone_visit.press("Start")
    step = lone_visit.wait_for_status("Running", after_step=5)
    lone_visit.wait_for_status("Running", after_step=step + 1000)  # some frames later
    assert not asked
    page.locator(".st-key-progress-map .nsewdrag").hover()
    label(lone_visit).wait_for()
    before = label(lone_visit).inner_text()
    expect(label(lone_visit)).not_to_have_text(before)
    lone_visit.press("Stop")


def assert_a_finger_that_is_held_shows_the_label_and_lets_go_of_it(visit):
    plane = visit.page.locator(".st-key-predict-map .nsewdrag")
    plane.scroll_into_view_if_needed()
    visit.rest()
    box = box_of(plane)
    at = {"clientX": box["x"] + 60, "clientY": box["y"] + 60, "pointerType": "touch", "isPrimary": True}
    plane.dispatch_event("pointerdown", {**at, "button": 0})
    label(visit).wait_for()
    plane.dispatch_event("pointerup", at)
    expect(label(visit)).to_have_count(0)
