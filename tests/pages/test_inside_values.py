"""What Inside shows of a network: picture, plane, and the numbers of a point's forward pass."""

import json
import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

import polycore as pc
from pages.inside import inside_values, network_picture, neuron_map, numbers_walk
from pages.inside.neuron_choice import Neuron
from pages.inside.neuron_map import ANSWER, FOLDS, NEURON
from pages.inside.numbers_walk import exact_number, number
from pages.plane.plane import TOO_LARGE
from pages.runs.job import Job
from pages.state.kept_models import ByHand, Kept, KeptModels
from pages.state.session_value import Session
from pages.state.view import View
from polycore.network.activations import ACTIVATIONS
from polycore.tutorial.untrained_model import tutorial_model, tutorial_sets

CURVES = (pc.Polynomial(1, 0), pc.Polynomial(-1, 0))  # x and -x
# of a model of two inputs, one neuron and two classes: 2x - 1 before ReLU
ONE_FOLD = ((np.array([[2.0], [0.0]]), np.ones((1, 2))), (np.array([[-1.0]]), np.zeros((1, 2))))


def model_of(hidden=(3,), seed=0, polynomials=CURVES, **fields):
    rng = np.random.default_rng(seed)
    widths = (2, *hidden, len(polynomials) or 2)
    weights = tuple(rng.normal(size=shape) for shape in pairwise(widths))
    biases = tuple(rng.normal(size=(1, neurons)) for neurons in widths[1:])
    return pc.Model(weights, biases, 0.5, 0.75, polynomials, **fields)


def model_with(weights, biases):
    return pc.Model(weights, biases, 0.5, 0.5, CURVES)


def values_of(model, experiment=None, by_hand=None, **view):
    """Return what is seen of a kept model; `by_hand` is what it was changed to."""
    held = None
    if by_hand is not None:
        held = ByHand("Upload 1", model, by_hand, measuring=experiment and Job("", print, "", ""))
    models = KeptModels((Kept("Upload 1", model, experiment),), "Upload 1")
    return inside_values.of(Session(models=models, by_hand=held, view=View(**view)))


def drawn(values):
    return values.picture.drawn


def walk_of(values):
    """Return the sections of the walk by their titles."""
    return {section.title: section for section in values.walk}


def rows(section, table=-1):
    """Return the rows of a section's table, by their heads, as they are shown."""
    _, shown = section.tables[table]
    return dict(zip(shown.rows, shown.texts, strict=True))


def fold_line(plane):
    """Return the ends (N, 2) of the line that is drawn last, which its casing is below."""
    line = [trace for trace in plane.figure["data"] if trace.get("name") == "fold line"][-1]
    points = np.column_stack([line["x"], line["y"]])
    return points[~np.isnan(points[:, 0])]


def test_without_a_model_there_is_nothing_to_see():
    assert inside_values.of(Session()) is None


# --- the picture ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hidden", "is_large"),
    [
        pytest.param((), False, id="no hidden layer"),
        pytest.param((12,), False, id="the tutorial's"),
        pytest.param((12, 12, 12), False, id="the most"),
        pytest.param((13,), True, id="a wide layer"),
        pytest.param((1, 1, 1, 1), True, id="many layers"),
    ],
)
def test_each_neuron_of_a_small_network_has_a_map(hidden, is_large):
    model = model_of(hidden)
    assert network_picture.is_large(model) == is_large
    picture = drawn(values_of(model))
    assert picture["large"] == is_large
    if not is_large:
        assert [len(column["neurons"]) for column in picture["columns"]] == [2, *hidden, 2]
        assert [np.shape(links) for links in picture["links"]] == list(pairwise((2, *hidden, 2)))
    images = [neuron["image"] for column in picture["columns"] for neuron in column["neurons"]]
    assert all(image.startswith("data:image/png") for image in images)


