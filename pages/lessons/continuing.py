"""What the lessons about continuing from trained weights train, and what is missing until they are seen."""

import math
from dataclasses import replace
from functools import lru_cache

from pages.inside import edited_model
from pages.lessons.situation import INSPECTING, SOME_STEPS, SetUp, Situation, Task, alike, is_of, others
from pages.models.shown_network import ShownNetwork
from pages.setup import controls
from pages.setup.controls import CONTINUE, START_NEW
from pages.wording.percent import percent
from polycore import Experiment, Polynomial, Run, formatting
from polycore.arrays import Floats, Integers, read_only
from polycore.formatting import loss_text
from polycore.network.plain import accuracy

LEARNED, FORGOTTEN = 0.9, 0.7  # accuracies; guesses among two lines are right half of the time
BROKEN = 2.0  # times the loss after healing
ANOTHER_RUN = "This run continued from a network that was not changed by hand."
BREAK_IT = 'Change a weight on Inside until the loss is far higher, then "Keep this as a model".'
BREAK_IT_MORE = "Change a weight on Inside until it is far higher."
KEEP_IT = 'Now press "Keep this as a model" on Inside.'
CONTINUE_IT = f'On Train press the "{CONTINUE}" that names the network that you changed.'
CHOOSE_IT = f"Choose the network that you changed as the model on Inside. {CONTINUE_IT}"

SLOW = Experiment(
    polynomials=(Polynomial.parse("x^2"), Polynomial.parse("-x^2 + 1"), Polynomial.parse("x - 1")),
    samples_per_class=None,
    noise=0.1,
    hidden=(32,),
    learning_rate=0.001,
    batch_size=256,
    steps=5000,
    seed=9,
)
RAISED = replace(SLOW, learning_rate=0.1, schedule="cosine")
LINES = Experiment(
    polynomials=(Polynomial.parse("x"), Polynomial.parse("-x")),
    samples_per_class=None,
    noise=0.05,
    hidden=(16,),
    batch_size=256,
    steps=4000,
)
PARABOLAS = replace(LINES, polynomials=(Polynomial.parse("x^2"), Polynomial.parse("-x^2 + 1")))
WHOLE = replace(SLOW, noise=0.0, hidden=(16,), learning_rate=0.01, batch_size=128, seed=0)


def raised(situation: Situation, slow: SetUp, fast: SetUp) -> Task | None:
    """Return what is missing until the loss is below where it was when the learning rate was raised."""
    view = situation.view_of(fast.experiment)
    task = _discontinuous(situation, slow, fast)
    if task or view is None:
        return task
    run = view.run
    since = run.step - others(run.earlier, run.experiment)[-1].end
    before, now = _first_loss(run), run.history.loss[-1]
    if since < SOME_STEPS:
        return situation.further(fast, f"{since:,} of {SOME_STEPS:,} steps since the change.")
    if now < before:
        return None
    losses = f"The loss is {loss_text(now)}, and was {loss_text(before)} at the change"
    return situation.further(fast, f"{losses}: it must fall below.")


def forgotten(situation: Situation, lines: SetUp, parabolas: SetUp) -> Task | None:
    """Return what is missing until a network that knew the lines, as all do by then, knows the parabolas."""
    if task := _discontinuous(situation, lines, parabolas):
        return task
    network = situation.network
    if network is None or not situation.shows(parabolas.experiment):
        return situation.to_choose(f'This page shows another network. Choose that of "{parabolas.name}".')
    now, of_lines = network.model.held_out_accuracy or 0.0, accuracy_on_lines(network)
    if now <= LEARNED:
        is_at = f"Accuracy on the parabolas is {percent(now)}"
        return situation.further(parabolas, f"{is_at}: more than {percent(LEARNED)} is needed.")
    if of_lines >= FORGOTTEN:
        return situation.further(parabolas, f"Accuracy on the lines is still {percent(of_lines)}.")
    return None


