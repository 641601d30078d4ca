"""Links and queries typed by hand keep their meaning: each here with what docs/link.md says."""

from urllib.parse import parse_qsl

import pytest

from polycore import TUTORIAL_POLYNOMIALS, Experiment, PointSet, Polynomial
from polycore.links import link

# what a typed query means without any of these
USUAL = {
    "polynomials": TUTORIAL_POLYNOMIALS,
    "samples_per_class": None,
    "x_range": (-1.0, 1.0),
    "noise": 0.0,
    "hidden": (32, 32, 32, 32, 32),
    "optimizer": "adam",
    "learning_rate": 0.01,
    "schedule": "cosine",
    "batch_size": 256,
    "steps": 40_000,
    "seed": 0,
    "standardize": True,
    "momentum": 0.9,
    "initial_weights": "he",
    "nesterov": False,
    "weight_decay": 0.0,
    "target_loss": None,
    "patience": None,
    "sampling": "crossings",
    "growing_batches": True,
    "held_out_share": 0.2,
    "activation": "relu",
    "l1": 0.0,
    "l2": 0.0,
    "dropout": 0.0,
    "warmup_steps": 0,
    "features": ("x", "y"),
}
# a link of version 1 without these had them as every experiment did before they could be chosen
VERSION_1 = USUAL | {"sampling": "random", "growing_batches": False}
# a link of version 2 leaves out what an experiment has by default
VERSION_2 = VERSION_1 | {
    "samples_per_class": 100,
    "hidden": (12,),
    "schedule": "constant",
    "batch_size": None,
    "steps": 2000,
}
# own points, which nothing draws
OF_POINTS = {
    "polynomials": (),
    "samples_per_class": 100,
    "sampling": "random",
    "growing_batches": False,
    "data": PointSet([[0.5, -0.25], [1, 2], [-3, 0.125]], ["a", "b", "a"]),
}
POINTS = "iY6egeJxjZmBiTmRIYmBgZPjywoPtQi0j85f_7AwMDP__M0BJAJzMCj4"
X, MINUS_X = Polynomial(1, 0), Polynomial(-1, 0)
LBFGS = {"optimizer": "lbfgs", "samples_per_class": 100, "batch_size": None}

TYPED = {
    "seed=3": {"seed": 3},
    "steps=12000": {"steps": 12_000},
    "learning_rate=0.001": {"learning_rate": 0.001},
    "polynomials=-x^2%2B1~x^3-2&hidden=16": {
        "polynomials": (Polynomial(-1, 0, 1), Polynomial(1, 0, 0, -2)),
        "hidden": (16,),
    },
    "polynomials=-x^2+1~x^3-2": {"polynomials": (Polynomial(-1, 0, 1), Polynomial(1, 0, 0, -2))},
    "polynomials=x~-x&hidden=4": {"polynomials": (X, MINUS_X), "hidden": (4,)},
    "polynomials=x~-x&hidden=none&noise=0.5": {"polynomials": (X, MINUS_X), "hidden": (), "noise": 0.5},
    "optimizer=sgd&learning_rate=10&samples=10&batch=all&steps=2000": {
        "optimizer": "sgd",
        "learning_rate": 10.0,
        "samples_per_class": 10,
        "batch_size": None,
        "steps": 2000,
    },
    "samples=fresh&batch=0": {"batch_size": None},
    "optimizer=lbfgs": LBFGS,
    "samples=30&optimizer=lbfgs": LBFGS | {"samples_per_class": 30},
    "optimizer=soap": {"optimizer": "soap"},
    "optimizer=random-search&initial_weights=tutorial&standardize=no": {
        "optimizer": "random-search",
        "initial_weights": "tutorial",
        "standardize": False,
    },
    "sampling=errors": {"sampling": "errors"},
    "sampling=random&growing_batches=no": {"sampling": "random", "growing_batches": False},
    "activation=tanh": {"activation": "tanh", "initial_weights": "glorot"},
    "activation=sine&initial_weights=glorot": {"activation": "sine", "initial_weights": "glorot"},
    "features=x-y-x2&dropout=0.1&l1=0.0001&l2=0.001": {
        "features": ("x", "y", "x2"),
        "dropout": 0.1,
        "l1": 0.0001,
        "l2": 0.001,
    },
    "warmup=500&schedule=linear": {"warmup_steps": 500, "schedule": "linear"},
    "target_loss=0.667&patience=5000": {"target_loss": 0.667, "patience": 5000},
    "target_loss=none&patience=0": {},
    "nesterov=yes&momentum=0.5&weight_decay=0.25": {"nesterov": True, "momentum": 0.5, "weight_decay": 0.25},
    "range=-2..0.5&batch=100": {"x_range": (-2.0, 0.5), "batch_size": 100},
    "seed=1&look=crossing&utm_source=mail": {"seed": 1},
    f"points={POINTS}": OF_POINTS,
    f"points={POINTS}&held_out=0.25&polynomials=x~-x&noise=3&hidden=8&optimizer=lbfgs": OF_POINTS
    | {"held_out_share": 0.25, "hidden": (8,), "optimizer": "lbfgs", "batch_size": None},
}

