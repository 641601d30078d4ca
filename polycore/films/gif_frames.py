"""The frames of a film, drawn by Pillow: in each the map, the loss, and a line of text above."""

import numpy as np
from PIL import Image, ImageDraw

from polycore.arrays import Floats, Integers, evenly
from polycore.experiment.experiment import Experiment
from polycore.films.drawing import (
    AXIS,
    GRID,
    SMALL,
    TEXT,
    Box,
    GifColors,
    Pixels,
    Span,
    draw_disk,
    draw_lines,
    font,
    new_layer,
    smoothed,
    write_below,
    write_beside,
)
from polycore.films.film_steps import FilmStep, losses_of
from polycore.formatting import loss_text, percent
from polycore.network.parameters import Layers
from polycore.pictures.class_map import class_map, pixel_centers
from polycore.pictures.palette import PALETTE
from polycore.pictures.ticks import linear_ticks, log_ticks, tick_text
from polycore.training.run import Run

SIZE = (640, 320)
PLANE, LOSS = Box(52, 46, 304, 231), Box(412, 46, 208, 231)
LINE = 34  # pixels from the top to the foot of the text
LARGE, MIDDLE = 18, 13  # pixels: the step, and the figures


class Frames:
    """Draws the frames of some steps of a run."""

    def __init__(self, run: Run, film_steps: list[FilmStep]) -> None:
        """Draw once what is the same in all frames."""
        self._colors = GifColors(run.experiment.class_count)
        self._plane = PlanePanel(run.experiment, self._colors, PLANE)
        self._loss = LossPanel(*losses_of(run.whole_history, film_steps), LOSS)
        self._empty = Image.new("RGB", SIZE, (255, 255, 255))
        self._plane.draw_axes(self._empty)
        self._loss.draw_axes(self._empty)
        _write_names(self._empty)

    def frame(self, shown: FilmStep) -> Image.Image:
        """Return the frame of a step, with the colors that all frames have."""
        drawn = self._empty.copy()
        _write_figures(drawn, shown)
        self._loss.draw(drawn, shown.step)
        pixels = self._colors.nearest(np.asarray(drawn))
        pixels[PLANE.rows_and_columns] = self._plane.pixels(shown.layers)
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


def _write_figures(frame: Image.Image, shown: FilmStep) -> None:
    pen = ImageDraw.Draw(frame)
    pen.text((PLANE.left, LINE), f"step {shown.step:,}", fill=TEXT, font=font(LARGE), anchor="ls")
    accuracy = f"held-out accuracy {percent(shown.held_out_accuracy)}"
    pen.text((PLANE.right, LINE), accuracy, fill=TEXT, font=font(MIDDLE), anchor="rs")
    loss = loss_text(shown.loss)
    if not loss.isascii():  # Pillow's font has no superscripts: 1.48e-5 instead
        loss = tick_text(float(f"{shown.loss:.2e}"))
    pen.text((LOSS.left, LINE), f"loss {loss} nats", fill=TEXT, font=font(MIDDLE), anchor="ls")


# --- the map ----------------------------------------------------------------------------------

MOST_POINTS = 300
CASING, CASING_WIDTH, CURVE_WIDTH = (255, 255, 255, 153), 4.5, 2.25  # as on the pages
POINT_RADIUS, POINT_EDGE = 2.5, 1.0
PLANE_TICKS = 5  # at most, along each side


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
            ticks = linear_ticks(*span, PLANE_TICKS)
            write(frame, box, span.shares(np.array(ticks)), list(map(tick_text, ticks)))

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
        for curve, style in zip(curves, PALETTE, strict=False):
            draw_lines(layer, curve, style.rgb, CURVE_WIDTH)

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


# --- the loss ---------------------------------------------------------------------------------

LOSS_COLOR = PALETTE[0].rgb  # that of the loss on the pages
LINE_WIDTH, DOT_RADIUS, DOT_EDGE = 2.0, 4.0, 1.5
LOSS_MARGIN = 0.06  # of the axis of losses, as a share of its range
STEP_TICKS, FEW_STEP_TICKS, LONG = 4, 3, 1_000_000  # of steps: from LONG on there is room for few
ROOM = 6  # pixels: what a dot covers on each side


class LossPanel:
    """Draws the loss up to a step into a box of each frame."""

    def __init__(self, steps: Floats, losses: Floats, box: Box) -> None:
        """Fit the axes to the whole line, of which a frame shows a part. Both arrays have shape (N,)."""
        self._box = box
        self._steps, self._logs = steps, np.log10(_positive(losses))
        first, last = float(steps[0]), float(steps[-1])
        self._x = Span(first, max(last, first + 1))
        low, high = float(self._logs.min()), float(self._logs.max())
        margin = LOSS_MARGIN * (high - low) or 0.1
        self._y = Span(low - margin, high + margin)

    def draw_axes(self, frame: Image.Image) -> None:
        """Draw the axes, their numbers, and pale lines across."""
        box, pen = self._box, ImageDraw.Draw(frame)
        losses = np.array(log_ticks(*(10.0**end for end in self._y)))
        heights = self._y.shares(np.log10(losses))
        for y in box.bottom - np.round(heights * box.height):
            pen.line((box.left, y, box.right, y), fill=GRID)
        pen.line((box.left, box.top, box.left, box.bottom, box.right, box.bottom), fill=AXIS)
        write_beside(frame, box, heights, list(map(tick_text, losses.tolist())))
        steps = np.array(linear_ticks(*self._x, FEW_STEP_TICKS if self._x.high >= LONG else STEP_TICKS))
        whole = steps[steps % 1 == 0]
        write_below(frame, box, self._x.shares(whole), [f"{step:,.0f}" for step in whole])

    def draw(self, frame: Image.Image, step: int) -> None:
        """Draw the line up to a step, and the dot there."""
        done = self._steps < step
        steps = np.append(self._steps[done], step)
        logs = np.append(self._logs[done], np.interp(step, self._steps, self._logs))
        x, y = self._x.shares(steps) * self._box.width, (1 - self._y.shares(logs)) * self._box.height
        # with room around the box, for what is at its edges
        layer = new_layer(self._box.width + 2 * ROOM, self._box.height + 2 * ROOM)
        draw_lines(layer, np.stack([x, y], axis=-1) + ROOM, LOSS_COLOR, LINE_WIDTH)
        draw_disk(layer, x[-1] + ROOM, y[-1] + ROOM, DOT_RADIUS, LOSS_COLOR, DOT_EDGE)
        drawn = smoothed(layer)
        frame.paste(drawn, (self._box.left - ROOM, self._box.top - ROOM), drawn)


def _positive(losses: Floats) -> Floats:
    """Return losses that have a logarithm: in place of 0 and infinity the least and the largest others."""
    usable = losses[np.isfinite(losses) & (losses > 0)]
    if not usable.size:
        return np.ones_like(losses)
    return np.clip(np.nan_to_num(losses, nan=np.inf), usable.min(), usable.max())
