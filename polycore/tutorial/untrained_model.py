"""The tutorial's untrained network as a model that can be looked into like any other."""

from functools import cache

import numpy as np

from polycore.arrays import read_only
from polycore.model.evaluation import DataSets
from polycore.model.model import Model
from polycore.polynomials.presets import TUTORIAL_POLYNOMIALS
from polycore.tutorial.numbers import walkthrough

ORIGIN = "the tutorial's walk-through"


@cache
def tutorial_model() -> Model:
    """Return the network of `tutorial.walkthrough()`; it is untrained. The same one each time."""
    walk = walkthrough()
    classes = len(TUTORIAL_POLYNOMIALS)
    return Model(
        weights=(walk.weights_l1.astype(np.float64), walk.weights_l2.astype(np.float64)),
        biases=(np.zeros((1, len(walk.weights_l2))), np.zeros((1, classes))),
        loss=walk.loss,
        accuracy=walk.accuracy,
        polynomials=TUTORIAL_POLYNOMIALS,
        metadata={"origin": ORIGIN},
    )


@cache
def tutorial_sets() -> DataSets:
    """Return the 1,200 samples that its loss and accuracy are measured on. It has no held-out points."""
    walk = walkthrough()
    return read_only(DataSets(walk.points, walk.labels))


def is_tutorial(model: Model) -> bool:
    """Return whether a model comes from there, whatever has been done to its weights since."""
    return model.metadata.get("origin") == ORIGIN and model.polynomials == TUTORIAL_POLYNOMIALS
