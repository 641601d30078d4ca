"""The points that the page trains on: where they lie, and that they follow the errors as polycore's do."""

import numpy as np
import pytest
from scipy import stats

import polycore as pc
from polycore.experiment.error_sums import ErrorSums
from tests.node import scripts, value_after

SCRIPTS = scripts(*(f"polycore/web/{name}.js" for name in ("network", "learning/random", "learning/draws")))
CURVES = [[1.0, 0.0, -1.0], [2.0, 0.5]]


def fresh(noise=0, by_errors="false"):
    return (
        f"{SCRIPTS}\nconst fresh = new FreshPoints({{ polynomials: {CURVES}, range: [-1, 3], noise: {noise}, "
        f'byErrors: {by_errors} }}, 4000, new Random(7, "batches"));'
    )


DRAWN = "[size, ...[fresh.x, fresh.y, fresh.labels, fresh.places].map((all) => [...all.subarray(0, size)])]"


def test_random_numbers_are_uniform_and_normal_and_depend_on_seed_and_stream_alone():
    statements = f"""{SCRIPTS}
    const drawn = (seed, stream, draw) => Array.from({{ length: 20000 }}, draw, new Random(seed, stream));
    const uniform = (seed, stream) => drawn(seed, stream, function () {{ return this.next(); }});
    const normal = drawn(1, "held", function () {{ return this.normal(); }});"""
    found = value_after(
        statements,
        '[uniform(0, "held"), uniform(0, "held"), uniform(1, "held"), uniform(0, "batches"), normal]',
    )
    first, again, *others, normal = map(np.array, found)
    assert np.array_equal(first, again)
    for numbers in (first, *others):
        assert stats.kstest(numbers, "uniform").pvalue > 1e-4
        assert abs(np.corrcoef(numbers[:-1], numbers[1:])[0, 1]) < 0.03
    assert stats.kstest(normal, "norm").pvalue > 1e-4
    assert all(abs(np.corrcoef(first, other)[0, 1]) < 0.03 for other in others)


def test_each_curve_has_one_point_in_each_of_equal_parts():
    size, x, y, labels, _ = value_after(f"{fresh()}\nconst size = fresh.draw(41);", DRAWN)
    assert size == 40
    assert labels == [0] * 20 + [1] * 20
    for curve in range(2):
        part = slice(20 * curve, 20 * (curve + 1))
        assert np.array_equal(np.floor((np.array(x[part]) + 1) / 4 * 20), np.arange(20))
        assert np.allclose(y[part], np.polyval(CURVES[curve], x[part]))


def test_noise_has_its_standard_deviation():
    _, x, y, labels, _ = value_after(f"{fresh(noise=0.3)}\nconst size = fresh.draw(4000);", DRAWN)
    heights = np.where(np.array(labels) == 0, np.polyval(CURVES[0], x), np.polyval(CURVES[1], x))
    assert stats.kstest((np.array(y) - heights) / 0.3, "norm").pvalue > 1e-4


@pytest.mark.parametrize("noise", [0, 0.1])
def test_points_follow_the_errors_as_in_polycore(noise):
    statements = f"""{fresh(noise, "true")}
    const drawn = [];
    for (let step = 0; step < 40; step++) {{
      const size = fresh.draw(100);
      const error = (x) => Math.round(512 * Math.abs(Math.sin(x))) / 512; // in polycore's units
      const wrong = fresh.x.slice(0, size).map(error);
      fresh.note(wrong);
      drawn.push([[...fresh.places.subarray(0, size)], [...wrong]]);
    }}"""
    drawn, shares = value_after(statements, "[drawn, [...fresh.shares]]")
    sums = ErrorSums.empty(2)
    for step, (cells, wrong) in enumerate(drawn, start=1):
        sums = sums.after(step, np.array(cells), np.array(wrong))
    cumulative = sums.cumulative(shared=noise > 0)
    expected = np.concatenate([cumulative[1:2049], cumulative[2049:] - 1])
    assert np.allclose(shares, expected, rtol=0, atol=1e-5)  # polycore's sums are float32


def test_each_point_of_a_set_comes_once_in_an_order_and_whole_sets_as_they_are():
    points = pc.PointSet([[float(n), 2.0 * n] for n in range(10)], ["a", "b"] * 5)
    x, y = np.array(points.points).T.tolist()
    statements = f"""{SCRIPTS}
    const fixed = new FixedPoints({{ x: {x}, y: {y}, labels: {[0, 1] * 5} }}, new Random(3, "batches"));
    const parts = Array.from({{ length: 8 }}, () => {{
      const size = fixed.draw(3);
      return [[...fixed.x], [...fixed.y], [...fixed.labels]].map((all) => all.slice(0, size));
    }});
    const whole = new FixedPoints({{ x: {x}, y: {y}, labels: {[0, 1] * 5} }}, new Random(3, "batches"));"""
    parts, size, first = value_after(statements, "[parts, whole.draw(10), [...whole.x]]")
    assert [len(part[0]) for part in parts] == [3, 3, 3, 1] * 2
    for order in (parts[:4], parts[4:]):
        assert sorted(value for part in order for value in part[0]) == x
    assert all(b == 2 * a and label == a % 2 for part in parts for a, b, label in zip(*part, strict=True))
    assert (size, first) == (10, x)
