"""The best possible accuracy beside every accuracy of a run, and its source."""

import math
import re
from dataclasses import replace

import pytest

import polycore as pc
from pages.plane import live, referee
from tests.pages.browsing import HOME, QUICK, live_html, opened, press, wait_for

TRAIN = "pages/3_train.py"
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


@pytest.mark.parametrize(
    ("page", "button", "charts"),
    [pytest.param(HOME, "Train the network", 0, id="Home"), pytest.param(TRAIN, "Start", 1, id="Train")],
)
def test_it_is_beside_the_held_out_accuracy_of_a_run_and_a_line_on_its_chart(
    monkeypatch, page, button, charts
):
    figures = {}
    monkeypatch.setattr(live, "figure", lambda figure, key, **_: figures.update({key: figure}))
    app = press(opened(page, QUICK | {"polynomials": "1~-1", "noise": "1"}), button)
    wait_for(app, "finished")
    [html] = [html for html in live_html(app) if "Held-out accuracy" in html]
    assert "best possible 84.1\u00a0±\u00a01.3\u00a0%" in html
    [description] = re.findall(r'Held-out accuracy <button[^>]*data-help="([^"]*)"', html)
    assert "the referee" in description
    lines = [line for figure in figures.values() for line in figure.layout.shapes]
    assert [line.y0 for line in lines] == [pytest.approx(100 * share_below(1))] * charts
    assert [line.label.text for line in lines] == ["best possible on new points 84.1 %"] * charts
