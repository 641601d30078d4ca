"""Loss landscapes: the plane, the losses on it, and the trajectories of runs, by independent arithmetic."""

import math
from concurrent.futures import BrokenExecutor, Executor, Future
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import polycore as pc
from polycore.inspection.survey import MARGIN
from polycore.inspection.weight_plane import parameters_of
from polycore.network import plain
from polycore.network.parameters import layers
from polycore.training.snapshots import NO_SNAPSHOTS, Snapshots
from polycore.training.task import task_of
from polycore.workers.landscape_in_parts import landscape_by
from polycore.workers.processes import Workers
from tests.runs import DIVERGING, KINDS, OWN, TINY, continued

NO_HIDDEN_LAYER = pc.start(replace(TINY, hidden=()))  # 2 inputs, 2 classes: 6 parameters
BASE = np.array([1.0, -0.5, 0.25, 2.0, -1.0, 0.5])  # in float32 these, and what is added, are exact
TRAINED = pc.advance(pc.start(TINY), 60)


def run_along(places, run=NO_HIDDEN_LAYER):
    """Return `run` as if its parameters had been at `places` (S, P) at steps 0, 1, ..."""
    places = np.asarray(places)
    earlier = tuple(place.astype(np.float32) for place in places[:-1])
    snapshots = Snapshots(tuple(range(len(earlier))), earlier)
    return replace(run, step=len(earlier), parameters=places[-1], snapshots=snapshots)


def shifted(index, amount):
    """Return BASE with one parameter changed."""
    return BASE + amount * (np.arange(len(BASE)) == index)


def plain_loss(parameters, experiment, indices=slice(None)):
    """Return the loss on the training set, standardized here, by the network as a learner reads it."""
    points, labels = experiment.training_set()
    points = (points - points.mean(axis=0)) / points.std(axis=0)
    weights, biases = zip(*layers(parameters, experiment.widths), strict=True)
    probabilities = plain.softmax(plain.forward(weights, biases, points[indices]))
    return plain.cross_entropy(probabilities, labels[indices])


def test_a_trajectory_along_a_line_has_its_own_distances_as_coordinates():
    found = pc.landscape(run_along([shifted(0, 0.5 * step) for step in range(5)]), size=3)
    [trajectory] = found.trajectories
    assert trajectory.steps.tolist() == [0, 1, 2, 3, 4]
    # the origin is the present; the trajectory comes from the left
    assert trajectory.points[:, 0] == pytest.approx([-2, -1.5, -1, -0.5, 0], abs=1e-12)
    assert trajectory.points[:, 1] == pytest.approx(0, abs=1e-12)
    assert found.explained == pytest.approx((1, 0))
    # 15 % of 2 on each side; across the line a tenth of 2
    assert found.first == pytest.approx([-2.3, -1, 0.3])
    assert found.second == pytest.approx([-0.2, 0, 0.2])


def test_shares_of_the_variance_are_those_computed_by_hand():
    # sums of squares along three parameters: 2·3² = 18, 2·1² = 2, 2·0.5² = 0.5
    places = [
        shifted(index, amount) for index, amount in [(0, -3), (3, 1), (3, -1), (5, 0.5), (5, -0.5), (0, 3)]
    ]
    found = pc.landscape(run_along(places), size=3)
    assert found.explained == pytest.approx((18 / 20.5, 2 / 20.5))
    first, second = found.trajectories[0].points.T
    assert first == pytest.approx([-6, -3, -3, -3, -3, 0], abs=1e-12)
    assert np.abs(second) == pytest.approx([0, 1, 1, 0, 0, 0], abs=1e-12)
    assert second.sum() == pytest.approx(0, abs=1e-12)
    assert found.second == pytest.approx([-1 - 2 * MARGIN, 0, 1 + 2 * MARGIN])


coordinate = st.integers(-8, 8).map(lambda number: number / 4)


@settings(max_examples=30)
@given(places=st.lists(st.tuples(coordinate, coordinate), min_size=1, max_size=6))
def test_a_plane_keeps_the_distances_of_all_trajectories_that_lie_on_it(places):
    along, across = np.array([2, 0, 0, 1, 0, 2]) / 3, np.array([0, 1, -1, 0, 1, 0]) / math.sqrt(3)
    points = np.array(places)
    # float64 alone: the test is about the plane, and not about what float32 rounds
    runs = [run_along([BASE + a * along + b * across]) for a, b in places]
    found = pc.landscape(*runs, size=2)
    coordinates = np.concatenate([trajectory.points for trajectory in found.trajectories])
    for one, other in combinations(range(len(places)), 2):
        distance = np.linalg.norm(points[one] - points[other])
        assert np.linalg.norm(coordinates[one] - coordinates[other]) == pytest.approx(distance, abs=1e-9)
    moved = len(set(places)) > 1
    assert sum(found.explained) == pytest.approx(1 if moved else 0)


