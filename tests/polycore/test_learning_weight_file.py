"""The weight file that a page writes: NumPy and the dashboard read it, to the last bit."""

import base64
import io
import zipfile

import numpy as np
import pytest

import polycore as pc
from tests.node import scripts, value_after

SCRIPT = scripts("polycore/web/learning/npz.js")
NUMBERS = np.random.default_rng(0).normal(size=2 * 3 + 3 + 3 * 2 + 2)


def written(activation="relu", features=("x", "y"), meaning="{ polynomials: [[1, 0, -1], [2, 0]] }"):
    count = len(features) * 3 + 3 + 3 * 2 + 2
    numbers = np.resize(NUMBERS, count).tolist()
    statements = f"""{SCRIPT}
    const file = weightFile({{
      shapes: [[{len(features)}, 3], [3, 2]], numbers: Float64Array.from({numbers}), meaning: {meaning},
      activation: "{activation}", features: {list(features)}, loss: 0.125, accuracy: 0.75,
      metadata: {{ held_out_accuracy: 0.5, trained_in: "a page: ½ 😀" }},
    }});"""
    content = value_after(statements, 'Buffer.from(file).toString("base64")')
    return base64.b64decode(content), np.array(numbers)


def test_numpy_reads_it_to_the_last_bit():
    content, numbers = written()
    assert zipfile.ZipFile(io.BytesIO(content)).testzip() is None
    file = np.load(io.BytesIO(content))
    parts = [file[name] for name in ("weights_l1", "biases_l1", "weights_l2", "biases_l2")]
    assert [part.shape for part in parts] == [(2, 3), (1, 3), (3, 2), (1, 2)]
    assert np.array_equal(np.concatenate([part.ravel() for part in parts]), numbers)
    assert (file["loss"], file["accuracy"], file["loss"].shape) == (0.125, 0.75, ())


@pytest.mark.parametrize(
    ("kind", "classes"),
    [
        pytest.param({}, ["x² − 1", "2x"], id="curves"),
        pytest.param({"meaning": '{ classes: ["é", "<b>"] }'}, ["é", "<b>"], id="own points"),
        pytest.param(
            {"activation": "tanh", "features": ("x", "y", "xy")}, ["x² − 1", "2x"], id="other inputs"
        ),
        pytest.param(
            {"activation": "sine", "meaning": '{ classes: ["a", "b"] }'}, ["a", "b"], id="other activation"
        ),
    ],
)
def test_the_dashboard_reads_it_and_it_claims_no_run(kind, classes):
    content, numbers = written(**kind)
    model = pc.Model.load(io.BytesIO(content))
    layers = zip(model.weights, model.biases, strict=True)
    assert np.array_equal(np.concatenate([part.ravel() for layer in layers for part in layer]), numbers)
    assert [one.typeset for one in model.named_classes] == classes
    assert (model.activation, tuple(model.features)) == (
        kind.get("activation", "relu"),
        kind.get("features", ("x", "y")),
    )
    assert (model.loss, model.accuracy, model.held_out_accuracy) == (0.125, 0.75, 0.5)
    assert model.metadata["trained_in"] == "a page: ½ 😀"
    assert model.experiment is None
    assert "step" not in model.metadata
