"""Numbers of a step to compute by hand: what is asked, how answers are read, and what a wrong one shows."""

import math
import re
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import polycore as pc
from pages.inside import exercise, exercise_view, step_picture
from pages.inside.exercise import answer_in, fits, is_near, question_of, verdict_on
from pages.state.view import EXERCISE_QUESTIONS
from polycore.formatting import number_text
from polycore.inspection import ParameterIndex
from polycore.inspection.step_detail import StepChoice, other_detail, step_detail
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
    assert values(question) == [-0.982, 0.982, 0.982, 0.982, 1.964]  # S is 0.98201, and each line rounded
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
    assert verdict.own == pytest.approx(own, rel=1e-3)
    assert words in verdict.words


def test_the_slopes_of_a_bias_and_at_an_output_are_asked_for_too():
    # the bias of neuron 0: S; the weight from neuron 0 to b: what comes in, 3, times S
    assert question_of(detail_of(weight=ParameterIndex(0, 0)), SLOPE).number == 0.982
    at_output = question_of(detail_of(weight=ParameterIndex(1, 1, 0)), SLOPE)
    assert values(at_output) == [0.982, 2.946]
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
    # the points' slopes, 1.964 and −0.04743, have the mean 0.958285, and 1 − 0.5 · 0.9583 is 0.52085
    assert values(question) == [0.5209]
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
        assert verdict.own == pytest.approx(answer, rel=1e-3)


def test_with_momentum_the_velocity_is_a_line_of_the_calculation():
    question = question_of(detail_of(momentum=0.5), NEW_WEIGHT)
    mean = (2 * S - R) / 2  # the velocity is 0 before the first step
    assert values(question) == pytest.approx([mean, 1 - mean], rel=1e-3)
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


@pytest.mark.parametrize("unknown", ["?", ""])
@pytest.mark.parametrize("number", range(EXERCISE_QUESTIONS))
def test_the_picture_beside_a_question_has_no_numbers(number, unknown):
    detail = practice()
    question = question_of(detail, number)
    hidden = step_picture.without_numbers(detail, question.scene, question.center, unknown)
    assert (hidden["center"]["text"], hidden["caption"]) == (unknown, [])
    for one in (*hidden["left"], *hidden["right"]):
        assert {one["own"], one["factor"], one["text"]} <= {unknown, ""}
        assert one["label"].endswith(": ?") == bool(unknown)
        assert one["label"].removesuffix(": ?").startswith(("Weight from ", "Output "))
        assert (one["line"] == 0) or not unknown
        assert not re.search(r"\d\.\d", one["label"])


# --- every number is what it looks like -------------------------------------------------------


def exactly(text):
    """Return the value of a calculation as it is seen, in fractions."""
    for sign, meant in (("−", "-"), ("·", "*"), ("\N{MULTIPLICATION SIGN}10", "*10**")):
        text = text.replace(sign, meant)
    text = text.translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789"))
    return eval(re.sub(r"\d+(\.\d+)?", r"Fraction('\g<0>')", text), {"Fraction": Fraction, "max": max})


def is_rounded(text, exact):
    """Return whether `text` has an exact number to its last digit, of at least four."""
    number = exactly(text)
    unit = Fraction(10) ** (math.floor(math.log10(abs(number) or 1)) - 3)
    return abs(number - exact) <= unit / 2


def seen(given):
    return [text for one in given for _, text in one.numbers]


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    steps=st.integers(0, 3),
    batch=st.sampled_from([None, 1]),
    more=st.sampled_from([{}, {"momentum": 0.9}, {"standardize": True}, {"l2": 0.01}]),
)
def test_each_number_follows_to_its_last_digit_from_those_that_are_seen(seed, steps, batch, more):
    experiment = replace(exercise_view.SET_UP, seed=seed, batch_size=batch, **more)
    first = step_detail(pc.advance(pc.start(experiment), steps), StepChoice())
    slopes = []
    for point in range(len(first.errors)):
        detail = other_detail(first, StepChoice(point, first.weight.index))
        logit, slope, new_weight = (question_of(detail, number) for number in range(EXERCISE_QUESTIONS))
        assert ("scaled" in logit.given[0].of) == experiment.standardize
        for question in (logit, slope, new_weight):
            known = set(seen(question.given))
            for line in question.lines:
                assert is_rounded(number_text(line.value), exactly(line.in_numbers)), str(line)
                assert {number_text(one) for one in line.numbers.values()} <= known | {"0", "1"}
                known.add(number_text(line.value))
        outputs = [number_text(line.value) for line in logit.lines if line.symbol in ("a_0", "a_1")]
        assert seen(slope.given[1:2]) == outputs
        slopes.append(exactly(number_text(slope.number)))
    [mean] = [text for name, text in new_weight.given[0].numbers if name.startswith("its mean slope")]
    assert is_rounded(mean, sum(slopes) / len(slopes))
