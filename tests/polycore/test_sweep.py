"""A sweep gives one outcome for each experiment, whichever executor computes it and whatever dies."""

import math
import os
import signal
import subprocess
import sys
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from itertools import count, islice
from multiprocessing import get_context
from pathlib import Path

import pytest

import polycore as pc
import polycore.workers.outcomes as sweep_module
from polycore.workers.choices import grid
from polycore.workers.outcomes import Outcome, Outcomes, best, computed, outcomes
from polycore.workers.processes import Workers
from tests.polycore.outcome_bytes import as_bytes, by_index
from tests.signals import restore_signals

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.slow  # it starts processes
SMALL = pc.Experiment(polynomials=pc.INTRODUCTION_POLYNOMIALS, samples_per_class=10, hidden=(4,), steps=60)
KINDS = grid(SMALL, optimizer=["adam", "sgd", "lbfgs", "evolution"], seed=[1, 2])
# a fifth of a second or more each: a kill happens during one
LONG = grid(replace(SMALL, samples_per_class=None, batch_size=50, steps=5000), seed=range(3))


class Answering(Executor):
    """Answers each call by the future that `answer` makes of it, and remembers them."""

    def __init__(self, answer):
        self.answer, self.futures = answer, []

    def submit(self, _fn, /, *args, **kwargs):
        self.futures.append(self.answer(*args, **kwargs))
        return self.futures[-1]


def with_result(index, experiment):
    future = Future()
    future.set_result(computed(index, experiment))
    return future


def with_error(error):
    future = Future()
    future.set_exception(error)
    return future


def cancelled(*_):
    future = Future()
    future.cancel()
    return future


class Deadly(Workers):
    """Its workers die of one experiment, as those do that take more memory than the system has.

    times: of how many of its computations.
    """

    def __init__(self, count, index, times=math.inf):
        super().__init__(count)
        self.index, self.times, self.calls, self.futures = index, times, [], []

    def submit(self, fn, /, *args, **kwargs):
        self.calls.append(args[:1])
        is_deadly = args[:1] == (self.index,) and self.calls.count(args[:1]) <= self.times
        call = (os._exit, 9) if is_deadly else (fn, *args)
        self.futures.append(super().submit(*call, **kwargs))
        return self.futures[-1]


@pytest.fixture(scope="module")
def two():
    with Workers(2) as workers:
        yield workers


def test_an_outcome_is_the_run_of_its_experiment(two):
    by_experiment = by_index(outcomes(KINDS, two))
    assert sorted(by_experiment) == list(range(8))
    for index, experiment in enumerate(KINDS):
        run = pc.advance(pc.start(experiment), experiment.steps)
        expected = Outcome(index, experiment, run.best, run.step, 0.0, run.ended_because, None)
        assert by_experiment[index] == as_bytes(expected)


def test_an_outcome_has_its_models_figures_and_keeps_them_without_it(two):
    [outcome] = outcomes(KINDS[:1], two)
    model, light = outcome.model, outcome.without_model()
    for one in (outcome, light):
        figures = (one.loss, one.accuracy, one.held_out_accuracy)
        assert figures == (model.loss, model.accuracy, model.held_out_accuracy)
    assert light.model is None
    assert outcome.seconds > 0


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda: Answering(with_result), id="in place"),
        pytest.param(lambda: ThreadPoolExecutor(2), id="threads"),
    ],
)
def test_another_executor_gives_the_same_to_the_last_bit(two, make):
    with make() as executor:
        assert by_index(outcomes(KINDS, executor)) == by_index(outcomes(KINDS, two))


def test_without_an_executor_the_sweep_has_workers_of_its_own(monkeypatch):
    made = []

    class Watched(Workers):
        def __init__(self, count):
            super().__init__(min(count, 2))
            made.append(self)

    monkeypatch.setattr(sweep_module, "Workers", Watched)
    assert sorted(by_index(outcomes(KINDS[:3]))) == [0, 1, 2]
    with pytest.raises(RuntimeError, match="shut down"):
        made[0].submit(os.getpid)


def test_an_executor_that_was_passed_in_stays_open(two):
    assert len(list(outcomes(KINDS[:1], two))) == 1
    assert two.submit(divmod, 7, 2).result(10) == (3, 1)


def test_a_sweep_of_nothing_is_over():
    assert list(outcomes([], Answering(with_result))) == []


def test_an_early_end_is_told_and_its_steps(two):
    patient = replace(SMALL, target_loss=0.5, steps=5000)
    [outcome] = outcomes([patient], two)
    assert outcome.ended_because.startswith("The loss reached the target of 0.5 nats")
    assert 0 < outcome.steps < 5000
    assert outcome.error is None


