"""Frames of a GIF: the pictures of a film, each with the map, the loss, and a line of text above."""

import numpy as np
from PIL import Image, ImageDraw

from polycore.films.drawing import AXIS, SMALL, TEXT, Box, font
from polycore.films.gif_colors import GifColors
from polycore.films.loss_panel import LossPanel
from polycore.films.moments import Moment, losses_of
from polycore.films.plane_panel import PlanePanel
from polycore.formatting import loss_text, percent
from polycore.pictures.ticks import number_text
from polycore.training.run import Run

SIZE = (640, 320)
PLANE, LOSS = Box(52, 46, 304, 231), Box(412, 46, 208, 231)
LINE = 34  # pixels from the top to the foot of the text
LARGE, MIDDLE = 18, 13  # pixels: the step, and the figures


class Frames:
    """Draws the frames of the moments of a run."""

    def __init__(self, run: Run, moments: list[Moment]) -> None:
        """Draw once what is the same in all frames."""
        self._colors = GifColors(run.experiment.class_count)
        self._plane = PlanePanel(run.experiment, self._colors, PLANE)
        self._loss = LossPanel(*losses_of(run.whole_history, moments), LOSS)
        self._empty = Image.new("RGB", SIZE, (255, 255, 255))
        self._plane.draw_axes(self._empty)
        self._loss.draw_axes(self._empty)
        _write_names(self._empty)

    def frame(self, moment: Moment) -> Image.Image:
        """Return the frame of a moment, with the colors that all frames have."""
        drawn = self._empty.copy()
        _write_figures(drawn, moment)
        self._loss.draw(drawn, moment.step)
        pixels = self._colors.nearest(np.asarray(drawn))
        pixels[PLANE.rows_and_columns] = self._plane.pixels(moment.layers)
        frame = Image.fromarray(pixels)
        frame.putpalette(self._colors.rgb.tobytes())
        return frame


def _write_names(frame: Image.Image) -> None:
    """Write the names of the axes. That of the loss is part of the text above it."""
    pen = ImageDraw.Draw(frame)
    for box, name in ((PLANE, "x"), (LOSS, "step")):
        middle = box.left + box.width / 2
        pen.text((middle, SIZE[1] - 6), name, fill=AXIS, font=font(SMALL), anchor="ms")
    pen.text((6, PLANE.top + PLANE.height / 2), "y", fill=AXIS, font=font(SMALL), anchor="lm")


def _write_figures(frame: Image.Image, moment: Moment) -> None:
    pen = ImageDraw.Draw(frame)
    pen.text((PLANE.left, LINE), f"step {moment.step:,}", fill=TEXT, font=font(LARGE), anchor="ls")
    accuracy = f"held-out accuracy {percent(moment.held_out_accuracy)}"
    pen.text((PLANE.right, LINE), accuracy, fill=TEXT, font=font(MIDDLE), anchor="rs")
    loss = f"loss {_plain(moment.loss)} nats"
    pen.text((LOSS.left, LINE), loss, fill=TEXT, font=font(MIDDLE), anchor="ls")


def _plain(loss: float) -> str:
    """Return a loss in the characters of Pillow's font: 1.48e-5 where pages have a superscript."""
    text = loss_text(loss)
    return text if text.isascii() else number_text(float(f"{loss:.2e}"))
