"""What the lessons about continuing from trained weights train and show, and what is missing in them."""

import math
from dataclasses import replace
from functools import lru_cache
from typing import cast

from pages.lessons.moment import SOME_STEPS, Moment, SetUp, alike, start
from pages.models.shown_network import ShownNetwork
from pages.wording.percent import percent
from polycore import Experiment, Polynomial, formatting
from polycore.arrays import Floats, Integers, read_only
from polycore.formatting import loss_text
from polycore.network.plain import accuracy

LEARNED, FORGOTTEN = 0.9, 0.7  # accuracies; guesses among two lines are right half of the time
BROKEN = 2.0  # times the loss after healing

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


def raised(moment: Moment, slow: SetUp, fast: SetUp) -> str:
    """Return what is missing until the loss is below where it was when the learning rate was raised."""
    run = moment.run(fast.experiment)
    words = _discontinuous(moment, slow, fast)
    if words or run is None:
        return words
    since, before, now = run.step - run.began_at, run.history.loss[0], run.history.loss[-1]
    if since < SOME_STEPS:
        return f"{since:,} of {SOME_STEPS:,} steps since the change.{_resume(moment)}"
    if now < before:
        return ""
    return f"The loss is {loss_text(now)}, and was {loss_text(before)} at the change: it must fall below."


def forgotten(moment: Moment, lines: SetUp, parabolas: SetUp) -> str:
    """Return what is missing until a network that knew the lines knows the parabolas instead."""
    run, network = moment.run(parabolas.experiment), moment.network
    words = _discontinuous(moment, lines, parabolas)
    if words or run is None:
        return words
    if network is None or not moment.shows(parabolas.experiment):
        return f'This page shows another network. Choose that of "{parabolas.name}".'
    history = run.earlier[-1].history
    if history is None:  # it continued from a model that was kept
        before = moment.outcome(lines.experiment).held_out_accuracy
    else:
        before = float(history.held_out_accuracy[-1])
    if before <= LEARNED:
        return f"It was at {percent(before)} on the lines before. {_again(lines, parabolas)}"
    now, of_lines = network.model.held_out_accuracy or 0.0, accuracy_on_lines(network)
    if now <= LEARNED:
        return f"Accuracy on the parabolas is {percent(now)}: more than {percent(LEARNED)} is needed."
    if of_lines >= FORGOTTEN:
        return f"Accuracy on the lines is still {percent(of_lines)}.{_resume(moment)}"
    return ""


def healed(moment: Moment, curves: SetUp) -> str:
    """Return what is missing until a network that was changed by hand for the worse has recovered."""
    run = moment.run(curves.experiment)
    changed = (*moment.session.lessons.broken, *moment.changed_by_hand(curves.experiment))
    if run is None or not run.earlier or run.earlier[-1].history is not None:
        return _unbroken(moment, curves)
    first = float(run.history.loss[0])
    if not any(math.isclose(first, loss, rel_tol=0.1) for loss in changed):
        return f"This run continued from a network that was not changed by hand. {_unbroken(moment, curves)}"
    if first > BROKEN * run.best_loss:
        return ""
    best = loss_text(run.best_loss)
    return f"The loss was {loss_text(first)} and is {best}: it must fall to less than half.{_resume(moment)}"


def _unbroken(moment: Moment, curves: SetUp) -> str:
    """Return what to do until a broken network is trained further."""
    now, trained = moment.session, moment.outcome(curves.experiment)
    in_use, by_hand = now.answering, now.by_hand
    if trained.steps == 0:
        return start(moment, curves)
    if by_hand is not None and by_hand.model is not by_hand.original:
        loss, before = by_hand.model.loss, by_hand.original.loss
        losses = f"The loss is {loss_text(loss)}, and was {loss_text(before)}."
        if loss > BROKEN * before:
            return f'{losses} Now press "Keep this as a model" on Inside.'
        return f"{losses} Change a weight on Inside until it is far higher."
    broken = [loss for loss in moment.changed_by_hand(curves.experiment) if loss > BROKEN * trained.loss]
    if not broken:
        return 'Change a weight on Inside until the loss is far higher, then "Keep this as a model".'
    if in_use is not None and in_use.model.metadata.get("changed_by_hand") and in_use.model.loss in broken:
        return 'Press "Continue from the network in use" on Train, at the end of the run.'
    return (
        "Choose the network that you changed as the model on Inside, then press "
        '"Continue from the network in use" on Train.'
    )


def lines_text(network: ShownNetwork) -> str:
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
    held_out = replace(LINES, seed=seed).held_out_set()
    return read_only(cast(tuple[Floats, Integers], held_out))  # only points of the user's own may have none


def _discontinuous(moment: Moment, first: SetUp, second: SetUp) -> str:
    """Return what to do until the session's run is one of `second` that continued from one of `first`."""
    run, before = moment.run(second.experiment), moment.run(first.experiment)
    if run is None and (before is None or before.step == 0):
        return start(moment, first)
    if run is None:
        load = f'load "{second.name}" below and '
        if alike(moment.session.experiment, second.experiment):
            load = ""
        return f'At the end {load}press "Continue with these settings", not Start.'
    if not run.earlier:
        return f'"{second.name}" started again, from step 0. {_again(first, second)}'
    leg = run.earlier[-1]
    if leg.experiment is None or not alike(leg.experiment, first.experiment):
        return f'"{second.name}" continued from other weights. {_again(first, second)}'
    if leg.end - leg.began_at < SOME_STEPS:
        return (
            f'"{first.name}" had trained for {leg.end - leg.began_at:,} steps only. {_again(first, second)}'
        )
    return ""


def _again(first: SetUp, second: SetUp) -> str:
    return (
        f'Start "{first.name}" again; at the end load "{second.name}" and press '
        '"Continue with these settings".'
    )


def _resume(moment: Moment) -> str:
    view = moment.session.run_view
    return " Press Resume." if view is not None and view.status == "paused" else ""
