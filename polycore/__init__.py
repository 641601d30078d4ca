"""Polynomials, and a neural network in NumPy that learns which of them a point lies on."""

from importlib import import_module as _import_module

from polycore.version import __version__ as __version__

TYPE_CHECKING = False  # for type checkers it is true; `typing` takes longer to import than all else here
if TYPE_CHECKING:
    from polycore import figures as figures
    from polycore import tutorial as tutorial
    from polycore.errors import PolycoreError as PolycoreError
    from polycore.errors import RunFileError as RunFileError
    from polycore.errors import WeightFileError as WeightFileError
    from polycore.estimator.classifier import PolycoreClassifier as PolycoreClassifier
    from polycore.experiment.experiment import Experiment as Experiment
    from polycore.inspection.landscape import Landscape as Landscape
    from polycore.inspection.landscape import landscape as landscape
    from polycore.model.model import Model as Model
    from polycore.points.fitting import fit_polynomials as fit_polynomials
    from polycore.points.point_set import PointSet as PointSet
    from polycore.points.points_csv import points_from_csv as points_from_csv
    from polycore.points.points_csv import points_to_csv as points_to_csv
    from polycore.polynomials.crossings import crossings as crossings
    from polycore.polynomials.polynomial import Polynomial as Polynomial
    from polycore.polynomials.presets import INTRODUCTION_POLYNOMIALS as INTRODUCTION_POLYNOMIALS
    from polycore.polynomials.presets import TUTORIAL_POLYNOMIALS as TUTORIAL_POLYNOMIALS
    from polycore.polynomials.sampling import sample as sample
    from polycore.referee.bayes_classifier import Referee as Referee
    from polycore.training.history import History as History
    from polycore.training.run import Run as Run
    from polycore.training.run import advance as advance
    from polycore.training.run import start as start
    from polycore.web.html_page import html_page as html_page

# The names of each module, which is imported when one of them is asked for. All take a third of a second, in
# which the command could not yet end at Ctrl-C without a traceback.
_NAMES = {
    "errors": "PolycoreError RunFileError WeightFileError",
    "estimator.classifier": "PolycoreClassifier",
    "experiment.experiment": "Experiment",
    "inspection.landscape": "Landscape landscape",
    "model.model": "Model",
    "points.fitting": "fit_polynomials",
    "points.point_set": "PointSet",
    "points.points_csv": "points_from_csv points_to_csv",
    "polynomials.crossings": "crossings",
    "polynomials.polynomial": "Polynomial",
    "polynomials.presets": "INTRODUCTION_POLYNOMIALS TUTORIAL_POLYNOMIALS",
    "polynomials.sampling": "sample",
    "referee.bayes_classifier": "Referee",
    "training.history": "History",
    "training.run": "Run advance start",
    "web.html_page": "html_page",
}
_MODULES = {name: f"polycore.{module}" for module, names in _NAMES.items() for name in names.split()}
__all__ = ["__version__", "tutorial", *_MODULES]


def __dir__() -> list[str]:
    # modules that are imported become attributes of the package; "figures" needs Plotly
    return sorted({*__all__, "figures", *(name for name in globals() if name.startswith("__"))})


def __getattr__(name: str) -> object:
    if name in ("figures", "tutorial"):  # `from polycore import figures` would ask this function again
        return _import_module(f"polycore.{name}")
    if name not in _MODULES:
        raise AttributeError(f"module 'polycore' has no attribute {name!r}")
    found = globals()[name] = getattr(_import_module(_MODULES[name]), name)
    return found
