"""The game: its ten points, scores, the hardest point, and the challenge in a link."""

import math
import re
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import polycore as pc
from pages.game import challenge
from pages.game.challenge import Challenge
from pages.game.game import POINTS, Game, MostLikely, draw_points
from pages.play import result
from polycore.figures import answer_figure, plane_range, question_figure
from polycore.links import link
from polycore.polynomials.presets import NEARLY_COINCIDING
from tests.experiments import experiments

LINES = (pc.Polynomial(1, 0), pc.Polynomial(-1, 0))  # y = x and y = -x cross at the origin
CROSSING = pc.Experiment(polynomials=LINES)
TWELVE = pc.Experiment.recommended()
SURE = MostLikely(0, 1.0)


def value(polynomial, x):
    """Return the sum of the terms, each computed by itself."""
    powers = range(polynomial.degree, -1, -1)
    return math.fsum(c * x**power for c, power in zip(polynomial.coefficients, powers, strict=True))


def game(points, labels, network=(), referee=None, experiment=CROSSING):
    """Return a game at its first point, with predictions given by hand."""
    return Game(experiment, 0, points, labels, network, referee or (SURE,) * POINTS, asked_at=0.0)


def played(begun, answers, seconds=1.0):
    """Answer each point after `seconds`, and look at each outcome for a hundred seconds."""
    now = begun.asked_at
    for answer in answers:
        begun = begun.answered(answer, now + seconds)
        now += seconds + 100
        begun = begun.next(now)
    return begun


# --- the points -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "experiment",
    [
        pytest.param(CROSSING, id="two lines"),
        pytest.param(TWELVE, id="the twelve"),
        pytest.param(pc.Experiment(polynomials=NEARLY_COINCIDING, x_range=(-3, 0.5)), id="nearly the same"),
    ],
)
def test_the_points_lie_on_their_polynomials_inside_the_plane(experiment):
    for seed in range(5):
        points, labels = draw_points(experiment, seed)
        assert points.shape == (10, 2)
        low, high = plane_range(experiment.polynomials, experiment.x_range)
        for (x, y), label in zip(points.tolist(), labels.tolist(), strict=True):
            assert y == pytest.approx(value(experiment.polynomials[label], x), rel=1e-12, abs=1e-12)
            assert experiment.x_range[0] <= x <= experiment.x_range[1]
            assert low <= y <= high


def test_the_noise_is_as_large_as_in_the_set_up_and_leaves_every_x_unchanged():
    noisy = replace(TWELVE, noise=0.25)
    deviations = []
    for seed in range(100):
        points, labels = draw_points(noisy, seed)
        exact, same = draw_points(TWELVE, seed)
        assert (labels == same).all()
        assert (points[:, 0] == exact[:, 0]).all()
        deviations += (points[:, 1] - exact[:, 1]).tolist()
    # 1000 deviations: theirs is known to 1 / sqrt(2000), 2.2 %; four times that
    assert np.std(deviations) == pytest.approx(0.25, rel=0.09)


def test_the_points_depend_only_on_the_seed_and_the_polynomials_range_and_noise():
    points, labels = draw_points(TWELVE, 7)
    np.random.seed(3)  # noqa: NPY002  # the global generator must not matter
    others = replace(TWELVE, seed=5, steps=3, hidden=(4,), learning_rate=0.5)
    again, same = draw_points(others, 7)
    assert (points == again).all()
    assert (labels == same).all()
    assert (draw_points(TWELVE, 8)[0] != points).any()


def test_most_points_lie_near_a_crossing_and_every_fourth_anywhere():
    gaps = np.array([2 * np.abs(draw_points(CROSSING, seed)[0][:, 0]) for seed in range(60)])  # from x to -x
    hard = [1, 2, 3, 5, 6, 7, 9]
    # of 32 uniform random x one lies within a few hundredths of any x, and the plane is 2.24 high
    assert np.quantile(gaps[:, hard], 0.9) < 0.25
    # uniform from -1 to 1: 2·|x| has the median 1
    assert np.median(gaps[:, [0, 4, 8]]) == pytest.approx(1, abs=0.2)


