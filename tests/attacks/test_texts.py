"""No text makes reading a polynomial slow, wrong or loud: it gives a polynomial or one printable line."""

import math
import random
import re
from fractions import Fraction

import pytest

from polycore import PolycoreError, Polynomial, crossings
from polycore.limits import MAX_COEFFICIENT, MAX_DEGREE, MAX_TEXT
from tests.attacks.damage import NASTY, damaged
from tests.attacks.refusal import GOAL, answer, check_text, seconds
from tests.attacks.sentences import sentence

PIECES = (
    *"xX0159.,+-*/^(){}$= \te",
    *("**", "^12", "^99", "x^2", "(x+1)", "1/3", "/0"),
    *("y =", "\u00b2", "\u2212", "^{2}", "\\frac{1}{", "\\cdot"),
    *NASTY,
)
SUPERSCRIPTS = "\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079"
A_TEXT = GOAL / 24  # a link holds up to 24 of them


def read(text, most=GOAL):
    polynomial = answer(lambda: Polynomial.parse(text), most, r"character [0-9]+: got .{,230}")
    if polynomial is not None:
        assert polynomial.degree <= MAX_DEGREE
        assert max(map(abs, polynomial.coefficients)) <= MAX_COEFFICIENT
    return polynomial


def exactly(polynomial, x):
    """Return the value at `x`, and the sum of the sizes of its terms, by exact arithmetic."""
    terms = [Fraction(number) * x**power for power, number in enumerate(reversed(polynomial.coefficients))]
    return sum(terms), sum(map(abs, terms))


def test_what_the_grammar_makes_is_read_as_arithmetic_says_or_is_beyond_a_limit():
    rng = random.Random(1)
    values = 0
    for _ in range(2500):
        made = sentence(rng, rng.randint(0, 5))
        polynomial = read(made.text)
        if polynomial is not None:
            values += 1
            for x in (Fraction(-3, 2), Fraction(1), Fraction(5)):
                found, size = exactly(polynomial, x)
                # each coefficient is rounded once, by half a unit in its last place
                assert abs(found - made.value(x)) <= size * Fraction(1, 2**53)
        elif made.degree <= MAX_DEGREE and len(made.text) <= MAX_TEXT:
            with pytest.raises(PolycoreError, match=r"at most 1000000 in size|hundreds of digits"):
                Polynomial.parse(made.text)
    assert 1000 < values < 2500


def pasted(rng, text):
    """Return a text as it comes from a page, a book or TeX."""

    def power(match):
        superscript = "".join(SUPERSCRIPTS[int(digit)] for digit in match[1])
        return rng.choice((match[0], f"^{{{match[1]}}}", superscript))

    text = re.sub(r" ?(?:\^|\*\*) ?([0-9]+)", power, text)
    text = re.sub(
        r"(?<!\*)\*(?!\*)", lambda _: rng.choice(("*", "\u00b7", "\u00d7", "\\cdot ", "\\times ")), text
    )
    text = re.sub(r"-", lambda _: rng.choice("-\u2212\u2013\u2014"), text)
    text = re.sub(r"([0-9])\.([0-9])", lambda match: f"{match[1]}{rng.choice('.,')}{match[2]}", text)
    text = rng.choice(("", "y = ", "f(x) =")) + text.replace(" ", rng.choice(" \u00a0\u2009"))
    return rng.choice(("{}", "{}.", "${}$", "$$ {} $$")).format(text)


def test_what_is_pasted_is_read_as_what_is_typed():
    rng = random.Random(5)
    compared = 0
    for _ in range(1000):
        typed = sentence(rng, rng.randint(0, 4)).text
        other = pasted(rng, typed)
        if max(len(typed), len(other)) <= MAX_TEXT:
            assert read(other) == read(typed), (typed, other)
            compared += read(typed) is not None
    assert compared > 500


def test_what_is_nearly_of_the_grammar_gives_a_polynomial_or_one_printable_line():
    rng = random.Random(2)
    values = sum(
        read(damaged(rng, sentence(rng, rng.randint(0, 4)).text, PIECES)) is not None for _ in range(4000)
    )
    assert 400 < values < 3600  # of both there are many


def test_any_pieces_in_any_order_give_a_polynomial_or_one_printable_line():
    rng = random.Random(3)
    for _ in range(4000):
        read("".join(rng.choices(PIECES, k=rng.randint(0, 30))))


