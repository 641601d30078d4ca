"""Figures of the samples and the uploaded points, with the curves."""

import plotly.graph_objects as go

from pages.state.points import Points
from polycore import Experiment
from polycore.arrays import Floats, Integers
from polycore.figures import curves_figure, showing_all, with_samples, with_unlabelled_points

POSITIONS = 200


def samples(experiment: Experiment, points: Floats, labels: Integers) -> go.Figure:
    """Return a figure of the samples by class, `points` (N, 2) with `labels` (N,), and the curves."""
    return with_samples(_curves(experiment), points, labels, experiment.polynomials)


def uploaded(experiment: Experiment, points: Points) -> go.Figure:
    """Return a figure of the uploaded points and the curves; points without a class here are rings."""
    labels = points.classes_in(experiment.polynomials)
    known = labels >= 0
    figure = _curves(experiment)
    if known.any():
        figure = with_samples(figure, points.points[known], labels[known], experiment.polynomials)
    if not known.all():
        figure = with_unlabelled_points(figure, points.points[~known])
    return showing_all(figure)


def both(experiment: Experiment, points: Floats, labels: Integers, own: Points) -> go.Figure:
    """Return a figure of the samples by class, and on them the uploaded points as rings."""
    return showing_all(with_unlabelled_points(samples(experiment, points, labels), own.points))


def _curves(experiment: Experiment) -> go.Figure:
    return curves_figure(experiment.polynomials, experiment.x_range, POSITIONS)
