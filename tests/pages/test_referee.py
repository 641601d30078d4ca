"""The best possible accuracy beside every accuracy of a run, and its source."""

import math
from dataclasses import replace

import pytest

import polycore as pc
from pages.plane import referee
from pages.run_view import progress
from pages.runs.view import RunView
from pages.state.shown_weights import ShownWeights
from tests.runs import TINY

# y = 1 and y = -1: the border halfway is 1 away from each
LINES = (pc.Polynomial(1), pc.Polynomial(-1))


def share_below(deviations: float) -> float:
    """Return the standard normal distribution function at `deviations`."""
    return (1 + math.erf(deviations / math.sqrt(2))) / 2


@pytest.mark.parametrize("noise", [0.25, 1.0, 4.0])
def test_the_best_possible_for_two_lines_is_the_normal_share_on_their_side_of_the_border(noise):
    experiment = pc.Experiment(polynomials=LINES, noise=noise)
    assert referee.best_possible(experiment) == pytest.approx(share_below(1 / noise), abs=1e-9)


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (0.81271, "best possible 81.3\u00a0±\u00a01.4\u00a0%"),  # 2 sqrt(0.81271 0.18729 / 3000) = 0.01425
        (1.0, "best possible 100.0\u00a0%"),
        (0.9999, "best possible >99.9\u00a0%"),
    ],
)
def test_its_text_is_a_percentage(share, words):
    assert referee.best_possible_text(share) == words


def test_only_polynomials_range_and_noise_change_the_referee():
    experiment = pc.Experiment(polynomials=LINES, noise=0.5)
    same = replace(experiment, seed=7, hidden=(3,), steps=5)
    assert referee.referee_of(same) is referee.referee_of(experiment)
    for changed in (
        replace(experiment, noise=0.25),
        replace(experiment, x_range=(-2, 1)),
        replace(experiment, polynomials=LINES[::-1]),
    ):
        assert referee.referee_of(changed) is not referee.referee_of(experiment)


def test_it_is_a_line_on_the_chart_of_a_run():
    experiment = replace(TINY, polynomials=LINES, noise=1.0)
    weights = ShownWeights.of(RunView.of("a run", pc.start(experiment), math.inf), "Now")
    [line] = progress.accuracy_chart(weights, referee.best_possible(experiment))["layout"]["shapes"]
    assert line["y0"] == pytest.approx(-math.log10(1 - share_below(1)))
    assert line["label"]["text"] == "best possible 84.1 %"
