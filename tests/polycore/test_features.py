"""Input features: values by hand, networks that train on them, and files, links and code that know them."""

import io
import json
import math
import re
import runpy
from dataclasses import replace

import numpy as np
import pytest

import polycore as pc
from polycore.inspection.forward_pass import forward_pass
from polycore.links.compact_weights import compact, model_from
from polycore.links.link import from_query, to_query
from polycore.links.snippet import numpy_snippet, script
from polycore.model.named_arrays import NAMES_OF_OTHERS
from polycore.model.neurons import values_by_layer
from polycore.network.features import FEATURES, NAMES, PLAIN, Inputs
from polycore.pictures.class_map import class_map, pixel_centers
from polycore.training.task import task_of
from polycore.web.scripts import asset
from tests.runs import OWN, TINY, TWO
from tests.runs import POINTS as POINTS_OF_OWN

POINTS = np.array([[0.5, 0.75], [-1.0, 2.0], [0.25, -3.0]])
BY_HAND = {
    "x": [0.5, -1, 0.25],
    "y": [0.75, 2, -3],
    "x2": [0.25, 1, 0.0625],
    "x3": [0.125, -1, 0.015625],
    "x4": [0.0625, 1, 0.00390625],
    "y2": [0.5625, 4, 9],
    "xy": [0.375, -2, -0.75],
    "sin": [1, 0, math.sqrt(0.5)],
}
# -x^2 + 1 and x^3 - 2 at the three x: 0.75, 0, 0.9375 and -1.875, -3, -1.984375
DISTANCES = [[0, 2.625], [2, 5], [-3.9375, -1.015625]]
SOME = ("x", "x2", "y2", "distances")


def trained(features=SOME, steps=60, **settings):
    return pc.advance(pc.start(replace(TINY, features=features, **settings)), steps)


def inputs_by_hand(features, points, curves=((-1, 0, 1), (1, 0, 0, -2))):
    """Return the inputs of points by NumPy's own polynomials."""
    x, y = points.T
    known = {"x": x, "y": y, "x2": x**2, "x3": x**3, "x4": x**4, "y2": y**2, "xy": x * y}
    columns = [
        known[name] if name in known else np.sin(np.pi * x) for name in features if name != "distances"
    ]
    columns += [y - np.polyval(curve, x) for curve in curves if "distances" in features]
    return np.stack(columns, axis=1)


def answers_by_hand(model, points):
    values = inputs_by_hand(model.features, points)
    for weights, biases in zip(model.weights[:-1], model.biases[:-1], strict=True):
        values = np.maximum(values @ weights + biases, 0)
    odds = np.exp(values @ model.weights[-1] + model.biases[-1])
    return odds / odds.sum(axis=1, keepdims=True)


# --- values ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FEATURES)
def test_values_are_those_worked_out_by_hand(name):
    assert Inputs((name,)).of(POINTS)[:, 0] == pytest.approx(BY_HAND[name], abs=1e-15)
    x, y = POINTS.T
    assert eval(FEATURES[name].program, {"x": x, "y": y, "np": np}) == pytest.approx(BY_HAND[name], abs=1e-15)


def test_the_distances_are_vertical_and_one_for_each_curve():
    inputs = Inputs.of_classes(("x2", "distances"), TWO)
    assert len(inputs) == 3
    assert inputs.labels == ("x²", "y − p0", "y − p1")
    assert inputs.of(POINTS) == pytest.approx(np.column_stack([BY_HAND["x2"], DISTANCES]), abs=1e-15)


def test_plain_inputs_are_the_points_themselves():
    assert Inputs.of_classes(PLAIN, TWO) == Inputs()
    assert Inputs().of(POINTS) is POINTS


# --- training -------------------------------------------------------------------------------


