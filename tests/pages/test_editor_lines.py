"""The lines of the editor one by one: what each means, and where it cannot be read."""

import pytest

from pages.polynomials import editor
from pages.polynomials.entries import TWICE, TypedLine, lines_of
from polycore import Polynomial

X, SQUARE = Polynomial(1, 0), Polynomial(1, 0, 0)


def test_each_line_has_its_polynomial_or_its_error():
    lines = lines_of("x\n\n x^2 \nx*y\nx^2", ())
    assert [line.polynomial for line in lines] == [X, None, SQUARE, None, None]
    assert [bool(line.error) for line in lines] == [False, False, False, True, True]
    assert lines[4].error == TWICE


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("2x $$ + 1", "2x <mark>$</mark>$ + 1"),
        ("x^^2", "x^<mark>^</mark>2"),
        ("<b>", "<mark>&lt;</mark>b&gt;"),
    ],
)
def test_the_character_at_which_a_line_cannot_be_read_is_marked(text, marked):
    [line] = lines_of(text, ())
    assert editor.marked(line) == marked


def test_a_line_without_a_place_is_shown_whole():
    assert editor.marked(TypedLine("x & x", error=TWICE)) == "x &amp; x"
