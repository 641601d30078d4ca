"""A percentage in a sentence is never broken across lines."""

import pytest

from pages.wording.percent import percent
from polycore.figures import alternative_text


@pytest.mark.parametrize("share", [0.0, 1e-9, 0.659, 0.9999, 1.0])
def test_no_line_breaks_between_a_number_and_its_sign(share):
    text = percent(share)
    assert text.split(" ") == [text]
    # what is read aloud has the same words
    assert text.split() == alternative_text.percent(share).split()
