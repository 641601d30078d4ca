"""The loss of a film: a line on a logarithmic axis that grows, with a dot at its end."""

import numpy as np
from PIL import Image, ImageDraw

from polycore.arrays import Floats
from polycore.films.drawing import (
    AXIS,
    GRID,
    Box,
    Span,
    draw_disk,
    draw_lines,
    new_layer,
    smoothed,
    write_below,
    write_beside,
)
from polycore.pictures.palette import PALETTE
from polycore.pictures.ticks import linear_ticks, log_ticks, number_text

COLOR = PALETTE[0].rgb  # that of the loss on the pages
LINE_WIDTH, DOT_RADIUS, DOT_EDGE = 2.0, 4.0, 1.5
MARGIN = 0.06  # of the axis of losses, as a share of its range
MOST_TICKS, FEW_TICKS, LONG = 4, 3, 1_000_000  # of steps: from LONG on there is room for few
ROOM = 6  # pixels: what a dot covers on each side


class LossPanel:
    """Draws the loss up to a step into a box of each frame."""

    def __init__(self, steps: Floats, losses: Floats, box: Box) -> None:
        """Fit the axes to the whole line, of which a frame shows a part. Both arrays have shape (N,)."""
        self._box = box
        self._steps, self._logs = steps, np.log10(_positive(losses))
        first, last = float(steps[0]), float(steps[-1])
        self._x, self._y = Span(first, max(last, first + 1)), _span_with_margin(self._logs)

    def draw_axes(self, frame: Image.Image) -> None:
        """Draw the axes, their numbers, and pale lines across."""
        box, pen = self._box, ImageDraw.Draw(frame)
        losses = np.array(log_ticks(*(10.0**end for end in self._y)))
        heights = self._y.shares(np.log10(losses))
        for y in box.bottom - np.round(heights * box.height):
            pen.line((box.left, y, box.right, y), fill=GRID)
        pen.line((box.left, box.top, box.left, box.bottom, box.right, box.bottom), fill=AXIS)
        write_beside(frame, box, heights, list(map(number_text, losses.tolist())))
        steps = np.array(linear_ticks(*self._x, FEW_TICKS if self._x.high >= LONG else MOST_TICKS))
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
        draw_lines(layer, np.stack([x, y], axis=-1) + ROOM, COLOR, LINE_WIDTH)
        draw_disk(layer, x[-1] + ROOM, y[-1] + ROOM, DOT_RADIUS, COLOR, DOT_EDGE)
        drawn = smoothed(layer)
        frame.paste(drawn, (self._box.left - ROOM, self._box.top - ROOM), drawn)


def _positive(losses: Floats) -> Floats:
    """Return losses that have a logarithm: in place of 0 and infinity the least and the largest others."""
    usable = losses[np.isfinite(losses) & (losses > 0)]
    if not usable.size:
        return np.ones_like(losses)
    return np.clip(np.nan_to_num(losses, nan=np.inf), usable.min(), usable.max())


def _span_with_margin(logs: Floats) -> Span:
    low, high = float(logs.min()), float(logs.max())
    margin = MARGIN * (high - low) or 0.1
    return Span(low - margin, high + margin)
