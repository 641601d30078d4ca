"""An experiment says which field is wrong, survives JSON, and keeps within what a file can hold."""

import json
import pickle
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given

import polycore as pc
from polycore.experiment.json_text import nesting
from tests.experiments import experiments

TWO = pc.INTRODUCTION_POLYNOMIALS


@given(experiments)
def test_an_experiment_survives_json(experiment):
    again = pc.Experiment.from_json(experiment.to_json())
    assert again == experiment
    assert hash(again) == hash(experiment)
    assert pickle.loads(pickle.dumps(experiment)) == experiment


@pytest.mark.parametrize(
    ("share", "steps", "number"),
    [
        ("10%", 7000, 700),
        ("10 %", 1759, 175),
        ("0.57%", 10_000, 57),
        ("100.0%", 9, 9),
        ("10%", 5, 1),
        ("0%", 5, 0),
    ],
)
def test_a_warm_up_is_a_share_of_the_steps_until_it_is_a_number(share, steps, number):
    experiment = replace(pc.Experiment(warmup_steps=share), steps=steps)
    assert experiment.warmup_steps == number
    fixed = replace(experiment, warmup_steps=number)
    assert replace(fixed, steps=10 * steps).warmup_steps == number
    assert experiment.differing(fixed) == (["warmup_steps"] if number else [])
    assert (experiment == fixed) is (number == 0)


@pytest.mark.parametrize(
    ("steps", "rate"),
    # 32^0.3 is 2^1.5, and the rate has a highest value
    [(3000, 0.045), (96_000, 0.045 / 2**1.5), (100, 0.07)],
)
def test_what_is_recommended_follows_the_number_of_steps(steps, rate):
    usual = pc.Experiment.recommended()
    assert (usual.steps, usual.learning_rate, usual.batch_size) == (7000, 0.026, 800)
    assert pc.Experiment.recommended(7000) == usual
    followed = pc.Experiment.recommended(steps)
    assert followed.learning_rate == pytest.approx(rate)
    assert followed == replace(
        usual, steps=steps, learning_rate=followed.learning_rate, batch_size=400, warmup_steps="10%"
    )
    assert replace(usual, steps=steps).warmup_steps == steps // 10
    with pytest.raises(pc.PolycoreError, match=r"^steps: got 0; expected"):
        pc.Experiment.recommended(0)


@pytest.mark.parametrize(
    ("field", "value", "found"),
    [
        pytest.param("polynomials", TWO[:1], "polynomials: got 1;", id="one polynomial"),
        pytest.param("polynomials", [*TWO, TWO[0]], "equal to polynomials[0]", id="equal polynomials"),
        pytest.param("polynomials", ["x", "y"], "polynomials[1]: character 1: got 'y'", id="no polynomial"),
        pytest.param("polynomials", ["x", 2], "a list", id="numbers for polynomials"),
        pytest.param(
            "polynomials",
            tuple(pc.Polynomial(n) for n in range(25)),
            "polynomials: got 25;",
            id="25 polynomials",
        ),
        pytest.param(
            "polynomials", (TWO[0], pc.Polynomial(1, *[0] * 13)), "[1]: got degree 13", id="degree 13"
        ),
        pytest.param("polynomials", (TWO[0], pc.Polynomial(2e6)), "2e+06", id="coefficient beyond 1e6"),
        pytest.param("samples_per_class", 0, "0", id="no samples"),
        pytest.param("samples_per_class", 1.5, "1.5", id="half a sample"),
        pytest.param("samples_per_class", True, "True", id="yes for samples"),
        pytest.param("x_range", (1.0, -1.0), "(1.0, -1.0)", id="range the wrong way round"),
        pytest.param("x_range", (0.0, 0.0001), "0.001 apart", id="range too narrow"),
        pytest.param("x_range", (0.0, float("nan")), "nan", id="range not a number"),
        pytest.param("x_range", (0.0, 5000.0), "5000", id="range too wide"),
        pytest.param("x_range", (0.0,), "a tuple", id="range with one end"),
        pytest.param("noise", -0.1, "-0.1", id="negative noise"),
        pytest.param("noise", float("inf"), "inf", id="endless noise"),
        pytest.param("hidden", (12, 0), "hidden layer 2: got 0", id="empty layer"),
        pytest.param("hidden", (513,), "hidden layer 1: got 513", id="too wide"),
        pytest.param("hidden", (2,) * 8, "got 8 layers; expected at most 7", id="too deep"),
        pytest.param("hidden", 12, "12", id="a number for layers"),
        pytest.param("hidden", (512, 512, 512), "533,004", id="too many weights"),
        pytest.param("optimizer", "magic", "'magic'", id="unknown optimizer"),
        pytest.param("optimizer", [], "a list", id="a list for an optimizer"),
        pytest.param("learning_rate", 0, "0", id="no learning rate"),
        pytest.param("learning_rate", 11, "11", id="learning rate too large"),
        pytest.param("learning_rate", 10**400, "20 digits", id="learning rate of 401 digits"),
        pytest.param("schedule", "falling", "'falling'", id="unknown schedule"),
        pytest.param("batch_size", 0, "None for all samples", id="empty batch"),
        pytest.param("steps", 0, "0", id="no steps"),
        pytest.param("steps", 10**9, "1000000000", id="too many steps"),
        pytest.param("seed", -1, "-1", id="negative seed"),
        pytest.param("seed", 2**32, "4294967296", id="seed too large"),
        pytest.param("standardize", 1, "1", id="one for yes"),
        pytest.param("momentum", 1.0, "1.0", id="momentum that never ends"),
        pytest.param("initial_weights", "zero", "'zero'", id="unknown initial weights"),
    ],
)
def test_a_field_that_is_wrong_is_named_with_what_was_found(field, value, found):
    with pytest.raises(pc.PolycoreError) as refusal:
        pc.Experiment(**{field: value})
    assert str(refusal.value).startswith(field)
    assert found in str(refusal.value)


