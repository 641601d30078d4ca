"""The training loop of a command: a run is computed in a worker process, chunk by chunk."""

from collections.abc import Iterator
from concurrent.futures import BrokenExecutor, Executor

from polycore.errors import PolycoreError
from polycore.training.run import Run, advance
from polycore.workers.chunk import MAX_DEATHS, Chunk, timed
from polycore.workers.start_error import StartError

CHUNK_SECONDS = 0.2


def chunks(run: Run, executor: Executor) -> Iterator[Run]:
    """Yield the run after every chunk of about 0.2 s, until it is done.

    Raises PolycoreError if workers die repeatedly or cannot start, and MemoryError if one has not enough
    memory.
    """
    steps = 1  # the speed is not known yet: a step may take a second
    while not run.done:
        chunk = _computed(run, steps, executor)
        computed = chunk.run.step - run.step
        if computed and chunk.seconds:
            steps = max(1, int(CHUNK_SECONDS * computed / chunk.seconds))
        run = chunk.run.after(run)
        yield run


def _computed(run: Run, steps: int, executor: Executor) -> Chunk:
    for death in range(1, MAX_DEATHS + 1):
        try:
            return executor.submit(timed, advance, run.without_snapshots(), steps).result()
        except StartError as error:
            raise PolycoreError(
                f"{error} Close other programs, or raise the limits on memory and processes, and try again."
            ) from error
        except BrokenExecutor as error:
            if death == MAX_DEATHS:
                raise PolycoreError(
                    f"the worker process died {MAX_DEATHS} times after step {run.step:,}: "
                    "there may be too little memory. Use fewer samples or neurons."
                ) from error
    raise AssertionError
