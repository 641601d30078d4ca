"""Polynomials, and a neural network in NumPy that learns which of them a point lies on."""

from polycore import tutorial
from polycore.errors import PolycoreError, RunFileError, WeightFileError
from polycore.experiment import Experiment
from polycore.history import History
from polycore.model import Model
from polycore.polynomial import Polynomial, crossings
from polycore.presets import INTRODUCTION_POLYNOMIALS, TUTORIAL_POLYNOMIALS
from polycore.referee import Referee
from polycore.samples import points_from_csv, points_to_csv, sample
from polycore.training import Run, advance, start
from polycore.version import __version__

__all__ = [
    "INTRODUCTION_POLYNOMIALS",
    "TUTORIAL_POLYNOMIALS",
    "Experiment",
    "History",
    "Model",
    "PolycoreError",
    "Polynomial",
    "Referee",
    "Run",
    "RunFileError",
    "WeightFileError",
    "__version__",
    "advance",
    "crossings",
    "points_from_csv",
    "points_to_csv",
    "sample",
    "start",
    "tutorial",
]
