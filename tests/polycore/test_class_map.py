"""The map of a network: its regions, its borders, and what it costs."""

import io
import struct
import zlib
from itertools import pairwise

import numpy as np
import pytest
from PIL import Image

import polycore as pc
from polycore.pictures import class_map as under_test
from polycore.pictures.class_map import FINE, GRIDS, class_map, unpacked
from polycore.pictures.painter import MOST_LEVELS

WINDOW = (-1.0, 1.0), (-0.5, 0.5)


def sloping(slope):
    """Return the layers of a network without a hidden layer whose class is 1 where y > slope · x, else 0.

    Its logits are 0 and 10 (y - slope x): the probability of class 1 is 1 / (1 + exp(-10 (y - slope x))).
    """
    return (np.array([[0.0, -10.0 * slope], [0.0, 10.0]]),), (np.zeros((1, 2)),)


def pixel_centers(window, columns, rows):
    """Return x and y of each pixel: the outer cells' centers lie on the window's edges."""
    (left, right), (low, high) = window
    width, height = (right - left) / (columns / FINE - 1), (high - low) / (rows / FINE - 1)
    x = left - width / 2 + (np.arange(columns) + 0.5) * width / FINE
    y = low - height / 2 + (np.arange(rows) + 0.5) * height / FINE
    return np.meshgrid(x, y)


@pytest.mark.parametrize("sharp", [False, True])
@pytest.mark.parametrize("slope", [0.3, -0.7, 0.0])
def test_each_pixel_has_the_class_of_its_center(slope, sharp):
    picture = class_map(*sloping(slope), WINDOW, sharp=sharp)
    rows, columns = picture.classes.shape
    assert (columns, rows) == (480, 360)
    x, y = pixel_centers(WINDOW, columns, rows)
    height = y - slope * x
    sure = np.abs(height) > 1e-12  # on the line itself rounding decides
    assert np.array_equal(picture.classes[sure], (height > 0)[sure])


def test_confidence_is_that_of_the_pixel_if_sharp():
    picture = class_map(*sloping(0.3), WINDOW, sharp=True)
    x, y = pixel_centers(WINDOW, 480, 360)
    probability = 1 / (1 + np.exp(-10 * np.abs(y - 0.3 * x)))
    exact = MOST_LEVELS * (2 * probability - 1)  # two classes: chance is a half
    assert np.abs(picture.confidences - exact).max() <= 0.5 + 1e-6
    assert picture.probability == pytest.approx(probability.mean(), rel=1e-9)


def test_inside_a_region_a_quick_map_has_the_shades_of_a_sharp_one_but_for_rounding():
    quick, sharp = (class_map(*sloping(0.3), WINDOW, sharp=sharp) for sharp in (False, True))
    differences = quick.confidences.astype(int) - sharp.confidences
    assert np.abs(differences).max() <= 1
    # Between centers at a distance of h, the error is at most h²/8 times the second derivative in each
    # direction. That of 24 (2p - 1) is at most 24 · 2 · 0.0962 times 10² along y, with h = 1/89, and times 3²
    # along x, with h = 2/119: an error of 0.009 levels, by which one pixel in 50 may be rounded to the next.
    # And there are no centers beyond the outer four rows and columns, 2 % of all.
    assert (differences != 0).mean() < 0.04


def test_a_sharp_map_and_one_sharp_at_its_borders_differ_only_where_a_region_is_thinner_than_a_cell():
    run = pc.advance(pc.start(pc.Experiment.recommended()), 200)
    model = run.current
    quick, sharp = (class_map(model.weights, model.biases, WINDOW, sharp=sharp) for sharp in (False, True))
    assert (quick.classes != sharp.classes).mean() < 0.003


@pytest.mark.parametrize(
    ("widths", "is_soon"),
    [
        pytest.param((2, 16, 3), True, id="80 weights: 14 million products"),
        pytest.param((2, 24, 24, 10), True, id="864 weights: 149 million"),
        pytest.param((2, 24, 24, 11), False, id="888 weights: 153 million"),
    ],
)
def test_a_map_of_480_by_360_pixels_is_soon_sharp_for_few_weights(widths, is_soon):
    layers = [np.zeros(shape) for shape in pairwise(widths)]
    assert under_test.is_soon_drawn_sharp(layers) == is_soon


def test_a_network_too_large_for_a_fine_map_has_a_coarser_one(monkeypatch):
    layers = (
        (np.zeros((2, 700)), np.zeros((700, 700)), np.zeros((700, 3))),
        (
            np.zeros((1, 700)),
            np.zeros((1, 700)),
            np.zeros((1, 3)),
        ),
    )
    evaluated = []
    plain = under_test.predict_proba
    monkeypatch.setattr(
        under_test, "predict_proba", lambda *network: evaluated.append(len(network[2])) or plain(*network)
    )
    picture = class_map(*layers, WINDOW)
    assert picture.classes.shape == (GRIDS[-1][1] * FINE, GRIDS[-1][0] * FINE)
    # one class everywhere: there is no border
    assert sum(evaluated) == GRIDS[-1][0] * GRIDS[-1][1]


def test_huge_logits_are_certain():
    picture = class_map((1e9 * np.array([[0.0, -0.3], [0.0, 1.0]]),), (np.zeros((1, 2)),), WINDOW)
    assert np.isin(picture.confidences, [MOST_LEVELS]).mean() > 0.99


def png_of(picture):
    """Return the PNG file of a packed map in gray, as its pixels say; Pillow reads it."""
    header = struct.pack(">IIBBBBB", picture.columns, picture.rows, 8, 0, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", picture.scanlines), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        for kind, content in chunks
    )


def test_a_packed_map_is_the_content_of_a_picture():
    picture = class_map(*sloping(0.3), WINDOW)
    packed = picture.packed()
    pixels = np.array(Image.open(io.BytesIO(png_of(packed))))[::-1]
    assert np.array_equal(pixels // (packed.levels + 1), picture.classes)
    assert np.array_equal(pixels % (packed.levels + 1), picture.confidences)
    assert np.array_equal(unpacked(packed), pixels)
    assert packed.areas == (int((picture.classes == 0).sum()), int((picture.classes == 1).sum()))


@pytest.mark.parametrize("classes", [2, 9, 12, 24])
def test_every_class_in_every_level_has_a_color_of_its_own(classes):
    rng = np.random.default_rng(classes)
    weights, biases = (5 * rng.normal(size=(2, classes)),), (rng.normal(size=(1, classes)),)
    picture = class_map(weights, biases, WINDOW)
    assert classes * (picture.levels + 1) <= 256
    pixels = unpacked(picture.packed())
    assert np.array_equal(pixels // (picture.levels + 1), picture.classes)


def test_borders_too_many_for_single_pixels_are_drawn_in_squares_of_two(monkeypatch):
    monkeypatch.setattr(under_test, "PIXELS", (2,))
    picture = class_map(*sloping(0.3), WINDOW)
    x, y = pixel_centers(WINDOW, 480, 360)
    # the center of the square that a pixel belongs to, half a pixel away
    middle_x = x.reshape(360, 240, 2).mean(axis=2).repeat(2, axis=1)
    middle_y = y.reshape(180, 2, 480).mean(axis=1).repeat(2, axis=0)
    height = middle_y - 0.3 * middle_x
    sure = np.abs(height) > 1e-12
    assert np.array_equal(picture.classes[sure], (height > 0)[sure])
