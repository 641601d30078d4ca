"""Polynomials, and a neural network in NumPy that learns which of them a point lies on."""

from importlib import import_module as _import_module
from types import ModuleType as _ModuleType

from polycore import tutorial
from polycore.errors import PolycoreError, RunFileError, WeightFileError
from polycore.estimator.classifier import PolycoreClassifier
from polycore.experiment.experiment import Experiment
from polycore.inspection.landscape import Landscape, landscape
from polycore.model.model import Model
from polycore.points.fitting import fit_polynomials
from polycore.points.point_set import PointSet
from polycore.polynomials.crossings import crossings
from polycore.polynomials.points_csv import points_from_csv, points_to_csv
from polycore.polynomials.polynomial import Polynomial
from polycore.polynomials.presets import INTRODUCTION_POLYNOMIALS, TUTORIAL_POLYNOMIALS
from polycore.polynomials.sampling import sample
from polycore.referee.bayes_classifier import Referee
from polycore.training.history import History
from polycore.training.run import Run, advance, start
from polycore.version import __version__
from polycore.web.html_page import html_page

__all__ = [
    "INTRODUCTION_POLYNOMIALS",
    "TUTORIAL_POLYNOMIALS",
    "Experiment",
    "History",
    "Landscape",
    "Model",
    "PointSet",
    "PolycoreClassifier",
    "PolycoreError",
    "Polynomial",
    "Referee",
    "Run",
    "RunFileError",
    "WeightFileError",
    "__version__",
    "advance",
    "crossings",
    "fit_polynomials",
    "html_page",
    "landscape",
    "points_from_csv",
    "points_to_csv",
    "sample",
    "start",
    "tutorial",
]


def __dir__() -> list[str]:
    # modules that are imported become attributes of the package; "figures" is imported when it is asked for
    return sorted({*__all__, "figures", *(name for name in globals() if name.startswith("__"))})


def __getattr__(name: str) -> _ModuleType:
    # only when it is asked for: polycore itself needs NumPy alone, and figures need Plotly
    if name == "figures":
        return _import_module(
            "polycore.figures"
        )  # `from polycore import figures` would ask this function again
    raise AttributeError(f"module 'polycore' has no attribute {name!r}")
