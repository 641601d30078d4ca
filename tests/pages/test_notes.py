"""What stands on a map beside its curves: within the plane, over nothing else, and as each frame has it."""

import json

import numpy as np
import pytest

from tests.node import scripts, value_after

# What the notes use of a browser and of the other scripts. A letter is 8 pixels wide.
BROWSER = """
const nothing = () => {};
class Element {
  parts = [];
  style = {};
  classList = { toggle: nothing };
  attributes = {};
  get textContent() {
    return this.parts.map((part) => part.textContent ?? part).join("");
  }
  get childNodes() {
    return this.parts;
  }
  get children() {
    return this.parts;
  }
  get firstChild() {
    return this.parts[0];
  }
  get offsetWidth() {
    return 24 + 8 * Math.max(0, ...this.parts.map((part) => (part.textContent ?? part).length));
  }
  get offsetHeight() {
    return 24;
  }
  append(...more) {
    this.parts.push(...more);
  }
  prepend(...more) {
    this.parts.unshift(...more);
  }
  replaceChildren(...all) {
    this.parts = all;
  }
  remove() {}
  setAttribute(name, value) {
    this.attributes[name] = value;
  }
  cloneNode() {
    return new Element();
  }
}
const element = (tag, attributes, ...parts) => Object.assign(new Element(), { attributes, parts });
const drawing = () => Object.assign(new Element(), { parts: [new Element()] });
const isCurve = ({ meta }) => meta?.curve !== undefined;
const hidden = { names: new Set() };
const [hiddenCurves, sampleOf, numbers] = [() => hidden, () => "", (values) => values];
const TOUCH = { matches: false };
"""
SCRIPT = scripts("pages/plane/notes.js")
X = np.linspace(-1, 1, 61)
CURVES = {"y = x": X, "y = -x^2 + 1": 1 - X**2, "y = x^2 - 1": X**2 - 1}
# a plane of 800 by 500 pixels unless a test has another, from (60, 10): x from -1 to 1, y from -1.25 to 1.25
PLANE = """
const geometry = {
  left: 60, top: 10, width: WIDTH, height: HEIGHT,
  x(value) { return this.left + (this.width * (value + 1)) / 2; },
  y(value) { return this.top + (this.height * (1.25 - value)) / 2.5; },
};
const stage = Object.assign(new Element(), { clientHeight: 560, querySelector: () => null });
const chart = { stage, root: new Element() };
const notes = new Notes(chart);
notes.show({ notes: NOTES, figure: { data: DATA } });
notes.place(geometry);
const boxOf = ({ label }) => {
  const [left, top] = [parseFloat(label.style.left), parseFloat(label.style.top)];
  return [left, top, left + label.offsetWidth, top + label.offsetHeight];
};
const shown = notes.names.filter(({ label }) => !label.hidden);
const told = () => notes.card.childNodes.map((line) => line.textContent);
"""


def placed(value, then="", point=(0.35, 0.4), answer=None, width=800, height=500, curves=None):
    curves = CURVES if curves is None else curves
    traces = [
        {"name": name, "x": X.tolist(), "y": y.tolist(), "line": {}, "meta": {"curve": index}}
        for index, (name, y) in enumerate(curves.items())
    ]
    notes = {
        "caption": ["The network learns from these points.", "Color: the right answer."],
        "names": [*curves],
        "point": point,
        "question": "On which curve?",
        "try_next": "any point to ask",
        "tries": ["any point to ask", "far away"],
        "answer": answer,
    }
    plane = PLANE.replace("WIDTH", str(width)).replace("HEIGHT", str(height))
    plane = plane.replace("NOTES", json.dumps(notes))
    return value_after(f"{BROWSER}{SCRIPT}{plane.replace('DATA', json.dumps(traces))}{then}", value)


def overlap(one, other):
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


