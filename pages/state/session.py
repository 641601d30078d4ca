"""What a person has, and the one door to it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from time import monotonic
from typing import Any, Literal, cast

import numpy as np
import streamlit as st

from pages.game.challenge import Challenge
from pages.game.game import Game
from pages.runs.race import Race
from pages.runs.runner import Mark, Training
from pages.runs.sweep import Sweep
from pages.server import presence
from pages.state import recall
from pages.state.holdings import Holdings
from pages.state.writing import Writing
from polycore import Experiment, Model, PolycoreError, Polynomial
from polycore.arrays import Floats, Integers
from polycore.limits import MAX_CLASSES
from polycore.optimizers.registry import OPTIMIZERS
from polycore.training.history import History

KEY = "polycore.session"
MOST_KEPT = 12
MOST_PINNED = MOST_KEPT - 2  # so that a run and what comes after it find a place
LONGEST_TITLE = 60  # characters

# fields that show something and hold no work: the user's newer choice stays, and the rest can still be undone
_CHOICES = ("in_use", "look")

MapView = Literal["Network", "Referee", "Where they differ"]
MapLayer = Literal["Samples", "Mistakes", "Crossings"]
Weights = Literal["Now", "Best"]
Way = Literal["Any point", "On a curve", "At a crossing"]


@dataclass(frozen=True)
class Kept:
    """A model that is kept.

    title: no two have the same. A person may have typed it: show it by what reads no Markdown.
    experiment, history: None for a file's.
    seconds: how long workers computed for the run; marks: what it had reached on the way.
    pinned: the person wants to keep it, whatever comes after.
    """

    title: str
    model: Model
    experiment: Experiment | None
    history: History | None = None
    seconds: float = 0.0
    pinned: bool = False
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, eq=False)
class Undo:
    """What was taken away last, as a sentence, and the fields of the session that bring it back.

    made_at: when, in seconds of time.monotonic: it is offered for a while only.
    after: what the same fields were right after that, as `_mark` gives it; `change` fills it in.
    """

    text: str
    fields: Mapping[str, Any]
    made_at: float = field(default_factory=monotonic)
    after: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class ByHand:
    """A kept model that is held still, and how a person has changed it.

    title: of the kept one.
    original: its model as it was.
    model: as it is by now; the original itself before the first change.
    slid, typed: how often a slider and how often a number input changed it. Each kind of input has the
        other's count in its keys: it shows the new value, and the one in use stays as it is.
    """

    title: str
    original: Model
    model: Model
    slid: int = 0
    typed: int = 0


@dataclass(frozen=True, eq=False)
class LinkWeights:
    """The weights that came by the link: their word in the address, and the model that it gave."""

    words: str
    model: Model


@dataclass(frozen=True)
class AskedPoint:
    """The point (x, y) that the Predict page asks about, and the way in which it is chosen.

    curve: the class on whose curve it lies; crossing: its place among those of the model, None for the middle
        one. Each counts where the way is its own.
    lists, numbers, slider: how often something else than the lists of ways and places, the inputs of x and y,
        and the slider changed what they show. Each has its count in its keys: it shows the new value, and the
        one in use stays as it is.
    ways: how often another way was chosen.
    """

    way: Way = "Any point"
    x: float = 0.5
    y: float = 0.75
    curve: int = 0
    crossing: int | None = None
    lists: int = 0
    numbers: int = 0
    slider: int = 0
    ways: int = 0


@dataclass(frozen=True)
class Replaced:
    """What the set-up had before L-BFGS was chosen, where L-BFGS cannot work on it."""

    samples_per_class: int | None
    batch_size: int | None


@dataclass(frozen=True, eq=False)
class Points:
    """Points (N, 2) that were uploaded, with labels (N,) if the file names the polynomials.

    polynomials: what the labels count: the set-up's list when the file was uploaded, whatever it is by now.
    """

    points: Floats
    labels: Integers | None
    polynomials: tuple[Polynomial, ...] = ()

    def classes_in(self, polynomials: Sequence[Polynomial]) -> Integers:
        """Return the index in `polynomials` of each point's own, (N,); -1 for a point without one there."""
        index = {polynomial: place for place, polynomial in enumerate(polynomials)}
        classes = np.full(MAX_CLASSES, -1)
        for label, polynomial in enumerate(self.polynomials):
            classes[label] = index.get(polynomial, -1)
        return np.full(len(self.points), -1) if self.labels is None else classes[self.labels]


