"""How a network is drawn: where its neurons are, which lines are how thick, and where arrow keys lead."""

import json

import pytest

from tests.node import scripts, value_after

SCRIPT = "const keeping = () => {};" + scripts("pages/inside/network_picture.js")
DESK = {"width": 510, "height": 464, "heading": 44, "touch": False}
PHONE = {"width": 358, "height": 812, "heading": 44, "touch": True}


def maps(count, is_chosen=False, text=""):
    return [{"chosen": is_chosen, "text": text}] * count


def dots(count, text=""):
    return [{"isDot": True, "text": text}] * count


# 2→32→32→32→32→32→12 with a neuron of the third layer, and of the last
FIVE = [maps(2, text="x"), dots(32), maps(8) + dots(24), maps(1, True) + dots(31), maps(8) + dots(24)]
MIDDLE = (
    [*FIVE, dots(32), dots(12, "p0")],
    ["64 weights", "1,024 weights", "", "", "1,024 weights", "384 weights"],
)
LAST = (
    [*FIVE[:2], dots(32), dots(32), maps(8) + dots(24), maps(1, True) + dots(31), maps(8) + dots(4)],
    ["64 weights", "1,024 weights", "1,024 weights", "1,024 weights", "", ""],
)
WIDE = [maps(2), maps(1, True) + dots(511), maps(3)], ["", ""]
THREE = (
    [maps(2), maps(8) + dots(120), maps(1, True) + dots(127), maps(8) + dots(120), dots(3, "p0")],
    [
        "256 weights",
        "",
        "",
        "384 weights",
    ],
)
DEEP = (
    [maps(2), maps(1, True) + dots(2), maps(3), *[dots(3)] * 5, dots(24, "p0")],
    ["", "", *["9 weights"] * 6],
)
NETWORKS = [
    pytest.param(MIDDLE, id="five layers"),
    pytest.param(LAST, id="the last layer"),
    pytest.param(WIDE, id="512 neurons"),
    pytest.param(THREE, id="128 neurons"),
    pytest.param(DEEP, id="seven layers"),
]
SCREENS = [pytest.param(DESK, id="desk"), pytest.param(PHONE, id="phone")]


def placed(network, size, value, then=""):
    """Return a value of a large network's picture, with its `columns`, `parts` and `boxes`."""
    columns, between = network
    return value_after(
        f"""{SCRIPT}
const [columns, between, size] = {json.dumps([columns, between, size])};
const parts = partsOf(columns, between, size.width);
const boxes = largeBoxes(columns, parts, size);
{then}""",
        value,
    )


def overlap(one, other):
    return (
        abs(one["x"] - other["x"]) < (one["w"] + other["w"]) / 2 - 1e-6
        and abs(one["y"] - other["y"]) < (one["h"] + other["h"]) / 2 - 1e-6
    )


# --- where neurons are ------------------------------------------------------------------------


@pytest.mark.parametrize("size", SCREENS)
@pytest.mark.parametrize("network", NETWORKS)
def test_neurons_of_a_large_network_are_within_the_picture_and_apart(network, size):
    columns = placed(network, size, "boxes")
    boxes = [box for column in columns for box in column]
    assert [len(column) for column in columns] == [len(column) for column in network[0]]
    for box in boxes:
        assert box["x"] - box["w"] / 2 >= 0
        assert box["x"] + box["w"] / 2 <= size["width"]
        assert size["heading"] <= box["y"] - box["h"] / 2
        assert box["y"] + box["h"] / 2 <= size["height"] + 1e-6
    for column in columns:
        for number, box in enumerate(column):
            assert not any(overlap(box, other) for other in column[:number])


@pytest.mark.parametrize("size", SCREENS)
def test_the_chosen_neuron_s_map_is_twice_as_large_as_those_beside_it_and_all_can_be_read(size):
    columns = placed(MIDDLE, size, "boxes")
    beside, chosen = [*columns[2][:8], *columns[4][:8]], columns[3][0]
    assert min(box["w"] for box in beside) >= 40
    assert min(box["h"] for box in beside) >= 30
    assert chosen["w"] * chosen["h"] >= 2 * max(box["w"] * box["h"] for box in beside)


