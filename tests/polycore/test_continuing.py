"""Runs that continue from given weights."""

import io
from dataclasses import replace
from functools import reduce

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import polycore as pc
from polycore.optimizers.schedules import rate_at
from polycore.training.leg import MOST_LEGS, Leg, checked_settings
from polycore.training.task import task_of
from polycore.training.update_rules import rates
from tests.attacks.run_archives import CONTINUED, arrays_of, run_of
from tests.runs import KINDS, OWN, POINTS, TINY, continued, same_run

THIRTY = pc.advance(pc.start(TINY), 30)
GRID = np.random.default_rng(0).uniform(-2, 2, (500, 2))
TUTORIAL = pc.Experiment(samples_per_class=20, hidden=(12,))

OTHERS = {
    "the same": TINY,
    "another learning rate": replace(TINY, learning_rate=0.1),
    "another optimizer": replace(TINY, optimizer="sgd"),
    "L-BFGS": KINDS["l-bfgs"],
    "random search": KINDS["random search"],
    "batches": replace(TINY, batch_size=7),
    "fresh points": KINDS["adam on fresh points"],
    "points where it errs": KINDS["soap where it errs"],
    "other samples": replace(TINY, seed=1, noise=0.3),
    "another range": replace(TINY, x_range=(2, 7)),
    "no scaling": replace(TINY, standardize=False),
    "other polynomials": replace(TINY, polynomials=(pc.Polynomial(1, 0), pc.Polynomial(2, 0))),
    "own points": OWN,
}
every_other = pytest.mark.parametrize("experiment", OTHERS.values(), ids=OTHERS)


def probabilities(model):
    return model.predict_proba(GRID)


@every_other
@pytest.mark.parametrize("before", [THIRTY, THIRTY.current], ids=["a run", "a model"])
def test_at_first_it_predicts_as_before(experiment, before):
    run = pc.start(experiment, weights=before)
    assert probabilities(run.current) == pytest.approx(probabilities(THIRTY.current), abs=1e-12)
    assert (run.step, run.began_at, run.done) == (30, 30, False)


@every_other
def test_its_steps_are_counted_on(experiment):
    run = pc.start(experiment, weights=THIRTY)
    end = pc.advance(run, 10**6)
    assert (end.last_step, end.done) == (30 + experiment.steps, True)
    assert end.step == end.last_step or end.ended == "stuck"  # L-BFGS is at a minimum soon
    assert end.history.step[0] == 30
    assert end.history.step[-1] == end.step


@every_other
@settings(max_examples=15)  # with each experiment
@given(chunks=st.lists(st.integers(0, 30), max_size=4))
def test_chunks_do_not_change_it(experiment, chunks):
    whole = pc.advance(pc.start(experiment, weights=THIRTY), sum(chunks))
    assert same_run(reduce(pc.advance, chunks, pc.start(experiment, weights=THIRTY)), whole)


@pytest.mark.parametrize("steps", [0, 1, 20])
@every_other
def test_it_continues_from_its_file(experiment, steps):
    run = pc.advance(pc.start(experiment, weights=THIRTY), steps)
    file = io.BytesIO()
    run.save(file)
    loaded = pc.Run.load(io.BytesIO(file.getvalue()))
    assert same_run(loaded, run)
    assert same_run(pc.advance(loaded, 30), pc.advance(run, 30))


@pytest.mark.parametrize("kind", ["adam on all samples", "soap on all samples"])
def test_the_same_optimizer_goes_on_as_if_nothing_had_happened(kind):
    # with a constant learning rate nothing but the step number depends on where the experiment began
    experiment = KINDS[kind]
    whole = pc.advance(pc.start(experiment), 60)
    before = pc.advance(pc.start(experiment), 30)
    parts = pc.advance(pc.start(experiment, weights=before), 30)
    assert parts.parameters.tolist() == whole.parameters.tolist()
    assert (parts.optimizer_began_at, parts.began_at) == (0, 30)


@pytest.mark.parametrize("kind", ["adam on fresh points", "errors with noise and dropout"])
def test_no_batch_repeats(kind):
    experiment = KINDS[kind]
    whole = pc.advance(pc.start(experiment), 60)
    before = pc.advance(pc.start(experiment), 30)
    parts = pc.advance(pc.start(experiment, weights=before), 30)
    assert parts.parameters.tolist() == whole.parameters.tolist()


