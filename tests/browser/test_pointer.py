"""What the network answers under the pointer: the forward pass in the browser, and the label on every map."""

import re
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pytest
from playwright.sync_api import Page, expect

import polycore as pc
from polycore.links import link
from polycore.network.activations import ACTIVATIONS
from polycore.network.features import NAMES, PLAIN
from polycore.web.scripts import asset
from tests.browser.dashboard import ROOT, opened, with_network

WORDS = "?v=1&polynomials=x~x%5E2~-1&range=-2..2&schedule=constant&hidden=12&batch=all&samples=50"
QUICK, LONG = f"{WORDS}&steps=300", f"{WORDS}&steps=5000000"
NETWORK = asset("network.js")
REFEREE = (ROOT / "pages/plane/referee.js").read_text(encoding="utf-8")
# when the tab began to ask for weights, in ms
ASKED_AT = """performance.getEntriesByType("resource")
  .filter(({ name }) => name.endsWith("/weights")).map(({ startTime }) => startTime)"""
ODDS = f"""([referee, points]) => {{
  {REFEREE}
  const one = new Referee(referee);
  return points.map(([x, y]) => one.probabilities(x, y));
}}"""
FORWARD = f"""([shapes, numbers, activation, inputs, points]) => {{
  {NETWORK}
  const network = new Network(shapes, Float64Array.from(numbers), activation, inputs);
  return points.map(([x, y]) => Array.from(network.probabilities(x, y)));
}}"""


@pytest.fixture(scope="module")
def blank_page(browser) -> Iterator[Page]:
    page = opened(browser)
    yield page
    page.context.close()


def label(visit):
    return visit.page.locator(".polycore-live-label:not([hidden])")


def shares(text):
    return [float(share) for share in re.findall(r"[<>]?([\d.]+)\s%", text)]


@pytest.mark.parametrize(
    ("hidden", "x_range", "activation", "features"),
    [
        ((), (-1, 1), "relu", PLAIN),
        ((12,), (-1, 1), "relu", PLAIN),
        ((32, 32, 32), (-1, 1), "relu", PLAIN),
        ((16, 8), (100, 102), "relu", PLAIN),
        *(((8, 8), (-1, 1), activation, PLAIN) for activation in ACTIVATIONS),
        *(((8,), (-1, 1), "relu", (feature,)) for feature in NAMES),
        ((4, 4), (-1, 1), "tanh", NAMES),
    ],
)
def test_the_forward_pass_in_the_browser_is_python_s(blank_page, hidden, x_range, activation, features):
    settings = {"steps": 300, "activation": activation, "features": features}
    experiment = pc.Experiment(hidden=hidden, x_range=x_range, **settings)
    model = pc.advance(pc.start(experiment), 300).current
    rng = np.random.default_rng(0)
    points = np.column_stack([rng.uniform(*x_range, 200), rng.normal(scale=30, size=200)])
    layers = zip(model.weights, model.biases, strict=True)
    numbers = np.concatenate([part.ravel() for layer in layers for part in layer]).tolist()
    shapes = [weights.shape for weights in model.weights]
    curves = pc.TUTORIAL_POLYNOMIALS if "distances" in features else ()
    inputs = {"names": features, "curves": [curve.coefficients for curve in curves]}
    got = blank_page.evaluate(FORWARD, [shapes, numbers, activation, inputs, points.tolist()])
    np.testing.assert_allclose(got, model.predict_proba(points), atol=1e-5, rtol=0)


@pytest.mark.parametrize("noise", [0.0, 1e-9, 0.1, 3.0])
def test_the_referee_in_the_browser_is_python_s(blank_page, noise):
    polynomials = (
        *pc.TUTORIAL_POLYNOMIALS,
        pc.Polynomial(1, 0),
        pc.Polynomial(-1, 0),
        pc.Polynomial(1, 0, 0),
    )
    rng = np.random.default_rng(0)
    points = np.column_stack([rng.uniform(-2, 2, 300), rng.normal(scale=3, size=300)])
    points[:100, 1] = [polynomials[n % len(polynomials)](x) for n, x in enumerate(points[:100, 0])]
    points[:3] = [(0, 0), (1, 1), (-1, 1)]  # crossings
    curves = [polynomial.coefficients for polynomial in polynomials]
    got = blank_page.evaluate(ODDS, [{"coefficients": curves, "noise": noise}, points.tolist()])
    expected = pc.Referee(polynomials, (-2.0, 2.0), noise).predict_proba(points)
    np.testing.assert_allclose(got, expected, atol=1e-5, rtol=0)


