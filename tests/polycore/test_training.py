"""A run is the same however it is cut, keeps its best with the best's own figures, and ends well."""

import gc
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import reduce
from multiprocessing import get_context

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import polycore as pc
from polycore.training import history
from polycore.training.task import task_of
from tests.polycore.test_features import inputs_by_hand
from tests.runs import DIVERGING, KINDS, TINY, TWO, plain, same_run

every_kind = pytest.mark.parametrize("experiment", KINDS.values(), ids=KINDS)


@every_kind
@settings(max_examples=15, deadline=None)
@given(chunks=st.lists(st.integers(0, 25), max_size=5), steps=st.sampled_from([60, 9000]))
def test_chunks_do_not_change_the_run(experiment, chunks, steps):
    experiment = replace(experiment, steps=steps)  # 60 are all measured
    whole = pc.advance(pc.start(experiment), sum(chunks))
    assert same_run(reduce(pc.advance, chunks, pc.start(experiment)), whole)


@pytest.mark.parametrize("optimizer", ["random-search", "evolution"])
def test_the_best_step_of_a_search_is_its_last_change_however_the_steps_are_cut(optimizer):
    # 25 samples a class: measured every 8th step or so, mostly some steps after the last change
    experiment = replace(TINY, optimizer=optimizer, samples_per_class=25, batch_size=None, steps=400)
    stepwise = pc.start(experiment)
    changed = 0
    for step in range(1, 101):
        before = stepwise.parameters
        stepwise = pc.advance(stepwise, 1)
        changed = changed if stepwise.parameters is before else step
        assert stepwise.best_step == changed
        assert pc.advance(pc.start(experiment), step).best_step == changed


def test_two_different_runs_are_told_apart():
    run = pc.start(TINY)
    assert not same_run(pc.advance(run, 1), pc.advance(run, 2))
    assert not same_run(run, pc.start(replace(TINY, seed=6)))


def left_by_steps(experiment):
    """Return how many objects in circles of references some steps leave behind."""
    run = pc.advance(pc.start(experiment), 5)
    gc.collect()
    gc.disable()
    try:
        pc.advance(run, 40)
        return gc.collect()
    finally:
        gc.enable()


