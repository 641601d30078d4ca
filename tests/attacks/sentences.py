"""Sentences of the grammar of polynomials, each with its value by exact arithmetic."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

NUMBERS = ("0", "1", "2", "3", "7", "12", "100", "0.5", ".25", "1.75", "4.0", "0.001", "007")


@dataclass(frozen=True)
class Sentence:
    """A text, what it says about x, and the highest power that its parts could make of x.

    is_sum: whether it needs parentheses to be part of a product, a power or a difference.
    """

    text: str
    value: Callable[[Fraction], Fraction]
    degree: int
    is_sum: bool = False

    @property
    def closed(self):
        """The text as it may stand beside any sign."""
        return f"({self.text})" if self.is_sum else self.text


def sentence(rng, depth):
    """Return a sentence whose tree is at most `depth` deep, drawn from `rng`."""
    if depth == 0:
        return _leaf(rng)
    return rng.choice((_sum, _sum, _product, _product, _adjacent, _quotient, _power, _spaced))(rng, depth)


def _leaf(rng):
    if rng.random() < 0.5:
        return Sentence(rng.choice("xX"), lambda x: x, 1)
    text = rng.choice(NUMBERS)
    return Sentence(text, lambda _: Fraction(text), 0)


def _sum(rng, depth):
    left, right = sentence(rng, depth - 1), sentence(rng, depth - 1)
    degree = max(left.degree, right.degree)
    if rng.random() < 0.5:
        return Sentence(
            f"{left.text}+{right.closed}", lambda x: left.value(x) + right.value(x), degree, is_sum=True
        )
    first, text = ("", left.text) if rng.random() < 0.5 else ("-", left.closed)
    return Sentence(
        f"{first}{text}-{right.closed}",
        lambda x: (-left.value(x) if first else left.value(x)) - right.value(x),
        degree,
        is_sum=True,
    )


def _product(rng, depth):
    left, right = sentence(rng, depth - 1), sentence(rng, depth - 1)
    return _multiplied(f"{left.closed}*({right.text})", left, right)


def _adjacent(rng, depth):
    left, right = sentence(rng, depth - 1), sentence(rng, depth - 1)
    return _multiplied(f"({left.text})({right.text})", left, right)


def _multiplied(text, left, right):
    return Sentence(text, lambda x: left.value(x) * right.value(x), left.degree + right.degree)


def _quotient(rng, depth):
    inside, number = sentence(rng, depth - 1), rng.choice(NUMBERS[1:])
    return Sentence(f"({inside.text})/{number}", lambda x: inside.value(x) / Fraction(number), inside.degree)


def _power(rng, depth):
    base, times = sentence(rng, depth - 1), rng.choice((0, 1, 2, 3, 4, 12))
    sign = rng.choice(("^", "**", " ^ "))
    degree = base.degree * max(times, 1)  # the base is read before its power is 1
    return Sentence(f"({base.text}){sign}{times}", lambda x: base.value(x) ** times, degree)


def _spaced(rng, depth):
    inside = sentence(rng, depth - 1)
    return Sentence(f" ( {inside.text}\t) ", inside.value, inside.degree)
