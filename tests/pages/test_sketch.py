"""Points as they are drawn: each stroke is applied once, whatever a browser sends."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import polycore as pc
from pages.state.sketch import STEPS, Sketch, operations_in
from polycore.class_name import ClassName
from tests.node import scripts, value_after


def add(number, *places):
    return {"number": number, "add": [[f"a{number}.{index}", *place] for index, place in enumerate(places)]}


EMPTY = Sketch()
CORNERS = add(1, (0, 0, 0), (1000, 1000, 1), (500, 250, 0))


def keys(sketch):
    return [point.key for point in sketch.points]


def test_points_lie_on_the_grid_of_the_window():
    drawn = EMPTY.after("pen", [CORNERS])
    assert [(x, y, label) for _, x, y, label in drawn.points] == [(-1, -1, 0), (1, 1, 1), (0, -0.5, 0)]
    wide = Sketch(window=((10.0, 12.5), (-3.0, 0.0))).after("pen", [add(1, (1, 999, 0))])
    assert wide.points[0][1:] == (10.0025, -0.003, 0)


def test_a_stroke_that_is_sent_again_is_applied_once():
    once = EMPTY.after("pen", [CORNERS])
    assert once.after("pen", [CORNERS]) == once
    later = once.after("pen", [CORNERS, add(2, (1, 1, 1))])
    assert keys(later) == ["a1.0", "a1.1", "a1.2", "a2.0"]
    assert later.after("pen", [CORNERS]) == later


def test_another_pen_counts_from_one_again():
    drawn = EMPTY.after("pen", [CORNERS]).after("other", [{"number": 1, "erase": ["a1.1"]}])
    assert keys(drawn) == ["a1.0", "a1.2"]
    assert (drawn.pen, drawn.applied) == ("other", 1)


def test_what_was_erased_comes_back_exactly():
    data = pc.PointSet([[0.1234567, 2], [3, 4]], ["a", "b"])
    sketch = Sketch.of(data, None)
    erased = sketch.after("pen", [{"number": 1, "erase": ["p0"]}])
    assert keys(erased) == ["p1"]
    back = erased.after("pen", [{"number": 2, "restore": ["p0"]}])
    assert sorted(back.points) == sorted(sketch.points)
    assert back.erased == ()


@given(cuts=st.lists(st.integers(0, 6), max_size=5))
def test_it_does_not_matter_how_often_strokes_are_sent(cuts):
    strokes = [add(number, (number, number, number % 2)) for number in range(1, 5)]
    strokes += [{"number": 5, "erase": ["a2.0"]}, {"number": 6, "restore": ["a2.0"], "erase": ["a3.0"]}]
    at_once = EMPTY.after("pen", strokes)
    again = EMPTY
    for cut in [*cuts, 6]:
        again = again.after("pen", strokes[: max(cut, again.applied)])
    assert again == at_once


def test_points_that_cannot_be_trained_on_say_why():
    with pytest.raises(pc.PolycoreError, match="points: got none"):
        _ = EMPTY.data
    with pytest.raises(pc.PolycoreError, match="no point of class 1, 'B'"):
        _ = EMPTY.after("pen", [add(1, (0, 0, 0), (9, 9, 0))]).data
    assert EMPTY.after("pen", [CORNERS]).data == pc.PointSet([[-1, -1], [1, 1], [0, -0.5]], ["A", "B", "A"])


def test_a_class_less_loses_its_points():
    three = EMPTY.named([ClassName("a"), ClassName("b"), ClassName("c")])
    drawn = three.after("pen", [add(1, (0, 0, 0), (1, 1, 2))])
    assert keys(drawn.named([ClassName("a"), ClassName("d")])) == ["a1.0"]
    assert drawn.named([ClassName("x"), ClassName("y"), ClassName("z")]).points == drawn.points


def test_samples_are_moved_to_the_grid():
    points, labels = pc.Experiment().training_set()
    window = ((-1.0, 1.0), (-3.0, 3.0))
    sketch = Sketch.snapped(points[:50], labels[:50], ["x" * 50, "b"], window)
    assert len(sketch.points) == 50
    assert sketch.names == ("x" * 40, "b")
    inside = np.abs(points[:50, 1]) <= 3
    for (_, x, y, _), (true_x, true_y), is_inside in zip(sketch.points, points, inside, strict=False):
        assert abs(x - true_x) <= 2 / STEPS / 2 + 1e-9
        assert not is_inside or abs(y - true_y) <= 6 / STEPS / 2 + 1e-9


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        {},
        {"pen": 1, "operations": []},
        {"pen": "x" * 41, "operations": []},
        {"pen": "x", "operations": {}},
        {"pen": "x", "operations": [1]},
        {"pen": "x", "operations": [{"number": "1"}]},
        {"pen": "x", "operations": [{"number": True}]},
        {"pen": "x", "operations": [{"number": 1, "add": 1}]},
        {"pen": "x", "operations": [{"number": 1, "add": [["k", 0, 0]]}]},
        {"pen": "x", "operations": [{"number": 1, "add": [["k", 0, 1001, 0]]}]},
        {"pen": "x", "operations": [{"number": 1, "add": [["k", 0, -1, 0]]}]},
        {"pen": "x", "operations": [{"number": 1, "add": [["k", 0, 0.5, 0]]}]},
        {"pen": "x", "operations": [{"number": 1, "add": [["k", 0, 0, -1]]}]},
        {"pen": "x", "operations": [{"number": 1, "add": [[5, 0, 0, 0]]}]},
        {"pen": "x", "operations": [{"number": 1, "erase": [1]}]},
        {"pen": "x", "operations": [{"number": 1, "restore": "all"}]},
    ],
)
def test_what_no_script_of_ours_sends_changes_nothing(value):
    assert operations_in(value) is None


def test_what_our_script_sends_is_read():
    sent = {"pen": "1-2", "operations": [{**CORNERS, "erase": [], "restore": []}]}
    assert operations_in(sent) == ("1-2", sent["operations"])
    assert EMPTY.after(*operations_in(sent)).points == EMPTY.after("1-2", [CORNERS]).points


def test_a_point_of_a_class_that_is_gone_is_left_out():
    assert EMPTY.after("pen", [add(1, (0, 0, 5))]).points == ()


# --- the strokes as a browser sends them -----------------------------------------------------------

# What the plane uses of a browser: it is 1,000 pixels wide and high, and nothing is painted.
BROWSER = """
const nothing = () => {};
const element = () => ({
  dataset: {},
  style: {},
  setAttribute: nothing,
  append: nothing,
  prepend: nothing,
  remove: nothing,
  replaceChildren: nothing,
  addEventListener: nothing,
  setPointerCapture: nothing,
  getRootNode: () => ({}),
  getBoundingClientRect: () => ({ left: 0, top: 0 }),
  clientWidth: 0,
});
globalThis.document = { createElement: element };
globalThis.matchMedia = element;
globalThis.ResizeObserver = class { observe = nothing; disconnect = nothing; };
const keeping = nothing;
"""
PLANE = """
const sent = [];
const data = { names: ["A", "B"], colors: ["", ""], steps: 1000, most: 100, window: [[-1, 1], [-1, 1]] };
function opens() {
  const drawing = new Drawing(element());
  drawing.send = (drawn) => sent.push(structuredClone(drawn));
  drawing.plane = { left: 0, top: 0, width: 1000, height: 1000 };
  return drawing;
}
let drawing = opens();
drawing.pen = "pen";
const shows = (applied, points, pen = "pen") => drawing.show({ ...data, pen, applied, points });
const at = (clientX, clientY) => ({ button: 0, clientX, clientY });
const stroke = (...place) => (drawing.press(at(...place)), drawing.lift());
const keys = () => drawing.points.map(({ key }) => key);
const numbers = () => sent.map(({ operations }) => operations.map(({ number }) => number));
shows(0, [], "");
"""


def after_strokes(events, result):
    """Return the result once a user has drawn, and the page has shown what the server has."""
    return value_after(f"{BROWSER}{scripts('pages/data/draw_points.js')}{PLANE}{events}", result)


def test_strokes_in_quick_succession_are_all_kept_whichever_arrive():
    events = "stroke(100, 200); drawing.label = 1; stroke(300, 400); drawing.label = 0; stroke(900, 100);"
    sent = after_strokes(events, "sent")
    # 1,000 pixels are 2 wide; y grows upward
    expected = [("pen-1", -0.8, 0.6, 0), ("pen-2", -0.4, 0.2, 1), ("pen-3", 0.8, 0.8, 0)]
    for arrived in (sent, sent[1:], sent[2:], [sent[2], sent[0]]):
        sketch = EMPTY
        for one in arrived:
            sketch = sketch.after(*operations_in(one))
        assert [tuple(point) for point in sketch.points] == [pytest.approx(point) for point in expected]


@pytest.mark.parametrize(
    ("events", "shown", "sent"),
    [
        pytest.param(
            'stroke(100, 200); stroke(300, 400); shows(1, [["pen-1", -0.8, 0.6, 0]]); stroke(900, 100);',
            ["pen-1", "pen-2", "pen-3"],
            [[1], [1, 2], [2, 3]],
            id="the server has the first",
        ),
        pytest.param(
            'stroke(100, 200); shows(5, [["p0", 0, 0, 0]], "other"); stroke(300, 400);',
            ["p0", "pen-1", "pen-2"],
            [[1], [1, 2]],
            id="it has those of another pen",
        ),
        pytest.param(
            "stroke(100, 200); drawing.press(at(300, 400)); shows(1, []); drawing.lift();",
            ["pen-1", "pen-2"],
            [[1], [2]],
            id="the page comes during a stroke",
        ),
    ],
)
def test_a_stroke_is_shown_and_sent_again_until_the_server_has_applied_it(events, shown, sent):
    assert after_strokes(events, "[keys(), numbers()]") == [shown, sent]


def test_undo_takes_back_the_last_stroke_also_on_the_plane_that_is_drawn_next():
    events = """stroke(100, 200); drawing.erasing = true; stroke(105, 205); drawing.undo();
const back = keys();
shows(3, [["pen-1", -0.8, 0.6, 0]]);
drawing.end();
drawing = opens();
shows(3, [["pen-1", -0.8, 0.6, 0]]);
drawing.undo();"""
    back, left, erased = after_strokes(events, "[back, keys(), sent.at(-1).operations[0].erase]")
    assert (back, left, erased) == (["pen-1"], [], ["pen-1"])
