"""Figures: arrays to Plotly figures, for light and dark pages alike.

Every figure has a transparent background and leaves the font's colour and its own height to the host; for a
plane with K polynomials 400 + 10 K pixels leave room for the legend on a phone too. Its `layout.uirevision`
never changes, so that Plotly.react keeps a zoom, and `layout.meta["alt"]` is its alternative text.

Polynomials (24 at most) and arrays are taken as already checked. A class has the look of its place in
`polynomials`; labels are such places, from 0 on.
"""

from polycore.figures.images import differences_url, regions_url
from polycore.figures.plane import (
    curves_figure,
    map_figure,
    plane_range,
    samples_figure,
    with_point,
    with_samples,
    with_unlabelled_points,
)
from polycore.figures.probabilities import probabilities_figure
from polycore.figures.progress import accuracy_figure, loss_figure
from polycore.figures.report import confusion_figure, errors_figure, reliability_figure
from polycore.figures.style import escape

__all__ = [
    "accuracy_figure",
    "confusion_figure",
    "curves_figure",
    "differences_url",
    "errors_figure",
    "escape",
    "loss_figure",
    "map_figure",
    "plane_range",
    "probabilities_figure",
    "regions_url",
    "reliability_figure",
    "samples_figure",
    "with_point",
    "with_samples",
    "with_unlabelled_points",
]
