"""The four scenes of a step in words and in mathematics: forward, loss, back, change."""

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from pages.state.view import StepScene
from pages.wording.words import capitalized
from polycore.arrays import Floats
from polycore.formatting import counted, loss_text, number_text, percent
from polycore.formula import Line, Working, tex_number
from polycore.inspection.parameter_index import WeightChange
from polycore.inspection.step_detail import StepDetail
from polycore.network.activations import ACTIVATIONS
from polycore.polynomials.classes import written

MOST_ROWS = 6  # classes in a table
MOST_INPUTS = 2  # that a sentence names; of more, the one at which the chosen weight begins
BISECTIONS = 50  # of the slopes between which a weight turns
TITLES: Mapping[StepScene, str] = {
    "Forward": "Forward: what does the network say?",
    "Loss": "Loss: how wrong is it?",
    "Back": "Back: whose fault was it?",
    "Change": "Change: what does the step do?",
}
NO_WAY_BACK = "Back: nothing flows back"  # the title if the optimizer follows no slopes
AT_BIAS, AT_WEIGHT = "At the bias: the slope at the neuron itself", "At the weight: times what comes in"
NO_PULL = "The slope is 0: this point pulls neither up nor down."
IS_OFF = "The neuron is off for this point: nothing flows back through it, whatever the class."
ONLY_POINT = "It is the only point of the step, so this is the mean slope too."

_PRODUCT = re.compile(r"\\(?:cdot|times)\b")

# (probabilities of the classes, a class, the true one) -> the cells of its row
Cells = Callable[[Floats, int, int], tuple[str, ...]]


@dataclass(frozen=True)
class Row:
    """A row of a table: a class, by its label, and what is said of it."""

    label: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Part:
    """A part of a scene. All but `lines` is plain text, which may have names of classes that a user typed.

    heading: what the part is about; "" if that is plain. lines: calculations, in Markdown of ours alone.
    rows: of a table. note: what is to be known besides; "" for nothing.
    """

    heading: str
    lines: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class SceneText:
    """What is said in a scene; what comes of it is in `said`, and why in `because`."""

    title: str
    lead: str
    parts: tuple[Part, ...]
    said: str
    because: str = ""


def scene_text(detail: StepDetail, scene: StepScene) -> SceneText:
    """Return what a scene says of the chosen point and weight."""
    match scene:
        case "Forward":
            return _forward(detail)
        case "Loss":
            return _loss(detail)
        case "Back":
            return _back(detail) if detail.follows_slopes else _no_way_back(detail)
        case "Change":
            return _change(detail)


def neuron_name(detail: StepDetail) -> str:
    """Return the name of the neuron at which the chosen weight ends."""
    index = detail.weight.index
    if index.layer == len(detail.step.changes) - 1:
        return f"the output of {written(detail.experiment.shown_classes[index.neuron])}"
    return f"neuron {index.neuron} of layer {index.layer + 1}"


def point_name(detail: StepDetail) -> str:
    """Return which of the points of the step is chosen, and where these come from."""
    samples, count = detail.experiment.sample_count, len(detail.errors)
    if samples is None:
        among = counted(count, "fresh point")
    elif count == samples:
        among = f"all {counted(count, 'training point')}"
    else:
        among = f"{count:,} from the training set of {samples:,}"
    return f"Point {detail.point.index:,} of {among}"


def weight_value(detail: StepDetail) -> str:
    """Return the name of the chosen weight or bias, its value before the step, and how it came to be."""
    # a bias has no line that could be outlined
    chosen = "Chosen" if detail.weight.index.source is None else "Outlined"
    value = f"{chosen}: {detail.weight.name}, {number_text(detail.weight.before)}"
    if not detail.path:
        return value
    (_, before), (step, after) = detail.path[-2:]
    if before == after:
        return f"{value} (stayed as it was in step {step:,})"
    way = "up" if after > before else "down"
    return f"{value} (went {way} by {number_text(abs(after - before))} in step {step:,})"


def typeset(tex: str) -> str:
    """Return a calculation as Markdown, which is broken between terms and not within one."""
    unbroken = _PRODUCT.sub(r"\g<0>\\nobreak", tex)  # KaTeX may break a line behind any operator
    return f"${unbroken}$"


# --- forward ----------------------------------------------------------------------------------


def _forward(detail: StepDetail) -> SceneText:
    index, point = detail.weight.index, detail.point
    *others, total = point.sum_of(index.layer, index.neuron)
    name = neuron_name(detail)
    notes = [_scaled(detail), ". ".join(f"{line.symbol}: {line.words}" for line in others)]
    parts = [
        Part(
            f"At {name}: what comes in, each times its weight",
            (typeset(total.tex_by_numbers),),
            note=" ".join(notes).strip(),
        ),
        _logit(detail, total) if index.layer == len(detail.step.changes) - 1 else _activation(detail, total),
        Part("At the outputs: the probabilities", rows=tuple(_rows(detail, _share)), note=_onward(detail)),
    ]
    return SceneText(
        TITLES["Forward"],
        "Numbers flow from the point to the outputs.",
        tuple(parts),
        "So far this is an answer, and nothing is learned.",
        "How wrong it is comes next: the loss.",
    )