@dataclass(frozen=True)
class Session:
    """Everything of one session.

    experiment: the set-up as it stands. A run that has begun keeps its own.
    revision: counts the set-ups that came from elsewhere than a page's own inputs (a preset, a link): inputs
        have it in their keys, so that they show the new values.
    training: the run, in whatever state; None before the first.
    kept: models worth keeping, the newest last.
    in_use: the title of the model that answers; None before there is one.
    shelf: counts the changes of what is kept, by title, and of what answers that no list of the kept ones
        made: such lists have it in their keys.
    runs, uploads: how many there have been, for titles.
    map_view: what the map of the Train page shows.
    weights: which weights of a run its map and the figures beside it are of.
    map_layers, predict_layers: what lies on a run's map, and on the map of the Predict page.
    asked: the place that is asked about on a run's map; None where there is none.
    point: what the Predict page asks about.
    replaced: what the set-up's samples were before L-BFGS; None where there is nothing to bring back.
    undo: what can be brought back; None where nothing was taken away.
    compared: the titles of what is laid side by side; None before anybody chose.
    race: the race of the Compare page, in whatever state; None before the first.
    sweep: the sweep of the Compare page, the same.
    by_hand: the model whose weights are changed by hand; None where none is.
    neuron: the layer and the place in it, from 0, of the neuron that is looked at inside a network.
    followed: the point that is followed through it; followed_label: its true class, None for the nearest's.
    look: the guided look that is on, by its name in the address; None where none is.
    looks_seen: the names of those whose check has held.
    game: the game that is played or was played last; None before the first.
    challenge: what somebody's link asks to be beaten.
    link_weights: what the link brought of a trained network; None where it brought none.
    lost: what the tab had before and the server has forgotten; nothing once that was read.
    links_shown: the key of the button whose links are shown, and its page's address; None where none are.
    writing: the weights of the model that answers, on their way into the address; None before the first.
    """

    experiment: Experiment = field(default_factory=Experiment.recommended)
    revision: int = 0
    training: Training | None = None
    kept: tuple[Kept, ...] = ()
    in_use: str | None = None
    shelf: int = 0
    runs: int = 0
    uploads: int = 0
    points: Points | None = None
    map_view: MapView = "Network"
    weights: Weights = "Now"
    map_layers: tuple[MapLayer, ...] = ()
    predict_layers: tuple[MapLayer, ...] = ("Crossings",)
    asked: tuple[float, float] | None = None
    point: AskedPoint = field(default_factory=AskedPoint)
    replaced: Replaced | None = None
    link_problems: tuple[str, ...] = ()
    undo: Undo | None = None
    compared: tuple[str, ...] | None = None
    race: Race | None = None
    sweep: Sweep | None = None
    by_hand: ByHand | None = None
    neuron: tuple[int, int] = (0, 0)
    followed: tuple[float, float] = (0.5, 0.75)
    followed_label: int | None = None
    look: str | None = None
    looks_seen: frozenset[str] = frozenset()
    game: Game | None = None
    challenge: Challenge | None = None
    link_weights: LinkWeights | None = None
    lost: Holdings = field(default_factory=Holdings)
    links_shown: tuple[str, str] | None = None
    writing: Writing | None = None

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
    """Replace fields of the session. An undo that would now take away something newer is offered no more."""
    before = current()
    session = replace(before, **changes)
    undo = session.undo
    if undo is not None and undo is not before.undo:
        after = {name: _mark(session, name) for name in undo.fields}
        session = replace(session, undo=replace(undo, after=after))
    elif undo is not None and not _is_harmless(undo, session):
        session = replace(session, undo=None)
    restore(session)


def restore(session: Session) -> None:
    """Make `session` the present one."""
    st.session_state[KEY] = session
    recall.remember(session)


def load(experiment: Experiment) -> None:
    """Take a set-up that the inputs on the page do not show yet."""
    change(experiment=experiment, revision=current().revision + 1)


def take(experiment: Experiment, told: str | None = None) -> None:
    """Take a whole set-up in the place of the present one; what L-BFGS had replaced in that is forgotten.

    `told` says so where the present one can be brought back.
    """
    before, offer = current(), offered()
    change(replaced=None)
    load(experiment)
    if told is not None and experiment != before.experiment:
        fields = {"experiment": before.experiment, "replaced": before.replaced}
        change(undo=Undo(told, fields))
    elif offer is not None:
        change(undo=replace(offer))  # what it brings back is still all that the user has lost


