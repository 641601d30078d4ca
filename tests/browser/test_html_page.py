"""A page to keep, opened from a file: what it answers, to a mouse, a finger and keys, and what it shows.

That the dashboard gives the page of the network that it trained is seen in test_export.py. What is in the
page is tested in tests/polycore/test_html_page.py, and what a browser computes from that in
tests/pages/test_pointer.py and tests/polycore/test_painter.py.
"""

import math
import re
import socket
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from playwright.sync_api import expect

import polycore as pc
from polycore.figures import plane_range
from polycore.pictures.palette import PALETTE
from tests.browser.dashboard import DESKTOP, PHONE, box_of
from tests.runs import OWN

CURVES = pc.Experiment(polynomials=["x", "x^2 - 1", "-1"], x_range=(-2.0, 2.0), hidden=(8, 8), steps=150)
EXPERIMENTS = {
    "relu": CURVES,
    "features": replace(CURVES, features=("y", "x2", "sin", "distances")),
    "own points": replace(OWN, hidden=(8,), activation="tanh"),
}
PLACES = [(0.5, 0.5), (0.03, 0.04), (0.97, 0.9), (0.31, 0.62), (0.72, 0.2)]  # shares of the map
TOUCH = {"has_touch": True, "is_mobile": True, "device_scale_factor": 2}


@cache
def trained(kind):
    return pc.advance(pc.start(EXPERIMENTS[kind]), 150).best


def window(kind):
    experiment = EXPERIMENTS[kind]
    if experiment.data is not None:
        return experiment.data.window
    return experiment.x_range, plane_range(experiment.polynomials, experiment.x_range)


def names(kind):
    return ["left", "right"] if kind == "own points" else ["p0 = x", "p1 = x² − 1", "p2 = −1"]


@pytest.fixture(scope="module")
def tab_with(browser):
    """Return a function that gives the tab with these options, the same to each test."""
    tabs = {}

    def tab(**options):
        kind = tuple(options)
        if kind not in tabs:
            tabs[kind] = browser.new_context(**options).new_page()
        return tabs[kind]

    yield tab
    for page in tabs.values():
        page.context.close()


@pytest.fixture
def opened(tab_with, tmp_path):
    """Return a function that opens a model's page; whatever goes wrong in one fails the test."""
    pages, troubles, requests = [], [], set()
    path = tmp_path / "page.html"
    notes = {
        "console": lambda message: troubles.append(message.text),
        "pageerror": lambda error: troubles.append(str(error)),
        "dialog": lambda dialog: troubles.append(dialog.message),
        "request": lambda request: requests.add(request.url),
    }

    def open_it(model, size=DESKTOP, scheme="light", **options):
        path.write_text(pc.html_page(model), encoding="utf-8")
        pages.append(tab_with(**options))
        pages[-1].set_viewport_size(size)
        pages[-1].emulate_media(color_scheme=scheme)
        for event, note in notes.items():
            pages[-1].on(event, note)
        pages[-1].goto(path.as_uri())
        return pages[-1]

    yield open_it
    for page in pages:
        for event, note in notes.items():
            page.remove_listener(event, note)
        page.goto("about:blank")
    assert troubles == []
    assert requests == {path.as_uri()}


def place_on(page, share):
    """Return the pixel of the window at these shares of the map's width and height."""
    box = box_of(page.locator("#map"))
    return math.floor(box["x"] + share[0] * box["width"]), math.floor(box["y"] + share[1] * box["height"])


def point_at(page, pixel, kind):
    """Return the point of the plane at a pixel of the window."""
    box = box_of(page.locator("#map"))
    (left, right), (low, high) = window(kind)
    x = left + (right - left) * (pixel[0] - box["x"]) / box["width"]
    return x, high - (high - low) * (pixel[1] - box["y"]) / box["height"]


def assert_answers(text, kind, point):
    """Check the names and percentages in a text, the likeliest first."""
    [expected] = trained(kind).predict_proba([point])
    order = np.argsort(-expected)[:3]
    assert re.findall(r"(p\d = [^\n]+|left|right)\s*\n", text) == [names(kind)[label] for label in order]
    shares = [float(share) for share in re.findall(r"[<>]?([\d.]+)\s%", text)]
    assert shares == pytest.approx((100 * expected[order]).tolist(), abs=0.11)


@pytest.mark.parametrize("kind", ["features", "own points"])
def test_the_label_says_what_the_network_answers_under_the_pointer(opened, kind):
    page = opened(trained(kind))
    for share in PLACES:
        pixel = place_on(page, share)
        page.mouse.move(*pixel)
        x, y = point_at(page, pixel, kind)
        shown = page.locator("#label").inner_text()
        assert_answers(shown, kind, (x, y))
        place = [float(number.replace("−", "-")) for number in re.findall(r"[xy] (\S+?),?(?= |$)", shown)]
        assert place == pytest.approx([x, y], rel=6e-3, abs=1e-9)
    page.mouse.move(1, 1)
    expect(page.locator("#label")).to_be_hidden()


