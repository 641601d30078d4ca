"""The sliders of a polynomial's coefficients: the curve follows, and many moves are one change to undo."""

import pytest

from pages.polynomials import change, sliders
from polycore import Polynomial
from tests.pages.browsing import opened, press, session_of

PAGE = "pages/1_polynomials.py"
WORDS = {"v": "1", "polynomials": "x~x^2", "range": "-2..2"}


def sliding():
    app = opened(PAGE, WORDS)
    app.segmented_control[0].set_value("Sliders").run()
    assert not app.exception
    return app


def move(app, label, value):
    [slider] = [slider for slider in app.slider if slider.label == label]
    slider.set_value(value).run()
    assert not app.exception
    return app


def polynomials(app):
    return session_of(app).experiment.polynomials


def test_a_slider_moves_its_coefficient_and_no_other():
    app = move(move(sliding(), "constant term", 1.5), "coefficient of x³", -2.0)
    assert polynomials(app) == (Polynomial(-2, 0, 1, 1.5), Polynomial(1, 0, 0))
    assert [slider.value for slider in app.slider] == [-2.0, 0.0, 1.0, 1.5]


def test_the_polynomial_that_is_chosen_shows_its_formula_and_stays_chosen():
    app = sliding()
    app.selectbox[0].set_value(1).run()
    move(app, "constant term", 0.5)
    assert app.selectbox[0].value == 1
    assert app.selectbox[0].options == ["p0 = x", "p1 = x² + 0.5"]
    assert polynomials(app)[1] == Polynomial(1, 0, 0.5)


def test_a_move_through_zero_keeps_the_sliders():
    app = move(move(sliding(), "coefficient of x", 0.0), "coefficient of x", -1.0)
    assert polynomials(app)[0] == Polynomial(-1, 0)
    assert len(app.slider) == 4


def test_many_moves_are_one_change_to_undo():
    app = sliding()
    for value in (0.5, 1.0, 1.5):
        move(app, "constant term", value)
    press(app, "Undo")
    assert polynomials(app) == (Polynomial(1, 0), Polynomial(1, 0, 0))
    assert session_of(app).last_of_polynomials is None


def test_undo_brings_the_sliders_back_as_well():
    app = move(sliding(), "constant term", 1.5)
    press(app, "Undo")
    assert [slider.value for slider in app.slider] == [0.0, 0.0, 1.0, 0.0]


def test_a_move_onto_another_polynomial_is_refused_and_changes_nothing():
    app = move(move(sliding(), "coefficient of x²", 1.0), "coefficient of x", 0.0)
    assert polynomials(app) == (Polynomial(1, 1, 0), Polynomial(1, 0, 0))
    assert any(change.REFUSED in text.value for text in app.markdown)


@pytest.mark.parametrize(("value", "reach"), [(0, 5), (5, 5), (-5.1, 10), (33, 40), (1e6, 1e6)])
def test_a_slider_reaches_beyond_its_value(value, reach):
    assert sliders.reach_of(value) == reach
