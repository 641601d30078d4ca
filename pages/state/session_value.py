"""A session as one value: all that a tab has, by subject, and the way back from its last loss."""

import math
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field, replace
from time import monotonic
from typing import Any, Literal

from pages.game.challenge import Challenge
from pages.game.game import Game
from pages.runs.job import Job
from pages.runs.race import Race
from pages.runs.runner import Training
from pages.runs.sweep import Sweep
from pages.runs.view import RunView
from pages.server import server
from pages.server.computing import Id
from pages.server.source import Choice
from pages.state.holdings import Holdings
from pages.state.kept_models import ByHand, Kept, KeptModels
from pages.state.points import Points
from pages.state.setup import Setup
from pages.state.view import View
from pages.state.writing import Writing
from polycore import Experiment, Landscape, Model, Run
from polycore.optimizers.registry import OPTIMIZERS
from polycore.polynomials.classes import counted_classes

MOST_UNDOS = 50
POLYNOMIALS = "polynomials"  # a part of what Undo brings back
WORK = {"setup", "run", "models", "by_hand", "points", "game"}  # the parts in which work can be lost

Progress = tuple[bool, int]


@dataclass(frozen=True)
class Outcome:
    """What a lesson needs of a run from initial weights, also when its network is no longer kept.

    steps: how many it took. loss, accuracy, held_out_accuracy: of its best weights.
    """

    steps: int = 0
    loss: float = math.inf
    accuracy: float = 0.0
    held_out_accuracy: float = 0.0


@dataclass(frozen=True)
class Lessons:
    """The guided lessons.

    current: the one that is on, by its name in the address; None if none is.
    seen: the names of those whose check has passed.
    before: the name of the run that was there when the lesson began, which is no part of it.
    outcomes: of the longest run of each set-up of a lesson, by `moment.key_of` of its experiment.
    broken: the losses of the latest networks that were changed by hand for the lesson about that.
    opened: the page and the lesson that the user came to last, and whether it had been seen by then.
    """

    current: str | None = None
    seen: frozenset[str] = frozenset()
    before: str | None = None
    outcomes: Mapping[Experiment, Outcome] = field(default_factory=dict)
    broken: tuple[float, ...] = ()
    opened: tuple[str, str, bool] | None = None


@dataclass(frozen=True)
class Play:
    """The game that is played or was played last, and the challenge that a link brought; None without one."""

    game: Game | None = None
    challenge: Challenge | None = None


@dataclass(frozen=True)
class ClassRow:
    """A network of a class, or why there is none.

    name: of the file, or the number of the link. accuracy: share of the points whose polynomial the network
    knows; known: how many these are. loss: on them, in nats. map: the address of a small map.
    problem: why the file or the link was refused or not measured; "" if it was measured.
    experiment: how it was trained; None if that is not known.
    """

    name: str
    accuracy: float | None = None
    loss: float | None = None
    known: int = 0
    hidden: tuple[int, ...] = ()
    parameters: int | None = None
    steps: int | None = None
    seed: int | None = None
    map: str | None = None
    problem: str = ""
    experiment: Experiment | None = None


@dataclass(frozen=True)
class ClassTable:
    """The networks of a class, and the experiment on whose held-out points they were measured.

    left_out: how many networks more there were than the table may have.
    """

    experiment: Experiment
    rows: tuple[ClassRow, ...]
    left_out: int = 0


Comparing = Literal["Kept runs", "Race", "Sweep", "A class"]


@dataclass(frozen=True)
class Comparison:
    """What the Compare page compares.

    view: what of it is shown.
    titles: of the models that the user compares; None before the first choice.
    race_id, sweep_id: of the latest one, in whatever state; None before the first.
    landscape_id: of the landscape of the race; None before the first. order: the indices of the lanes whose
        trajectories it has.
    moment: which weights of the race are shown: those after so many microseconds of computing, or the latest.
    class_table: the table that was measured last; None before the first.
    """

    view: Comparing = "Kept runs"
    titles: tuple[str, ...] | None = None
    race_id: Id[Race] | None = None
    sweep_id: Id[Sweep] | None = None
    landscape_id: Id[Job[Landscape]] | None = None
    order: tuple[int, ...] = ()
    moment: Choice = "Now"
    class_table: ClassTable | None = None

    @property
    def race(self) -> Race | None:
        """The latest race."""
        return server.current().computing.get(self.race_id)

    @property
    def sweep(self) -> Sweep | None:
        """The latest sweep."""
        return server.current().computing.get(self.sweep_id)

    @property
    def landscape(self) -> Job[Landscape] | None:
        """The loss landscape of the race."""
        return server.current().computing.get(self.landscape_id)


