"""The tutorial's untrained network: its polynomials and every number of its forward pass."""

from polycore.polynomials.presets import INTRODUCTION_POLYNOMIALS, TUTORIAL_POLYNOMIALS
from polycore.tutorial.untrained_model import Walkthrough, walkthrough

__all__ = ["INTRODUCTION_POLYNOMIALS", "TUTORIAL_POLYNOMIALS", "Walkthrough", "walkthrough"]
