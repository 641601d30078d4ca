"""L1, L2, dropout and warm-up: gradients by differences, minima by another library, what stays the same."""

import io
import tracemalloc
from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import minimize

import polycore as pc
from polycore import network
from polycore.network.activations import ACTIVATIONS
from polycore.network.batch import Batch
from polycore.network.kernels import Kernels
from polycore.network.parameters import layers, parameter_count
from polycore.network.regularization import Penalty, masks
from polycore.training.task import task_of
from polycore.training.update_rules import rates
from tests.polycore.test_kernels import central_differences, some
from tests.runs import TINY

REGULARIZED = {"l1": 0.001, "l2": 0.01, "dropout": 0.25, "warmup_steps": 7}
GRADIENT = ("adam", "soap", "rmsprop", "sgd")


def run_of(steps, **settings):
    return pc.advance(pc.start(replace(TINY, **settings)), steps)


def weights_of(parameters, widths):
    return np.concatenate([weights.ravel() for weights, _ in layers(parameters, widths)])


# --- penalties ------------------------------------------------------------------------------


@pytest.mark.parametrize(("l1", "l2"), [(0.3, 0.0), (0.0, 0.2), (0.3, 0.2)])
def test_the_gradient_of_a_penalty_agrees_with_central_differences(l1, l2):
    widths = (2, 3, 4)
    parameters, _, _ = some(widths, 5)

    def cost(values):
        weights = weights_of(values, widths)
        return l1 * np.abs(weights).sum() + l2 / 2 * (weights**2).sum()

    penalty = Penalty.of(l1, l2, widths, np.float64)
    assert penalty.gradient(parameters) == pytest.approx(central_differences(cost, parameters), abs=1e-8)


def test_no_penalty_is_none_and_the_slope_of_a_weight_of_0_is_0():
    assert Penalty.of(0, 0, (2, 3, 4), np.float64) is None
    assert not Penalty.of(1, 1, (2, 3, 4), np.float32).gradient(np.zeros(25, np.float32)).any()


@pytest.mark.parametrize("batch_size", [None, 16])
def test_l2_of_plain_sgd_is_weight_decay_of_the_weights(batch_size):
    # arXiv:1711.05101, proposition 1; initial biases are 0, so in the first step decay leaves them alone too
    plain = replace(TINY, optimizer="sgd", momentum=0.0, batch_size=batch_size, learning_rate=0.1)
    shrunk = pc.advance(pc.start(replace(plain, l2=0.5)), 1).parameters
    decayed = pc.advance(pc.start(replace(plain, weight_decay=0.5)), 1).parameters
    assert shrunk == pytest.approx(decayed, rel=1e-5 if batch_size else 1e-12)
    without = pc.advance(pc.start(plain), 1).parameters
    assert without != pytest.approx(decayed, rel=1e-3)


def regression(l1, l2):
    """Return what scipy finds for the same convex problem: the lowest cost, and the weights there."""
    experiment = replace(TINY, hidden=())
    task, widths = task_of(experiment), experiment.widths
    points, labels = task.training.points, task.training.labels
    size = parameter_count(widths)

    def cost(values):
        # |w| as the sum of two numbers that are at least 0 and whose difference is w
        up, down = np.split(values, 2)
        parameters = up - down
        weights, biases = zip(*layers(parameters, widths), strict=True)
        loss = network.cross_entropy(network.softmax(network.forward(weights, biases, points)), labels)
        return (
            loss
            + l1 * weights_of(up + down, widths).sum()
            + l2 / 2 * (weights_of(parameters, widths) ** 2).sum()
        )

    found = minimize(cost, np.full(2 * size, 0.1), bounds=[(0, None)] * 2 * size, options={"maxfun": 10**6})
    up, down = np.split(found.x, 2)
    return found.fun, weights_of(up - down, widths)


def differences(weights):
    return np.diff(weights.reshape(2, 2), axis=1)


@pytest.mark.parametrize(("l1", "l2"), [(0.03, 0.0), (0.0, 0.1)], ids=["L1", "L2"])
def test_training_reaches_the_minimum_of_loss_and_penalty(l1, l2):
    experiment = replace(TINY, hidden=(), l1=l1, l2=l2, steps=4000, schedule="cosine", learning_rate=0.02)
    run = pc.advance(pc.start(experiment), 4000)
    weights = weights_of(run.parameters, experiment.widths)
    cost = run.loss + l1 * np.abs(weights).sum() + l2 / 2 * (weights**2).sum()
    lowest, expected = regression(l1, l2)
    assert cost == pytest.approx(lowest, rel=1e-4)
    # of two classes only the difference of their weights decides, and L1 costs the same for each split of it
    assert differences(weights) == pytest.approx(differences(expected), abs=0.01)
    without = pc.advance(pc.start(replace(experiment, l1=0.0, l2=0.0)), 4000)
    assert np.abs(weights).sum() < 0.7 * np.abs(weights_of(without.parameters, experiment.widths)).sum()


