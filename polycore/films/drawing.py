"""What both panels of a film draw with: boxes, smooth layers, and axes with numbers."""

from collections.abc import Sequence
from typing import NamedTuple

from PIL import Image, ImageDraw, ImageFont

from polycore.arrays import Floats
from polycore.pictures.palette import RGB

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
