"""The alternative text of each figure: one sentence, from its numbers, for those who cannot see it.

Arguments are as for the figures. The text is not escaped: it goes into an attribute, not into Plotly.
"""

from collections.abc import Sequence
from typing import Literal

import numpy as np

from polycore.arrays import Floats, Integers
from polycore.formatting import counted, loss_text, percent
from polycore.inspection.landscape import Landscape
from polycore.pictures.class_map import extent, map_in_words
from polycore.polynomials.classes import Classes, counted_classes, noun_of

MarkedWeights = Literal["best", "now", "then"]
DIFFERENCES = "Map of where network and referee differ"
MARKED: dict[MarkedWeights, str] = {
    "best": "the weights with the best loss",
    "now": "the latest weights",
    "then": "the chosen weights",
}


def curves(polynomials: Classes, x_range: tuple[float, float], y_range: tuple[float, float]) -> str:
    """Name the polynomials and the window of the plane."""
    listed = ", ".join(polynomial.spoken for polynomial in polynomials)
    return f"Curves of {counted_classes(polynomials)} for {extent(x_range, y_range)}: {listed}."


def samples(points: Floats, labels: Integers, polynomials: Classes) -> str:
    """Count the samples, in total and of each class, and say where they lie."""
    counts = np.bincount(labels, minlength=len(polynomials))
    fewest, most = counts.min(), counts.max()
    each = f"{most}" if fewest == most else f"{fewest} to {most}"
    (left, low), (right, high) = points.min(axis=0), points.max(axis=0)
    window = extent((left, right), (low, high))
    return f"{counted(len(points), 'sample')} of {counted_classes(polynomials)}, {each} of each, {window}."


def loss(
    steps: Integers, losses: Floats, best_step: int, best_loss: float, mark: MarkedWeights = "best"
) -> str:
    """Give the first, the last and the marked loss; `mark` is "best", "now" or "then"."""
    return (
        f"Loss over {_steps(steps)}, from {loss_text(losses[0])} to {loss_text(losses[-1])} nats; "
        f"{mark} {loss_text(best_loss)} at step {best_step}."
    )


def accuracy(
    steps: Integers,
    accuracies: Floats,
    held_out_accuracies: Floats,
    best_step: int,
    best_held_out_accuracy: float,
    best_possible: float | None,
    mark: MarkedWeights = "best",
) -> str:
    """Give both accuracies, first and last, the marked weights' accuracy, and the best possible one."""
    text = (
        f"Accuracy over {_steps(steps)}, "
        f"from {percent(accuracies[0])} to {percent(accuracies[-1])} on the training samples and "
        f"from {percent(held_out_accuracies[0])} to {percent(held_out_accuracies[-1])} on new points; "
        f"{MARKED[mark]}, of step {best_step}, reach {percent(best_held_out_accuracy)} on new points"
    )
    if best_possible is None:
        return f"{text}."
    return f"{text}, and {percent(best_possible)} is the best possible on new points."


def plane_map(polynomials: Classes, x: Floats, y: Floats, probabilities: Floats) -> str:
    """Name the class with the largest region, and give the mean confidence."""
    areas = np.bincount(probabilities.argmax(axis=-1).ravel(), minlength=len(polynomials))
    mean = float(probabilities.max(axis=-1).mean())
    return map_in_words(polynomials, (x[0], x[-1]), (y[0], y[-1]), areas.tolist(), mean)


def differences(polynomials: Classes, x: Floats, y: Floats, network: Integers, referee: Integers) -> str:
    """Give the share of the plane on which network and Bayes classifier differ, and the commonest pair."""
    beginning = f"{DIFFERENCES} for {extent((x[0], x[-1]), (y[0], y[-1]))}"
    differing = network != referee
    if not differing.any():
        return f"{beginning}: nowhere, for {counted_classes(polynomials)}."
    pairs = np.bincount(network[differing] * len(polynomials) + referee[differing])
    answer, best_answer = divmod(int(pairs.argmax()), len(polynomials))
    return (
        f"{beginning}, for {counted_classes(polynomials)}: {percent(differing.mean())} of the plane, most "
        f"often where the network says {polynomials[answer].spoken} "
        f"and the referee {polynomials[best_answer].spoken}."
    )