def test_another_optimizer_starts_afresh():
    run = pc.start(replace(TINY, optimizer="rmsprop"), weights=THIRTY)
    assert run.optimizer_began_at == 30
    assert not run.optimizer_state.mean_square.any()
    from_model = pc.start(TINY, weights=THIRTY.current)
    assert (from_model.optimizer_state.step, from_model.optimizer_began_at) == (0, 30)


def test_the_schedule_begins_anew():
    experiment = replace(TINY, optimizer="sgd", schedule="cosine", momentum=0.0, batch_size=7)
    run = pc.start(experiment, weights=THIRTY)
    first = pc.advance(run, 1)
    # without momentum the first step is the full learning rate times the gradient
    change = run.parameters.astype(np.float32) - first.parameters
    assert change == pytest.approx(experiment.learning_rate * first.gradient, rel=1e-3, abs=1e-7)
    assert list(rates(experiment, 3, 5)) == [rate_at("cosine", 0.01, step, 60) for step in (3, 4)]


def test_the_stages_of_fresh_points_begin_anew():
    experiment = replace(KINDS["crossings in growing batches"], steps=1000)
    task = task_of(experiment)
    sizes = [len(next(task.batches(step, step + 1, 5000))) for step in (5000, 5450, 5900)]
    assert sizes == [len(next(task.batches(step, step + 1))) for step in (0, 450, 900)]
    assert len(set(sizes)) == 3


def test_what_was_before_is_remembered():
    run = continued()
    [leg] = run.earlier
    assert (leg.began_at, leg.end) == (0, 30)
    assert leg.experiment == TINY
    assert leg.history.loss.tolist() == THIRTY.history.loss.tolist()
    again = pc.advance(pc.start(replace(OWN, learning_rate=0.1), weights=run), 10)
    first, second = again.earlier
    assert (first.end, second.began_at, second.end) == (30, 30, 50)
    assert second.settings == run.experiment.summary()
    assert second.experiment == run.experiment
    assert replace(second, data=None).experiment is None  # its points are not there
    assert again.best.metadata["earlier"] == [leg.to_dict() for leg in again.earlier]


def test_a_model_brings_its_past_along(tmp_path):
    continued().current.save(tmp_path / "model.npz")
    model = pc.Model.load(tmp_path / "model.npz")
    run = pc.start(OWN, weights=model)
    assert [(leg.began_at, leg.end, leg.history) for leg in run.earlier] == [(0, 30, None), (30, 50, None)]
    assert run.earlier[0].experiment == TINY


@pytest.mark.parametrize(
    "metadata",
    [
        {"step": -1},
        {"step": 1.5},
        {"step": True},
        {"step": 10**30},
        {"experiment": []},
        {"experiment": {"unknown": 1}},
        {"step": 5, "earlier": [{"began_at": 0, "end": 9, "experiment": None}]},
        {"earlier": 1},
        {"earlier": [{"began_at": 9, "end": 5, "experiment": None}]},
        {"earlier": [{"began_at": 0, "end": 0, "experiment": {"data": {"count": 1}}}]},
        {
            "step": 5,
            "earlier": [{"began_at": first, "end": first + 1, "experiment": None} for first in (0, 3)],
        },
    ],
)
def test_a_strangers_metadata_is_no_past(metadata):
    run = pc.start(TINY, weights=replace(THIRTY.current, metadata=metadata))
    assert run.step == max(0, metadata.get("step", 0) if metadata.get("step") == 5 else 0)
    assert len(run.earlier) == 1
    file = io.BytesIO()
    run.save(file)
    assert same_run(pc.Run.load(io.BytesIO(file.getvalue())), run)


def test_only_the_last_legs_are_kept():
    run = THIRTY
    for _ in range(MOST_LEGS + 3):
        run = pc.advance(pc.start(TINY, weights=run), 1)
    assert len(run.earlier) == MOST_LEGS
    assert run.step == 30 + MOST_LEGS + 3
    file = io.BytesIO()
    run.save(file)
    assert same_run(pc.Run.load(io.BytesIO(file.getvalue())), run)


def test_of_a_run_that_did_not_begin_its_weights_are_remembered():
    before = pc.start(TINY)
    [leg] = pc.start(OWN, weights=before).earlier
    assert (leg.began_at, leg.end, leg.settings, leg.history) == (0, 0, TINY.summary(), None)
    arrays = zip(before.current.weights, before.current.biases, strict=True)
    assert leg.given.tolist() == [number for pair in arrays for array in pair for number in array.ravel()]