@pytest.mark.parametrize("width", [pytest.param(800, id="desk"), pytest.param(300, id="phone")])
@pytest.mark.parametrize("point", [(0.35, 0.4), (0.9, -1.1), (-0.95, 1.2), (0.0, 0.0)])
def test_names_and_card_are_on_the_plane_and_apart(point, width):
    x, y = point
    room = f"notes.placeCard(geometry, geometry.x({x}), geometry.y({y}))[0]"
    names, card = placed(f"[shown.map(boxOf), Object.values({room})]", point=point, width=width)
    boxes = [*names, card]
    assert len(names) == len(CURVES)
    for number, box in enumerate(boxes):
        assert box[0] >= 60
        assert box[2] <= 60 + width
        assert box[1] >= 10
        assert box[3] <= 510
        assert not any(overlap(box, other) for other in boxes[:number])


@pytest.mark.parametrize("y", [-1.2, -0.4, 0.3, 1.2])
def test_on_the_low_plane_of_a_small_phone_the_card_does_not_cover_its_point(y):
    room = f"notes.placeCard(geometry, geometry.x(0.25), geometry.y({y}))[0]"
    _, top, _, bottom = placed(f"Object.values({room})", point=(0.25, y), width=260, height=208)
    down = 10 + 208 * (1.25 - y) / 2.5
    assert top >= 10
    assert bottom <= 218
    assert not top - 10 < down < bottom + 10  # a ring has a radius of some 8 pixels


@pytest.mark.parametrize(("width", "height"), [(260, 230), (300, 260), (320, 300)])
def test_on_a_phone_a_name_without_free_room_chooses_first_so_that_none_is_below_the_answer(width, height):
    answer = {"says": "y = x", "sure": "99\u00a0% sure", "verdict": "", "right": "", "color": "", "aside": ""}
    then = """Object.defineProperty(notes.card, "offsetHeight", { value: 92 });
notes.isPlaced = false;
notes.plane = null;
notes.place(geometry);
const [room] = notes.placeCard(geometry, geometry.x(0.35), geometry.y(0.38));
"""
    boxes = "[...shown.map(boxOf), Object.values(room)]"
    found = placed(boxes, then, point=(0.35, 0.38), answer=answer, width=width, height=height)
    assert len(found) == 1 + len(CURVES)
    for number, box in enumerate(found):
        assert not any(overlap(box, other) for other in found[:number])


def test_each_name_is_beside_its_own_curve_and_on_no_other():
    names = placed("shown.map(boxOf)")
    for own, (box, values) in enumerate(zip(names, CURVES.values(), strict=True)):
        across, down = 60 + 400 * (X + 1), 10 + 200 * (1.25 - values)
        beside = (across >= box[0]) & (across <= box[2])
        gap = np.minimum(abs(down[beside] - box[1]), abs(down[beside] - box[3])).min()
        assert gap < 12
        for other, others in enumerate(CURVES.values()):
            there = 10 + 200 * (1.25 - others)[beside]
            assert other == own or not ((there > box[1]) & (there < box[3])).any()


def test_the_question_becomes_the_answer_of_each_frame():
    answer = {
        "says": "y = x",
        "sure": "67\u00a0% sure",
        "verdict": "\N{MULTIPLICATION SIGN} wrong",
        "right": "y = x^2 - 1",
        "color": "#00f",
        "aside": "",
    }
    later = answer | {"sure": "90\u00a0% sure", "verdict": "", "right": ""}
    first, second, third = placed(
        "[first, second, told()]",
        f"const first = told(); notes.take({{ marked: {json.dumps(answer)} }}); const second = told();"
        f"notes.take({{}}); notes.take({{ marked: {json.dumps(later)} }});",
    )
    assert first == ["On which curve?"]
    assert second == [
        "The network says",
        "y =\u00a0x",
        "67\u00a0% sure\u2002\N{MULTIPLICATION SIGN} wrong",
        "Right answer: y = x^2 - 1",
    ]
    assert third == ["The network says", "y =\u00a0x", "90\u00a0% sure", "Click any point to ask."]


def test_the_caption_is_above_the_plane_and_gone_without_notes():
    then = "notes.show({ notes: null, figure: { data: [] } });"
    caption = "[notes.caption.textContent, chart.root.childNodes[0] === notes.caption, notes.caption.hidden]"
    words = "The network learns from these points. Color: the right answer."
    assert placed(caption) == [words, True, False]
    assert placed(caption, then)[2] is True


