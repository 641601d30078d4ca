"""The first minute of a learner on a phone: one button, a trained map.

The first press on a desk is seen in test_installed.py.
"""

import re

from tests.browser.dashboard import PHONE


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