def large_model():
    """Return a network 2→13→3→2 with few weights that are not 0.

    Neuron 1 of the second layer gets 10, -20, 30, … and 130 from the first, and gives 2 and -4.
    """
    into = np.zeros((13, 3))
    into[:, 1] = [10, -20, 30, -40, 50, -60, 70, -80, 90, -100, 110, -120, 130]
    out_of = np.zeros((3, 2))
    out_of[1] = [2, -4]
    weights = (np.tile([[1.0], [0.0]], 13), into, out_of)
    return model_with(weights, (np.zeros((1, 13)), np.zeros((1, 3)), np.zeros((1, 2))))


@pytest.mark.parametrize(
    ("neuron", "maps"),
    [
        pytest.param((1, 1), ((0, 1), (5, 6, 7, 8, 9, 10, 11, 12), (1,), (0, 1)), id="in the middle"),
        # all its weights to the next layer are there, though two are 0
        pytest.param((0, 4), ((0, 1), (4,), (0, 1, 2), ()), id="in the first layer"),
        pytest.param((2, 0), ((0, 1), (), (0, 1, 2), (0,)), id="an output"),
    ],
)
def test_in_a_large_network_the_chosen_neuron_and_the_strongest_beside_it_have_maps(neuron, maps):
    model = large_model()
    assert network_picture.with_maps(model, Neuron(*neuron)) == maps
    columns = drawn(values_of(model, neuron=neuron))["columns"]
    assert tuple(tuple(one["index"] for one in column["neurons"]) for column in columns[1:]) == maps[1:]
    for column, width, large in zip(columns[1:], (13, 3, 2), maps[1:], strict=True):
        dots = [index for index, _ in column["dots"]["neurons"]]
        assert dots == [index for index in range(width) if index not in large]


def test_lines_of_a_large_network_are_shares_of_the_chosen_neuron_s_largest_weights_and_have_numbers():
    picture = drawn(values_of(large_model(), neuron=(1, 1)))
    # 130 is the largest: 60 / 130 = 0.462 and so on; then 2 of 4
    into = [[-0.462], [0.538], [-0.615], [0.692], [-0.769], [0.846], [-0.923], [1]]
    assert picture["links"] == [[], into, [[0.5, -1]]]
    assert picture["between"] == ["26 weights", "", ""]  # 2 inputs times 13 neurons
    _, before, chosen, outputs = picture["columns"]
    assert [one["weight"] for one in before["neurons"]][:2] == ["−60", "70"]
    assert before["neurons"][0]["label"] == "Hidden layer 1, neuron 5, weight −60"
    assert [one["label"] for one in outputs["neurons"]] == [
        "Output p0 = x, weight 2",
        "Output p1 = −x, weight −4",
    ]
    assert [(one["text"], one["whole"]) for one in outputs["neurons"]] == [("p0", "y = x"), ("p1", "y = −x")]
    assert [one["text"] for one in chosen["neurons"]] == ["neuron 1"]
    assert picture["alt"].endswith("The largest map is that of hidden layer 2, neuron 1.")


def test_a_dot_says_on_how_much_of_the_plane_its_neuron_is_above_0_and_whether_it_is_dead():
    # 13 neurons x - c, with c from -2 to 2; on the points of the lines -1 <= x <= 1
    thresholds = np.linspace(-2, 2, 13)
    model = model_with(
        (np.tile([[1.0], [0.0]], 13), np.ones((13, 2))), (-thresholds[np.newaxis], np.zeros((1, 2)))
    )
    column = drawn(values_of(model, pc.Experiment(polynomials=CURVES, hidden=(13,))))["columns"][1]
    shades = dict(column["dots"]["neurons"])
    # x > 0 on half of the window, x > -4/3 on all of it, x > 4/3 nowhere
    assert (shades[6], shades[2], shades[10]) == (50, 100, -1)
    assert column["dots"]["name"] == "Hidden layer 1, neuron "
    assert dict(drawn(values_of(model))["columns"][1]["dots"]["neurons"])[10] == 0  # not known to be dead


def test_the_picture_of_a_network_with_many_neurons_is_few_bytes():
    values = values_of(model_of((256,) * 7))  # 1,792 neurons
    assert len(json.dumps(drawn(values))) < 40_000


