"""The weights of a network as bytes, for the browser to compute its answers at the pointer."""

from collections.abc import Callable

import numpy as np

from pages.channel.frame import Frame
from polycore import Model

ModelNow = Callable[[], Model]  # returns the model that a map shows at that moment
MOST_PARAMETERS = 250_000  # 2 MB; a browser would fetch more for seconds


def packed(model: Model) -> bytes | None:
    """Return the weights, layer by layer, as a frame has its blobs; None of a very large network.

    Header: "shapes", the rows and columns of each layer. Blob "weights": for each layer its weights, row by
    row, and its biases, as float64. They act on raw (x, y).
    """
    layers = list(zip(model.weights, model.biases, strict=True))
    if sum(weights.size + biases.size for weights, biases in layers) > MOST_PARAMETERS:
        return None
    numbers = b"".join(np.asarray(part, "<f8").tobytes() for layer in layers for part in layer)
    shapes = [list(weights.shape) for weights, _ in layers]
    return Frame("weights", 0, {"shapes": shapes}, {"weights": numbers}).content
