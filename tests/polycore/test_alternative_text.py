import numpy as np
import pytest

from polycore.figures import alternative_text, crossings_layer, mistakes_layer, samples_layer
from polycore.polynomials.polynomial import Polynomial

LINE, PARABOLA, CUBIC = Polynomial(1, 0), Polynomial(-1, 0, 1), Polynomial(1, 0, 0, -2)


@pytest.mark.parametrize(
    ("share", "text"),
    [
        pytest.param(0, "0.0 %", id="never"),
        pytest.param(1, "100.0 %", id="certain"),
        pytest.param(0.6592, "65.9 %", id="rounded"),
        pytest.param(1e-9, "<0.1 %", id="small but not never"),
        pytest.param(0.00049, "<0.1 %", id="rounds to nought"),
        pytest.param(0.00051, "0.1 %", id="rounds to a tenth"),
        pytest.param(0.99949, "99.9 %", id="rounds below a hundred"),
        pytest.param(0.99951, ">99.9 %", id="would round to a hundred"),
    ],
)
def test_a_share_is_written_in_percent(share, text):
    assert alternative_text.percent(share) == text


def test_curves_are_named():
    text = alternative_text.curves([PARABOLA, CUBIC], (-2, 2), (-6.5, 4.25))
    assert text == (
        "Curves of 2 polynomials for x from -2 to 2 and y from -6.5 to 4.25: "
        "minus x squared plus 1, x cubed minus 2."
    )


def test_one_curve_is_no_plural():
    assert alternative_text.curves([LINE], (0, 1), (0, 1)).startswith("Curves of 1 polynomial for")


@pytest.mark.parametrize(
    ("labels", "each"),
    [
        pytest.param([0, 0, 1, 1], "2 of each", id="equal"),
        pytest.param([0, 0, 0, 1], "1 to 3 of each", id="unequal"),
        pytest.param([0, 0, 0, 0], "0 to 4 of each", id="a class without samples"),
    ],
)
def test_samples_are_counted(labels, each):
    points = np.array([[-1.0, 5.0], [0.5, -2.0], [0.0, 0.0], [1.0, 3.0]])
    text = alternative_text.samples(points, np.array(labels), [LINE, CUBIC])
    assert text == f"4 samples of 2 polynomials, {each}, x from -1 to 1 and y from -2 to 5."


def test_a_loss_is_given_from_first_to_last_with_its_best():
    text = alternative_text.loss(np.array([0, 1000, 2000]), np.array([2.4942, 0.4, 0.3123]), 1980, 0.29871)
    assert text == "Loss over 2,000 steps, from 2.49 to 0.312 nats; best 0.299 at step 1980."


def test_both_accuracies_are_given():
    text = alternative_text.accuracy(
        np.array([0, 50]), np.array([0.08, 0.9]), np.array([0.1, 0.85]), 40, 0.875, 0.913
    )
    assert text == (
        "Accuracy over 50 steps, from 8.0 % to 90.0 % on the training samples and "
        "from 10.0 % to 85.0 % on new points; the weights with the best loss, of step 40, reach 87.5 % "
        "on new points, and 91.3 % is the best possible on new points."
    )


def test_a_map_names_its_largest_region():
    grid = np.array([[[0.9, 0.1], [0.2, 0.8]], [[0.3, 0.7], [0.4, 0.6]]])  # winners 0 1 / 1 1
    text = alternative_text.plane_map([LINE, CUBIC], np.array([-1.0, 1.0]), np.array([0.0, 4.0]), grid)
    assert text == (
        "Map of the most likely of 2 polynomials for x from -1 to 1 and y from 0 to 4: the largest region, "
        "75.0 % of the plane, is that of x cubed minus 2, and the most likely class has a probability of "
        "75.0 % on average."
    )


def test_a_map_of_differences_gives_their_share_and_the_most_frequent():
    # of 8 cells 3 differ: twice the cubic instead of the line, once the parabola instead of the line
    network = np.array([[2, 2, 1, 0], [1, 1, 2, 2]])
    referee = np.array([[0, 0, 0, 0], [1, 1, 2, 2]])
    text = alternative_text.differences(
        [LINE, PARABOLA, CUBIC], np.array([-1.0, 0, 0.5, 1.0]), np.array([0.0, 4.0]), network, referee
    )
    assert text == (
        "Map of where network and referee differ for x from -1 to 1 and y from 0 to 4, for 3 polynomials: "
        "37.5 % of the plane, most often where the network says x cubed minus 2 and the referee x."
    )


def test_a_map_without_differences_says_so():
    same = np.array([[0, 1], [1, 1]])
    text = alternative_text.differences([LINE, CUBIC], np.array([-1.0, 1]), np.array([0.0, 4]), same, same)
    assert text == (
        "Map of where network and referee differ for x from -1 to 1 and y from 0 to 4: nowhere, "
        "for 2 polynomials."
    )


