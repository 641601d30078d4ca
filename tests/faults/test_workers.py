"""Workers that die or run out of memory. tests/pages/test_training_run.py has the cost of a killed worker."""

import contextlib
import os
import signal
import sys
from concurrent.futures import BrokenExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

import polycore as pc
from pages.runs import sentences
from pages.runs.training import Training
from pages.server import server
from pages.server.turns import Turns
from polycore.workers.processes import Workers
from tests.faults.advances import die_without, hoard, slowly
from tests.pages.browsing import QUICK, opened, press, session_of, wait_for
from tests.runs import same_run
from tests.waiting import wait_until

SMALL = pc.Experiment(hidden=(16, 16), samples_per_class=50, batch_size=64, steps=600)
OTHER = pc.Experiment(hidden=(8,), samples_per_class=50, batch_size=64, steps=600, seed=1)
WHERE_IT_ERRS = replace(OTHER, samples_per_class=None, sampling="errors", optimizer="soap")
SHARE = 600_000_000  # bytes; a worker at rest has some 250 MB of addresses

needs_limits = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="no limits on memory there")


@pytest.fixture
def two(own_server):
    with Workers(2, SHARE) as pool:
        own_server(turns=Turns(pool, 10, 10))
        yield pool


def pids_of(pool):
    """Return the process of each worker: calls that overlap, for each sleeps a little."""
    pool.start()
    wait_until(lambda: pool.alive == pool.count)
    code = "(__import__('time').sleep(0.1), __import__('os').getpid())[1]"
    return {call.result(60) for call in [pool.submit(eval, code) for _ in range(pool.count)]}


@pytest.fixture
def impatient(own_server):
    with Workers(2, SHARE, patience=2.0) as pool:
        own_server(turns=Turns(pool, 10, 10))
        yield pool


def kill_all(pool, how=signal.SIGKILL):
    for pid in pids_of(pool):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, how)


def begun(experiment, pool, advance=pc.advance):
    training = Training(pc.start(experiment), pool, advance)
    training.start()
    return training


def undisturbed(experiment):
    return pc.advance(pc.start(experiment), experiment.steps)


def wait_for_steps(trainings):
    reached = [training.view.run.step for training in trainings]
    wait_until(lambda: all(t.view.run.step > step for t, step in zip(trainings, reached, strict=True)))


# --- killed -----------------------------------------------------------------------------------


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP], ids=["killed", "stopped"])
def test_all_workers_killed_twice_change_nothing_in_any_run(impatient, how):
    # too long to end before the second kill, however fast one of them is
    experiments = [replace(experiment, steps=1_000_000) for experiment in (SMALL, WHERE_IT_ERRS)]
    trainings = [begun(experiment, impatient, slowly) for experiment in experiments]
    for _ in range(2):
        wait_for_steps(trainings)
        kill_all(impatient, how)
    wait_for_steps(trainings)
    for training in trainings:
        training.pause()
    wait_until(lambda: [training.view.status for training in trainings] == ["paused", "paused"])
    for training, experiment in zip(trainings, experiments, strict=True):
        assert same_run(training.view.run, pc.advance(pc.start(experiment), training.view.run.step))


def test_a_page_whose_workers_are_all_killed_tells_of_a_run_and_of_nothing_else():
    app = press(opened("pages/3_train.py", {**QUICK, "steps": "20000"}), "Start")
    training = session_of(app).training
    wait_until(lambda: training.view.run.step > 1)
    reached = training.view.run.step
    kill_all(server.current().workers)
    app.run()
    assert not app.exception
    assert [element.value for element in [*app.error, *app.warning]] == []
    assert training.view.status in ("running", "finished")
    wait_until(lambda: training.view.run.step > reached)
    wait_for(app, "finished")
    assert training.view.error is None
    assert same_run(training.view.run, undisturbed(training.view.run.experiment))


@pytest.mark.parametrize(
    ("how", "workers", "status", "why"),
    [
        pytest.param(signal.SIGKILL, 3, "failed", sentences.WORKERS_ENDED, id="killed"),
        pytest.param(signal.SIGSTOP, 2, "paused", sentences.WORKER_HUNG, id="stopped"),
    ],
)
def test_a_run_that_the_system_kills_again_and_again_fails_with_a_sentence_and_can_go_on(
    impatient, tmp_path, how, workers, status, why
):
    memory = tmp_path / "memory"
    training = begun(SMALL, impatient, partial(die_without, memory, how))
    wait_until(lambda: training.view.status == status)
    assert training.view.error == f"{why} {sentences.AS_BEFORE}"
    assert len(list(tmp_path.iterdir())) == workers
    assert training.view.run.step == 0
    memory.touch()
    training.resume()
    wait_until(lambda: training.view.status == "finished")
    assert same_run(training.view.run, undisturbed(SMALL))


# --- out of memory ----------------------------------------------------------------------------


@needs_limits
def test_a_run_that_needs_more_than_a_worker_s_share_fails_alone_with_a_sentence(two, caplog):
    pids = pids_of(two)
    greedy, modest = begun(SMALL, two, partial(hoard, SHARE)), begun(OTHER, two, slowly)
    wait_until(lambda: greedy.view.status == "failed")
    assert greedy.view.error == f"{sentences.NO_MEMORY} {sentences.AS_BEFORE}"
    assert greedy.view.run.step == 0
    wait_until(lambda: modest.view.status == "finished")
    assert same_run(modest.view.run, undisturbed(OTHER))
    assert pids_of(two) == pids  # nobody was killed over it
    assert [record.levelname for record in caplog.records] == ["WARNING"]


@needs_limits
def test_what_fits_a_worker_s_share_is_computed(two):
    training = begun(SMALL, two, partial(hoard, SHARE // 10))
    wait_until(lambda: training.view.status == "finished")
    assert same_run(training.view.run, undisturbed(SMALL))


@needs_limits
def test_a_call_that_is_itself_too_large_ends_its_worker_and_hangs_nobody():
    pool = Workers(1, SHARE)  # not in a `with`, whose end would wait for a worker that hangs
    with pytest.raises(BrokenExecutor):
        pool.submit(len, bytes(SHARE)).result(60)
    assert pool.submit(len, b"four").result(60) == 4
    pool.shutdown()


@needs_limits
def test_where_memory_ends_the_system_kills_a_worker_and_not_the_server(two):
    for pid in pids_of(two):
        assert int(Path(f"/proc/{pid}/oom_score_adj").read_text(encoding="ascii")) == 1000
    assert int(Path("/proc/self/oom_score_adj").read_text(encoding="ascii")) < 1000


LARGEST = [
    pytest.param({"hidden": (512, 512), "samples_per_class": None, "batch_size": 1024}, id="network"),
    pytest.param(
        {"hidden": (2,), "samples_per_class": 83_333, "batch_size": 100_000}, id="samples and batch"
    ),
]


@needs_limits
@pytest.mark.parametrize("settings", LARGEST)
def test_the_largest_experiments_fit_the_share_that_workers_have(settings):
    assert len(pc.TUTORIAL_POLYNOMIALS) == 12
    experiment = pc.Experiment(polynomials=pc.TUTORIAL_POLYNOMIALS, **settings)
    with Workers(1) as pool:
        assert pool.submit(pc.advance, pc.start(experiment), 1).result(60).step == 1
