"""The names and shapes of a network's arrays: weights_l1, biases_l1, weights_l2, ..., loss and accuracy.

A weight file also has one text, the metadata. In the file of a network that a program for ReLU would compute
wrongly, the arrays have other names: layer_weights_1, layer_biases_1, ... Such a program stops there with a
missing name. Everything here, and every check, has the names for ReLU.
"""

import math
from collections.abc import Collection, Mapping, Sequence

from polycore.errors import PolycoreError
from polycore.limits import MAX_CLASSES, MAX_LAYERS, MAX_PARAMETERS, MAX_WIDTH, MIN_CLASSES
from polycore.model.refusals import Reason, Shape
from polycore.network.features import FEATURES, PLAIN, input_count
from polycore.optimizers.optimizer import state_names
from polycore.optimizers.registry import OPTIMIZERS

INPUTS = 2
MOST_INPUTS = len(FEATURES) + MAX_CLASSES  # one for each feature, and for each curve the distance to it
METADATA = "metadata"
SCALARS = ("loss", "accuracy")
NAMES = (
    *(f"{kind}_l{layer}" for layer in range(1, MAX_LAYERS + 1) for kind in ("weights", "biases")),
    *SCALARS,
    METADATA,
)
NAMES_OF_OTHERS: Mapping[str, str] = {
    name: f"layer_{name.replace('_l', '_')}" for name in NAMES if name not in (*SCALARS, METADATA)
}
RUN_NAMES = (
    *("parameters", "best_parameters", "gradient"),
    *state_names(OPTIMIZERS),
    *("history_step", "history_loss", "history_accuracy", "history_held_out_accuracy"),
    *("data_points", "data_labels", "earlier_history", "given_weights", "snapshot_step", "snapshots"),
    *("point_errors", "point_counts", "new_point_errors", "new_point_counts"),
)


def has_names_of_others(names: Collection[str]) -> bool:
    """Return whether arrays have the names of a network that is not one with ReLU.

    Raises PolycoreError if some have the one and some the other.
    """
    of_others = any(name in names for name in NAMES_OF_OTHERS.values())
    if of_others and any(name in names for name in NAMES_OF_OTHERS):
        raise PolycoreError(Reason.MIXED_NAMES.text())
    return of_others


def checked_layers(names: Collection[str]) -> int:
    """Return the number of layers of a network whose arrays have these names.

    Raises PolycoreError if one of weights_l1, biases_l1, ..., loss and accuracy is missing, there are others,
    or there are more than 8 layers.
    """
    layers = max(sum(name.startswith(kind) for name in names) for kind in ("weights_l", "biases_l"))
    if not 1 <= layers <= MAX_LAYERS:
        raise PolycoreError(Reason.LAYERS.text(layers=layers))
    expected = [f"{kind}_l{layer}" for layer in range(1, layers + 1) for kind in ("weights", "biases")]
    expected += SCALARS
    missing = [name for name in expected if name not in names]
    if missing:
        raise PolycoreError(Reason.MISSING.text(name=missing[0]))
    if len(names) > len(expected):
        raise PolycoreError(Reason.ARRAYS.text(arrays=len(names), expected=len(expected)))
    return layers


def checked_classes(shapes: Mapping[str, Shape], features: Sequence[str] | None = PLAIN) -> int:
    """Return the number of classes of a network whose arrays have these names and shapes.

    features: of its inputs; None if they are not known yet.
    Raises PolycoreError unless the shapes form one network with these inputs, within the limits.
    """
    layers = checked_layers(shapes)
    width, parameters = _inputs(shapes, features, layers), 0
    for layer in range(1, layers + 1):
        width = _checked_width(layer, width, shapes)
        parameters += math.prod(shapes[f"weights_l{layer}"]) + width
    if not MIN_CLASSES <= width <= MAX_CLASSES:
        raise PolycoreError(Reason.CLASSES.text(classes=width))
    if parameters > MAX_PARAMETERS:
        raise PolycoreError(Reason.PARAMETERS.text(parameters=parameters))
    for name in SCALARS:
        if shapes[name] != ():
            raise PolycoreError(Reason.SCALAR.text(name=name, shape=shapes[name]))
    return width


def check_inputs(shapes: Mapping[str, Shape], features: Sequence[str], classes: int) -> None:
    """Raise PolycoreError unless the first layer of a network has the inputs that these features are."""
    _checked_width(1, input_count(features, classes), shapes)


def _inputs(shapes: Mapping[str, Shape], features: Sequence[str] | None, layers: int) -> int:
    first, last = shapes["weights_l1"], shapes[f"weights_l{layers}"]
    if features is not None:
        return input_count(features, last[1] if len(last) == 2 else 0)
    return first[0] if len(first) == 2 and 1 <= first[0] <= MOST_INPUTS else INPUTS


def _checked_width(layer: int, inputs: int, shapes: Mapping[str, Shape]) -> int:
    name = f"weights_l{layer}"
    shape = shapes[name]
    if len(shape) != 2 or shape[0] != inputs:
        reason = Reason.FIRST_INPUTS if layer == 1 else Reason.INPUTS
        raise PolycoreError(reason.text(name=name, shape=shape, inputs=inputs, previous=layer - 1))
    width = shape[1]
    if not 1 <= width <= MAX_WIDTH:
        raise PolycoreError(Reason.WIDTH.text(name=name, shape=shape))
    name = f"biases_l{layer}"
    if shapes[name] not in ((1, width), (width,)):
        raise PolycoreError(Reason.BIASES.text(name=name, shape=shapes[name], width=width))
    return width
