"""The first minute of a learner: one button, a trained map; and every page by its address.

The first press on a desk is seen in test_installed.py.
"""

import re
from urllib.parse import parse_qsl

import pytest

from tests.browser.dashboard import ADDRESSES, DESKTOP, PHONE

QUICK = "?v=1&polynomials=-x%5E2%2B1~x%5E3-2&steps=300&schedule=constant&hidden=8&batch=all&samples=50"


def test_one_press_and_there_is_a_map_that_learns(visitor):
    visit = visitor(PHONE).open()
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
def test_every_page_takes_its_link_s_set_up_and_follows_theme_and_size(visitor, address):
    visit = visitor(PHONE, "dark").open(f"{address}{QUICK}")
    words = dict(parse_qsl(QUICK.lstrip("?")))
    assert visit.words().items() >= words.items()
    visit.set_theme("dark")
    visit.check()
    visit.page.set_viewport_size(DESKTOP)
    visit.set_theme("light")
    visit.check()
