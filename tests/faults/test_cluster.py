"""A Dask cluster as an executor: the same bits, and one sentence for whatever is not there."""

import os
import signal
import sys
import time
from concurrent.futures import BrokenExecutor, CancelledError
from dataclasses import replace

import pytest
from distributed import Client

import polycore as pc
from benchmarks import dask_cluster
from pages.runs.training import Training
from pages.server.server import Server
from polycore.workers import cluster
from polycore.workers.chunk import timed
from polycore.workers.cluster import Cluster
from tests.faults.advances import MOST_STEPS, a_few_slowly, slow_pid
from tests.runs import same_run
from tests.waiting import wait_until

EXPERIMENT = pc.Experiment(
    polynomials=pc.INTRODUCTION_POLYNOMIALS, samples_per_class=None, batch_size=20, hidden=(6,), seed=4
)
every_experiment = pytest.mark.parametrize(
    "experiment",
    [EXPERIMENT, replace(EXPERIMENT, sampling="errors", optimizer="soap")],
    ids=["random points", "where it errs"],
)


@pytest.fixture(scope="module")
def address():
    scheduler_address = dask_cluster.free_address()
    with dask_cluster.scheduler(scheduler_address), dask_cluster.workers(scheduler_address, 2):
        yield scheduler_address


@pytest.fixture(scope="module")
def two(address):
    with Cluster(address) as two_workers:
        end = time.monotonic() + 60
        while two_workers.count < 2 and time.monotonic() < end:
            two_workers.submit(os.getpid).result(30)
            time.sleep(0.1)
        yield two_workers


@every_experiment
def test_a_run_goes_on_there_to_the_same_bits(two, experiment):
    run = pc.start(experiment)
    for steps in (1, 30, 69):
        run = two.submit(timed, pc.advance, run, steps).result(30).run
    assert run.step == 100
    assert same_run(run, pc.advance(pc.start(experiment), 100))


def test_each_worker_counts(two):
    assert two.count == two.alive == 2
    pids = {call.result(30) for call in [two.submit(slow_pid) for _ in range(4)]}
    assert len(pids) == 2
    assert os.getpid() not in pids


def test_what_a_call_raises_comes_back(two):
    with pytest.raises(ZeroDivisionError):
        two.submit(divmod, 1, 0).result(30)


def test_a_call_that_waits_can_be_cancelled(two):
    busy = [two.submit(time.sleep, 0.5) for _ in range(2)]
    waits = two.submit(divmod, 7, 2)
    assert waits.cancel()
    with pytest.raises(CancelledError):
        waits.result(30)
    assert [call.result(30) for call in busy] == [None, None]


def test_a_result_that_was_handed_over_is_forgotten_by_the_cluster(two, address):
    results = [two.submit(divmod, 7, 2) for _ in range(3)]
    assert {call.result(30) for call in results} == {(3, 1)}
    with Client(address, set_as_default=False) as onlooker:
        end = time.monotonic() + 20
        while onlooker.who_has() and time.monotonic() < end:
            time.sleep(0.05)
        assert onlooker.who_has() == {}


def test_a_worker_that_dies_breaks_its_own_call_alone(two):
    dies = two.submit(os._exit, 1)
    with pytest.raises(BrokenExecutor, match=r"^The cluster at .* lost a call"):
        dies.result(60)
    assert two.submit(divmod, 7, 2).result(60) == (3, 1)


@every_experiment
def test_a_run_of_the_dashboard_loses_at_most_a_chunk_with_its_worker(two, experiment):
    long = replace(experiment, steps=1_000_000)
    training = Training(pc.start(long), two, a_few_slowly)
    training.start()
    wait_until(lambda: training.view.run.step > 0)
    for pid in {call.result(30) for call in [two.submit(slow_pid) for _ in range(4)]}:
        os.kill(pid, signal.SIGKILL)
    # a chunk may have ended just before: the one after it was computed by another worker
    before = training.view.run.step
    wait_until(lambda: training.view.run.step > before + MOST_STEPS or training.view.error)
    assert (training.view.error, training.view.status) == (None, "running")
    training.stop()
    run = training.view.run
    assert same_run(run, pc.advance(pc.start(long), run.step))


