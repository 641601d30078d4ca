"""Presses at random moments, with and without latency, also as runs end: each is answered once.

`python3 run.py soak` does the same with many more.
"""

import pytest

from tests.browser.dashboard import chromium
from tests.soak.presses import KINDS
from tests.soak.soak import Plan, done

PLAN = Plan(presses=(7, 3), ends=0, away=0, seed=14)


@pytest.mark.skipif(chromium() is None, reason="neither Chromium nor Chrome is installed")
def test_each_press_is_answered_once_and_nothing_goes_wrong():
    report = done(PLAN)
    assert report.faults == []
    assert {kind: report.counts[kind] >= 10 for kind in KINDS} == dict.fromkeys(KINDS, True)
