"""The tutorial's forward pass, from its first polynomial to its last figure."""

from polycore.polynomials.presets import INTRODUCTION_POLYNOMIALS, TUTORIAL_POLYNOMIALS
from polycore.tutorial.numbers import Walkthrough, walkthrough

__all__ = ["INTRODUCTION_POLYNOMIALS", "TUTORIAL_POLYNOMIALS", "Walkthrough", "walkthrough"]
