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

from polycore.figures import compare, game, images, landscape, plane, probabilities, progress, report
from polycore.figures.compare import LINES, Curve, line_url, small_map_url
from polycore.figures.images import NEGATIVE_COLOR, POSITIVE_COLOR, class_url, regions_url, values_url
from polycore.figures.plane import (
    crossings_layer,
    mistakes_layer,
    next_points_layer,
    point_layer,
    samples_layer,
)
from polycore.figures.style import escape, public
from polycore.figures.sweep_curves import Group
from polycore.figures.sweep_curves import sweep_figure as _sweep_figure
from polycore.figures.walk import walk_figure as _walk_figure
from polycore.figures.walk import with_place as _with_place
from polycore.polynomials.window import plane_range

accuracies_figure = public(compare.accuracies_figure)
accuracy_figure = public(progress.accuracy_figure)
answer_figure = public(game.answer_figure)
close_up_figure = public(game.close_up_figure)
compared_figure = public(probabilities.compared_figure)
confusion_figure = public(report.confusion_figure)
curves_figure = public(plane.curves_figure)
errors_figure = public(report.errors_figure)
landscape_figure = public(landscape.landscape_figure)
loss_figure = public(progress.loss_figure)
losses_figure = public(compare.losses_figure)
map_figure = public(plane.map_figure)
map_of = public(plane.map_of)
path_figure = public(progress.path_figure)
probabilities_figure = public(probabilities.probabilities_figure)
question_figure = public(game.question_figure)
reliability_figure = public(report.reliability_figure)
samples_figure = public(plane.samples_figure)
showing_all = public(plane.showing_all)
sweep_figure = public(_sweep_figure)
walk_figure = public(_walk_figure)
with_fold_lines = public(images.with_fold_lines)
with_layers = public(plane.with_layers)
with_place = public(_with_place)
with_point = public(plane.with_point)
with_regions = public(images.with_regions)
with_samples = public(plane.with_samples)
with_unlabelled_points = public(plane.with_unlabelled_points)

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
