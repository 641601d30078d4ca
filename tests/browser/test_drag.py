"""Dragging a curve on the plane of the Polynomials page."""

import pytest
from playwright.sync_api import expect

from pages.polynomials import editor
from pages.polynomials.plot import NOT_MOVED
from tests.browser.dashboard import PHONE
from tests.browser.touch_screen import touch_screen

WORDS = "?v=1&polynomials=x~x%5E2&range=-2..2&hidden=12"
PLOT = ".st-key-polynomials-plot .js-plotly-plot"


def place_on(plot, x, y):
    """Return where (x, y) of the plane is on the page, from what Plotly says of its axes."""
    return plot.evaluate(
        """(plot, [x, y]) => {
          const { xaxis, yaxis } = plot._fullLayout;
          const { left, top } = plot.getBoundingClientRect();
          return [left + xaxis._offset + xaxis.d2p(x), top + yaxis._offset + yaxis.d2p(y)];
        }""",
        [x, y],
    )


def plot_of(visit, name):
    """Return the plot, once it has drawn the curve of that name as its second and the page rests."""
    plot = visit.page.locator(PLOT)
    plot.wait_for()
    visit.page.wait_for_function(
        "([plot, name]) => document.querySelector(plot)._fullData?.[1].name === name", arg=[PLOT, name]
    )
    visit.rest()
    return plot


def test_a_curve_is_dragged_up_and_its_constant_term_follows_but_onto_another_it_goes_back(visitor):
    visit = visitor().open(f"polynomials{WORDS}")
    assert_a_dragged_curve_changes_its_constant_term(visit)
    assert_a_curve_dragged_onto_another_goes_back(visit)


def assert_a_dragged_curve_changes_its_constant_term(visit):
    page = visit.page
    area, lines = page.get_by_role("textbox", name=editor.TEXT_LABEL), page.get_by_role("listitem")
    visit.fill(editor.TEXT_LABEL, "0.5(x+x)\n(x-1)(x+1)")
    visit.wait_for_words(polynomials="x~x^2-1")
    plot = plot_of(visit, "p1 = x² − 1")
    page.mouse.move(*place_on(plot, 0, -1))
    page.mouse.down()
    page.mouse.move(*place_on(plot, 0, 0))
    page.mouse.move(*place_on(plot, 0, 0.5))
    expect(page.get_by_text("p1 = x² − 1, up by 1.50")).to_be_visible()
    page.mouse.up()
    visit.wait_for_words(polynomials="x~x^2+0.5")
    expect(lines.filter(has_text="p1 = x² + 0.5").first).to_be_visible()
    expect(area).to_have_value("0.5(x+x)\nx^2 + 0.5")  # the other stays as it was typed
    page.get_by_role("button", name="Undo", exact=True).click()
    visit.wait_for_words(polynomials="x~x^2-1")
    # Undo replaces the area, a moment after the address: what is typed in the old one is lost (test_typed.py)
    expect(area).to_have_value("0.5(x+x)\nx^2 - 1")


def assert_a_curve_dragged_onto_another_goes_back(visit):
    visit.fill(editor.TEXT_LABEL, "x\nx+1")
    visit.wait_for_words(polynomials="x~x+1")
    page, plot = visit.page, plot_of(visit, "p1 = x + 1")
    page.mouse.move(*place_on(plot, 1, 2))
    page.mouse.down()
    page.mouse.move(*place_on(plot, 1, 1.5))
    page.mouse.move(*place_on(plot, 1, 1))
    page.mouse.up()
    page.get_by_text(NOT_MOVED).wait_for()
    visit.wait_until(lambda: plot.evaluate("plot => plot._fullData[1].y[0]") == -1)
    assert visit.words()["polynomials"] == "x~x+1"


def test_a_finger_drags_a_curve_once_it_was_held_on_it(visitor):
    visit = visitor(PHONE)
    with touch_screen(visit.page) as finger:
        plot = plot_of(visit.open(f"polynomials{WORDS}"), "p1 = x²")
        plot.evaluate("plot => plot.scrollIntoView({ block: 'center' })")
        (x, y), (_, higher) = place_on(plot, 1.5, 2.25), place_on(plot, 1.5, 3.25)
        finger.put_down(x, y)
        visit.page.get_by_text("p1 = x²: drag it up or down").wait_for()
        finger.move_to(x, (y + higher) / 2)
        finger.move_to(x, higher)
        finger.lift()
        visit.wait_for_words(polynomials="x~x^2+1")


def test_after_an_edit_all_of_each_curve_is_seen_whatever_was_zoomed_in_on_before(visitor):
    visit = visitor().open("polynomials?v=1&polynomials=x~x%5E2&range=-1..1&hidden=12")
    page, plot = visit.page, plot_of(visit, "p1 = x²")
    page.mouse.move(*place_on(plot, -0.9, 0.3))
    page.mouse.down()
    page.mouse.move(*place_on(plot, 0, 0))
    page.mouse.move(*place_on(plot, 0.5, -0.5))
    page.mouse.up()
    visit.wait_until(lambda: axes_of(plot)[0][0] > -0.95)
    visit.fill(editor.TEXT_LABEL, "x-1\nx^2-3")
    plot_of(visit, "p1 = x² − 3")
    # y from -3 to 0, and 6 % of that height around it
    assert axes_of(plot) == [[-1, 1], [pytest.approx(-3.18), pytest.approx(0.18)]]


def axes_of(plot):
    return plot.evaluate("({ _fullLayout: { xaxis, yaxis } }) => [xaxis.range, yaxis.range]")
