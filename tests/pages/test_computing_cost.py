"""What a run is said to cost before it is computed, beside what was measured."""

import json
from dataclasses import replace
from statistics import median

import pytest

import polycore as pc
from benchmarks import growth
from pages.runs.computing_cost import seconds_of
from tests.pages.browsing import ROOT

MEASURED = json.loads((ROOT / "benchmarks" / "results" / "growth.json").read_text(encoding="utf-8"))
STEPS = [row for row in MEASURED["rows"] if row["subject"] == "training"]


@pytest.mark.parametrize("row", STEPS, ids=lambda row: f"{row['group']} {row['size']}")
def test_a_step_of_adam_costs_what_was_measured_within_a_factor_of_two(row):
    told = seconds_of(replace(growth._experiment(**row["arguments"]["choices"]), steps=1))
    measured = median(answer["seconds"] for answer in row["answers"])
    assert measured / 2 < told < 2 * measured


def test_a_run_costs_as_many_steps_as_it_has():
    experiment = pc.Experiment.recommended()
    assert seconds_of(replace(experiment, steps=3000)) == pytest.approx(
        3 * seconds_of(replace(experiment, steps=1000))
    )


def test_search_asks_for_one_pass_and_lbfgs_for_more_than_adam():
    adam, search, lbfgs = (
        seconds_of(pc.Experiment(optimizer=optimizer)) for optimizer in ("adam", "evolution", "lbfgs")
    )
    assert 2 * search < adam < lbfgs


def test_no_step_looks_at_more_points_than_there_are():
    few = pc.Experiment(samples_per_class=5, batch_size=100_000)
    assert seconds_of(few) == seconds_of(replace(few, batch_size=60))