def test_any_characters_at_all_give_a_polynomial_or_one_printable_line():
    rng = random.Random(4)
    for _ in range(4000):
        read("".join(chr(rng.randrange(0x110000)) for _ in range(rng.randint(0, 8))) + rng.choice(PIECES))


def of_length(begin, piece):
    """Return `begin` and then as many of `piece` as a text has room for."""
    return begin + piece * ((MAX_TEXT - len(begin)) // len(piece))


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(of_length("x", "+x"), id="a hundred terms"),
        pytest.param(of_length("0", "+(x+1)^12"), id="expanded powers"),
        pytest.param(of_length("0", "+(x/97+1/89)^12"), id="expanded powers of fractions"),
        pytest.param(of_length("(x/97+1/89)^12/7^600", "-9"), id="large numbers that are added to"),
        pytest.param(of_length("(x/97+1/89)^12/7^600", "+(x+1)^12"), id="large numbers and powers"),
        pytest.param(of_length("(x/97+1/89)^12/7^600", "*.9"), id="large numbers that are multiplied"),
        pytest.param(of_length("(x/3^100+1/7^50)^12", "*7/3"), id="as large as a power may make them"),
        pytest.param(of_length("(x/97+1/89)^12", "/7"), id="divisions"),
        pytest.param(
            "+".join(
                f"x/{p}^{2000 // p.bit_length()}" for p in (3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41)
            ),
            id="denominators that have no factor in common",
        ),
        pytest.param("(2^999)" * 28, id="a product of large numbers"),
        pytest.param("(1/7)^700*" * 19 + "x", id="a product of large denominators"),
        pytest.param("(" * 100 + "x" + ")" * 99, id="parentheses"),
        pytest.param("1^" + "9" * 198, id="an exponent of 198 digits"),
        pytest.param("7^" + "9" * 190, id="a power of 190 digits"),
        pytest.param("((9^300)^300)^300", id="a power of a power of a number"),
        pytest.param("(((x+1)^12)^12)^12", id="degree 1728"),
        pytest.param("(x+1)^999999999", id="degree 999,999,999"),
        pytest.param("(x+1)^12" * 25, id="degree 300 as a product"),
        pytest.param("(" + "+".join(f"x/{n}^150" for n in range(79, 97)) + ")^12", id="a power of a sum"),
        pytest.param("-" * 200, id="200 minus signs"),
        pytest.param("x/" + "9" * 198, id="a number of 198 digits"),
        pytest.param("x" * 50_000_000, id="50 million characters"),
        pytest.param("\u202e" * 1_000_000, id="a million right-to-left marks"),
    ],
)
def test_what_takes_longest_lets_a_link_hold_24_of_them(text):
    assert seconds(lambda: read(text, float("inf"))) <= 2 * A_TEXT  # cores are slower where tests run


def test_numbers_on_the_way_have_at_most_some_hundred_digits():
    # 7 has 2.8 bits: a power has up to 2,000, and so has all that is made of it
    assert Polynomial.parse("x*7^700/7^700") == Polynomial(1, 0)
    with pytest.raises(PolycoreError, match=r"character 9: got '3'; from here on, numbers have hundreds"):
        Polynomial.parse("x*7^700*3^200")
    with pytest.raises(PolycoreError, match=r"character 9: got 'x'; from here on, numbers have hundreds"):
        Polynomial.parse("x/7^700+x/3^900")
    with pytest.raises(
        PolycoreError, match=r"character 5: got '1001'; it makes numbers of hundreds of digits"
    ):
        Polynomial.parse("x*7^1001/7^1001")


@pytest.mark.parametrize("hostile", NASTY, ids=ascii)
def test_a_stranger_text_is_quoted_shortly_and_printably(hostile):
    for text in (hostile, f"x+{hostile}", f"{hostile}x", f"2{hostile}"):
        assert len(text) > MAX_TEXT or read(text) is None or hostile in (*"\t\u00a0\u2212", "-0", "9" * 30)


def test_a_polynomial_that_an_error_names_is_quoted_shortly():
    longest = Polynomial(*[1e-300 / 3] * 13)  # its text has 4,000 characters
    nearly = Polynomial(*longest.coefficients[:-1], math.nextafter(1e-300 / 3, 1))
    for other in (longest, nearly):
        with pytest.raises(PolycoreError, match=r"twice|only by rounding") as refusal:
            crossings(longest, other, -1, 1)
        check_text(str(refusal.value))
