"""The situation in which a lesson is checked: the session, and the page that is drawn of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from pages.models import model_in_use
from pages.models.shown_network import ShownNetwork, shown_on
from pages.runs.view import RunView
from pages.setup import controls, settings
from pages.state import page_links
from pages.state.kept_models import Kept
from pages.state.session_value import LessonRun, Session
from polycore import Experiment, Run
from polycore.training.leg import Leg

TRAINING, PREDICTING, INSPECTING = (  # titles of pages
    page_links.LABELS[page] for page in (page_links.TRAIN, page_links.PREDICT, page_links.INSIDE)
)
SOME_STEPS = 1000  # after which a run shows what it will become
START = 'Press "{start}"{where} to train "{name}".'
LOAD = 'Press "{name}"{where}.'
DONE, FURTHER = '"{}" has trained for {:,} of {:,} steps.', 'Press "{}" for {:,} more steps.'


@dataclass(frozen=True)
class Task:
    """What the user does next in a lesson.

    text: what, in a sentence or two.
    page: the title of the page on which it is done.
    key: of the button or the part of that page that is used for it, of inputs the part before their versions,
        with its dot; "" while there is nothing to do but to watch.
    """

    text: str
    page: str = TRAINING
    key: str = ""

    def after(self, words: str) -> "Task":
        """Return it with these words before its own."""
        return replace(self, text=f"{words} {self.text}".lstrip())


@dataclass(frozen=True)
class SetUp:
    """An experiment and the name of the button that loads it."""

    name: str
    experiment: Experiment


@dataclass(frozen=True, eq=False)
class Situation:
    """What a check reads; experiments that differ in seed and steps alone are the same to it.

    page: the page's title.
    asked: the point (x, y) that the page is asked about; None if there is none.
    set_ups: those of the lesson, in the order in which they are trained.
    """

    session: Session
    page: str
    asked: tuple[float, float] | None = None
    set_ups: tuple[SetUp, ...] = ()

    @property
    def network(self) -> ShownNetwork | None:
        """The network that the page shows; None if it shows none."""
        return shown_on(self.page, self.session)

    def shows(self, experiment: Experiment) -> bool:
        """Return whether the page shows a network of `experiment`."""
        known = None if self.network is None else self.network.experiment
        return known is not None and alike(known, experiment)

    @property
    def view(self) -> RunView | None:
        """What there is to see of the lesson's run; None before the first."""
        return self.session.run_view if self.session.has_run_of_lesson else None

    def view_of(self, experiment: Experiment) -> RunView | None:
        """Return what there is to see of the lesson's run if it is one of `experiment`; else None."""
        return self.view if self.view is not None and alike(self.view.run.experiment, experiment) else None

    def kept(self, experiment: Experiment) -> Kept | None:
        """Return the newest kept run of `experiment`; None if there is none."""
        kept = reversed(self.session.models.kept)
        return next((one for one in kept if one.experiment and alike(one.experiment, experiment)), None)

    def longest_run(self, experiment: Experiment) -> LessonRun:
        """Return the longest run of `experiment` that the session has, keeps or remembers.

        Of equally long ones it is the latest. Runs that continued from other weights do not count.
        """
        runs: list[tuple[int, Run | Kept]]
        runs = [(one.last_step, one) for one in reversed(self.session.models.kept)]
        if self.view is not None:  # its last steps may not be measured
            runs.insert(0, (self.view.run.step, self.view.run))
        known = [
            LessonRun(steps, *(float(column[-1]) for column in (h.loss, h.accuracy, h.held_out_accuracy)))
            for steps, one in runs
            if (h := one.history) is not None
            and one.experiment is not None
            and alike(one.experiment, experiment)
            and not others(one.earlier, experiment)
        ]
        remembered = self.session.lessons.runs.get(key_of(experiment), LessonRun())
        return max((*known, remembered), key=lambda run: run.steps)

    def changed_by_hand(self, experiment: Experiment) -> tuple[float, ...]:
        """Return the losses of the kept networks of `experiment` that were changed by hand, oldest first."""
        return tuple(
            one.model.loss
            for one in self.session.models.kept
            if one.model.metadata.get("changed_by_hand")
            and one.model.experiment is not None
            and alike(one.model.experiment, experiment)
        )

    def to_train(self, set_up: SetUp, least: int = SOME_STEPS) -> Task | None:
        """Return what to do until a run from initial weights has taken `least` steps; None if one has."""
        steps = self.longest_run(set_up.experiment).steps
        if steps >= least:
            return None
        view, loaded = self.view_of(set_up.experiment), self.session.experiment
        if view is not None and others(view.run.earlier, view.run.experiment):
            return self.to_start(set_up).after(f'"{set_up.name}" has continued from other weights.')
        done = DONE.format(set_up.name, steps, least) if steps else ""
        if view is not None and view.is_active:
            return Task(done or f'"{set_up.name}" is starting to train.')
        if loaded.steps < least and alike(loaded, set_up.experiment):
            more = f'Set Steps to {least:,} or more and press "{controls.to_start(self.view).label}".'
            return Task(more, key=settings.FOLD_KEY).after(done)
        return self.further(set_up, done)

    def to_start(self, set_up: SetUp) -> Task:
        """Return what to press next for a run of `set_up` from initial weights."""
        where = "" if self.page == TRAINING else " on Train"
        is_loaded = alike(self.session.experiment, set_up.experiment)
        button = controls.to_start(self.view)
        text = (START if is_loaded else LOAD).format(name=set_up.name, where=where, start=button.label)
        key = button.key if is_loaded else f"lesson.set_up.{set_up.name}"
        return self.once_finished(Task(text, key=key), *self.set_ups[: self.set_ups.index(set_up)])

    def once_finished(self, task: Task, *before: SetUp) -> Task:
        """Return the task or, unless the lesson's run has finished, that this comes first.

        before: the set-ups whose run, if it rests early or is still loaded, is to be trained to its end.
        """
        view, own = self.view, next((one for one in before if self.view_of(one.experiment)), None)
        if view is not None and view.is_active:
            return Task(f"When it has finished, {task.text[0].lower()}{task.text[1:]}")
        is_loaded = own is not None and alike(self.session.experiment, own.experiment)
        if view is None or own is None or view.run.done or not (is_loaded or view.run.step < SOME_STEPS):
            return task
        return self.further(own, DONE.format(own.name, view.run.step, view.run.last_step))

    def further(self, set_up: SetUp, text: str) -> Task:
        """Return the task to train the lesson's run of `set_up` further; `text` says what for."""
        view, button = self.view_of(set_up.experiment), controls.to_train_further(self.session)
        if view is not None and view.is_active:
            return Task(text)
        if view is None or button is None or not alike(self.session.experiment, set_up.experiment):
            return self.to_start(set_up).after(text)
        left = view.run.last_step - view.run.step
        steps = left if button.label == controls.RESUME else self.session.experiment.steps
        return Task(FURTHER.format(button.label, steps), key=button.key).after(text)

    def to_choose(self, text: str) -> Task:
        """Return the task to choose another network on the page; `text` says which."""
        return Task(text, self.page, f"{model_in_use.CHOICE.name}.")


def others(earlier: Sequence[Leg], experiment: Experiment) -> list[Leg]:
    """Return the legs that trained something else, or of which only the weights are known.

    The others are of a run that was stopped and continued: they count as one.
    """
    return [leg for leg in earlier if leg.history is None or not is_of(leg, experiment)]


def is_of(leg: Leg, experiment: Experiment) -> bool:
    """Return whether a leg is known to have trained `experiment`."""
    return leg.experiment is not None and alike(leg.experiment, experiment)


def alike(one: Experiment, other: Experiment) -> bool:
    """Return whether two experiments are the same but for their seeds and steps."""
    return key_of(one) == key_of(other)


@lru_cache(maxsize=128)
def key_of(experiment: Experiment) -> Experiment:
    """Return the experiment that stands for all that differ from `experiment` in seed and steps alone."""
    return replace(experiment, seed=0, steps=1)