def test_lines_and_dots_are_shares_of_a_layers_largest():
    weights = (np.array([[1.0, -4.0], [0.0, 2.0]]), np.zeros((2, 2)))
    picture = drawn(values_of(model_with(weights, (np.array([[0.5, -0.25]]), np.zeros((1, 2))))))
    assert picture["links"] == [[[0.25, -1], [0, 0.5]], [[0, 0], [0, 0]]]
    assert [neuron["bias"] for neuron in picture["columns"][1]["neurons"]] == [1, -0.5]
    assert [neuron["bias"] for neuron in picture["columns"][2]["neurons"]] == [0, 0]


def test_dead_neurons_are_marked_if_the_training_points_are_known():
    # |y| <= 1 on both lines: a bias of -2 keeps the second neuron at 0
    model = model_with((np.eye(2), np.eye(2)), (np.array([[0.0, -2.0]]), np.zeros((1, 2))))
    known = values_of(model, pc.Experiment(polynomials=CURVES, hidden=(2,)))
    alive, dead = drawn(known)["columns"][1]["neurons"]
    assert (alive["dead"], dead["dead"]) == (False, True)
    assert dead["label"] == "Hidden layer 1, neuron 1, dead"
    assert drawn(known)["alt"].endswith("1 of the hidden neurons is dead.")
    assert "1 of 2" in known.picture.dead
    unknown = values_of(model)
    assert not any(neuron["dead"] for neuron in drawn(unknown)["columns"][1]["neurons"])
    assert unknown.picture.dead == network_picture.UNKNOWN_DEAD


def trained_with(features):
    """Return the values of a model with these inputs."""
    experiment = pc.Experiment(polynomials=CURVES, hidden=(3,), features=features, steps=40)
    return values_of(pc.advance(pc.start(experiment), 40).best, experiment)


@pytest.mark.parametrize("features", [("x", "y", "y2"), ("xy",)])
def test_the_picture_has_a_map_of_each_input_and_a_line_for_each_weight(features):
    values = trained_with(features)
    inputs = drawn(values)["columns"][0]["neurons"]
    assert [one["text"] for one in inputs] == list(values.model.inputs.labels)
    assert len({one["image"] for one in inputs}) == len(features)
    assert np.shape(drawn(values)["links"][0]) == (len(features), 3)


@pytest.mark.parametrize(
    ("sent", "neuron"),
    [
        ({"layer": 1, "index": 2}, Neuron(1, 2)),
        (None, None),
        ({"layer": 1}, None),
        ({"layer": "x", "index": []}, None),
        ({"layer": float("inf"), "index": 0}, None),
        ([1, 2], None),
    ],
)
def test_what_a_browser_sends_is_a_neuron_or_ignored(sent, neuron):
    assert network_picture.neuron_in(sent) == neuron


@pytest.mark.parametrize(
    ("layer", "index", "is_there"),
    [(0, 0, True), (1, 3, True), (2, 1, True), (-1, 0, False), (0, 3, False), (0, -1, False), (3, 0, False)],
)
def test_a_network_has_the_neurons_of_its_layers(layer, index, is_there):
    # 2 inputs, 3 and 4 hidden neurons, 2 outputs
    assert Neuron(layer, index).is_in(model_of((3, 4))) == is_there


# --- the plane --------------------------------------------------------------------------------


def test_the_fold_line_of_a_first_layer_neuron_follows_its_weights():
    plane = values_of(model_with(*ONE_FOLD)).plane(NEURON)
    assert fold_line(plane)[:, 0].tolist() == [0.5, 0.5]  # 2x - 1 = 0
    assert "2x + 0y − 1 = 0" in plane.caption
    assert plane.values["alt"].startswith("Map of hidden layer 1, neuron 0")


def test_all_folds_and_the_answer_are_maps_of_the_classes():
    values = values_of(model_of((5,)))
    for view in (ANSWER, FOLDS):
        assert values.plane(view).values["alt"].startswith("Map of the most likely of 2 polynomials")
    assert "of 5 fold lines of the first hidden layer cross" in values.plane(FOLDS).values["alt"]