def test_the_first_part_that_is_kept_begins_at_step_0_only_if_it_is_the_first_of_all():
    run = pc.start(TINY, weights=pc.start(replace(TINY, seed=1)))  # two parts begin at step 0
    for _ in range(MOST_LEGS):
        run = pc.start(TINY, weights=pc.advance(run, 1))
    assert run.earlier[0].began_at == 1


@pytest.mark.parametrize("steps", [0, 1])
@pytest.mark.parametrize(
    "weights", [pc.start(TINY), replace(THIRTY.current, metadata={})], ids=["run", "model"]
)
def test_a_run_from_untrained_weights_continues_from_its_file(weights, steps):
    run = pc.advance(pc.start(replace(TINY, batch_size=7), weights=weights), steps)
    file = io.BytesIO()
    run.save(file)
    loaded = pc.Run.load(io.BytesIO(file.getvalue()))
    assert same_run(loaded, run)
    assert same_run(pc.advance(loaded, 30), pc.advance(run, 30))


def test_snapshots_of_the_past_are_scaled_as_the_present_is():
    run = pc.start(replace(TINY, x_range=(2, 7)), weights=THIRTY)
    assert run.snapshots.step == THIRTY.snapshots.step
    now, then = task_of(run.experiment), task_of(TINY)
    for one, other in zip(run.snapshots.parameters, THIRTY.snapshots.parameters, strict=True):
        for mine, its in zip(now.raw_layers(one), then.raw_layers(other), strict=True):
            assert mine[0] == pytest.approx(its[0], rel=1e-5, abs=1e-6)
            assert mine[1] == pytest.approx(its[1], rel=1e-5, abs=1e-5)


def test_the_tutorials_untrained_network_can_be_trained():
    rng = np.random.default_rng(0)
    arrays = {
        "weights_l1": 0.1 * rng.normal(size=(2, 12)),
        "biases_l1": np.zeros((1, 12)),
        "weights_l2": 0.1 * rng.normal(size=(12, 12)),
        "biases_l2": np.zeros((1, 12)),
        "loss": 2.5,
        "accuracy": 0.1,
    }
    run = pc.start(TUTORIAL, weights=pc.Model.from_arrays(arrays))
    assert run.current.predict_proba(GRID) == pytest.approx(
        pc.Model.from_arrays(arrays).predict_proba(GRID), abs=1e-12
    )
    assert pc.advance(run, 50).best.loss < run.best.loss
    assert [(leg.began_at, leg.end, leg.settings) for leg in run.earlier] == [(0, 0, None)]


@pytest.mark.parametrize(
    ("experiment", "weights", "message"),
    [
        (
            replace(TINY, hidden=(5,)),
            THIRTY,
            r"weights: got a network 2→4→2; expected 2→5→2, .* hidden=\(4,\)",
        ),
        (TUTORIAL, THIRTY.current, "weights: got a network 2→4→2; expected 2→12→12"),
        (TINY, THIRTY.parameters, "weights: got an ndarray; expected a Model, a Run or None"),
        (TINY, "weights.npz", "weights: got 'weights.npz'; expected a Model"),
    ],
)
def test_weights_that_do_not_fit_are_refused(experiment, weights, message):
    with pytest.raises(pc.PolycoreError, match=message):
        pc.start(experiment, weights=weights)


def test_weights_that_no_file_could_store_are_refused():
    large = replace(THIRTY.current, weights=tuple(9e5 * np.ones_like(w) for w in THIRTY.current.weights))
    # x from -1000 to 1000 has a deviation of some 577: the scaled weights are that much larger
    with pytest.raises(pc.PolycoreError, match="weights: got some that would exceed 1e"):
        pc.start(replace(TINY, x_range=(-1000, 1000)), weights=large)


def test_settings_are_those_of_an_experiment():
    assert checked_settings(None) is None
    assert checked_settings(TINY.to_dict()) == TINY.summary()
    # in weight files from before these could be chosen
    later = ("activation", "l1", "l2", "dropout", "warmup_steps", "features")
    older = {name: value for name, value in TINY.to_dict().items() if name not in later}
    assert checked_settings(older) == TINY.summary()
    assert checked_settings(OWN.summary()) == OWN.summary()
    assert Leg(0, 5, TINY.summary()).experiment == TINY
    assert Leg(0, 5, None).experiment is None
    with pytest.raises(pc.PolycoreError):
        checked_settings({"data": {"count": len(POINTS)}})


def test_the_continued_run_of_the_attacks_has_all_there_is():
    assert run_of(CONTINUED).earlier
    assert {"earlier_history", "data_points", "snapshots"} <= set(arrays_of(CONTINUED))
