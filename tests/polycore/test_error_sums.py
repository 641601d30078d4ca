"""Where a network errs: the sums in the cells of its curves, and the points that are drawn by them."""

import io
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import polycore as pc
from polycore.experiment.error_sums import BLOCK, CELLS, MOST_NEW, UNITS, ErrorSums
from polycore.experiment.fresh_points import FreshPoints
from polycore.network.features import Inputs
from tests.runs import KINDS, TWO, same_run

HALF = CELLS // 2  # cells of each of two curves
LINES = (pc.Polynomial(1, 0), pc.Polynomial(-1, 0))


def after(sums, steps, first=1):
    """Return the sums after steps from `first` on, each with the cells and the errors of its points."""
    for step, (cells, errors) in enumerate(steps, first):
        sums = sums.after(step, np.array(cells), np.array(errors, np.float32))
    return sums


def shares(sums, shared=False):
    """Return each cell's share of its curve's points."""
    return np.diff(sums.cumulative(shared=shared)).reshape(sums.errors.shape)


def test_a_runs_sums_are_64_kilobytes():
    for classes in (2, 5, 12, 24):
        sums = ErrorSums.empty(classes)
        assert 63_000 < sum(array.nbytes for name, array in vars(sums).items() if name != "recent") <= 2**16


def test_before_any_step_the_points_are_uniform():
    assert shares(ErrorSums.empty(2)) == pytest.approx(np.full((2, HALF), 1 / HALF), rel=1e-12)


def test_the_density_stays_the_same_within_a_block():
    block = [([0, 1], [1, 0])] * (BLOCK - 1)
    sums = after(ErrorSums.empty(2), block)
    assert (sums.cumulative(shared=False) == ErrorSums.empty(2).cumulative(shared=False)).all()
    assert (sums.condensed().cumulative(shared=False) == ErrorSums.empty(2).cumulative(shared=False)).all()


def test_a_cells_share_follows_its_mean_error():
    # cell 0 of the first curve: 16 errors of 16; cell 1: 4 of 16. The other cells have the prior, 0.001.
    sums = after(ErrorSums.empty(2), [([0, 1], [1, 0.25])] * BLOCK)
    assert (sums.errors[0, :3].tolist(), sums.counts[0, :3].tolist()) == ([16, 4, 0], [16, 16, 0])
    means = np.full(HALF, 0.001)
    means[:2] = (16 + 0.0001) / 16.1, (4 + 0.0001) / 16.1
    expected = 0.05 / HALF + 0.95 * means / means.sum()
    assert shares(sums)[0] == pytest.approx(expected, rel=1e-9)
    assert shares(sums)[1] == pytest.approx(np.full(HALF, 1 / HALF), rel=1e-9)


def test_noise_has_one_density_for_all_curves():
    sums = after(ErrorSums.empty(2), [([0], [1])] * BLOCK)
    means = np.full(HALF, 0.001)
    means[0] = ((16 + 0.0001) / 16.1 + 0.001) / 2
    expected = 0.05 / HALF + 0.95 * means / means.sum()
    for of_curve in shares(sums, shared=True):
        assert of_curve == pytest.approx(expected, rel=1e-9)


def test_a_block_counts_0_85_of_the_one_after_it():
    sums = after(ErrorSums.empty(2), [([3], [0.5])] * BLOCK + [([3, 4], [1, 1])] * BLOCK)
    # 0.85 · 8 + 16 errors of 0.85 · 16 + 16 points
    assert (sums.errors[0, 3], sums.counts[0, 3]) == (pytest.approx(22.8), pytest.approx(29.6))
    assert (sums.errors[0, 4], sums.counts[0, 4]) == (16, 16)


def test_blocks_are_counted_from_step_0_of_the_run():
    sums = after(ErrorSums.empty(2), [([0], [1])] * 2, first=2 * BLOCK)
    assert sums.errors[0, 0] == 1  # that of the step that ended a block
    assert (sums.recent[0][1].tolist(), sums.condensed().new_errors[0, 0]) == ([1], UNITS)


