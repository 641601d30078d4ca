import io
import json
import math
import pickle
import tracemalloc
from dataclasses import FrozenInstanceError, replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from polycore.errors import PolycoreError
from polycore.experiment.experiment import Experiment
from polycore.model.model import Model
from polycore.model.weight_file import read_npy
from polycore.polynomials.polynomial import Polynomial
from polycore.polynomials.presets import TUTORIAL_POLYNOMIALS
from tests.attacks.archives import network

LINES = (Polynomial(1, 0), Polynomial(-1, 0))
WEIGHTS = np.array([[1.0], [1.0]])
POINTS = np.random.default_rng(1).normal(size=(50, 2))


def model_of(*widths: int, **more) -> Model:
    arrays = network(*widths)
    layers = range(1, len(widths))
    values = {
        "weights": tuple(arrays[f"weights_l{layer}"] for layer in layers),
        "biases": tuple(arrays[f"biases_l{layer}"] for layer in layers),
        "loss": 0.5,
        "accuracy": 0.75,
        "polynomials": tuple(Polynomial(slope, 0) for slope in range(1, widths[-1] + 1)),
    }
    return Model(**(values | more))


def saved(model: Model) -> bytes:
    file = io.BytesIO()
    model.save(file)
    return file.getvalue()


def loaded_again(model: Model) -> Model:
    return Model.load(io.BytesIO(saved(model)))


def bits(model: Model) -> list[bytes]:
    return [array.tobytes() for array in (*model.weights, *model.biases)]


# Predictions.


def test_two_classes_by_hand():
    # layer 1: ReLU(x + y); layer 2: logits (h, -h); so the odds of the first class are exp(2 h)
    model = Model((WEIGHTS, np.array([[1.0, -1.0]])), (np.zeros((1, 1)), np.zeros((1, 2))), 0.1, 1.0, LINES)
    points = [[0.5, 0.25], [-3, 1], [1, 2]]
    shares = [[1 / (1 + math.exp(-2 * h)), 1 / (1 + math.exp(2 * h))] for h in (0.75, 0, 3)]
    np.testing.assert_allclose(model.predict_proba(points), shares, rtol=1e-14)
    np.testing.assert_array_equal(model.predict(np.array([[1, 2], [2, 1]])), [0, 0])


def test_no_hidden_layer_by_hand():
    model = Model((np.array([[0.0, 1.0], [1.0, 0.0]]),), (np.array([0.0, math.log(3)]),), 0.1, 1.0, LINES)
    # logits (y, x + ln 3) at (0, 0): odds of 1 to 3
    np.testing.assert_allclose(model.predict_proba([[0, 0]]), [[0.25, 0.75]], rtol=1e-14)
    np.testing.assert_array_equal(model.predict([[0, 0], [0, 9]]), [1, 0])


@pytest.mark.parametrize("widths", [(2, 2), (2, 12, 12), (2, 5, 4, 3, 24)], ids=str)
def test_the_saved_arrays_give_the_same_probabilities_by_plain_numpy(widths, tmp_path):
    model = model_of(*widths)
    model.save(tmp_path / "model.npz")
    with np.load(tmp_path / "model.npz", allow_pickle=False) as stored:
        outputs = POINTS
        for layer in range(1, len(widths)):
            outputs = np.dot(outputs, stored[f"weights_l{layer}"]) + stored[f"biases_l{layer}"]
            if layer < len(widths) - 1:
                outputs = np.maximum(0, outputs)
    shares = np.exp(outputs) / np.exp(outputs).sum(axis=1, keepdims=True)
    for found in (model, Model.load(tmp_path / "model.npz")):
        np.testing.assert_allclose(found.predict_proba(POINTS), shares, rtol=1e-12)
        np.testing.assert_array_equal(found.predict(POINTS), shares.argmax(axis=1))


def test_many_points_give_what_each_gives_alone():
    model = model_of(2, 512, 3)
    points = np.random.default_rng(2).normal(size=(1000, 2))
    alone = np.concatenate([model.predict_proba(points[[i]]) for i in range(len(points))])
    # sums of 512 products may be added up in another order
    np.testing.assert_allclose(model.predict_proba(points), alone, rtol=1e-9)


def test_no_points_have_no_probabilities():
    assert model_of(2, 3, 4).predict_proba(np.empty((0, 2))).shape == (0, 4)
    assert model_of(2, 3, 4).predict(np.empty((0, 2))).shape == (0,)


