"""The map of a model by one call: its colors, its curves, and the part of the plane."""

from dataclasses import replace

import numpy as np
import pytest

import polycore as pc
from polycore.figures import plane_range
from polycore.figures.images import regions_url
from tests.runs import OWN, TINY

MODEL = pc.advance(pc.start(TINY), 30).best


def regions(model, x_range, y_range):
    grid = np.stack(np.meshgrid(np.linspace(*x_range, 120), np.linspace(*y_range, 90)), axis=-1)
    return regions_url(model.predict_proba(grid.reshape(-1, 2)).reshape(90, 120, -1))


def test_the_map_of_a_model_is_that_of_its_answers_over_its_own_range():
    figure = pc.figures.map_of(MODEL)
    y_range = plane_range(TINY.polynomials, TINY.x_range)
    assert figure.layout.images[0].source == regions(MODEL, TINY.x_range, y_range)
    assert figure.layout.xaxis.range == TINY.x_range
    assert figure.layout.yaxis.range == pytest.approx(y_range)
    assert figure.layout.meta["alt"]


def test_another_part_of_the_plane_may_be_chosen():
    figure = pc.figures.map_of(MODEL, x_range=(0, 3), y_range=(-2, 5))
    assert figure.layout.images[0].source == regions(MODEL, (0, 3), (-2, 5))
    assert (figure.layout.xaxis.range, figure.layout.yaxis.range) == ((0, 3), (-2, 5))


def test_a_model_of_own_points_has_their_window_and_no_curves():
    model = pc.advance(pc.start(OWN), 5).best
    figure = pc.figures.map_of(model)
    assert (figure.layout.xaxis.range, figure.layout.yaxis.range) == model.window
    assert [trace.name for trace in figure.data if trace.x is not None and len(trace.x) > 1] == []


def test_without_known_classes_the_plane_goes_from_minus_one_to_one():
    figure = pc.figures.map_of(replace(MODEL, polynomials=(), metadata={}))
    assert (figure.layout.xaxis.range, figure.layout.yaxis.range) == ((-1, 1), (-1, 1))
    assert figure.layout.images[0].source == regions(MODEL, (-1, 1), (-1, 1))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"model": TINY}, "model: got an Experiment; expected a Model"),
        ({"x_range": (1, 1)}, "x_range: got"),
        ({"y_range": (0, float("nan"))}, "y_range: got"),
    ],
)
def test_what_is_no_model_or_no_range_is_named(arguments, message):
    with pytest.raises(pc.PolycoreError, match=message):
        pc.figures.map_of(**{"model": MODEL} | arguments)


def test_an_unknown_name_of_the_package_is_an_attribute_error():
    with pytest.raises(AttributeError, match="module 'polycore' has no attribute 'figure'"):
        pc.figure  # noqa: B018
