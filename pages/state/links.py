"""What an opened link has brought, and what the links to pass on contain."""

from collections.abc import Callable
from concurrent.futures import Future, wait
from dataclasses import dataclass
from functools import partial
from threading import Thread

from pages.server import server
from pages.state.setup import Setup
from polycore import Experiment, Model
from polycore.links.compact_weights import compact


@dataclass(frozen=True, eq=False)
class LinkWeights:
    """The weights that a link brought: as its text has them, and the model that they gave."""

    words: str
    model: Model


@dataclass(frozen=True, eq=False)
class Writing:
    """A model, and the text of its weights for an address, which a worker writes: rounding takes a while."""

    model: Model
    text: Future[str]

    @classmethod
    def begun(cls, model: Model, experiment: Experiment, room: int) -> "Writing":
        """Let a worker write the weights of `model`, a run of `experiment`, in at most `room` characters."""
        text: Future[str] = Future()
        # in a thread: a cluster that cannot be reached fails late, and a page must not wait for that
        submit = partial(server.current().workers.submit, compact, model, experiment, room)
        Thread(target=_write, args=(text, submit), name="writing", daemon=True).start()
        return cls(model, text)

    @property
    def words(self) -> str | None:
        """The text; None until it is written, and if the weights do not fit."""
        return self.text.result() if self.text.done() and self.text.exception() is None else None

    def is_over(self, within: float) -> bool:
        """Wait at most `within` seconds, and return whether the text is written or writing it has failed."""
        return bool(wait([self.text], timeout=within).done)


def _write(text: Future[str], submit: Callable[[], Future[str]]) -> None:
    try:
        text.set_result(submit().result())
    except Exception as error:  # noqa: BLE001 - whatever it is, the address does without; the next run will show it
        text.set_exception(error)


@dataclass(frozen=True)
class Links:
    """The link that was opened, and those to pass on.

    problems: a sentence for each part of the opened link that could not be used.
    brought: the trained network that it had; None without one.
    writing: the weights of the model that answers, on their way into the address; None before that.
    shown: the key of the button whose links are shown, and the address of its page; None if none are.
    plain: the set-up with which the session began if the address said nothing of any; else None.
    """

    problems: tuple[str, ...] = ()
    brought: LinkWeights | None = None
    writing: Writing | None = None
    shown: tuple[str, str] | None = None
    plain: Setup | None = None