@settings(max_examples=40)
@given(experiment=experiments, seed=st.integers(0, 2**32 - 1))
def test_there_is_a_game_of_every_experiment(experiment, seed):
    begun = Game.begin(experiment, seed, None, 0.0)
    assert np.isfinite(begun.points).all()
    assert all(0 <= label < len(experiment.polynomials) for label in begun.labels)
    assert begun == Game.begin(experiment, seed, None, 0.0)


# --- predictions ------------------------------------------------------------------------------


def test_the_referee_follows_bayes_rule():
    flat = pc.Experiment(polynomials=(pc.Polynomial(1), pc.Polynomial(-1)), noise=1.0)
    begun = Game.begin(flat, 3, None, 0.0)
    for (_, y), prediction in zip(begun.points, begun.referee, strict=True):
        # exp(-(y-1)²/2) : exp(-(y+1)²/2) is exp(2y)
        first = 1 / (1 + math.exp(-2 * y))
        assert prediction.label == (0 if y > 0 else 1)
        assert prediction.probability == pytest.approx(max(first, 1 - first))


def test_the_network_answers_with_its_prediction():
    # logits (x + y, 0): the first where x + y > 0, the probability 1 / (1 + exp(-(x + y)))
    model = pc.Model((np.array([[1.0, 0.0], [1.0, 0.0]]),), (np.zeros((1, 2)),), 0.5, 0.5, LINES)
    begun = Game.begin(CROSSING, 3, model, 0.0)
    for (x, y), prediction in zip(begun.points, begun.network, strict=True):
        first = 1 / (1 + math.exp(-(x + y)))
        assert prediction.probability == pytest.approx(max(first, 1 - first))
    assert Game.begin(CROSSING, 3, None, 0.0).network == ()


# --- score and time ---------------------------------------------------------------------------

TEN = tuple((x / 10, x / 10) for x in range(1, 11))  # on y = x
LABELS = (0, 1, 0, 1, 0, 1, 0, 1, 0, 1)


def test_scores_and_time_add_up():
    network = tuple(MostLikely(label, 0.75) for label in (0, 1, 0, 1, 0, 0, 1, 0, 1, 0))  # the first five
    referee = tuple(MostLikely(label, 0.9) for label in (0, 1, 0, 1, 0, 1, 0, 1, 1, 0))  # the first eight
    over = played(game(TEN, LABELS, network, referee), (0, 1, 0, 0, 1, 0, 1, 0, 1, 0), seconds=1.5)
    assert over.is_over
    assert (over.score, over.network_score, over.referee_score) == (3, 5, 8)
    assert over.time == 15  # the hundred seconds after each answer are not counted


def test_scores_during_a_game_count_the_points_answered_so_far():
    network = (MostLikely(0, 0.75),) * POINTS
    begun = game(TEN, LABELS, network).answered(1, 2.0).next(3.0).answered(1, 4.5)
    assert (begun.score, begun.network_score, begun.referee_score) == (1, 1, 1)
    assert (begun.index, begun.is_answered, begun.is_over, begun.time) == (1, True, False, 3.5)


def test_a_second_answer_to_one_point_changes_nothing():
    answered = game(TEN, LABELS).answered(1, 2.0)
    assert answered.answered(0, 9.0) == answered


def test_the_next_point_comes_only_after_an_answer():
    begun = game(TEN, LABELS)
    assert begun.next(5.0) == begun


@given(answers=st.lists(st.integers(0, 1), min_size=10, max_size=10))
def test_the_score_is_ten_less_the_mistakes(answers):
    over = played(game(TEN, LABELS), answers)
    mistakes = sum(answer != index % 2 for index, answer in enumerate(answers))
    assert over.score == 10 - mistakes
    assert over.answers == tuple(answers)