def _onward(detail: StepDetail) -> str:
    """Say how what the chosen neuron gives becomes probabilities, as far as that is not shown."""
    layer, last = detail.weight.index.layer, len(detail.step.changes) - 1
    if layer == last:
        return ""
    softmax = "softmax turns the sums there into probabilities"
    if layer == last - 1:
        return f"At the outputs {softmax}."
    return f"Layer {layer + 2} passes its numbers on in the same way, up to the outputs; {softmax}."


def _scaled(detail: StepDetail) -> str:
    """Say which inputs are scaled, if the chosen neuron gets any, and from what to what."""
    index, point = detail.weight.index, detail.point
    if index.layer > 0 or not detail.experiment.standardize:
        return ""
    count = len(point.inputs)
    named = range(count) if count <= MOST_INPUTS else [index.source or 0]
    pairs = ((point.input_labels[one], detail.raw_inputs[one], point.inputs[one]) for one in named)
    becomes = ", ".join(f"{label} {number_text(raw)} → {number_text(scaled)}" for label, raw, scaled in pairs)
    return f"Inputs are scaled to mean 0 and deviation 1: {becomes}."


def _activation(detail: StepDetail, total: Line) -> Part:
    index = detail.weight.index
    activation = ACTIVATIONS[detail.experiment.activation]
    output = float(detail.point.layers[index.layer + 1].inputs[index.neuron])
    factors = detail.point.factors
    note = ""
    if factors is not None:
        factor = float(factors[index.layer][index.neuron])
        does = "leaves it out in this step" if factor == 0 else f"multiplies it by {number_text(factor)}"
        note = f"Dropout {does}."
    elif activation.folds and total.value <= 0:
        note = f"The sum is not above 0: {activation.label} lets nothing, or little, of it pass."
    lines = (typeset(f"a = {activation.tex} = {tex_number(output)}"),)
    return Part(f"What it gives, by {activation.label}", lines, note=note)


def _logit(detail: StepDetail, total: Line) -> Part:
    share = float(detail.point.forward.probabilities[detail.weight.index.neuron])
    line = rf"p = \frac{{e^{{{tex_number(total.value)}}}}}{{\sum_j e^{{z_j}}}} = {tex_number(share)}"
    return Part("As a share of all outputs, by softmax", (typeset(line),))


# --- loss -------------------------------------------------------------------------------------


def _loss(detail: StepDetail) -> SceneText:
    point, classes = detail.point, detail.experiment.shown_classes
    share, loss = float(point.forward.probabilities[point.label]), point.loss
    mean, even = detail.step.batch_loss.before, loss_text(math.log(len(classes)))
    guess = f"{even} for an even guess among\N{NO-BREAK SPACE}{len(classes)}"
    than = "more" if loss > mean else "less" if loss < mean else "as much as"
    return SceneText(
        TITLES["Loss"],
        "The loss is small if the class of the point gets a high probability.",
        (
            Part(
                f"The probability of its class, {written(classes[point.label])}",
                (typeset(f"p = {tex_number(share)}"),),
                tuple(_rows(detail, _share)),
            ),
            Part(
                "Its logarithm, with a minus sign",
                (typeset(rf"L = -\ln p = -\ln {tex_number(math.exp(-loss))} = {tex_number(loss)}"),),
                note=f"In nats: 0 if certain and right, {guess}.",
            ),
            Part(
                f"The mean over all {len(detail.errors):,} points of the step",
                (typeset(rf"\bar{{L}} = {tex_number(mean)}"),),
                note="The step is to make this mean smaller. The training loss above the maps is the mean "
                f"{_measured_on(detail)}.",
            ),
        ),
        f"This point costs {loss_text(loss)} nats.",
        f"That is {than} {'the mean' if than.startswith('as') else 'than the mean'} of the step's points.",
    )


# --- back -------------------------------------------------------------------------------------