def test_more_than_a_million_samples_are_refused():
    with pytest.raises(pc.PolycoreError, match="samples_per_class"):
        pc.Experiment(samples_per_class=100_000)
    assert pc.Experiment(polynomials=TWO, samples_per_class=100_000).samples_per_class == 100_000


def test_numpy_numbers_become_plain_ones():
    experiment = pc.Experiment(steps=np.int64(5), noise=np.float32(0.5), x_range=[-2, 2], hidden=[3])
    assert json.loads(experiment.to_json())["steps"] == 5
    assert experiment == pc.Experiment(steps=5, noise=0.5, x_range=(-2.0, 2.0), hidden=(3,))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param("[1]", "a list", id="a list"),
        pytest.param("null", "None", id="null"),
        pytest.param("{", "not JSON", id="not JSON"),
        pytest.param("", "not JSON", id="empty"),
        pytest.param("[" * 1001 + "]" * 1001, "deeply nested", id="1,001 deep, whatever Python can read"),
        pytest.param(" " * 200_000, "200,000 characters", id="too long"),
        pytest.param('{"polynomials": [[1], []]}', "polynomials[1]", id="no coefficients"),
        pytest.param('{"polynomials": [[1], "x"]}', "polynomials[1]", id="text for coefficients"),
        pytest.param('{"polynomials": [[1], [true]]}', "polynomials[1][0]", id="true for a coefficient"),
        pytest.param('{"polynomials": [[1], [1e999]]}', "inf", id="endless coefficient"),
        pytest.param('{"polynomials": {"a": 1}}', "polynomials", id="an object for polynomials"),
    ],
)
def test_json_that_is_no_experiment_is_refused(text, says):
    with pytest.raises(pc.PolycoreError) as refusal:
        pc.Experiment.from_json(text)
    assert says in str(refusal.value)


@pytest.mark.parametrize(
    ("text", "depth"),
    [
        ("1", 0),
        ("[]", 1),
        ('{"a": [1, [2]], "b": [3]}', 3),
        ('["[[[", "\\"[", {}]', 2),
        ('["[[', 1),
        ("]][", 0),
    ],
)
def test_brackets_in_texts_are_not_nested(text, depth):
    assert nesting(text) == depth


def test_another_optimizer_gets_points_that_it_can_use():
    errors = pc.Experiment(samples_per_class=None, batch_size=64, sampling="errors")
    for name in ("adam", "rmsprop", "sgd"):
        assert errors.with_optimizer(name) == replace(errors, optimizer=name)
    for name in ("evolution", "random-search"):
        assert errors.with_optimizer(name) == replace(errors, optimizer=name, sampling="crossings")
    fixed = {"samples_per_class": 100, "batch_size": None, "sampling": "crossings"}
    assert errors.with_optimizer("lbfgs") == replace(errors, optimizer="lbfgs", **fixed)
    with pytest.raises(pc.PolycoreError, match=r"^optimizer: got 'Adam'"):
        errors.with_optimizer("Adam")


def test_the_tutorials_experiment():
    experiment = pc.Experiment.tutorial()
    assert experiment.polynomials == pc.TUTORIAL_POLYNOMIALS
    assert (experiment.optimizer, experiment.learning_rate) == ("random-search", 0.0005)
    assert (experiment.widths, experiment.samples_per_class) == ((2, 12, 12), 100)
    assert (experiment.steps, experiment.standardize) == (1_000_000, False)


def test_the_training_set_lies_on_the_polynomials():
    experiment = pc.Experiment(polynomials=TWO, samples_per_class=50, x_range=(-2, 2))
    points, labels = experiment.training_set()
    assert points.shape == (100, 2)
    assert labels.tolist() == [0] * 50 + [1] * 50
    x, y = points.T
    assert y[:50] == pytest.approx(1 - x[:50] ** 2, abs=1e-12)
    assert y[50:] == pytest.approx(x[50:] ** 3 - 2, abs=1e-12)
    assert x.min() >= -2
    assert x.max() <= 2


def test_held_out_points_are_not_the_training_points():
    experiment = pc.Experiment(polynomials=TWO)
    training = set(map(tuple, experiment.training_set()[0]))
    held_out = experiment.held_out_set()[0]
    assert len(held_out) == 3000
    assert training.isdisjoint(map(tuple, held_out))


@pytest.mark.parametrize("samples_per_class", [100, None], ids=["fixed", "fresh"])
def test_the_training_set_depends_on_the_seed_alone(samples_per_class):
    experiment = pc.Experiment(samples_per_class=samples_per_class, seed=3)
    other_run = pc.Experiment(samples_per_class=samples_per_class, seed=3, hidden=(5,), steps=9)
    other_seed = pc.Experiment(samples_per_class=samples_per_class, seed=4)
    assert (experiment.training_set()[0] == other_run.training_set()[0]).all()
    assert (experiment.training_set()[0] != other_seed.training_set()[0]).any()
