"""What a page shows of a step: what is chosen in it, the maps, and the path of a weight."""

import pickle
from concurrent.futures import CancelledError

import numpy as np
import pytest

import polycore as pc
from polycore.inspection import NextStep, ParameterIndex, next_step
from polycore.inspection import step_detail as details
from polycore.inspection.step_detail import (
    COLUMNS,
    MOST_DOTS,
    MOST_PATH,
    ROWS,
    StepChoice,
    Trail,
    first_step_detail,
    other_detail,
    step_detail,
)
from polycore.pictures.png import SIGNATURE
from tests.polycore.test_next_step import RELU, run_by_hand, run_of
from tests.runs import KINDS


def test_at_first_the_most_wrong_point_and_the_weight_at_which_it_pulls_most_are_chosen():
    # of S and R, the errors of the two points, S is larger; of its slopes in the first layer 2·S
    detail = step_detail(run_by_hand(**RELU), StepChoice())
    assert (detail.point.index, detail.weight.index) == (0, ParameterIndex(0, 0, 0))
    assert (detail.step.number, len(detail.errors), detail.follows_slopes) == (1, 2, True)


def test_a_point_for_which_a_neuron_is_on_is_chosen_before_one_that_is_more_wrong():
    # at (−5, −6) the sums are −4 and −1: both neurons are off; at (1, 2) neuron 0 has the slopes −R and −2·R
    run = run_by_hand(**RELU | {"points": [[-5, -6], [1, 2]]})
    assert next_step(run).errors.argmax() == 0
    detail = step_detail(run, StepChoice())
    assert (detail.point.index, detail.weight.index) == (1, ParameterIndex(0, 0, 1))
    assert step_detail(run, StepChoice(0)).point.index == 0


def test_if_all_neurons_are_off_for_all_points_the_most_wrong_one_is_chosen():
    # both classes get the logits 0 and 1, so class 0 is less likely
    run = run_by_hand(**RELU | {"points": [[-5, -6], [-6, -7]]})
    assert step_detail(run, StepChoice()).point.index == 0


def test_what_is_chosen_is_shown_and_what_the_step_does_not_have_is_not():
    index = ParameterIndex(0, 1, 1)
    chosen = step_detail(run_by_hand(**RELU), StepChoice(1, index))
    assert (chosen.point.index, chosen.weight.index) == (1, index)
    absent = step_detail(run_by_hand(**RELU), StepChoice(2, ParameterIndex(0, 2, 1)))
    assert (absent.point.index, absent.weight.index) == (0, ParameterIndex(0, 0, 0))


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_run_has_a_step_that_can_be_sent_to_another_process(kind, monkeypatch):
    detail = step_detail(run_of(kind, 2), StepChoice())
    again = pickle.loads(pickle.dumps(detail))
    monkeypatch.setattr(NextStep, "_task", None)  # where it is shown, no points are drawn for it
    assert str(again.weight) == str(detail.weight)
    assert again.point.loss == detail.point.loss
    assert detail.weight.after - detail.weight.before == pytest.approx(
        changed(again, detail.weight.index), abs=1e-15
    )


def changed(detail, index):
    weights, biases = detail.step.changes[index.layer]
    return biases[0, index.neuron] if index.source is None else weights[index.source, index.neuron]


def test_the_map_of_what_changes_has_the_difference_of_the_two_networks():
    run = run_of("adam on all samples", 5)
    detail = step_detail(run, StepChoice())
    (left, right), (low, high) = run.experiment.window
    label = detail.point.label
    corners = [[left, low], [right, low], [left, high], [right, high]]
    before, after = (
        one.current.predict_proba(corners)[:, label].reshape(2, 2) for one in (run, pc.advance(run, 1))
    )
    assert detail.gains.shape == (ROWS, COLUMNS)
    assert detail.gains[:: ROWS - 1, :: COLUMNS - 1] == pytest.approx(after - before, abs=1e-12)
    assert all(png.startswith(SIGNATURE) for png in detail.maps)


def test_the_path_of_a_weight_has_its_value_after_each_step():
    runs = [run_of("adam on all samples", steps) for steps in range(3, 7)]
    index = ParameterIndex(0, 1, 0)
    position = index.position(runs[0].experiment.widths)
    detail = step_detail(runs[-1], StepChoice(None, index), Trail.at(runs[0]))
    assert detail.path == tuple((run.step, float(run.parameters[position])) for run in runs)
    assert detail.path[-1][1] == detail.weight.before


