"""The sliders of a polynomial's coefficients: the curve follows, and many moves are one change to undo."""

import pytest

from pages.polynomials import change, sliders
from pages.state import session
from pages.state.session_value import Session
from pages.state.setup import Setup
from polycore import Experiment, PolycoreError, Polynomial
from tests.pages.browsing import labelled, opened, press, session_of

X, SQUARE = Polynomial(1, 0), Polynomial(1, 0, 0)


@pytest.fixture
def curves(in_session):
    in_session(Session(setup=Setup(Experiment(polynomials=(X, SQUARE), x_range=(-2, 2)))))


def test_a_curve_is_chosen_moved_and_moved_back():
    app = opened("pages/1_polynomials.py", {"v": "1", "polynomials": "x~x^2", "range": "-2..2"})
    app.segmented_control[0].set_value("Sliders").run()
    app.selectbox[0].set_value(1).run()
    for value in (0.25, 0.5):
        labelled(app.select_slider, "constant term").set_value(value).run()
        assert not app.exception
    assert (app.selectbox[0].value, app.selectbox[0].options) == (1, ["p0 = x", "p1 = x² + 0.5"])
    assert session_of(app).experiment.polynomials == (X, Polynomial(1, 0, 0.5))
    press(app, "Undo")
    assert session_of(app).experiment.polynomials == (X, SQUARE)
    assert [slider.value for slider in app.select_slider] == [0.0, 1.0, 0.0, 0.0]
    assert app.select_slider[0].options[:2] == ["\N{MINUS SIGN}5", "\N{MINUS SIGN}4.95"]
    # without x² it would be p0 again
    labelled(app.select_slider, "coefficient of x").set_value(1.0).run()
    labelled(app.select_slider, "coefficient of x²").set_value(0.0).run()
    assert session_of(app).experiment.polynomials == (X, Polynomial(1, 1, 0))
    assert any(change.REFUSED in text.value for text in app.markdown)


@pytest.mark.usefixtures("curves")
def test_a_slider_moves_its_coefficient_and_no_other():
    sliders.move(0, 0, 1.5)
    sliders.move(0, 3, -2.0)
    assert change.present() == (Polynomial(-2, 0, 1, 1.5), SQUARE)
    assert [sliders.shown(0, power) for power in (3, 2, 1, 0)] == [-2.0, 0.0, 1.0, 1.5]


@pytest.mark.usefixtures("curves")
def test_a_move_through_zero_keeps_the_polynomial():
    sliders.move(0, 1, 0.0)
    assert change.present() == (Polynomial(0), SQUARE)
    assert sliders.shown(0, 1) == 0.0
    sliders.move(0, 1, -1.0)
    assert change.present() == (Polynomial(-1, 0), SQUARE)


@pytest.mark.usefixtures("curves")
def test_moves_of_one_curve_in_a_row_are_one_change_to_undo():
    for value in (0.5, 1.0, 1.5):
        sliders.move(0, 0, value)
    sliders.move(1, 0, 9.0)
    session.bring_back_polynomials()
    assert change.present() == (Polynomial(1, 1.5), SQUARE)
    session.bring_back_polynomials()
    assert change.present() == (X, SQUARE)
    assert session.current().last_of_polynomials is None


@pytest.mark.usefixtures("curves")
def test_a_move_onto_another_polynomial_is_refused_and_changes_nothing():
    sliders.move(0, 2, 1.0)
    with pytest.raises(PolycoreError):
        sliders.move(0, 1, 0.0)
    assert change.present() == (Polynomial(1, 1, 0), SQUARE)


@pytest.mark.parametrize(("value", "reach"), [(1.234, 5), (5, 5), (-5.1, 10), (33, 40), (1e6, 1e6)])
def test_a_slider_reaches_beyond_its_value(value, reach):
    choices = sliders.choices_of(value)
    assert (choices[0], choices[-1], value in choices) == (-reach, reach, True)
