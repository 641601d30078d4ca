"""Arrays that make no network within the limits, each with a part of the reason."""

import numpy as np

from tests.attacks.archives import header, network, npy_of, saved
from tests.attacks.variations import chained, with_content, without

NETWORK = {
    "no loss": (without("loss"), "loss is missing"),
    "no accuracy": (without("accuracy"), "accuracy is missing"),
    "no weights of a layer": (without("weights_l2"), "weights_l2 is missing"),
    "no biases of a layer": (without("biases_l1"), "biases_l1 is missing"),
    "no layers": (without("weights_l1", "weights_l2", "biases_l1", "biases_l2"), "0 layers"),
    "layers 1 and 3": (
        without("weights_l2", "biases_l2", weights_l3=np.ones((3, 2)), biases_l3=np.ones((1, 2))),
        "weights_l2 is missing",
    ),
    "layers 2 and 3": (
        without("weights_l1", "biases_l1", weights_l3=np.ones((3, 2)), biases_l3=np.ones((1, 2))),
        "weights_l1 is missing",
    ),
    "nine layers": (chained(2, *[3] * 8, 2), "another name"),
    "nine layers, one without biases": (
        saved({name: array for name, array in network(2, *[3] * 8, 2).items() if name != "biases_l1"}),
        "another name",
    ),
    "one input": (chained(1, 3, 2), r"weights_l1: got shape \(1, 3\)"),
    "three inputs": (chained(3, 3, 2), r"weights_l1: got shape \(3, 3\)"),
    "layers that do not fit": (without(weights_l2=np.ones((4, 2))), r"expected \(3, neurons\)"),
    "weights the other way round": (without(weights_l1=np.ones((3, 2))), r"got shape \(3, 2\)"),
    "weights of one dimension": (without(weights_l1=np.ones(2)), r"got shape \(2,\)"),
    "weights without a dimension": (without(weights_l1=np.float64(1)), r"got shape \(\)"),
    "weights of three dimensions": (without(weights_l1=np.ones((2, 3, 1))), "shape of 3 dimensions"),
    "weights of 30 dimensions": (without(weights_l1=np.ones((1,) * 30)), "shape of 30 dimensions"),
    "weights of 64 dimensions": (without(weights_l1=np.ones((1,) * 64)), "got another array header"),
    "biases in a column": (without(biases_l1=np.ones((3, 1))), r"biases_l1: got shape \(3, 1\)"),
    "biases in two rows": (without(biases_l1=np.ones((2, 3))), r"biases_l1: got shape \(2, 3\)"),
    "biases of another width": (without(biases_l1=np.ones((1, 4))), r"biases_l1: got shape \(1, 4\)"),
    "one bias for all": (without(biases_l1=np.float64(1)), r"biases_l1: got shape \(\)"),
    "no neurons": (chained(2, 0, 2), r"weights_l1: got shape \(2, 0\)"),
    "no neurons and a long other side": (
        with_content("weights_l1", npy_of(header(shape=f"({10**18}, 0)"), b"")),
        r"got shape \(more than 9,999,999, 0\)",
    ),
    "513 neurons": (chained(2, 513, 2), "expected 1 to 512 neurons"),
    "one class": (chained(2, 3, 1), "got 1 classes"),
    "25 classes": (chained(2, 3, 25), "got 25 classes"),
    "25 classes without a hidden layer": (chained(2, 25), "got 25 classes"),
    # 3·512 + 513·506 + 507·512 + 513·7
    "524,289 parameters": (
        saved({name: np.zeros_like(array) for name, array in network(2, 512, 506, 512, 7).items()}),
        "weights and biases: got 524,289",
    ),
    "no metadata, and 25 classes": (saved(network(2, 25, 25)), "got 25 classes"),
    "a layer with no rows": (without(weights_l2=np.ones((0, 2))), r"weights_l2: got shape \(0, 2\)"),
    "the last layer with no columns": (
        without(weights_l2=np.ones((3, 0)), biases_l2=np.ones((1, 0))),
        r"weights_l2: got shape \(3, 0\)",
    ),
    "biases of the layer before": (without(biases_l2=np.ones((1, 3))), r"biases_l2: got shape \(1, 3\)"),
    "biases of three dimensions": (without(biases_l2=np.ones((1, 1, 2))), "biases_l2: got shape of 3"),
    "eight full layers": (
        saved({name: np.zeros_like(array) for name, array in network(2, *[512] * 7, 24).items()}),
        "expected at most 524,288",
    ),
    "a broken link in the middle of eight": (
        saved(network(2, *[3] * 7, 2) | {"weights_l5": np.ones((4, 3))}),
        "since layer 4 has 3",
    ),
    "a loss in a list": (without(loss=np.array([0.5])), r"loss: got shape \(1,\)"),
    "an accuracy in a table": (without(accuracy=np.array([[0.5]])), r"accuracy: got shape \(1, 1\)"),
}

# a signalling NaN: the first bit of the fraction is 0, another is 1
SIGNALLING_NAN = np.array([0x7F800001] * 6, dtype="<u4").view("<f4").reshape(2, 3)

VALUES = (
    {
        f"a {kind} of {value}": (
            without(**{kind: np.full(shape, value)}),
            f"{kind}: got a number that is not",
        )
        for kind, shape in [("weights_l1", (2, 3)), ("biases_l2", (1, 2))]
        for value in [np.nan, np.inf, -np.inf, np.nextafter(1e6, 2e6), -1.1e6]
    }
    | {
        f"{name} {value}": (without(**{name: np.float64(value)}), f"{name}: got a number that is not")
        for name, values in [
            ("loss", [np.nan, np.inf, -5e-324, 1.1e6]),
            ("accuracy", [np.nan, -5e-324, np.nextafter(1, 2)]),
        ]
        for value in values
    }
    | {
        "one NaN among many numbers": (
            without(weights_l2=np.array([[1, 1], [1, np.nan], [1, 1]])),
            "weights_l2: got a number that is not",
        ),
        "a float32 beyond the limit": (
            without(weights_l1=np.full((2, 3), 1.1e6, dtype="<f4")),
            "weights_l1: got a number that is not",
        ),
        **{
            f"a float32 {value} as {name}": (
                without(**{name: np.full(shape, value, dtype="<f4")}),
                f"{name}: got a number that is not",
            )
            for name, shape in [("weights_l1", (2, 3)), ("loss", ()), ("accuracy", ())]
            for value in [np.nan, np.inf, -np.inf]
        },
        "a NaN with another's bits": (
            without(weights_l1=np.full((2, 3), -1, dtype="<i8").view("<f8")),
            "weights_l1: got a number that is not",
        ),
        "the largest float": (
            without(weights_l1=np.full((2, 3), np.finfo("<f8").max)),
            "weights_l1: got a number that is not",
        ),
        "a signalling NaN": (without(weights_l1=SIGNALLING_NAN), "weights_l1: got a number that is not"),
    }
)
