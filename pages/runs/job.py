"""A job: something that takes seconds and that a user has asked for, such as a film or a landscape."""

import logging
import secrets
import threading
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, CancelledError
from typing import Generic, TypeVar

from pages.runs.status import MAX_SENTENCE
from pages.server.audience import Audience, Listener
from pages.server.frame import Frame
from pages.server.hub import Halt, IsThere
from polycore import PolycoreError
from polycore.workers.shut_down import ShutDownError
from polycore.workers.start_error import StartError

NO_MEMORY = "There is not enough memory for it. A smaller network or fewer samples need less."
WORKER_ENDED = "Its worker processes ended, perhaps for lack of memory. Try again, or with a smaller network."

Progress = Callable[[int, int], None]
T = TypeVar("T")

_logger = logging.getLogger(__name__)


class Job(Generic[T]):
    """One computation in a thread of its own. Every member is thread-safe; see `pages.server.hub.Source`.

    It continues while its page is drawn again, or is left.
    """

    def __init__(self, of: str, compute: Callable[[Progress], T], waits: str, said: str) -> None:
        """`compute` is given a function to call with how much is done, and of how much.

        of: the name of the run that the result shows. waits: what is said before the first progress.
        said: what is said from then on, a format for the two numbers.
        """
        self.name = secrets.token_hex(8)
        self.of = of
        self._compute: Callable[[Progress], T] | None = compute
        self._said = said
        self._standing = (0.0, waits)
        self._result: T | None = None
        self._error: str | None = None
        self._is_over = False
        self._is_given_up = False
        self._audience = Audience()

    @property
    def is_active(self) -> bool:
        """Whether it is being computed."""
        return not self._is_over

    @property
    def standing(self) -> tuple[float, str]:
        """How much is done, in percent, and the same in words."""
        return self._standing

    @property
    def result(self) -> T | None:
        """The result; None as long as there is none."""
        return self._result

    @property
    def error(self) -> str | None:
        """A sentence on why it failed, else None."""
        return self._error

    @property
    def sequence(self) -> int:
        """That of a frame made now."""
        return self._audience.version

    def start(self) -> None:
        """Start to compute. Call it once."""
        threading.Thread(target=self._work, name="job", daemon=True).start()

    def give_up(self) -> None:
        """Let it end at its next progress: nobody wants it any more."""
        self._is_given_up = True

    def frame(self) -> Frame:
        """Return how it stands."""
        sequence = self.sequence  # first: what changes meanwhile is in the frame after
        is_over = self._is_over
        share, said = self._standing
        values = {"active": not is_over, "generation": int(is_over), "share": share, "said": said}
        return Frame(self.name, sequence, values)

    def choose(self, choice: object) -> None:
        """Do nothing: it has no past to choose from."""

    def halt(self, how: Halt, generation: int) -> None:
        """Do nothing: it ends soon."""

    def seen(self, is_there: IsThere) -> None:
        """Do nothing: it ends soon, also if nobody looks."""

    def listen(self, holder: Listener) -> None:
        """Wake `holder` whenever it stands differently."""
        self._audience.add(holder)

    def forget(self, holder: Listener) -> None:
        """Wake `holder` no more."""
        self._audience.remove(holder)

    def _show(self, done: int, count: int) -> None:
        if self._is_given_up:
            raise CancelledError
        self._standing = (100 * done / count, self._said.format(done, count))
        self._audience.announce()

    def _work(self) -> None:
        compute, self._compute = self._compute, None  # it holds whole runs
        if compute is None:
            return
        try:
            self._result = compute(self._show)
        except Exception as error:  # noqa: BLE001  # the page shows it, whatever it is
            self._error = _sentence(error)
        self._is_over = True
        self._audience.announce(at_once=True)


def _sentence(error: Exception) -> str:
    match error:
        case PolycoreError():
            return " ".join(str(error).split())[:MAX_SENTENCE]
        case MemoryError():
            return NO_MEMORY
        case StartError():
            return f"{error} Try again in a minute."
        case BrokenExecutor():
            return WORKER_ENDED
        case ShutDownError():
            return "The server is shutting down."
        case CancelledError():
            return "It was given up, because something else began."
    _logger.warning("A job failed.", exc_info=error)
    return f"An unexpected error ended it: {type(error).__name__}."
