"""A network or a referee as bytes, for the browser to compute its answers at the pointer."""

from collections.abc import Callable

import numpy as np

from pages.channel.frame import Frame
from polycore import Model, Referee

ModelNow = Callable[[], Model | Referee]  # returns what a map shows at that moment
MOST_PARAMETERS = 250_000  # 2 MB; a browser would fetch more for seconds


def packed(model: Model | Referee) -> bytes | None:
    """Return what the browser needs, as a frame has it; None of a very large network.

    Of a network: header "shapes", the rows and columns of each layer; blob "weights", for each layer its
    weights, row by row, and its biases, as float64. They act on raw (x, y).
    Of a referee: header "referee", the coefficients of each curve and the noise.
    """
    if isinstance(model, Referee):
        curves = [list(polynomial.coefficients) for polynomial in model.polynomials]
        return Frame("weights", 0, {"referee": {"coefficients": curves, "noise": model.noise}}, {}).content
    layers = list(zip(model.weights, model.biases, strict=True))
    if sum(weights.size + biases.size for weights, biases in layers) > MOST_PARAMETERS:
        return None
    numbers = b"".join(np.asarray(part, "<f8").tobytes() for layer in layers for part in layer)
    shapes = [list(weights.shape) for weights, _ in layers]
    return Frame("weights", 0, {"shapes": shapes}, {"weights": numbers}).content
