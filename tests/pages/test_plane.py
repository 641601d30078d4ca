"""The map of a model: its regions are those of its predictions, and it is drawn once for each model."""

import numpy as np

import polycore as pc
from pages.plane import plane
from pages.plane.scene import of_polynomials
from polycore import figures

EXPERIMENT = pc.Experiment(polynomials=(pc.Polynomial(1), pc.Polynomial(-1)), steps=200)
SCENE = of_polynomials(EXPERIMENT.polynomials, EXPERIMENT.x_range)


def referee_map(referee):
    return plane.referee_map(referee, of_polynomials(referee.polynomials, referee.x_range))


def model_difference(model, referee):
    scene = of_polynomials(referee.polynomials, referee.x_range)
    return plane.model_difference(model, referee, scene)


def test_a_map_is_drawn_once_for_a_model_and_another_model_has_another():
    run = pc.advance(pc.start(EXPERIMENT), 200)
    first = plane.model_map(run.best, SCENE)
    assert plane.model_map(run.best, SCENE) is first
    untrained = plane.model_map(pc.start(EXPERIMENT).best, SCENE)
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
    assert plane.model_map(model, SCENE).layout.images[0].source == figures.regions_url(probabilities)


LINES = (pc.Polynomial(1), pc.Polynomial(-1))


def always(label, polynomials):
    """Return a model without hidden layers whose bias alone decides, for class `label`."""
    biases = np.zeros((1, len(polynomials)))
    biases[0, label] = 5.0
    return pc.Model((np.zeros((2, len(polynomials))),), (biases,), 0.0, 1.0, polynomials)


def test_the_referees_map_is_drawn_once_and_has_the_nearer_line_everywhere():
    referee = pc.Referee(LINES, (-1, 1), 0.0)
    figure = referee_map(referee)
    assert referee_map(referee) is figure
    sure = np.zeros((plane.ROWS, plane.COLUMNS, 2))
    sure[plane.ROWS // 2 :, :, 0] = 1  # y = 0 is the border, and lies between two rows
    sure[: plane.ROWS // 2, :, 1] = 1
    assert figure.layout.images[0].source == figures.regions_url(sure)
    assert figure.layout.meta["alt"].endswith("; these are the referee's answers.")


def test_a_model_that_always_says_one_line_differs_on_half_of_the_plane():
    figure = model_difference(always(0, LINES), pc.Referee(LINES, (-1, 1), 0.5))
    assert figure.layout.meta["differing"] == 0.5
    assert (
        "50.0 % of the plane, most often where the network says 1 and the referee minus 1"
        in (figure.layout.meta["alt"])
    )
    network = np.zeros((plane.ROWS, plane.COLUMNS), dtype=int)
    referee = network.copy()
    referee[: plane.ROWS // 2] = 1
    assert figure.layout.images[0].source == figures.differences_url(network, referee)


def test_a_network_that_has_learned_differs_less():
    run = pc.start(EXPERIMENT)
    referee = pc.Referee.of(EXPERIMENT)
    early = model_difference(run.current, referee)
    late = model_difference(pc.advance(run, 200).current, referee)
    assert late.layout.meta["differing"] < early.layout.meta["differing"]


def test_at_a_crossing_each_of_the_two_curves_is_right():
    # x and x^2 meet at x = 1, the last column: there both are as near, elsewhere x^2 is nearer above halfway
    polynomials = (pc.Polynomial(1, 0), pc.Polynomial(1, 0, 0))
    figure = model_difference(always(1, polynomials), pc.Referee(polynomials, (0.25, 1), 0.0))
    x = np.linspace(0.25, 1, plane.COLUMNS)[:-1]
    y = np.linspace(*figures.plane_range(polynomials, (0.25, 1)), plane.ROWS)[:, np.newaxis]
    nearer_to_the_line = y > (x + x**2) / 2
    assert figure.layout.meta["differing"] == nearer_to_the_line.sum() / (plane.ROWS * plane.COLUMNS)


def test_a_map_whose_margin_exceeds_the_referees_limit_is_drawn():
    # up to 1e12 at x = 1000, with a margin above
    referee = pc.Referee((pc.Polynomial(1e6, 0, 0), pc.Polynomial(9e5, 0, 0)), (-1000, 1000), 0.0)
    figure = referee_map(referee)
    assert figure.layout.yaxis.range[1] > 1e12
    assert model_difference(always(0, referee.polynomials), referee).layout.meta["differing"] > 0