def test_a_run_that_fails_is_an_outcome_and_the_sweep_goes_on(two):
    # x^12 on ±1000 reaches 1e36
    hopeless = replace(
        SMALL, polynomials=(pc.Polynomial(1, *[0] * 12), pc.Polynomial(1)), x_range=(-1000, 1000)
    )
    results = {outcome.index: outcome for outcome in outcomes([SMALL, hopeless, SMALL], two)}
    assert [results[index].error is None for index in range(3)] == [True, False, True]
    assert results[1].error.startswith("x_range: got (-1000.0, 1000.0)")
    assert (results[1].model, results[1].steps, results[1].held_out_accuracy) == (None, 0, None)


def test_a_run_without_enough_memory_fails_alone(monkeypatch):
    def advance(run, steps):
        if run.experiment.seed == 1:
            raise MemoryError("Unable to allocate 9 GiB")
        return pc.advance(run, steps)

    monkeypatch.setattr(sweep_module, "advance", advance)
    results = list(outcomes(grid(SMALL, seed=range(3)), Answering(with_result)))
    assert [outcome.error is None for outcome in results] == [True, False, True]
    assert results[1].error.startswith(
        "The run needs more memory than its worker has: MemoryError: Unable to"
    )


@pytest.mark.parametrize(
    ("error", "text"),
    [
        pytest.param(MemoryError(), "The run needs more memory than its worker has: MemoryError.", id="bare"),
        pytest.param(
            ModuleNotFoundError("No module\nnamed 'polycore'"),
            "The run could not be computed: ModuleNotFoundError: No module named 'polycore'",
            id="in two lines",
        ),
    ],
)
def test_whatever_an_executor_says_of_a_run_is_reported_in_one_line(error, text):
    [outcome] = outcomes([SMALL], Answering(lambda *_: with_error(error)))
    assert outcome.error == text


def test_a_killed_workers_run_is_computed_anew_and_nothing_counted_twice(two):
    expected = by_index(outcomes(LONG, two))
    with Deadly(1, index=1, times=1) as workers:
        received = list(outcomes(LONG, workers))
    assert by_index(received) == expected
    assert sorted(workers.calls) == [(0,), (1,), (1,), (2,)]


def test_a_run_that_kills_every_worker_is_given_up():
    with Deadly(1, index=1) as workers:
        results = {outcome.index: outcome for outcome in outcomes([SMALL] * 3, workers)}
    assert [results[index].error is None for index in range(3)] == [True, False, True]
    assert results[1].error.startswith("The worker died 4 times during this run: ")
    assert sorted(workers.calls) == [(0,), (1,), (1,), (1,), (1,), (2,)]


@pytest.mark.usefixtures("own_main")
def test_a_process_pool_that_broke_ends_the_sweep_with_what_it_had():
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        pid = pool.submit(os.getpid).result(60)
        results = outcomes(LONG, pool)
        indices = [next(results).index]
        os.kill(pid, signal.SIGKILL)
        with pytest.raises(
            pc.PolycoreError, match=r"accepts no more runs, after [12] outcomes.* BrokenProcessPool"
        ):
            indices.extend(outcome.index for outcome in results)
    assert indices == list(range(len(indices)))


def test_what_a_broken_executor_had_computed_is_told_before_the_end():
    def answer(index, experiment):
        if len(executor.futures) > 2:
            raise BrokenExecutor("a process died")
        return with_error(BrokenExecutor("a process died")) if index == 0 else with_result(index, experiment)

    executor = Answering(answer)
    results = outcomes([SMALL] * 5, executor)
    assert [next(results).index, next(results).index] == [1, 2]
    with pytest.raises(pc.PolycoreError, match=r"after 2 outcomes\..* BrokenExecutor: a process died$"):
        next(results)


def test_a_cluster_that_was_lost_is_asked_once_and_says_it_itself():
    asked = []

    def answer(index, experiment):
        asked.append(index)
        if len(asked) > 3:
            raise pc.PolycoreError("No scheduler answers.")
        return with_result(index, experiment) if index == 1 else with_error(BrokenExecutor("it was lost"))

    results = outcomes([SMALL] * 3, Answering(answer))
    assert next(results).index == 1
    with pytest.raises(pc.PolycoreError, match=r"^No scheduler answers\.$"):
        next(results)
    assert asked == [0, 1, 2, 0]


def test_an_executor_that_was_shut_down_is_told():
    with ThreadPoolExecutor(1) as threads:
        pass
    with pytest.raises(
        pc.PolycoreError, match=r"after 0 outcomes.* RuntimeError: cannot schedule new futures"
    ):
        list(outcomes([SMALL], threads))


def test_calls_that_somebody_cancels_are_told():
    with pytest.raises(pc.PolycoreError, match=r"after 0 outcomes.* CancelledError\.$"):
        list(outcomes(KINDS[:3], Answering(cancelled)))


def test_closing_the_sweep_cancels_what_waits():
    executor = Answering(lambda *args: with_result(*args) if args[0] == 0 else Future())
    results = outcomes(KINDS[:4], executor)
    assert next(results).index == 0
    results.close()
    assert [future.cancelled() for future in executor.futures] == [False, True, True, True]