def test_what_is_to_be_known_of_a_far_point_takes_the_place_of_the_hint():
    far = {
        "says": "y = x",
        "sure": "90\u00a0% sure",
        "verdict": "",
        "right": "",
        "color": "#00f",
        "aside": "It saw no points here: do not trust it.",
    }
    assert placed("told()", answer=far)[-1] == far["aside"]


def test_a_point_out_of_sight_has_no_card():
    assert placed("[notes.card.hidden, notes.arrow.style.display]", point=(3, 0)) == [True, "none"]


def test_the_name_of_a_hidden_curve_is_hidden():
    then = 'hidden.names.add("y = x"); notes.place(geometry);'
    assert placed("notes.names.map(({ label }) => label.hidden)", then) == [True, False, False]


def test_many_curves_are_named_in_the_legend():
    many = {f"y = {height}": np.full_like(X, height / 10) for height in range(7)}
    assert placed("notes.names.length", curves=many) == 0
    assert placed("notes.names.length") == 3


def test_nothing_jumps_by_what_plotly_and_a_sketch_differ_in():
    places = "[notes.card, ...notes.names.map(({ label }) => label)].map(({ style }) => ({ ...style }))"
    then = f"const before = {places}; notes.place({{ ...geometry, left: 61, width: geometry.width - 1 }});"
    before, after = placed(f"[before, {places}]", then)
    assert before == after


def test_names_keep_their_places_when_another_point_is_asked_and_those_in_its_way_are_hidden():
    state = "notes.names.map(({ label }) => [label.style.left, label.style.top, label.hidden])"
    then = f"""
const before = {state};
const covers = ([x, y]) => {{
  const {{ left, top, right, bottom }} = notes.placeCard(geometry, geometry.x(x), geometry.y(y))[0];
  const meets = (box, [a, b, c, d]) => a < box[2] && box[0] < c && b < box[3] && box[1] < d;
  const [x0, y0] = [geometry.x(x), geometry.y(y)]; // of a ring with an arrow's room around it
  const taken = [[left, top, right, bottom], [x0 - 15, y0 - 15, x0 + 15, y0 + 15]];
  return shown.map(boxOf).map((box) => taken.some((one) => meets(box, one)));
}};
const markAt = (i) => [-0.95 + 0.1 * (i % 20), -1.2 + 0.12 * Math.floor(i / 20)];
const marks = Array.from({{ length: 400 }}, (_, i) => markAt(i));
const point = marks.find((mark) => covers(mark)[0]);
const covered = covers(point);
const [first, traces] = [notes.notes.point, notes.names.map(({{ trace }}) => trace)];
const ask = (at) => notes.show({{ notes: {{ ...notes.notes, point: at }}, figure: {{ data: traces }} }});
ask(point);
const during = {state};
ask(first);
"""
    before, covered, during, after = placed(f"[before, covered, during, {state}]", then)
    assert [hidden for *_, hidden in before] == [False, False, False]
    assert covered[0]
    assert [hidden for *_, hidden in during] == covered
    assert [place[:2] for place in during] == [place[:2] for place in before]
    assert after == before


def test_a_curve_with_samples_on_the_plane_is_named_once():
    then = """
const lines = notes.names.map(({ trace }) => trace);
const samples = lines.map(({ line, ...rest }) => ({ ...rest, marker: {} }));
notes.show({ notes: notes.notes, figure: { data: [...lines, ...samples] } });
"""
    assert placed("notes.names.map(({ trace }) => Boolean(trace.line))", then) == [True, True, True]


def test_a_long_formula_breaks_before_a_term():
    answer = {"says": "y = −2x⁴ − 3x³ + 1", "sure": "", "verdict": "", "right": "", "color": "", "aside": ""}
    assert placed("told()[1]", answer=answer) == "y =\u00a0−2x⁴ −\u00a03x³ +\u00a01"
