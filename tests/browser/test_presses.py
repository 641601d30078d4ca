"""Presses at random moments, and runs that end as another page is chosen or while no tab is there.

With and without latency, each press is answered once, and no end is lost or shown on the wrong page.

`python3 run.py soak` does the same with many more.
"""

import pytest

from tests.browser.dashboard import chromium
from tests.soak.presses import KINDS
from tests.soak.soak import Plan, done

PLAN = Plan(presses=(7, 3), ends=2, away=1, seed=14)


@pytest.mark.skipif(chromium() is None, reason="neither Chromium nor Chrome is installed")
def test_each_press_is_answered_once_and_no_end_of_a_run_is_lost():
    report = done(PLAN)
    assert report.faults == []
    assert (report.ends, report.away) == (PLAN.ends, PLAN.away)
    assert {kind: report.counts[kind] >= 10 for kind in KINDS} == dict.fromkeys(KINDS, True)