def test_a_tap_chooses_a_point(opened):
    page = opened(trained("relu"), PHONE, **TOUCH)
    for share in PLACES:
        pixel = place_on(page, share)
        page.touchscreen.tap(*pixel)
        assert_answers(page.locator("#likeliest").inner_text(), "relu", point_at(page, pixel, "relu"))
        x, y, width, height = box_of(page.locator("#ring")).values()
        assert (x + width / 2, y + height / 2) == pytest.approx(pixel, abs=1)


def test_a_click_and_the_arrow_keys_choose_a_point_that_is_read_aloud(opened):
    page = opened(trained("relu"))
    pixel = place_on(page, (0.5, 0.5))
    page.mouse.click(*pixel)
    x, y = point_at(page, pixel, "relu")
    page.locator("#map").focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowUp"):
        page.keyboard.press(key)
    expect(page.locator("#label")).to_be_hidden()  # the pointer is still there, with another answer
    _, (low, high) = window("relu")
    point = x + 2 * 4 / 50, y + (high - low) / 50
    assert_answers(page.locator("#likeliest").inner_text(), "relu", point)
    spoken = page.locator("#spoken[aria-live]").text_content()
    likeliest = trained("relu").predict_proba([point])[0].argmax()
    assert f": {names('relu')[likeliest]}, " in spoken
    for _ in range(60):
        page.keyboard.press("ArrowLeft")
    assert page.locator("#place").inner_text().startswith("x −2.00,")


def test_of_a_point_on_no_curve_that_is_said_before_the_answer(opened):
    page = opened(trained("relu"))
    far, label = page.locator("#far"), page.locator("#label")
    _, (low, high) = window("relu")
    page.mouse.click(*place_on(page, (0.75, (high - 1) / (high - low))))  # x = y = 1, on p0
    expect(far).to_be_hidden()
    assert "curve" not in label.inner_text()
    pixel = place_on(page, (0.5, (high - 1) / (high - low)))  # x = 0, where p0 is 0 and the others are -1
    page.mouse.click(*pixel)
    away = float(re.search(r"^No curve is near: p0, the nearest, is (\S+) away", far.inner_text())[1])
    x, y = point_at(page, pixel, "relu")
    assert away == pytest.approx(y - x, abs=0.005)
    assert f"No curve is near: p0, the nearest, is {away:g} away. The network says: p" in (
        page.locator("#spoken").text_content()
    )
    assert label.inner_text().startswith(f"No curve is near: p0, the nearest, is {away:g} away\n")


def test_a_finger_that_is_held_shows_the_label(opened):
    page = opened(trained("relu"), PHONE, **TOUCH)
    x, y = place_on(page, (0.3, 0.4))
    at = {"clientX": x, "clientY": y, "pointerType": "touch", "isPrimary": True}
    plane = page.locator("#map")
    plane.dispatch_event("pointerdown", at)
    expect(page.locator("#label")).to_be_visible()
    assert_answers(page.locator("#label").inner_text(), "relu", point_at(page, (x, y), "relu"))
    plane.dispatch_event("pointerup", at)
    expect(page.locator("#label")).to_be_hidden()


def test_the_map_becomes_as_fine_as_the_screen_and_has_the_colors_of_the_answers(opened):
    model = trained("features")
    page = opened(model, PHONE, **TOUCH)
    canvas = page.locator("#sharp:not([hidden])")
    canvas.wait_for()
    columns, rows = canvas.evaluate("canvas => [canvas.width, canvas.height]")
    assert columns > box_of(page.locator("#map"))["width"]
    rng = np.random.default_rng(0)
    places = np.column_stack([rng.integers(columns, size=300), rng.integers(rows, size=300)])
    pixels = np.array(
        canvas.evaluate(
            """(canvas, places) => {
  const { width, height } = canvas;
  const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
  return places.map(([x, y]) => Array.from(data.subarray(4 * (y * width + x), 4 * (y * width + x + 1))));
}""",
            places.tolist(),
        )
    )
    (left, right), (low, high) = window("features")
    x = left + (right - left) * (places[:, 0] + 0.5) / columns
    y = high - (high - low) * (places[:, 1] + 0.5) / rows
    probabilities = model.predict_proba(np.column_stack([x, y]))
    # elsewhere the color is too transparent to be read back
    sure = probabilities.max(axis=1) > 0.8
    colors = np.array([look.rgb for look in PALETTE])[probabilities.argmax(axis=1)]
    assert sure.sum() > 100
    assert np.abs(pixels[sure, :3] - colors[sure]).max() <= 3
    chance = 1 / probabilities.shape[1]
    strength = 255 * 0.72 * (probabilities.max(axis=1) - chance) / (1 - chance)
    np.testing.assert_allclose(pixels[sure, 3], strength[sure], atol=8)


