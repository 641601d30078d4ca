"""What varies in a sweep: the lists that the user types, and the experiments that they give."""

from dataclasses import replace
from itertools import product

import pytest

import polycore as pc
from pages.runs.varied import (
    MOST_SETTINGS,
    TRIED,
    Varied,
    features_of,
    networks_of,
    numbers_of,
    unvaried,
    written_features,
)
from pages.server.limits import Limits
from polycore.limits import MAX_SEED
from polycore.pictures.palette import PALETTE

SET_UP = pc.Experiment(polynomials=pc.INTRODUCTION_POLYNOMIALS, samples_per_class=20, hidden=(4,), seed=3)
ONE_RATE, TWO_RATES = {"learning_rate": (0.01,)}, {"learning_rate": (0.01, 0.1)}
VARIED = Varied(seeds=2, networks=((4,), (8, 8)), optimizers=("adam", "lbfgs"), numbers=TWO_RATES, steps=50)


def test_each_activation_is_trained_with_the_weights_that_suit_it():
    varied = replace(VARIED, activations=("relu", "tanh"), optimizers=("adam",), numbers=ONE_RATE)
    assert (varied.settings, varied.runs) == (4, 8)
    experiments = varied.experiments(SET_UP)
    assert [(one.hidden, one.activation, one.initial_weights) for one in experiments[:4]] == [
        ((4,), "relu", "he"),
        ((4,), "tanh", "glorot"),
        ((8, 8), "relu", "he"),
        ((8, 8), "tanh", "glorot"),
    ]
    assert varied.name_of(experiments[1], SET_UP) == "one layer of 4, tanh"
    back = replace(varied, activations=("relu",)).experiments(SET_UP.with_activation("sine"))
    assert {(one.activation, one.initial_weights) for one in back} == {("relu", "he")}


@pytest.fixture
def limits(own_server):
    """Return a function that gives this server limits."""
    return lambda **limits: own_server(limits=Limits(**limits))


# --- what the user types ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "networks"),
    [
        ("12", [(12,)]),
        ("12, 32-32", [(12,), (32, 32)]),
        (" 12,32-32   none ", [(12,), (32, 32), ()]),
        ("12, 12", [(12,)]),
        ("12, 32 - 32", [(12,), (32, 32)]),
        ("32\u201332", [(32, 32)]),
    ],
)
def test_networks_are_listed_with_commas_and_their_layers_with_hyphens(text, networks):
    assert networks_of(text) == tuple(networks)
    assert networks_of(", ".join("-".join(map(str, one)) or "none" for one in networks)) == tuple(networks)


@pytest.mark.parametrize(
    "text", ["", " , ", "12-", "-12", "1.5", "twelve", "12--3", "²", "9999999", "1" * 201]
)
def test_an_invalid_list_of_networks_is_refused_with_an_example(text):
    with pytest.raises(pc.PolycoreError, match=r"^Networks: .*(such as|at most)"):
        networks_of(text)


def test_input_features_are_listed_with_commas_and_a_word_spaces_or_hyphens():
    assert features_of("x and y, x and y and x2") == (("x", "y"), ("x", "y", "x2"))
    # and not x-y, which reads as a difference
    assert written_features(("x", "y", "x2")) == "x and y and x2"
    assert features_of("x-y, y x x2,  distances") == (("x", "y"), ("x", "y", "x2"), ("distances",))
    assert features_of("x\u2013y") == (("x", "y"),)


@pytest.mark.parametrize("text", ["", " , ", "z", "x-x", "x-y, x+y", "0" * 201])
def test_an_invalid_list_of_features_is_refused_with_an_example(text):
    with pytest.raises(pc.PolycoreError, match=r"^Input features: .*(such as|at most|one or more)"):
        features_of(text)


def test_each_set_of_features_is_trained_and_named():
    varied = replace(
        VARIED, optimizers=("adam",), networks=((4,),), numbers=ONE_RATE, features=(("x", "y"), ("x2",))
    )
    experiments = varied.experiments(SET_UP)
    assert [one.features for one in experiments] == [("x", "y"), ("x2",)] * 2
    assert [varied.name_of(one, SET_UP) for one in experiments[:2]] == ["inputs x and y", "inputs x²"]


