"""An argument of another type, as when two are swapped, is refused by name, with what was expected."""

from dataclasses import replace

import numpy as np
import pytest

import polycore as pc
from polycore.inspection import next_step
from polycore.inspection.forward_pass import forward_pass
from polycore.links import link, snippet
from polycore.workers.choices import grid, random_choices
from polycore.workers.outcomes import best, outcomes

EXPERIMENT = pc.Experiment(polynomials=pc.INTRODUCTION_POLYNOMIALS, hidden=(2,), steps=5)
RUN = pc.start(EXPERIMENT)
MODEL = RUN.best
LINE, PARABOLA = pc.Polynomial(1, 0), pc.Polynomial(1, 0, 0)
SIZES = {"hidden": [(2,), (3,)]}


@pytest.mark.parametrize(
    ("call", "says"),
    [
        pytest.param(
            lambda: pc.advance(EXPERIMENT, 10), "run: got an Experiment; expected a Run.", id="advance"
        ),
        pytest.param(lambda: pc.advance(10, RUN), "run: got an int; expected a Run.", id="advance, swapped"),
        pytest.param(
            lambda: pc.advance(RUN, "10"), "steps: got '10'; expected a whole number", id="text steps"
        ),
        pytest.param(lambda: pc.advance(RUN, 2.5), "steps: got 2.5; expected a whole", id="half a step"),
        pytest.param(lambda: pc.advance(RUN, None), "steps: got None; expected a whole", id="no steps"),
        pytest.param(lambda: pc.start(RUN), "experiment: got a Run; expected an Experiment.", id="start"),
        pytest.param(
            lambda: pc.start(pc.INTRODUCTION_POLYNOMIALS),
            "experiment: got a tuple; expected an Experiment.",
            id="start, polynomials",
        ),
        pytest.param(
            lambda: pc.Referee.of(RUN), "experiment: got a Run; expected an Experiment.", id="referee"
        ),
        pytest.param(
            lambda: pc.sample(LINE, 10, np.random.default_rng(0)),
            "polynomials: got a Polynomial; expected a Sequence.",
            id="sample",
        ),
        pytest.param(
            lambda: pc.crossings(-1, 1, LINE, PARABOLA),
            "p: got an int; expected a Polynomial.",
            id="crossings",
        ),
        pytest.param(
            lambda: pc.crossings(LINE, PARABOLA, "-1", 1),
            "the range: got ('-1', 1); expected two finite numbers",
            id="an end",
        ),
        pytest.param(
            lambda: pc.points_to_csv("x,y"),
            "points: got a value that is not an array of numbers",
            id="points as text",
        ),
        pytest.param(
            lambda: pc.points_to_csv([[0], [0, 1]]),
            "points: got a value that is not an array of numbers",
            id="ragged",
        ),
        pytest.param(
            lambda: pc.points_to_csv([[0, 0], [1, 1]], [[0], [0, 1]]),
            "labels: got a value that is not an array",
            id="ragged labels",
        ),
        pytest.param(
            lambda: MODEL.score([[0, 0], [1, 1]], [[0], [0, 1]]),
            "labels: got a value that is not an array",
            id="ragged labels to score",
        ),
        pytest.param(lambda: MODEL.save(None), "got None instead of a path", id="save to nothing"),
        pytest.param(lambda: RUN.save(b"run.npz"), "got a bytes instead of a path", id="save to bytes"),
        pytest.param(
            lambda: pc.Model.from_arrays(MODEL), "arrays: got a Model; expected a Mapping.", id="arrays"
        ),
        pytest.param(
            lambda: MODEL.with_polynomials(LINE),
            "polynomials: got a Polynomial; expected an Iterable.",
            id="one polynomial",
        ),
        pytest.param(
            lambda: replace(MODEL, weights=None),
            "weights: got a NoneType; expected an Iterable.",
            id="weights",
        ),
        pytest.param(lambda: grid(RUN, **SIZES), "base: got a Run; expected an Experiment.", id="grid"),
        pytest.param(
            lambda: random_choices(RUN, 1, 0, **SIZES),
            "base: got a Run; expected an Experiment.",
            id="random",
        ),
        pytest.param(
            lambda: random_choices(EXPERIMENT, "1", 0, **SIZES),
            "count: got '1'; expected a whole",
            id="count",
        ),
        pytest.param(
            lambda: random_choices(EXPERIMENT, 1, "0", **SIZES), "seed: got '0'; expected a whole", id="seed"
        ),
        pytest.param(
            lambda: random_choices(EXPERIMENT, 1, -1, **SIZES),
            "seed: got -1; expected a whole number of 0 or more.",
            id="low seed",
        ),
        pytest.param(
            lambda: list(outcomes(EXPERIMENT)),
            "experiments: got an Experiment; expected an Iterable.",
            id="sweep",
        ),
        pytest.param(
            lambda: list(outcomes([EXPERIMENT], 4)),
            "executor: got an int; expected an Executor.",
            id="executor",
        ),
        pytest.param(lambda: best(RUN), "outcomes: got a Run; expected an Iterable.", id="best"),
        pytest.param(
            lambda: link.to_query(RUN),
            "experiment: got a Run; expected an Experiment.",
            id="link, written",
        ),
        pytest.param(
            lambda: link.from_query("hidden=3"), "query: got a str; expected a Mapping.", id="link, read"
        ),
        pytest.param(
            lambda: forward_pass(RUN, 0, 1), "model: got a Run; expected a Model.", id="forward pass"
        ),
        pytest.param(
            lambda: next_step(MODEL),
            "run: got a Model; expected a Run. For a model, start one",
            id="next step",
        ),
        pytest.param(
            lambda: next_step(RUN).weight((0, 0, 1)),
            "index: got a tuple; expected a ParameterIndex.",
            id="a weight of a step",
        ),
        pytest.param(
            lambda: snippet.numpy_snippet(RUN), "model: got a Run; expected a Model.", id="NumPy code"
        ),
        pytest.param(
            lambda: snippet.script(RUN), "experiment: got a Run; expected an Experiment.", id="script"
        ),
    ],
)
def test_an_argument_of_another_type_is_refused_by_name(call, says):
    with pytest.raises(pc.PolycoreError) as refusal:
        call()
    assert says in str(refusal.value)


def test_a_whole_number_of_numpy_is_one_too():
    assert pc.advance(RUN, np.int64(2)).step == 2
