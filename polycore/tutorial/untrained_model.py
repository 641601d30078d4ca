"""The tutorial's untrained network as a Model, for the Inside page."""

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
    """Return the untrained network of `tutorial.walkthrough()`, the same object each time."""
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
    """Return the 1,200 samples on which its loss and accuracy are measured. There are no held-out points."""
    walk = walkthrough()
    return read_only(DataSets(walk.points, walk.labels))


def is_tutorial(model: Model) -> bool:
    """Return whether a model is the tutorial's, also after its weights have been changed."""
    return model.metadata.get("origin") == ORIGIN and model.polynomials == TUTORIAL_POLYNOMIALS
