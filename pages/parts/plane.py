"""The plane as a model sees it: a map of its classes with the polynomials over it."""

from collections.abc import Callable
from functools import lru_cache, partial

import numpy as np
import plotly.graph_objects as go

from polycore import Model, Polynomial, Run
from polycore.alternative_text import plane_map
from polycore.figures import map_figure, plane_range, regions_url
from polycore.network import Floats, predict_proba

COLUMNS, ROWS = 120, 90


@lru_cache(maxsize=32)
def model_map(model: Model, x_range: tuple[float, float]) -> go.Figure:
    """Return the map of a model that knows its polynomials, over `x_range`. Copy it before changing it.

    A model is compared by identity: one that did not change since the last look is not asked again.
    """
    return _map(model.predict_proba, model.polynomials, x_range)


def run_map(run: Run) -> go.Figure:
    """Return the map of a run's network as it is now; its loss is not measured, which may take long."""
    weights, biases = zip(*run.layers, strict=True)
    return _map(
        partial(predict_proba, weights, biases),
        run.experiment.polynomials,
        run.experiment.x_range,
    )


def _map(
    probabilities_of: Callable[[Floats], Floats],
    polynomials: tuple[Polynomial, ...],
    x_range: tuple[float, float],
) -> go.Figure:
    x, y = _grid(polynomials, x_range)
    probabilities = probabilities_of(_places(x, y)).reshape(ROWS, COLUMNS, -1)
    # the curves cost more than the network: they are made once, and only the regions change as it learns
    figure = go.Figure(_without_regions(polynomials, x_range))
    figure.layout.images[0].source = regions_url(probabilities)
    figure.layout.meta = {"alt": plane_map(polynomials, x, y, probabilities)}
    return figure


@lru_cache(maxsize=32)
def _without_regions(polynomials: tuple[Polynomial, ...], x_range: tuple[float, float]) -> go.Figure:
    x, y = _grid(polynomials, x_range)
    nothing_known = np.full((ROWS, COLUMNS, len(polynomials)), 1 / len(polynomials))
    return map_figure(polynomials, x, y, nothing_known)


def _grid(polynomials: tuple[Polynomial, ...], x_range: tuple[float, float]) -> tuple[Floats, Floats]:
    return np.linspace(*x_range, COLUMNS), np.linspace(*plane_range(polynomials, x_range), ROWS)


def _places(x: Floats, y: Floats) -> Floats:
    return np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