def test_on_a_phone_the_dots_of_32_neurons_are_24_pixels_apart():
    columns = placed(MIDDLE, PHONE, "boxes")
    assert {box["h"] for box in columns[1]} == {24}
    # and the columns too, with the space between them
    assert columns[2][0]["x"] - columns[1][0]["x"] >= 24 / 2 + columns[2][0]["w"] / 2


@pytest.mark.parametrize(
    ("count", "width", "height", "most", "grid"),
    [
        pytest.param(12, 40, 100, 14, {"pitch": 14, "perRow": 2}, id="as far apart as they may be"),
        # 13 pixels: 3 in a row and 7 rows; 12.5: 3 and 8
        pytest.param(24, 40, 100, 14, {"pitch": 12.5, "perRow": 3}, id="closer"),
        pytest.param(20, 0, 200, 14, {"pitch": 10, "perRow": 1}, id="one in a row"),
        pytest.param(10_000, 40, 100, 14, {"pitch": 4, "perRow": 10}, id="never closer than 4 pixels"),
    ],
)
def test_dots_are_as_far_apart_as_they_fit(count, width, height, most, grid):
    assert value_after(SCRIPT, f"gridOf({count}, {width}, {height}, {most})") == grid


def test_numbers_of_weights_are_beside_the_maps_if_there_is_room():
    sides = [0, 0, -1, 0, 1, 0, 0]
    assert placed(MIDDLE, DESK, "parts.weights") == sides
    assert placed(MIDDLE, PHONE, "parts.weights") == [0] * 7


def test_columns_of_a_small_network_have_equal_distances_and_its_maps_are_readable():
    # (510 - 60) / 4 = 112.5 from column to column; (464 - 44) / 12 = 35 from map to map
    columns = value_after(
        SCRIPT, f"smallBoxes({json.dumps([maps(2), maps(12), maps(12), maps(3)])}, {json.dumps(DESK)})"
    )
    assert [column[0]["x"] for column in columns] == [86.25, 198.75, 311.25, 423.75]
    assert columns[1][0] == {"x": 198.75, "y": 61.5, "w": 40, "h": 30}
    assert columns[0][0]["y"] == 44 + 210 - 46 / 2


# --- lines and dots ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("share", "is_large", "is_chosens", "stroke"),
    [
        pytest.param(-1, True, True, {"width": 8, "opacity": 0.85}, id="large: the thickest"),
        pytest.param(0.01, True, True, {"width": 1.07, "opacity": 0.85}, id="large: all are drawn"),
        pytest.param(0, True, True, None, id="large: no weight"),
        pytest.param(0.5, False, True, {"width": 1.75, "opacity": 0.625}, id="small: the chosen neuron's"),
        pytest.param(0.5, False, False, {"width": 1.75, "opacity": 0.205}, id="small: another's"),
        pytest.param(-0.01, False, True, None, id="small: too faint"),
    ],
)
def test_a_line_is_as_thick_as_its_share_of_the_largest_weight(share, is_large, is_chosens, stroke):
    drawn = value_after(SCRIPT, f"strokeOf({share}, {json.dumps(is_large)}, {json.dumps(is_chosens)})")
    assert drawn == (stroke and pytest.approx(stroke))


@pytest.mark.parametrize(("size", "has_room"), [(DESK, True), (PHONE, False)], ids=["desk", "phone"])
def test_how_many_weights_there_are_is_said_between_columns_that_are_far_enough_apart(size, has_room):
    assert placed(MIDDLE, size, "parts.gaps[1].width >= LEAST_GAP") == has_room


def test_eight_thick_lines_end_beside_each_other():
    # 85 % of the map's height, in eight parts
    ends = value_after(SCRIPT, "[0, 3, 4, 7].map((line) => spread(line, 8))")
    assert ends == pytest.approx([-0.371875, -0.053125, 0.053125, 0.371875])
    assert value_after(SCRIPT, "spread(0, 1)") == 0