def test_the_map_of_the_referee_says_what_the_referee_answers(visitor):
    visit = visitor().open(f"train{WORDS}&noise=0.5")
    visit.page.get_by_role("radio", name="Referee", exact=True).click()
    plane = visit.page.locator(".st-key-untrained-map .nsewdrag")
    visit.page.locator(".st-key-untrained-map .imagelayer image").wait_for(state="attached")
    visit.rest()
    box = plane.bounding_box()
    visit.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    label(visit).wait_for()
    text = label(visit).inner_text()
    y = float(re.search(r"y ([-\d.e]+)", text)[1])
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
    box = plane.bounding_box()
    # in the middle of the width x is 0
    visit.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 20)
    label(visit).wait_for()
    text = label(visit).inner_text()
    assert re.search(r"x −?0\.00|x 0|x -?\d\.\d+e-|x -?0\.00", text)
    found = shares(text)
    assert len(found) == 3
    assert all(before >= after for before, after in pairwise(found))
    y = float(re.search(r"y ([-\d.e]+)", text)[1])
    experiment = link.experiment_of(
        dict(part.split("=") for part in QUICK.replace("%5E", "^").lstrip("?").split("&"))
    )
    model = pc.advance(pc.start(experiment), experiment.steps).best
    likeliest = model.predict_proba(np.array([[0.0, y]]))[0]
    assert re.findall(r"^p\d+ = ", text, re.M)[0] == f"p{likeliest.argmax()} = "
    expect(visit.page.locator(".hoverlayer .hovertext")).to_have_count(0)  # Plotly's own would be below it
    visit.page.mouse.move(box["x"] + box["width"] / 2, box["y"] - 100)
    expect(label(visit)).to_have_count(0)


def test_the_label_follows_a_run_and_weights_are_fetched_only_for_it_at_most_twice_a_second(lone_visit):
    page, asked = lone_visit.page, []
    page.on("request", lambda request: request.url.endswith("/weights") and asked.append(request))
    lone_visit.open(f"train{LONG}")
    lone_visit.press("Start")
    lone_visit.wait_for_status("Running", after_step=5)
    page.wait_for_timeout(700)
    assert not asked
    page.locator(".st-key-progress-map .nsewdrag").hover()
    label(lone_visit).wait_for()
    before = label(lone_visit).inner_text()
    assert_weights_are_asked_for_at_most_twice_a_second(lone_visit)
    expect(label(lone_visit)).not_to_have_text(before)
    lone_visit.press("Stop")


def assert_weights_are_asked_for_at_most_twice_a_second(visit):
    visit.wait_until(lambda: len(visit.page.evaluate(ASKED_AT)) > 3)
    asked_at = visit.page.evaluate(ASKED_AT)
    # a timer's milliseconds are whole
    assert min(after - before for before, after in pairwise(asked_at)) >= 490


def test_a_network_that_the_server_does_not_give_is_asked_for_no_more_often(lone_visit):
    lone_visit.page.route("**/weights", lambda route: route.fulfill(status=204))
    lone_visit.open(with_network("predict", QUICK))
    lone_visit.page.locator(".st-key-predict-map .nsewdrag").hover()
    assert_weights_are_asked_for_at_most_twice_a_second(lone_visit)
    expect(label(lone_visit)).to_have_count(0)


def assert_a_finger_that_is_held_shows_the_label_and_lets_go_of_it(visit):
    plane = visit.page.locator(".st-key-predict-map .nsewdrag")
    plane.scroll_into_view_if_needed()
    visit.rest()
    box = plane.bounding_box()
    at = {"clientX": box["x"] + 60, "clientY": box["y"] + 60, "pointerType": "touch", "isPrimary": True}
    plane.dispatch_event("pointerdown", {**at, "button": 0})
    label(visit).wait_for()
    plane.dispatch_event("pointerup", at)
    expect(label(visit)).to_have_count(0)
