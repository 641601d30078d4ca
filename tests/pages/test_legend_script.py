"""The legend of a figure in a browser: what it hides, and what a file has of it."""

import pytest

from tests.node import component, value_after

SCRIPT = component("pages/plane/sketch.js", "pages/plane/legend.js")
# A letter is 8 pixels wide.
PAGE = """
globalThis.CSS = { escape: (text) => text };
const context = { measureText: (text) => ({ width: 8 * text.length }) };
const paper = Object.assign(new Element("canvas"), { getContext: () => context });
const create = document.createElement;
document.createElement = (tag) => (tag === "canvas" ? paper : create(tag));
const curve = (name, number) => ({ name, line: { color: "red" }, meta: { curve: number } });
const curves = [curve("p0 = x", 0), curve("p1 = 3", 1), curve("p2 = 5", 2)];
const samples = { name: "samples", marker: { color: "blue" } };
const legend = new Legend(page);
const shows = (data, showlegend = true, notes = null) =>
  legend.show({ figure: { data, layout: { showlegend } }, notes });
const entries = () => legend.list.children.map(({ children: [entry] }) => entry);
const states = () =>
  entries().map(({ tagName, attributes }) => tagName === "BUTTON" && attributes["aria-pressed"]);
"""


def after(events, result):
    return value_after(f"{SCRIPT}{PAGE}{events}", result)


def test_of_a_hidden_curve_neither_its_line_nor_its_part_of_the_pale_lines_is_drawn():
    # three pale lines of two points each are one trace
    events = """const pale = { meta: { casings: 3 }, y: [1, 2, 3, 4, 5, 6] };
const data = [pale, ...curves, samples];
const before = withoutHidden(data) === data;
hiddenCurves().toggle("p1 = 3");
const [lines, ...others] = withoutHidden(data);"""
    assert after(events, "[before, lines.y, others.map(({ visible }) => visible ?? true), pale.y]") == [
        True,
        [1, 2, None, None, 5, 6],
        [True, False, True, True],
        [1, 2, 3, 4, 5, 6],
    ]


def test_a_curve_is_called_as_beside_its_plane_and_hidden_by_its_own_name():
    events = """shows([...curves, samples], true, { names: ["y = x", "y = 3", "y = <i>5"] });
entries()[1].click();"""
    assert after(events, "[entries().map((entry) => entry.textContent), [...hiddenCurves().names]]") == [
        ["y = x", "y = 3", "y = <i>5", "samples"],
        ["p1 = 3"],
    ]


def test_a_press_on_an_entry_hides_its_curve_in_all_figures_and_another_shows_it():
    events = """shows([...curves, samples]);
const seen = [];
hiddenCurves().addEventListener("change", () => seen.push([...hiddenCurves().names]));
const press = () => entries()[1].click();
press(); shows([...curves, samples]); const during = states();
press(); shows([...curves, samples]);"""
    assert after(events, "[seen, during, states()]") == [
        [["p1 = 3"], []],
        ["true", "false", "true", False],  # nothing hides samples
        ["true", "true", "true", False],
    ]


@pytest.mark.parametrize(
    ("figure", "count"),
    [
        pytest.param("[...curves, samples]", 4, id="curves and samples"),
        pytest.param(
            "[...curves, { ...samples, showlegend: false }, { marker: {} }]", 3, id="what has no entry"
        ),
        pytest.param("[samples]", 0, id="no curve"),
        pytest.param("curves, false", 0, id="a figure without a legend"),
    ],
)
def test_a_figure_of_curves_has_entries(figure, count):
    assert after(f"shows({figure});", "[entries().length, legend.list.hidden]") == [count, count == 0]


def test_an_entry_keeps_the_focus_when_the_figure_is_drawn_again():
    events = "shows(curves); entries()[2].focus(); hiddenCurves().toggle('p0 = x'); shows(curves);"
    assert after(events, "document.activeElement === entries()[2]") is True


def test_in_a_file_entries_stand_side_by_side_below_the_plot_as_long_as_there_is_room():
    # An entry is 28 for its line, 6 and 48 for six letters: 82 pixels, and 12 lie between two. The plot is
    # 160 wide and begins 40 from the left edge of the file, 50 above its lower edge: two fit into 200.
    events = "shows([...curves, samples]); const file = legend.inFile({ l: 40, b: 50, w: 160 });"
    lines, texts, room = after(
        events,
        "[file.shapes.map(({ type, x0, y0 }) => [type, x0, y0]),"
        "file.annotations.map(({ text, xshift, yshift }) => [text, xshift, yshift]), file.room]",
    )
    # the second row is 20 lower; a dot of 8 by 8 is in the middle of 28 by 0
    left, right = -40 + 6, -40 + 82 + 12 + 6
    assert lines == [
        ["line", left, -60],
        ["line", right, -60],
        ["line", left, -80],
        ["circle", right + 14 - 4, -84],
    ]
    assert texts == [
        ["p0 = x", left + 34, -60],
        ["p1 = 3", right + 34, -60],
        ["p2 = 5", left + 34, -80],
        ["samples", right + 34, -80],
    ]
    assert room == 20 + 20 + 6


def test_a_figure_without_a_legend_needs_no_room_for_it_in_a_file():
    assert after("shows(curves, false);", "legend.inFile({ l: 40, b: 50, w: 200 })") == {
        "shapes": [],
        "annotations": [],
        "room": 0,
    }
