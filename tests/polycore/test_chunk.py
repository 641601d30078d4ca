"""The loop over the chunks of a run: how long each is, what follows a death, and where it ends."""

from concurrent.futures import BrokenExecutor

import pytest

import polycore as pc
from polycore.workers.chunk import MAX_DEATHS, Chunk, Pace, chunks
from polycore.workers.processes import HangError

STEP_SECONDS = 1 / 64  # exact
RUN = pc.start(
    pc.Experiment(polynomials=pc.INTRODUCTION_POLYNOMIALS, samples_per_class=10, hidden=(2,), steps=40)
)
MOST = pytest.mark.parametrize(("error", "most"), [(BrokenExecutor, MAX_DEATHS), (HangError, 2)])


class Worker:
    """Computes ten steps in a chunk, after as many deaths as were ordered for that chunk."""

    def __init__(self, *deaths, of=BrokenExecutor):
        self.deaths, self.of, self.calls = list(deaths), of, 0

    def __call__(self, run, _pace):
        self.calls += 1
        if self.deaths and self.deaths[0]:
            self.deaths[0] -= 1
            raise self.of("a worker died")
        self.deaths[:1] = []
        return Chunk(pc.advance(run, 10), 10 * STEP_SECONDS, 10 * STEP_SECONDS)


@MOST
def test_deaths_are_counted_for_each_chunk_alone(error, most):
    worker = Worker(most - 1, most - 1, of=error)
    steps = [chunk.run.step for chunk, _ in chunks(RUN, worker, Pace())]
    assert steps == [10, 20, 30, 40]
    assert worker.calls == 4 + 2 * (most - 1)


@MOST
def test_a_chunk_over_which_too_many_workers_die_ends_the_loop_after_those_before(error, most):
    worker, steps = Worker(0, most, of=error), []
    with pytest.raises(error):
        steps.extend(chunk.run.step for chunk, _ in chunks(RUN, worker, Pace()))
    assert (steps, worker.calls) == ([10], 1 + most)


def test_a_chunk_that_nobody_waits_for_ends_the_loop():
    answers = iter([Chunk(pc.advance(RUN, 10), 1.0, 1.0), None])
    assert len(list(chunks(RUN, lambda _run, _pace: next(answers), Pace()))) == 1


def test_the_loop_ends_when_the_budget_allows_no_other_step():
    # 10 steps take 10/64 s; after 30 steps there are 31.5/64 s - 30/64 s left, and after 40 none
    whole = list(chunks(RUN, Worker(), Pace(31.5 / 64)))
    assert [pace.seconds for _, pace in whole] == [10 / 64, 20 / 64, 30 / 64, 40 / 64]
    short = list(chunks(RUN, Worker(), Pace(30.5 / 64)))
    assert [chunk.run.step for chunk, _ in short] == [10, 20, 30]
    assert short[-1][1].has_spent_budget


@pytest.mark.parametrize(
    ("drawing", "budget", "steps"),
    [
        pytest.param(0.0, 100.0, 32, id="half a second at 1/64 s a step"),
        pytest.param(0.25, 100.0, 16, id="half of it for the picture"),
        pytest.param(3.0, 100.0, 1, id="a picture that takes longer"),
        pytest.param(0.0, 13 / 64, 3, id="what is left of the budget"),
    ],
)
def test_a_chunk_with_its_picture_lasts_as_long_as_was_said(drawing, budget, steps):
    pace = Pace(budget).after(Chunk(RUN, 10 / 64, 10 / 64, drawing=drawing), 10)
    assert pace.next_steps(0.5) == steps


def test_a_step_is_taken_alone_before_the_speed_is_known():
    assert Pace().next_steps(0.5) == 1
    # the first step diverged: it says nothing about the speed, but it has cost something
    diverged = Pace(1.0).after(Chunk(RUN, 0.25, 0.25), 0)
    assert (diverged.next_steps(0.5), diverged.seconds) == (1, 0.25)
