"""Both readers of weight files, in NumPy and in JavaScript, answer as the model does."""

import ast
import math
import re
import sys

import numpy as np
import pytest

import polycore as pc
from polycore.network.activations import ACTIVATIONS
from polycore.network.features import NAMES
from tests.examples.programs import EXAMPLES, finished, printed
from tests.runs import OWN, TINY

pytestmark = pytest.mark.slow  # each test starts a process

READERS = ("read_weights.py", "read_weights.mjs")
POINTS = ((0.3, -0.7), (-0.9, 1.25))
# two inputs, one neuron, two classes: the logits of (x, y) are ReLU(x - y) and 0
BY_HAND = {
    "weights_l1": np.array([[1.0], [-1.0]]),
    "biases_l1": np.zeros((1, 1)),
    "weights_l2": np.array([[1.0, 0.0]]),
    "biases_l2": np.zeros((1, 2)),
    "loss": np.float64(0.5),
    "accuracy": np.float64(0.75),
}


@pytest.fixture(params=READERS)
def reader(request):
    return request.param


def answer_of(reader, folder, point):
    """Return the probabilities that a reader prints for a point, and the names of their classes."""
    lines = [line.split(" ", 1) for line in printed(reader, folder, "weights.npz", *point).splitlines()]
    probabilities, names = zip(*lines, strict=True)
    return [float(probability) for probability in probabilities], list(names)


def check(reader, folder):
    """Compare what a reader prints with what the model answers; return the names of the classes."""
    model = pc.Model.load(folder / "weights.npz")
    for point in POINTS:
        [expected] = model.predict_proba([point])
        probabilities, names = answer_of(reader, folder, point)
        assert probabilities == pytest.approx(expected, abs=1e-9)
    return names


def trained(**settings):
    experiment = pc.Experiment(
        polynomials=pc.INTRODUCTION_POLYNOMIALS, samples_per_class=10, hidden=(5, 4), steps=20, **settings
    )
    return pc.advance(pc.start(experiment), 20).best


def tutorial_s(**changes):
    """Return arrays as the tutorial saves them: one hidden layer and twelve classes."""
    rng = np.random.default_rng(0)
    shapes = {"weights_l1": (2, 64), "biases_l1": (1, 64), "weights_l2": (64, 12), "biases_l2": (1, 12)}
    arrays = {name: rng.normal(size=shape) for name, shape in shapes.items()}
    return {**arrays, "loss": 0.5, "accuracy": 0.75, **changes}


def test_polynomials(reader, tmp_path):
    trained().save(tmp_path / "weights.npz")
    names = check(reader, tmp_path)
    expected = [curve.coefficients for curve in pc.INTRODUCTION_POLYNOMIALS]
    assert [tuple(map(float, name.split())) for name in names] == expected


def test_own_points(reader, tmp_path):
    model = pc.advance(pc.start(OWN), 20).best
    model.save(tmp_path / "weights.npz")
    assert check(reader, tmp_path) == list(model.classes)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_each_activation_with_all_inputs(reader, activation, tmp_path):
    trained(activation=activation, features=NAMES).save(tmp_path / "weights.npz")
    check(reader, tmp_path)


@pytest.mark.parametrize(
    ("save", "change"),
    [
        pytest.param(np.savez, np.asarray, id="stored"),
        pytest.param(np.savez_compressed, np.asarray, id="deflated"),
        pytest.param(np.savez, lambda array: np.array(array, order="F"), id="by columns"),
        pytest.param(np.savez, np.float32, id="in float32"),
    ],
)
def test_the_tutorial_s_files(reader, save, change, tmp_path):
    arrays = tutorial_s()
    save(tmp_path / "weights.npz", **{name: change(array) for name, array in arrays.items()})
    assert check(reader, tmp_path) == [f"class {index}" for index in range(12)]


def test_a_network_that_is_computed_by_hand(reader, tmp_path):
    np.savez(tmp_path / "weights.npz", **BY_HAND)
    probabilities, _ = answer_of(reader, tmp_path, (2.5, 1.5))
    assert probabilities == pytest.approx([math.e / (math.e + 1), 1 / (math.e + 1)], abs=1e-12)
    probabilities, _ = answer_of(reader, tmp_path, (1.5, 2.5))
    assert probabilities == [0.5, 0.5]


def test_large_logits_do_not_overflow(reader, tmp_path):
    np.savez(tmp_path / "weights.npz", **BY_HAND)
    assert answer_of(reader, tmp_path, (5000, 0))[0] == [1, 0]


def test_a_later_format_is_refused(reader, tmp_path):
    np.savez(tmp_path / "weights.npz", **BY_HAND, metadata='{"format": 4}')
    check_refusal(reader, tmp_path, "got format 4; expected 1, 2 or 3.")


def test_a_run_file_is_refused(reader, tmp_path):
    pc.start(TINY).save(tmp_path / "weights.npz")
    check_refusal(reader, tmp_path, "got no weights; expected a weight file.")


def test_javascript_refuses_what_is_no_archive(tmp_path):
    (tmp_path / "weights.npz").write_bytes(b"GIF89a" + bytes(100))
    check_refusal("read_weights.mjs", tmp_path, "got no archive; expected a weight file.")


def test_javascript_notices_a_damaged_array(tmp_path):
    np.savez(tmp_path / "weights.npz", **tutorial_s(weights_l2=np.full((64, 12), 0.123)))
    content = (tmp_path / "weights.npz").read_bytes()
    damaged = content.replace(np.float64(0.123).tobytes(), np.float64(0.124).tobytes(), 1)
    (tmp_path / "weights.npz").write_bytes(damaged)
    check_refusal("read_weights.mjs", tmp_path, "weights_l2.npy is damaged.")


def check_refusal(reader, folder, reason):
    done = finished(reader, folder, "weights.npz", 0, 1)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", f"{reader}: {reason}\n")


def test_without_its_arguments_each_says_which(reader, tmp_path):
    done = finished(reader, tmp_path, "weights.npz")
    assert (done.returncode, done.stdout) == (1, "")
    assert f"{reader} WEIGHTS.npz X Y" in done.stderr


def test_they_import_numpy_and_what_comes_with_python_and_node():
    tree = ast.parse((EXAMPLES / "read_weights.py").read_text(encoding="utf-8"))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in imported} - sys.stdlib_module_names == {"numpy"}
    script = (EXAMPLES / "read_weights.mjs").read_text(encoding="utf-8")
    modules = re.findall(r"\bfrom \"(.+?)\"", script)
    assert len(modules) == len(re.findall(r"\bimport\b", script)) > 0
    assert [module for module in modules if not module.startswith("node:")] == []