def test_an_entry_of_the_legend_hides_its_curve_and_shows_it_again(opened):
    page = opened(trained("relu"))
    entry = page.get_by_role("button", name="p1 = x² − 1")
    lines = page.locator("#curves [data-class='1']")
    expect(lines).to_have_count(2)
    for pressed, visibility in (("true", "visible"), ("false", "hidden"), ("true", "visible")):
        expect(entry).to_have_attribute("aria-pressed", pressed)
        for line in lines.all():
            expect(line).to_have_css("visibility", visibility)
        entry.click()
    assert page.locator("#curves [data-class='0'][visibility='hidden']").count() == 0


def test_without_scripts_map_curves_legend_and_figures_are_there(opened):
    page = opened(trained("relu"), PHONE, java_script_enabled=False)
    for shown in ("h1", "noscript p", "#regions image", "#curves", "#legend li >> nth=2", "dl", "footer"):
        expect(page.locator(shown)).to_be_visible()
    for hidden in ("#hint", "#answer", "#ring"):
        expect(page.locator(hidden)).to_be_hidden()
    expect(page.get_by_role("img", name="Map of the most likely of 3 polynomials for x from")).to_be_visible()


@pytest.mark.parametrize(("scheme", "page_color"), [("light", (255, 255, 255)), ("dark", (14, 17, 23))])
def test_it_follows_the_scheme_and_its_texts_stand_out(opened, scheme, page_color):
    page = opened(trained("own points"), scheme=scheme)
    assert color_of(page, "body", "backgroundColor") == page_color
    grounds = {"h1": "body", "figcaption": "body", "dt": "body", "footer": "body", "#place": "#answer"}
    for element, ground in grounds.items():
        # WCAG 2.1, 1.4.3
        assert contrast(color_of(page, element, "color"), color_of(page, ground, "backgroundColor")) >= 4.5


def color_of(page, selector, name):
    color = page.locator(selector).first.evaluate(f"element => getComputedStyle(element).{name}")
    return tuple(map(int, re.findall(r"\d+", color)[:3]))


def contrast(one, other):
    """Return the contrast of two colors; WCAG 2.1, "contrast ratio" and "relative luminance"."""
    luminances = []
    for color in (one, other):
        shares = [channel / 255 for channel in color]
        linear = [share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares]
        luminances.append(0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2])
    low, high = sorted(luminances)
    return (high + 0.05) / (low + 0.05)


HOSTILE = (
    "</script><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "W" * 40,
    *(f"{'long name ' * 3}{k}" for k in range(21)),
)


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_a_strangers_words_are_shown_as_they_are_and_fit(opened, size):
    rng = np.random.default_rng(0)
    layers = [rng.normal(size=(2, 24))], [rng.normal(size=(1, 24))]
    page = opened(pc.Model(*map(tuple, layers), 1.0, 0.5, (), classes=HOSTILE), size)
    assert page.locator("#legend bdi").all_text_contents() == list(HOSTILE)
    for share in PLACES:
        page.mouse.move(*place_on(page, share))
        assert set(page.locator("#label bdi").all_text_contents()) <= set(HOSTILE)
        wide, width = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert wide <= width


INTRUDE = """async (address) => {
  const script = document.createElement("script");
  script.textContent = "window.ran = true";
  document.body.append(script);
  document.body.insertAdjacentHTML("beforeend", `<img src="${address}" onerror="window.ran = true">`);
  const image = document.body.lastElementChild;
  const signal = AbortSignal.timeout(3000); // nobody answers if it is let through
  const hasFailed = new Promise((resolve) => {
    image.addEventListener("error", resolve); // after the handler in its markup
    signal.addEventListener("abort", resolve);
  });
  const answer = await fetch(address, { signal }).then(() => "sent", () => "stopped");
  await hasFailed;
  return window.ran ? "ran" : answer;
}"""


def test_the_policy_stops_other_scripts_and_every_request(tab_with, tmp_path):
    path = tmp_path / "page.html"
    path.write_text(pc.html_page(trained("relu")), encoding="utf-8")
    page = tab_with()
    page.goto(path.as_uri())
    with socket.create_server(("127.0.0.1", 0)) as listening:
        assert page.evaluate(INTRUDE, f"http://127.0.0.1:{listening.getsockname()[1]}/") == "stopped"
        listening.settimeout(0.2)
        with pytest.raises(TimeoutError):
            listening.accept()
