"""Maps as they are painted: the same in Python and in a browser."""

import json
import zlib

import numpy as np
import pytest

from polycore.pictures.painter import (
    Painting,
    alphas_of,
    color_table,
    decided,
    differences,
    levels_of,
    painted,
    regions,
)
from polycore.pictures.palette import PALETTE, class_colors
from tests.node import ROOT, scripts, value_after
from tests.pictures import opened

# by hand; what Python computes, and what a browser does
CASES = json.loads((ROOT / "tests/painting.json").read_text(encoding="utf-8"))
DECISIONS, ALPHAS, TABLES = CASES["decisions"], CASES["alphas"], CASES["color tables"]
SCRIPTS = scripts("polycore/web/painter.js", "polycore/web/regions.js")
# what the map of a page to keep uses of a browser
BROWSER = """
globalThis.ImageData = class {
  constructor(width, height) {
    this.data = new Uint8ClampedArray(4 * width * height);
  }
};
function painted(probabilities, window, hues, opacity, columns, rows) {
  const steps = new Regions({ probabilities }, window, hues, opacity, columns, rows).pixels();
  let step;
  do step = steps.next();
  while (!step.done);
  return [...step.value.data];
}
"""
RED, BLUE = (255, 0, 0), (0, 0, 255)


def in_a_browser(cases, call):
    """Return what a browser's `call` gives for each `it` of the cases."""
    return value_after(SCRIPTS, f"{json.dumps(cases)}.map((it) => {call})")


def named(cases):
    return [pytest.param(case, id=case["case"]) for case in cases]


@pytest.mark.parametrize("case", named(DECISIONS))
def test_a_point_has_the_likeliest_class_and_a_level_from_chance_to_certainty(case):
    classes, levels = decided(np.array([case["probabilities"]]), case["levels"])
    assert (classes.tolist(), levels.tolist()) == ([case["class"]], [case["level"]])
    assert classes.dtype == levels.dtype == np.uint8


@pytest.mark.parametrize("case", named(ALPHAS))
def test_levels_are_evenly_opaque(case):
    assert list(alphas_of(case["levels"], case["opacity"])) == case["alphas"]


@pytest.mark.parametrize("case", named(TABLES))
def test_each_hue_has_its_shades_one_after_another(case):
    assert color_table(case["hues"], case["alphas"]).tolist() == case["table"]


def test_a_browser_paints_by_the_same_rules():
    decisions = in_a_browser(DECISIONS, "decided(it.probabilities, it.levels)")
    assert decisions == [[case["class"], case["level"]] for case in DECISIONS]
    alphas = in_a_browser(ALPHAS, "alphasOf(it.levels, it.opacity)")
    assert alphas == [case["alphas"] for case in ALPHAS]
    tables = in_a_browser(TABLES, "colorTable(it.hues, it.alphas)")
    assert tables == [case["table"] for case in TABLES]


@pytest.mark.parametrize(
    ("classes", "levels"), [(2, 24), (10, 24), (11, 22), (12, 20), (24, 9)], ids=lambda number: str(number)
)
def test_each_class_in_each_level_is_one_of_256_colors(classes, levels):
    # 10 · 25 = 250, 11 · 23 = 253, 12 · 21 = 252, 24 · 10 = 240
    assert levels_of(classes) == levels


def test_a_map_has_the_lowest_y_first_and_a_picture_the_highest():
    # two columns, two rows: sure of class 0 and of class 1 below, half sure of both above
    answers = np.array([[[1, 0], [0, 1]], [[0.75, 0.25], [0.25, 0.75]]])
    painting = regions(answers)
    assert painting.pixels.tolist() == [[24, 25 + 24], [12, 25 + 12]]
    first, second = class_colors(2)
    assert opened(painting.url([first, second])).tolist() == [
        [[*first, 92], [*second, 92]],
        [[*first, 184], [*second, 184]],
    ]


