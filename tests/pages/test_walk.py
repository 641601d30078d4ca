"""The walk along a curve: the probabilities of network and Bayes classifier, and what moves the point."""

import math

import numpy as np
import pytest

import polycore as pc
from pages.models import model_in_use
from pages.models.point_choices import AskedPoint
from pages.plane import referee
from pages.plane.scene import of_polynomials
from pages.predict import asked_point, curve_walk
from pages.predict.prediction import Prediction
from pages.state.kept_models import Kept, KeptModels
from pages.state.session_value import Session
from pages.state.setup import Setup
from pages.state.view import PointInputs, View
from tests.pages.browsing import behind, click, drawn, labelled, opened, session_of, widget_states

PREDICT = "pages/4_predict.py"
# within the range, x and x^2 meet at 0 and 1, x and -1 at -1
LINE, PARABOLA, FLAT = pc.Polynomial(1, 0), pc.Polynomial(1, 0, 0), pc.Polynomial(-1)
THREE = (LINE, PARABOLA, FLAT)
RANGE = (-2.0, 2.0)
START = 0.5  # the x of the point at first


def network():
    rng = np.random.default_rng(3)
    weights = (rng.normal(size=(2, 5)), rng.normal(size=(5, 3)))
    biases = (rng.normal(size=(1, 5)), rng.normal(size=(1, 3)))
    return pc.Model(weights, biases, 0.5, 0.5, THREE)


def along(model, referee, curve):
    return curve_walk.along(model, referee, of_polynomials(referee.polynomials, referee.x_range), curve)


def test_the_probabilities_are_the_networks_at_points_on_the_curve():
    model = network()
    walk = along(model, referee.of(THREE, RANGE, 0.1), 1)
    assert (walk.x[0], walk.x[-1]) == RANGE
    assert 200 <= len(walk.x) <= 400
    assert (np.diff(walk.x) > 0).all()
    for position in range(0, len(walk.x), 23):
        x = walk.x[position]
        [expected] = model.predict_proba([[x, x * x]])
        np.testing.assert_allclose(walk.probabilities[position], expected, rtol=1e-12)


def test_crossings_have_the_names_of_the_other_curves():
    walk = along(network(), referee.of(THREE, RANGE, 0.0), 0)
    assert [(crossing.x, crossing.names) for crossing in walk.met] == [
        (pytest.approx(-1), "p2"),
        (pytest.approx(0, abs=1e-12), "p1"),
        (pytest.approx(1), "p1"),
    ]


def test_three_curves_that_meet_in_one_point_are_named_together():
    three = (pc.Polynomial(1, 0), pc.Polynomial(-1, 0), pc.Polynomial(2, 0))
    walk = along(network().with_polynomials(three), referee.of(three, RANGE, 0.0), 1)
    assert [crossing.names for crossing in walk.met] == ["p0, p2"]


def test_without_noise_the_bayes_classifier_is_certain_except_at_crossings():
    walk = along(network(), referee.of(THREE, RANGE, 0.0), 0)
    at_crossings = np.isin(walk.x, [crossing.x for crossing in walk.met])
    assert walk.referee[at_crossings].tolist() == [0.5, 0.5, 0.5]
    assert (walk.referee[~at_crossings] == 1).all()


def test_with_noise_the_bayes_classifier_weighs_the_distances():
    walk = along(network(), referee.of(THREE, RANGE, 0.5), 0)
    for position in range(0, len(walk.x), 31):
        x = float(walk.x[position])
        # on the line itself: its density is 1, those of the others exp(-d^2 / 2 / 0.25)
        others = math.exp(-2 * (x * x - x) ** 2) + math.exp(-2 * (-1 - x) ** 2)
        assert walk.referee[position] == pytest.approx(1 / (1 + others))


def test_values_too_large_for_the_bayes_classifier_have_no_probability():
    steep = (pc.Polynomial(1e6, *[0.0] * 12), pc.Polynomial(0), pc.Polynomial(1))
    walk = along(network().with_polynomials(steep), referee.of(steep, (-10.0, 10.0), 0.0), 0)
    # 1e6 x^12 exceeds 1e12 if x^12 exceeds 1e6: beyond the square root of 10
    assert (np.isnan(walk.referee) == (np.abs(walk.x) > math.sqrt(10))).all()
    assert walk.probabilities.sum(axis=1) == pytest.approx(1)


def test_a_walk_is_computed_once_for_a_model():
    model, best = network(), referee.of(THREE, RANGE, 0.1)
    assert along(model, best, 2) is along(model, best, 2)
    assert along(network(), best, 2) is not along(model, best, 2)


@pytest.mark.parametrize("x", [-2.0, -1.5, 2.0])
def test_a_point_in_the_range_is_marked_with_its_probability_of_the_curve(x):
    model, best = network(), referee.of(THREE, RANGE, 0.0)
    mark = curve_walk.chart(model, best, of_polynomials(THREE, RANGE), 1, x)["data"][-1]
    [shares] = model.predict_proba([[x, x * x]])
    assert (mark["mode"], mark["x"][0], mark["y"][0]) == ("markers", x, pytest.approx(100 * shares[1]))


