"""The looks can be told apart, by color-blind people too, on a light and on a dark page.

Colours are compared as CIE 1976 Lab distances (D65) after simulating full dichromacy with the matrices of
Machado, Oliveira and Fernandes, "A Physiologically-based Model for Simulation of Color Vision Deficiency",
IEEE TVCG 15 (2009), table for severity 1.0, applied to linear RGB. A distance of 2.3 is just noticeable
(Mahy, Van Eycken and Oosterlinck, 1994); thin lines and small markers need several times that.
"""

from itertools import combinations

import numpy as np
import plotly.graph_objects as go
import pytest

from polycore.limits import MAX_CLASSES
from polycore.pictures.palette import DARK_PAGE, LIGHT_PAGE, PALETTE, ClassStyle

JUST_NOTICEABLE = 2.3
SEVERITY_1 = {
    "normal": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritanopia": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
XYZ_OF_RGB = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)  # sRGB, IEC 61966-2-1

vision = pytest.mark.parametrize("vision", SEVERITY_1)


def linear(color):
    shares = np.array([int(color[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    return np.where(shares <= 0.04045, shares / 12.92, ((shares + 0.055) / 1.055) ** 2.4)


def lab(color, vision):
    seen = np.clip(SEVERITY_1[vision] @ linear(color), 0, 1)
    ratios = XYZ_OF_RGB @ seen / XYZ_OF_RGB.sum(axis=1)
    x, y, z = np.where(ratios > (6 / 29) ** 3, np.cbrt(ratios), ratios * (29 / 6) ** 2 / 3 + 4 / 29)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def distance(one, other, vision):
    return float(np.linalg.norm(lab(one, vision) - lab(other, vision)))


def smallest_distance(pairs, vision):
    distances = [distance(one.color, other.color, vision) for one, other in pairs]
    assert distances
    return min(distances)


def contrast(one, other):
    """Return the contrast ratio of WCAG 2.1."""
    dark, light = sorted(XYZ_OF_RGB[1] @ linear(color) for color in (one, other))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(
    ("color", "expected"),
    [
        pytest.param("#ffffff", (100, 0, 0), id="white"),
        pytest.param("#ff0000", (53.24, 80.09, 67.20), id="red"),  # brucelindbloom.com, sRGB, D65
        pytest.param("#0000ff", (32.30, 79.19, -107.86), id="blue"),
    ],
)
def test_these_tests_convert_to_lab_as_published(color, expected):
    assert lab(color, "normal") == pytest.approx(expected, abs=0.01)


@pytest.mark.parametrize("vision", ["protanopia", "deuteranopia"])
def test_these_tests_see_red_and_green_grow_alike(vision):
    red, green = "#b03a3a", "#6a6a2e"
    assert distance(red, green, vision) < distance(red, green, "normal") / 2


def test_these_tests_know_the_largest_contrast():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


def test_there_is_a_look_for_every_class():
    assert len(PALETTE) == MAX_CLASSES


def test_no_two_looks_share_dash_and_symbol():
    assert len({(look.dash, look.symbol) for look in PALETTE}) == len(PALETTE)


@pytest.mark.parametrize("page", [LIGHT_PAGE, DARK_PAGE])
@pytest.mark.parametrize("look", PALETTE, ids=lambda look: look.color)
def test_a_color_has_a_contrast_of_three_on_both_pages(look, page):
    assert contrast(look.color, page) >= 3


@vision
def test_the_first_twelve_colors_alone_tell_regions_apart(vision):
    assert smallest_distance(combinations(PALETTE[:12], 2), vision) > 4 * JUST_NOTICEABLE


def test_the_first_twelve_colors_are_far_apart_for_most_people():
    assert smallest_distance(combinations(PALETTE[:12], 2), "normal") > 8 * JUST_NOTICEABLE


@vision
def test_no_color_is_mistaken_for_another_side_by_side(vision):
    assert smallest_distance(combinations(PALETTE, 2), vision) > 2 * JUST_NOTICEABLE


@vision
def test_curves_of_one_dash_differ_in_color(vision):
    pairs = [(one, other) for one, other in combinations(PALETTE, 2) if one.dash == other.dash]
    assert smallest_distance(pairs, vision) > 4 * JUST_NOTICEABLE


@vision
def test_markers_of_one_symbol_differ_much_in_color(vision):
    pairs = [(one, other) for one, other in combinations(PALETTE, 2) if one.symbol == other.symbol]
    assert smallest_distance(pairs, vision) > 8 * JUST_NOTICEABLE


def test_each_of_the_first_twelve_has_a_symbol_of_its_own():
    assert len({look.symbol for look in PALETTE[:12]}) == 12


@pytest.mark.parametrize("look", PALETTE, ids=lambda look: look.color)
def test_plotly_knows_the_look(look):
    go.Scatter(line={"dash": look.dash}, marker={"symbol": look.symbol, "color": look.color})


def test_a_look_gives_its_color_as_numbers():
    assert ClassStyle("#0a80ff", "solid", "circle").rgb == (10, 128, 255)
