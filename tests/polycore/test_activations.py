"""Activations: values by hand, slopes by central differences, and networks that train with each of them."""

import io
import json
import math
import runpy
from dataclasses import replace

import numpy as np
import pytest

import polycore as pc
from polycore import network
from polycore.inspection.forward_pass import forward_pass
from polycore.links.compact_weights import compact, model_from
from polycore.links.link import from_query, to_query
from polycore.links.snippet import numpy_snippet
from polycore.model import neurons
from polycore.model.named_arrays import NAMES_OF_OTHERS
from polycore.network.activations import ACTIVATIONS
from polycore.network.batch import Batch
from polycore.network.kernels import Kernels
from polycore.network.parameters import FREQUENCY, initial_parameters, layers
from polycore.network.plain import loss_and_gradient
from tests.polycore.test_kernels import central_differences, some
from tests.runs import TINY

NAMES = tuple(ACTIVATIONS)
OTHERS = tuple(name for name in NAMES if name != "relu")
Z = np.array([-3.0, -0.5, 0.25, 2.0])


def by_hand(name, z):
    match name:
        case "relu":
            return max(0.0, z)
        case "leaky-relu":
            return z if z > 0 else z / 100
        case "tanh":
            return (math.exp(z) - math.exp(-z)) / (math.exp(z) + math.exp(-z))
        case "sigmoid":
            return 1 / (1 + math.exp(-z))
        case "gelu":
            return z / 2 * (1 + math.tanh(math.sqrt(2 / math.pi) * (z + 0.044715 * z * z * z)))
        case "silu":
            return z / (1 + math.exp(-z))
        case "sine":
            return math.sin(z)
        case "identity":
            return z
    raise AssertionError(name)


@pytest.mark.parametrize("name", NAMES)
def test_values_are_those_worked_out_by_hand(name):
    found = ACTIVATIONS[name].value(Z)
    assert found == pytest.approx([by_hand(name, z) for z in Z], rel=1e-14)


def test_gelu_is_that_of_pytorch_in_its_tanh_form():
    # torch.nn.functional.gelu(torch.tensor([-1., 1., 2.], dtype=torch.float64), approximate="tanh")
    expected = [-0.15880800939172324, 0.8411919906082768, 1.954597694087775]
    assert ACTIVATIONS["gelu"].value(np.array([-1.0, 1.0, 2.0])) == pytest.approx(expected, rel=1e-14)


@pytest.mark.parametrize("name", NAMES)
def test_slopes_agree_with_central_differences(name):
    activation, h = ACTIVATIONS[name], 6e-6
    expected = (activation.value(Z + h) - activation.value(Z - h)) / (2 * h)
    assert activation.slope(Z, activation.value(Z)) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("name", NAMES)
def test_values_and_slopes_of_huge_numbers_are_finite(name):
    activation = ACTIVATIONS[name]
    for dtype, huge in ((np.float32, 1e30), (np.float64, 1e200)):
        z = np.array([-huge, -100, 0, 100, huge], dtype=dtype)
        with np.errstate(all="raise", under="ignore"):
            value = activation.value(z)
            slope = activation.slope(z, value)
        assert value.dtype == slope.dtype == dtype
        assert np.isfinite(value).all()
        assert np.isfinite(slope).all()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("widths", [(2, 4, 3), (2, 3, 4, 2)], ids=str)
def test_the_gradient_agrees_with_central_differences_for_every_parameter(name, widths):
    parameters, points, labels = some(widths, 11)
    activation, batch = ACTIVATIONS[name], Batch.of(points, labels, widths[-1])

    def loss(parameters):
        weights, biases = zip(*layers(parameters, widths), strict=True)
        logits = network.forward(weights, biases, points, activation)
        return network.cross_entropy(network.softmax(logits), labels)

    kernels = Kernels(widths, name)
    expected = central_differences(loss, parameters)
    for value, gradient in (
        loss_and_gradient(parameters, batch, widths, activation),
        kernels.loss_and_gradient(parameters, batch),
    ):
        assert value == pytest.approx(loss(parameters), rel=1e-13)
        assert gradient == pytest.approx(expected, abs=1e-8)
    assert kernels.gradient(parameters, batch) == pytest.approx(expected, abs=1e-8)
    assert kernels.loss(parameters, batch) == pytest.approx(loss(parameters), rel=1e-13)