@dataclass(frozen=True)
class Drawings:
    """What the user has asked for about the run, in whatever state; None for what was not asked for."""

    film_id: Id[Job[bytes]] | None = None
    landscape_id: Id[Job[Landscape]] | None = None

    @property
    def film(self) -> Job[bytes] | None:
        """The film of a run."""
        return server.current().computing.get(self.film_id)

    @property
    def landscape(self) -> Job[Landscape] | None:
        """The loss landscape around a run."""
        return server.current().computing.get(self.landscape_id)

    def kept_after_run(self) -> "Drawings":
        """Return what stays when its run is replaced: a film. A landscape that is computed is given up."""
        if self.landscape is not None:
            self.landscape.give_up()
        return Drawings(film_id=self.film_id)


@dataclass(frozen=True, eq=False)
class LinkWeights:
    """The weights that a link brought: as its text has them, and the model that they gave."""

    words: str
    model: Model


@dataclass(frozen=True)
class Address:
    """What the address brought, and what it will have.

    problems: a sentence for each part of the link that could not be used.
    link_weights: None if the link brought no trained network.
    writing_id: of the weights of the model that answers, on their way into the address; None before that.
    links_shown: the key of the button whose links are shown, and the address of its page; None if none are.
    """

    problems: tuple[str, ...] = ()
    link_weights: LinkWeights | None = None
    writing_id: Id[Writing] | None = None
    links_shown: tuple[str, str] | None = None

    @property
    def writing(self) -> Writing | None:
        """The weights on their way into the address."""
        return server.current().computing.get(self.writing_id)


@dataclass(frozen=True)
class Upload:
    """What became of the files that made up one upload.

    title: of the model that they gave, while the uploader shows them; None if it is emptied after an upload.
    error: why they were refused; "" if they were accepted.
    """

    title: str | None = None
    error: str = ""