def test_a_million_points_stay_within_200_mb_beside_their_probabilities():
    model = model_of(2, 12, 2)
    points = np.zeros((1_000_000, 2))
    model.predict_proba(points[:10])
    tracemalloc.start()
    probabilities = model.predict_proba(points)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak - probabilities.nbytes < 200e6


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.floats(-1e100, 1e100), st.floats(-1e100, 1e100)), min_size=1, max_size=5))
def test_probabilities_are_finite_and_sum_to_one_wherever_a_point_lies(points):
    widths = (2, *[512] * 2, 24)
    largest = Model(
        tuple(np.full(shape, 1e6) for shape in pairwise(widths)),
        tuple(np.full((1, width), -1e6) for width in widths[1:]),
        0.5,
        0.5,
        (),
    )
    for model in (model_of(2, 3, 2), largest):
        probabilities = model.predict_proba(points)
        assert np.isfinite(probabilities).all()
        np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-12)


def test_the_deepest_network_with_the_largest_weights_stays_finite():
    widths = (2, *[256] * 7, 24)
    weights = tuple(np.full(shape, 1e6) for shape in pairwise(widths))
    model = Model(weights, tuple(np.full(width, 1e6) for width in widths[1:]), 0.5, 0.5, ())
    np.testing.assert_allclose(model.predict_proba([[1e100, 1e100]]), [[1 / 24] * 24], rtol=1e-12)


@pytest.mark.parametrize(
    ("points", "reason"),
    [
        pytest.param([0.0, 1.0], r"got shape \(2,\); expected \(N, 2\)", id="one point without its row"),
        pytest.param(np.ones((4, 3)), r"got shape \(4, 3\); expected \(N, 2\)", id="three coordinates"),
        pytest.param(np.ones((1, 2, 2)), r"got shape \(1, 2, 2\)", id="three dimensions"),
        pytest.param([], r"got shape \(0,\)", id="an empty list"),
        pytest.param(
            [[0, 1], [2]], "points: got a value that is not an array", id="rows of different lengths"
        ),
        pytest.param([[0, math.nan]], "not finite", id="NaN"),
        pytest.param([[math.inf, 0]], "not finite", id="infinity"),
        pytest.param([[1.1e100, 0]], "out of range", id="beyond 1e100"),
        pytest.param([["0", "1"]], "got type str", id="texts"),
        pytest.param([[True, False]], "got type bool", id="booleans"),
        pytest.param([[1j, 0]], "got type complex128", id="complex numbers"),
        pytest.param([[10**400, 0]], "got type object", id="an integer no float can hold"),
    ],
)
def test_points_are_refused_that_are(points, reason):
    model = model_of(2, 3, 2)
    for predict in (model.predict_proba, model.predict):
        with pytest.raises(PolycoreError, match=reason):
            predict(points)


# What a model is.


def test_a_model_keeps_read_only_copies():
    weights = (np.ones((2, 2)),)
    model = Model(weights, (np.zeros(2),), 0.5, 0.5, ())
    weights[0][:] = 7
    np.testing.assert_array_equal(model.weights[0], np.ones((2, 2)))
    for array in (*model.weights, *model.biases):
        with pytest.raises(ValueError, match="read-only"):
            array[:] = 0
    with pytest.raises(FrozenInstanceError):
        model.loss = 0.0


def test_a_model_keeps_its_own_metadata():
    metadata = {"versions": {"polycore": "1"}, "steps": (1, 2)}
    model = model_of(2, 3, 2, metadata=metadata)
    metadata["versions"]["polycore"] = "2"
    assert model.metadata == {"versions": {"polycore": "1"}, "steps": [1, 2]}


def test_numbers_become_float64_and_flat_biases_rows():
    model = Model([np.ones((2, 2), np.float32)], [[1, 2]], np.float32(0.5), 1, [])
    assert model.weights[0].dtype == model.biases[0].dtype == np.float64
    np.testing.assert_array_equal(model.biases[0], [[1.0, 2.0]])
    assert [type(model.loss), type(model.accuracy), type(model.polynomials)] == [float, float, tuple]


def test_widths_are_the_layers_sizes():
    assert model_of(2, 5, 7, 3).widths == (2, 5, 7, 3)


