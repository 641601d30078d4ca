"""Runs that end while another page is chosen, with latency, or while no tab is there: no end is lost.

`python3 run.py soak` does the same with many more.
"""

import pytest

from tests.browser.dashboard import chromium
from tests.soak.soak import Plan, done

PLAN = Plan(presses=(0, 0), ends=2, away=1, seed=14)


@pytest.mark.skipif(chromium() is None, reason="neither Chromium nor Chrome is installed")
def test_no_end_of_a_run_is_lost_or_shown_on_the_wrong_page():
    report = done(PLAN)
    assert report.faults == []
    assert (report.ends, report.away) == (2, 1)
