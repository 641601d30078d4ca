"""Files of networks with another activation than ReLU that break a rule, each with a part of the reason."""

import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from polycore.model.named_arrays import NAMES_OF_OTHERS
from tests.attacks.archives import metadata_text, saved, small


def other_metadata(**changes: Any) -> str:
    """Return the metadata of a small network with tanh; a change to None leaves a field out."""
    fields = json.loads(metadata_text()) | {"format": 3, "activation": "tanh", "features": ["x", "y"]}
    return json.dumps({name: value for name, value in (fields | changes).items() if value is not None})


def other(**changes: Any) -> dict[str, Any]:
    """Return the arrays of a small network with tanh; a change to None leaves an array out."""
    arrays = {NAMES_OF_OTHERS.get(name, name): array for name, array in small().items()}
    arrays["metadata"] = np.array(other_metadata())
    return {name: array for name, array in (arrays | changes).items() if array is not None}


def with_fields(**changes: Any) -> bytes:
    """Return such a file with other fields of metadata."""
    return saved(other(metadata=np.array(other_metadata(**changes))))


def renamed(names: Mapping[str, str]) -> bytes:
    """Return such a file with other names of arrays."""
    return saved({names.get(name, name): array for name, array in other().items()})


NO_FORMAT, NO_ACTIVATION = "none, or a format other than 3", "activation: got none or an unknown"
ONE_ROW_EACH = "one row for each input"
NO_FEATURES, ONE_KIND = "features: got none or others", "expected one kind of name"

OTHERS = {
    "no metadata": (saved(other(metadata=None)), NO_FORMAT),
    **{
        f"format {json.dumps(value)}": (with_fields(format=value), NO_FORMAT)
        for value in (1, 2, 4, 3.0, True, "3", [3])
    },
    "no format": (with_fields(format=None), NO_FORMAT),
    "no activation": (with_fields(activation=None), NO_ACTIVATION),
    **{
        f"activation {json.dumps(value)}": (with_fields(activation=value), NO_ACTIVATION)
        for value in ("step", "TANH", "tanh ", "__import__('os')", ["tanh"], {"tanh": 1}, 1, "")
    },
    "no features": (with_fields(features=None), NO_FEATURES),
    **{
        f"features {json.dumps(value)}": (with_fields(features=value), NO_FEATURES)
        for value in (
            [],
            ["y", "x"],
            ["x", "x"],
            ["x", "y", "x^2"],
            "xy",
            {"x": 1, "y": 2},
            [["x", "y"]],
            [1, 2],
        )
    },
    **{
        f"too many or too few inputs for {' '.join(value)}": (with_fields(features=value), ONE_ROW_EACH)
        for value in (["x"], ["x", "y", "x2"], ["x", "distances"])
    },
    "distances without polynomials": (
        with_fields(features=["distances"], polynomials=[]),
        "features: got distances without polynomials",
    ),
    "distances with names of classes": (
        with_fields(features=["distances"], polynomials=None, classes=["a", "b"]),
        "features: got distances without polynomials",
    ),
    "more inputs than there are features": (
        saved(other(layer_weights_1=np.ones((33, 3)))),
        ONE_ROW_EACH,
    ),
    "polynomials of another number": (with_fields(polynomials=[[1, 0]]), "polynomials: got none, or another"),
    "no polynomials": (with_fields(polynomials=None), "polynomials: got none"),
    "names of another number": (with_fields(classes=["a"]), "classes: got none, or another number"),
    "equal names": (with_fields(classes=["a", "a"]), "a name that is not allowed, or one twice"),
    "a layer with the names for ReLU": (
        renamed({"layer_weights_2": "weights_l2", "layer_biases_2": "biases_l2"}),
        ONE_KIND,
    ),
    "one array with the name for ReLU": (renamed({"layer_weights_1": "weights_l1"}), ONE_KIND),
    "both names for all": (saved(other() | small(metadata=None)), ONE_KIND),
    "the other names and the metadata for ReLU": (
        saved(other(metadata=np.array(metadata_text()))),
        NO_FORMAT,
    ),
    "the names for ReLU and the other metadata": (
        saved(small(metadata=np.array(other_metadata()))),
        "metadata's format",
    ),
    "a layer without biases": (saved(other(layer_biases_2=None)), "layer_biases_2 is missing"),
    "a layer that does not fit": (
        saved(other(layer_weights_2=np.ones((9, 2)))),
        "layer_weights_2: got shape",
    ),
    "three inputs": (saved(other(layer_weights_1=np.ones((3, 3)))), "layer_weights_1: got shape"),
    "a ninth layer": (renamed({"layer_weights_2": "layer_weights_9"}), "an entry of another name"),
    "a layer zero": (renamed({"layer_weights_1": "layer_weights_0"}), "an entry of another name"),
    "complex numbers": (
        saved(other(layer_weights_1=np.ones((2, 3), complex))),
        "layer_weights_1: got another",
    ),
    "objects": (
        saved(other(layer_biases_1=np.array([[None] * 3]))),
        "layer_biases_1: got another type",
    ),
    "NaN": (saved(other(layer_biases_2=np.full((1, 2), np.nan))), "layer_biases_2: got a number that is not"),
}
