"""A sweep's tables: what differs in words, figures as they are, and seeds put together as by hand."""

import math
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from scipy import stats

import polycore as pc
from polycore.workers.choices import grid
from polycore.workers.outcomes import Outcome
from polycore.workers.table import summary, table

ROOT = Path(__file__).parents[2]
BASE = pc.Experiment(polynomials=pc.INTRODUCTION_POLYNOMIALS, steps=50)
ODD_ONES = (pc.Polynomial(1, 0), pc.Polynomial(-1, 0, 0, 0))
MODEL = pc.start(BASE).best


def outcome(index, experiment, held_out=0.5, loss=1.0, seconds=2.0, ended_because=None):
    model = replace(MODEL, held_out_accuracy=held_out, loss=loss, accuracy=0.75)
    return Outcome(index, experiment, model, 50, seconds, ended_because, None)


def failed(index, experiment):
    return Outcome(index, experiment, None, 0, 1.0, None, "x_range is too wide.")


def test_a_row_a_run_in_order_with_what_differs_and_how_it_ended():
    experiments = grid(BASE, hidden=[(12,), (32, 32), ()], seed=[0, 1])
    early = outcome(3, experiments[3], 0.9, 0.25, 1.5, "The loss reached the target.")
    rows = table(iter([early, failed(5, experiments[5]), outcome(0, experiments[0])]))
    expected = pd.DataFrame(
        {
            "index": [0, 3, 5],
            "hidden": ["12", "32-32", "none"],
            "seed": [0, 1, 1],
            "held_out_accuracy": [0.5, 0.9, math.nan],
            "accuracy": [0.75, 0.75, math.nan],
            "loss": [1.0, 0.25, math.nan],
            "steps": [50, 50, 0],
            "seconds": [2.0, 1.5, 1.0],
            "ended": ["all steps", "The loss reached the target.", "x_range is too wide."],
        }
    )
    pd.testing.assert_frame_equal(rows, expected)


def test_without_a_model_an_outcome_has_the_same_row():
    whole = outcome(0, BASE)
    pd.testing.assert_frame_equal(table([whole.without_model()]), table([whole]))


@pytest.mark.parametrize(
    ("field", "values", "words"),
    [
        ("polynomials", [BASE.polynomials, ODD_ONES], ["-x^2 + 1; x^3 - 2", "x; -x^3"]),
        ("samples_per_class", [10, None], ["10", "fresh"]),
        ("x_range", [(-1, 1), (0.1234567, 2.5)], ["-1.0 to 1.0", "0.1234567 to 2.5"]),
        ("batch_size", [8, None], ["8", "all"]),
        ("target_loss", [0.0, 0.125, None], ["0.0", "0.125", "none"]),
        ("patience", [9, None], ["9", "none"]),
        ("learning_rate", [0.1, 0.25], [0.1, 0.25]),
        ("optimizer", ["adam", "sgd"], ["adam", "sgd"]),
        ("nesterov", [True, False], [True, False]),
    ],
)
def test_settings_are_told_in_readable_form(field, values, words):
    experiments = grid(BASE, **{field: values})
    for figures in (table, summary):
        columns = figures([outcome(index, experiment) for index, experiment in enumerate(experiments)])
        assert list(columns[field]) == words


def test_seeds_are_put_together_by_setting_with_students_interval():
    experiments = grid(BASE, optimizer=["sgd", "adam"], seed=[4, 5, 6])
    figures = [(0.90, 1.0, 3.0), (0.92, 2.0, 4.0), (0.97, 3.0, 8.0), (0.5, 1.0, 1.0), None, None]
    means = summary(
        failed(index, experiments[index])
        if figures_of_run is None
        else outcome(index, experiments[index], *figures_of_run)
        for index, figures_of_run in reversed(list(enumerate(figures)))
    )
    # mean 0.93; squares of -0.03, -0.01, 0.04 make 0.0026, over 2: s = √0.0013; t = 4.302653 by any table
    reach = 4.302653 * math.sqrt(0.0013 / 3)
    assert reach == pytest.approx(stats.t.ppf(0.975, 2) * stats.sem([0.90, 0.92, 0.97]), rel=1e-6)
    expected = pd.DataFrame(
        {
            "optimizer": ["sgd", "adam"],
            "runs": [3, 1],
            "failed": [0, 2],
            "held_out_accuracy": [0.93, 0.5],
            "low": [0.93 - reach, math.nan],
            "high": [1.0, math.nan],  # 0.93 + 0.0896 is beyond what an accuracy can be
            "loss": [2.0, 1.0],
            "seconds": [5.0, 1.0],
        }
    )
    pd.testing.assert_frame_equal(means, expected, rtol=1e-6)


def test_an_interval_ends_at_nothing_too():
    experiments = grid(BASE, seed=[0, 1])
    [row] = summary(map(outcome, (0, 1), experiments, (0.0, 0.5))).to_dict("records")
    # 0.25 ± 12.7 · 0.25
    assert (row["low"], row["held_out_accuracy"], row["high"]) == (0.0, 0.25, 1.0)


def test_a_repeated_experiment_counts_once():
    [row] = summary([outcome(0, BASE, 0.9), outcome(1, BASE, 0.9)]).to_dict("records")
    assert row["runs"] == 1
    assert math.isnan(row["low"])


def test_settings_differ_that_differ_in_another_way_than_their_seeds():
    two = [outcome(0, BASE), outcome(1, replace(BASE, momentum=0.5, seed=1))]
    assert list(summary(two)["momentum"]) == [0.9, 0.5]
    assert list(summary(two)["runs"]) == [1, 1]


def test_where_all_of_a_setting_failed_it_has_no_figures():
    [row] = summary([failed(0, BASE)]).to_dict("records")
    assert (row["runs"], row["failed"]) == (0, 1)
    assert all(math.isnan(row[name]) for name in ("held_out_accuracy", "low", "high", "loss", "seconds"))


def test_a_sweep_of_nothing_has_tables_without_rows():
    assert len(table([])) == len(summary([])) == 0
    assert table([]).dtypes.to_dict() == table([outcome(0, BASE)]).dtypes.to_dict()
    assert summary([]).dtypes.to_dict() == summary([outcome(0, BASE)]).dtypes.to_dict()


def test_without_pandas_the_tables_say_what_is_missing():
    code = """
import sys
sys.modules["pandas"] = None  # as if it were not installed
try:
    import polycore.workers.table
except ModuleNotFoundError as error:
    sys.stdout.write(str(error))
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert 'pip install pandas, or polycore-playground with its extra "tables"' in done.stdout
