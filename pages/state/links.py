"""What an opened link has brought, and what the links to pass on contain."""

from dataclasses import dataclass
from functools import partial

from pages.runs.job import Job
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
    job: Job[str]

    @classmethod
    def begun(cls, model: Model, experiment: Experiment, room: int) -> "Writing":
        """Let a worker write the weights of `model`, a run of `experiment`, in at most `room` characters."""
        # a job: a cluster that cannot be reached fails late, and a page must not wait for that
        return cls(model, Job.silent(partial(compact, model, experiment, room)))

    @property
    def words(self) -> str | None:
        """The text; None until it is written, and if the weights do not fit."""
        return self.job.view.result


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
