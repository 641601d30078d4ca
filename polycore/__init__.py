"""Polynomials, and a neural network in NumPy that learns which of them a point lies on."""

from polycore import tutorial
from polycore.errors import PolycoreError, RunFileError, WeightFileError
from polycore.experiment.experiment import Experiment
from polycore.model.model import Model
from polycore.polynomials.crossings import crossings
from polycore.polynomials.points_csv import points_from_csv, points_to_csv
from polycore.polynomials.polynomial import Polynomial
from polycore.polynomials.presets import INTRODUCTION_POLYNOMIALS, TUTORIAL_POLYNOMIALS
from polycore.polynomials.sampling import sample
from polycore.referee.bayes_classifier import Referee
from polycore.training.history import History
from polycore.training.run import Run, advance, start
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
