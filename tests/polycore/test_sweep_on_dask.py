"""A sweep on a Dask cluster, its workers real processes: the same outcomes, also where one is killed."""

import logging
import os
import signal
from dataclasses import replace

import pytest
from distributed import Client, LocalCluster

import polycore as pc
from polycore.choices import grid
from polycore.sweep import outcomes
from polycore.workers import Workers
from tests.polycore.outcome_bytes import by_index

SMALL = pc.Experiment(polynomials=pc.INTRODUCTION_POLYNOMIALS, samples_per_class=10, hidden=(4,), steps=60)
KINDS = grid(SMALL, optimizer=["adam", "sgd", "lbfgs", "random-search"], seed=[1, 2])
# a fifth of a second or more each: a kill falls into the midst of one
LONG = grid(replace(SMALL, samples_per_class=None, batch_size=50, steps=5000), seed=range(8))


@pytest.fixture(scope="module")
def client():
    cluster = LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        processes=True,
        dashboard_address=None,
        silence_logs=logging.CRITICAL,
    )
    with cluster, Client(cluster) as client:
        yield client


@pytest.fixture(scope="module")
def expected():
    """What two worker processes of this machine's own give."""
    with Workers(2) as workers:
        return {"kinds": by_index(outcomes(KINDS, workers)), "long": by_index(outcomes(LONG, workers))}


@pytest.mark.parametrize("options", [{}, {"pure": False}], ids=["as it is", "impure"])
def test_dask_gives_the_same_to_the_last_bit(client, expected, options):
    assert by_index(outcomes(KINDS, client.get_executor(**options))) == expected["kinds"]


def test_a_worker_killed_in_the_midst_costs_time_and_nothing_else(client, expected):
    pids = client.run(os.getpid)
    results = outcomes(LONG, client.get_executor(pure=False))
    found = [next(results)]
    # whoever has the most before it is at work on the first of these
    busiest = max(client.processing().items(), key=lambda item: len(item[1]))
    assert len(busiest[1]) > 0
    os.kill(pids[busiest[0]], signal.SIGKILL)
    found += results
    assert by_index(found) == expected["long"]
    assert pids[busiest[0]] not in client.run(os.getpid).values()