def test_a_dot_has_the_name_of_its_neuron():
    column = {
        "neurons": [{"key": "1.0"}],
        "dots": {"layer": 1, "name": "Hidden layer 2, neuron ", "neurons": [[3, 40], [4, -1]]},
    }
    outputs = {
        "neurons": [],
        "dots": {
            "layer": 2,
            "name": "Output p",
            "neurons": [[1, 100]],
            "texts": ["p0", "p1"],
            "wholes": ["y = x", "y = x²"],
            "labels": ["Output p0 = x", "Output p1 = x²"],
            "colors": ["#00f", "#0f0"],
        },
    }
    first, alive, dead = value_after(SCRIPT, f"neuronsOf({json.dumps(column)})")
    assert first == {"key": "1.0"}
    assert (alive["key"], alive["index"], alive["label"], alive["dead"]) == (
        "1.3",
        3,
        "Hidden layer 2, neuron 3",
        False,
    )
    assert (dead["label"], dead["dead"]) == ("Hidden layer 2, neuron 4, dead", True)
    [output] = value_after(SCRIPT, f"neuronsOf({json.dumps(outputs)})")
    assert (output["text"], output["whole"], output["color"]) == ("p1", "y = x²", "#0f0")
    assert output["label"] == "Output p1 = x²"


@pytest.mark.parametrize("network", NETWORKS)
def test_whole_names_of_outputs_have_their_room_and_are_left_out_without_it(network):
    wide, narrow = ({**DESK, "width": width} for width in (1000, 358))
    assert placed(network, narrow, "partsOf(columns, between, size.width, 130).isWhole") is False
    is_whole, boxes = placed(
        network,
        wide,
        "[named.isWhole, largeBoxes(columns, named, size)]",
        "const named = partsOf(columns, between, size.width, 130);",
    )
    assert is_whole
    assert max(box["x"] + box["w"] / 2 for box in boxes[-1][:1]) <= 1000 - 130 + 12


# --- arrow keys -------------------------------------------------------------------------------

RIGHT, LEFT, DOWN, UP = (1, 0), (-1, 0), (0, 1), (0, -1)
# two inputs; a map above two rows of dots, three and one; a column of two
SQUARES = [
    [(0, 0), (0, 40)],
    [(50, 10), (40, 40), (50, 40), (60, 40), (40, 50)],
    [(100, 15), (100, 38)],
]


@pytest.mark.parametrize(
    ("start", "arrow", "end"),
    [
        pytest.param((1, 0), DOWN, (1, 2), id="to the dot below"),
        pytest.param((1, 3), DOWN, (1, 4), id="to the last row, which is shorter"),
        pytest.param((1, 4), UP, (1, 1), id="up"),
        pytest.param((1, 0), UP, None, id="nothing above"),
        pytest.param((1, 1), RIGHT, (1, 2), id="within a row"),
        pytest.param((1, 3), RIGHT, (2, 1), id="to the next column at the same height"),
        pytest.param((1, 0), RIGHT, (2, 0), id="from a map to the next column"),
        pytest.param((2, 0), LEFT, (1, 0), id="to the column before"),
        pytest.param((1, 1), LEFT, None, id="not to an input"),
        pytest.param((2, 1), RIGHT, None, id="not beyond the last column"),
    ],
)
def test_an_arrow_key_leads_to_the_neuron_that_is_nearest_in_its_direction(start, arrow, end):
    boxes = [[{"x": x, "y": y} for x, y in column] for column in SQUARES]
    column, row = start
    found = value_after(
        SCRIPT, f"beside({json.dumps(boxes)}, {{ column: {column}, row: {row} }}, {list(arrow)}) ?? null"
    )
    assert (found and (found["column"], found["row"])) == end


def test_an_arrow_key_passes_a_dot_that_is_too_small_to_be_hit():
    boxes = [
        [{"x": 0, "y": 0}],
        [{"x": 50, "y": 0}, {"x": 50, "y": 20, "isTooSmall": True}, {"x": 50, "y": 40}],
    ]
    found = value_after(SCRIPT, f"beside({json.dumps(boxes)}, {{ column: 1, row: 0 }}, {list(DOWN)})")
    assert (found["column"], found["row"]) == (1, 2)


@pytest.mark.parametrize("size", SCREENS)
@pytest.mark.parametrize("network", NETWORKS)
def test_arrow_keys_lead_to_every_neuron(network, size):
    reached = placed(
        network,
        size,
        "reached.size",
        """
const reached = new Set(["1.0"]);
const open = [{ column: 1, row: 0 }];
while (open.length > 0) {
  const from = open.pop();
  for (const arrow of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
    const to = beside(boxes, from, arrow);
    if (!to || reached.has(`${to.column}.${to.row}`)) continue;
    reached.add(`${to.column}.${to.row}`);
    open.push(to);
  }
}""",
    )
    assert reached == sum(map(len, network[0][1:]))
