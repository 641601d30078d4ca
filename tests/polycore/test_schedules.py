"""Learning rates by hand, at the ends and on the way."""

import pytest

from polycore.optimizers.schedules import rate_at


def test_a_constant_rate_never_changes():
    assert {rate_at("constant", 0.3, step, 7) for step in range(7)} == {0.3}


def test_a_cosine_falls_from_the_highest_rate_to_nothing():
    # 0.5·(1 + cos(pi·share)): cos is 1, sqrt(3)/2, 1/2, 0, -1/2 at sixths of the way
    rates = [rate_at("cosine", 2.0, step, 6) for step in range(6)]
    assert rates == pytest.approx([2, 1 + 3**0.5 / 2, 1.5, 1, 0.5, 1 - 3**0.5 / 2])


def test_a_line_falls_from_the_highest_rate_to_nothing():
    assert [rate_at("linear", 2.0, step, 4) for step in range(4)] == [2, 1.5, 1, 0.5]


def test_one_cycle_rises_over_three_tenths_and_falls_over_the_rest():
    # 101 steps: the top would be at step 29.3; it starts at a 25th and ends at a 10,000th of that
    rates = [rate_at("one-cycle", 1.0, step, 101) for step in range(101)]
    assert rates[0] == pytest.approx(0.04)
    assert rates[100] == pytest.approx(4e-6)
    assert rates[29] == pytest.approx(1, abs=1e-3)
    assert rates[30] == pytest.approx(1, abs=1e-3)
    assert rates[:30] == sorted(rates[:30])
    assert rates[30:] == sorted(rates[30:], reverse=True)


@pytest.mark.parametrize("steps", [1, 2, 3, 4])
def test_a_short_cycle_stays_between_its_ends(steps):
    rates = [rate_at("one-cycle", 1.0, step, steps) for step in range(steps)]
    assert all(0 < rate <= 1 for rate in rates)
