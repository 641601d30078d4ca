"""The first minute of a learner: one button, a trained map, on a desk and on a phone."""

import re

import pytest

from tests.browser.dashboard import ADDRESSES, DESKTOP, PHONE

SIZES = [pytest.param(DESKTOP, id="desktop"), pytest.param(PHONE, id="phone")]


@pytest.mark.parametrize("size", SIZES)
def test_one_press_and_there_is_a_map_that_learns(visitor, size):
    visit = visitor(size).open()
    visit.press("Train the network")
    visit.wait_for_status("Running", after_step=1)
    visit.page.get_by_role("img", name=re.compile("^Map of the most likely of 12 polynomials")).wait_for()
    # guessing among twelve gives 8 %
    visit.wait_until(lambda: visit.accuracy() >= 50, seconds=20, state=visit.accuracy)
    for way_on in ("Choose polynomials", "Ask about a point"):
        visit.page.get_by_role("link", name=way_on).wait_for()
    visit.go_to("Train").press("Stop")
    visit.wait_for_status("Stopped")


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_page_stands_alone_when_opened_by_its_address_and_follows_theme_and_size(visitor, address):
    visit = visitor(PHONE, "dark").open(address)
    for size, theme in ((PHONE, "dark"), (PHONE, "light"), (DESKTOP, "light"), (DESKTOP, "dark")):
        visit.page.set_viewport_size(size)
        visit.set_theme(theme)
        visit.check()
