"""What both panels of a film draw with: boxes, smooth layers, and axes with numbers."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from polycore.arrays import Floats
from polycore.pictures.painter import COLORS, MOST_LEVELS, Painting, alphas_of, color_table
from polycore.pictures.palette import RGB, class_colors

SMOOTH = 4  # pixels of a layer across one of the film: Pillow draws without antialiasing
TEXT, AXIS, GRID = (34, 34, 34), (119, 119, 119), (232, 232, 232)
SMALL = 12  # pixels: the numbers at the axes
TICK_GAP = 7  # pixels from an axis to its numbers: the dot at step 0 covers 6

Font = ImageFont.ImageFont | ImageFont.FreeTypeFont


class Box(NamedTuple):
    """The pixels of a panel: its left upper corner in the frame, and its size."""

    left: int
    top: int
    width: int
    height: int

    @property
    def right(self) -> int:
        """The first column to the right of it."""
        return self.left + self.width

    @property
    def bottom(self) -> int:
        """The first row below it."""
        return self.top + self.height

    @property
    def rows_and_columns(self) -> tuple[slice, slice]:
        """Its part of an array of the frame's pixels."""
        return slice(self.top, self.bottom), slice(self.left, self.right)


class Span(NamedTuple):
    """The range of an axis, in its own units."""

    low: float
    high: float

    def shares(self, values: Floats) -> Floats:
        """Return how far along the axis values lie: 0 at `low`, 1 at `high`."""
        return (values - self.low) / (self.high - self.low)


def font(size: int) -> Font:
    """Return Pillow's own font. It has ASCII, but neither superscripts nor a multiplication sign."""
    return ImageFont.load_default(size=size)


def new_layer(width: int, height: int) -> Image.Image:
    """Return a transparent layer for so many pixels of the film, SMOOTH times as wide and as high."""
    return Image.new("RGBA", (SMOOTH * width, SMOOTH * height), (255, 255, 255, 0))


def draw_lines(layer: Image.Image, points: Floats, color: tuple[int, ...], width: float) -> None:
    """Draw a line through `points` (N, 2), in pixels of the film from the layer's left upper corner."""
    pen = ImageDraw.Draw(layer)
    pen.line((SMOOTH * points).ravel().tolist(), fill=color, width=round(SMOOTH * width), joint="curve")


def draw_disk(layer: Image.Image, x: float, y: float, radius: float, color: RGB, edge: float) -> None:
    """Draw a disk with a white edge around it; all in pixels of the film."""
    pen = ImageDraw.Draw(layer)
    for size, fill in ((radius + edge, (255, 255, 255)), (radius, color)):
        corners = (x - size, y - size, x + size, y + size)
        pen.ellipse([SMOOTH * corner for corner in corners], fill=(*fill, 255))


def smoothed(layer: Image.Image) -> Image.Image:
    """Return a layer in the film's pixels."""
    return layer.reduce(SMOOTH)


def write_below(frame: Image.Image, box: Box, shares: Floats, texts: Sequence[str]) -> None:
    """Write the numbers of a horizontal axis, each at its share of the width."""
    pen = ImageDraw.Draw(frame)
    for share, text in zip(shares.tolist(), texts, strict=True):
        half = pen.textlength(text, font=font(SMALL)) / 2
        # a long number at the right end stays within the frame
        x = min(box.left + share * box.width, frame.width - 4 - half)
        pen.text((x, box.bottom + TICK_GAP), text, fill=AXIS, font=font(SMALL), anchor="mt")


def write_beside(frame: Image.Image, box: Box, shares: Floats, texts: Sequence[str]) -> None:
    """Write the numbers of a vertical axis, each at its share of the height, from below."""
    pen = ImageDraw.Draw(frame)
    for share, text in zip(shares.tolist(), texts, strict=True):
        y = box.bottom - share * box.height
        pen.text((box.left - TICK_GAP, y), text, fill=AXIS, font=font(SMALL), anchor="rm")


# --- colors: at most 256, the same in every frame, so that none flickers ----------------------

GRAYS = 16  # from white, which is color 0, to black: for axes and text
LINE_ALPHAS = (219, 255)  # of lines and points, and of their edges
WHITE = 255
FINE = 32  # steps of red, green and blue in the table of nearest colors

Pixels = NDArray[np.uint8]


class GifColors:
    """For each class its color in so many strengths: regions have the pale ones, curves the full one.

    rgb: (C, 3), C at most 256.
    """

    def __init__(self, class_count: int) -> None:
        """Divide the colors among the classes, 24 at most."""
        self._hues = class_colors(class_count)
        levels = min(MOST_LEVELS, (COLORS - GRAYS) // class_count - len(LINE_ALPHAS))
        grays = np.linspace(WHITE, 0, GRAYS).round().astype(np.uint8)[:, np.newaxis].repeat(3, axis=1)
        # what is fully transparent is white, and among the grays
        of_classes = _over_white(color_table(self._hues, (*alphas_of(levels)[1:], *LINE_ALPHAS)))
        self.rgb: Pixels = np.concatenate([grays, of_classes])
        steps = np.linspace(0, WHITE, FINE)
        grid = np.stack(np.meshgrid(steps, steps, steps, indexing="ij"), axis=-1).reshape(-1, 3)
        self._nearest = _nearest(grid, self.rgb).reshape(FINE, FINE, FINE)  # by red, green and blue

    def of(self, painting: Painting) -> Pixels:
        """Return the pixels (rows, columns) of a map, the lowest y first, in the nearest of these colors."""
        indices: Pixels = _nearest(_over_white(color_table(self._hues, painting.alphas)), self.rgb)
        return indices[painting.pixels]

    def nearest(self, rgb: Pixels) -> Pixels:
        """Return the index (...) of the color that is nearest to each of `rgb` (..., 3)."""
        red, green, blue = np.moveaxis(_TO_FINE[rgb], -1, 0)
        indices: Pixels = self._nearest[red, green, blue]
        return indices


def _over_white(colors: Pixels) -> Pixels:
    """Return colors (N, 4), with alpha, as they look on white: (N, 3)."""
    rgb, alphas = colors[:, :3].astype(np.float64), colors[:, 3:] / WHITE
    mixed: Pixels = (WHITE + alphas * (rgb - WHITE)).round().astype(np.uint8)
    return mixed


_TO_FINE = np.round(np.arange(WHITE + 1) * ((FINE - 1) / WHITE)).astype(np.int64)


def _nearest(rgb: Floats | Pixels, colors: Pixels) -> Pixels:
    """Return the index (N,) of the color that is nearest to each of `rgb` (N, 3)."""
    asked, known = rgb.astype(np.float32), colors.astype(np.float32)
    # |a - b|² = |a|² - 2 a·b + |b|², of which |a|² is the same for all colors
    distances = (known**2).sum(axis=1) - 2 * asked @ known.T
    nearest: Pixels = distances.argmin(axis=1).astype(np.uint8)
    return nearest