@pytest.mark.parametrize("fresh", [False, True])
def test_the_inputs_of_training_are_standardized(fresh):
    task = task_of(replace(TINY, features=NAMES, noise=0.1, **({"samples_per_class": None} if fresh else {})))
    points = task.training.points
    assert points.shape[1] == len(NAMES) + 1
    assert points.mean(axis=0) == pytest.approx(np.zeros(10), abs=1e-12)
    assert points.std(axis=0) == pytest.approx(np.ones(10), rel=1e-12)
    raw, _ = task.experiment.training_set()
    expected = inputs_by_hand(NAMES, raw)
    assert points == pytest.approx((expected - expected.mean(axis=0)) / expected.std(axis=0), abs=1e-9)


def test_fresh_points_have_the_same_inputs_in_float32():
    experiment = replace(TINY, samples_per_class=None, batch_size=40, features=NAMES, noise=0.1)
    task = task_of(experiment)
    [batch] = task.batches(0, 1)
    raw = batch.points.astype(np.float64) * task.deviation + task.mean
    expected = inputs_by_hand(NAMES, raw[:, :2])
    assert batch.columns.shape == (11, len(batch))
    assert raw == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("features", [("x",), ("y", "x2", "x3"), SOME, NAMES])
def test_a_model_answers_by_hand_what_it_answers(features):
    run = trained(features)
    points, labels = run.experiment.held_out_set()
    probabilities = run.best.predict_proba(points)
    assert probabilities == pytest.approx(answers_by_hand(run.best, points), abs=1e-9)
    assert run.best.held_out_accuracy == (probabilities.argmax(axis=1) == labels).mean()
    assert run.experiment.widths == run.best.widths
    assert run.best.weights[0].shape[0] == len(features) + ("distances" in features)


def test_the_right_features_make_the_introduction_linear():
    # p0 = -x² + 1 and p1 = x³ - 2 differ by x³ + x² - 3: with both powers the middle between them is a line
    experiment = replace(TINY, samples_per_class=100, hidden=(), steps=400, learning_rate=0.05, noise=0.4)
    middle = lambda points: points[:, 1] > (np.polyval((-1, 0, 1), points[:, 0]) + points[:, 0] ** 3 - 2) / 2  # noqa: E731
    shares = []
    for features in (PLAIN, ("x", "y", "x2", "x3")):
        model = pc.advance(pc.start(replace(experiment, features=features)), 400).best
        grid = np.stack(np.meshgrid(np.linspace(-1, 1, 50), np.linspace(-3, 1, 50)), axis=-1).reshape(-1, 2)
        shares.append((model.predict(grid) == np.where(middle(grid), 0, 1)).mean())
    assert shares[0] < 0.97 < 0.985 < shares[1]


def test_own_points_have_features_but_no_distances():
    run = pc.advance(pc.start(replace(OWN, features=("x", "y", "xy"))), 60)
    points, _ = run.experiment.training_set()
    assert run.best.predict_proba(points) == pytest.approx(answers_by_hand(run.best, points), abs=1e-9)
    assert replace(TINY, features=("x", "distances")).on_points(POINTS_OF_OWN).features == ("x", "y")
    assert replace(TINY, features=("x2", "xy")).on_points(POINTS_OF_OWN).features == ("x2", "xy")
    with pytest.raises(pc.PolycoreError, match=r"^features: got distances together with data"):
        replace(OWN, features=SOME)


@pytest.mark.parametrize(
    "features",
    [(), ("z",), ("x", "x"), "xy", ["x", 1], None, ("x", "y", "X2"), {"x": 1}, (np.array(["x", "y"]),)],
    ids=repr,
)
def test_what_are_no_features_is_refused_with_all_names(features):
    with pytest.raises(pc.PolycoreError, match=r"^features: got .*expected one or more of x, .*distances"):
        replace(TINY, features=features)


def test_a_refusal_shows_what_is_invisible_in_a_name():
    # from a link, say: control characters would reach a terminal, and others turn the line around
    with pytest.raises(pc.PolycoreError, match="expected one or more of x") as refused:
        replace(TINY, features=("x\x07", "\u202ey\n"))
    assert str(refused.value).startswith(r"features: got x\x07, \u202ey\n; expected")


def test_any_order_means_the_same():
    assert replace(TINY, features=["xy", "x"]).features == ("x", "xy")