def probabilities(polynomials: Classes, order: Sequence[int], shares: Floats) -> str:
    """Name the three most likely classes; `order` holds labels, the most likely first."""
    first, *others = [f"{polynomials[label].spoken} with {percent(shares[label])}" for label in order[:3]]
    return f"Most likely of {counted_classes(polynomials)}: {first}, then {' and '.join(others)}."


def confusion(confusion: Integers, polynomials: Classes) -> str:
    """Count the correct answers, and name the most frequent mistake."""
    mistakes = confusion - np.diag(confusion.diagonal())
    true, answer = divmod(int(mistakes.argmax()), len(polynomials))
    often = mistakes[true, answer]
    worst = (
        f"most often, {'once' if often == 1 else f'{often} times'}, "
        f"{polynomials[true].spoken} is mistaken for {polynomials[answer].spoken}"
        if often
        else "there are no mistakes"
    )
    return (
        f"Table of true {noun_of(polynomials, plural=True)} and answers for {counted_classes(polynomials)}: "
        f"{confusion.trace()} of "
        f"{counted(int(confusion.sum()), 'point is', 'points are')} answered correctly; {worst}."
    )


def reliability(counts: Integers, confidences: Floats, accuracies: Floats, calibration_error: float) -> str:
    """Give the accuracy at the lowest and at the highest confidence."""
    ends = [
        f"{percent(accuracies[bin_])} at a confidence of {percent(confidences[bin_])} "
        f"({counted(counts[bin_], 'point')})"
        for bin_ in sorted({0, len(counts) - 1})
    ]
    return (
        f"Accuracy by confidence: {' and '.join(ends)}; "
        f"on average the two differ by {percent(calibration_error)}."
    )


def errors(labels: Integers, polynomials: Classes, x_range: tuple[float, float]) -> str:
    """Count the mistakes, and name the polynomial with the most; `labels` are the true ones."""
    beginning = "Mistakes along x from {:.3g} to {:.3g}".format(*x_range)
    if not len(labels):
        return f"{beginning}: none for {counted_classes(polynomials)}."
    counts = np.bincount(labels)
    most = int(counts.argmax())
    return (
        f"{beginning}, with the crossings of {counted_classes(polynomials)}: {len(labels)} in total, "
        f"the most, {counts[most]}, on {polynomials[most].spoken}."
    )


def walk(polynomials: Classes, curve: int, x: Floats, shares: Floats, meetings: int) -> str:
    """Say how likely the class `curve` is along its own curve, and at how many points it meets others."""
    own = shares[:, curve]
    lowest = int(own.argmin())
    return (
        f"Probabilities of {counted_classes(polynomials)} along {polynomials[curve].spoken}, which meets "
        f"others at {counted(meetings, 'point')}, for x from {x[0]:.3g} to {x[-1]:.3g}: its own is "
        f"{percent(float(own.mean()))} on average and lowest, {percent(own[lowest])}, at x = {x[lowest]:.3g}."
    )


def extended(text: str, clause: str) -> str:
    """Return the sentence `text` with one more clause."""
    return f"{text.removesuffix('.')}; {clause}."


def neuron(name: str, x: Floats, y: Floats, values: Floats) -> str:
    """Give the share of the plane on which a neuron is active; `values` (ny, nx) are before ReLU."""
    return (
        f"Map of {name} for {extent((x[0], x[-1]), (y[0], y[-1]))}: "
        f"above 0 on {percent((values > 0).mean())} of the plane."
    )


