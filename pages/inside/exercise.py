"""Three numbers of a step to compute by hand: what is asked, how it is computed, and what an answer shows."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from statistics import fmean
from typing import SupportsFloat

from pages.state.view import StepScene
from polycore import Experiment, PolycoreError, Polynomial
from polycore.experiment.kinds import number_in
from polycore.formatting import mantissa_and_exponent, number_text
from polycore.formula import DIGITS, Line, Working, value_of
from polycore.inspection.parameter_index import ParameterIndex
from polycore.inspection.step_detail import StepDetail
from polycore.polynomials.classes import written
from polycore.quoting import quoted

WIDTHS = (2, 2, 2)
SHARE, LEAST = 0.01, 0.005  # how far an answer may be from the number: a share of it, or this if that is less
LONGEST = 100  # characters of an answer
MOST_SLOPES = 20  # of a step: of so few points a user may compute each, and then their mean

_NAMES = {"rate": "learning rate"}


@dataclass(frozen=True)
class Slip:
    """A common mistake: formulas in place of those of lines, by symbol, and what it is, as a sentence."""

    formulas: Mapping[str, str]
    words: str


@dataclass(frozen=True)
class Given:
    """Numbers that a question gives: what they belong to, and each with its name. All is plain text."""

    of: str
    numbers: tuple[tuple[str, str], ...]


@dataclass(frozen=True, eq=False)
class Question:
    """A number to compute.

    title: which number. text: the question; it may have names of classes that a user typed.
    scene, center: the picture beside it, and the weight or bias around whose neuron that is.
    given: what is known. lines: the calculation; its last line is the number.
    known: the values of the names in it that follow from no line. slips: mistakes that are recognized.
    """

    title: str
    text: str
    scene: StepScene
    center: ParameterIndex
    given: tuple[Given, ...]
    lines: tuple[Line, ...]
    known: Mapping[str, float]
    slips: tuple[Slip, ...]

    @cached_property
    def number(self) -> float:
        """The number that is asked for."""
        return self.lines[-1].value

    def by(self, slip: Slip) -> tuple[Line, ...]:
        """Return the calculation with a mistake."""
        working = ByHand(**self.known)
        for line in self.lines:
            working.compute(line.symbol, line.words, slip.formulas.get(line.symbol, line.formula))
        return working.lines


class ByHand(Working):
    """A calculation with the numbers that are seen: each is rounded as its text is, and used like that."""

    def __init__(self, **known: float) -> None:
        """Begin with the values of some names."""
        super().__init__(**{name: _as_written(value) for name, value in known.items()})

    def compute(self, symbol: str, words: str, formula: str, value: SupportsFloat | None = None) -> None:
        """Write down a quantity, rounded."""
        result = value_of(formula, self.known) if value is None else float(value)
        super().compute(symbol, words, formula, _as_written(result))


def _as_written(number: float) -> float:
    """Return the number that the text of another one says."""
    mantissa, exponent = mantissa_and_exponent(number, DIGITS)
    return float(f"{mantissa}e{exponent or 0}")


@dataclass(frozen=True)
class Verdict:
    """What an answer shows.

    words: what went wrong, as a sentence; "" if the answer is right or does not say.
    line: the index of the first line that is wrong in the calculation; None if that is not known.
    own: what that line has in the user's calculation; None if it was left out.
    """

    is_right: bool
    words: str = ""
    line: int | None = None
    own: float | None = None


def answer_in(text: str) -> float:
    """Return the number that an answer has: 3/7, −0.5, 0,5, 1e-3, or a sum of products such as 2*1 + 1.

    Raises
    ------
    PolycoreError
        If it is no number.
    """
    typed = text.strip()
    try:
        number = number_in(typed)
    except PolycoreError:
        number = _constant(typed)
    if not math.isfinite(number):
        raise _no_number(text)
    return number


def _constant(text: str) -> float:
    """Return the value of a polynomial without x: fractions and decimal commas are read as in formulas."""
    try:
        polynomial = Polynomial.parse(text)
    except PolycoreError:
        raise _no_number(text) from None
    if polynomial.degree:
        raise _no_number(text)
    return float(polynomial.coefficients[0])


def _no_number(text: str) -> PolycoreError:
    got = quoted(text.strip(), 40) if text.strip() else "nothing"
    return PolycoreError(f"Your number: got {got}; expected a number such as 0.42, −0,42, 3/7 or 1e-3.")


def is_near(answer: float, number: float) -> bool:
    """Return whether an answer is the number, as far as rounding on the way may lead."""
    # a share more, so that 0.305 is within 0.005 of 0.3
    return abs(answer - number) <= max(SHARE * abs(number), LEAST) * (1 + 1e-9)


def verdict_on(question: Question, answer: float) -> Verdict:
    """Return what an answer shows: of a wrong one, where it went wrong, if it can be known."""
    lines = question.lines
    if is_near(answer, question.number):
        return Verdict(is_right=True)
    calculations = [(slip, question.by(slip)) for slip in question.slips]
    wrong = [(slip, theirs) for slip, theirs in calculations if is_near(answer, theirs[-1].value)]
    if wrong:
        slip, theirs = min(wrong, key=lambda one: abs(one[1][-1].value - answer))
        differ = (one.value != other.value for one, other in zip(lines, theirs, strict=True))
        at = next(index for index, is_different in enumerate(differ) if is_different)
        return Verdict(False, slip.words, at, theirs[at].value)
    if is_near(answer, -question.number):
        return Verdict(False, "Only the sign is wrong.")
    for index, line in enumerate(lines[:-1]):
        if is_near(answer, line.value):
            return Verdict(False, f"Your number is {line.words}. What follows is left out.", index + 1)
    return Verdict(is_right=False)


# --- the three questions ----------------------------------------------------------------------


def fits(experiment: Experiment | None) -> bool:
    """Return whether the numbers of its steps can be asked for: of a tiny network, by plain arithmetic."""
    return (
        experiment is not None
        and experiment.widths == WIDTHS
        and (experiment.activation, experiment.optimizer) == ("relu", "sgd")
        and not experiment.dropout
    )


def question_of(detail: StepDetail, number: int) -> Question:
    """Return one of the questions about a step whose experiment `fits`, counted from 0."""
    return (_logit, _slope, _new_weight)[number](detail)


def _logit(detail: StepDetail) -> Question:
    point, classes = detail.point, detail.experiment.shown_classes
    label, other = point.label, 1 - point.label
    own, others = (written(classes[one]) for one in (label, other))
    known = _weights(detail) | _inputs(detail)
    working = _neurons(detail)
    working.compute("z", f"the logit of {own}", _output(label))
    without = {f"z_{one}": f"x_0 * w_0{one} + x_1 * w_1{one}" for one in (0, 1)}
    last = {"z": f"a_0 * v_0{label} + a_1 * v_1{label}"}
    swapped = {f"z_{one}": f"x_1 * w_0{one} + x_0 * w_1{one} + b_{one}" for one in (0, 1)}
    first, second = point.input_labels
    return Question(
        title="A logit",
        text=f"The point goes through the network. What is the logit of {own}, the sum at its output, before "
        "softmax?",
        scene="Forward",
        center=ParameterIndex(1, label),
        given=(_given_point(detail), *_given_weights(detail)),
        lines=working.lines,
        known=known,
        slips=(
            Slip(last, "The bias of the output is left out."),
            Slip({"z_0": without["z_0"]}, "The bias of neuron 0 is left out."),
            Slip({"z_1": without["z_1"]}, "The bias of neuron 1 is left out."),
            Slip(without, "The biases of the neurons are left out."),
            Slip(without | last, "The biases are left out."),
            Slip({"a_0": "z_0", "a_1": "z_1"}, "ReLU is left out: it replaces a sum below 0 by 0."),
            Slip({"z": _output(other)}, f"These are the weights of the other output, {others}."),
            Slip(swapped, f"{first} and {second} are swapped."),
        ),
    )


def _slope(detail: StepDetail) -> Question:
    index = detail.weight.index
    known = _weights(detail) | _inputs(detail) | _outcomes(detail)
    working = ByHand(**known)
    is_hidden, neuron = index.layer == 0, index.neuron
    slips: tuple[Slip, ...]
    onward = _given_weights(detail)[2:] if is_hidden else ()
    if is_hidden:
        slips = _write_way_back(detail, working)
        comes_in = None if index.source is None else f"x_{index.source}"
    else:
        working.compute("d", "the slope at the output: probability minus truth", _truth(detail, neuron))
        slips = _slips_of_truth(detail, {"d": neuron})
        comes_in = None if index.source is None else f"a_{index.source}"
    if comes_in is None:
        working.compute("slope", "the slope at the bias: that at its neuron", "d")
    else:
        working.compute("slope", "the slope at the weight: what comes in, times that", f"{comes_in} * d")
        other = f"{comes_in[0]}_{1 - int(comes_in[-1])}"
        slips = (
            *slips,
            Slip({"slope": "d"}, "What comes in through the weight is left out."),
            Slip({"slope": f"{other} * d"}, "This is the slope at the neuron's other weight."),
        )
    return Question(
        title="A slope",
        text=f"How fast does the loss of this point rise with the {detail.weight.name}? What is that slope?",
        scene="Back",
        center=index,
        given=(_given_point(detail), *_given_outcomes(detail, working.known), *onward),
        lines=working.lines,
        known=known,
        slips=slips,
    )


def _write_way_back(detail: StepDetail, working: Working) -> tuple[Slip, ...]:
    """Write down the slope at the sum of a hidden neuron; return the mistakes on the way."""
    neuron = detail.weight.index.neuron
    for one in (0, 1):
        name = written(detail.experiment.shown_classes[one])
        working.compute(
            f"d_{one}", f"the slope at the output of {name}: probability minus truth", _truth(detail, one)
        )
    working.compute(
        "arriving",
        f"the slope at the output of neuron {neuron}: each of these times the weight to it",
        f"d_0 * v_{neuron}0 + d_1 * v_{neuron}1",
    )
    passes = "ReLU lets it pass" if working.known["f"] else "ReLU stops it"
    working.compute("d", f"the slope at the sum of neuron {neuron}: {passes}", "arriving * f")
    return (
        *_slips_of_truth(detail, {"d_0": 0, "d_1": 1}),
        Slip({"arriving": f"d_0 * v_{neuron}0"}, "The slope from the second output is left out."),
        Slip({"arriving": f"d_1 * v_{neuron}1"}, "The slope from the first output is left out."),
        Slip({"d": "arriving"}, "ReLU is off here: nothing flows back through it."),
    )


def _slips_of_truth(detail: StepDetail, outputs: Mapping[str, int]) -> tuple[Slip, ...]:
    """Return the mistakes in probability minus truth. `outputs`: by symbol, whose slope it is."""
    forgotten = {symbol: f"p_{one}" for symbol, one in outputs.items()}
    turned = {symbol: f"{int(one == detail.point.label)} - p_{one}" for symbol, one in outputs.items()}
    return (
        Slip(forgotten, "The truth is not subtracted: it is 1 for the true class."),
        Slip(turned, "The sign is wrong: it is probability minus truth."),
    )


def _new_weight(detail: StepDetail) -> Question:
    weight = detail.weight
    lines = tuple(line for line in weight.lines if line.formula)
    follow = {line.symbol for line in lines}
    known = {name: value for line in lines for name, value in line.numbers.items() if name not in follow}
    if len(detail.errors) <= MOST_SLOPES:
        points = (replace(detail, point=detail.step.point(one)) for one in range(len(detail.errors)))
        known[weight.lines[1].symbol] = fmean(_slope(one).number for one in points)
    working = ByHand(**known, own=_slope(detail).number)
    for line in lines:
        working.compute(line.symbol, line.words, line.formula)
    return Question(
        title="A new weight",
        text=f"The step follows the mean slope of all its points. What does it make of the {weight.name}?",
        scene="Change",
        center=weight.index,
        given=(Given("", _given_values(weight.lines, known)),),
        lines=working.lines,
        known=known | {"own": working.known["own"]},
        slips=_slips_of_update(lines[-1]),
    )


def _slips_of_update(last: Line) -> tuple[Slip, ...]:
    """Return the mistakes in an update that subtracts the rate times something, without weight decay."""
    before, _, along = last.formula.partition(" - rate * ")
    if before != "w":
        return ()
    alone = "This is the change alone: the value before the step is left out."
    return (
        Slip({last.symbol: f"w + rate * {along}"}, "It goes up the slope: the rate times it is subtracted."),
        Slip({last.symbol: f"w - {along}"}, "The learning rate is left out."),
        Slip({last.symbol: f"rate * {along}"}, alone),
        Slip({last.symbol: f"0 - rate * {along}"}, alone),
        Slip({last.symbol: "w - rate * own"}, "This is the slope of one point: the step follows the mean."),
    )


# --- what is known ----------------------------------------------------------------------------


def _weights(detail: StepDetail) -> dict[str, float]:
    """Return w_ij from input i to neuron j with biases b_j, and v_jk from there to output k with c_k."""
    known: dict[str, float] = {}
    for (weights, biases), of_weights, of_biases in zip(detail.point.parameters, "wv", "bc", strict=True):
        known |= {f"{of_weights}_{i}{j}": float(weights[i, j]) for i in (0, 1) for j in (0, 1)}
        known |= {f"{of_biases}_{j}": float(biases[0, j]) for j in (0, 1)}
    return known


def _inputs(detail: StepDetail) -> dict[str, float]:
    return {f"x_{i}": float(value) for i, value in enumerate(detail.point.inputs)}


def _neurons(detail: StepDetail) -> ByHand:
    """Return how the sums and the outputs of the neurons follow: z_j and a_j."""
    working = ByHand(**_weights(detail), **_inputs(detail))
    for one in (0, 1):
        formula = f"x_0 * w_0{one} + x_1 * w_1{one} + b_{one}"
        working.compute(f"z_{one}", f"the sum of neuron {one}", formula)
        working.compute(f"a_{one}", f"the output of neuron {one}, by ReLU", f"max(0, z_{one})")
    return working


def _outcomes(detail: StepDetail) -> dict[str, float]:
    """Return what the way forward gave: a_j of the neurons, p_k of the outputs; f: of ReLU, 1 or 0."""
    working = _neurons(detail)
    for one in (0, 1):
        working.compute(f"y_{one}", "a logit", _output(one))
    for one, other in ((0, 1), (1, 0)):  # softmax; exp overflows past 709
        working.compute(f"p_{one}", "a probability", f"1 / (1 + exp(min(700, y_{other} - y_{one})))")
    known = working.known
    outcomes = {name: known[name] for name in ("a_0", "a_1", "p_0", "p_1")}
    return outcomes | {"f": float(known[f"z_{detail.weight.index.neuron}"] > 0)}


def _output(label: int) -> str:
    return f"a_0 * v_0{label} + a_1 * v_1{label} + c_{label}"


def _truth(detail: StepDetail, label: int) -> str:
    return f"p_{label} - {int(label == detail.point.label)}"


def _given_point(detail: StepDetail) -> Given:
    names = zip(detail.point.input_labels, detail.point.inputs, strict=True)
    scaled = ", scaled to mean 0 and deviation 1" if detail.experiment.standardize else ""
    return Given(f"the point{scaled}", tuple((name, number_text(float(value))) for name, value in names))


def _given_weights(detail: StepDetail) -> tuple[Given, ...]:
    """Return the weights and biases: of the two neurons, then of the two outputs."""
    first = [f"from {name}" for name in detail.point.input_labels]
    given = []
    for layer, (weights, biases) in enumerate(detail.point.parameters):
        names = first if layer == 0 else ["from neuron 0", "from neuron 1"]
        for one in (0, 1):
            numbers = [*weights[:, one], biases[0, one]]
            cells = zip([*names, "bias"], (number_text(float(number)) for number in numbers), strict=True)
            of = f"neuron {one}" if layer == 0 else f"output {written(detail.experiment.shown_classes[one])}"
            given.append(Given(of, tuple(cells)))
    return tuple(given)


def _given_outcomes(detail: StepDetail, known: Mapping[str, float]) -> tuple[Given, Given]:
    point, classes = detail.point, detail.experiment.shown_classes
    outputs = ((f"neuron {j}", number_text(known[f"a_{j}"])) for j in (0, 1))
    shares = (
        (f"{written(classes[k])}{' (true)' if k == point.label else ''}", number_text(known[f"p_{k}"]))
        for k in (0, 1)
    )
    return Given("outputs", tuple(outputs)), Given("probabilities", tuple(shares))


def _given_values(lines: tuple[Line, ...], known: Mapping[str, float]) -> tuple[tuple[str, str], ...]:
    """Return what is measured, with its words, and the settings, by their names."""
    measured = {line.symbol: line.words for line in lines if not line.formula}
    named = {name: measured.get(name, _NAMES.get(name, name.replace("_", " "))) for name in known}
    return tuple((words, number_text(known[name])) for name, words in named.items())
