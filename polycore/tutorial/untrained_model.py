"""The tutorial's untrained network: every number of its forward pass, and the network as a Model."""

from dataclasses import dataclass
from functools import cache

import numpy as np

from polycore import network
from polycore.arrays import Floats, Integers, read_only
from polycore.formatting import counted, loss_text, percent
from polycore.model.evaluation import DataSets
from polycore.model.model import Model
from polycore.polynomials.presets import TUTORIAL_POLYNOMIALS
from polycore.polynomials.sampling import sample

WIDTHS = (2, 12, 12)


@dataclass(frozen=True, eq=False, repr=False)
class Walkthrough:
    """Every number from the samples to the accuracy, in the order of the tutorial's sections."""

    points: Floats  # (1200, 2)
    labels: Integers  # (1200,)
    weights_l1: Floats  # (2, 12)
    layer1: Floats  # (1200, 12), before ReLU
    relu: Floats  # (1200, 12)
    weights_l2: Floats  # (12, 12)
    layer2: Floats  # (1200, 12), the logits
    probabilities: Floats  # (1200, 12)
    loss: float  # nats
    predictions: Integers  # (1200,)
    accuracy: float  # share

    def __repr__(self) -> str:
        """The number of points, the loss and the accuracy."""
        points, loss = counted(len(self.points), "point"), loss_text(self.loss)
        return f"<Walkthrough: {points}, loss {loss} nats, accuracy {percent(self.accuracy)}>"


def walkthrough() -> Walkthrough:
    """Return the tutorial's numbers: samples, a 2→12 layer and a 12→12 layer, all drawn with seed 0."""
    rng = np.random.RandomState(0)  # the tutorial's published figures come from NumPy's legacy generator
    points, labels = sample(TUTORIAL_POLYNOMIALS, per_class=100, rng=rng)
    parameters = network.initial_parameters(WIDTHS, "tutorial", rng)
    (weights_l1, biases_l1), (weights_l2, biases_l2) = network.layers(parameters, WIDTHS)
    layer1 = network.dense(points, weights_l1, biases_l1)
    relu = network.relu(layer1)
    layer2 = network.dense(relu, weights_l2, biases_l2)
    probabilities = network.softmax(layer2)
    return Walkthrough(
        points=points,
        labels=labels,
        weights_l1=weights_l1,
        layer1=layer1,
        relu=relu,
        weights_l2=weights_l2,
        layer2=layer2,
        probabilities=probabilities,
        loss=network.cross_entropy(probabilities, labels),
        predictions=probabilities.argmax(axis=1),
        accuracy=network.accuracy(probabilities, labels),
    )


# --- the network as a Model, for the Inside page ----------------------------------------------

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