def test_weights_of_other_features_are_not_continued():
    run = trained()
    with pytest.raises(pc.PolycoreError, match=r"^weights: .*inputs x, x2, y2, distances; expected x, y"):
        pc.start(TINY, weights=run)
    with pytest.raises(pc.PolycoreError, match=r"^weights: .*inputs x, x2"):
        pc.start(TINY, weights=run.best)
    again = pc.start(run.experiment, weights=run.best)
    assert again.best_loss == pytest.approx(run.best_loss, rel=1e-9)


# --- looking inside -------------------------------------------------------------------------


def test_map_values_and_forward_pass_are_those_of_the_model():
    run = trained()
    model, window = run.best, ((-1.0, 1.0), (-3.0, 1.0))
    picture = class_map(
        model.weights, model.biases, window, sharp=True, activation=model.activation, inputs=model.inputs
    )
    rows, columns = picture.classes.shape
    x, y = pixel_centers(-1, 1, columns), pixel_centers(-3, 1, rows)
    grid = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    assert np.array_equal(picture.classes.ravel(), answers_by_hand(model, grid).argmax(axis=1))
    forward = forward_pass(model, 0.5, 0.75)
    assert forward.layers[0].inputs == pytest.approx([0.5, 0.25, 0.5625, 0, 2.625], abs=1e-15)
    assert forward.probabilities == pytest.approx(answers_by_hand(model, POINTS[:1])[0])
    first, _ = values_by_layer(model, POINTS)
    assert first == pytest.approx(inputs_by_hand(SOME, POINTS) @ model.weights[0] + model.biases[0])


def test_far_points_are_refused_where_powers_would_overflow():
    model = trained(NAMES).best
    assert np.isfinite(model.predict_proba([[1e15, -1e100], [0, 1e100]])).all()
    with pytest.raises(pc.PolycoreError, match=r"an x of size above 1e\+15"):
        model.predict([[1e16, 0]])


def test_a_map_of_the_steepest_curves_can_be_drawn():
    steep = pc.Experiment(
        polynomials=["x^12", "2x^12"], x_range=(-1000, 1000), features=("x", "y", "x2", "y2"), steps=1
    )
    model = replace(trained().best, polynomials=steep.polynomials, metadata={"experiment": steep.to_dict()})
    assert pc.figures.map_of(model).layout.images[0].source.startswith("data:image/png")


def test_distances_to_curves_of_huge_coefficients_are_refused():
    with pytest.raises(pc.PolycoreError, match=r"^features: got distances to a curve with a coefficient"):
        replace(trained().best, polynomials=(pc.Polynomial(1e308, 0, 0), pc.Polynomial(1e308, 0)))


@pytest.mark.parametrize(
    "experiment",
    [
        pc.Experiment(polynomials=["0.1", "-0.1"], features=("x", "y2"), steps=20),
        pc.Experiment(polynomials=["0.3", "-0.3"], features=("x", "y", "y2"), steps=20),
        pc.Experiment(
            data=pc.PointSet([[x, y] for x in range(4) for y in range(3)], [0, 1, 1] * 4),
            features=("x", "y", "sin"),
            steps=20,
        ),
    ],
    ids=["a square of one size", "beside x and y", "a sine of whole numbers"],
)
def test_a_feature_that_is_the_same_for_all_but_for_rounding_does_no_harm(experiment):
    run = pc.advance(pc.start(experiment), 20)
    assert np.isfinite(run.best_loss)
    assert run.best_loss < run.history.loss[0]


def test_weights_for_distances_to_other_curves_are_not_continued():
    run = trained()
    others = replace(run.experiment, polynomials=(pc.Polynomial(1, 0, 0, 0), pc.Polynomial(2, 0, -1)))
    for weights in (run, run.best):
        with pytest.raises(pc.PolycoreError, match="distances to other curves"):
            pc.start(others, weights=weights)