def test_one_fold_line_is_no_plural():
    plane = values_of(model_with(*ONE_FOLD)).plane(FOLDS)
    assert "1 of 1 fold line of the first hidden layer crosses this part" in plane.caption
    assert "1 of 1 fold line of the first hidden layer crosses" in plane.values["alt"]


def test_a_later_neurons_fold_is_where_its_own_values_are_0():
    model = model_of((4, 4), seed=4)
    points = fold_line(values_of(model, neuron=(1, 0)).plane(NEURON))
    first = np.maximum(points @ model.weights[0] + model.biases[0], 0)
    values = first @ model.weights[1][:, 0] + model.biases[1][0, 0]
    assert len(values) > 20
    # exact but for the cells that a fold of the first layer crosses
    assert np.median(np.abs(values)) < 1e-9
    assert np.abs(values).max() < 0.1


def test_fold_lines_of_other_inputs_are_where_the_sum_is_0():
    values, found = trained_with(("y", "x2")), 0
    for index in range(3):
        (b, a), c = values.model.weights[0][:, index], values.model.biases[0][0, index]
        plane = neuron_map.plane_of(values.model, values.scene, Neuron(0, index), NEURON)
        for x, y in fold_line(plane):
            found += 1
            assert a * x * x + b * y + c == pytest.approx(0, abs=2e-3 * max(abs(a), abs(b)))
    assert found > 40


def test_without_a_map_the_page_says_why():
    assert neuron_map.without(model_of(polynomials=())) == neuron_map.NO_CURVES
    # a file may have what no set-up may
    too_large = values_of(model_of(polynomials=(pc.Polynomial(2e6, 0), pc.Polynomial(1))))
    assert too_large.plane(NEURON) is None
    assert neuron_map.without(too_large.model) == TOO_LARGE


# --- the numbers of a forward pass ------------------------------------------------------------


def test_the_walk_of_the_tutorials_network_has_its_golden_figures():
    # the tutorial's printed figures, NumPy seed 0
    x, y = tutorial_sets().points[0].tolist()
    values = values_of(tutorial_model(), traced=(x, y), traced_label=0)
    assert [section.title for section in values.walk] == [
        "Points",
        "Dense layer 1",
        "ReLU",
        "Dense layer 2",
        "Softmax",
        "Loss",
        "Prediction",
        "Accuracy",
    ]
    walk = walk_of(values)
    assert rows(walk["Points"])["value"] == ["0.09762701", "1.29288102"]
    for begins in (
        "begins with (0.09762701, 1.29288102), (0.43037873, 2.2911362)",
        "(-0.20155523, -1.99834965)",
    ):
        assert begins in walk["Points"].sentence
    assert rows(walk["Dense layer 1"])["output"][:3] == ["0.20937075", "-0.03492186", "0.02718487"]
    assert rows(walk["ReLU"])["after"][:3] == ["0.20937075", "0", "0.02718487"]
    assert rows(walk["Softmax"])["probability"][:3] == ["0.08163237", "0.08710707", "0.08590382"]
    assert "2.4942046014713335 nats" in walk["Loss"].said
    assert walk["Loss"].said.startswith("The true class t is p0 = 3x + 1:")
    assert "begin with 1, 1, 1 and end with 10, 4, 10" in walk["Prediction"].said
    assert "0.015833333333333335" in walk["Accuracy"].said


@pytest.mark.parametrize(
    ("value", "printed"),
    [
        pytest.param(-0.0074668, "-0.0074668", id="no zeros behind"),
        pytest.param(-0.0, "0", id="no negative zero"),
        pytest.param(1.23e-7, "1.230e-07", id="small"),
        pytest.param(2 / 3, "0.66666667", id="eight decimals"),
        pytest.param(1e70, "1e+70", id="large"),
    ],
)
def test_the_tutorial_s_numbers_are_printed_as_numpy_does(value, printed):
    assert exact_number(value) == printed


