"""Where a run's chunks and pictures come from: they are kept from others who train the same, or computed."""

import logging
from collections.abc import Callable, Hashable
from concurrent.futures import CancelledError, Executor, Future
from functools import partial
from typing import NamedTuple, TypeVar

from pages.server import server
from pages.server.shared_results import Request
from pages.server.turns import Turns
from polycore import Run
from polycore.workers.chunk import CHUNK_SECONDS, Advance, Chunk, timed
from polycore.workers.picture import Picture, Wish, picture_of
from polycore.workers.shut_down import ShutDownError

# With more runs than workers no worker is ever idle, and shorter chunks update each run more often: three
# times a second. But each chunk costs 2 ms beside the computing.
CROWDED_CHUNK_SECONDS = 0.1
SHORTEST_CHUNK_SECONDS = 0.05
UPDATE_SECONDS = 0.3

T = TypeVar("T")

_logger = logging.getLogger(__name__)


class Ahead(NamedTuple):
    """Steps that have been computed already: the last of them, and how many seconds they took."""

    step: int
    seconds: float


class Chunks:
    """The chunks of one run, in whatever process they are computed. Thread-safe."""

    def __init__(self, executor: Executor, advance: Advance, origin: Hashable) -> None:
        """`origin` names what determines every chunk; None: nothing is shared with others."""
        self.origin = origin
        self._executor = executor
        self._advance = advance

    def kept(self, step: int) -> Chunk | None:
        """Return the chunk that begins at that step, if it was computed and is kept."""
        if self.origin is None:
            return None
        chunk: Chunk | None = server.current().results.kept((self.origin, step))
        return chunk

    def used(self, step: int) -> Chunk | None:
        """Return the same chunk, and count it as one that others have computed."""
        if self.origin is None:
            return None
        chunk: Chunk | None = server.current().results.used((self.origin, step))
        return chunk

    def ahead_of(self, step: int) -> Ahead:
        """Return what is kept of the steps after `step`."""
        end, seconds = step, 0.0
        while (chunk := self.kept(end)) is not None and chunk.run.step > end:
            end, seconds = chunk.run.step, seconds + chunk.seconds
        return Ahead(end, seconds)

    def join(self, step: int) -> Request[Chunk] | None:
        """Ask for the chunk that begins at that step if it is computed for others now, else return None."""
        return None if self.origin is None else server.current().results.join((self.origin, step))

    def request(self, run: Run, steps: int, wish: Wish | None, *, alone: bool) -> Request[Chunk]:
        """Ask for the chunk after `run`, with the picture that is wished for.

        alone: not together with others, whose chunk may have another number of steps.
        """
        picture = () if wish is None else (wish,)
        submit = partial(
            self._executor.submit, timed, self._advance, run.without_snapshots(), steps, *picture
        )
        return _alone(submit) if alone else self._together((run.step,), submit)

    def picture(self, run: Run, wish: Wish) -> Picture | None:
        """Return the picture of `run` that is wished for; None if no worker could draw it."""
        submit = partial(self._executor.submit, picture_of, run.without_snapshots(), wish)
        try:
            return self._together((run.step, wish), submit).future.result()
        except (ShutDownError, CancelledError):
            return None
        except Exception as error:  # the run is well, and its last picture is there
            _logger.warning("The map of a run at step %d could not be drawn.", run.step, exc_info=error)
            return None

    def _together(self, of: tuple[Hashable, ...], submit: Callable[[], Future[T]]) -> Request[T]:
        if self.origin is None:
            return _alone(submit)
        return server.current().results.ask((self.origin, *of), submit)


def seconds_of_each(shared: Turns) -> float:
    """Return how long chunks last on a server with these runs: each is updated a few times a second."""
    if shared.running <= shared.workers:
        return CHUNK_SECONDS
    fair = UPDATE_SECONDS * shared.workers / shared.running
    return min(CROWDED_CHUNK_SECONDS, max(SHORTEST_CHUNK_SECONDS, fair))


def _alone(submit: Callable[[], Future[T]]) -> Request[T]:
    future = submit()
    return Request(future, future.cancel)