def test_the_three_most_likely_classes_are_named():
    polynomials = [LINE, PARABOLA, CUBIC, Polynomial(0)]
    text = alternative_text.probabilities(polynomials, [2, 0, 1, 3], np.array([0.25, 0.1, 0.6, 0.05]))
    assert text == (
        "Most likely of 4 polynomials: x cubed minus 2 with 60.0 %, then x with 25.0 % and "
        "minus x squared plus 1 with 10.0 %."
    )


def test_of_two_classes_both_are_named():
    text = alternative_text.probabilities([LINE, CUBIC], [1, 0], np.array([0.25, 0.75]))
    assert text == "Most likely of 2 polynomials: x cubed minus 2 with 75.0 %, then x with 25.0 %."


def test_a_text_that_is_extended_stays_one_sentence():
    assert alternative_text.extended("A map.", "a point is marked") == "A map; a point is marked."


def test_a_confusion_table_names_the_most_frequent_mistake():
    text = alternative_text.confusion(np.array([[50, 2, 0], [0, 44, 0], [1, 0, 3]]), [LINE, PARABOLA, CUBIC])
    assert text == (
        "Table of true polynomials and answers for 3 polynomials: 97 of 100 points are answered correctly; "
        "most often, 2 times, x is mistaken for minus x squared plus 1."
    )


@pytest.mark.parametrize(
    ("table", "end"),
    [
        pytest.param([[5, 0], [0, 5]], "; there are no mistakes.", id="no mistake"),
        pytest.param(
            [[5, 0], [1, 4]], "; most often, once, x cubed minus 2 is mistaken for x.", id="one mistake"
        ),
    ],
)
def test_a_confusion_table_with_few_mistakes(table, end):
    assert alternative_text.confusion(np.array(table), [LINE, CUBIC]).endswith(end)


def test_reliability_is_given_from_the_lowest_to_the_highest_confidence():
    text = alternative_text.reliability(
        np.array([1, 7, 1980]), np.array([0.5, 0.75, 0.95]), np.array([0.0, 0.5, 0.99]), 0.0421
    )
    assert text == (
        "Accuracy by confidence: 0.0 % at a confidence of 50.0 % (1 point) and 99.0 % at a confidence of "
        "95.0 % (1,980 points); on average the two differ by 4.2 %."
    )


def test_reliability_in_one_bin_is_given_once():
    text = alternative_text.reliability(np.array([8]), np.array([0.95]), np.array([1.0]), 0.05)
    assert text.count("at a confidence of") == 1


def test_the_polynomial_with_the_most_mistakes_is_named():
    text = alternative_text.errors(np.array([1, 0, 1]), [LINE, CUBIC], (-2, 2))
    assert text == (
        "Mistakes along x from -2 to 2, with the crossings of 2 polynomials: 3 in total, the most, 2, "
        "on x cubed minus 2."
    )


def test_no_mistakes_along_x_are_reported_as_none():
    text = alternative_text.errors(np.array([], dtype=int), [LINE, CUBIC], (-2, 2))
    assert text == "Mistakes along x from -2 to 2: none for 2 polynomials."


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param(
            alternative_text.samples(np.array([[0.5, 2.0]]), np.array([0]), [LINE]),
            "1 sample of 1 polynomial, 1 of each",
            id="sample",
        ),
        pytest.param(
            alternative_text.loss(np.array([0, 1]), np.array([2.0, 1.0]), 1, 1.0),
            "Loss over 1 step, from",
            id="step of a loss",
        ),
        pytest.param(
            alternative_text.accuracy(np.array([0, 1]), np.ones(2), np.ones(2), 1, 1.0, 1.0),
            "Accuracy over 1 step, from",
            id="step of an accuracy",
        ),
        pytest.param(
            alternative_text.confusion(np.array([[1, 0], [0, 0]]), [LINE, CUBIC]),
            "1 of 1 point is answered correctly",
            id="answer",
        ),
        pytest.param(
            alternative_text.losses([("A", np.array([0, 1]), np.array([2.0, 1.0]))], "steps"),
            "Loss of 1 run over",
            id="run",
        ),
        pytest.param(
            alternative_text.walk([LINE, CUBIC], 0, np.array([0.0, 1.0]), np.full((2, 2), 0.5), 1),
            "meets others at 1 point,",
            id="meeting",
        ),
        pytest.param(
            alternative_text.reliability(np.array([1]), np.array([0.5]), np.array([1.0]), 0.5),
            "50.0 % (1 point);",
            id="point",
        ),
        pytest.param(
            mistakes_layer(np.zeros((1, 2)), np.array([0]), np.array([1])).clause,
            "1 wrong answer is marked by a cross",
            id="cross",
        ),
        pytest.param(
            crossings_layer(np.zeros((1, 2)), ["p0 and p1"]).clause,
            "1 crossing is marked by a diamond",
            id="diamond",
        ),
        pytest.param(
            samples_layer(np.zeros((1, 2)), np.array([0]), [LINE]).clause, "1 sample is shown", id="layer"
        ),
    ],
)
def test_one_is_no_plural(text, says):
    assert says in text
