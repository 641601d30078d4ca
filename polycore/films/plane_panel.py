"""The map of a film: the plane in the colors of the classes, and what the network learns over it."""

import numpy as np
from PIL import Image, ImageDraw

from polycore.arrays import Floats, Integers, evenly
from polycore.experiment.experiment import Experiment
from polycore.films.drawing import (
    AXIS,
    Box,
    Span,
    draw_disk,
    draw_lines,
    new_layer,
    smoothed,
    write_below,
    write_beside,
)
from polycore.films.gif_colors import GifColors, Pixels
from polycore.network.parameters import Layers
from polycore.pictures.class_map import class_map, pixel_centers
from polycore.pictures.palette import PALETTE
from polycore.pictures.ticks import linear_ticks, number_text

MOST_POINTS = 300
CASING, CASING_WIDTH, CURVE_WIDTH = (255, 255, 255, 153), 4.5, 2.25  # as on the pages
POINT_RADIUS, POINT_EDGE = 2.5, 1.0
MOST_TICKS = 5


class PlanePanel:
    """Draws the map of an experiment's network into a box of each frame."""

    def __init__(self, experiment: Experiment, colors: GifColors, box: Box) -> None:
        """Draw once what is the same in all frames: the true curves, or points of the user's own."""
        self._colors, self._box = colors, box
        self._activation, self._inputs = experiment.activation, experiment.inputs
        self._window = experiment.window
        self._x, self._y = (Span(*ends) for ends in self._window)
        layer = new_layer(box.width, box.height)
        if experiment.data is None:
            self._draw_curves(layer, experiment)
        else:
            self._draw_points(layer, *experiment.training_set())
        over = np.asarray(smoothed(layer)).astype(np.float32)
        self._covered = over[..., 3] > 0
        self._over, self._opacity = over[self._covered, :3], over[self._covered, 3:] / 255

    def draw_axes(self, frame: Image.Image) -> None:
        """Draw what surrounds the map."""
        box = self._box
        pen = ImageDraw.Draw(frame)
        pen.rectangle((box.left - 1, box.top - 1, box.right, box.bottom), outline=AXIS)
        for span, write in ((self._x, write_below), (self._y, write_beside)):
            ticks = linear_ticks(*span, MOST_TICKS)
            write(frame, box, span.shares(np.array(ticks)), list(map(number_text, ticks)))

    def pixels(self, layers: Layers) -> Pixels:
        """Return the map of a network, (height, width) of the box, as indices of colors."""
        weights, biases = zip(*layers, strict=True)
        picture = class_map(weights, biases, self._window, activation=self._activation, inputs=self._inputs)
        rows, columns = picture.classes.shape
        across = _nearest_pixels(self._x, columns, self._box.width)
        down = _nearest_pixels(self._y, rows, self._box.height)[::-1]
        pixels: Pixels = self._colors.of(picture.painting())[np.ix_(down, across)]
        below = self._colors.rgb[pixels[self._covered]]
        mixed = below + self._opacity * (self._over - below)
        pixels[self._covered] = self._colors.nearest(np.round(mixed).astype(np.uint8))
        return pixels

    def _draw_curves(self, layer: Image.Image, experiment: Experiment) -> None:
        x = np.linspace(*self._x, self._box.width)
        curves = [self._placed(x, polynomial(x)) for polynomial in experiment.polynomials]
        for curve in curves:  # first all casings: none may cover another curve
            draw_lines(layer, curve, CASING, CASING_WIDTH)
        for curve, look in zip(curves, PALETTE, strict=False):
            draw_lines(layer, curve, look.rgb, CURVE_WIDTH)

    def _draw_points(self, layer: Image.Image, points: Floats, labels: Integers) -> None:
        shown = evenly(len(points), MOST_POINTS)
        placed = self._placed(*points[shown].T)
        for (x, y), label in zip(placed.tolist(), labels[shown].tolist(), strict=True):
            draw_disk(layer, x, y, POINT_RADIUS, PALETTE[label].rgb, POINT_EDGE)

    def _placed(self, x: Floats, y: Floats) -> Floats:
        """Return the pixels (N, 2) of points, from the left upper corner of the box."""
        # far outside it, a steep curve would exceed Pillow's coordinates
        across, up = np.clip(self._x.shares(x), -1, 2), np.clip(self._y.shares(y), -1, 2)
        return np.stack([across * self._box.width, (1 - up) * self._box.height], axis=-1)


def _nearest_pixels(span: Span, count: int, shown: int) -> Integers:
    """Return which of the `count` pixels of a map is at the center of each of `shown` over its window."""
    centers = pixel_centers(*span, count)
    positions = span.low + (np.arange(shown) + 0.5) / shown * (span.high - span.low)
    indices: Integers = np.round((positions - centers[0]) / (centers[1] - centers[0])).astype(np.int64)
    return indices