@pytest.mark.parametrize(
    ("kind", "first", "second"),
    [("glorot", math.sqrt(6 / 302), math.sqrt(6 / 303)), ("siren", FREQUENCY / 2, math.sqrt(6 / 300))],
)
def test_uniform_initial_weights_fill_their_range(kind, first, second):
    parameters = initial_parameters((2, 300, 3), kind, np.random.default_rng(0))
    (weights_l1, biases_l1), (weights_l2, biases_l2) = layers(parameters, (2, 300, 3))
    for weights, limit in ((weights_l1, first), (weights_l2, second)):
        assert 0.97 * limit < np.abs(weights).max() <= limit
        assert weights.std() == pytest.approx(limit / math.sqrt(3), rel=0.08)
    assert not biases_l1.any()
    assert not biases_l2.any()


@pytest.mark.parametrize("name", OTHERS)
def test_initial_weights_that_suit_replace_those_of_relu(name):
    experiment = pc.Experiment(activation=name)
    suited = {"tanh": "glorot", "sigmoid": "glorot", "identity": "glorot", "sine": "siren"}.get(name, "he")
    assert experiment.initial_weights == suited
    assert pc.Experiment(activation=name, initial_weights="tutorial").initial_weights == "tutorial"
    assert experiment.with_activation("relu") == pc.Experiment()
    assert pc.Experiment().with_activation(name) == experiment
    kept = pc.Experiment(initial_weights="tutorial").with_activation(name)
    assert kept.initial_weights == "tutorial"


def trained(name, steps=60):
    return pc.advance(pc.start(replace(TINY, activation=name, initial_weights="he")), steps)


@pytest.mark.parametrize("name", NAMES)
def test_a_network_with_it_learns_and_its_model_predicts_as_it_was_trained(name):
    run = trained(name)
    assert run.best_loss < run.history.loss[0]
    model = run.current
    assert model.activation == name
    points, labels = run.experiment.training_set()
    values = points
    for weights, biases in zip(model.weights[:-1], model.biases[:-1], strict=True):
        sums = values @ weights + biases
        values = np.array([[by_hand(name, z) for z in row] for row in sums])
    logits = values @ model.weights[-1] + model.biases[-1]
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    expected = exponentials / exponentials.sum(axis=1, keepdims=True)
    assert model.predict_proba(points) == pytest.approx(expected, abs=1e-9)
    assert model.loss == pytest.approx(-np.log(expected[np.arange(len(labels)), labels]).mean(), rel=1e-6)


@pytest.mark.parametrize("name", OTHERS)
def test_a_run_is_the_same_however_it_is_cut_and_survives_its_file(name):
    whole, file = trained(name), io.BytesIO()
    half = trained(name, 25)
    half.save(file)
    file.seek(0)
    rest = pc.advance(pc.Run.load(file), 35)
    assert rest.parameters.tobytes() == whole.parameters.tobytes()
    assert rest.experiment == whole.experiment


@pytest.mark.parametrize("name", OTHERS)
def test_a_weight_file_has_arrays_of_other_names_and_is_read_back(name):
    model, file = trained(name).best, io.BytesIO()
    model.save(file)
    file.seek(0)
    with np.load(file) as arrays:
        assert "weights_l1" not in arrays.files  # with which the tutorial's program begins
        assert {"layer_weights_1", "layer_biases_1", "loss", "accuracy", "metadata"} < set(arrays.files)
        values = json.loads(str(arrays["metadata"]))
        assert (values["format"], values["activation"], values["features"]) == (3, name, ["x", "y"])
    file.seek(0)
    back = pc.Model.load(file)
    assert back.activation == name
    assert back.polynomials == model.polynomials
    points = np.array([[0.5, 0.75], [-1.0, 2.0]])
    assert back.predict_proba(points).tobytes() == model.predict_proba(points).tobytes()


