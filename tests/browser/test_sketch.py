"""A figure of the plane before Plotly has come: on the same spot to two pixels."""

import io
import re

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.dashboard import DESKTOP, PHONE, with_network
from tests.waiting import wait_until

LIBRARY = "**/live/plotly-*"
QUICK = "?v=1&polynomials=-x%5E2%2B1~x%5E3-2~3x&steps=400&schedule=constant&hidden=16&batch=all&samples=100"
PLANE = re.compile("^(Curves|Map) of")
SHIFT = 2  # pixels
LEAST_INK = 0.005  # share of the pixels
INK, TRACE = 90, 30  # of 255: surely drawn, and perhaps

# where the sketch and its sentence are, at one moment: the page may move between two measurements
BOXES = """sentence => {
  const sketch = sentence.closest(".polycore-live").querySelector("canvas");
  return [sketch, sentence].map(element => element.getBoundingClientRect());
}"""


def chart(page):
    return page.locator(".polycore-live", has=page.get_by_role("img", name=PLANE)).first


def picture(page):
    """Return how far each pixel of the first chart is from the page's color."""
    page.mouse.move(0, 0)  # Plotly's buttons show under a mouse
    drawn = Image.open(io.BytesIO(chart(page).screenshot(animations="disabled"))).convert("RGB")
    pixels = np.asarray(drawn).astype(int)
    return abs(pixels - pixels[0, 0]).max(axis=-1)


def near(mask):
    """Return which pixels are at most SHIFT from one of the mask."""
    padded, size = np.pad(mask, SHIFT), 2 * SHIFT + 1
    windows = np.lib.stride_tricks.sliding_window_view(padded, (size, size))
    return windows.any(axis=(-2, -1))


def share_elsewhere(one, other):
    """Return the share of the ink of one picture that has none of the other near it."""
    ink = one > INK
    return (ink & ~near(other > TRACE)).sum() / ink.sum()


@pytest.mark.parametrize(
    ("size", "shows"), [pytest.param(DESKTOP, "curves", id="desktop"), pytest.param(PHONE, "map", id="phone")]
)
def test_nothing_moves_when_plotly_takes_over(lone_visit, size, shows):
    page, held = lone_visit.page, []
    page.set_viewport_size(size)
    page.route(LIBRARY, lambda route: held.append(route))
    lone_visit.open("" if shows == "curves" else with_network("predict", QUICK))
    sketch = chart(page).locator("canvas")
    sketch.wait_for()
    page.wait_for_function("canvas => canvas.width > 300", arg=sketch.element_handle())
    alt = sketch.get_attribute("aria-label")
    # its size is there before what is drawn on it
    wait_until(lambda: (picture(page) > INK).mean() > LEAST_INK)
    before = picture(page)
    held[0].continue_()
    chart(page).and_(page.locator("[data-updates]")).wait_for()
    expect(sketch).to_have_count(0)
    expect(chart(page).get_by_role("img", name=alt, exact=True)).to_have_count(1)
    after = picture(page)
    assert share_elsewhere(before, after) < 0.001
    assert share_elsewhere(after, before) < 0.001


def test_without_plotly_the_sketch_stays_and_the_sentence_is_below_it(lone_visit):
    page = lone_visit.page
    page.route(LIBRARY, lambda route: route.abort())
    lone_visit.open(with_network("predict", QUICK))
    sentence = chart(page).get_by_text("its library could not be loaded from the server")
    sentence.wait_for()
    above, below = sentence.evaluate(BOXES)
    assert below["y"] > above["y"] + 0.8 * above["height"]
    # the map is there; its picture may be decoded after the sentence is shown
    lone_visit.wait_until(lambda: (picture(page) > INK).mean() > 0.2)
    page.unroute(LIBRARY)
    chart(page).and_(page.locator("[data-updates]")).wait_for()
    expect(sentence).to_have_count(0)
    lone_visit.troubles = [text for text in lone_visit.troubles if "ERR_FAILED" not in text]
