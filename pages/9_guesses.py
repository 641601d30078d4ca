"""Guesses: the card of what a user guessed in the lessons, and how it came out. A link can bring one."""

from pages.frame import frame
from pages.lessons import card

frame.draw("Guesses")
card.draw()