@given(
    errors=st.lists(st.floats(0, 1, width=32), min_size=1, max_size=3 * BLOCK), cut=st.integers(0, 3 * BLOCK)
)
def test_condensing_the_sums_at_any_step_changes_nothing(errors, cut):
    steps = [([index % 3], [error]) for index, error in enumerate(errors)]
    whole = after(ErrorSums.empty(2), steps).condensed()
    parts = after(after(ErrorSums.empty(2), steps[:cut]).condensed(), steps[cut:], cut + 1).condensed()
    for name in ("errors", "counts", "new_errors", "new_counts"):
        assert (getattr(whole, name) == getattr(parts, name)).all()
    assert whole.is_sound


def test_the_most_errors_of_a_block_fit_their_type():
    assert np.iinfo(np.int32).max > UNITS * MOST_NEW * 2


def fresh(polynomials=LINES, noise=0.0):
    return FreshPoints(polynomials, (-1.0, 1.0), noise, "errors", 1.0, Inputs(), np.zeros(2), np.ones(2))


def test_points_lie_on_their_curves_and_in_their_cells():
    sums = after(ErrorSums.empty(2), [([0, 5, HALF + 7], [1, 0.3, 0.8])] * BLOCK)
    batches, cells = fresh().batches_by_errors(np.random.default_rng(0), 8, 64, sums)
    for batch, of_points in zip(batches, cells, strict=True):
        x, y, ones = batch.columns
        assert ones.tolist() == [1] * 64
        assert batch.labels.tolist() == [0] * 32 + [1] * 32
        assert y == pytest.approx(np.where(batch.labels == 0, x, -x), abs=1e-6)
        curve, cell = np.divmod(of_points, HALF)
        assert (curve == batch.labels).all()
        # float32 may round x over the border of a cell, which is 2 / HALF wide
        assert np.abs((x + 1) / 2 * HALF - (cell + 0.5)).max() <= 0.5 + HALF * 2**-23


def test_points_are_as_dense_as_the_sums_say():
    sums = after(ErrorSums.empty(2), [([0, 5, HALF + 7], [1, 0.3, 0.8])] * BLOCK)
    _, cells = fresh().batches_by_errors(np.random.default_rng(0), 500, 200, sums)
    found = np.bincount(cells.ravel(), minlength=CELLS).reshape(2, HALF) / 50_000
    # stratified: of 100 points on a curve in a batch, at most one more or less lies in a cell
    assert np.abs(found - shares(sums)).max() < 0.01
    assert found[0, 0] == pytest.approx(shares(sums)[0, 0], abs=0.001)


def test_without_errors_points_at_even_shares_are_even():
    x, density = fresh().spread_by_errors(4, ErrorSums.empty(2))
    assert x == pytest.approx(np.array([[-0.75, -0.25, 0.25, 0.75]] * 2), abs=1e-12)
    assert density == pytest.approx(np.ones((2, 4)), rel=1e-12)


def test_points_at_even_shares_are_as_dense_as_the_sums_say():
    sums = after(ErrorSums.empty(2), [([0], [1])] * BLOCK)
    # the first of the cells has a mean error of 16.0001 / 16.1, and the other 2,047 have the prior, 0.001
    wrong = 16.0001 / 16.1
    share = 0.05 / HALF + 0.95 * wrong / (wrong + (HALF - 1) * 0.001)
    x, density = fresh().spread_by_errors(100, sums)
    in_cell = x[0] < -1 + 2 / HALF
    assert in_cell.sum() == 31 == round(100 * share)
    assert density[0, in_cell] == pytest.approx(np.full(31, HALF * share), rel=1e-9)
    assert density[0, ~in_cell] == pytest.approx(np.full(69, HALF * (1 - share) / (HALF - 1)), rel=1e-9)
    assert (np.diff(x) > 0).all()
    assert density[1] == pytest.approx(np.ones(100), rel=1e-12)


@pytest.mark.parametrize("noise", [0.0, 0.2])
def test_a_run_says_how_dense_its_next_points_are(noise):
    experiment = replace(WHERE_IT_ERRS, noise=noise)
    first = pc.start(experiment)
    assert first.point_density == pytest.approx(np.ones(first.errors.errors.shape), rel=1e-12)
    density = pc.advance(first, 39).point_density
    assert density.mean(axis=1) == pytest.approx(np.ones(len(density)), rel=1e-9)
    assert density.max() > 2
    assert density.min() >= 0.05
    assert (density == density[0]).all() == (noise > 0)
    assert pc.start(replace(experiment, sampling="even")).point_density is None


