"""Whose next step Inside shows, and how it is taken: that of the run, of a kept model, or of the set-up."""

from dataclasses import dataclass, replace
from functools import partial

from pages.models.names import name_of
from pages.runs.job import Calls, Job, Progress
from pages.runs.training import Training
from pages.runs.view import RunView
from pages.server import server
from pages.setup import controls
from pages.state import refusal, session
from pages.state.kept_models import Kept
from pages.state.session_value import Session
from polycore import Experiment, Model, PolycoreError, Run
from polycore.inspection.step_detail import (
    MOST_PATH,
    StepChoice,
    StepDetail,
    Trail,
    first_step_detail,
    other_detail,
    step_detail,
)
from polycore.tutorial.untrained_model import is_tutorial

PREFIX = "inside.learning"
STEP_SECONDS = 2.0  # how long a press waits for its steps before the page is drawn
LEFT_SECONDS = 10.0  # after which a step is no longer needed, once the tab follows something else

COMPUTING = "The step is being computed."
RUNNING = "The run is learning. Pause it to look at its next step."
FRESH = "Its step begins a new run, with a fresh state of the optimizer: none is kept."
CONTINUES = "The run has ended. This is the step that it would take if it continued with the same settings."
BEGINS = "This is its first step, from the initial weights."
TUTORIALS = "The tutorial trains its network by random search: this is a step of that."
UNKNOWN = (
    "Its file does not say how it was trained, or on which points. Without them there is no batch, no loss "
    "and no step to show. Train a network, or open the file of a run."
)


@dataclass(frozen=True, eq=False)
class Learner:
    """What learns.

    key: another one for another next step.
    said: what it is and how it stands. The user may have typed a part of it.
    about: a sentence on how its step begins; "" if there is nothing to say.
    problem: why its next step cannot be shown; "" if it can.
    training: the run that takes the step; None if a new one begins with it.
    experiment: of that run; None if it is not known.
    weights: with which a new run begins; None for initial ones.
    """

    key: str
    said: str
    about: str = ""
    problem: str = ""
    training: Training | None = None
    experiment: Experiment | None = None
    weights: Run | Model | None = None

    @property
    def can_step(self) -> bool:
        """Whether its next step can be shown and taken."""
        return not self.problem and self.experiment is not None

    @property
    def is_running(self) -> bool:
        """Whether it would have to be paused first."""
        return self.problem == RUNNING


def learner_of(now: Session) -> Learner:
    """Return what learns in a session: the run, unless another model answers."""
    kept, view, training = now.answering, now.run_view, now.training
    if view is not None and training is not None and (kept is None or kept is now.own):
        return _of_run(training, view, kept)
    if kept is not None:
        return _of_model(kept)
    problem = server.current().limits.refusal(now.experiment) or ""
    return Learner(
        f"set-up {hash(now.experiment)}",
        "Your set-up",
        BEGINS,
        problem,
        experiment=now.experiment,
    )


def _of_run(training: Training, view: RunView, kept: Kept | None) -> Learner:
    run, name = view.run, "The run" if kept is None else name_of(kept)
    learner = Learner(
        f"{training.name} {run.step}",
        f"{name}, {view.status} at step {run.step:,}",
        experiment=run.experiment,
        training=training,
    )
    if view.is_active:
        return replace(learner, problem=RUNNING)
    if run.diverged:
        return replace(learner, problem=run.ended_because or "")
    if view.status in ("finished", "stopped"):
        return replace(learner, about=CONTINUES, training=None, weights=run)
    return learner


def _of_model(kept: Kept) -> Learner:
    model, experiment = kept.model, kept.trained_by
    learner = Learner(f"{kept.title} {model.loss!r} {hash(model.polynomials)}", name_of(kept))
    if is_tutorial(model):
        tutorial = Experiment.tutorial()
        return replace(learner, about=TUTORIALS, experiment=tutorial, weights=model)
    if experiment is None:
        return replace(learner, problem=UNKNOWN)
    problem = server.current().limits.refusal(experiment) or ""
    return replace(learner, about=FRESH, problem=problem, experiment=experiment, weights=model)


# --- its next step, computed by a worker ------------------------------------------------------


def asked(learner: Learner) -> Job[StepDetail]:
    """Return the job that computes what is looked at in the next step; it is begun if it is another one.

    Of a step that is known already only another point or weight is computed.
    """
    now = session.current()
    choice, job = now.view.learning.choice, now.drawings.step
    of = f"{learner.key}\n{choice}"
    if job is not None and job.of == of and not job.is_given_up:
        return job
    known = None if job is None else job.view.result
    if job is not None:
        job.give_up()
    if job is not None and known is not None and job.of.startswith(f"{learner.key}\n"):
        compute = partial(_other, known, choice)
    else:
        own = job is not None and learner.training is not None and job.of.startswith(learner.training.name)
        compute = partial(_computed, learner, choice, _trail(learner, known if own else None))
    job = Job(of, compute, COMPUTING, COMPUTING, LEFT_SECONDS)
    job.start()
    session.update(drawings=replace(session.current().drawings, step=job))
    return job


def _trail(learner: Learner, known: StepDetail | None) -> Trail | None:
    """Return where the path of the weights has come so far, or begins; None without one.

    known: an earlier step of the same run.
    """
    learning, training = session.current().view.learning, learner.training
    if training is None or learning.earlier is None or learning.of != training.name:
        return None
    trails = [Trail.at(learning.earlier), *([] if known is None else [known.trail])]
    before = [trail for trail in trails if trail.run.step <= training.view.run.step]
    return max(before, key=lambda trail: trail.run.step, default=None)


def _other(known: StepDetail, choice: StepChoice, show: Progress) -> StepDetail:
    return other_detail(known, choice, Calls(partial(show, 0, 1)))


def _computed(learner: Learner, choice: StepChoice, trail: Trail | None, show: Progress) -> StepDetail:
    weights, calls = learner.weights, Calls(partial(show, 0, 1))
    if learner.training is not None:
        return step_detail(learner.training.view.run.without_snapshots(), choice, trail, calls)
    if learner.experiment is None:
        raise PolycoreError(UNKNOWN)
    begins_with = weights.without_snapshots() if isinstance(weights, Run) else weights
    return first_step_detail(learner.experiment, begins_with, choice, calls)


# --- it is taken ------------------------------------------------------------------------------


def take(steps: int) -> None:
    """Take so many steps, in a new run if what learns is none that rests. For a button's `on_click`."""
    learner = learner_of(session.current())
    if not learner.can_step or learner.experiment is None:
        return
    with refusal.later(PREFIX):
        training = learner.training
        if training is None:
            training = controls.new_training(learner.experiment, learner.weights)
            session.begin(training)
        _begin_path(training, steps)
        for _ in range(steps):
            training.step()
        training.wait_for_rest(STEP_SECONDS)


def _begin_path(training: Training, steps: int) -> None:
    """Let the path of the weight that is looked at begin here, unless it is under way and short enough."""
    now = session.current()
    learning, job, run = now.view.learning, now.drawings.step, training.view.run
    earlier = learning.earlier
    if earlier is None or learning.of != training.name or run.step + steps - earlier.step > MOST_PATH:
        learning = replace(learning, earlier=run.without_snapshots(), of=training.name)
    if job is not None and job.view.result is not None:
        index = job.view.result.weight.index
        learning = replace(learning, choice=learning.choice._replace(weight=index))
    session.change_view(learning=learning)