@pytest.mark.parametrize("batch_size", [None, 16])
def test_reported_losses_are_those_of_the_points_alone(batch_size):
    run = run_of(30, batch_size=batch_size, l1=0.05, l2=0.05)
    model = run.current
    points, labels = run.experiment.training_set()
    expected = network.cross_entropy(model.predict_proba(points), labels)
    assert model.loss == pytest.approx(expected, rel=1e-12)
    assert run.history.loss[-1] == pytest.approx(expected, rel=1e-6)
    if batch_size is None:
        assert run.loss == pytest.approx(expected, rel=1e-12)


# --- dropout --------------------------------------------------------------------------------


def test_a_mask_leaves_out_its_share_and_keeps_the_mean():
    first, second = masks(0.3, (2, 50, 20, 4), np.random.default_rng(1), np.float64, 2000)
    assert (first.shape, second.shape) == ((50, 2000), (20, 2000))
    for mask in (first, second):
        assert set(np.unique(mask)) == {0, 65536 / (65536 - 19661)}  # 0.3 · 65536 = 19660.8
        # four standard errors
        assert (mask == 0).mean() == pytest.approx(0.3, abs=4 * np.sqrt(0.3 * 0.7 / mask.size))
        assert mask.mean() == pytest.approx(1, abs=4 * np.sqrt(0.3 / 0.7 / mask.size))
        assert np.ptp((mask == 0).mean(axis=0)) > 0  # for each point anew


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_the_gradient_with_masks_agrees_with_central_differences(name):
    widths = (2, 5, 4, 3)
    parameters, points, labels = some(widths, 11)
    batch = Batch.of(points, labels, 3)
    chosen = masks(0.4, widths, np.random.default_rng(2), np.float64, len(labels))

    def loss(values):
        hidden = points
        *inner, (last, last_biases) = layers(values, widths)
        for (weights, biases), mask in zip(inner, chosen, strict=True):
            hidden = ACTIVATIONS[name].value(hidden @ weights + biases) * mask.T
        return network.cross_entropy(network.softmax(hidden @ last + last_biases), labels)

    found = Kernels(widths, name).gradient(parameters, batch, lambda _: chosen)
    assert found == pytest.approx(central_differences(loss, parameters), abs=1e-8)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_the_loss_with_masks_is_that_of_the_masked_network(name):
    widths = (2, 5, 4, 3)
    parameters, points, labels = some(widths, 11)
    batch = Batch.of(points, labels, 3)
    chosen = masks(0.4, widths, np.random.default_rng(2), np.float64, len(labels))
    hidden = points
    *inner, (last, last_biases) = layers(parameters, widths)
    for (weights, biases), mask in zip(inner, chosen, strict=True):
        hidden = ACTIVATIONS[name].value(hidden @ weights + biases) * mask.T
    expected = network.cross_entropy(network.softmax(hidden @ last + last_biases), labels)
    assert Kernels(widths, name).loss(parameters, batch, lambda _: chosen) == pytest.approx(
        expected, rel=1e-12
    )


def test_a_batch_in_parts_draws_masks_for_one_after_the_other():
    widths = (2, 5, 3)
    parameters, _, _ = some(widths, 11)
    rng = np.random.default_rng(3)
    batch = Batch.of(rng.standard_normal((1000, 2)), rng.integers(0, 3, 1000), 3)
    given = [masks(0.5, widths, rng, np.float64, points)[0] for points in (300, 300, 300, 100)]
    drawn, asked = np.hstack(given), []

    def in_turn(points):
        asked.append(points)
        return (given[len(asked) - 1],)

    whole, in_parts = Kernels(widths), Kernels(widths)
    in_parts._part, whole._part = 300, 1000
    found = in_parts.gradient(parameters, batch, in_turn)
    assert asked == [300, 300, 300, 100]
    assert found == pytest.approx(whole.gradient(parameters, batch, lambda _: (drawn,)), rel=1e-10)


def test_masks_of_many_points_need_little_memory_at_once():
    experiment = replace(TINY, samples_per_class=20_000, hidden=(128,), dropout=0.5, steps=1)
    run = pc.start(experiment)
    tracemalloc.start()
    try:
        pc.advance(run, 1)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 30e6  # the masks of all at once would have 40,000 · 128 · 8 bytes


def test_masks_depend_on_seed_and_step_alone():
    task, other = (task_of(replace(TINY, dropout=0.5, seed=seed)) for seed in (1, 2))
    [first], [again], [later] = (task.dropout(step)(30) for step in (7, 7, 8))
    [with_other_seed] = other.dropout(7)(30)
    assert np.array_equal(first, again)
    assert not np.array_equal(first, later)
    assert not np.array_equal(first, with_other_seed)
    assert task_of(TINY).dropout(7) is None


@pytest.mark.parametrize("batch_size", [None, 16])
def test_the_whole_network_is_measured_and_answers(batch_size):
    run = run_of(30, batch_size=batch_size, dropout=0.5)
    points, labels = run.experiment.training_set()
    weights, biases = zip(*run.layers, strict=True)
    expected = network.cross_entropy(network.softmax(network.forward(weights, biases, points)), labels)
    assert run.current.loss == pytest.approx(expected, rel=1e-12)
    assert run.history.loss[-1] == pytest.approx(expected, rel=1e-6)
    if batch_size is None:
        assert run.loss == pytest.approx(expected, rel=1e-12)


