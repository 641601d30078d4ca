"""The first minute of a learner: one button, a trained map, on a desk and on a phone."""

import re

import pytest

from tests.browser.dashboard import ADDRESSES, DESKTOP, PHONE

SIZES = [pytest.param(DESKTOP, id="desktop"), pytest.param(PHONE, id="phone")]
THEMES = ["light", "dark"]


@pytest.mark.parametrize("size", SIZES)
def test_one_press_and_five_seconds_later_there_is_a_map(visitor, size):
    visit = visitor(size).open()
    visit.press("Train the network")
    # the map is drawn from the first chunk on: its step tells that the network it shows has learned
    visit.page.locator("[data-step]:not([data-step='0'])").first.wait_for(timeout=5000)
    visit.page.get_by_text("Held-out accuracy").wait_for()
    accuracy = visit.page.get_by_test_id("stMetricValue").first
    for _ in range(50):
        if float(re.sub("[^0-9.]", "", accuracy.inner_text())) > 50:
            break
        visit.page.wait_for_timeout(200)
    assert float(re.sub("[^0-9.]", "", accuracy.inner_text())) > 50  # guessing among twelve gives 8
    visit.page.get_by_role("link", name="Ask about a point").wait_for()
    visit.page.get_by_role("link", name="Choose polynomials").wait_for()


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("address", ADDRESSES)
def test_every_page_stands_alone_when_opened_by_its_address(visitor, size, theme, address):
    visit = visitor(size, theme).open(address)
    visit.page.wait_for_url(re.compile(r"polynomials="))
    background = visit.page.evaluate("getComputedStyle(document.querySelector('.stApp')).backgroundColor")
    assert background == {"light": "rgb(255, 255, 255)", "dark": "rgb(14, 17, 23)"}[theme]
