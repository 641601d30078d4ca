"""What a person has, and the one door to it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, cast

import streamlit as st

from pages.parts import recall
from pages.parts.runner import Training
from polycore import Experiment, Model
from polycore.history import History
from polycore.network import Floats, Integers

KEY = "polycore.session"
MOST_KEPT = 12

MapView = Literal["Network", "Referee", "Where they differ"]


@dataclass(frozen=True)
class Kept:
    """A model that is kept.

    title: no two have the same.
    experiment, history: None for a file's.
    seconds: how long workers computed for the run.
    pinned: the person wants to keep it, whatever comes after.
    """

    title: str
    model: Model
    experiment: Experiment | None
    history: History | None = None
    seconds: float = 0.0
    pinned: bool = False


@dataclass(frozen=True, eq=False)
class Undo:
    """What was taken away last, as a sentence, and the fields of the session that bring it back."""

    text: str
    fields: Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class Points:
    """Points (N, 2) a person uploaded, with labels (N,) where the file names the polynomials."""

    points: Floats
    labels: Integers | None


@dataclass(frozen=True)
class Session:
    """Everything of one session.

    experiment: the set-up as it stands. A run that has begun keeps its own.
    revision: counts the set-ups that came from elsewhere than a page's own inputs (a preset, a link): inputs
        have it in their keys, so that they show the new values.
    training: the run, in whatever state; None before the first.
    kept: models worth keeping, the newest last.
    in_use: the title of the model that answers; None before there is one.
    runs, uploads: how many there have been, for titles.
    map_view: what the map of the Train page shows.
    undo: what can be brought back; None where nothing was taken away.
    """

    experiment: Experiment = field(default_factory=Experiment.recommended)
    revision: int = 0
    training: Training | None = None
    kept: tuple[Kept, ...] = ()
    in_use: str | None = None
    runs: int = 0
    uploads: int = 0
    points: Points | None = None
    map_view: MapView = "Network"
    link_problems: tuple[str, ...] = ()
    undo: Undo | None = None

    @property
    def answering(self) -> Kept | None:
        """The kept model that answers."""
        return next((kept for kept in self.kept if kept.title == self.in_use), None)


def current() -> Session:
    """Return the session as it stands."""
    if KEY not in st.session_state:
        st.session_state[KEY] = Session()
    return cast(Session, st.session_state[KEY])


def exists() -> bool:
    """Return whether this session has been here before."""
    return KEY in st.session_state


def change(**changes: Any) -> None:
    """Replace fields of the session."""
    restore(replace(current(), **changes))


def restore(session: Session) -> None:
    """Make `session` the present one."""
    st.session_state[KEY] = session
    recall.remember(session)


def load(experiment: Experiment) -> None:
    """Take a set-up that the inputs on the page do not show yet."""
    change(experiment=experiment, revision=current().revision + 1)


def begin(training: Training) -> None:
    """Make `training` the run, and let its best answer as soon as there is one. Earlier models stay kept."""
    previous = current().training
    if previous is not None:
        previous.stop()
    collect()
    change(training=training)
    if _kept_of(training.run.experiment) is not None:
        _use_run(training.run.experiment)


def collect() -> None:
    """Keep the run's best weights, where they are better than those kept for the same experiment."""
    training = current().training
    if training is None or training.run.step == 0:
        return
    experiment, best = training.run.experiment, training.best
    kept = _kept_of(experiment)
    history, seconds = training.run.history, training.seconds
    if kept is None:
        number = current().runs + 1
        change(runs=number)
        add(Kept(_run_title(number, experiment), best, experiment, history, seconds))
    elif best.loss < kept.model.loss or history.step[-1] > _last_step(kept):
        better = best if best.loss < kept.model.loss else kept.model
        put(kept, replace(kept, model=better, history=history, seconds=seconds))


def put(kept: Kept, changed: Kept) -> None:
    """Let `changed` stand in the place of `kept`."""
    now = current()
    in_use = changed.title if now.in_use == kept.title else now.in_use
    change(kept=tuple(changed if other is kept else other for other in now.kept), in_use=in_use)


def add(kept: Kept) -> None:
    """Keep a model and let it answer.

    Where too many are kept the oldest that is not pinned goes, but not the run's own.
    """
    session = current()
    own = None if session.training is None else _kept_of(session.training.run.experiment)
    free = [other for other in session.kept if other is not own and not other.pinned]
    gone = free[: max(0, len(session.kept) + 1 - MOST_KEPT)]
    remaining = tuple(other for other in session.kept if other not in gone)
    change(kept=(*remaining, kept), in_use=kept.title)


def bring_back() -> None:
    """Undo what was taken away last."""
    now = current()
    if now.undo is not None:
        change(**now.undo.fields, undo=None, revision=now.revision + 1)


def add_upload(model: Model) -> None:
    """Keep a model that came as a file and let it answer."""
    number = current().uploads + 1
    change(uploads=number)
    add(Kept(f"Upload {number} · {model.weights[-1].shape[1]} polynomials", model, None))


def use(title: str) -> None:
    """Let the kept model of that title answer."""
    change(in_use=title)


def _use_run(experiment: Experiment) -> None:
    kept = _kept_of(experiment)
    if kept is not None:
        use(kept.title)


def _kept_of(experiment: Experiment) -> Kept | None:
    return next((kept for kept in current().kept if kept.experiment == experiment), None)


def _last_step(kept: Kept) -> int:
    return -1 if kept.history is None else int(kept.history.step[-1])


def _run_title(number: int, experiment: Experiment) -> str:
    return f"Run {number} · {experiment.optimizer}, {len(experiment.polynomials)} polynomials"