def test_every_neuron_of_a_network_trained_with_dropout_carries_less():
    # what dropout is for: no neuron alone decides (Srivastava et al., section 7.2). Without one neuron
    # the loss of a network that was trained with it rises less.
    experiment = replace(TINY, hidden=(16,), steps=1500)
    rises = []
    for dropout in (0.0, 0.5):
        run = pc.advance(pc.start(replace(experiment, dropout=dropout)), 1500)
        points, labels = run.experiment.training_set()
        (weights, biases), (last, last_biases) = run.layers
        values = np.maximum(points @ weights + biases, 0)

        def loss(kept, values=values, last=last, last_biases=last_biases, labels=labels):
            return network.cross_entropy(network.softmax((values * kept) @ last + last_biases), labels)

        whole = np.ones(16)
        rises.append(max(loss(np.delete(np.eye(16), i, 0).sum(axis=0)) for i in range(16)) - loss(whole))
    assert rises[1] < rises[0] / 2


# --- warm-up --------------------------------------------------------------------------------


def test_the_rate_rises_over_the_first_steps_by_hand():
    experiment = replace(TINY, learning_rate=0.8, warmup_steps=4, steps=100)
    assert list(rates(experiment, 0, 6)) == pytest.approx([0.2, 0.4, 0.6, 0.8, 0.8, 0.8])
    assert list(rates(experiment, 2, 5)) == pytest.approx([0.6, 0.8, 0.8])
    assert list(rates(experiment, 4, 6)) == [0.8, 0.8]
    cosine = replace(experiment, schedule="cosine")
    # 0.8 · (1 + cos(pi · 1/100)) / 2 · 2/4, and unchanged from the fourth on
    assert list(rates(cosine, 1, 5)) == pytest.approx(
        [0.8 * (1 + np.cos(np.pi * k / 100)) / 2 * min(1, (k + 1) / 4) for k in range(1, 5)]
    )


# --- runs -----------------------------------------------------------------------------------


@pytest.mark.parametrize("optimizer", GRADIENT)
@pytest.mark.parametrize("batch_size", [None, 16])
def test_a_run_is_the_same_to_the_bit_however_it_is_cut_and_saved(optimizer, batch_size):
    settings = REGULARIZED | {"optimizer": optimizer, "batch_size": batch_size, "steps": 40}
    whole = pc.advance(pc.start(replace(TINY, **settings)), 40)
    run = pc.start(replace(TINY, **settings))
    for steps in (1, 12, 27):
        run = pc.advance(run, steps)
        kept = io.BytesIO()
        run.save(kept)
        kept.seek(0)
        run = pc.Run.load(kept)
    assert run.experiment == whole.experiment
    assert np.array_equal(run.parameters, whole.parameters)
    assert run.best_loss == whole.best_loss
    assert np.isfinite(whole.history.loss).all()


@pytest.mark.parametrize("optimizer", GRADIENT)
@pytest.mark.parametrize("setting", REGULARIZED)
def test_each_setting_changes_the_run(optimizer, setting):
    plain = run_of(10, optimizer=optimizer)
    changed = run_of(10, optimizer=optimizer, **{setting: REGULARIZED[setting]})
    assert not np.array_equal(plain.parameters, changed.parameters)


@pytest.mark.parametrize("optimizer", ["lbfgs", "evolution", "random-search"])
def test_optimizers_that_do_not_use_them_train_as_before(optimizer):
    settings = {name: value for name, value in REGULARIZED.items() if name != "warmup_steps"}
    plain, same = run_of(10, optimizer=optimizer), run_of(10, optimizer=optimizer, **settings)
    assert np.array_equal(plain.parameters, same.parameters)
    assert plain.best_loss == same.best_loss


def test_json_has_them_and_may_lack_them():
    values = TINY.to_dict()
    assert {name: values.pop(name) for name in REGULARIZED} == dict.fromkeys(REGULARIZED, 0)
    assert pc.Experiment.from_dict(values) == TINY
    changed = replace(TINY, **REGULARIZED)
    assert {name: changed.to_dict()[name] for name in REGULARIZED} == REGULARIZED
    assert pc.Experiment.from_json(changed.to_json()) == changed


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("l1", -0.1, "from 0 to 10"),
        ("l2", 11, "from 0 to 10"),
        ("dropout", 0.95, "from 0 to 0.9"),
        ("dropout", -0.1, "from 0 to 0.9"),
        ("warmup_steps", -1, "0 to 100,000,000"),
        ("warmup_steps", 1.5, "0 to 100,000,000, or a share of the steps up to 100%, such as 10%"),
        ("warmup_steps", "101%", "or a share of the steps up to 100%, such as 10%"),
        ("warmup_steps", "700", "or a share of the steps up to 100%, such as 10%"),
    ],
)
def test_values_out_of_range_are_refused_with_their_name(field, value, expected):
    with pytest.raises(pc.PolycoreError, match=f"^{field}: got .*{expected}"):
        replace(TINY, **{field: value})