def test_a_model_survives_a_pickle_read_only():
    model = model_of(2, 3, 2, held_out_accuracy=0.25, metadata={"step": 7})
    copy = pickle.loads(pickle.dumps(model))
    assert bits(copy) == bits(model)
    assert not any(array.flags.writeable for array in (*copy.weights, *copy.biases))
    assert (copy.loss, copy.accuracy, copy.held_out_accuracy) == (0.5, 0.75, 0.25)
    assert (copy.polynomials, copy.metadata) == (model.polynomials, {"step": 7})


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        pytest.param({"weights": (np.ones((2, 3)),)}, "weights_l2 is missing", id="biases without weights"),
        pytest.param({"biases": (np.ones(3),)}, "biases_l2 is missing", id="weights without biases"),
        pytest.param({"weights": (), "biases": ()}, "0 layers", id="no layers"),
        pytest.param(
            {"weights": (np.ones((2, 3)), np.ones((4, 2)))}, r"weights_l2: got shape \(4, 2\)", id="no chain"
        ),
        pytest.param({"biases": (np.ones(3), np.ones(3))}, r"biases_l2: got shape \(3,\)", id="other biases"),
        pytest.param(
            {"weights": ([[1, 2], [3]], np.ones((3, 2)))},
            "weights_l1: got a value that is not an array",
            id="ragged",
        ),
        pytest.param({"weights": (np.ones((2, 3)), np.ones((3, 2), complex))}, "complex128", id="complex"),
        pytest.param(
            {"weights": (np.full((2, 3), np.nan), np.ones((3, 2)))}, "weights_l1: got a number", id="NaN"
        ),
        pytest.param({"biases": (np.full(3, 1.1e6), np.ones(2))}, "biases_l1: got a number", id="too large"),
        pytest.param(
            {"biases": (np.full(3, np.iinfo(np.int64).min), np.ones(2))},
            "biases_l1: got a number",
            id="the least int64",
        ),
        pytest.param({"loss": -0.1}, "loss: got a number", id="a negative loss"),
        pytest.param({"loss": math.inf}, "loss: got a number", id="an infinite loss"),
        pytest.param({"loss": "0.5"}, "loss: got type str", id="a text as loss"),
        pytest.param({"loss": [0.5]}, r"loss: got shape \(1,\)", id="a list as loss"),
        pytest.param({"accuracy": 1.1}, "accuracy: got a number", id="accuracy beyond 1"),
        pytest.param({"held_out_accuracy": -0.1}, "held_out_accuracy: got a number", id="held-out below 0"),
        pytest.param({"held_out_accuracy": math.nan}, "held_out_accuracy: got a number", id="held-out NaN"),
        pytest.param({"polynomials": LINES[:1]}, "got 1 for 2 classes", id="too few polynomials"),
        pytest.param(
            {"polynomials": (1, "-x")}, r"polynomials\[0\]: got an int", id="a number for a polynomial"
        ),
        pytest.param(
            {"polynomials": (LINES[0], Polynomial(*[1] * 14))},
            r"polynomials\[1\]: got degree 13",
            id="degree 13",
        ),
        pytest.param(
            {"metadata": {"a": math.nan}}, "got values that JSON cannot hold", id="NaN in the metadata"
        ),
        pytest.param(
            {"metadata": {"a": np.ones(2)}}, "got values that JSON cannot hold", id="an array in it"
        ),
        pytest.param({"metadata": [1]}, "expected an object", id="a list for metadata"),
        pytest.param({"metadata": {1: 1, "1": 1}}, "same key twice", id="keys that become the same"),
        pytest.param({"metadata": {"a": "\ud83d"}}, "surrogate", id="half a surrogate pair in it"),
        pytest.param({"metadata": {"a": "x" * 2**18}}, "at most 262,144", id="too much metadata"),
        pytest.param(
            {"metadata": {"a": json.loads("[" * 40 + "]" * 40)}}, "nesting more than 32", id="deep metadata"
        ),
    ],
)
def test_a_model_is_refused_with(changes, reason):
    with pytest.raises(PolycoreError, match=reason):
        model_of(2, 3, 2, **changes)


def test_metadata_that_holds_itself_is_refused():
    metadata: dict[str, object] = {}
    metadata["self"] = metadata
    with pytest.raises(PolycoreError, match="got values that JSON cannot hold"):
        model_of(2, 3, 2, metadata=metadata)


# To a file and back.


@settings(max_examples=60, deadline=None)
@given(
    hidden=st.lists(st.integers(1, 6), max_size=7),
    classes=st.integers(2, 24),
    loss=st.floats(0, 1e6),
    accuracy=st.floats(0, 1),
    held_out_accuracy=st.none() | st.floats(0, 1),
    named=st.booleans(),
)
def test_a_saved_model_loads_as_it_was(hidden, classes, loss, accuracy, held_out_accuracy, named):
    model = model_of(2, *hidden, classes, loss=loss, accuracy=accuracy, held_out_accuracy=held_out_accuracy)
    if not named:
        model = replace(model, polynomials=(), held_out_accuracy=None)
    copy = loaded_again(model)
    assert bits(copy) == bits(model)
    assert (copy.loss, copy.accuracy) == (loss, accuracy)
    assert copy.held_out_accuracy == model.held_out_accuracy
    if named or classes != 12:
        assert copy.polynomials == model.polynomials
    assert saved(copy) == saved(loaded_again(copy))


