"""Formulas: their values, their text and their TeX, beside what one would write by hand."""

import math
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from polycore.formatting import aligned, number_text
from polycore.formula import Line, Working, lines_text, value_of

TIMES = "\N{MULTIPLICATION SIGN}"
NUMBERS = {"m": 0.02, "g": -0.3, "beta_1": 0.9, "s": 4.0, "t": 3, "epsilon": 1e-8, "new_w": 2.0, "w_12": 1.5}


def line_of(formula):
    return Line("new_m", "an average", value_of(formula, NUMBERS), formula, NUMBERS)


@pytest.mark.parametrize(
    ("formula", "value", "symbols", "numbers", "tex"),
    [
        pytest.param(
            "beta_1 * m + (1 - beta_1) * g",
            0.018 - 0.03,
            "β₁ · m + (1 − β₁) · g",
            "0.9 · 0.02 + (1 − 0.9) · (−0.3)",
            r"\beta_{1} \cdot m + \left(1 - \beta_{1}\right) \cdot g",
            id="a running mean",
        ),
        pytest.param(
            "m / (sqrt(s) + epsilon)",
            0.01,
            "m / (√s + ε)",
            f"0.02 / (√4 + 1{TIMES}10⁻⁸)",
            r"\frac{m}{\sqrt{s} + \epsilon}",
            id="a quotient by a root",
        ),
        pytest.param(
            "new_w / (1 - beta_1**t)",
            2 / 0.271,
            "new w / (1 − β₁^t)",
            "2 / (1 − 0.9³)",
            r"\frac{w_{\text{new}}}{1 - \beta_{1}^{t}}",
            id="a power",
        ),
        pytest.param("s - g", 4.3, "s − g", "4 − (−0.3)", "s - g", id="minus a negative number"),
        pytest.param("g * s", -1.2, "g · s", "(−0.3) · 4", r"g \cdot s", id="a negative factor"),
        pytest.param("-g", 0.3, "−g", "−(−0.3)", "-g", id="a sign"),
        pytest.param("g**2", 0.09, "g²", "(−0.3)²", "g^{2}", id="a square"),
        pytest.param("s / (m * s)", 50, "s / (m · s)", "4 / (0.02 · 4)", r"\frac{s}{m \cdot s}", id="below"),
        pytest.param(
            "s - (m - g)",
            3.68,
            "s − (m − g)",
            "4 − (0.02 − (−0.3))",
            r"s - \left(m - g\right)",
            id="minus a sum",
        ),
        pytest.param(
            "sign(g) * sqrt(s + 12)",
            -4,
            "sign(g) · √(s + 12)",
            "sign(−0.3) · √(4 + 12)",
            r"\operatorname{sign}\left(g\right) \cdot \sqrt{s + 12}",
            id="functions",
        ),
        pytest.param(
            "max(-s, min(s, w_12))",
            1.5,
            "max(−s, min(s, w₁₂))",
            "max(−4, min(4, 1.5))",
            r"\operatorname{max}\left(-s, \operatorname{min}\left(s, w_{12}\right)\right)",
            id="limits",
        ),
        pytest.param(
            "exp(0 * s)", 1, "exp(0 · s)", "exp(0 · 4)", r"\operatorname{exp}\left(0 \cdot s\right)", id="e"
        ),
    ],
)
def test_a_formula_has_a_value_a_text_and_tex(formula, value, symbols, numbers, tex):
    line = line_of(formula)
    assert line.value == pytest.approx(value)
    assert (line.in_symbols, line.in_numbers, line.tex_in_symbols) == (symbols, numbers, tex)


@pytest.mark.parametrize(
    ("symbol", "text", "tex"),
    [
        ("w", "w", "w"),
        ("new_w", "new w", r"w_{\text{new}}"),
        ("beta_2", "β₂", r"\beta_{2}"),
        ("sigma", "\N{GREEK SMALL LETTER SIGMA}", r"\sigma"),
        ("rate", "rate", r"\text{rate}"),
        ("tried_loss", "tried loss", r"\text{tried loss}"),
        ("new_w_3", "new w₃", r"w_{\text{new}, 3}"),
        ("loss_12", "loss₁₂", r"\text{loss}_{12}"),
    ],
)
def test_a_symbol_has_words_before_it_and_an_index_behind_it(symbol, text, tex):
    line = Line(symbol, "", 1.0)
    assert str(line) == f"{text} = 1"
    assert line.tex == f"{tex} = 1"


