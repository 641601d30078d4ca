"""Snapshots of a run: at which steps, how many, and the same however the steps are split."""

from dataclasses import replace
from functools import reduce

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import polycore as pc
from polycore.training.snapshots import MOST, MOST_BYTES, NO_SNAPSHOTS, Rule
from polycore.training.task import task_of
from tests.runs import KINDS, TINY


def kept(rule, step):
    """The steps whose snapshots are kept at `step`, by asking for each that a run can have taken."""
    is_kept = rule.kept_at(step)
    spacing = rule.spacing_at(step) or step + 1
    powers = [2**power for power in range(28) if 2**power <= step]
    numbers = {0, rule.first, *range(0, step + 1, spacing), *powers}
    return [number for number in sorted(numbers) if is_kept(number)]


def test_a_run_of_few_steps_keeps_all_of_them():
    assert kept(Rule(64), 0) == [0]
    assert kept(Rule(64), 40) == list(range(41))


def test_later_ones_are_evenly_spaced_with_powers_of_two_before_them():
    # 64 leave room for 42 evenly spaced ones beside step 0 and 21 powers of two: 3,000 steps take every 128th
    assert kept(Rule(64), 3000) == [0, 1, 2, 4, 8, 16, 32, 64, *range(128, 3000, 128)]
    assert kept(Rule(64), 10**8)[:5] == [0, 2, 4, 8, 16]


def test_few_large_ones_are_spread_over_the_whole_run():
    assert kept(Rule(1), 1000) == [0]
    assert kept(Rule(2), 1000) == [0, 512]
    assert kept(Rule(0), 1000) == []
    assert kept(Rule(5), 1000) == [0, 128, 256, 512, 768]


@given(
    capacity=st.integers(0, 64),
    first=st.sampled_from([0, 1, 77, 4096]),
    step=st.integers(0, 10**8),
    more=st.integers(0, 300),
)
def test_what_is_kept_later_was_kept_before(capacity, first, step, more):
    rule = Rule(capacity, first)
    step = max(step, first)
    before = kept(rule, step)
    assert len(before) <= capacity
    later = [number for number in kept(rule, step + more) if number <= step]
    assert set(later) <= set(before)
    if capacity:
        assert first in before


def test_two_megabytes_hold_fewer_of_a_larger_network():
    assert Rule.of(100, 0).capacity == MOST
    assert Rule.of(100_000, 0).capacity == MOST_BYTES // 400_000 == 5
    assert Rule.of(500_001, 0).capacity == 0
    run = pc.advance(pc.start(pc.Experiment(hidden=(512, 400), samples_per_class=2)), 20)
    assert len(run.snapshots) == MOST_BYTES // (4 * run.parameters.size) == 2
    assert run.snapshots.step == (0, 16)
    assert len(pc.start(pc.Experiment(hidden=(512, 512, 490), samples_per_class=2)).snapshots) == 0


@pytest.mark.parametrize("kind", KINDS)
def test_each_holds_the_parameters_of_its_step(kind):
    run = pc.advance(pc.start(KINDS[kind]), 60)
    assert run.snapshots.step == (0, *(2**power for power in range(1)), *range(2, 61, 2))
    at = pc.start(KINDS[kind])
    for step, parameters in zip(run.snapshots.step, run.snapshots.parameters, strict=True):
        at = pc.advance(at, step - at.step)
        assert parameters.dtype == np.float32
        assert parameters.tolist() == at.parameters.astype(np.float32).tolist()


@settings(max_examples=25)  # of each kind
@given(chunks=st.lists(st.integers(0, 90), max_size=6))
@pytest.mark.parametrize("kind", ["random search", "adam on fresh points"])
def test_chunks_do_not_change_them(kind, chunks):
    experiment = replace(KINDS[kind], steps=300)
    whole = pc.advance(pc.start(experiment), sum(chunks)).snapshots
    split = reduce(pc.advance, chunks, pc.start(experiment)).snapshots
    assert split.step == whole.step
    for one, other in zip(split.parameters, whole.parameters, strict=True):
        assert one.tobytes() == other.tobytes()


def test_a_run_without_those_before_takes_only_new_ones():
    whole = pc.advance(pc.start(TINY), 30)
    later = pc.advance(replace(whole, snapshots=NO_SNAPSHOTS), 20)
    assert later.snapshots.step == (32, 34, 36, 38, 40, 42, 44, 46, 48, 50)
    together = whole.snapshots.followed_by(later.snapshots, later.snapshot_rule, later.step)
    assert together.step == pc.advance(whole, 20).snapshots.step


def test_a_snapshot_predicts_as_the_run_did():
    run = pc.advance(pc.start(TINY), 60)
    earlier = pc.advance(pc.start(TINY), 32)
    parameters = run.snapshots.parameters[run.snapshots.step.index(32)]
    layers = task_of(TINY).raw_layers(parameters)
    model = replace(run.current, weights=tuple(w for w, _ in layers), biases=tuple(b for _, b in layers))
    points, _ = TINY.held_out_set()
    assert model.predict_proba(points) == pytest.approx(earlier.current.predict_proba(points), abs=1e-6)
