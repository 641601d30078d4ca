"""Figures: arrays to Plotly figures, for light and dark pages alike.

Every figure has a transparent background and leaves the font's color and its own height to the page. A plane
with K polynomials needs 400 + 10 K pixels to have room for the legend, on a phone too. `layout.uirevision`
never changes, so that Plotly.react keeps a zoom. `layout.meta["alt"]` is the alternative text.

Polynomials (24 at most) and arrays are not checked again. A label is an index into `polynomials`, and the
index decides how the class looks.
"""

try:
    import plotly  # noqa: F401  # imported here to say what to do: polycore itself needs NumPy alone
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(
        "polycore.figures needs Plotly, which is not installed. "
        'Install it: pip install plotly, or polycore-playground with its extra "figures".',
        name="plotly",
    ) from error

from polycore.figures.compare import (
    LINES,
    Curve,
    accuracies_figure,
    line_url,
    losses_figure,
    small_map_url,
)
from polycore.figures.game import answer_figure, close_up_figure, question_figure
from polycore.figures.images import (
    NEGATIVE_COLOR,
    POSITIVE_COLOR,
    class_url,
    regions_url,
    values_url,
    with_fold_lines,
    with_regions,
)
from polycore.figures.landscape import landscape_figure
from polycore.figures.plane import (
    crossings_layer,
    curves_figure,
    map_figure,
    map_of,
    mistakes_layer,
    next_points_layer,
    point_layer,
    samples_figure,
    samples_layer,
    showing_all,
    with_layers,
    with_point,
    with_samples,
    with_unlabelled_points,
)
from polycore.figures.probabilities import compared_figure, probabilities_figure
from polycore.figures.progress import accuracy_figure, loss_figure, path_figure
from polycore.figures.report import confusion_figure, errors_figure, reliability_figure
from polycore.figures.style import escape
from polycore.figures.sweep_curves import Group, sweep_figure
from polycore.figures.walk import walk_figure, with_place
from polycore.polynomials.window import plane_range

__all__ = [
    "LINES",
    "NEGATIVE_COLOR",
    "POSITIVE_COLOR",
    "Curve",
    "Group",
    "accuracies_figure",
    "accuracy_figure",
    "answer_figure",
    "class_url",
    "close_up_figure",
    "compared_figure",
    "confusion_figure",
    "crossings_layer",
    "curves_figure",
    "errors_figure",
    "escape",
    "landscape_figure",
    "line_url",
    "loss_figure",
    "losses_figure",
    "map_figure",
    "map_of",
    "mistakes_layer",
    "next_points_layer",
    "path_figure",
    "plane_range",
    "point_layer",
    "probabilities_figure",
    "question_figure",
    "regions_url",
    "reliability_figure",
    "samples_figure",
    "samples_layer",
    "showing_all",
    "small_map_url",
    "sweep_figure",
    "values_url",
    "walk_figure",
    "with_fold_lines",
    "with_layers",
    "with_place",
    "with_point",
    "with_regions",
    "with_samples",
    "with_unlabelled_points",
]