def test_numbers_are_listed_with_commas():
    assert numbers_of(TRIED["learning_rate"], "0.01, 3e-3  10, 0.010") == (0.01, 0.003, 10.0)
    assert numbers_of(TRIED["l2"], "0, 0.001 10") == (0.0, 0.001, 10.0)
    assert numbers_of(TRIED["dropout"], "0, 0.5, 0.9") == (0.0, 0.5, 0.9)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        *(
            ("learning_rate", text)
            for text in ("", "0", "-1", "10.1", "nan", "inf", "fast", "0.1, x", "0" * 201)
        ),
        *(("l1", text) for text in ("", "-1", "10.1", "nan", "much", "0" * 201)),
        *(("dropout", text) for text in ("", "-0.1", "0.91", "1", "nan", "half")),
    ],
)
def test_an_invalid_list_of_numbers_is_refused_by_its_name_with_an_example(name, text):
    with pytest.raises(pc.PolycoreError, match=rf"^{TRIED[name].label}: .*(such as \d|at most)"):
        numbers_of(TRIED[name], text)


def test_regularization_varies_for_the_optimizers_that_use_it():
    varied = replace(
        VARIED,
        networks=((4,),),
        numbers={"learning_rate": (0.01,), "l1": (0.0, 0.001), "l2": (0.25,), "dropout": (0.0, 0.5)},
    )
    experiments = varied.experiments(SET_UP)
    assert (varied.settings, varied.runs, len(experiments)) == (5, 10, 10)
    adam = [one for one in experiments[:5] if one.optimizer == "adam"]
    assert [(one.l1, one.l2, one.dropout) for one in adam] == list(product((0.0, 0.001), (0.25,), (0.0, 0.5)))
    names = [varied.name_of(one, SET_UP) for one in experiments[:5]]
    assert names == [
        "Adam, L1 0, L2 0.25, dropout 0",
        "Adam, L1 0, L2 0.25, dropout 0.5",
        "Adam, L1 0.001, L2 0.25, dropout 0",
        "Adam, L1 0.001, L2 0.25, dropout 0.5",
        "L-BFGS",
    ]


# --- the experiments --------------------------------------------------------------------------


def test_every_combination_is_trained_with_every_seed_the_first_seed_first():
    experiments = VARIED.experiments(SET_UP)
    adam = list(product([(4,), (8, 8)], [0.01, 0.1]))
    for seed, part in ((3, experiments[:6]), (4, experiments[6:])):
        assert {experiment.seed for experiment in part} == {seed}
        assert [(one.hidden, one.learning_rate) for one in part if one.optimizer == "adam"] == adam
        # L-BFGS has no learning rate to vary
        assert [one.hidden for one in part if one.optimizer == "lbfgs"] == [(4,), (8, 8)]
    assert len(experiments) == VARIED.runs == 2 * VARIED.settings == 12
    for one in experiments:
        fields = {"seed", "hidden", "optimizer", "learning_rate", "steps"}
        same = {name: getattr(SET_UP, name) for name in fields}
        assert replace(one, **same) == SET_UP
        assert one.steps == 50


def test_the_settings_of_each_seed_come_in_the_same_order():
    experiments = VARIED.experiments(SET_UP)
    for first, second in zip(experiments[:6], experiments[6:], strict=True):
        assert replace(first, seed=4) == second


def test_lbfgs_gets_samples_that_it_can_use_and_others_stay_as_set_up():
    fresh = replace(SET_UP, samples_per_class=None, batch_size=64)
    for experiment in VARIED.experiments(fresh):
        samples = (experiment.samples_per_class, experiment.batch_size)
        assert samples == ((100, None) if experiment.optimizer == "lbfgs" else (None, 64))


def test_seeds_start_again_at_0_after_the_last():
    last = replace(SET_UP, seed=MAX_SEED)
    assert [one.seed for one in replace(unvaried(last), seeds=3).experiments(last)] == [MAX_SEED, 0, 1]