def test_a_model_without_known_classes_keeps_its_activation_in_a_file():
    model = replace(trained("tanh").best, polynomials=(), metadata={})
    file = io.BytesIO()
    model.save(file)
    file.seek(0)
    back = pc.Model.load(file)
    assert (back.activation, back.polynomials, back.classes) == ("tanh", (), ())


def changed(change, **metadata):
    """Return the file of a network with tanh after `change` of its arrays, with these fields of metadata."""
    file = io.BytesIO()
    trained("tanh").best.save(file)
    file.seek(0)
    with np.load(file) as read:
        arrays = dict(read)
    values = json.loads(str(arrays["metadata"])) | metadata
    arrays["metadata"] = np.array(json.dumps({k: v for k, v in values.items() if v != "gone"}))
    changed = io.BytesIO()
    np.savez(changed, **(change(arrays) or arrays))
    changed.seek(0)
    return changed


def without(name):
    return lambda arrays: {key: value for key, value in arrays.items() if key != name}


def renamed(old, new):
    return lambda arrays: {new if key == old else key: value for key, value in arrays.items()}


@pytest.mark.parametrize(
    ("change", "metadata", "message"),
    [
        pytest.param(without("metadata"), {}, "metadata: got none, or a format", id="no metadata"),
        pytest.param(dict, {"format": 1}, "metadata: got none, or a format other than 3", id="format 1"),
        pytest.param(dict, {"format": True}, "got none, or a format other than 3", id="format true"),
        pytest.param(dict, {"activation": "step"}, "metadata's activation: got none or an", id="unknown"),
        pytest.param(dict, {"activation": "gone"}, "metadata's activation: got none or an", id="none"),
        pytest.param(dict, {"activation": ["tanh"]}, "metadata's activation: got none or an", id="a list"),
        pytest.param(dict, {"features": ["z"]}, "metadata's features: got none or others", id="features"),
        pytest.param(dict, {"polynomials": "gone"}, "metadata's polynomials: got none", id="no classes"),
        pytest.param(
            renamed("layer_weights_1", "weights_l1"), {}, "got arrays named weights_l1 and others", id="mixed"
        ),
        pytest.param(without("layer_biases_2"), {}, "layer_biases_2 is missing", id="missing"),
        pytest.param(
            lambda arrays: arrays | {"layer_weights_2": np.ones((9, 2))},
            {},
            "layer_weights_2: got shape (9, 2); expected (4, neurons), since layer 1 has 4",
            id="shape",
        ),
        pytest.param(
            lambda arrays: arrays | {"layer_weights_2": arrays["layer_weights_2"] * 0 + 1e7},
            {},
            "layer_weights_2: got a number that is not finite or out of range; expected -1e+06 to 1e+06",
            id="range",
        ),
        pytest.param(
            lambda arrays: arrays | {"layer_biases_1": arrays["layer_biases_1"] * np.nan},
            {"activation": "relu", "features": ["x", "y"]},
            "layer_biases_1: got a number that is not finite or out of range",
            id="range, of a network that might have had the other format",
        ),
    ],
)
def test_a_file_that_breaks_a_rule_of_the_format_is_refused_with_its_own_names(change, metadata, message):
    with pytest.raises(pc.WeightFileError) as raised:
        pc.Model.load(changed(change, **metadata))
    assert message in str(raised.value)
    assert "weights_l2" not in str(raised.value)


def test_a_file_of_relu_cannot_say_that_it_has_format_3():
    file = io.BytesIO()
    trained("relu").best.save(file)
    file.seek(0)
    with np.load(file) as read:
        arrays = dict(read)
    values = json.loads(str(arrays["metadata"])) | {"format": 3, "activation": "tanh", "features": ["x", "y"]}
    claimed = io.BytesIO()
    np.savez(claimed, **(arrays | {"metadata": np.array(json.dumps(values))}))
    claimed.seek(0)
    with pytest.raises(pc.WeightFileError, match="metadata's format"):
        pc.Model.load(claimed)