# --- the hardest point ------------------------------------------------------------------------


def test_the_hardest_point_is_where_the_referee_is_least_sure():
    referee = (*(MostLikely(0, 0.9),) * 6, MostLikely(0, 0.52), *(MostLikely(0, 0.9),) * 3)
    over = played(game(TEN, (0,) * 10, (), referee), (1, 0, 0, 0, 0, 0, 0, 0, 0, 0))
    assert over.hardest == 6
    assert over.referee[6].probability == 0.52


def test_of_equally_certain_points_the_hardest_is_the_one_that_most_have_wrong():
    network = tuple(MostLikely(label, 0.9) for label in (0, 0, 1, 0, 1, 0, 0, 0, 0, 0))
    over = played(game(TEN, (0,) * 10, network), (0, 1, 0, 0, 1, 0, 0, 0, 0, 0))
    assert over.hardest == 4  # both; each alone is wrong at 1 and at 2


def test_of_those_the_hardest_is_the_one_with_the_nearest_other_curve():
    points = tuple((x, x) for x in (0.5, -0.25, 0.75, 0.125, 1, -1, 0.625, 0.875, -0.5, 0.25))
    over = played(game(points, (0,) * 10), (0,) * 10)
    assert over.hardest == 3
    assert (over.neighbor(3), over.gap_to_neighbor(3)) == (1, 0.25)  # from 0.125 to -0.125


def certain_except_at(index, probability, noise):
    referee = tuple(MostLikely(0, probability if other == index else 1.0) for other in range(POINTS))
    experiment = replace(CROSSING, noise=noise)
    return played(game(TEN, (0,) * 10, (), referee, experiment), (0,) * 10)


def test_the_reason_names_a_near_crossing_and_says_that_nobody_can_be_sure():
    reason = result.why_hard(certain_except_at(0, 0.6, noise=0.2))  # at (0.1, 0.1): 0.2 above y = -x
    assert "Point 1 lies on p0, which p1 crosses nearby, at x = 0." in reason
    assert "0.2 apart" in reason
    assert "With noise of 0.2 nobody can be sure" in reason
    assert "odds of 1.5 to 1" in reason


def test_the_reason_mentions_no_crossing_if_none_is_near():
    reason = result.why_hard(certain_except_at(7, 0.6, noise=0.2))
    assert "crosses" not in reason
    assert "there, p1 is 1.6 away" in reason  # from 0.8 to -0.8


def test_without_noise_the_values_show_the_curve():
    points = ((0.01, 0.01), *TEN[1:])
    reason = result.why_hard(played(game(points, (0,) * 10), (0,) * 10))
    assert reason.endswith(result.TOO_CLOSE)


def test_a_point_where_curves_meet_is_not_some_distance_from_one_of_them():
    # x² - 1 and x meet at the golden ratio
    x = (1 + 5**0.5) / 2
    experiment = pc.Experiment(polynomials=(pc.Polynomial(1, 0, -1), pc.Polynomial(1, 0)), x_range=(-2, 2))
    points = ((x, x), *((0.1 * i, 0.1 * i) for i in range(1, POINTS)))
    referee = tuple(MostLikely(1, 0.5 if index == 0 else 1.0) for index in range(POINTS))
    over = played(game(points, (1,) * POINTS, (), referee, experiment), (1,) * POINTS)
    assert (over.hardest, over.gap_to_neighbor(0)) == (0, 0)
    assert result.why_hard(over).startswith("Point 1 lies on p1, which p0 meets right there.")


def test_the_close_up_has_the_hardest_point_in_its_middle():
    figure = result.close_up(certain_except_at(4, 0.6, noise=0.2))  # (0.5, 0.5)
    assert np.mean(figure["layout"]["xaxis"]["range"]) == pytest.approx(0.5)
    assert np.mean(figure["layout"]["yaxis"]["range"]) == pytest.approx(0.5)
    assert "the point (0.5, 0.5) is marked" in figure["layout"]["meta"]["alt"]