def begin(training: Training) -> None:
    """Make `training` the run, and let its best answer as soon as there is one. Earlier models stay kept."""
    previous = current().training
    if previous is not None:
        previous.stop()
    training.seen(presence.of_this_tab())
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
    history, seconds, marks = training.run.history, training.seconds, training.marks
    if kept is None:
        number = current().runs + 1
        change(runs=number)
        add(Kept(_run_title(number, experiment), best, experiment, history, seconds, marks=marks))
    elif best.loss < kept.model.loss or history.step[-1] > _last_step(kept):
        better = best if best.loss < kept.model.loss else kept.model
        put(kept, replace(kept, model=better, history=history, seconds=seconds, marks=marks))


def put(kept: Kept, changed: Kept) -> None:
    """Let `changed` stand in the place of `kept`."""
    now = current()
    in_use = changed.title if now.in_use == kept.title else now.in_use
    by_hand = now.by_hand
    if by_hand is not None and by_hand.title == kept.title:
        by_hand = replace(by_hand, title=changed.title)
    change(
        kept=tuple(changed if other is kept else other for other in now.kept),
        in_use=in_use,
        shelf=now.shelf + (changed.title != kept.title),
        by_hand=by_hand,
    )


def add(kept: Kept) -> None:
    """Keep a model, its title numbered where that is another's, and let it answer.

    Where too many are kept the oldest that is not pinned goes, but not the run's own.
    """
    session = current()
    own = _own()
    kept = replace(kept, title=_free(kept.title))
    free = [other for other in session.kept if other is not own and not other.pinned]
    gone = free[: max(0, len(session.kept) + 1 - MOST_KEPT)]
    remaining = tuple(other for other in session.kept if other not in gone)
    change(kept=(*remaining, kept), in_use=kept.title, shelf=session.shelf + 1)
    if session.by_hand is not None and session.by_hand.title in {other.title for other in gone}:
        change(by_hand=None)  # another one may get the title


def rename(title: str, wanted: str) -> None:
    """Give the kept model of `title` the title that a person wants, its spaces tidied up.

    Raises PolycoreError where that is empty, too long, not to be read, or another one's.
    """
    wanted = " ".join(wanted.split())
    if not 1 <= len(wanted) <= LONGEST_TITLE:
        raise PolycoreError(f"The name has {len(wanted)} characters; wanted 1 to {LONGEST_TITLE}.")
    if not wanted.isprintable():
        raise PolycoreError("The name has characters that cannot be seen. Type it anew.")
    if wanted != title and _titled(wanted) is not None:
        raise PolycoreError("Another one has this name. Take one that tells them apart.")
    kept = _titled(title)
    if kept is not None:
        put(kept, replace(kept, title=wanted))
        compared = current().compared or ()
        if title in compared:
            change(compared=tuple(wanted if other == title else other for other in compared))


def name_classes(title: str, polynomials: Sequence[Polynomial]) -> None:
    """Let the classes of the kept model of `title` stand for `polynomials`.

    Raises PolycoreError where there are more or fewer.
    """
    kept = _titled(title)
    if kept is not None:
        model = kept.model.with_polynomials(polynomials)
        put(kept, replace(kept, model=model))


def pin(title: str) -> None:
    """Keep the model of `title` whatever comes after, unless MOST_PINNED are."""
    kept = _titled(title)
    if kept is not None and may_pin():
        put(kept, replace(kept, pinned=True))


def unpin(title: str) -> None:
    """Let the model of `title` go when its turn comes."""
    kept = _titled(title)
    if kept is not None:
        put(kept, replace(kept, pinned=False))


def may_pin() -> bool:
    """Return whether one more may be pinned."""
    return sum(kept.pinned for kept in current().kept) < MOST_PINNED


def places() -> int:
    """Return how many models can be kept anew before the first of them goes."""
    own = _own()
    return MOST_KEPT - sum(kept.pinned or kept is own for kept in current().kept)


def is_under_way(kept: Kept) -> bool:
    """Return whether it is the run's own, and the run goes on or can."""
    training = current().training
    return (
        training is not None
        and kept is _own()
        and (training.goes_on or training.status in ("paused", "failed"))
    )