def test_numbers_in_tex_have_powers_of_ten():
    line = Line("d", "", 0.0, "-m * g", {"m": 1.5e-8, "g": math.inf})
    assert line.tex_in_numbers == r"\left(-1.5 \times 10^{-8}\right) \cdot \infty"


def test_a_line_says_nothing_twice():
    assert str(Line("g", "a slope", -0.5)) == "g = −0.5"
    assert str(Line("d", "", -0.5, "g", {"g": -0.5})) == "d = g = −0.5"
    assert str(Line("d", "", -1.0, "2 * g", {"g": -0.5})) == "d = 2 · g = 2 · (−0.5) = −1"


def test_the_value_is_that_of_training_and_computed_that_of_the_formula():
    working = Working(w=1.0)
    working.compute("new_w", "a step", "w - 0.25", value=0.75000006)
    [line] = working.lines
    assert (line.value, line.computed) == (0.75000006, 0.75)


def test_a_line_uses_what_is_known_and_the_lines_above_it():
    working = Working(rate=0.1, unused=7.0)
    working.measure("g", "the slope", 3)
    working.compute("change", "the change", "rate * g")
    working.compute("new_change", "twice as much", "2 * change")
    first, second, third = working.lines
    assert (first.formula, first.numbers) == ("", {})
    assert second.numbers == {"rate": 0.1, "g": 3.0}
    assert third.value == pytest.approx(0.6)
    assert (
        lines_text(working.lines[:2])
        == "  the slope\n    g = 3\n  the change\n    change = rate · g = 0.1 · 3 = 0.3"
    )
    assert pickle.loads(pickle.dumps(working.lines)) == working.lines


formulas = st.recursive(
    st.sampled_from(["a", "b", "c", "2", "0.5"]),
    lambda parts: (
        st.builds("({} {} {})".format, parts, st.sampled_from("+-*/"), parts)
        | st.builds("-{}".format, parts)
        | st.builds("{}**2".format, parts.map("({})".format))
    ),
    max_leaves=8,
)
_AS_PYTHON = str.maketrans({"·": "*", "−": "-", "²": "**2"})


@given(formula=formulas, a=st.integers(-9, 9), b=st.integers(-9, 9), c=st.integers(1, 9))
def test_the_text_with_numbers_is_what_was_computed(formula, a, b, c):
    # whole numbers are written in full, so that the text can be computed again
    names = {"a": float(a), "b": float(b), "c": float(c)}
    try:
        value = value_of(formula, names)
    except ZeroDivisionError:
        return
    line = Line("d", "", value, formula, names)
    numbers = line.in_numbers.translate(_AS_PYTHON)
    assert eval(numbers) == pytest.approx(value)  # our own text
    symbols = line.in_symbols.translate(_AS_PYTHON)
    assert eval(symbols, {}, names) == pytest.approx(value)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0.0, "0"),
        (-0.0, "0"),
        (-0.02714159, "−0.02714"),
        (1.5e-8, f"1.5{TIMES}10⁻⁸"),
        (-123456.7, f"−1.235{TIMES}10⁵"),
        (123456.0, "123456"),
        (1e6, f"1{TIMES}10⁶"),
        (math.inf, "∞"),
        (-math.inf, "−∞"),
        (math.nan, "unknown"),
    ],
)
def test_any_number_has_a_text(number, text):
    assert number_text(number) == text


def test_columns_are_as_wide_as_their_widest_text():
    assert aligned([("a", "long one"), ("wider", "b")]) == "  a      long one\n  wider  b"


def test_what_is_no_formula_is_refused():
    for formula in ("a if b else c", "a < b", "'a'"):
        with pytest.raises(ValueError, match="a formula has"):
            value_of(formula, {"a": 1.0, "b": 1.0, "c": 1.0})
        with pytest.raises(ValueError, match="a formula has"):
            _ = Line("a", "", 1.0, formula).in_symbols
