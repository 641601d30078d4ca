"""Experiments of every kind, for property tests, and one that has nothing from the defaults."""

from hypothesis import strategies as st

from polycore import INTRODUCTION_POLYNOMIALS, Experiment, Polynomial
from polycore.experiment.fresh_points import SAMPLINGS
from polycore.experiment.settings import INITIAL_WEIGHTS
from polycore.network.activations import ACTIVATIONS
from polycore.network.features import NAMES
from polycore.optimizers.registry import OPTIMIZERS
from polycore.optimizers.schedules import SCHEDULES

_coefficients = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=13)

_fields = st.fixed_dictionaries(
    {
        "polynomials": st.lists(
            _coefficients.map(lambda values: Polynomial(*values)), min_size=2, max_size=5, unique=True
        ).map(tuple),
        "samples_per_class": st.none() | st.integers(1, 1000),
        "x_range": st.tuples(st.floats(-1000, 0), st.floats(0.5, 1000)),
        "noise": st.floats(0, 1000),
        "hidden": st.lists(st.integers(1, 64), max_size=7).map(tuple),
        "optimizer": st.sampled_from(list(OPTIMIZERS)),
        "learning_rate": st.floats(1e-12, 10),
        "schedule": st.sampled_from(SCHEDULES),
        "batch_size": st.none() | st.integers(1, 100_000),
        "steps": st.integers(1, 100_000_000),
        "seed": st.integers(0, 2**32 - 1),
        "standardize": st.booleans(),
        "momentum": st.floats(0, 0.999),
        "initial_weights": st.sampled_from(list(INITIAL_WEIGHTS)),
        "activation": st.sampled_from(list(ACTIVATIONS)),
        "nesterov": st.booleans(),
        "weight_decay": st.floats(0, 10),
        "target_loss": st.none() | st.floats(0, 100),
        "sampling": st.sampled_from(SAMPLINGS),
        "growing_batches": st.booleans(),
        "patience": st.none() | st.integers(1, 100_000_000),
        "l1": st.floats(0, 10),
        "l2": st.floats(0, 10),
        "dropout": st.floats(0, 0.9),
        "warmup_steps": st.integers(0, 100_000_000) | st.sampled_from(["10%", "0.5%", "100%"]),
        "gradient_clipping": st.floats(0, 1000),
        "features": st.sets(st.sampled_from(NAMES), min_size=1).map(tuple),
    }
)


def _experiment(values):
    if values["optimizer"] == "lbfgs":  # it takes all samples
        values = values | {"samples_per_class": values["samples_per_class"] or 100, "batch_size": None}
    if values["optimizer"] in ("evolution", "random-search") and values["sampling"] == "errors":
        values = values | {"sampling": "crossings"}  # they have no gradient to read errors from
    return Experiment(**values)


experiments = _fields.map(_experiment)
# every setting of points on polynomials has another value than its default
WITHOUT_DEFAULTS = Experiment(
    polynomials=INTRODUCTION_POLYNOMIALS,
    optimizer="sgd",
    learning_rate=0.5,
    schedule="cosine",
    momentum=0.5,
    nesterov=True,
    hidden=(3, 4),
    features=("x", "y", "xy"),
    activation="tanh",
    batch_size=5,
    steps=20,
    seed=9,
    samples_per_class=None,
    x_range=(-2.0, 0.5),
    noise=0.25,
    sampling="even",
    growing_batches=True,
    weight_decay=0.125,
    l1=0.375,
    l2=0.25,
    dropout=0.5,
    gradient_clipping=0.7,
    warmup_steps=90,
    target_loss=0.01,
    patience=50,
    initial_weights="tutorial",
    standardize=False,
)
