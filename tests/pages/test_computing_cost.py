"""The estimated computing time of a run, compared with measurements."""

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
    estimate = seconds_of(replace(growth.measured_experiment(**row["arguments"]["choices"]), steps=1))
    measured = median(answer["seconds"] for answer in row["answers"])
    assert measured / 2 < estimate < 2 * measured


def test_the_cost_of_a_run_is_proportional_to_its_steps():
    experiment = pc.Experiment.recommended()
    assert seconds_of(replace(experiment, steps=3000)) == pytest.approx(
        3 * seconds_of(replace(experiment, steps=1000))
    )


def test_a_step_of_search_costs_less_than_one_of_adam_and_one_of_lbfgs_more():
    adam, search, lbfgs = (
        seconds_of(pc.Experiment(optimizer=optimizer)) for optimizer in ("adam", "evolution", "lbfgs")
    )
    assert 2 * search < adam < lbfgs


def test_no_batch_has_more_points_than_there_are():
    few = pc.Experiment(samples_per_class=5, batch_size=100_000)
    assert seconds_of(few) == seconds_of(replace(few, batch_size=60))
