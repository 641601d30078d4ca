"""Points of the plane as dots in the colors of their classes, as a small PNG file."""

import numpy as np
from numpy.typing import NDArray

from polycore.arrays import Floats, Integers, evenly
from polycore.pictures.palette import PALETTE
from polycore.pictures.png import indexed_png
from polycore.pictures.small_map import HEIGHT, WIDTH
from polycore.polynomials.window import Window

MOST_DOTS = 2000  # more would only cover each other
DOT = 3  # pixels across

_COLORS = np.array([(0, 0, 0, 0), *((*look.rgb, 255) for look in PALETTE)], dtype=np.uint8)


def dots_png(points: Floats, labels: Integers, window: Window) -> bytes:
    """Return the points (N, 2) of classes `labels` (N,) that lie in the window, 240 by 160 pixels.

    At most 2000 dots are drawn, evenly chosen, in turns of their classes; all else is transparent.
    """
    chosen = evenly(len(points), MOST_DOTS)
    rows, columns, shown = _placed(points[chosen], labels[chosen], window)
    order = _in_turns(shown)
    down, across = np.indices((DOT, DOT)).reshape(2, 1, -1)
    picture = np.zeros((HEIGHT + DOT - 1, WIDTH + DOT - 1), dtype=np.uint8)  # a dot on an edge ends beyond it
    picture[rows[order, np.newaxis] + down, columns[order, np.newaxis] + across] = (
        shown[order, np.newaxis] + 1
    )
    middle = DOT // 2
    return indexed_png(picture[middle : middle + HEIGHT, middle : middle + WIDTH], _COLORS)


def _placed(points: Floats, labels: Integers, window: Window) -> tuple[Integers, Integers, Integers]:
    """Return row, column and label of each point that lies in the window."""
    (left, right), (low, high) = window
    across, down = (points[:, 0] - left) / (right - left), (high - points[:, 1]) / (high - low)
    is_inside = (across >= 0) & (across <= 1) & (down >= 0) & (down <= 1)
    rows = np.minimum(HEIGHT * down[is_inside], HEIGHT - 1).astype(np.intp)
    columns = np.minimum(WIDTH * across[is_inside], WIDTH - 1).astype(np.intp)
    return rows, columns, labels[is_inside]


def _in_turns(labels: Integers) -> NDArray[np.intp]:
    """Return the order in which dots of each class come as evenly as they can: none hides all of another."""
    shares = np.empty(len(labels))
    for label in np.unique(labels):
        own = np.flatnonzero(labels == label)
        shares[own] = (np.arange(len(own)) + 0.5) / len(own)
    return shares.argsort(kind="stable")