def test_provenance_is_kept_and_what_the_model_knows_is_put_in_its_place():
    provenance = {"step": 7, "held_out_accuracy": 0.1, "polynomials": "stale", "format": 9}
    copy = loaded_again(model_of(2, 3, 2, held_out_accuracy=0.5, metadata=provenance))
    assert copy.metadata == {
        "format": 1,
        "polynomials": [[1, 0], [2, 0]],
        "step": 7,
        "held_out_accuracy": 0.5,
    }
    assert loaded_again(replace(copy, held_out_accuracy=None)).held_out_accuracy is None


@pytest.mark.parametrize("value", ["0.5", True, None, -0.1, 1.1, [0.5], 10**400])
def test_a_held_out_accuracy_that_is_none_is_only_provenance(value):
    copy = loaded_again(model_of(2, 3, 2, metadata={"held_out_accuracy": value}))
    assert copy.held_out_accuracy is None
    assert copy.metadata["held_out_accuracy"] == value


@pytest.mark.parametrize("value", [0, 1, 0.5])
def test_a_held_out_accuracy_may_be(value):
    text = {"format": 1, "polynomials": [[1], [2]], "held_out_accuracy": value}
    file = io.BytesIO()
    np.savez(file, **network(2, 3, 2), metadata=np.array(json.dumps(text)))
    file.seek(0)
    assert Model.load(file).held_out_accuracy == value


def test_a_model_without_polynomials_is_saved_without_metadata(tmp_path):
    model_of(2, 3, 2, polynomials=(), metadata={"step": 7}).save(tmp_path / "model.npz")
    with np.load(tmp_path / "model.npz") as stored:
        assert "metadata" not in stored
    assert Model.load(tmp_path / "model.npz").polynomials == ()


def test_an_experiment_comes_back():
    experiment = Experiment(polynomials=LINES, seed=3)
    copy = loaded_again(model_of(2, 3, 2, metadata={"experiment": experiment.to_dict()}))
    assert copy.experiment == experiment


@pytest.mark.parametrize("value", [None, 1, "x", [], {"steps": -1}, {"unknown": 1}, {"steps": 10**600}])
def test_what_is_no_experiment_is_only_provenance(value):
    model = model_of(2, 3, 2, metadata={"experiment": value})
    assert model.experiment is None
    assert model.metadata["experiment"] == value


def test_no_experiment_is_none():
    assert model_of(2, 3, 2).experiment is None


# The tutorial's files.


def test_twelve_classes_without_names_are_the_tutorials():
    assert Model.from_arrays(network(2, 12, 12)).polynomials == TUTORIAL_POLYNOMIALS
    assert loaded_again(replace(model_of(2, 12, 12), polynomials=())).polynomials == TUTORIAL_POLYNOMIALS


def test_twelve_classes_with_names_keep_them():
    model = model_of(2, 12, 12)
    assert model.polynomials != TUTORIAL_POLYNOMIALS
    assert loaded_again(model).polynomials == model.polynomials


def test_other_classes_without_names_stand_for_nothing_until_it_is_said():
    model = Model.from_arrays(network(2, 3, 2))
    assert model.polynomials == ()
    assert model.with_polynomials(list(LINES)).polynomials == LINES
    assert bits(model.with_polynomials(LINES)) == bits(model)
    with pytest.raises(PolycoreError, match="got 12 for 2 classes"):
        model.with_polynomials(TUTORIAL_POLYNOMIALS)


def test_the_tutorials_six_files_make_a_model(tmp_path):
    for name, array in network(2, 12, 12).items():
        np.save(tmp_path / f"{name}.npy", array)
    model = Model.from_arrays({path.stem: read_npy(path) for path in tmp_path.iterdir()})
    assert len(list(tmp_path.iterdir())) == 6
    assert bits(model) == bits(model_of(2, 12, 12))
    assert (model.loss, model.accuracy, model.metadata) == (0.5, 0.75, {})


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        pytest.param({"loss": None}, "loss is missing", id="without a loss"),
        pytest.param({"biases_l2": None}, "biases_l2 is missing", id="without biases"),
        pytest.param({"optimizer": np.ones(3)}, "7 arrays; expected 6", id="with an array too many"),
        pytest.param({"loss": np.ones(3)}, r"loss: got shape \(3,\)", id="with three losses"),
        pytest.param({"weights_l1": np.ones((2, 3), np.float16) * np.inf}, "not finite", id="with infinity"),
    ],
)
def test_a_set_of_arrays_is_refused(changes, reason):
    arrays = {name: array for name, array in (network(2, 3, 2) | changes).items() if array is not None}
    with pytest.raises(PolycoreError, match=reason):
        Model.from_arrays(arrays)
