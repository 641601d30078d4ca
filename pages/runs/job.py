"""A job: something that takes seconds and that a user has asked for, such as a film or a landscape."""

import logging
import math
import secrets
import threading
from collections.abc import Callable
from concurrent.futures import CancelledError, wait
from dataclasses import dataclass, replace
from functools import partial
from time import monotonic
from typing import Any, Generic, ParamSpec, TypeVar

from pages.channel import session_key
from pages.channel.live_text import Followed
from pages.runs import sentences
from pages.server import server
from pages.server.source import Contents, Halt, IsThere, Source
from polycore import PolycoreError
from polycore.workers.chunk import computed_again
from polycore.workers.processes import ShutDownError

Progress = Callable[[int, int], None]
LOOK_SECONDS = 0.25  # between looks whether a call is still needed
P = ParamSpec("P")
T = TypeVar("T")

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class JobView(Generic[T]):
    """A job at one moment, replaced as a whole.

    said: how it stands, in words. share: how much is done, in percent.
    is_active: whether it is being computed. result: None as long as there is none.
    error: a sentence on why it failed, else None. version: how often it has been replaced.
    """

    said: str
    share: float = 0.0
    is_active: bool = True
    result: T | None = None
    error: str | None = None
    version: int = 0


class Job(Generic[T]):
    """One computation in a thread of its own. Every member is thread-safe.

    It continues while its page is drawn again, or is left.
    """

    def __init__(
        self,
        of: str,
        compute: Callable[[Progress], T],
        waits: str,
        said: str,
        left_after: float = math.inf,
    ) -> None:
        """`compute` is given a function to call with how much is done, and of how much.

        of: the name of the run that the result shows. waits: what is said before the first progress.
        said: what is said from then on, a format for the two numbers.
        left_after: seconds after which it is given up if no tab has followed it and no page waited for it.
        """
        self.name = f"job-{secrets.token_hex(8)}"
        self.of = of
        self.view = JobView[T](waits)
        self._compute: Callable[[Progress], T] | None = compute
        self.is_given_up = False
        self._said = said
        self._left_after, self._looked_at = left_after, monotonic()
        self._has_ended = threading.Event()

    @classmethod
    def silent(cls, call: Callable[[], T]) -> "Job[T]":
        """Begin a job in which a worker makes one call, and which says nothing of how it stands."""
        job = cls("", lambda show: computed_again(partial(Calls(partial(show, 0, 1)), call)), "", "")
        job.start()
        return job

    @property
    def version(self) -> int:
        """How often its view has been replaced."""
        return self.view.version

    def start(self) -> None:
        """Start to compute. Call it once."""
        threading.Thread(target=self._work, name="job", daemon=True).start()

    def wait(self, seconds: float) -> None:
        """Return once it has ended, or after so many seconds; other pages are drawn meanwhile."""
        self._looked_at = monotonic()
        with server.current().drawing.aside():
            self._has_ended.wait(seconds)

    def give_up(self) -> None:
        """End it when it next reports progress: its result is no longer needed."""
        self.is_given_up = True

    def seen(self, is_there: IsThere) -> None:
        """Do nothing: it ends soon, also if nobody looks."""

    def halt(self, how: Halt, generation: int) -> None:
        """Do nothing: it ends soon."""

    def _see(self, *, at_once: bool = False, **changes: Any) -> None:
        self.view = replace(self.view, version=self.view.version + 1, **changes)
        server.current().audience.announce(self.name, at_once=at_once)

    def _show(self, done: int, count: int) -> None:
        if server.current().audience.looking_at(self.name):
            self._looked_at = monotonic()
        elif monotonic() - self._looked_at > self._left_after:
            self.give_up()
        if self.is_given_up:
            raise CancelledError
        self._see(share=100 * done / count, said=self._said.format(done, count))

    def _work(self) -> None:
        compute, self._compute = self._compute, None  # it holds whole runs
        if compute is None:
            return
        try:
            result = compute(self._show)
        except Exception as error:  # the page shows it, whatever it is
            if not isinstance(error, PolycoreError | ShutDownError | CancelledError):
                _logger.warning("A job failed.", exc_info=error)
            self._see(at_once=True, is_active=False, error=sentences.failure(error))
        else:
            self._see(at_once=True, is_active=False, result=result)
        finally:
            self._has_ended.set()


@dataclass(frozen=True)
class Calls:
    """Lets workers compute part after part of a job, as long as somebody waits for them.

    look: called before each and meanwhile; raises CancelledError once nobody waits.
    """

    look: Callable[[], object]

    def __call__(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Return the result. If nobody waits any longer, the call leaves the queue of the workers."""
        self.look()
        future = server.current().workers.submit(function, *args, **kwargs)
        while not wait([future], timeout=LOOK_SECONDS).done:
            try:
                self.look()
            except CancelledError:
                future.cancel()
                raise
        return future.result()


def follow(job: Job[Any]) -> Followed:
    """Let the tab follow a job that the page shows as under way."""
    since = session_key.follow(Source(job.name, (job,), None, lambda: contents(job.view)))
    return Followed(job.name, since, active=True)


def contents(view: JobView[Any]) -> Contents:
    """Return what a page shows of a job."""
    generation = int(not view.is_active)
    values = {"active": view.is_active, "generation": generation, "share": view.share, "said": view.said}
    return Contents(values)
