"""Images of neurons, and fold lines on a map."""

import numpy as np
import pytest

import polycore as pc
from polycore.figures import (
    NEGATIVE_COLOR,
    POSITIVE_COLOR,
    alternative_text,
    class_url,
    map_figure,
    values_url,
    with_fold_lines,
    with_regions,
)
from polycore.pictures.palette import DARK_PAGE, LIGHT_PAGE, PALETTE
from tests.pictures import opened

LINES = (pc.Polynomial(1), pc.Polynomial(-1))
X, Y = np.linspace(-1, 1, 4), np.linspace(-2, 2, 3)


def test_a_value_above_0_is_blue_below_orange_and_0_shows_the_page():
    # the lowest y comes first in the values and last in the picture
    shown = opened(values_url(np.array([[2.0, 0.0], [-1.0, -2.0]])))
    (upper_left, upper_right), (lower_left, lower_right) = shown.tolist()
    assert lower_left[:3] == [0x1F, 0x83, 0xD6]
    assert upper_right[:3] == upper_left[:3] == [0xD9, 0x72, 0x2B]
    assert lower_right[3] == 0
    assert lower_left[3] == upper_right[3] == 224  # 0.88 of 255
    assert upper_left[3] == 112  # half as far from 0


def test_a_neuron_that_is_0_everywhere_shows_the_page_alone():
    shown = opened(values_url(np.zeros((2, 3))))
    assert shown.shape == (2, 3, 4)
    assert shown[..., 3].max() == 0


def test_a_class_is_in_its_color_the_likelier_the_stronger():
    shown = opened(class_url(2, np.array([[0.0, 0.5, 1.0]])))
    assert shown[0, :, 3].tolist() == [0, 112, 224]
    assert tuple(shown[0, 2, :3]) == PALETTE[2].rgb


def luminance(color):
    """Return the relative luminance of #rrggbb (WCAG 2.1)."""
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("page", [LIGHT_PAGE, DARK_PAGE], ids=["light", "dark"])
@pytest.mark.parametrize("color", [POSITIVE_COLOR, NEGATIVE_COLOR])
def test_both_hues_stand_out_from_the_page(color, page):
    low, high = sorted([luminance(color), luminance(page)])
    assert (high + 0.05) / (low + 0.05) >= 3


def plane():
    return map_figure(LINES, X, Y, np.full((3, 4, 2), 0.5))


def test_regions_are_replaced_on_a_copy():
    before = plane()
    source = before.layout.images[0].source
    after = with_regions(before, "data:new", "Something else.")
    assert (after.layout.images[0].source, after.layout.meta["alt"]) == ("data:new", "Something else.")
    assert before.layout.images[0].source == source
    assert len(after.data) == len(before.data)


def test_fold_lines_are_drawn_apart_from_each_other_with_a_pale_line_beneath():
    lines = [np.array([[0.0, 1.0], [2.0, 3.0]]), np.array([[4.0, 5.0], [6.0, 7.0]])]
    figure = with_fold_lines(plane(), lines, "two fold lines are drawn", 1.0)
    casing, line = figure.data[-2:]
    assert casing.line.width > line.line.width
    assert np.array_equal(line.x, [np.nan, 0, 2, np.nan, 4, 6, np.nan], equal_nan=True)
    assert np.array_equal(line.y, [np.nan, 1, 3, np.nan, 5, 7, np.nan], equal_nan=True)
    assert figure.layout.meta["alt"].endswith("; two fold lines are drawn.")


def test_the_alternative_text_of_a_neuron_says_where_it_passes_something_on():
    values = np.array([[1.0, 0.0, -1.0, -1.0], [-1.0] * 4, [1.0, 1.0, -1.0, -1.0]])
    assert alternative_text.neuron("hidden layer 1, neuron 5", X, Y, values) == (
        "Map of hidden layer 1, neuron 5 for x from -1 to 1 and y from -2 to 2: "
        "above 0 on 25.0 % of the plane."
    )


@pytest.mark.parametrize(
    ("widths", "dead", "text"),
    [
        pytest.param((2, 3), 0, "inputs x and y, no hidden layer, and 3 outputs.", id="no hidden layer"),
        pytest.param(
            (2, 8, 4, 3),
            2,
            "inputs x and y, hidden layers of 8 and 4 neurons, and 3 outputs; "
            "2 of the hidden neurons are dead.",
            id="dead ones",
        ),
        pytest.param(
            (2, 8, 3),
            None,
            "inputs x and y, a hidden layer of 8 neurons, and 3 outputs.",
            id="dead ones not known",
        ),
        pytest.param(
            (2, 8, 1, 3),
            1,
            "inputs x and y, hidden layers of 8 and 1 neuron, and 3 outputs; "
            "1 of the hidden neurons is dead.",
            id="one dead",
        ),
        pytest.param(
            (2, 1, 3),
            1,
            "inputs x and y, a hidden layer of 1 neuron, and 3 outputs; the hidden neuron is dead.",
            id="the only one dead",
        ),
        pytest.param(
            (2, 1, 3),
            0,
            "inputs x and y, a hidden layer of 1 neuron, and 3 outputs; the hidden neuron is not dead.",
            id="the only one alive",
        ),
    ],
)
def test_the_alternative_text_of_the_network_names_its_layers(widths, dead, text):
    assert alternative_text.network(("x", "y"), widths, dead) == f"Picture of the network: {text}"


def test_the_alternative_text_of_the_network_names_its_inputs():
    three = alternative_text.network(("x", "y", "x²"), (3, 2), None)
    assert three == "Picture of the network: inputs x, y and x², no hidden layer, and 2 outputs."
    one = alternative_text.network(("y − p0",), (1, 2), None)
    assert one == "Picture of the network: input y − p0, no hidden layer, and 2 outputs."