@pytest.fixture(scope="module")
def quiet_process(own_main):  # noqa: ARG001 - it is started by multiprocessing
    """Return another process, in which nothing else runs: here, threads of tests may leave circles."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        yield process


@every_kind
def test_what_the_steps_needed_is_given_back_at_once(experiment, quiet_process):
    """Arrays in a circle of references stay until Python looks for one: a worker grew by 50 MB."""
    assert quiet_process.submit(left_by_steps, experiment).result() == 0


@every_kind
def test_another_process_goes_on_to_the_same_bits(experiment, quiet_process):
    half = pc.advance(pc.start(experiment), 23)
    assert same_run(quiet_process.submit(pc.advance, half, 20).result(), pc.advance(half, 20))


@every_kind
def test_advance_leaves_the_run_it_was_given_as_it_was(experiment):
    run = pc.advance(pc.start(experiment), 5)
    before = plain(run)
    pc.advance(run, 10)
    assert plain(run) == before


@pytest.mark.parametrize("experiment", [KINDS[name] for name in KINDS if name != "l-bfgs"])
def test_a_run_ends_where_its_steps_end(experiment):
    run = pc.advance(pc.start(experiment), 10_000)
    assert (run.step, run.done, run.ended_because) == (60, True, None)
    assert run.history.step[-1] == 60
    assert pc.advance(run, 5) is run


def test_negative_steps_are_refused():
    with pytest.raises(pc.PolycoreError, match="steps: got -1"):
        pc.advance(pc.start(TINY), -1)


@pytest.mark.parametrize("name", ["adam on all samples", "random search", "evolution"])
def test_the_best_is_the_lowest_loss_of_all_steps(name):
    # a learning rate so high that the loss goes up and down
    run = pc.start(replace(KINDS[name], learning_rate=2))
    losses = [run.current.loss]
    for _ in range(60):
        run = pc.advance(run, 1)
        losses.append(run.current.loss)
        assert run.best.loss == pytest.approx(min(losses), rel=1e-9)
    if name == "adam on all samples":
        assert max(np.diff(losses)) > 0
        assert run.best.metadata["step"] == int(np.argmin(losses))


@pytest.mark.parametrize("name", [name for name in KINDS if KINDS[name].batch_size or "fresh" in name])
def test_the_best_on_batches_is_the_lowest_loss_after_1_2_4_and_8_steps(name):
    run = pc.start(replace(KINDS[name], steps=100_000))
    losses = [run.current.loss]
    for _ in range(12):
        run = pc.advance(run, 1)
        losses.append(run.current.loss)
    assert run.best_step == min((0, 1, 2, 4, 8), key=losses.__getitem__)
    assert (run.best.loss, run.history.step.tolist()) == (losses[run.best_step], [0])


def plain_forward(model, points):
    """Dot, add, ReLU or tanh, dot, add, softmax, as the tutorial does it."""
    values = inputs_by_hand(model.features, points)
    activation = {"relu": lambda sums: np.maximum(0, sums), "tanh": np.tanh}[model.activation]
    for weights, biases in zip(model.weights[:-1], model.biases[:-1], strict=True):
        values = activation(np.dot(values, weights) + biases)
    logits = np.dot(values, model.weights[-1]) + model.biases[-1]
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    return exponentials / exponentials.sum(axis=1, keepdims=True)


@every_kind
def test_the_bests_figures_belong_to_its_weights_on_raw_points(experiment):
    best = pc.advance(pc.start(experiment), 47).best
    points, labels = experiment.training_set()
    probabilities = plain_forward(best, points)
    loss = -np.log(np.clip(probabilities[np.arange(len(labels)), labels], 1e-7, 1 - 1e-7)).mean()
    assert best.loss == pytest.approx(loss, rel=1e-12)
    assert best.accuracy == (probabilities.argmax(axis=1) == labels).mean()
    held_out_points, held_out_labels = experiment.held_out_set()
    predictions = plain_forward(best, held_out_points).argmax(axis=1)
    assert best.held_out_accuracy == (predictions == held_out_labels).mean()


def test_the_scaling_is_folded_into_the_first_layer():
    run = pc.start(TINY)
    points, _ = TINY.training_set()
    scaled = (points - points.mean(axis=0)) / points.std(axis=0)
    weights = run.parameters[:8].reshape(2, 4)
    assert points @ run.best.weights[0] + run.best.biases[0] == pytest.approx(scaled @ weights, abs=1e-12)


@every_kind
def test_the_history_tells_the_figures_of_its_steps(experiment):
    run = pc.advance(pc.start(experiment), 60)
    assert run.history.step[0] == 0
    assert len(run.history.step) >= 3
    at = pc.start(experiment)
    for position, step in enumerate(run.history.step):
        at = pc.advance(at, int(step) - at.step)
        then = at.current
        assert run.history.loss[position] == pytest.approx(then.loss, rel=1e-9)
        assert run.history.accuracy[position] == then.accuracy
        assert run.history.held_out_accuracy[position] == then.held_out_accuracy


def test_the_history_is_bounded_and_even():
    told = history.History(every=3)
    for step in range(0, 30_000, 3):
        if step % told.every == 0:
            told = told.appended(step, step / 2, step / 4, step / 8)
    assert 200 <= len(told.step) <= 400
    assert set(np.diff(told.step)) == {told.every}
    assert told.loss.tolist() == (told.step / 2).tolist()
    assert told.held_out_accuracy.tolist() == (told.step / 8).tolist()


def test_a_history_that_counts_in_smaller_steps_than_its_own_is_bounded_too():
    # as a run file may have it: a step that is measured is always one that is recorded
    told = history.History(every=1)
    for step in range(0, 50_000, 50):
        if step % told.every == 0:
            told = told.appended(step, 0.5, 0.5, 0.5)
        assert len(told.step) <= 400
    assert (told.step[0], len(told.step)) == (0, len(set(told.step.tolist())))


def test_adam_learns_two_polynomials():
    experiment = pc.Experiment(polynomials=TWO, samples_per_class=100, hidden=(16,), steps=800)
    best = pc.advance(pc.start(experiment), 800).best
    # -x^2 + 1 and x^3 - 2 keep at least 1 apart on [-1, 1]: everything can be told
    assert best.accuracy == 1
    assert best.held_out_accuracy > 0.99


def test_fresh_points_are_never_the_same_twice():
    task = task_of(KINDS["adam on fresh points"])
    batches = [batch.columns.T for batch in task.batches(0, 200)]
    assert all(len(points) == 8 for points in batches)
    assert len(np.unique(np.concatenate(batches)[:, 0])) == 1600


def test_an_epoch_shows_each_sample_once():
    task = task_of(KINDS["sgd on batches"])
    parts = [batch.columns.T for batch in task.batches(0, 6)]  # 20 samples: 7, 7, 6 and again
    assert [len(points) for points in parts] == [7, 7, 6, 7, 7, 6]
    for epoch in (parts[:3], parts[3:]):
        assert sorted(np.concatenate(epoch)[:, 0]) == sorted(task.training_in_float32.columns[0])
    assert (np.concatenate(parts[:3]) != np.concatenate(parts[3:])).any()


@pytest.mark.parametrize("batch_size", [5, None], ids=["batches", "all samples"])
def test_a_run_that_diverges_keeps_its_best_and_says_what_to_lower(batch_size):
    run = pc.advance(pc.start(replace(DIVERGING, batch_size=batch_size)), 2000)
    assert run.done
    assert run.step < 2000
    assert "step" in run.ended_because
    assert "Lower the learning rate (10)" in run.ended_because
    assert np.isfinite(run.best.loss)
    assert run.best_loss <= run.history.loss[0]
    assert np.isfinite(run.current.loss)


def test_a_run_ends_at_its_target():
    experiment = replace(TINY, target_loss=0.3, steps=2000)
    run = pc.advance(pc.start(experiment), 2000)
    assert run.ended_because == f"The loss reached the target of 0.3 nats at step {run.step:,}."
    assert run.best.loss == run.current.loss <= 0.3
    assert pc.advance(pc.start(experiment), run.step - 1).best.loss > 0.3


def test_a_run_ends_where_its_patience_with_the_held_out_loss_does():
    # 3 noisy samples a polynomial: they are soon learned by heart, and the held-out loss rises
    experiment = replace(TINY, samples_per_class=3, noise=2.0, hidden=(32, 32), steps=4000, patience=200)
    run = pc.advance(pc.start(experiment), 4000)
    assert "has not fallen for 200 steps" in run.ended_because
    assert run.step == run.held_out_step + 200
    points, labels = experiment.held_out_set()

    def held_out_loss(step):
        true_class = plain_forward(pc.advance(pc.start(experiment), step).current, points)[
            np.arange(len(labels)), labels
        ]
        return -np.log(np.clip(true_class, 1e-7, 1 - 1e-7)).mean()

    assert held_out_loss(run.held_out_step) == pytest.approx(run.held_out_loss, rel=1e-9)
    assert held_out_loss(run.step) > run.held_out_loss
    without = pc.advance(pc.start(replace(experiment, patience=None)), run.step)
    assert without.ended_because is None


def test_l_bfgs_ends_at_the_lowest_point_of_a_convex_loss():
    # no hidden layer: cross-entropy is convex, and with noise so large its lowest point is finite
    experiment = replace(KINDS["l-bfgs"], hidden=(), steps=500)
    run = pc.advance(pc.start(experiment), 500)
    assert "L-BFGS found no lower loss" in run.ended_because
    assert run.gradient_norm < 1e-6
    assert pc.advance(run, 10) is run


def test_the_gradient_norm_is_that_of_the_loss():
    run = pc.advance(pc.start(TINY), 7)
    weights_and_biases = [run.current.weights, run.current.biases]
    assert run.gradient_norm == pytest.approx(np.sqrt((run.gradient**2).sum()), rel=1e-12)
    assert len(run.gradient) == sum(array.size for arrays in weights_and_biases for array in arrays)
    steep = replace(run, gradient=np.full(4, 1e30, np.float32))  # its square is no float32
    assert steep.gradient_norm == pytest.approx(2e30, rel=1e-6)
    assert pc.start(KINDS["random search"]).gradient_norm is None
    assert pc.start(KINDS["sgd on batches"]).gradient_norm is None
    assert pc.advance(pc.start(KINDS["sgd on batches"]), 3).gradient_norm > 0


def test_random_search_decides_as_the_tutorial_does_in_float64():
    # the quick look in float32 must never change a decision: beside a plain loop over the same directions
    experiment = replace(pc.Experiment.tutorial(), steps=400, seed=3)
    run = pc.start(experiment)
    task = task_of(experiment)
    points, labels = experiment.training_set()
    kept, lowest, accepted = run.parameters, np.inf, 0
    for step, direction in enumerate([np.zeros(192, np.float32), *task.directions(192, 0, 400)]):
        candidate = kept + 0.0005 * direction
        w1, b1 = candidate[:24].reshape(2, 12), candidate[24:36]
        w2, b2 = candidate[36:180].reshape(12, 12), candidate[180:]
        logits = np.maximum(0, points @ w1 + b1) @ w2 + b2
        exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
        probabilities = exponentials / exponentials.sum(axis=1, keepdims=True)
        loss = -np.log(np.clip(probabilities[np.arange(1200), labels], 1e-7, 1 - 1e-7)).mean()
        if loss < lowest:
            kept, lowest, accepted = candidate, loss, accepted + (step > 0)
    run = pc.advance(run, 400)
    assert 50 < accepted < 350
    assert run.parameters.tolist() == kept.tolist()
    assert run.best.loss == pytest.approx(lowest, rel=1e-12)


def test_a_scaling_that_no_file_could_hold_is_refused():
    lines = (pc.Polynomial(1e-9, 0), pc.Polynomial(2e-9, 0))
    with pytest.raises(pc.PolycoreError, match="standardize: got True"):
        pc.start(pc.Experiment(polynomials=lines))
    pc.start(pc.Experiment(polynomials=lines, standardize=False))


def test_values_too_large_to_work_with_are_refused():
    with pytest.raises(pc.PolycoreError, match="x_range"):
        pc.start(pc.Experiment(polynomials=(pc.Polynomial(1, *[0] * 12), TWO[0]), x_range=(-1000, 1000)))


@settings(max_examples=25, deadline=None)
@given(
    offset=st.floats(-900, 900),
    width=st.floats(0.001, 100),
    rate=st.floats(1e-3, 10),
    optimizer=st.sampled_from(["sgd", "adam"]),
)
def test_whatever_trains_can_be_kept(tmp_path_factory, offset, width, rate, optimizer):
    try:
        experiment = replace(TINY, x_range=(offset, offset + width), learning_rate=rate, optimizer=optimizer)
        run = pc.start(experiment)
    except pc.PolycoreError:
        return
    run = pc.advance(run, 40)
    file = tmp_path_factory.mktemp("kept") / "weights.npz"
    for model in (run.best, run.current):
        model.save(file)
        assert pc.Model.load(file).loss == model.loss


def test_the_recommended_experiment_is_soon_far_ahead_of_chance():
    # the whole run takes seconds; a short one must already be far ahead of chance (1 in 12)
    experiment = replace(pc.Experiment.recommended(), steps=1500)
    assert pc.advance(pc.start(experiment), 1500).best.held_out_accuracy > 0.85