# --- figures and the table --------------------------------------------------------------------


def test_the_figure_of_the_question_shows_the_point_but_not_its_curve():
    heights = np.array([0.5, -9.0])
    figure = question_figure(LINES, (-1, 1), heights, (0.5, 0.5))
    assert [(trace.x[0], trace.y[0]) for trace in figure.data[2:]] == [(0.5, 0.5)] * 3
    assert "the point (0.5, 0.5) is marked" in figure.layout.meta["alt"]
    assert "belongs" not in figure.layout.meta["alt"]
    assert figure.layout.hovermode is False
    assert figure.layout.yaxis.range[0] < -9  # noise can move a point far from all curves
    assert {trace.opacity for trace in figure.data[:2]} == {None}


def test_the_figure_of_the_answer_highlights_the_curve_and_the_choice():
    polynomials = (*LINES, pc.Polynomial(0.5))
    question = question_figure(polynomials, (-1, 1), np.array([0.5]), (0.5, 0.5))
    figure = answer_figure(question, polynomials, 1, 2)
    assert figure.data[1].line.width > figure.data[2].line.width
    assert figure.data[0].opacity < 1
    assert (figure.data[1].opacity, figure.data[2].opacity) == (None, None)
    assert "the point belongs to minus x." in figure.layout.meta["alt"]
    assert question.data[0].opacity is None


def test_the_table_marks_wrong_answers():
    network = (MostLikely(0, 0.75),) * POINTS
    html = result.answers_html(played(game(TEN, LABELS, network), (0,) * 9 + (1,), seconds=2.5))
    rows = re.findall(r"<tr>(.*?)</tr>", html)[1:]
    assert len(rows) == 10
    # the second point lies on p1: the user, the network and the referee of this game all say p0
    assert [row.count("✗") for row in rows] == [0, 3, 0, 3, 0, 3, 0, 3, 0, 2]
    assert all("75.0 %" in row and "2.5 s" in row for row in rows)
    assert "network" not in result.answers_html(played(game(TEN, LABELS), (0,) * 10))


# --- the challenge ----------------------------------------------------------------------------


def parameters(address):
    return dict(parse_qsl(urlsplit(address).query, strict_parsing=True))


def received(query):
    return challenge.from_query(query, link.from_query(query))


WHOLE = {**link.to_query(CROSSING), "game": "482113", "score": "7", "seconds": "43"}


@settings(max_examples=40)
@given(experiments, st.integers(0, 2**32 - 1), st.integers(0, 10), st.integers(0, 86_400))
def test_a_challenge_survives_its_link(experiment, seed, score, seconds):
    sent = Challenge(experiment, seed, score, seconds)
    query = parameters(challenge.to_address("http://localhost/play", sent))
    assert received(query) == challenge.Received(sent, ())


def test_a_challenge_link_made_today_opens_for_ever():
    address = (
        "http://localhost:8501/play?v=1&polynomials=x~-x&samples=100&range=-1..1&noise=0&hidden=12"
        "&learning_rate=0.01&schedule=constant&batch=all&optimizer=adam&steps=2000&seed=0&standardize=yes"
        "&momentum=0.9&initial_weights=he&nesterov=no&weight_decay=0&target_loss=none&patience=none"
        "&sampling=random&growing_batches=no&game=482113&score=7&seconds=43"
    )
    sent = Challenge(CROSSING, 482113, 7, 43)
    assert received(parameters(address)).challenge == sent
    shorter = "http://localhost:8501/play?v=2&polynomials=x~-x&game=482113&score=7&seconds=43"
    assert received(parameters(shorter)).challenge == sent
    assert challenge.to_address("http://localhost:8501/play", sent) == shorter