def test_experiments_without_an_end_are_taken_a_few_ahead(monkeypatch):
    monkeypatch.setattr(sweep_module, "MAX_PENDING", 3)
    seeds = count()
    results = outcomes((replace(SMALL, seed=seed) for seed in seeds), Answering(with_result))
    assert [outcome.index for outcome in islice(results, 4)] == [0, 1, 2, 3]
    results.close()
    assert next(seeds) == 6  # 0 to 2, and one for each of the three outcomes that were asked beyond


def test_a_run_without_room_begins_later_and_before_those_behind_it():
    begun, rooms = [], iter([True, False, True, True])

    def begin(index, experiment):
        if not next(rooms):
            return None
        begun.append(index)
        return with_result(index, experiment)

    runs = Outcomes([SMALL] * 3, begin, lambda: 1)
    assert [outcome.index for outcome in runs.ended()] == [0]
    assert [outcome.index for outcome in runs.ended()] == [1, 2]
    assert begun == [0, 1, 2]


def test_what_has_ended_is_given_without_waiting_for_the_rest():
    futures = [with_result(0, SMALL), Future(), Future()]
    runs = Outcomes([SMALL] * 3, lambda index, _: futures[index], lambda: 2)
    assert [outcome.index for outcome in runs.ended()] == [0]
    assert list(runs.ended()) == []
    futures[2].set_result(computed(2, SMALL))  # it began when the first had ended
    assert [outcome.index for outcome in runs.ended()] == [2]
    runs.stop()
    assert [future.cancelled() for future in futures] == [False, True, False]


def test_no_outcome_is_lost_or_doubled_if_many_threads_take_them():
    with ThreadPoolExecutor(4) as executor:

        def begin(index, experiment):
            return executor.submit(
                lambda: Outcome(index, experiment, None, 0, 0.0, None, "it computes nothing")
            )

        runs = Outcomes([SMALL] * 400, begin, lambda: 7)
        taken = [[] for _ in range(4)]

        def take(indices):
            while sum(map(len, taken)) < 400:
                indices.extend(outcome.index for outcome in runs.ended())

        with ThreadPoolExecutor(4) as takers:
            list(takers.map(take, taken, timeout=30))
    assert sorted(index for indices in taken for index in indices) == list(range(400))


def test_ctrl_c_ends_the_sweep_and_its_workers_at_once(tmp_path):
    script = tmp_path / "endless.py"
    script.write_text(
        f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
import subprocess
from dataclasses import replace
import polycore as pc
from polycore import workers
from polycore.workers import outcomes as sweep

pids = []

class Noted(subprocess.Popen):
    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        pids.append(self.pid)

subprocess.Popen = Noted

class Told(workers.Workers):
    def __init__(self, count):
        super().__init__(2)

    def kill(self):
        super().kill()
        print(*pids, flush=True)

sweep.Workers = Told
small = pc.Experiment(polynomials=pc.INTRODUCTION_POLYNOMIALS, steps=1)
for outcome in sweep.outcomes([small, *[replace(small, steps=100_000_000, seed=seed) for seed in range(5)]]):
    print("ended", flush=True)
""",
        encoding="utf-8",
    )
    process = subprocess.Popen(
        [sys.executable, script],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=restore_signals,
    )
    try:
        assert process.stdout.readline() == "ended\n"
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=30)
    finally:
        process.kill()
    pids = [int(pid) for pid in output.split()]
    assert (len(pids), errors.splitlines()[-1]) == (2, "KeyboardInterrupt")
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


@pytest.mark.parametrize(
    ("figures", "expected"),
    [
        pytest.param([(0.5, 1.0), (0.9, 2.0), (0.7, 0.1)], 1, id="accuracy"),
        pytest.param([(0.9, 1.0), (0.9, 0.5), (0.8, 0.1)], 1, id="then loss"),
        pytest.param([(0.9, 0.5), (0.9, 0.5)], 0, id="then the first"),
        pytest.param([None, (0.0, 9.0), None], 1, id="failed ones are none"),
        pytest.param([None, None], None, id="all failed"),
        pytest.param([], None, id="none at all"),
    ],
)
def test_the_best_is_the_one_that_is_right_most_often(figures, expected):
    model = pc.start(SMALL).best
    candidates = [
        Outcome(index, SMALL, None, 0, 0.0, None, "it failed")
        if reached is None
        else Outcome(
            index, SMALL, replace(model, held_out_accuracy=reached[0], loss=reached[1]), 60, 1.0, None, None
        )
        for index, reached in enumerate(figures)
    ]
    chosen = best(iter(reversed(candidates)))
    assert (None if chosen is None else chosen.index) == expected


def test_a_sweep_needs_numpy_alone():
    code = (
        "import sys, polycore.workers.outcomes, polycore.workers.choices, polycore.workers.confidence; "
        "sys.exit(bool({'pandas', 'plotly', 'streamlit', 'dask', 'scipy'} & set(sys.modules)))"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