@dataclass(frozen=True)
class Session:
    """Everything of one session.

    training_id: of the run, in whatever state; None before the first.
    by_hand: the model that the user changes by hand, None without one.
    points: None if none were uploaded.
    uploads: what became of each upload, by the identifiers of its files; an uploader may show them for long.
    refused: why presses were refused, by the places of pages that say so next; see `refusal.later`.
    lost: what the tab had before the server forgot it; empty once the user has read that.
    undos: the ways back from changes, the latest last: the loss that a toast tells of, and all changes of the
        polynomials.
    """

    setup: Setup = field(default_factory=Setup)
    training_id: Id[Training] | None = None
    models: KeptModels = field(default_factory=KeptModels)
    by_hand: ByHand | None = None
    points: Points | None = None
    uploads: Mapping[frozenset[str], Upload] = field(default_factory=dict)
    view: View = field(default_factory=View)
    lessons: Lessons = field(default_factory=Lessons)
    play: Play = field(default_factory=Play)
    comparison: Comparison = field(default_factory=Comparison)
    drawings: Drawings = field(default_factory=Drawings)
    address: Address = field(default_factory=Address)
    refused: Mapping[str, str] = field(default_factory=dict)
    lost: Holdings = field(default_factory=Holdings)
    undos: "tuple[Undo, ...]" = ()

    @property
    def experiment(self) -> Experiment:
        """The experiment of the set-up."""
        return self.setup.experiment

    @property
    def answering(self) -> Kept | None:
        """The kept model that answers."""
        return self.models.answering

    @property
    def training(self) -> Training | None:
        """The run, in whatever state; None before the first."""
        return server.current().computing.get(self.training_id)

    @property
    def run_view(self) -> RunView | None:
        """What there is to see of the run now; None before the first."""
        return None if self.training is None else self.training.view

    @property
    def own(self) -> Kept | None:
        """The model that is kept of the run."""
        view = self.run_view
        return None if view is None else self.models.of_run(view.run)

    @property
    def answering_view(self) -> RunView | None:
        """What there is to see of the run if the model that answers is its best; None if that is another one.

        Of a run that repeats a longer one the model is kept already, and is none of its past.
        """
        view, own = self.run_view, self.own
        if own is None or view is None or own is not self.answering:
            return None
        return view if own.last_step <= view.run.step else None

    @property
    def inside_choice(self) -> Choice:
        """The weights that the Inside page shows: of the run that answers, if one does."""
        return self.moment_of(self.view.inside if self.view.past is None else self.view.past)

    def moment_of(self, choice: Choice) -> Choice:
        """Return what is shown for a choice of weights of the run that answers; "Best" if none does."""
        view = self.answering_view
        if view is None:
            return "Best"
        choice = view.available(choice)
        rests_at_best = not view.is_active and view.run.best_step == view.run.step
        return "Best" if choice == "Now" and rests_at_best else choice

    @property
    def emptied_uploaders(self) -> int:
        """How many uploads have emptied their uploader: with another number in its key it is empty."""
        return sum(upload == Upload() for upload in self.uploads.values())

    @property
    def holdings(self) -> Holdings:
        """What would be lost with it."""
        return Holdings(self.training is not None, len(self.models.kept), self.points is not None)

    @property
    def undo(self) -> "Undo | None":
        """The way back from the last loss; None without one."""
        return next((undo for undo in self.undos if undo.text), None)

    @property
    def offered_undo(self) -> "Undo | None":
        """The way back from the last loss, if it takes away nothing newer."""
        return self.undo if self.undo is not None and self.undo.is_harmless(self) else None

    @property
    def last_of_polynomials(self) -> int | None:
        """The index in `undos` of the change that has led to the polynomials of now; None without one."""
        now = self.experiment.polynomials
        for index, undo in reversed(tuple(enumerate(self.undos))):
            if undo.is_of_polynomials and undo.after[POLYNOMIALS] == now != undo.before[POLYNOMIALS]:
                return index
        return None

    @property
    def progress(self) -> Progress | None:
        """Whether the run advances by itself, and its step; None without a run."""
        view = self.run_view
        return None if view is None else (view.is_active, view.run.step)

    @property
    def parts(self) -> dict[str, Any]:
        """All that Undo compares and brings back, by the names of its parts."""
        return {
            "setup": self.setup,
            POLYNOMIALS: self.experiment.polynomials,
            "run": self.training_id,
            "models": _Work.of(self.models),
            "in_use": self.models.in_use,
            "by_hand": self.by_hand,
            "points": self.points,
            "game": self.play.game,
            "lesson": (self.lessons.current, self.lessons.before),
            "drawings": self.drawings,
        }

    @property
    def has_run_of_lesson(self) -> bool:
        """Whether there is a run that began after the current lesson, or had its set-up already."""
        return self.training is not None and self.training.name != self.lessons.before

    def name_of_run_unless(self, experiment: Experiment) -> str | None:
        """Return the name of the run; None if there is none, or if it trains that experiment."""
        view = self.run_view
        return None if view is None or view.run.experiment == experiment else view.name

    def collected(self) -> "Session":
        """Return the session with its run's best weights, if they are better than those kept of it."""
        view = self.run_view
        if view is None or view.run.step == 0:
            return self
        run, seconds, marks = view.run, view.seconds, view.marks
        kept, best, history = self.models.of_run(run), view.best, run.history
        if kept is None:
            number = self.models.runs + 1
            about = _about(run)
            new = Kept(
                f"Run {number}{_continued(run)} · {about}",
                best,
                run.experiment,
                history,
                seconds,
                marks=marks,
                earlier=run.earlier,
                about=about,
            )
            return replace(self, models=replace(self.models, runs=number)).keeping(new)
        if best.loss < kept.model.loss or history.step[-1] > kept.last_step:
            better = best if best.loss < kept.model.loss else kept.model
            changed = replace(kept, model=better, history=history, seconds=seconds, marks=marks)
            return replace(self, models=self.models.exchanged(kept, changed))
        return self

    def keeping(self, new: Kept) -> "Session":
        """Return the session with a model more, which answers; see KeptModels.added."""
        models = self.models.added(new, self.own)
        gone = set(self.models.titles) - set(models.titles)
        return replace(self, models=models, by_hand=self.by_hand_unless(gone))

    def noting(self, files: frozenset[str], upload: Upload) -> "Session":
        """Return the session that knows what became of the uploaded files with these identifiers."""
        return replace(self, uploads={**self.uploads, files: upload})

    def using(self, title: str) -> "Session":
        """Return the session with the kept model of that title answering."""
        return replace(self, models=replace(self.models, in_use=title))

    def by_hand_unless(self, gone: set[str]) -> ByHand | None:
        """Return the changes by hand, unless their model is gone: another one may get its title."""
        return None if self.by_hand is not None and self.by_hand.title in gone else self.by_hand

    def with_undo(self, text: str, before: "Session") -> "Session":
        """Return the session with a way back to `before`; `text` is a sentence that says what was lost."""
        earlier = (undo.without_loss for undo in before.undos if undo.is_of_polynomials)
        return replace(self, undos=(*earlier, Undo.of(text, before, self)))

    def still_offering(self, undo: "Undo") -> "Session":
        """Return the session with that way back, for a change that is no loss itself, but would end it."""
        parts, progress = self.parts, self.progress if "run" in undo.after else None
        again = replace(undo, after={name: parts[name] for name in undo.after}, progress=progress)
        return replace(self, undos=(*(one for one in self.undos if one is not undo), again))

    def following(self, before: "Session", row: Hashable = None) -> "Session":
        """Return the session, which follows `before`, with the ways back that there are from now on.

        A loss is offered until something newer would go with it. Every change of the polynomials can be
        undone; those in a row that share `row`, unless that is None, are one.
        """
        old, new = before.experiment.polynomials, self.experiment.polynomials
        offered = [undo if undo.is_harmless(self) else undo.without_loss for undo in self.undos]
        undos = [undo for undo in offered if undo.text or undo.is_of_polynomials]
        last = next((undo for undo in reversed(undos) if undo.is_of_polynomials), None)
        if old and new and old != new and (last is None or last.after[POLYNOMIALS] != new):
            if last is not None and row is not None and (last.row, last.after[POLYNOMIALS]) == (row, old):
                old, undos = last.before[POLYNOMIALS], [undo for undo in undos if undo is not last]
            undos.append(Undo("", {POLYNOMIALS: old}, {POLYNOMIALS: new}, row=row))
        return replace(self, undos=tuple(undos[-MOST_UNDOS:]))

    def with_earlier_polynomials(self) -> "Session":
        """Return the session with the polynomials from before their last change, if there was one.

        Raises PolycoreError if the set-up cannot have them.
        """
        index = self.last_of_polynomials
        if index is None:
            return self
        later = (undo for undo in self.undos[index + 1 :] if not undo.is_of_polynomials)
        return self.undos[index].without_loss.reverted(replace(self, undos=(*self.undos[:index], *later)))

    def after_refresh(self, opened: "Session") -> "Session":
        """Return this session, which a tab had before a refresh, with what the address has `opened` since."""
        game = opened.play.game
        if game is None and opened.play.challenge is None:
            game = self.play.game
        return replace(
            self,
            setup=self.setup if self.experiment == opened.experiment else opened.setup,
            training_id=opened.training_id or self.training_id,
            lessons=self._lessons_with(opened),
            play=Play(game, opened.play.challenge or self.play.challenge),
            address=replace(
                self.address, problems=opened.address.problems, links_shown=opened.address.links_shown
            ),
        )

    def _lessons_with(self, opened: "Session") -> Lessons:
        """Return the lessons; one that the address has begun knows which run was there before it."""
        current = opened.lessons.current
        if current == self.lessons.current:
            return self.lessons
        return replace(self.lessons, current=current, before=self.name_of_run_unless(opened.experiment))