def test_a_link_without_a_challenge_has_none():
    assert received(link.to_query(CROSSING)) == challenge.Received(None, ())


@pytest.mark.parametrize("name", ["game", "score", "seconds"])
@pytest.mark.parametrize(
    "value",
    ["", "-1", "+1", "1.0", "1e1", " 1", "0x1", "٣", "99999999999", "9" * 5000, "<b>7</b>", "nan", "1_0"],
)
def test_a_hostile_value_is_reported_and_the_challenge_ignored(name, value):
    found = received({**WHOLE, name: value})
    assert found.challenge is None
    [problem] = found.problems
    assert problem.startswith(f"{name}: ")
    assert problem.endswith(challenge.IGNORED)
    assert problem.isprintable()
    assert len(problem) < 150


@pytest.mark.parametrize(("name", "value"), [("game", str(2**32)), ("score", "11"), ("seconds", "86401")])
def test_a_number_above_its_limit_is_refused(name, value):
    assert received({**WHOLE, name: value}).challenge is None


@pytest.mark.parametrize("name", ["game", "score", "seconds"])
def test_a_challenge_with_a_missing_parameter_is_ignored(name):
    found = received({key: value for key, value in WHOLE.items() if key != name})
    assert found.challenge is None
    [problem] = found.problems
    assert problem.startswith(f"{name}: got nothing; expected a whole number from 0 to ")
    assert problem.endswith(challenge.IGNORED)


def test_with_a_damaged_set_up_the_challenge_is_ignored():
    found = received({**WHOLE, "noise": "loud"})
    assert found.challenge is None
    assert "ignored" in found.problems[0]


def test_damaged_weights_do_not_affect_the_challenge():
    assert received({**WHOLE, "weights": "?"}).challenge == Challenge(CROSSING, 482113, 7, 43)


@pytest.mark.parametrize(
    ("score", "seconds", "beaten", "equaled"),
    [
        pytest.param(6, 99, True, False, id="more right, slower"),
        pytest.param(7, 31, True, False, id="as many right, faster"),
        pytest.param(7, 30, False, True, id="the same"),
        pytest.param(7, 29, False, False, id="as many right, slower"),
        pytest.param(8, 99, False, False, id="fewer right, faster"),
    ],
)
def test_a_challenge_is_beaten_by_the_score_and_then_by_the_time(score, seconds, beaten, equaled):
    over = played(game(TEN, LABELS), (0, 1, 0, 1, 0, 1, 0, 0, 1, 0), seconds=3.01)  # seven right in 30.1 s
    against = Challenge(CROSSING, 0, score, seconds)
    assert against.is_played_in(over)
    assert against.is_beaten_by(over) is beaten
    assert against.is_equaled_by(over) is equaled
    outcome = "You beat the challenge" if beaten else "You tied" if equaled else "The challenge stands"
    assert result.comparison(against, over).startswith(outcome)
    both = f"you have 7 of 10 in 30 s, somebody had {score} of 10 in {seconds} s."
    assert result.comparison(against, over).endswith(both)


def test_a_game_of_several_days_gives_a_valid_challenge():
    sent = Challenge.of(played(game(TEN, LABELS), (0,) * 10, seconds=86_400.0))
    assert sent.seconds == 86_400


def test_the_document_names_the_parameters_and_their_limits():
    text = (Path(__file__).parents[2] / "docs/link.md").read_text(encoding="utf-8")
    found = re.findall(r"^- `(\w+)`: .*?, from 0 to (\d+), such as `(\w+)=(\d+)`$", text, flags=re.MULTILINE)
    assert [name for name, *_ in found] == ["game", "score", "seconds"]
    assert {name: word for _, _, name, word in found} == {k: WHOLE[k] for k in ("game", "score", "seconds")}
    for name, most, *_ in found:
        assert received({**WHOLE, name: most}).challenge is not None
        assert received({**WHOLE, name: str(int(most) + 1)}).challenge is None
