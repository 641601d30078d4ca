"""Presses at random moments, with and without latency, also as runs end: each is answered once.

`python3 run.py soak` does the same with many more.
"""

import pytest

from tests.browser.dashboard import chromium
from tests.soak.presses import KINDS
from tests.soak.soak import Plan, Report, done

PLAN = Plan(presses=(6, 4), ends=0, away=0, seed=14)


@pytest.fixture(scope="module")
def report() -> Report:
    if chromium() is None:
        pytest.skip("neither Chromium nor Chrome is installed")
    return done(PLAN)


def test_nothing_goes_wrong(report):
    assert report.faults == []


def test_each_press_is_answered_once(report):
    assert {kind: report.counts[kind] >= 10 for kind in KINDS} == dict.fromkeys(KINDS, True)
