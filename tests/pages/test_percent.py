"""A percentage in a sentence is never broken across lines."""

import pytest

from pages.wording.percent import percent, probability
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
