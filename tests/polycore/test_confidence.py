"""The interval is Student's: scipy's quantiles, and an example worked by hand."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from polycore import PolycoreError
from polycore.workers.confidence import confidence, t_quantile


@pytest.mark.parametrize("runs", [*range(2, 101), 10_000])
def test_the_quantile_is_scipys(runs):
    assert t_quantile(runs - 1) == pytest.approx(stats.t.ppf(0.975, runs - 1), rel=1e-12)


def test_two_values_by_hand():
    # mean 2, deviation √2, so s/√n = 1; one degree of freedom is Cauchy's: t = tan(0.95·π/2)
    interval = confidence([1, 3])
    assert interval.mean == 2
    assert interval.high == pytest.approx(2 + math.tan(0.475 * math.pi), rel=1e-12)
    assert interval.low == pytest.approx(2 - math.tan(0.475 * math.pi), rel=1e-12)


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=100))
def test_the_interval_is_scipys(values):
    interval = confidence(values)
    spread = stats.sem(values)
    low, high = stats.t.interval(0.95, len(values) - 1, loc=np.mean(values), scale=spread or 1)
    if spread == 0:
        low = high = np.mean(values)
    assert (interval.low, interval.high) == pytest.approx((low, high), rel=1e-9, abs=1e-9)


def test_one_value_has_no_interval():
    assert confidence([0.5]) == confidence(iter([0.5]))
    assert (confidence([0.5]).mean, confidence([0.5]).low, confidence([0.5]).high) == (0.5, None, None)


@pytest.mark.parametrize("values", [[], [0.5, math.nan], [math.inf]])
def test_what_has_no_mean_is_refused(values):
    with pytest.raises(PolycoreError, match="one or more finite numbers"):
        confidence(values)