def _back(detail: StepDetail) -> SceneText:
    point, index = detail.point, detail.weight.index
    slope = point.slope(index)
    before_softmax = "Slopes of the sums that softmax turns into probabilities."
    if index.layer < len(detail.step.changes) - 2:
        before_softmax += (
            f" They flow back to layer {index.layer + 2} as its slopes do to this neuron, below."
        )
    rows = tuple(_rows(detail, _truth))
    parts = [Part("At the outputs: probability minus truth", rows=rows, note=before_softmax)]
    if index.layer < len(detail.step.changes) - 1:
        lines = {line.symbol: line for line in point.neuron(index.layer, index.neuron)}
        named = (lines[symbol] for symbol in ("rest", "f", "factor") if symbol in lines)
        parts.append(
            Part(
                f"At {neuron_name(detail)}: each slope after it, times its weight",
                (typeset(lines["arriving"].tex_by_numbers), typeset(lines["d"].tex)),
                note=". ".join(f"{line.symbol}: {line.words}" for line in named),
            )
        )
    of_bias = index.source is None
    heading = AT_BIAS if of_bias else AT_WEIGHT
    derivative = r"\frac{\partial L}{\partial b}" if of_bias else r"\frac{\partial L}{\partial w}"
    calculation = dict.fromkeys([derivative, slope.tex_in_numbers, tex_number(slope.value)])
    parts.append(Part(heading, (typeset(" = ".join(calculation)),), note=_mean_note(detail)))
    return SceneText(
        TITLES["Back"],
        "A slope says how fast the loss rises with a number. It flows back through the weights.",
        tuple(parts),
        _of_this_point(detail, slope.value),
        _otherwise(detail, slope.value),
    )


def _mean_note(detail: StepDetail) -> str:
    """Say what the mean over the points is, and how many of them pull which way."""
    slopes, off = detail.weight.slopes, detail.weight.off
    if slopes is None or off is None:
        return ""
    if len(slopes) == 1:
        return ONLY_POINT
    idle = slopes == 0
    if idle.all():
        why = "the neuron is off for each of them" if off.all() else "so is the slope of each of them"
        return f"The mean of all {len(slopes):,} points is 0: {why}."
    ways, rest = [f"up ({(slopes < 0).sum():,})", f"down ({(slopes > 0).sum():,})"], ""
    if idle.any() and off[idle].all():
        rest = f"; for {idle.sum():,} the neuron is off"
    elif idle.any():
        ways.append(f"not at all ({idle.sum():,})")
    return (
        f"The mean of all {len(slopes):,} points, {number_text(float(slopes.mean()))}, decides, not how many "
        f"pull this {detail.weight.index.kind} {', '.join(ways[:-1])} or {ways[-1]}{rest}."
    )


def _of_this_point(detail: StepDetail, slope: float) -> str:
    if slope == 0:
        return NO_PULL
    sign, way, much = ("Positive", "down", "smaller") if slope > 0 else ("Negative", "up", "larger")
    kind = detail.weight.index.kind
    return (
        f"{sign} slope: point {detail.point.index:,} pulls this {kind} {way}. With a {much} {kind} its loss "
        "would be lower."
    )


def _otherwise(detail: StepDetail, slope: float) -> str:
    """Say how the point would pull if it were of another class: the answer, or else the likeliest other."""
    point, classes = detail.point, detail.experiment.shown_classes
    order = point.forward.probabilities.argsort()[::-1].tolist()
    other = next(label for label in order if label != point.label)
    its_own = float(point.of_class(other).slope(detail.weight.index).value)
    if its_own == slope == 0 and _is_off(detail):
        return IS_OFF
    begins, kind = (
        f"If point {point.index:,} were of the class {written(classes[other])}, it would",
        detail.weight.index.kind,
    )
    if its_own == 0:
        return f"{begins} not pull at this {kind}."
    way, number = "down" if its_own > 0 else "up", number_text(its_own)
    if its_own * slope > 0:
        return f"{begins} pull this {kind} {way} too (slope {number})."
    text = f"{begins} pull this {kind} {way} (slope {number})."
    return f"{text} {_of_the_mean(detail.weight, its_own - slope)}".rstrip()


def _of_the_mean(weight: WeightChange, more: float) -> str:
    """Say whether the mean slope would change its sign if the slope of one point were larger by `more`."""
    if weight.slopes is None or len(weight.slopes) == 1:
        return ""
    mean = float(weight.slopes.mean())
    other = mean + more / len(weight.slopes)
    if mean * other < 0:
        return f"That alone would turn the mean, to {number_text(other)}."
    return f"The mean would then be {number_text(other)}, with the same sign."


def _is_off(detail: StepDetail) -> bool:
    """Return whether a hidden neuron lets nothing through at the chosen point, back or forward."""
    index = detail.weight.index
    return float(detail.point.layers[index.layer].derivatives[index.neuron]) == 0


def _no_way_back(detail: StepDetail) -> SceneText:
    label = detail.step.optimizer.words.label
    return SceneText(
        NO_WAY_BACK,
        f"{label} follows no slopes.",
        (
            Part(
                "What it does",
                note="It changes all weights at random, computes the loss again, and compares the two. No "
                "weight learns in which direction it should have gone.",
            ),
        ),
        "There is no way back here: only the loss counts.",
        "With another optimizer, such as Adam, this scene shows the slopes of all weights.",
    )