@pytest.mark.parametrize("kind", KINDS)
def test_principal_directions_are_orthonormal_and_those_of_the_covariance(kind):
    run = pc.advance(pc.start(KINDS[kind]), 60)
    found = pc.landscape(run, size=2)
    directions = found.plane.directions
    assert directions @ directions.T == pytest.approx(np.eye(2), abs=1e-12)
    places = np.array([*run.snapshots.parameters[:-1], run.parameters], dtype=float)
    if len(np.unique(places[:-1], axis=0)) > 2:
        covariance = np.cov(places.T)
        largest = np.linalg.eigvalsh(covariance)[:-3:-1]
        assert found.explained == pytest.approx(largest / covariance.trace(), abs=1e-9)
        variances = [one @ covariance @ one for one in directions]
        assert variances == pytest.approx(largest, rel=1e-6, abs=1e-12 * largest[0])
    assert np.array_equal(found.trajectories[0].points[-1], [0, 0])
    assert (found.trajectories[0].points[0] <= 1e-9).all()  # the trajectory leads to the right and upward


@pytest.mark.parametrize("directions", ["principal", "random"])
@pytest.mark.parametrize(
    "experiment", [TINY, OWN, replace(TINY, hidden=())], ids=["one layer", "own", "none"]
)
def test_losses_are_those_of_the_plain_network_at_each_point_of_the_plane(directions, experiment):
    run = pc.advance(pc.start(experiment), 40)
    found = pc.landscape(run, directions=directions, size=4)
    along, across = found.plane.directions
    for row, column in np.ndindex(4, 4):
        parameters = run.parameters + found.first[column] * along + found.second[row] * across
        expected = plain_loss(parameters, experiment)
        assert found.losses[row, column] == pytest.approx(expected, rel=1e-9)
    assert found.trajectories[0].losses[-1] == pytest.approx(run.loss, rel=1e-9)
    assert found.trajectories[0].losses[0] == pytest.approx(
        pc.start(experiment).loss, rel=1e-6
    )  # of a float32 snapshot
    assert found.point_count == len(experiment.training_set()[0])


def test_at_most_3000_points_of_a_large_training_set_are_measured():
    experiment = replace(TINY, samples_per_class=2000)
    found = pc.landscape(pc.start(experiment), size=2)
    assert found.point_count == 3000
    # from first to last: every fourth of the 4,000 is left out, from the same index in each class
    expected = plain_loss(
        pc.start(experiment).parameters, experiment, np.linspace(0, 3999, 3000).round().astype(int)
    )
    assert found.trajectories[0].losses[0] == pytest.approx(expected, rel=1e-9)


def test_a_random_direction_is_as_long_as_the_weights_of_each_neuron():
    found = pc.landscape(TRAINED, directions="random", size=3)
    assert found.explained is None
    assert found.first == pytest.approx([-0.25, 0, 0.25])
    for direction in found.plane.directions:
        for (weights, biases), (trained, trained_biases) in zip(
            layers(direction, TINY.widths), layers(TRAINED.parameters, TINY.widths), strict=True
        ):
            for neuron in range(weights.shape[1]):
                length = math.hypot(*trained[:, neuron], trained_biases[0, neuron])
                assert math.hypot(*weights[:, neuron], biases[0, neuron]) == pytest.approx(length)


def test_a_neuron_without_weights_does_not_move_in_random_directions():
    parameters = TRAINED.parameters.copy()
    (weights, biases), _ = layers(parameters, TINY.widths)
    weights[:, 1] = biases[:, 1] = 0
    found = pc.landscape(replace(TRAINED, parameters=parameters), directions="random", size=3)
    for direction in found.plane.directions:
        (moved, moved_biases), _ = layers(direction, TINY.widths)
        assert not np.any([*moved[:, 1], *moved_biases[:, 1]])
    assert np.isfinite(found.losses).all()


def test_weights_on_a_random_plane_have_their_coordinates():
    along, across = pc.landscape(TRAINED, directions="random", size=2).plane.directions
    assert along @ across != pytest.approx(0, abs=1e-3)  # with a simple product they would be wrong
    before = TRAINED.parameters + 0.5 * along - 0.75 * across
    found = pc.landscape(run_along([before, TRAINED.parameters], TRAINED), directions="random", size=2)
    assert found.trajectories[0].points == pytest.approx(np.array([[0.5, -0.75], [0, 0]]), abs=1e-6)
    assert found.first == pytest.approx([-0.25, 0.5 + 0.5 * MARGIN])


