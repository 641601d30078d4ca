"""The map of a model: its regions are those of its predictions, and it is made once for each model."""

import numpy as np

import polycore as pc
from pages.parts import plane
from polycore import figures

EXPERIMENT = pc.Experiment(polynomials=(pc.Polynomial(1), pc.Polynomial(-1)), steps=200)


def test_a_map_is_made_once_for_a_model_and_another_model_has_another():
    run = pc.advance(pc.start(EXPERIMENT), 200)
    first = plane.model_map(run.best, (-1, 1))
    assert plane.model_map(run.best, (-1, 1)) is first
    untrained = plane.model_map(pc.start(EXPERIMENT).best, (-1, 1))
    assert untrained.layout.images[0].source != first.layout.images[0].source
    assert untrained.layout.meta["alt"] != first.layout.meta["alt"]


def test_the_regions_are_those_of_the_models_probabilities():
    # y = 1 and y = -1: whoever learned them says the first above the x axis and the second below it
    model = pc.advance(pc.start(EXPERIMENT), 200).best
    low, high = figures.plane_range(model.polynomials, (-1, 1))
    y = np.linspace(low, high, plane.ROWS)
    x = np.linspace(-1, 1, plane.COLUMNS)
    points = np.array([(a, b) for b in y for a in x])
    probabilities = model.predict_proba(points).reshape(plane.ROWS, plane.COLUMNS, 2)
    assert (probabilities[-1].argmax(axis=1) == 0).all()
    assert (probabilities[0].argmax(axis=1) == 1).all()
    assert plane.model_map(model, (-1, 1)).layout.images[0].source == figures.regions_url(probabilities)