def test_a_landscape_is_of_runs_with_the_same_inputs():
    first, other = trained(("x", "y")), trained(("x2", "xy"))
    with pytest.raises(pc.PolycoreError, match=r"^others: got the inputs x2, xy; expected x, y"):
        pc.landscape(first, other)


def test_the_browser_knows_the_same_features():
    table = asset("network.js").split("const FEATURES = {")[1].split("};")[0]
    assert re.findall(r"^  (\w+):", table, re.MULTILINE) == list(FEATURES)


# --- files, links, programs -----------------------------------------------------------------


def saved(model):
    kept = io.BytesIO()
    model.save(kept)
    kept.seek(0)
    return kept


def test_a_weight_file_has_the_features_and_names_that_stop_programs_for_x_and_y():
    model = trained().best
    with np.load(saved(model)) as file:
        assert set(file) == {
            *(NAMES_OF_OTHERS[name] for name in named(model)),
            "loss",
            "accuracy",
            "metadata",
        }
        metadata = json.loads(str(file["metadata"]))
    assert (metadata["format"], metadata["activation"]) == (3, "relu")
    assert metadata["features"] == ["x", "x2", "y2", "distances"]
    loaded = pc.Model.load(saved(model))
    assert (loaded.features, loaded.widths) == (model.features, model.widths)
    assert np.array_equal(loaded.predict_proba(POINTS), model.predict_proba(POINTS))
    assert loaded.experiment == trained().experiment
    assert saved(loaded).read() == saved(model).read()


def named(model):
    return [
        f"{kind}_l{layer}" for layer in range(1, len(model.weights) + 1) for kind in ("weights", "biases")
    ]


def test_plain_models_keep_their_bytes():
    model = trained(PLAIN).best
    with np.load(saved(model)) as file:
        assert set(file) == {*named(model), "loss", "accuracy", "metadata"}
        assert "features" not in json.loads(str(file["metadata"]))


def test_a_model_with_distances_has_the_polynomials_that_it_was_trained_on():
    model = trained().best
    assert model.with_polynomials(TWO).features == SOME
    with pytest.raises(pc.PolycoreError, match=r"others than those whose distances are inputs"):
        model.with_polynomials([pc.Polynomial(1), pc.Polynomial(2)])
    with pytest.raises(pc.PolycoreError, match=r"^features: got distances without polynomials"):
        replace(model, polynomials=())


def test_a_link_has_the_features_and_the_weights():
    run = trained()
    query = to_query(run.experiment)
    assert query["features"] == "x-x2-y2-distances"
    assert from_query(query).experiment == run.experiment
    assert "features" not in to_query(TINY)
    found = from_query(query | {"features": "x-z"})
    assert (found.experiment.features, len(found.problems)) == (PLAIN, 1)
    text = compact(run.best, run.experiment, 4000)
    model = model_from(text, run.experiment)
    points, _ = run.experiment.held_out_set()
    assert model.features == SOME
    assert model.predict_proba(points) == pytest.approx(run.best.predict_proba(points), abs=0.05)


@pytest.mark.parametrize("features", [("y",), SOME, NAMES])
def test_the_exported_code_is_right(features, tmp_path):
    model = trained(features).best
    (tmp_path / "network.py").write_text(numpy_snippet(model), encoding="utf-8")
    program = runpy.run_path(str(tmp_path / "network.py"))
    assert program["predict_proba"](POINTS) == pytest.approx(model.predict_proba(POINTS), rel=1e-12)


def test_the_exported_script_repeats_the_experiment():
    names = {}
    text = script(trained().experiment)
    exec(text[text.index("import") : text.index("run = ")], names)
    assert names["experiment"] == trained().experiment


def test_json_has_features_and_may_lack_them():
    values = TINY.to_dict()
    assert values.pop("features") == ["x", "y"]
    assert pc.Experiment.from_dict(values) == TINY
    experiment = replace(TINY, features=SOME)
    assert experiment.to_dict()["features"] == list(SOME)
    assert pc.Experiment.from_json(experiment.to_json()) == experiment
    assert repr(experiment).endswith("features=('x', 'x2', 'y2', 'distances'))")