@pytest.mark.parametrize("directions", ["principal", "random"])
def test_a_point_of_a_trajectory_is_the_nearest_of_the_plane(directions):
    found = pc.landscape(TRAINED, directions=directions, size=2)
    for parameters, point in zip(TRAINED.snapshots.parameters, found.trajectories[0].points, strict=True):
        gap = parameters - found.plane.parameters_at(*point)
        # the shortest gap is perpendicular to the plane; float32 rounds the snapshot of the present
        assert found.plane.directions @ gap == pytest.approx([0, 0], abs=1e-6)


@pytest.mark.parametrize("directions", ["principal", "random"])
def test_the_seed_alone_determines_random_directions(directions):
    one, same, another = (
        pc.landscape(pc.start(TINY), directions=directions, size=3, seed=seed) for seed in (7, 7, 8)
    )
    assert one.losses.tobytes() == same.losses.tobytes()
    assert one.plane.directions.tobytes() == same.plane.directions.tobytes()
    assert not np.allclose(one.plane.directions, another.plane.directions)


@pytest.mark.parametrize(
    "run",
    [
        pytest.param(pc.start(TINY), id="before the first step"),
        pytest.param(replace(TRAINED, snapshots=NO_SNAPSHOTS), id="without snapshots"),
        pytest.param(run_along([TRAINED.parameters] * 4, TRAINED), id="rounding alone"),
    ],
)
def test_a_trajectory_that_is_a_point_lies_on_a_random_plane_around_it(run):
    found = pc.landscape(run, size=3)
    assert found.explained == (0, 0)
    assert found.plane.directions @ found.plane.directions.T == pytest.approx(np.eye(2), abs=1e-12)
    half = np.linalg.norm(run.parameters) / 2
    assert found.first == pytest.approx([-half, 0, half])
    assert found.second == pytest.approx([-half, 0, half])
    assert found.losses[1, 1] == pytest.approx(found.trajectories[0].losses[-1])
    assert found.losses.std() > 0


def test_a_network_whose_weights_are_all_0_has_a_landscape_too():
    found = pc.landscape(run_along([np.zeros(6)]), size=3)
    assert found.first.tolist() == found.second.tolist() == [-1, 0, 1]
    assert found.losses[1, 1] == pytest.approx(math.log(2))  # two classes, equally likely
    assert pc.landscape(run_along([np.zeros(6)]), directions="random", size=3).losses == pytest.approx(
        math.log(2)
    )


def test_losses_that_overflow_are_those_of_a_wrong_class_that_is_certain():
    # infinite logits minus the infinite highest one are not a number
    deep = pc.start(replace(TINY, hidden=(4,) * 6))
    found = pc.landscape(replace(deep, parameters=1e60 * deep.parameters, snapshots=NO_SNAPSHOTS), size=3)
    assert found.losses[1, 1] == found.trajectories[0].losses[0] == pytest.approx(-math.log(1e-7))
    assert np.isfinite(found.losses).all()


def test_a_diverged_run_has_a_landscape():
    run = pc.advance(pc.start(DIVERGING), 2000)
    assert run.diverged
    found = pc.landscape(run, size=3)
    assert np.isfinite(found.losses).all()
    assert 0 < found.losses.min() <= found.losses.max() <= -math.log(1e-7) + 1e-9


def test_trajectories_of_two_runs_with_different_scaling_lie_on_one_plane():
    unscaled = replace(TINY, standardize=False, noise=0.1)
    first, other = pc.advance(pc.start(replace(TINY, noise=0.1)), 60), pc.advance(pc.start(unscaled), 32)
    found = pc.landscape(first, other, size=3)
    assert [trajectory.steps[-1] for trajectory in found.trajectories] == [60, 32]
    # both have the same training set: the loss of the same probabilities is the same
    expected = [pc.advance(pc.start(unscaled), step).loss for step in found.trajectories[1].steps]
    assert found.trajectories[1].losses == pytest.approx(expected, rel=1e-5)
    task = task_of(first.experiment)
    converted = parameters_of(other, task)[-1]
    assert converted != pytest.approx(other.parameters, abs=1e-3)
    points, _ = TINY.held_out_set()
    model = replace(first, parameters=converted).current
    assert model.predict_proba(points) == pytest.approx(other.current.predict_proba(points), abs=1e-12)
    # the mean of all weights, of both runs alike, is what the directions vary about
    places = np.concatenate([parameters_of(one, task) for one in (first, other)])
    assert found.explained == pytest.approx(
        np.linalg.eigvalsh(np.cov(places.T))[:-3:-1] / np.cov(places.T).trace(), abs=1e-9
    )


def test_the_map_spans_the_trajectories_of_all_runs():
    nearby, far = run_along([shifted(0, -1), BASE]), run_along([BASE, shifted(0, 4)])
    found = pc.landscape(nearby, far, size=3)
    assert found.trajectories[1].points[:, 0] == pytest.approx([0, 4])
    assert found.first == pytest.approx([-1 - 0.15 * 5, 1.5, 4 + 0.15 * 5])