def test_there_is_no_path_without_an_earlier_step_or_from_too_far_back():
    run = run_of("adam on all samples", 3)
    assert step_detail(run, StepChoice()).path == ()
    assert step_detail(run, StepChoice(), Trail.at(run)).path == ()
    later = pc.advance(pc.start(pc.Experiment(hidden=(2,), steps=500)), MOST_PATH + 1)
    assert step_detail(later, StepChoice(), Trail.at(pc.start(later.experiment))).path == ()
    assert step_detail(run, StepChoice(), Trail.at(run_of("adam on all samples", 4))).path == ()


def test_a_trail_that_is_continued_has_the_latest_steps_and_no_more_than_fit(monkeypatch):
    experiment = pc.Experiment(hidden=(2,), steps=500)
    runs = [pc.advance(pc.start(experiment), steps) for steps in (0, 60, 120, 121)]
    trail = Trail.at(runs[0]).to(runs[1]).to(runs[2])
    assert [step for step, _ in trail.of(0)] == list(range(120 - MOST_PATH, 121))
    monkeypatch.setattr(details, "MOST_PATH_BYTES", 20 * runs[0].parameters.nbytes)
    shorter = trail.to(runs[3])
    assert [step for step, _ in shorter.of(0)] == list(range(101, 122))
    monkeypatch.setattr(details, "MOST_PATH_BYTES", 1)
    assert [step for step, _ in trail.to(runs[3]).of(0)] == list(range(111, 122))
    assert np.array_equal(shorter.parameters[-1], runs[3].parameters)


@pytest.mark.parametrize("kind", KINDS)
def test_another_choice_shows_what_the_same_choice_does_from_the_beginning(kind):
    run = run_of(kind, 2)
    shown = step_detail(run, StepChoice(0))
    for choice in (
        StepChoice(1),
        StepChoice(1, ParameterIndex(0, 1, 1)),
        StepChoice(0, ParameterIndex(1, 0)),
    ):
        shown, recomputed = other_detail(shown, choice), step_detail(run, choice)
        assert (shown.point.index, shown.weight.index) == (recomputed.point.index, recomputed.weight.index)
        assert str(shown.point) == str(recomputed.point)
        assert str(shown.weight) == str(recomputed.weight)
        assert np.array_equal(shown.gains, recomputed.gains)
        assert np.array_equal(shown.dot_labels, recomputed.dot_labels)


def test_another_point_takes_no_step_and_reads_no_slopes_of_other_points(monkeypatch):
    shown = step_detail(run_of("adam on all samples", 2), StepChoice(0, ParameterIndex(0, 1, 1)))
    calls = []

    def call(function, *args):
        calls.append(function)
        return function(*args)

    monkeypatch.setattr(NextStep, "weight", None)  # that reads all points
    other = other_detail(shown, StepChoice(3, shown.weight.index), call)
    assert (other.point.index, other.weight) == (3, shown.weight)
    assert len(calls) == 1


def test_who_no_longer_waits_ends_it_after_the_part_that_is_computed():
    begun = []

    def call(function, *args):
        if len(begun) == 2:
            raise CancelledError
        begun.append(function)
        return function(*args)

    with pytest.raises(CancelledError):
        step_detail(run_of("adam on all samples", 2), StepChoice(), None, call)


def test_of_many_points_some_are_dots_and_the_chosen_one_among_them():
    experiment = pc.Experiment(hidden=(2,), samples_per_class=100, batch_size=None)
    detail = step_detail(pc.start(experiment), StepChoice(7))
    assert len(detail.errors) == 1200
    assert len(detail.dots) <= MOST_DOTS
    assert 7 in detail.dots
    step = next_step(pc.start(experiment))
    assert np.array_equal(detail.dot_points, step.points[detail.dots])
    assert np.array_equal(detail.dot_labels, step.labels[detail.dots])


def test_a_kept_model_begins_with_a_fresh_optimizer():
    run = pc.advance(run_of("adam on all samples", 3), 4)
    index = ParameterIndex(0, 1, 0)
    fresh = first_step_detail(run.experiment, run.current, StepChoice(None, index))
    averages = {line.symbol: line.value for line in fresh.weight.lines if line.symbol in "ms"}
    assert averages == {"m": 0, "s": 0}
    assert fresh.step.number == run.step + 1
