"""Numbers of a step to compute by hand: what is asked, how answers are read, and what a wrong one shows."""

from dataclasses import replace

import pytest

import polycore as pc
from pages.inside import exercise, exercise_view, step_picture
from pages.inside.exercise import answer_in, fits, is_near, question_of, verdict_on
from pages.state.view import EXERCISE_QUESTIONS
from polycore.formatting import number_text
from polycore.inspection import ParameterIndex
from polycore.inspection.step_detail import StepChoice, step_detail
from tests.pages.test_step_scenes import detail_of
from tests.polycore.test_next_step import R, S

LOGIT, SLOPE, NEW_WEIGHT = range(EXERCISE_QUESTIONS)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("3", 3),
        (" -0.5 ", -0.5),
        ("\N{MINUS SIGN}0,5", -0.5),
        ("3/7", 3 / 7),
        ("\N{MINUS SIGN}3 / 7", -3 / 7),
        ("1e-3", 0.001),
        ("\N{MINUS SIGN}1e-3", -0.001),
        (".25", 0.25),
        ("2*1 + 1*0 + 1", 3),
        ("z = 3", 3),
    ],
)
def test_an_answer_is_read_as_people_write_numbers(text, number):
    assert answer_in(text) == pytest.approx(number, rel=1e-15)


@pytest.mark.parametrize(
    "text", ["", "  ", "abc", "x", "1,000.5", "1/0", "nan", "inf", "-inf", "1e999", "50 %", "9" * 5000]
)
def test_what_is_no_number_is_refused_in_a_plain_sentence(text):
    with pytest.raises(pc.PolycoreError) as refused:
        answer_in(text)
    assert str(refused.value).endswith("; expected a number such as 0.42, \N{MINUS SIGN}0,42, 3/7 or 1e-3.")
    assert len(str(refused.value)) < 150


@pytest.mark.parametrize(
    ("answer", "number", "near"),
    [
        (1.01, 1, True),
        (1.011, 1, False),
        (-200, -202, True),
        (0.305, 0.3, True),
        (0.306, 0.3, False),
        (0.005, 0, True),
        (0.3, -0.3, False),
    ],
)
def test_an_answer_may_be_off_by_one_percent_or_by_0_005(answer, number, near):
    assert is_near(answer, number) == near


def values(question):
    return [line.value for line in question.lines]


# The numbers of RELU are written out in tests/polycore/test_next_step.py.


def test_the_logit_is_computed_from_the_point_by_hand():
    question = question_of(detail_of(), LOGIT)
    # sums and outputs of the neurons, 3 and −1, then 3·1 + 0·5 + 0
    assert values(question) == [3, 3, -1, 0, 3]
    assert [given.of for given in question.given] == [
        "the point",
        "neuron 0",
        "neuron 1",
        "output a",
        "output b",
    ]
    assert question.given[0].numbers == (("x", "2"), ("y", "1"))
    assert question.given[2].numbers == (("from x", "−1"), ("from y", "1"), ("bias", "0"))
    assert question.given[4].numbers == (("from neuron 0", "2"), ("from neuron 1", "5"), ("bias", "1"))


@pytest.mark.parametrize(
    ("answer", "line", "own", "words"),
    [
        pytest.param(-2, 3, -1, "ReLU is left out", id="3·1 + (−1)·5 without ReLU"),
        pytest.param(2, 0, 2, "The bias of neuron 0 is left out.", id="2·1 without the bias of the neuron"),
        pytest.param(7, 4, 7, "the other output, b", id="3·2 + 1 at the other output"),
        pytest.param(-1, 3, None, "Your number is the sum of neuron 1.", id="the sum of a neuron"),
    ],
)
def test_a_wrong_logit_shows_where_it_goes_wrong(answer, line, own, words):
    verdict = verdict_on(question_of(detail_of(), LOGIT), answer)
    assert (verdict.is_right, verdict.line, verdict.own) == (False, line, own)
    assert words in verdict.words


def test_if_only_the_sign_is_wrong_that_is_said():
    assert verdict_on(question_of(detail_of(), LOGIT), -3) == exercise.Verdict(
        False, "Only the sign is wrong."
    )


def test_of_another_wrong_answer_nothing_is_claimed():
    verdict = verdict_on(question_of(detail_of(), LOGIT), 100)
    assert verdict == exercise.Verdict(is_right=False)


def test_the_slope_is_computed_on_the_way_back_by_hand():
    question = question_of(detail_of(), SLOPE)
    assert values(question) == pytest.approx([-S, S, S, S, 2 * S])
    assert verdict_on(question, 1.96).is_right
    assert question.given[2].numbers == (("a (true)", "0.01799"), ("b", "0.982"))


@pytest.mark.parametrize(
    ("answer", "line", "own", "words"),
    [
        # p in place of p − 1: 1 − S + 2·S, times 2
        pytest.param(2 * (1 + S), 0, 1 - S, "The truth is not subtracted", id="truth"),
        pytest.param(-2 * S, 0, S, "The sign is wrong", id="sign"),
        pytest.param(4 * S, 2, 2 * S, "from the first output is left out", id="one output"),
        pytest.param(S, 4, S, "What comes in", id="input"),
    ],
)
def test_a_wrong_slope_shows_where_it_goes_wrong(answer, line, own, words):
    verdict = verdict_on(question_of(detail_of(), SLOPE), answer)
    assert (verdict.is_right, verdict.line) == (False, line)
    assert verdict.own == pytest.approx(own)
    assert words in verdict.words