def test_a_continued_run_has_its_whole_trajectory():
    run = continued()
    trajectory = pc.landscape(run, size=2).trajectories[0]
    assert trajectory.steps.tolist() == list(run.snapshots.step)
    assert trajectory.steps[0] == 0 < run.began_at < trajectory.steps[-1] == run.step
    expected = plain_loss(run.parameters.astype(float), run.experiment)
    assert trajectory.losses[-1] == pytest.approx(expected, rel=1e-9)


def test_progress_is_reported_row_by_row():
    calls = []
    pc.landscape(NO_HIDDEN_LAYER, size=4, progress=lambda done, total: calls.append((done, total)))
    assert calls == [(1, 4), (2, 4), (3, 4), (4, 4)]


@pytest.mark.parametrize("directions", ["principal", "random"])
def test_a_landscape_that_workers_compute_in_parts_is_the_same(directions):
    calls, other = [], pc.advance(pc.start(replace(TINY, seed=7)), 40)
    settings = {"directions": directions, "size": 11, "seed": 3}
    with Workers(2) as workers:
        found = landscape_by(workers, TRAINED, other, progress=lambda *call: calls.append(call), **settings)
    expected = pc.landscape(TRAINED, other, **settings)
    assert found.losses.tobytes() == expected.losses.tobytes()
    for mine, other_trajectory in zip(found.trajectories, expected.trajectories, strict=True):
        assert mine.points.tobytes() == other_trajectory.points.tobytes()
        assert mine.losses.tobytes() == other_trajectory.losses.tobytes()
    assert (found.first.tolist(), found.second.tolist()) == (
        expected.first.tolist(),
        expected.second.tolist(),
    )
    done = [done for done, _ in calls]
    assert {count for _, count in calls} == {121}
    assert done == sorted(done)
    assert done[-1] == 121
    assert len(done) > 1


def test_what_is_wrong_with_a_landscape_of_workers_is_raised():
    with Workers(1) as workers, pytest.raises(pc.PolycoreError, match="others: got a network"):
        landscape_by(workers, TRAINED, NO_HIDDEN_LAYER, progress=print)


class Dying(Executor):
    """Computes a call at once, unless the worker dies that is to compute it."""

    def __init__(self, *deaths):
        self._deaths = deaths
        self._calls = 0

    def submit(self, function, *args):
        future = Future()
        self._calls += 1
        if self._calls in self._deaths:
            future.set_exception(BrokenExecutor("code -9"))
        else:
            future.set_result(function(*args))
        return future


def test_a_part_is_computed_again_if_its_worker_dies():
    found = landscape_by(Dying(1, 3, 4), TRAINED, size=5, progress=lambda *_: None)
    assert found.losses.tobytes() == pc.landscape(TRAINED, size=5).losses.tobytes()


def test_a_part_over_which_three_workers_die_is_given_up():
    with pytest.raises(BrokenExecutor):
        landscape_by(Dying(2, 3, 4), TRAINED, size=5, progress=lambda *_: None)


def test_by_default_there_are_41_by_41_losses():
    assert pc.landscape(NO_HIDDEN_LAYER).losses.shape == (41, 41)


def test_a_landscape_cannot_be_changed():
    found = pc.landscape(TRAINED, size=2)
    arrays = [
        found.first,
        found.losses,
        found.plane.center,
        found.trajectories[0].points,
        found.trajectories[0].steps,
    ]
    assert not any(array.flags.writeable for array in arrays)
    assert TRAINED.parameters.flags.writeable == pc.advance(pc.start(TINY), 60).parameters.flags.writeable


@pytest.mark.parametrize(
    ("arguments", "settings", "message"),
    [
        pytest.param(
            [TRAINED.current], {}, "run: got a Model; expected a Run. Give a run: landscape(", id="a model"
        ),
        pytest.param(
            [TRAINED, TINY], {}, "others: got an Experiment; expected a Run. Give runs, one", id="no run"
        ),
        pytest.param(
            [TRAINED, NO_HIDDEN_LAYER],
            {},
            "others: got a network 2→2; expected 2→4→2, as in the first run. Give runs that have",
            id="other layers",
        ),
        pytest.param(
            [TRAINED],
            {"directions": "pca"},
            "directions: got 'pca'; expected principal or random.",
            id="directions",
        ),
        pytest.param(
            [TRAINED], {"size": 1}, "size: got 1; expected a whole number from 2 to 201.", id="size"
        ),
        pytest.param([TRAINED], {"seed": -1}, "seed: got -1; expected a whole number from 0 to", id="seed"),
    ],
)
def test_a_wrong_argument_is_named(arguments, settings, message):
    with pytest.raises(pc.PolycoreError) as raised:
        pc.landscape(*arguments, **settings)
    assert message in str(raised.value)