@dataclass(frozen=True)
class Undo:
    """The way back from a change.

    text: what was lost, as a sentence; "" if nothing was, and no toast says so.
    before: the parts of the session that the change has replaced, by their names in `Session.parts`.
    after: the same parts as they were when the way back was last offered; what differs from that is newer.
    progress: the run's by then, if the change has replaced it: a run advances by itself.
    row: changes in a row that share one are a single change; None for a change of its own.
    made_at: when, in seconds of time.monotonic: a toast is shown for a while only.
    """

    text: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    progress: Progress | None = None
    row: Hashable = None
    made_at: float = field(default_factory=monotonic)

    @classmethod
    def of(cls, text: str, before: Session, after: Session) -> "Undo":
        """Return the way back from `after` to `before`."""
        old, new = before.parts, after.parts
        names = {name for name in old if old[name] != new[name]}
        if "models" in names:
            names.add("in_use")  # the model that answers may be one of those that come back
        progress = after.progress if "run" in names else None
        return cls(text, {name: old[name] for name in names}, {name: new[name] for name in names}, progress)

    @property
    def is_of_polynomials(self) -> bool:
        """Whether other polynomials come back with it, and not points of the user's own."""
        return bool(self.before.get(POLYNOMIALS) and self.after[POLYNOMIALS])

    @property
    def without_loss(self) -> "Undo":
        """The way back to the polynomials alone, which no toast offers."""
        before, after = ({POLYNOMIALS: parts.get(POLYNOMIALS)} for parts in (self.before, self.after))
        return replace(self, text="", before=before, after=after)

    def is_harmless(self, now: Session) -> bool:
        """Return whether it takes away nothing newer: whether what it brings back was not changed since."""
        parts = now.parts
        return (
            all(parts[name] == self.after[name] for name in WORK & self.after.keys())
            and ("run" not in self.after or now.progress == self.progress)
            and self._has_the_model_of_its_changes(now)
        )

    def reverted(self, now: Session) -> Session:
        """Return the session without the change, and with all else as it is `now`.

        What holds no work, such as the model in use, stays if the user has chosen another since.
        Raises PolycoreError if the set-up of now cannot have the polynomials that come back alone.
        """
        parts = now.parts
        back = {name: value for name, value in self.before.items() if parts[name] == self.after[name]}
        setup, by_hand = back.get("setup", now.setup), back.get("by_hand", now.by_hand)
        if setup is now.setup and POLYNOMIALS in back:
            setup = replace(setup, experiment=replace(setup.experiment, polynomials=back[POLYNOMIALS]))
        lesson, before = back.get("lesson", (now.lessons.current, now.lessons.before))
        return replace(
            now,
            setup=setup,
            training_id=back.get("run", now.training_id),
            models=self._reverted_models(now.models, back),
            by_hand=by_hand,
            view=_with_changes_in_view(now.view, now.by_hand, by_hand),
            points=back.get("points", now.points),
            play=replace(now.play, game=back.get("game", now.play.game)),
            lessons=replace(now.lessons, current=lesson, before=before),
            drawings=back.get("drawings", now.drawings),
            undos=tuple(undo for undo in now.undos if undo is not self),
        )

    def _reverted_models(self, now: KeptModels, back: Mapping[str, Any]) -> KeptModels:
        kept: _Work | None = back.get("models")
        models = now if kept is None else replace(now.brought_back(kept.kept), runs=kept.runs)
        # the model that answered was renamed, or the one chosen since goes with the change
        choices = (back.get("in_use", now.in_use), now.in_use, self.before.get("in_use"))
        return replace(models, in_use=next((title for title in choices if title in models.titles), None))

    def _has_the_model_of_its_changes(self, now: Session) -> bool:
        """Return whether changes by hand that it brings back belong to a model that is then kept."""
        by_hand: ByHand | None = self.before.get("by_hand")
        return by_hand is None or by_hand.title in self.reverted(now).models.titles


@dataclass(frozen=True)
class _Work:
    """The kept models, compared by what a newer change would change: not by weights, which a run improves."""

    compared: tuple[tuple[str, bool, Experiment | Model], ...]
    kept: tuple[Kept, ...] = field(compare=False)
    runs: int = field(compare=False)

    @classmethod
    def of(cls, models: KeptModels) -> "_Work":
        compared = tuple((kept.title, kept.pinned, kept.experiment or kept.model) for kept in models.kept)
        return cls(compared, models.kept, models.runs)


def _with_changes_in_view(view: View, now: ByHand | None, brought_back: ByHand | None) -> View:
    """Return the view that shows changes by hand that are brought back: they belong to one step of a run."""
    if brought_back is None or brought_back is now:
        return view
    choice = brought_back.choice
    return replace(view, past=choice) if isinstance(choice, int) else replace(view, past=None, inside=choice)


def _about(run: Run) -> str:
    optimizer = OPTIMIZERS[run.experiment.optimizer].words.label
    return f"{optimizer}, {counted_classes(run.experiment.shown_classes)}"


def _continued(run: Run) -> str:
    return f", continued from step {run.began_at:,}" if run.earlier else ""
