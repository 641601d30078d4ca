"""A stranger's text in a message: its characters, and escapes for those that cannot be seen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from polycore.quoting import quoted


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("x\u00b2 \u2013 \u03c0", "'x\u00b2 \u2013 \u03c0'", id="characters of any script"),
        pytest.param(r"2\cdot x", r"'2\cdot x'", id="a backslash"),
        pytest.param("x'", '"x\'"', id="a quotation mark"),
        pytest.param(
            "a\u202eb\u2066c\u200f", r"'a\u202eb\u2066c\u200f'", id="marks that turn the text round"
        ),
        pytest.param("\x1b[31m\x00", r"'\x1b[31m\x00'", id="control characters"),
        pytest.param("a\nb\r\u2028", r"'a\nb\r\u2028'", id="ends of lines"),
        pytest.param("\u00a0\u200b\ufeff", r"'\xa0\u200b\ufeff'", id="nothing to see"),
        pytest.param("\ud800", r"'\ud800'", id="half a character"),
    ],
)
def test_a_quotation_has_the_texts_own_characters_if_they_can_be_seen(text, shown):
    assert quoted(text, 40) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("x" * 12, "'xxxxxxxxxxxx'", id="as long as allowed"),
        pytest.param("x" * 13, "'xxxxxxxxx...'", id="one character longer"),
        # an escape has six characters
        pytest.param("x\u202e\u202e", r"'x\u202e...'", id="longer with its escapes"),
    ],
)
def test_a_long_text_is_cut_and_no_escape_is_halved(text, shown):
    assert quoted(text, 12) == shown


@given(st.text(), st.integers(3, 40))
def test_a_quotation_is_printable_and_short(text, longest):
    shown = quoted(text, longest)
    assert shown.isprintable()
    assert len(shown) <= longest + 2
