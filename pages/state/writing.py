"""Weights as an address has them, on their way there: a worker writes them, for rounding takes a while."""

from collections.abc import Callable
from concurrent.futures import Future, wait
from dataclasses import dataclass
from functools import partial
from threading import Thread

from pages.server.pool import workers
from polycore import Experiment, Model
from polycore.links.compact_weights import compact


@dataclass(frozen=True, eq=False)
class Writing:
    """A model, and its weights in an address as soon as they are written."""

    model: Model
    text: Future[str]

    @classmethod
    def begun(cls, model: Model, experiment: Experiment, room: int) -> "Writing":
        """Let a worker write the weights of `model`, trained by `experiment`, in `room` characters."""
        text: Future[str] = Future()
        # in a thread, since a cluster that cannot be reached says so late, and a page must not wait for that
        submit = partial(workers.submit, compact, model, experiment, room)
        Thread(target=_settle, args=(text, submit), name="writing", daemon=True).start()
        return cls(model, text)

    @property
    def words(self) -> str | None:
        """What is written; None before, and where the weights do not fit."""
        return self.text.result() if self.text.done() and self.text.exception() is None else None

    def is_over(self, within: float) -> bool:
        """Wait for at most so many seconds, and return whether it is written or has failed."""
        return bool(wait([self.text], timeout=within).done)


def _settle(text: Future[str], submit: Callable[[], Future[str]]) -> None:
    try:
        text.set_result(submit().result())
    except Exception as error:  # noqa: BLE001 - whatever it is, the address does without; the next run will tell
        text.set_exception(error)