OF_VERSION_1 = {
    "polynomials=x~-x~x%5E2%2B0.5&noise=0.1": {
        "polynomials": (X, MINUS_X, Polynomial(1, 0, 0.5)),
        "noise": 0.1,
    },
    "polynomials=x%5E2~-x%5E2%2B1~x-1&noise=0.2&hidden=16-16&steps=20000": {
        "polynomials": (Polynomial(1, 0, 0), Polynomial(-1, 0, 1), Polynomial(1, -1)),
        "noise": 0.2,
        "hidden": (16, 16),
        "steps": 20_000,
    },
    "optimizer=sgd&samples=100&batch=all&hidden=12&steps=2000&schedule=constant": {
        "optimizer": "sgd",
        "samples_per_class": 100,
        "batch_size": None,
        "hidden": (12,),
        "steps": 2000,
        "schedule": "constant",
    },
    "polynomials=3x~x^2&samples=10&steps=1&hidden=2": {
        "polynomials": (Polynomial(3, 0), Polynomial(1, 0, 0)),
        "samples_per_class": 10,
        "steps": 1,
        "hidden": (2,),
    },
    "polynomials=3x%2B1~-2x-3~0.5x%5E2&samples=250&range=-1.5..2&noise=0.05&hidden=24-16&optimizer=sgd"
    "&learning_rate=0.1&schedule=cosine&batch=32&steps=500&seed=7&standardize=no&momentum=0.8"
    "&initial_weights=tutorial": {
        "polynomials": (Polynomial(3, 1), Polynomial(-2, -3), Polynomial(0.5, 0, 0)),
        "samples_per_class": 250,
        "x_range": (-1.5, 2.0),
        "noise": 0.05,
        "hidden": (24, 16),
        "optimizer": "sgd",
        "learning_rate": 0.1,
        "schedule": "cosine",
        "batch_size": 32,
        "steps": 500,
        "seed": 7,
        "standardize": False,
        "momentum": 0.8,
        "initial_weights": "tutorial",
    },
    "polynomials=x~-x&samples=20&range=-1..1&noise=0&hidden=none&learning_rate=0.01&schedule=constant"
    "&batch=all&optimizer=adam&steps=50&seed=0&standardize=yes&momentum=0.9&initial_weights=he&nesterov=no"
    "&weight_decay=0&target_loss=none&patience=none&sampling=random&growing_batches=no": {
        "polynomials": (X, MINUS_X),
        "samples_per_class": 20,
        "hidden": (),
        "schedule": "constant",
        "batch_size": None,
        "steps": 50,
    },
    "seed=1": {"seed": 1},
    "sampling=crossings": {"sampling": "crossings"},
    "growing_batches=yes": {"growing_batches": True},
    "sampling=errors&growing_batches=yes&optimizer=soap&warmup=3000": {
        "sampling": "errors",
        "growing_batches": True,
        "optimizer": "soap",
        "warmup_steps": 3000,
    },
    "nesterov=yes&patience=9": {"nesterov": True, "patience": 9},
    "batch=64&optimizer=evolution": {"batch_size": 64, "optimizer": "evolution"},
    "optimizer=lbfgs": LBFGS,
    "activation=silu&features=x-y2-distances": {"activation": "silu", "features": ("x", "y2", "distances")},
    f"points={POINTS}&steps=7": OF_POINTS | {"steps": 7},
}

OF_VERSION_2 = {
    "v=2": {},
    "v=2&seed=3&utm_source=mail": {"seed": 3},
    "v=2&noise=0.5": {"noise": 0.5},
    "v=2&activation=tanh": {"activation": "tanh", "initial_weights": "glorot"},
}


def assert_means(text, usual, changes):
    query = dict(parse_qsl(text, strict_parsing=True))
    meant = Experiment(**usual | changes)
    assert link.from_query(query) == link.Opened(meant, ())
    assert link.experiment_of(query) == meant


@pytest.mark.parametrize("text", TYPED)
def test_a_query_typed_by_hand_means_what_it_has_always_meant(text):
    assert_means(text, USUAL, TYPED[text])


@pytest.mark.parametrize("text", OF_VERSION_1)
def test_a_link_of_version_1_means_what_it_has_always_meant(text):
    assert_means(f"v=1&{text}", VERSION_1, OF_VERSION_1[text])


@pytest.mark.parametrize("text", OF_VERSION_2)
def test_a_link_of_version_2_means_what_it_has_always_meant(text):
    assert_means(text, VERSION_2, OF_VERSION_2[text])


@pytest.mark.parametrize(
    ("text", "part", "usual", "changes"),
    [
        pytest.param("seed=3&hidden=0", "hidden", USUAL, {"seed": 3}, id="layers of a typed query"),
        pytest.param("v=1&seed=3&hidden=0", "hidden", VERSION_1, {"seed": 3}, id="layers"),
        pytest.param("v=1&batch=-1", "batch", VERSION_1, {}, id="batch"),
        pytest.param("v=1&polynomials=x", "polynomials", VERSION_1, {}, id="polynomials"),
        # one that is there and cannot be used has its usual value, not that of links that lack it
        pytest.param(
            "v=1&sampling=often", "sampling", VERSION_1, {"sampling": "crossings"}, id="a sampling of none"
        ),
        pytest.param(
            "v=1&growing_batches=1",
            "growing_batches",
            VERSION_1,
            {"growing_batches": True},
            id="batches that grow by 1",
        ),
        pytest.param("v=1&optimizer=lbfgs&samples=fresh", "samples", VERSION_1, LBFGS, id="fresh points"),
        pytest.param("optimizer=lbfgs&batch=7", "batch", USUAL, LBFGS, id="a batch of some"),
        pytest.param("points=none&seed=2", "points", USUAL, {"seed": 2}, id="points"),
    ],
)
def test_a_part_that_cannot_be_used_has_its_usual_value(text, part, usual, changes):
    found = link.from_query(dict(parse_qsl(text, strict_parsing=True)))
    [problem] = found.problems
    assert problem.startswith(f"{part}: ")
    assert found.experiment == Experiment(**usual | changes)
