"""A sweep on a Dask cluster, its workers real processes: the same outcomes, also where one is killed."""

import logging
import os
import re
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from distributed import Client, LocalCluster

import polycore as pc
from polycore.choices import grid
from polycore.sweep import outcomes
from polycore.workers import Workers
from tests.polycore.outcome_bytes import by_index

ROOT = Path(__file__).parents[2]
SWEEPS = (ROOT / "docs/sweeps.md").read_text(encoding="utf-8")
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


@contextmanager
def running(command):
    """Run a command of the documents, its `dask` this Python's, until the block ends."""
    arguments = [sys.executable, "-m", *command.split()]
    process = subprocess.Popen(
        arguments,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    try:
        yield process
    finally:
        process.terminate()
        process.communicate(timeout=30)


def test_the_documents_commands_make_a_cluster_that_their_program_uses(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    here = SWEEPS.replace("192.168.0.10:8786", f"127.0.0.1:{port}").replace("192.168.0.10", "127.0.0.1")
    scheduler, worker = re.findall(r"```sh\n(dask .*)\n```", here)
    [program] = re.findall(r"```python\n(from distributed .*?)```", here, flags=re.DOTALL)
    assert " --nworkers -1 " in worker
    one_worker = worker.replace(" --nworkers -1 ", " ")
    with running(f"{scheduler} --port {port}"), running(one_worker):
        done = subprocess.run(
            [sys.executable, "-c", program],
            cwd=tmp_path,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            timeout=120,
        )
    assert done.returncode == 0, done.stderr
    [names, figures] = (tmp_path / "summary.csv").read_text(encoding="utf-8").splitlines()
    assert figures.split(",")[names.split(",").index("runs")] == "4"
