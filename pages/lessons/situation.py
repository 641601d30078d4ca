"""The situation in which a lesson is checked: the session, and the page that is drawn of it."""

from dataclasses import dataclass, replace
from functools import lru_cache

from pages.models.shown_network import ShownNetwork, shown_on
from pages.setup import controls
from pages.state import page_links
from pages.state.kept_models import Kept
from pages.state.session_value import LessonRun, Session
from polycore import Experiment, Run

TRAINING, PREDICTING, INSPECTING = (  # titles of pages
    page_links.LABELS[page] for page in (page_links.TRAIN, page_links.PREDICT, page_links.INSIDE)
)
SOME_STEPS = 1000  # after which a run shows what it will become
START = 'Press "{start}"{where} to train "{name}".'
LOAD = 'Press "{name}"{where}.'
START_KEY, RESUME_KEY = "controls.Start", "controls.Resume"
RESUME = "Press Resume for the other {:,} steps."


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
    """

    session: Session
    page: str
    asked: tuple[float, float] | None = None

    @property
    def network(self) -> ShownNetwork | None:
        """The network that the page shows; None if it shows none."""
        return shown_on(self.page, self.session)

    def shows(self, experiment: Experiment) -> bool:
        """Return whether the page shows a network of `experiment`."""
        known = None if self.network is None else self.network.experiment
        return known is not None and alike(known, experiment)

    def run(self, experiment: Experiment) -> Run | None:
        """Return the session's run if it is one of `experiment`; else None."""
        view = self.session.run_view
        return view.run if view is not None and alike(view.run.experiment, experiment) else None

    def kept(self, experiment: Experiment) -> Kept | None:
        """Return the newest kept run of `experiment`; None if there is none."""
        kept = reversed(self.session.models.kept)
        return next((one for one in kept if one.experiment and alike(one.experiment, experiment)), None)

    def longest_run(self, experiment: Experiment) -> LessonRun:
        """Return the longest run of `experiment` that the session keeps or remembers.

        Of equally long ones it is the latest. Runs that continued from other weights do not count.
        """
        kept = [
            LessonRun(
                one.last_step, *(float(column[-1]) for column in (h.loss, h.accuracy, h.held_out_accuracy))
            )
            for one in reversed(self.session.models.kept)
            if (h := one.history) is not None
            and one.experiment is not None
            and not one.earlier
            and alike(one.experiment, experiment)
        ]
        remembered = self.session.lessons.runs.get(key_of(experiment), LessonRun())
        return max((*kept, remembered), key=lambda run: run.steps)

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
        run, view, loaded = self.run(set_up.experiment), self.session.run_view, self.session.experiment
        if run is not None and run.earlier:
            return self.to_start(set_up).after(f'"{set_up.name}" has continued from other weights.')
        done = f'"{set_up.name}" has trained for {steps:,} of {least:,} steps.' if steps else ""
        if run is not None and view is not None and view.is_active:
            return Task(done or f'"{set_up.name}" is starting to train.')
        if run is not None and view is not None and view.status == "paused":
            return self.further("")  # how far it is stands beside that, and was measured less often
        if loaded.steps < least and alike(loaded, set_up.experiment):
            more = f'Set Steps to {least:,} or more and press "{self.start_label}".'
            return Task(more, key="train.fold").after(done)
        return self.to_start(set_up).after(done)

    def to_start(self, set_up: SetUp) -> Task:
        """Return what to press next for a run of `set_up` from initial weights."""
        where = "" if self.page == TRAINING else " on Train"
        is_loaded = alike(self.session.experiment, set_up.experiment)
        text = (START if is_loaded else LOAD).format(name=set_up.name, where=where, start=self.start_label)
        key = START_KEY if is_loaded else f"lesson.set_up.{set_up.name}"
        return self.once_finished(Task(text, key=key))

    def once_finished(self, task: Task) -> Task:
        """Return the task or, while a run of the lesson is under way, that this is to be watched first."""
        view = self.session.run_view
        if view is None or not self.session.has_run_of_lesson:
            return task
        if view.status == "paused":
            return self.further("")
        if not view.is_active:
            return task
        return Task(f"When it has finished, {task.text[0].lower()}{task.text[1:]}")

    def further(self, text: str) -> Task:
        """Return the task to let the run train further; `text` says what for."""
        view = self.session.run_view
        if view is not None and view.is_active:
            return Task(text)
        if view is not None and view.status == "paused":
            return Task(RESUME.format(view.run.last_step - view.run.step), key=RESUME_KEY).after(text)
        return Task(text, key=START_KEY)

    def to_choose(self, text: str) -> Task:
        """Return the task to choose another network on the page; `text` says which."""
        return Task(text, self.page, "model_in_use.choice.")

    @property
    def start_label(self) -> str:
        """What the button says on Train now that trains from step 0."""
        is_of_before = self.session.has_run_from_before_the_lesson
        return controls.start_label(None if is_of_before else self.session.run_view)


def alike(one: Experiment, other: Experiment) -> bool:
    """Return whether two experiments are the same but for their seeds and steps."""
    return key_of(one) == key_of(other)


@lru_cache(maxsize=128)
def key_of(experiment: Experiment) -> Experiment:
    """Return the experiment that stands for all that differ from `experiment` in seed and steps alone."""
    return replace(experiment, seed=0, steps=1)