def test_fresh_points_come_closer_to_where_the_network_errs():
    # two lines that cross at 0: there the last errors are
    experiment = pc.Experiment(
        polynomials=LINES, samples_per_class=None, batch_size=64, sampling="errors", hidden=(8,), steps=1500
    )
    run = pc.advance(pc.start(experiment), 1500)
    density = shares(run.errors).mean(axis=0) * HALF
    middle = density.reshape(32, -1).mean(axis=1)
    assert middle[15:17].min() > 3 * np.delete(middle, (14, 15, 16, 17)).max()


WHERE_IT_ERRS = KINDS["errors in growing batches"]


def test_continuing_with_other_settings_keeps_the_sums_of_the_same_curves():
    run = pc.advance(pc.start(WHERE_IT_ERRS), 39)
    kept = pc.start(replace(WHERE_IT_ERRS, optimizer="sgd", batch_size=4, seed=9, hidden=(4,)), weights=run)
    assert kept.errors is run.errors
    for change in (
        {"x_range": (-2.0, 2.0)},
        {"noise": 0.1},
        {"polynomials": (TWO[0], pc.Polynomial(1, 5, 1))},
    ):
        other = pc.start(replace(WHERE_IT_ERRS, **change), weights=run)
        assert not other.errors.counts.any()
        assert not other.errors.new_counts.any()
    assert pc.start(replace(WHERE_IT_ERRS, sampling="even"), weights=run).errors is None
    assert not pc.start(WHERE_IT_ERRS, weights=run.best).errors.counts.any()


@pytest.mark.parametrize(
    ("change", "is_kept"),
    [({"batch_size": 5}, True), ({"optimizer": "soap"}, True), ({"noise": 0.1}, False)],
    ids=["another batch size", "another optimizer", "noise"],
)
def test_a_run_from_a_file_is_continued_as_the_one_that_was_saved(change, is_kept):
    run, other = pc.advance(pc.start(WHERE_IT_ERRS), 39), replace(WHERE_IT_ERRS, **change)
    file = io.BytesIO()
    run.save(file)
    from_file = pc.start(other, weights=pc.Run.load(io.BytesIO(file.getvalue())))
    assert from_file.errors.new_counts.any() == is_kept  # of steps 33 to 39
    assert same_run(pc.advance(from_file, 20), pc.advance(pc.start(other, weights=run), 20))


@settings(max_examples=20, deadline=None)
@given(before=st.integers(1, 40), cuts=st.lists(st.integers(0, 20), max_size=4))
def test_a_leg_in_the_middle_of_a_block_does_not_depend_on_how_its_steps_are_cut(before, cuts):
    start = pc.start(replace(WHERE_IT_ERRS, batch_size=5), pc.advance(pc.start(WHERE_IT_ERRS), before))
    parts = start
    for steps in cuts:
        parts = pc.advance(parts, steps)
    assert same_run(parts, pc.advance(start, sum(cuts)))


@pytest.mark.parametrize("optimizer", ["random-search", "evolution"])
def test_a_search_has_no_errors_to_follow(optimizer):
    with pytest.raises(pc.PolycoreError, match='sampling: got "errors" for the optimizer'):
        replace(WHERE_IT_ERRS, optimizer=optimizer)
    # with fixed samples no sampling has an effect
    assert pc.start(replace(WHERE_IT_ERRS, optimizer=optimizer, samples_per_class=10)).errors is None


def test_errors_that_are_not_finite_end_the_run():
    far = (pc.Polynomial(1e6, 0, 0, 0), pc.Polynomial(-1e6, 0, 0, 3))
    experiment = pc.Experiment(
        polynomials=far,
        x_range=(-100, 100),
        samples_per_class=None,
        batch_size=8,
        sampling="errors",
        optimizer="sgd",
        learning_rate=10,
        standardize=False,
        steps=200,
    )
    run = pc.advance(pc.start(experiment), 200)
    assert run.diverged
    assert np.isfinite(run.errors.errors).all()
    assert run.errors.is_sound