def test_where_nothing_answers_one_sentence_says_so_and_whoever_comes_next_need_not_wait(monkeypatch):
    monkeypatch.setattr(cluster, "CONNECT_SECONDS", 1.0)
    monkeypatch.setattr(cluster, "PAUSE_SECONDS", 1000.0)
    address = dask_cluster.free_address()
    with Cluster(address) as nobody:
        with pytest.raises(pc.PolycoreError, match=rf"^No Dask scheduler answers at {address}: \w+\. Start"):
            nobody.submit(divmod, 7, 2)
        monkeypatch.setattr(cluster, "CONNECT_SECONDS", 60.0)  # another attempt would last as long
        began = time.monotonic()
        with pytest.raises(pc.PolycoreError, match=r"^No Dask scheduler answers"):
            nobody.submit(divmod, 7, 2)
        assert time.monotonic() - began < 5


def test_after_a_shutdown_it_takes_no_call(address):
    ended = Cluster(address)
    ended.shutdown()
    with pytest.raises(RuntimeError, match="shut down"):
        ended.submit(divmod, 7, 2)


def test_a_call_is_lost_with_its_scheduler_and_the_next_one_finds_the_new_one(monkeypatch):
    monkeypatch.setattr(cluster, "CONNECT_SECONDS", 30.0)
    monkeypatch.setattr(cluster, "PAUSE_SECONDS", 0.0)
    monkeypatch.setattr(cluster, "WORKERS_SECONDS", 0.2)
    address = dask_cluster.free_address()
    with Cluster(address) as lone, dask_cluster.scheduler(address) as first:
        with pytest.raises(pc.PolycoreError, match=f"has no worker. Start one, dask worker {address} "):
            lone.submit(divmod, 7, 2)
        assert lone.alive == 0
        monkeypatch.setattr(cluster, "WORKERS_SECONDS", 30.0)
        with dask_cluster.workers(address, 1):
            busy = lone.submit(time.sleep, 60)
            first.kill()
            with pytest.raises(BrokenExecutor, match=r"^The cluster at .* lost a call"):
                busy.result(60)
        wait_until(lambda: lone.alive == 0)
        monkeypatch.setattr(cluster, "CONNECT_SECONDS", 1.0)
        with dask_cluster.scheduler(address), dask_cluster.workers(address, 1):
            assert _first_answer(lone) == (3, 1)
            assert lone.alive == 1


def test_without_dask_one_sentence_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    missing = Cluster("tcp://127.0.0.1:1")
    with pytest.raises(
        pc.PolycoreError,
        match=r'pip install "dask\[distributed\]", or polycore-playground with its extra "dask"\.',
    ):
        missing.submit(divmod, 7, 2)


@pytest.mark.parametrize(("value", "expected"), [("tcp://10.0.0.5:8786", "tcp://10.0.0.5:8786"), ("", None)])
def test_the_environment_names_the_scheduler(monkeypatch, value, expected):
    monkeypatch.setenv(cluster.VARIABLE, value)
    assert cluster.address() == expected


@pytest.mark.parametrize(("named", "kind"), [("tcp://127.0.0.1:1", "Cluster"), ("", "Workers")])
def test_the_dashboard_computes_there_where_the_environment_names_a_scheduler(monkeypatch, named, kind):
    monkeypatch.setenv(cluster.VARIABLE, named)
    assert type(Server.of_environment().workers).__name__ == kind  # nothing connects yet


def _first_answer(lone):
    """Return the answer of the first call that is taken: the connection to the old scheduler ends first."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            return lone.submit(divmod, 7, 2).result(30)
        except (pc.PolycoreError, BrokenExecutor):
            time.sleep(0.2)
    return None