@pytest.mark.parametrize(
    ("value", "printed"), [(2 / 3, "0.6667"), (-0.0074668, "-0.007467"), (-0.0, "0"), (1e70, "1e+70")]
)
def test_other_numbers_have_four_digits(value, printed):
    assert number(value) == printed


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_the_walk_has_a_section_for_every_activation(name):
    walk = values_of(model_of((3, 2), activation=name)).walk
    assert [section.title for section in walk][2] == ACTIVATIONS[name].label


def test_a_network_with_another_activation_is_described_by_that():
    model = model_of(activation="tanh")
    values = values_of(model, pc.Experiment(polynomials=CURVES, hidden=(3,), activation="tanh"))
    (a, b), c = model.weights[0][:, 0], model.biases[0][0, 0]
    x, y = values.view.traced
    assert rows(walk_of(values)["tanh"])["after"][0] == number(math.tanh(a * x + b * y + c))
    assert "its sum, before tanh, is above 0" in values.plane(NEURON).caption
    assert "ReLU" not in values.plane(NEURON).caption
    assert "tanh has no kink there" in values.plane(FOLDS).caption
    assert values.picture.dead == network_picture.NEVER_DEAD


def test_a_network_with_other_inputs_is_described_by_those():
    values = trained_with(("x", "x2", "distances"))
    points = walk_of(values)["Points"]
    assert "x and y, from which the network's 4 inputs are computed." in points.sentence
    x, y = values.view.traced
    assert rows(points)["value"] == [number(value) for value in (x, x * x, y - x, y + x)]
    assert "where a sum of x, x², y − p0, y − p1 is 0." in values.plane(NEURON).caption
    assert "They are curves, since the first layer gets x, x², y − p0, y − p1." in values.plane(FOLDS).caption


def test_of_a_point_on_no_curve_that_is_said_before_the_answer():
    place = "No curve is near the point. The nearest, p0, is 0.4 away."
    far = values_of(model_of(), traced=(0.5, 0.9))
    assert str(far.point.place) == place
    said = walk_of(far)["Prediction"].said
    assert said.startswith(f"{place} A network still answers. The answer is the most likely class: p")
    near = values_of(model_of(), traced=(0.5, -0.5))
    assert str(near.point.place) == "The point lies on p1."
    assert walk_of(near)["Prediction"].said.startswith("The answer is the most likely class: p")


def test_a_point_too_far_out_has_no_walk():
    with pytest.raises(pc.PolycoreError):
        values_of(model_of(), traced=(1e101, 0.0)).walk  # noqa: B018


def test_classes_without_polynomials_have_numbers_and_a_true_class_only_if_one_is_chosen():
    model = model_of(polynomials=())
    assert walk_of(values_of(model))["Loss"].said.startswith(numbers_walk.NO_TRUE_CLASS)
    chosen = walk_of(values_of(model, traced_label=1))["Loss"].said
    assert chosen.startswith("The true class t is class 1: ")


def test_the_loss_of_a_network_that_was_changed_by_hand_is_known_only_with_its_points():
    model, changed = model_of(), model_of(seed=1)
    assert "0.5 nats" in walk_of(values_of(model))["Loss"].said
    without = values_of(model, by_hand=changed)
    assert not without.is_measured
    assert without.model is changed
    assert walk_of(without)["Loss"].said.endswith(numbers_walk.NO_MEAN)
    experiment = pc.Experiment(polynomials=CURVES, hidden=(3,))
    values = values_of(model, experiment, by_hand=changed)
    assert walk_of(values)["Loss"].said.endswith(numbers_walk.CHANGED)
    assert walk_of(values)["Accuracy"].said == numbers_walk.CHANGED
    measured = replace(values.by_hand, result=replace(changed, loss=0.25))
    assert "0.25 nats" in walk_of(replace(values, by_hand=measured))["Loss"].said


def test_a_network_that_is_held_or_of_the_past_stands_still():
    model = model_of()
    assert not values_of(model).stands_still
    assert values_of(model, by_hand=model).stands_still
