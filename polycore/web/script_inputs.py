"""What the scripts in this folder take of a model: network.js its layers and inputs, place.js its curves."""

import numpy as np

from polycore.model.model import Model

MOST_PARAMETERS = 250_000  # 2 MB; a browser would take seconds to fetch more, and to compute with them


def shapes_of(model: Model) -> list[list[int]]:
    """Return rows and columns of each layer's weights."""
    return [list(weights.shape) for weights in model.weights]


def bytes_of(model: Model) -> bytes:
    """Return for each layer its weights, row by row, and its biases, as little-endian float64.

    They act on raw inputs.
    """
    layers = zip(model.weights, model.biases, strict=True)
    return b"".join(np.asarray(part, "<f8").tobytes() for layer in layers for part in layer)


def inputs_of(model: Model) -> dict[str, object]:
    """Return the names of its features, and the coefficients of the curves whose distances are inputs."""
    curves = [list(curve.coefficients) for curve in model.inputs.curves]
    return {"names": list(model.features), "curves": curves}


def curves_as_json(model: Model) -> dict[str, object]:
    """Return the coefficients of the classes' polynomials, the noise of points on them, and the window.

    polynomials: [] if the classes are not polynomials. noise: 0 if it is unknown.
    """
    return {
        "polynomials": [polynomial.coefficients for polynomial in model.polynomials],
        "noise": 0.0 if model.experiment is None else model.experiment.noise,
        "window": model.shown_window,
    }