# --- change -----------------------------------------------------------------------------------


def _change(detail: StepDetail) -> SceneText:
    weight = detail.weight
    known = [line for line in weight.lines if not line.formula]
    parts = [Part("", tuple(f"{typeset(line.tex)}, {line.words}" for line in known))]
    parts += [Part(capitalized(line.words), (typeset(line.tex),)) for line in weight.lines if line.formula]
    if weight.in_file:
        parts.append(
            Part(
                "In the weight file, where it acts on inputs that are not standardized",
                tuple(f"{typeset(line.tex_by_numbers)}, {line.words}" for line in weight.in_file),
            )
        )
    loss = f"All weights together change the loss {_measured_on(detail)}: {detail.step.training_loss}."
    does = "move every weight a little" if detail.follows_slopes else "try other values for all weights"
    return SceneText(
        TITLES["Change"],
        f"{detail.step.optimizer.words.label} will {does}. This is how it moves the chosen one.",
        tuple(parts),
        f"This {weight.index.kind} {weight.predicate}",
        " ".join(filter(None, [_agreement(detail), _other_way(weight), weight.note, loss])),
    )


def _measured_on(detail: StepDetail) -> str:
    """Say of which points the training loss is the mean."""
    samples = detail.experiment.sample_count
    if samples is None:
        return "of the training set"
    return f"of {'all ' if samples > 1 else ''}{counted(samples, 'training point')}"


def _agreement(detail: StepDetail) -> str:
    """Say so if the weight does not go where the chosen point pulls it: the step follows all points."""
    change = detail.weight.after - detail.weight.before
    if not detail.follows_slopes or change == 0:
        return ""
    slope = detail.point.slope(detail.weight.index).value
    if slope * change <= 0:
        return ""
    way = "up" if slope < 0 else "down"
    return (
        f"Point {detail.point.index:,} alone pulls this {detail.weight.index.kind} {way}, but a step follows "
        "all its points, and what the optimizer knows."
    )


def _other_way(weight: WeightChange) -> str:
    """Say with which mean slope the weight would move the other way, if that can be computed."""
    turning = turning_slope(weight)
    if turning is None:
        return ""
    than, way = ("above", "down") if weight.after > weight.before else ("below", "up")
    return f"With a mean slope {than} {number_text(turning)} it would go {way}."


def turning_slope(weight: WeightChange) -> float | None:
    """Return the mean slope beyond which the weight would move the other way.

    Not 0 if the optimizer has averages or momentum of earlier slopes, or weight decay. None if no slope would
    turn it, if it stays as it is, or if its new value does not follow from its own slope.
    """
    change = weight.after - weight.before
    known = {line.symbol: line.value for line in weight.lines if not line.formula}
    lines = [line for line in weight.lines if line.formula]
    if change == 0 or "g" not in known or not any("g" in line.numbers for line in lines):
        return None
    settings = {name: value for line in lines for name, value in line.numbers.items()}

    def goes_on(slope: float) -> bool:
        """Return whether the weight would still go the same way."""
        working = Working(**settings | known | {"g": slope})
        for line in lines:
            working.compute(line.symbol, line.words, line.formula)
        return (working.lines[-1].value - weight.before) * change > 0

    size = max(map(abs, known.values()))
    same, other = known["g"], math.copysign(2 * size, change)
    for _ in range(BISECTIONS):
        if not goes_on(other):
            break
        other *= 2
    else:
        return None
    for _ in range(BISECTIONS):
        middle = (same + other) / 2
        same, other = (middle, other) if goes_on(middle) else (same, middle)
    return 0.0 if abs(same) < 1e-6 * size else same


# --- what several scenes have ------------------------------------------------------------------


def _rows(detail: StepDetail, cells: Cells) -> Iterator[Row]:
    """Yield the rows of the likeliest classes, with that of the point and that of the chosen output."""
    point, index = detail.point, detail.weight.index
    shares = point.forward.probabilities
    labels = [point.label, point.forward.prediction]
    if index.layer == len(detail.step.changes) - 1:
        labels.append(index.neuron)
    labels += (-shares).argsort(kind="stable").tolist()
    for label in sorted(list(dict.fromkeys(labels))[:MOST_ROWS]):
        yield Row(label, cells(shares, label, point.label))


def _share(shares: Floats, label: int, truth: int) -> tuple[str, ...]:
    return percent(float(shares[label])), "its class" if label == truth else ""


def _truth(shares: Floats, label: int, truth: int) -> tuple[str, ...]:
    true = int(label == truth)
    share = float(shares[label])
    return f"{number_text(share)} − {true}", f"= {number_text(share - true)}"
