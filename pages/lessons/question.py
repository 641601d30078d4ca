"""A question of a lesson: what is asked, the answers to choose from, which is right, and why.

A guess is the letter of an answer, or a point of the map to hundredths.
"""

import math
from dataclasses import dataclass

from polycore.polynomials.window import Point

LETTERS = "abcd"
MOST = 999.99  # largest coordinate of a guessed point

Guess = str | Point


def guess_at(x: float, y: float) -> Point:
    """Return the guess of a user who chooses the point (x, y): rounded to hundredths."""
    return round(x, 2) + 0.0, round(y, 2) + 0.0  # shown and sent without a sign if it is zero


@dataclass(frozen=True)
class Answer:
    """An answer to choose.

    why: why it is wrong, in one sentence; "" if that is clear once the right one is explained.
    heights: of the curve that is drawn for it, from 0 (bottom) to 1 (top), evenly spaced from left to right;
        empty in a question without curves.
    """

    text: str
    why: str = ""
    heights: tuple[float, ...] = ()


@dataclass(frozen=True)
class Question:
    """A question with two to four answers, of which one is right.

    right: its letter. why: one sentence on why it is right.
    """

    text: str
    answers: tuple[Answer, ...]
    right: str
    why: str

    @property
    def letters(self) -> str:
        """The letters of the answers, from "a"."""
        return LETTERS[: len(self.answers)]

    def answer(self, guess: str) -> Answer:
        """Return the answer with that letter, one of `letters`."""
        return self.answers[self.letters.index(guess)]

    def accepts(self, guess: Guess) -> bool:
        """Return whether a guess is one of the answers."""
        return isinstance(guess, str) and len(guess) == 1 and guess in self.letters

    def is_right(self, guess: Guess) -> bool:
        """Return whether an accepted guess is right."""
        return guess == self.right

    def reason(self, guess: Guess) -> str:
        """Return why an accepted guess is right or wrong, in one sentence or two."""
        own = "" if self.is_right(guess) or not isinstance(guess, str) else self.answer(guess).why
        return f"{own} {self.why}".lstrip()


@dataclass(frozen=True)
class CurveQuestion(Question):
    """A question whose answers are curves.

    axis: what the heights of the curves are, and over what.
    mark: where on the way from left (0) to right (1) something is changed; None if nothing is.
    """

    axis: str
    mark: float | None = None


@dataclass(frozen=True)
class Box:
    """A rectangle of the map, its edges included."""

    x_from: float
    x_to: float
    y_from: float
    y_to: float

    def holds(self, point: Point) -> bool:
        """Return whether a point (x, y) is in it."""
        x, y = point
        return self.x_from <= x <= self.x_to and self.y_from <= y <= self.y_to


@dataclass(frozen=True)
class PointQuestion:
    """A question that is answered by a point of the map.

    regions: a point in any of them is right. why: one sentence on why.
    why_not: one sentence on why a point elsewhere is wrong.
    """

    text: str
    regions: tuple[Box, ...]
    why: str
    why_not: str

    def accepts(self, guess: Guess) -> bool:
        """Return whether a guess is a point, to hundredths, that a map may have."""
        if isinstance(guess, str) or not all(math.isfinite(value) and abs(value) <= MOST for value in guess):
            return False
        return guess == guess_at(*guess)

    def is_right(self, guess: Guess) -> bool:
        """Return whether an accepted guess is right."""
        return not isinstance(guess, str) and any(box.holds(guess) for box in self.regions)

    def reason(self, guess: Guess) -> str:
        """Return why an accepted guess is right or wrong, in one sentence or two."""
        return self.why if self.is_right(guess) else f"{self.why_not} {self.why}"


@dataclass(frozen=True)
class Questions:
    """What a lesson asks: a prediction before Start, and at the end a question that its content answers."""

    prediction: Question | PointQuestion
    recap: Question
