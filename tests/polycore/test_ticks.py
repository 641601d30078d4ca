"""Ticks: round numbers along an axis, the same in Python and in a browser."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from polycore.pictures.ticks import linear_ticks, log_ticks, spaced_ticks, tick_text
from tests.node import ROOT, scripts, value_after

# by hand; what Python computes, and what a browser does
CASES = json.loads((ROOT / "tests/ticks.json").read_text(encoding="utf-8"))["ticks that are so far apart"]
SCRIPT, SKETCH = scripts("polycore/web/ticks.js"), scripts("pages/plane/sketch.js")


@pytest.mark.parametrize("case", [pytest.param(case, id=case["case"]) for case in CASES])
def test_ticks_are_round_and_at_least_so_far_apart(case):
    assert spaced_ticks(case["low"], case["high"], case["least"]) == case["ticks"]


def test_a_browser_has_the_same_ticks():
    calls = f"{json.dumps(CASES)}.map((it) => spacedTicks(it.low, it.high, it.least))"
    assert value_after(SCRIPT, calls) == [case["ticks"] for case in CASES]


@pytest.mark.parametrize(
    ("low", "high", "most", "ticks"),
    [
        pytest.param(-1, 1, 5, [-1, -0.5, 0, 0.5, 1], id="as many as there may be"),
        pytest.param(0, 10, 6, [0, 2, 4, 6, 8, 10], id="with both ends"),
        pytest.param(0, 10, 5, [0, 5, 10], id="one less"),
        pytest.param(0.6, 6.4, 6, [1, 2, 3, 4, 5, 6], id="six within"),
        pytest.param(-3.36, 3.36, 6, [-2, 0, 2], id="seven would be too many"),
        pytest.param(0, 40_000, 4, [0, 20_000, 40_000], id="five would be too many"),
        pytest.param(1e6, 1e6 + 1e-9, 3, [1e6], id="closer than digits show"),
    ],
)
def test_a_linear_axis_has_as_many_round_numbers_as_have_room(low, high, most, ticks):
    assert sorted(set(linear_ticks(low, high, most))) == ticks


# Plotly's rule (autoTicks in its axes.js): the range is divided by as many parts as have room, four to nine,
# and one more; then comes the first of 2, 5 and 10 of its decade that is larger
@pytest.mark.parametrize(
    ("ends", "length", "texts"),
    [
        # 2 in 6 parts: 0.33
        pytest.param([-1, 1], 400, ["−1", "−0.5", "0", "0.5", "1"], id="curves"),
        # 2 in 10 parts, of which a longer axis has no more: exactly 0.2, which is not larger
        pytest.param([-1, 1], 900, ["−1", "−0.5", "0", "0.5", "1"], id="wide"),
        pytest.param([1, -1], 400, ["−1", "−0.5", "0", "0.5", "1"], id="from right to left"),
        # 0.3 in 5 parts: 0.06
        pytest.param([0, 0.3], 100, ["0", "0.1", "0.2", "0.3"], id="narrow"),
        pytest.param([-20_000, 30_000], 320, ["−20k", "0", "20k"], id="thousands"),
        pytest.param([0, 2_500_000], 320, ["0", "1M", "2M"], id="millions"),
    ],
)
def test_a_sketch_has_the_ticks_that_plotly_will_draw(ends, length, texts):
    marks = f"axisTicks({{ range: {json.dumps(ends)} }}, {length}, 80).map(({{ text }}) => text)"
    assert value_after(SCRIPT + SKETCH, marks) == texts


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        pytest.param(0.005, 3.3, [0.01, 0.1, 1], id="powers of ten"),
        pytest.param(0.15, 3.5, [0.2, 0.5, 1, 2], id="1, 2 and 5"),
        pytest.param(7.1, 9.4, [8, 9], id="within a decade"),
        pytest.param(1e-7, 1e6, [1e-7, 1e-4, 1e-1, 1e2, 1e5], id="every third decade"),
    ],
)
def test_a_logarithmic_axis_has_few_round_numbers(low, high, ticks):
    assert log_ticks(low, high) == ticks


def test_a_longer_logarithmic_axis_has_room_for_more():
    assert log_ticks(0.15, 35, 9) == [0.2, 0.5, 1, 2, 5, 10, 20]
    assert log_ticks(0.15, 35) == [1, 10]


@given(st.floats(1e-7, 1e6), st.floats(1.2, 1e9))
def test_an_axis_of_losses_has_one_to_five_numbers(low, factor):
    ticks = log_ticks(low, low * factor)
    assert 1 <= len(ticks) <= 5
    assert low <= min(ticks) <= max(ticks) <= low * factor


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6), st.integers(3, 9))
def test_ticks_are_at_least_one_and_at_most_as_many_as_there_is_room_for(low, span, most):
    ticks = linear_ticks(low, low + span, most)
    assert 1 <= len(ticks) <= most
    assert ticks == sorted(set(ticks))


@pytest.mark.parametrize(
    ("number", "text"),
    [(0.5, "0.5"), (-5, "-5"), (0.0001, "0.0001"), (-99_999, "-99999"), (-5e5, "-5e5"), (1.4e-5, "1.4e-5")],
)
def test_numbers_are_short(number, text):
    assert tick_text(number) == text