def test_a_point_outside_the_range_is_not_marked():
    chart = curve_walk.chart(network(), referee.of(THREE, RANGE, 0.0), of_polynomials(THREE, RANGE), 1, 2.001)
    assert chart["data"][-1]["mode"] == "text"  # the last trace has the names


@pytest.mark.parametrize(
    ("x", "shown"),
    [
        # a step is 4 / 200
        pytest.param(0.753, 0.76, id="between two steps"),
        pytest.param(-1.5, -1.5, id="on a step"),
        pytest.param(7.0, 2.0, id="beyond its end"),
        pytest.param(-1e308, -2.0, id="farther out than steps can be counted"),
    ],
)
def test_the_slider_is_at_the_nearest_step_of_the_range(x, shown):
    assert curve_walk.on_slider(RANGE, x) == pytest.approx(shown)


# --- on the page ------------------------------------------------------------------------------


def on_a_curve():
    """Return Predict with the network, and a point on the parabola."""
    experiment = pc.Experiment(polynomials=THREE, x_range=RANGE)
    models = KeptModels((Kept("Run 1", network(), experiment),), "Run 1")
    view = View(point_inputs=PointInputs(way=asked_point.ON_CURVE, curve=1, x=START))
    return opened(PREDICT, {}, Session(setup=Setup(experiment), models=models, view=view))


def slider(app):
    [widget] = app.slider
    return widget


def marked(app):
    """Return the x that is marked on the walk, and the point that is marked on the map."""
    walked, seen = drawn(app, curve_walk.CHART_KEY).data[-1], drawn(app, "predict.map").data[-1]
    return walked.x[0], (seen.x[0], seen.y[0])


def test_the_slider_runs_over_the_range_and_moves_the_point_on_map_and_chart():
    app = on_a_curve()
    assert (slider(app).min, slider(app).max) == RANGE
    slider(app).set_value(-1.5)
    shown = widget_states(app)
    app.run()
    assert not app.exception
    for _ in range(2):
        assert slider(app).value == labelled(app.number_input, "x").value == -1.5
        assert marked(app) == (-1.5, (-1.5, 2.25))
        behind(app, shown)  # a browser that missed the x beside it


def test_a_typed_x_moves_the_slider_at_most_to_its_end():
    app = on_a_curve()
    labelled(app.number_input, "x").set_value(7.0)
    shown = widget_states(app)
    app.run()
    for _ in range(2):
        assert (slider(app).value, labelled(app.number_input, "x").value) == (2.0, 7.0)
        behind(app, shown)  # a browser that missed the slider


def test_moving_one_input_does_not_replace_the_others():
    app = on_a_curve()
    ids = {widget.label: widget.id for widget in [slider(app), *app.button_group, *app.selectbox]}
    slider(app).set_value(-1.5).run()
    slider(app).set_value(-1.48).run()
    same = {widget.label: widget.id for widget in [slider(app), *app.button_group, *app.selectbox]}
    assert same == ids
    x = labelled(app.number_input, "x")
    x.set_value(0.3).run()
    assert labelled(app.number_input, "x").id == x.id


def test_a_browser_that_rounds_the_slider_to_its_grid_does_not_move_the_point():
    app = on_a_curve()
    labelled(app.number_input, "x").set_value(0.753).run()
    slider(app).set_value(slider(app).value + 1e-9).run()
    assert session_of(app).view.point_inputs.x == 0.753
    # a step of the slider is 4 / 200
    slider(app).set_value(0.78).run()
    assert session_of(app).view.point_inputs.x == 0.78


def test_a_click_on_the_chart_moves_the_point_and_another_way_has_no_walk():
    app = click(on_a_curve(), curve_walk.CHART_KEY, -0.123456789, 55.0)
    after = session_of(app).view.point_inputs
    assert (after.way, after.curve, after.x) == (asked_point.ON_CURVE, 1, -0.1235)
    labelled(app.button_group, "Point").set_value(asked_point.ANY).run()
    assert not app.slider
    labelled(app.button_group, "Point").set_value(asked_point.ON_CURVE).run()
    assert slider(app).value == pytest.approx(-0.12)  # the step nearest to where the point was


def test_a_point_on_no_chosen_curve_has_no_walk():
    kept = Kept("Run 1", network(), pc.Experiment(polynomials=THREE, x_range=RANGE))
    assert Prediction(kept, AskedPoint(START, START**2)).walk is None
    assert Prediction(kept, AskedPoint(START, START**2, curve=1)).walk is not None


def test_polynomials_too_large_for_the_referee_have_no_walk():
    three = (pc.Polynomial(1e7, 0), pc.Polynomial(1, 0, 0), pc.Polynomial(-1))
    kept = Kept("a", network().with_polynomials(three), None)
    assert model_in_use.referee_of(kept) is None
    assert model_in_use.referee_of(Kept("b", network(), None)).noise == 0
