"""The page's reader of polynomials: it reads and refuses what `Polynomial.parse` does."""

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from polycore.errors import PolycoreError
from polycore.polynomials.polynomial import Polynomial
from tests.node import scripts, value_after
from tests.polynomial_texts import PASTED, REFUSED, WORKED_OUT

READ = (
    scripts("polycore/web/learning/polynomial.js")
    + """
function read(text) {
  try {
    return parsePolynomial(text);
  } catch ({ message }) {
    return message;
  }
}"""
)


def read(texts):
    """Return of each text its coefficients, or the refusal."""
    return value_after(READ, f"{json.dumps(texts)}.map(read)")


def by_python(text):
    try:
        return list(Polynomial.parse(text).coefficients)
    except PolycoreError as error:
        return str(error)


def place(message):
    return re.match(r"character \d+: got ", message)[0]


def test_what_people_type_and_paste_is_read_to_the_last_bit():
    texts = [text for text, _ in WORKED_OUT + PASTED]
    texts += ["x/3 + 0.1", "x/0.000001", "0.1x*0.1x*0.1x", "(x + 0.7)^12", "(1000000/7)x - 1/999983"]
    assert read(texts) == [by_python(text) for text in texts]


def test_what_cannot_be_read_is_refused_at_the_same_place():
    texts = [text for text, _ in REFUSED if text.isascii() or len(text.encode("utf-16", "replace")) < 99]
    texts = [text for text in texts if "\ud800" not in text]  # half a letter, which no program can be sent
    assert [place(answer) for answer in read(texts)] == [place(by_python(text)) for text in texts]


@settings(max_examples=5)
@given(st.lists(st.text("xX0123.,+-*/^(){} \u00b2\u2212=$e", max_size=9), min_size=150, max_size=150))
def test_any_text_is_read_or_refused_as_python_does(texts):
    for text, answer in zip(texts, read(texts), strict=True):
        expected = by_python(text)
        if isinstance(expected, str):
            assert place(answer) == place(expected), text
        else:
            assert answer == pytest.approx(expected, rel=1e-15), text