def test_without_a_choice_the_set_up_itself_is_trained_with_three_seeds(limits):
    limits()
    experiments = unvaried(SET_UP).experiments(SET_UP)
    assert experiments == tuple(replace(SET_UP, seed=seed) for seed in (3, 4, 5))
    limits(max_sweep_runs=2)
    assert len(unvaried(SET_UP).experiments(SET_UP)) == 2


def test_the_name_of_a_setting_says_what_varies():
    first_seed = VARIED.experiments(SET_UP)[:6]
    assert [VARIED.name_of(experiment, SET_UP) for experiment in first_seed] == [
        "Adam, one layer of 4, at 0.01",
        "Adam, one layer of 4, at 0.1",
        "Adam, two layers of 8, at 0.01",
        "Adam, two layers of 8, at 0.1",
        "L-BFGS, one layer of 4",
        "L-BFGS, two layers of 8",
    ]
    assert unvaried(SET_UP).name_of(SET_UP, SET_UP) == "as set up"
    straight = replace(VARIED, networks=((), (4,)), optimizers=("sgd",), numbers={"learning_rate": (0.1,)})
    assert straight.name_of(straight.experiments(SET_UP)[0], SET_UP) == "SGD, no hidden layer, at 0.1"


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"networks": ((4,),), "steps": 300}, "one layer of 4"),
        ({"optimizers": ("lbfgs",)}, "L-BFGS"),
        ({"activations": ("tanh",), "numbers": {"learning_rate": (0.25,)}}, "tanh, at 0.25"),
        ({"features": (("x", "y", "x2"),), "numbers": {"l2": (0.5,)}}, "inputs x, y and x², L2 0.5"),
        ({"steps": 300}, "as set up, with 300 steps"),
        ({"seeds": 1}, "as set up"),
    ],
)
def test_a_setting_that_is_not_as_set_up_is_named_though_it_does_not_vary(changes, name):
    set_up = replace(SET_UP, hidden=(5, 5))
    varied = replace(unvaried(set_up), **changes)
    assert varied.name_of(varied.experiments(set_up)[0], set_up) == name


# --- too much ---------------------------------------------------------------------------------


def test_there_are_no_more_settings_than_colors():
    assert len(PALETTE) == MOST_SETTINGS
    networks = tuple((neurons,) for neurons in range(1, MOST_SETTINGS + 2))
    one_too_many = replace(unvaried(SET_UP), networks=networks, seeds=1)
    with pytest.raises(pc.PolycoreError, match="This sweep has 25 settings; expected at most 24"):
        one_too_many.experiments(SET_UP)
    assert len(replace(one_too_many, networks=networks[1:]).experiments(SET_UP)) == MOST_SETTINGS


def test_there_are_no_more_runs_than_a_page_can_show():
    # 10 networks with 21 seeds are 210
    networks = tuple((neurons,) for neurons in range(1, 11))
    with pytest.raises(pc.PolycoreError, match="This sweep has 210 runs; expected at most 200"):
        replace(unvaried(SET_UP), networks=networks, seeds=21).experiments(SET_UP)


def test_a_demo_has_fewer_runs_and_says_so(limits):
    limits(max_sweep_runs=11)
    with pytest.raises(pc.PolycoreError, match=r"This demo has limits, at most 11 runs a sweep \(here 12\)"):
        VARIED.experiments(SET_UP)
    limits(max_sweep_runs=12)
    assert len(VARIED.experiments(SET_UP)) == 12


def test_each_of_the_runs_is_within_the_limits_of_a_demo(limits):
    limits(max_width=7)
    with pytest.raises(pc.PolycoreError, match=r"at most 7 neurons a layer \(here 8\)"):
        VARIED.experiments(SET_UP)


def test_an_invalid_network_is_refused_by_its_name():
    message = r"^Networks: 8-513: hidden layer 2: got 513; "
    with pytest.raises(pc.PolycoreError, match=message):
        replace(VARIED, networks=((4,), (8, 513))).experiments(SET_UP)
