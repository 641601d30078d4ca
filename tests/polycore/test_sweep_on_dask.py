"""A sweep on a Dask cluster, its workers real processes: the same outcomes, also where one is killed."""

import logging
import os
import re
import signal
from dataclasses import replace
from pathlib import Path

import pytest
from distributed import Client, LocalCluster
from distributed.cli import dask_scheduler, dask_worker

import polycore as pc
from polycore.workers.choices import grid
from polycore.workers.cluster import Cluster
from polycore.workers.outcomes import outcomes
from polycore.workers.processes import Workers
from tests.polycore.outcome_bytes import by_index

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.slow  # it starts processes
SWEEPS = (ROOT / "docs/sweeps.md").read_text(encoding="utf-8")
ADDRESS = "tcp://192.168.0.10:8786"
SMALL = pc.Experiment(polynomials=pc.INTRODUCTION_POLYNOMIALS, samples_per_class=10, hidden=(4,), steps=60)
KINDS = grid(SMALL, optimizer=["adam", "sgd", "lbfgs", "random-search"], seed=[1, 2])
# a fifth of a second or more each: a kill happens during one
FRESH = replace(SMALL, samples_per_class=None, batch_size=50, steps=5000)
LONG = grid(FRESH, sampling=["random", "errors"], seed=range(4))


@pytest.fixture(scope="module")
def client(own_main):  # noqa: ARG001 - its workers are started by multiprocessing
    cluster = LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        processes=True,
        dashboard_address=":0",  # two clusters of one machine must not want the same port
        silence_logs=logging.CRITICAL,
    )
    with cluster, Client(cluster) as client:
        yield client


@pytest.fixture(scope="module")
def expected():
    """What two worker processes of this machine's own give."""
    with Workers(2) as workers:
        return {"kinds": by_index(outcomes(KINDS, workers)), "long": by_index(outcomes(LONG, workers))}


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda client: client.get_executor(), id="dask's own"),
        pytest.param(lambda client: client.get_executor(pure=False), id="dask's own, impure"),
        pytest.param(lambda client: Cluster(client.scheduler.address), id="a cluster"),
    ],
)
def test_dask_gives_the_same_to_the_last_bit(client, expected, make):
    with make(client) as executor:
        assert by_index(outcomes(KINDS, executor)) == expected["kinds"]


def test_a_worker_killed_in_the_midst_costs_time_and_nothing_else(client, expected):
    pids = client.run(os.getpid)
    results = outcomes(LONG, client.get_executor(pure=False))
    received = [next(results)]
    # the worker with the most calls is computing the first of these
    busiest = max(client.processing().items(), key=lambda item: len(item[1]))
    assert len(busiest[1]) > 0
    os.kill(pids[busiest[0]], signal.SIGKILL)
    received += results
    assert by_index(received) == expected["long"]
    assert pids[busiest[0]] not in client.run(os.getpid).values()


def test_the_documents_program_runs_on_the_cluster(client, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    program = re.findall(r"```python\n(.*?)```", SWEEPS, flags=re.DOTALL)[-1]
    assert program.count(ADDRESS) == 1
    exec(program.replace(ADDRESS, client.scheduler.address), {})
    [names, figures] = (tmp_path / "summary.csv").read_text(encoding="utf-8").splitlines()
    assert figures.split(",")[names.split(",").index("runs")] == "4"


def test_the_documents_commands_are_dasks():
    scheduler, worker = re.findall(r"```sh\ndask \w+ (.*)\n```", SWEEPS)
    # parsed as Dask's command line does, which refuses what it does not know
    assert dask_scheduler.main.make_context("scheduler", scheduler.split()).params["host"] in ADDRESS
    options = dask_worker.main.make_context("worker", worker.split()).params
    assert (options["scheduler"], options["nthreads"], options["n_workers"]) == (ADDRESS, 1, "-1")