def test_the_last_class_of_the_most_has_its_own_color():
    answers = np.zeros((1, 1, 24))
    answers[..., 23] = 1
    assert opened(regions(answers).url(class_colors(24)))[0, 0].tolist() == [*PALETTE[23].rgb, 184]


def test_hues_are_as_opaque_as_they_are_strong():
    hues, strengths = np.array([[0, 1]], dtype=np.uint8), np.array([[4, 2]], dtype=np.uint8)
    shown = opened(painted(hues, strengths, 4, 1.0).url([RED, BLUE]))
    assert shown.tolist() == [[[*RED, 255], [*BLUE, 128]]]


def test_two_answers_that_differ_have_stripes_of_four_pixels_and_equal_ones_are_pale():
    first, second = np.zeros((2, 9), dtype=np.uint8), np.zeros((2, 9), dtype=np.uint8)
    second[0] = 1
    shown = opened(differences(first, second).url([RED, BLUE]))
    # from the lower left: the second's color first
    assert shown[1].tolist() == [[*BLUE, 255]] * 4 + [[*RED, 255]] * 4 + [[*BLUE, 255]]
    assert shown[0].tolist() == [[*RED, 36]] * 9  # 0.14 of 255 is 35.7


def test_the_pixels_of_a_frame_are_those_of_the_picture():
    painting = Painting(np.array([[0, 1], [2, 3]], dtype=np.uint8), (0, 255))
    png = painting.png([RED, BLUE])
    at = png.index(b"IDAT")
    # the same lines, each with a filter of 0 before it, at another level of compression
    lines = bytes([0, 2, 3, 0, 0, 1])
    assert zlib.decompress(painting.scanlines()) == zlib.decompress(png[at + 4 : -16]) == lines


@pytest.mark.parametrize(
    ("probabilities", "corners"),
    [
        # upper left, upper right, lower left, lower right
        pytest.param("y > 0 ? [0, 1] : [1, 0]", [BLUE, BLUE, RED, RED], id="the highest y is at the top"),
        pytest.param("x > 0 ? [0, 1] : [1, 0]", [RED, BLUE, RED, BLUE], id="the lowest x is at the left"),
    ],
)
def test_a_page_to_keep_shows_the_plane_as_it_is(probabilities, corners):
    pixels = on_a_page(probabilities, 10, 6)
    assert pixels[[0, 0, -1, -1], [0, -1, 0, -1]].tolist() == [[*color, 184] for color in corners]
    # each half has its own color to the last pixel
    assert (pixels[..., :3] == corners[0]).all(axis=-1).mean() == 0.5


def test_a_page_to_keep_has_shades_from_chance_to_certainty():
    # two classes: the confidence is 2 p - 1 = (x + y + 2) / 4, from 0 at the lower left to 1
    pixels = on_a_page("[(x + y + 6) / 8, (2 - x - y) / 8]", 40, 24)
    assert (pixels[..., :3] == RED).all()
    right, up = (np.arange(40) + 0.5) / 40, (np.arange(24)[::-1] + 0.5) / 24
    confidence = (right + up[:, np.newaxis]) / 2
    inner = (slice(2, -2), slice(2, -2))  # beyond the centers of the outer cells the level stays
    # rounded three times: the level of a cell and of a pixel, by half of 183.6 / 255 each, and the alpha
    assert pixels[..., 3][inner] == pytest.approx(183.6 * confidence[inner], abs=1.23)


def on_a_page(probabilities, columns, rows):
    """Return the pixels (rows, columns, 4) that a page to keep paints, from -1 to 1 in x and y."""
    call = f"painted((x, y) => ({probabilities}), [[-1, 1], [-1, 1]], {json.dumps([RED, BLUE])}, 0.72, "
    return np.array(value_after(SCRIPTS + BROWSER, f"{call}{columns}, {rows})")).reshape(rows, columns, 4)