def test_the_slopes_of_a_bias_and_at_an_output_are_asked_for_too():
    # the bias of neuron 0: S; the weight from neuron 0 to b: what comes in, 3, times S
    assert question_of(detail_of(weight=ParameterIndex(0, 0)), SLOPE).number == pytest.approx(S)
    at_output = question_of(detail_of(weight=ParameterIndex(1, 1, 0)), SLOPE)
    assert values(at_output) == pytest.approx([S, 3 * S])
    verdict = verdict_on(at_output, -3 * S)
    assert (verdict.line, verdict.words[:18]) == (0, "The sign is wrong:")


def test_where_relu_is_off_the_slope_is_0_and_forgetting_that_is_recognized():
    # at the second neuron 5·(−S) + 5·S arrives, nothing: so the second point's weight is asked for
    question = question_of(detail_of(weight=ParameterIndex(0, 1, 0)), SLOPE)
    assert question.number == 0
    assert "ReLU stops it" in question.lines[3].words


def test_the_new_weight_is_computed_from_the_mean_slope_by_hand():
    question = question_of(detail_of(learning_rate=0.5), NEW_WEIGHT)
    mean = (2 * S - R) / 2
    assert values(question) == pytest.approx([1 - 0.5 * mean])
    assert dict(question.given[0].numbers) == {
        "its value before the step": "1",
        "its mean slope over 2 points": "0.9583",
        "learning rate": "0.5",
    }
    wrong = {
        1 + 0.5 * mean: "It goes up the slope",
        1 - mean: "The learning rate is left out.",
        0.5 * mean: "the change alone",
        -0.5 * mean: "the change alone",
        1 - 0.5 * 2 * S: "the slope of one point",
    }
    for answer, words in wrong.items():
        verdict = verdict_on(question, answer)
        assert (verdict.is_right, verdict.line) == (False, 0)
        assert words in verdict.words
        assert verdict.own == pytest.approx(answer)


def test_with_momentum_the_velocity_is_a_line_of_the_calculation():
    question = question_of(detail_of(momentum=0.5), NEW_WEIGHT)
    mean = (2 * S - R) / 2  # the velocity is 0 before the first step
    assert values(question) == pytest.approx([mean, 1 - mean])
    assert verdict_on(question, 1 + mean).line == 1


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, True),
        ({"momentum": 0.9}, True),
        ({"hidden": (3,)}, False),
        ({"hidden": (2, 2)}, False),
        ({"optimizer": "adam"}, False),
        ({"dropout": 0.5}, False),
        ({"activation": "tanh"}, False),
        ({"polynomials": pc.TUTORIAL_POLYNOMIALS}, False),
    ],
)
def test_numbers_are_asked_for_of_tiny_networks_by_gradient_descent(settings, expected):
    assert fits(replace(exercise_view.SET_UP, **settings)) == expected
    assert not fits(None)


# --- the set-up of two curves -----------------------------------------------------------------


def practice(point=None):
    return step_detail(pc.start(exercise_view.SET_UP, exercise_view.network().model), StepChoice(point))


def test_the_set_up_has_points_and_weights_with_few_digits():
    points, _ = exercise_view.SET_UP.training_set()
    weights = [*exercise_view.WEIGHTS, exercise_view.BIASES]
    numbers = [*points.ravel().tolist(), *(one for rows in weights for row in rows for one in row)]
    assert all(len(number_text(float(number)).lstrip("−")) <= 4 for number in numbers)
    model = exercise_view.network().model
    assert [one.tolist() for one in model.weights] == [list(map(list, one)) for one in exercise_view.WEIGHTS]
    assert model.experiment == exercise_view.SET_UP


@pytest.mark.parametrize("number", range(EXERCISE_QUESTIONS))
@pytest.mark.parametrize("point", [0, 1])
def test_at_least_four_mistakes_in_each_question_of_the_set_up_lead_to_another_number(point, number):
    question = question_of(practice(point), number)
    assert abs(question.number) > 0.05
    wrong = [slip for slip in question.slips if not is_near(question.by(slip)[-1].value, question.number)]
    assert len(wrong) >= 4


@pytest.mark.parametrize("number", range(EXERCISE_QUESTIONS))
def test_the_picture_beside_a_question_has_no_numbers(number):
    detail = practice()
    question = question_of(detail, number)
    shown = step_picture.around(detail, question.scene, question.center)
    hidden = step_picture.without_numbers(detail, question.scene, question.center)
    assert hidden["center"]["text"] == "?"
    assert (hidden["caption"], shown["caption"] != []) == ([], True)
    assert shown["center"]["text"] not in hidden["alt"]
    for side in ("left", "right"):
        assert len(hidden[side]) == len(shown[side])
        for one, before in zip(hidden[side], shown[side], strict=True):
            assert one["text"] in ("?", "")
            assert one["own"] == one["factor"] == ""
            assert one["label"].endswith(": ?")
            assert before["label"].startswith(one["label"].removesuffix("?"))
            assert one["line"] == 0
