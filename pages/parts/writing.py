"""Weights as an address has them, on their way there: a worker writes them, for rounding takes a while."""

from concurrent.futures import Future, wait
from dataclasses import dataclass

from pages.parts.pool import workers
from polycore import Experiment, Model, PolycoreError
from polycore.compact_weights import compact


@dataclass(frozen=True, eq=False)
class Writing:
    """A model, and its weights in an address as soon as they are written."""

    model: Model
    text: Future[str]

    @classmethod
    def begun(cls, model: Model, experiment: Experiment, room: int) -> "Writing":
        """Let a worker write the weights of `model`, trained by `experiment`, in `room` characters."""
        try:
            text = workers.submit(compact, model, experiment, room)
        except PolycoreError as error:  # a cluster that cannot be reached, which the next run will tell
            text = Future()
            text.set_exception(error)
        return cls(model, text)

    @property
    def words(self) -> str | None:
        """What is written; None before, and where the weights do not fit."""
        return self.text.result() if self.text.done() and self.text.exception() is None else None

    def is_over(self, within: float) -> bool:
        """Wait for at most so many seconds, and return whether it is written or has failed."""
        return bool(wait([self.text], timeout=within).done)
