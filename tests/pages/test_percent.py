"""Percentages, probabilities and odds in sentences: how they are rounded, and that no line breaks in them."""

import pytest

from pages.wording.percent import odds, percent, probability
from polycore.figures import alternative_text


@pytest.mark.parametrize("share", [0.0, 1e-9, 0.659, 0.9999, 1.0])
def test_no_line_breaks_between_a_number_and_its_sign(share):
    text = percent(share)
    assert text.split(" ") == [text]
    # what is read aloud has the same words
    assert text.split() == alternative_text.percent(share).split()


@pytest.mark.parametrize(
    ("share", "text"), [(1.0, ">99.9 %"), (0.0, "<0.1 %"), (0.25, "25.0 %"), (1 - 2**-53, ">99.9 %")]
)
def test_a_network_is_never_certain_even_if_its_probability_is_rounded_to_1(share, text):
    assert probability(share).split() == text.split()


@pytest.mark.parametrize(
    ("probability", "sentence"),
    [
        pytest.param(0.75, "3 to 1", id="three quarters"),
        pytest.param(0.25, "1 to 3", id="a quarter"),
        pytest.param(0.5, "1 to 1", id="even"),
        pytest.param(0.7619047619047619, "3.2 to 1", id="16 of 21"),
        pytest.param(0.9375, "15 to 1", id="15 of 16"),
        pytest.param(1.0, "over 1,000,000 to 1", id="certain"),
        pytest.param(0.0, "1 to over 1,000,000", id="impossible"),
        pytest.param(5e-324, "1 to over 1,000,000", id="the smallest float"),
        pytest.param(1 - 2**-53, "over 1,000,000 to 1", id="the float before 1"),
        pytest.param(0.9999, "9,999 to 1", id="thousands"),
    ],
)
def test_odds_are_readable_and_never_overflow(probability, sentence):
    assert odds(probability) == sentence