def remove(title: str) -> None:
    """Delete the kept model of `title`, until it is brought back. Does nothing while its run is under way.

    Its run goes with it: what that has learned would else be kept anew.
    """
    kept, now = _titled(title), current()
    if kept is None or is_under_way(kept):
        return
    fields: dict[str, Any] = {"kept": now.kept, "in_use": now.in_use}
    changes: dict[str, Any] = {
        "kept": tuple(other for other in now.kept if other is not kept),
        "shelf": now.shelf + 1,
    }
    if now.in_use == title:
        changes["in_use"] = changes["kept"][-1].title if changes["kept"] else None
    if kept is _own():
        fields["training"], changes["training"] = now.training, None
    if now.by_hand is not None and now.by_hand.title == title:
        fields["by_hand"], changes["by_hand"] = now.by_hand, None  # another one may get the title
    change(**changes, undo=Undo(f"{title} was deleted.", fields))


def offered() -> Undo | None:
    """Return what can be brought back without taking away anything newer."""
    now = current()
    return now.undo if now.undo is not None and _is_harmless(now.undo, now) else None


def bring_back() -> None:
    """Undo what was taken away last, if that is still offered."""
    now, undo = current(), offered()
    if undo is None:
        return
    fields = {
        name: value
        for name, value in undo.fields.items()
        if name not in _CHOICES or undo.after.get(name) == getattr(now, name)
    }
    if "kept" in fields:
        fields["kept"] = _with_progress(fields["kept"], now.kept)
    change(**fields, undo=None, revision=now.revision + 1)
    if "in_use" in undo.fields and current().answering is None:
        # the one that was to answer was renamed, or the one chosen since went with what was undone
        change(in_use=next(filter(_titled, (now.in_use, undo.fields["in_use"])), None))


def add_upload(model: Model) -> None:
    """Keep a model that came as a file and let it answer."""
    number = current().uploads + 1
    change(uploads=number)
    add(Kept(f"Upload {number} · {model.weights[-1].shape[1]} polynomials", model, None))


def use(title: str) -> None:
    """Let the kept model of that title answer."""
    change(in_use=title, shelf=current().shelf + 1)


def _use_run(experiment: Experiment) -> None:
    kept = _kept_of(experiment)
    if kept is not None:
        use(kept.title)


def _kept_of(experiment: Experiment) -> Kept | None:
    return next((kept for kept in current().kept if kept.experiment == experiment), None)


def _is_harmless(undo: Undo, session: Session) -> bool:
    """Return whether `undo` takes away nothing newer: whether its fields are as they were right after."""
    held = undo.fields.get("by_hand")
    kept = undo.fields.get("kept", session.kept)
    if held is not None and held.title not in {one.title for one in kept}:
        return False
    return all(_mark(session, name) == mark for name, mark in undo.after.items() if name not in _CHOICES)


def _mark(session: Session, name: str) -> Any:
    """Return what tells a newer value of that field from this one."""
    value = getattr(session, name)
    if name == "kept":  # a run makes the model that is kept of it better, and takes nothing away by that
        return tuple((one.title, one.pinned, one.experiment or one.model) for one in value)
    if name == "training" and value is not None:
        return value, value.goes_on, value.run.step
    return value


def _with_progress(earlier: Iterable[Kept], now: Iterable[Kept]) -> tuple[Kept, ...]:
    """Return the earlier ones, each as it is by now if it is still kept."""
    known = {one.title: one for one in now}
    return tuple(known.get(one.title, one) for one in earlier)


def _own() -> Kept | None:
    """Return what is kept of the run."""
    training = current().training
    return None if training is None else _kept_of(training.run.experiment)


def _titled(title: str | None) -> Kept | None:
    return next((kept for kept in current().kept if kept.title == title), None)


def _free(title: str) -> str:
    """Return a title that no kept model has."""
    numbered = (f"{title} ({number})" for number in range(2, MOST_KEPT + 3))
    return next(wanted for wanted in (title, *numbered) if _titled(wanted) is None)


def _last_step(kept: Kept) -> int:
    return -1 if kept.history is None else int(kept.history.step[-1])


def _run_title(number: int, experiment: Experiment) -> str:
    optimizer = OPTIMIZERS[experiment.optimizer].words.label
    return f"Run {number} · {optimizer}, {len(experiment.polynomials)} polynomials"
