"""A curve is moved up or down with the pointer: which one, by how much, and what is sent."""

import pytest

from tests.node import component, value_after

SCRIPT = component(
    *("polycore/web/label.js", "pages/plane/sketch.js", "pages/plane/legend.js", "pages/plane/lift.js")
)
# 400 by 400 pixels for x and y from -2 to 2, so that a pixel is 0.01; the curves are y = x and y = 1.
PAGE = """
const x = { _offset: 0, _length: 400, p2d: (right) => right / 100 - 2, d2p: (value) => 100 * (value + 2) };
const y = { _offset: 0, _length: 400, p2d: (down) => 2 - down / 100, d2p: (value) => 100 * (2 - value) };
const curve = (name, number, y) => ({ name, x: [-2, 0, 2], y, line: {}, meta: { curve: number } });
const data = [{}, curve("p0 = x", 0, [-2, 0, 2]), curve("p1 = 1", 1, [1, 1, 1])];
const lifted = [];
const chart = {
  stage: page,
  plot: new Element("div"),
  latest: { lifts: {}, figure: { data: data.map((trace) => ({ ...trace })) } },
  axes: () => ({ x, y }),
  pointAt: () => ({}),
  letGo() {},
  edited() {},
  lift: (moved) => lifted.push(moved),
};
const lift = new CurveLift(chart);
const pointer = (type, right, down, pointerType = "mouse", more = {}) =>
  happen(page, type, { clientX: right, clientY: down, pointerType, isPrimary: true, button: 0, ...more });
const values = () => chart.latest.figure.data.slice(1).map((trace) => trace.y);
const text = () => (lift.label.hidden ? null : lift.label.textContent);
"""
AT_REST = [[-2, 0, 2], [1, 1, 1]]


def after(events, result):
    return value_after(f"{SCRIPT}{PAGE}{events}", result)


def test_a_drag_moves_the_curve_in_steps_of_a_power_of_ten():
    # 400 pixels are 4.00: steps of 0.01 are the largest power of ten that has a hundred of them
    events = """pointer("pointerdown", 100, 300); const first = text();
pointer("pointermove", 100, 249.6); const during = [text(), values()];
pointer("pointerup", 100, 249.6);"""
    first, (said, moved), lifted, label = after(events, "[first, during, lifted, text()]")
    assert (first, said, label) == ("p0 = x: drag it up or down", "p0 = x, up by 0.500", None)
    assert moved == [pytest.approx([-1.5, 0.5, 2.5]), [1, 1, 1]]
    assert lifted == [{"curve": 0, "by": pytest.approx(0.5)}]


@pytest.mark.parametrize(
    "end",
    ["pointer('pointercancel', 100, 250);", "happen(window, 'blur');"],
    ids=["cancel", "the window is left"],
)
def test_a_drag_that_is_broken_off_moves_nothing(end):
    events = f"pointer('pointerdown', 100, 300); pointer('pointermove', 100, 250); {end}"
    assert after(events, "[values(), lifted, text()]") == [AT_REST, [], None]


def test_a_curve_that_is_pressed_and_not_moved_stays():
    assert after("pointer('pointerdown', 100, 300); pointer('pointerup', 100, 300);", "lifted") == []


# y = x passes (100, 300) at an angle of 45 degrees: 8 pixels above are 5.66 from it
@pytest.mark.parametrize(
    ("events", "name"),
    [
        pytest.param("pointer('pointerdown', 100, 300);", "p0 = x", id="on it"),
        pytest.param("pointer('pointerdown', 100, 292);", "p0 = x", id="5.7 pixels from it"),
        pytest.param("pointer('pointerdown', 100, 291);", None, id="6.4 pixels from it"),
        pytest.param("pointer('pointerdown', 297, 98);", "p1 = 1", id="the nearest of two"),
        pytest.param("pointer('pointerdown', 50, 105);", "p1 = 1", id="beside a level line"),
        pytest.param("hiddenCurves().toggle('p1 = 1'); pointer('pointerdown', 50, 100);", None, id="hidden"),
        pytest.param("pointer('pointerdown', 100, 300, 'mouse', { button: 2 });", None, id="another button"),
        pytest.param("chart.latest.lifts = null; pointer('pointerdown', 100, 300);", None, id="a map"),
        pytest.param("pointer('pointerdown', 100, 280, 'touch'); await wait(390);", None, id="a tap"),
        pytest.param(
            "pointer('pointerdown', 100, 280, 'touch'); await wait(410);",
            "p0 = x",
            id="a finger that is held",
        ),
        pytest.param(
            "pointer('pointerdown', 100, 280, 'touch'); pointer('pointermove', 100, 270, 'touch');"
            "await wait(410);",
            None,
            id="a finger that scrolls",
        ),
    ],
)
def test_the_pointer_takes(events, name):
    assert after(events, "text()") == (name and f"{name}: drag it up or down")


def test_a_curve_that_has_gone_from_the_figure_is_let_go_and_one_that_was_drawn_anew_stays_where_it_is_held():
    events = """pointer("pointerdown", 100, 300); pointer("pointermove", 100, 250);
chart.latest.figure = { data: [...data] };
lift.renew(); const anew = values()[0];
chart.latest.figure = { data: [{}, curve("p0 = 2x", 0, [-4, 0, 4])] };
lift.renew(); pointer("pointerup", 100, 250);"""
    anew, gone, lifted = after(events, "[anew, values()[0], lifted]")
    assert anew == pytest.approx([-1.5, 0.5, 2.5])
    assert gone == [-4, 0, 4]
    assert lifted == []