def test_every_name_has_another_for_other_networks():
    assert NAMES_OF_OTHERS["weights_l1"] == "layer_weights_1"
    assert NAMES_OF_OTHERS["biases_l8"] == "layer_biases_8"
    assert len(set(NAMES_OF_OTHERS.values())) == 16


def test_a_run_file_that_is_loaded_as_weights_and_the_reverse_are_named():
    file = io.BytesIO()
    trained("tanh").best.save(file)
    file.seek(0)
    with pytest.raises(pc.RunFileError, match="weight file"):
        pc.Run.load(file)


@pytest.mark.parametrize("name", OTHERS)
def test_the_program_in_numpy_predicts_the_same(name, tmp_path, capsys):
    model = trained(name).best
    path = tmp_path / "predict.py"
    path.write_text(numpy_snippet(model), encoding="utf-8")
    predict_proba = runpy.run_path(str(path))["predict_proba"]
    capsys.readouterr()
    points = np.array([[0.5, 0.75], [-1.0, 2.0], [3.0, -3.0]])
    assert predict_proba(points) == pytest.approx(model.predict_proba(points), abs=1e-12)


@pytest.mark.parametrize("name", OTHERS)
def test_a_link_holds_it_and_its_weights(name):
    run = trained(name)
    words = to_query(run.experiment)
    assert words["activation"] == name
    opened = from_query(words)
    assert opened.experiment == run.experiment
    assert not opened.problems
    model = model_from(compact(run.best, run.experiment, 8000), run.experiment)
    assert model.activation == name
    points = np.array([[0.5, 0.25], [-0.5, 0.75]])
    assert model.predict_proba(points) == pytest.approx(run.best.predict_proba(points), abs=0.05)


def test_links_leave_relu_out_and_json_may():
    assert "activation" not in to_query(pc.Experiment())
    values = TINY.to_dict()
    assert values == TINY.summary()
    assert values.pop("activation") == "relu"
    assert pc.Experiment.from_dict(values) == TINY
    assert from_query(to_query(TINY)).experiment.activation == "relu"
    assert pc.Experiment.from_json(pc.Experiment(activation="sine").to_json()).activation == "sine"


def test_an_unknown_activation_is_named():
    with pytest.raises(pc.PolycoreError, match="activation: got 'step'; expected one of relu, leaky-relu"):
        pc.Experiment(activation="step")
    with pytest.raises(pc.PolycoreError, match="activation: got 'step'; expected one of relu, leaky-relu"):
        replace(trained("tanh").best, activation="step")
    [problem] = from_query({"v": "1", "activation": "step"}).problems
    assert problem.startswith("activation: got 'step'")


def test_every_number_of_the_forward_pass_is_that_of_the_model():
    for name in NAMES:
        model = trained(name, 10).current
        walk = forward_pass(model, 0.25, -0.5)
        assert walk.probabilities == pytest.approx(model.predict_proba([[0.25, -0.5]])[0], abs=1e-14)
        assert walk.layers[1].inputs == pytest.approx([by_hand(name, z) for z in walk.layers[0].outputs])


def test_only_relu_leaves_neurons_dead():
    for name, dead in (("relu", 4), ("tanh", 0)):
        model = trained(name, 5).current
        off = replace(model, biases=(np.full((1, 4), -100.0), *model.biases[1:]))
        assert neurons.dead_count(off, TINY) == dead


def test_a_run_continues_only_with_the_same_activation():
    run = trained("tanh")
    going_on = pc.start(replace(run.experiment, steps=10), run)
    assert going_on.step == run.step
    other = replace(TINY, activation="sine", initial_weights="he")
    for weights in (run, run.best):
        with pytest.raises(pc.PolycoreError, match="got a network with tanh; expected sine"):
            pc.start(other, weights)


def test_runs_with_different_activations_have_no_landscape_together():
    with pytest.raises(pc.PolycoreError, match="others: got the activation relu; expected tanh"):
        pc.landscape(trained("tanh"), trained("relu"))
    found = pc.landscape(trained("tanh"), size=3)
    assert found.trajectories[0].losses[-1] == pytest.approx(trained("tanh").current.loss, rel=1e-9)
