"""The plane as a model sees it: a map of its classes with the polynomials over it."""

from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from polycore import Model, Polynomial, Referee, Run
from polycore.arrays import Floats, Integers, read_only
from polycore.figures import differences_url, map_figure, plane_range, regions_url
from polycore.figures.alternative_text import differences, extended, plane_map
from polycore.figures.style import unchecked
from polycore.limits import MAX_COEFFICIENT
from polycore.network.prediction import predict_proba
from polycore.referee.bayes_classifier import MAX_COORDINATE

COLUMNS, ROWS = 120, 90
EQUALLY_LIKELY = 1 - 1e-9  # of the referee's highest probability: what is less is more than rounding

Probabilities = Callable[[Floats], Floats]


@lru_cache(maxsize=32)
def model_map(model: Model, x_range: tuple[float, float]) -> go.Figure:
    """Return the map of a model that knows its polynomials, over `x_range`. Copy it before changing it.

    A model is compared by identity: one that did not change since the last look is not asked again.
    """
    return _map(model.predict_proba, model.polynomials, x_range)


def has_map(model: Model) -> bool:
    """Return whether the plane can be drawn: with polynomials, none with too large a coefficient."""
    sizes = [abs(number) for polynomial in model.polynomials for number in polynomial.coefficients]
    return bool(sizes) and max(sizes) <= MAX_COEFFICIENT


def map_without_regions(polynomials: tuple[Polynomial, ...], x_range: tuple[float, float]) -> go.Figure:
    """Return the map without what a network says: `with_regions` lays regions of another kind on it."""
    return go.Figure(_without_regions(polynomials, x_range))


def run_map(run: Run) -> go.Figure:
    """Return the map of a run's network as it is now; its loss is not measured, which may take long."""
    weights, biases = zip(*run.layers, strict=True)
    return _map(partial(predict_proba, weights, biases), run.experiment.polynomials, run.experiment.x_range)


@lru_cache(maxsize=32)
def referee_map(referee: Referee) -> go.Figure:
    """Return the map of the best decisions. Copy it before changing it."""
    figure = _map(partial(of_referee, referee), referee.polynomials, referee.x_range)
    figure.layout.meta = {"alt": extended(figure.layout.meta["alt"], "these are the referee's answers")}
    return figure


@lru_cache(maxsize=32)
def model_difference(model: Model, referee: Referee) -> go.Figure:
    """Return the map of where a model of the referee's polynomials does not decide as the referee.

    `layout.meta["differing"]` is the share of the plane. Where several polynomials are equally likely, each
    of them is the referee's decision. Copy it before changing it.
    """
    return _difference(model.predict_proba, referee)


def of_referee(referee: Referee, places: Floats) -> Floats:
    """Return the referee's probabilities (N, K) at places (N, 2) anywhere."""
    # a window's margin may pass what the referee takes, where no curve does: the nearest is the same
    return referee.predict_proba(places.clip(-MAX_COORDINATE, MAX_COORDINATE))


def _difference(probabilities_of: Probabilities, referee: Referee) -> go.Figure:
    polynomials, x_range = referee.polynomials, referee.x_range
    x, y = _grid(polynomials, x_range)
    answers = probabilities_of(places_of(x, y)).argmax(axis=1)
    likeliest, as_likely = _decisions(referee)
    decisions = np.where(as_likely[np.arange(len(answers)), answers], answers, likeliest)
    answers, decisions = answers.reshape(ROWS, COLUMNS), decisions.reshape(ROWS, COLUMNS)
    alt = differences(polynomials, x, y, answers, decisions)
    meta = {"alt": alt, "differing": float((answers != decisions).mean())}
    return _with_regions(polynomials, x_range, differences_url(answers, decisions), meta)


@lru_cache(maxsize=32)
def _decisions(referee: Referee) -> tuple[Integers, NDArray[np.bool_]]:
    """Return the likeliest class at each place of the map, (N,), and which are as likely, (N, K)."""
    places = places_of(*_grid(referee.polynomials, referee.x_range))
    probabilities = of_referee(referee, places)
    highest = probabilities.max(axis=1, keepdims=True)
    return read_only((probabilities.argmax(axis=1), probabilities >= EQUALLY_LIKELY * highest))


def _map(
    probabilities_of: Probabilities,
    polynomials: tuple[Polynomial, ...],
    x_range: tuple[float, float],
) -> go.Figure:
    x, y = _grid(polynomials, x_range)
    probabilities = probabilities_of(places_of(x, y)).reshape(ROWS, COLUMNS, -1)
    meta = {"alt": plane_map(polynomials, x, y, probabilities)}
    return _with_regions(polynomials, x_range, regions_url(probabilities), meta)


def _with_regions(
    polynomials: tuple[Polynomial, ...], x_range: tuple[float, float], url: str, meta: dict[str, Any]
) -> go.Figure:
    # the curves cost more than the network: they are made once, and only the regions change as it learns
    figure = _without_regions(polynomials, x_range)
    [image] = figure["layout"]["images"]
    layout = figure["layout"] | {"images": [image | {"source": url}], "meta": meta}
    return unchecked({"data": figure["data"], "layout": layout})


@lru_cache(maxsize=32)
def _without_regions(polynomials: tuple[Polynomial, ...], x_range: tuple[float, float]) -> dict[str, Any]:
    x, y = _grid(polynomials, x_range)
    nothing_known = np.full((ROWS, COLUMNS, len(polynomials)), 1 / len(polynomials))
    figure: dict[str, Any] = map_figure(polynomials, x, y, nothing_known).to_dict()
    return figure


@lru_cache(maxsize=32)
def _grid(polynomials: tuple[Polynomial, ...], x_range: tuple[float, float]) -> tuple[Floats, Floats]:
    x = np.linspace(*x_range, COLUMNS)
    return read_only((x, np.linspace(*plane_range(polynomials, x_range), ROWS)))


def places_of(x: Floats, y: Floats) -> Floats:
    """Return the places (len(y)·len(x), 2) of a grid, row by row, the first y first."""
    return np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