def healed(situation: Situation, curves: SetUp) -> Task | None:
    """Return what is missing until a network that was changed by hand for the worse has recovered."""
    view = situation.view_of(curves.experiment)
    changed = (*situation.session.lessons.broken, *situation.changed_by_hand(curves.experiment))
    before = [] if view is None else others(view.run.earlier, view.run.experiment)
    if view is None or not before or before[-1].history is not None:
        return _unbroken(situation, curves)
    first = _first_loss(view.run)
    if not any(math.isclose(first, loss, rel_tol=0.1) for loss in changed):
        return _unbroken(situation, curves).after(ANOTHER_RUN)
    now = float(view.run.history.loss[-1])
    if first > BROKEN * now:
        return None
    losses = f"The loss was {loss_text(first)} and is {loss_text(now)}"
    return situation.further(curves, f"{losses}: it must fall to less than half.")


def _unbroken(situation: Situation, curves: SetUp) -> Task:
    """Return what to do until a broken network is trained further."""
    now, trained = situation.session, situation.longest_run(curves.experiment)
    in_use, by_hand = now.answering, now.by_hand
    if task := situation.to_train(curves):
        return task
    changed = by_hand.measured if by_hand is not None and by_hand.is_changed else None
    if by_hand is not None and changed is not None:
        loss, before = changed.loss, by_hand.original.loss
        losses = f"The loss is {loss_text(loss)}, and was {loss_text(before)}."
        if loss > BROKEN * before:
            return Task(KEEP_IT, INSPECTING, edited_model.KEEP_KEY).after(losses)
        return Task(BREAK_IT_MORE, INSPECTING, edited_model.PREFIX).after(losses)
    broken = [loss for loss in situation.changed_by_hand(curves.experiment) if loss > BROKEN * trained.loss]
    if not broken:
        return situation.once_finished(Task(BREAK_IT, INSPECTING, edited_model.PREFIX), curves)
    button = controls.of_model(now)
    is_broken = in_use is not None and in_use.model.loss in broken
    if button is not None and is_broken:
        return Task(CONTINUE_IT, key=button.key)
    return replace(situation.to_choose(CHOOSE_IT), page=INSPECTING)


def accuracy_on_lines_text(network: ShownNetwork) -> str:
    """Return the accuracy of a network on the two lines; "" if it does not tell two classes apart."""
    if network.model.widths[-1] != len(LINES.polynomials):
        return ""
    return formatting.percent(accuracy_on_lines(network))


def accuracy_on_lines(network: ShownNetwork) -> float:
    """Return the held-out accuracy that a network of two classes has, or would have, among the two lines."""
    points, labels = _held_out(0 if network.experiment is None else network.experiment.seed)
    return accuracy(network.model.predict_proba(points), labels)


@lru_cache(maxsize=4)
def _held_out(seed: int) -> tuple[Floats, Integers]:
    """Return the points (N, 2) and labels (N,) on which runs of the lines with that seed are measured."""
    return read_only(replace(LINES, seed=seed).held_out_set())


def _discontinuous(situation: Situation, first: SetUp, second: SetUp) -> Task | None:
    """Return what to do until the session's run is one of `second` that continued from one of `first`."""
    view = situation.view_of(second.experiment)
    if view is None:
        button = controls.further(situation.view_of(first.experiment), second.experiment)
        if button is None:
            return situation.to_start(first)
        if not alike(situation.session.experiment, second.experiment):
            return situation.to_start(second)
        text = f'Press "{button.label}", not "{START_NEW}".'
        return situation.once_finished(Task(text, key=button.key), first)
    again, legs = situation.to_start(first), others(view.run.earlier, view.run.experiment)
    if not legs:
        return again.after(f'"{second.name}" started from step 0.')
    if not is_of(legs[-1], first.experiment):
        return again.after(f'"{second.name}" continued from other weights.')
    steps = sum(leg.end - leg.began_at for leg in legs if is_of(leg, first.experiment))
    if steps < SOME_STEPS:
        return again.after(f'"{first.name}" had trained for only {steps:,} steps.')
    return None


def _first_loss(run: Run) -> float:
    """Return the loss with which a run began, or the first part of one that was stopped and continued."""
    parts = [leg.history for leg in run.earlier if leg.history and is_of(leg, run.experiment)]
    return float([*parts, run.history][0].loss[0])