def network(inputs: Sequence[str], widths: Sequence[int], dead: int | None) -> str:
    """Give the inputs, the layers' sizes up to the classes, and the dead neurons unless `dead` is None."""
    hidden = widths[1:-1]
    dead_clause = ""
    if dead is not None and sum(hidden) == 1:
        dead_clause = f"; the hidden neuron is {'dead' if dead else 'not dead'}"
    elif dead is not None and hidden:
        dead_clause = "; " + counted(dead, "of the hidden neurons is dead", "of the hidden neurons are dead")
    *others, last = inputs
    named = f"inputs {', '.join(others)} and {last}" if others else f"input {last}"
    return f"Picture of the network: {named}, {_layers(hidden)}, and {widths[-1]} outputs{dead_clause}."


def _layers(hidden: Sequence[int]) -> str:
    if not hidden:
        return "no hidden layer"
    *others, last = hidden
    if not others:
        return f"a hidden layer of {counted(last, 'neuron')}"
    return f"hidden layers of {', '.join(map(str, others))} and {counted(last, 'neuron')}"


def _steps(steps: Integers) -> str:
    return counted(int(steps[-1]), "step")


def losses(curves: Sequence[tuple[str, Floats | Integers, Floats]], over: str) -> str:
    """Give the first and the last loss of each curve, a tuple of its name, x and losses."""
    ranges = "; ".join(
        f"{name} from {loss_text(values[0])} to {loss_text(values[-1])} nats, at {x[-1]:.6g}"
        for name, x, values in curves
    )
    return f"Loss of {_runs(curves)} over {over}: {ranges}."


def accuracies(
    curves: Sequence[tuple[str, Floats | Integers, Floats]], over: str, best_possible: float | None
) -> str:
    """Give the first and the last accuracy of each curve, a tuple of its name, x and accuracies."""
    ranges = "; ".join(
        f"{name} from {percent(values[0])} to {percent(values[-1])}, at {x[-1]:.6g}"
        for name, x, values in curves
    )
    text = f"Accuracy on new points of {_runs(curves)} over {over}: {ranges}."
    return text if best_possible is None else extended(text, f"{percent(best_possible)} is the best possible")


def sweep(groups: Sequence[tuple[str, Floats, Floats]], best_possible: float | None) -> str:
    """Give the runs, accuracies and seconds of each group, a tuple of its name, seconds and accuracies."""
    ranges = [
        f"{name}, {_runs(seconds)}: "
        f"{_between(percent(float(accuracies.min())), percent(float(accuracies.max())))} in "
        f"{_between(f'{seconds.min():.3g}', f'{seconds.max():.3g}')} s"
        for name, seconds, accuracies in groups
        if len(seconds)
    ]
    text = f"Accuracy on new points over computing time (s): {'; '.join(ranges) or 'no run has ended yet'}."
    return text if best_possible is None else extended(text, f"{percent(best_possible)} is the best possible")


def _between(low: str, high: str) -> str:
    return low if low == high else f"{low} to {high}"


def _runs(curves: Sequence[object] | Floats) -> str:
    return counted(len(curves), "run")


def landscape(landscape: Landscape, names: Sequence[str] | None) -> str:
    """Give the directions, the range of the losses, and both ends of each trajectory."""
    low, high = loss_text(landscape.losses.min()), loss_text(landscape.losses.max())
    trajectories = landscape.trajectories
    if names is None:
        names = (
            ["the trajectory"]
            if len(trajectories) == 1
            else [f"run {index + 1}" for index in range(len(trajectories))]
        )
    ends = "; ".join(
        f"{name} from {loss_text(trajectory.losses[0])} nats at step {trajectory.steps[0]:,} "
        f"to {loss_text(trajectory.losses[-1])} at step {trajectory.steps[-1]:,}"
        for name, trajectory in zip(names, trajectories, strict=True)
    )
    return f"Contour map of the loss over {_directions(landscape)}, from {low} to {high} nats; {ends}."


def _directions(landscape: Landscape) -> str:
    if landscape.explained is None or not any(landscape.explained):
        return "two random directions of the weights"
    first, second = (percent(share, 0) for share in landscape.explained)
    of = "the trajectory" if len(landscape.trajectories) == 1 else "the trajectories"
    return f"the two main directions of {of}, with {first} and {second} of the variance"
