"""Generated programs: a network that predicts with NumPy alone, and an experiment as a polycore script.

Both contain only numbers, names rebuilt from numbers, and escaped names, so no typed text becomes code.
"""

import base64
import json
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from pprint import pformat
from typing import cast

import numpy as np

from polycore.arrays import Floats
from polycore.checks import check_type
from polycore.errors import PolycoreError
from polycore.experiment.experiment import MOST_POINTS_IN_JSON, Experiment
from polycore.model.model import Model
from polycore.network.activations import ACTIVATIONS
from polycore.network.features import FEATURES, Inputs
from polycore.points.point_set import PointSet
from polycore.polynomials.polynomial import Polynomial
from polycore.training.leg import MOST_LEGS, Leg

MOST_READABLE = 200  # weights and biases; the tutorial's network has 192
WIDTH = 100  # characters of a line

_SNIPPET = '''"""Which polynomial does a point (x, y) lie on? A trained network; it needs only NumPy."""

{imports}

POLYNOMIALS = [
{names},
]
{numbers}
{features}

def predict_proba(points):
    """Return the probability of each polynomial, (N, K), for points (N, 2)."""
    {inputs}
    for layer, (weights, biases) in enumerate(LAYERS):
        if layer > 0:
            values = {activation}  # {label}
        values = values @ weights + biases
    values = np.exp(values - values.max(axis=1, keepdims=True))  # softmax
    return values / values.sum(axis=1, keepdims=True)


[probabilities] = predict_proba([[0.5, 0.75]])
print(POLYNOMIALS[probabilities.argmax()], probabilities.max())
'''

_PLAIN = "values = np.asarray(points, dtype=np.float64)"
_OTHERS = "values = inputs_of(np.asarray(points, dtype=np.float64))"
_FEATURES = '''def inputs_of(points):
    """Return the network's inputs (N, n) for points (N, 2)."""
    x, y = points.T
    columns = [
{values}    ]
    return np.stack(columns, axis=1)'''

_IMPORT = "import numpy as np"

_READABLE = """LAYERS = [  # the weights (inputs, neurons) and the biases (neurons,) of each layer
{layers},
]"""

_PACKED = '''WIDTHS = {widths}
NUMBERS = np.frombuffer(  # float64: layer by layer the weights, row by row, then the biases
    base64.b64decode("""
{text}
"""), dtype="<f8")
LAYERS, start = [], 0
for inputs, neurons in zip(WIDTHS, WIDTHS[1:]):
    layer = NUMBERS[start : start + (inputs + 1) * neurons].reshape(inputs + 1, neurons)
    LAYERS.append((layer[:-1], layer[-1]))
    start += layer.size'''

_SCRIPT = '''"""A run of polycore: trains it again, to the last bit, and keeps the best weights."""

{imports}
{given}{parts}
model = run.best
print(f"held-out accuracy {{model.held_out_accuracy:.2%}}")
model.save("{file}")
'''

_PART = """
{experiment}
run = pc.start(experiment{weights})
while run.step < {end} and not run.done:
    run = pc.advance(run, min({chunk}, {end} - run.step))
    print(f"step {{run.step:,}}: best loss {{run.best_loss:.4g}} nats")"""

_GIVEN = """
# the weights that it began with, and what is known of their training
{numbers}
weights, biases = zip(*LAYERS)
given = pc.Model(
    weights,
    biases,
    loss=0.0,  # neither this nor the accuracy matters
    accuracy=0.0,
    polynomials={polynomials},
    metadata={metadata},
    activation={activation!r},
    features={features!r},
)"""


def numpy_snippet(model: Model) -> str:
    """Return a Python program that contains the model's weights, exact to the last bit.

    Its `predict_proba(points)` takes points (N, 2) and returns probabilities (N, K). Up to 200 numbers are
    written as decimals, more in Base64.

    Raises
    ------
    PolycoreError
        Unless `model` is a Model.
    """
    check_type("model", model, Model, "For a run, give run.best or run.current.")
    imports, numbers = (_IMPORT, _readable(model))
    if model.parameter_count > MOST_READABLE:
        flat = np.concatenate([array.ravel() for layer in _layers(model) for array in layer])
        imports, numbers = (f"import base64\n\n{_IMPORT}", _packed(flat, model.widths))
    # escaped: the name of a class is typed text
    listed = ",\n".join(f"    {json.dumps(name)}" for name in model.class_names)
    activation = ACTIVATIONS[model.activation]
    return _SNIPPET.format(
        imports=imports,
        names=listed,
        numbers=numbers,
        activation=activation.program,
        label=activation.label,
        inputs=_PLAIN if model.inputs.is_plain else _OTHERS,
        features="" if model.inputs.is_plain else f"\n\n{_features(model.inputs)}",
    )


def _features(inputs: Inputs) -> str:
    values = [FEATURES[name].program for name in inputs.names if name in FEATURES]
    curves = [list(curve.coefficients) for curve in inputs.curves]
    values += [f"y - np.polyval({coefficients!r}, x)" for coefficients in curves]
    return _FEATURES.format(values="".join(f"        {value},\n" for value in values))


@dataclass(frozen=True)
class Part:
    """An experiment, and the step at which it ended or was left for the next one."""

    experiment: Experiment
    end: int


@dataclass(frozen=True, eq=False)
class Repetition:
    """The parts of a run, in order.

    given: the weights with which the first part began, as `Leg.given` has them; None for its initial weights.
    before: the training of the given weights; () for initial weights.
    """

    parts: tuple[Part, ...]
    given: Floats | None = None
    before: tuple[Leg, ...] = ()


def repetition_of(experiment: Experiment, earlier: Sequence[Leg], step: int) -> Repetition:
    """Return what repeats a run of an experiment up to a step; `earlier` is the training before it.

    Raises PolycoreError if something is missing that decides the result.
    """
    given = max((index for index, leg in enumerate(earlier) if leg.history is None), default=None)
    first = 0 if given is None else given + 1
    parts = tuple(Part(_experiment(leg), leg.end) for leg in earlier[first:])
    parts = (*parts, Part(experiment, step))
    if given is not None:
        leg = earlier[given]
        if leg.given is None:
            raise PolycoreError(
                f"The run continued at step {leg.end:,} from a network whose weights are not known: "
                "a file of a network does not have them, nor one of a run that 0.3.0 wrote."
            )
        return Repetition(parts, leg.given, tuple(earlier[:first]))
    if earlier and earlier[0].began_at > 0:
        raise PolycoreError(
            f"The settings before step {earlier[0].began_at:,} are not known: before the present ones, "
            f"a run keeps only the last {MOST_LEGS}."
        )
    return Repetition(parts)


def _experiment(leg: Leg) -> Experiment:
    if leg.experiment is not None:
        return leg.experiment
    steps = f"steps {leg.began_at:,} to {leg.end:,}"
    if leg.settings is None:
        raise PolycoreError(f"The settings of {steps} are not known.")
    raise PolycoreError(
        f"The points of your own that {steps} were trained on are not known: a run file has only "
        "the points of its latest settings."
    )


def script(experiment: Experiment, earlier: Sequence[Leg] = (), step: int | None = None) -> str:
    """Return a Python program that repeats a run with polycore, with every field of its experiment.

    Parameters
    ----------
    earlier
        What was trained before, if the run continued: `run.earlier`. Each part is repeated in turn, from the
        weights that were given or from initial ones.
    step
        The last step to repeat, `run.step`; None: all steps of the experiment.

    Raises
    ------
    PolycoreError
        Unless `experiment` is an Experiment, if it has more than 300 points of its own, and if something of
        the earlier training is not known that decides the result.
    """
    check_type("experiment", experiment, Experiment, "Give the experiment of a run or a model.")
    began_at = earlier[-1].end if earlier else 0
    repetition = repetition_of(experiment, earlier, began_at + experiment.steps if step is None else step)
    given = "" if repetition.given is None else _given(repetition)
    parts = "\n".join(_parts(repetition))
    standard = "import base64\n" * bool(given) + "from dataclasses import replace\n" * ("replace(" in parts)
    return _SCRIPT.format(
        imports="\n".join(filter(None, (standard, f"{_IMPORT}\n" * bool(given) + "import polycore as pc"))),
        given=given,
        parts=parts,
        file=f"polycore-{experiment.optimizer}-{experiment.class_count}.npz",
    )


def _given(repetition: Repetition) -> str:
    *others, last = repetition.before
    first = repetition.parts[0].experiment
    metadata = {"step": last.end, "experiment": last.settings, "earlier": [leg.to_dict() for leg in others]}
    polynomials = _polynomials(first.polynomials) if first.polynomials else "()"
    return _GIVEN.format(
        numbers=_packed(cast(Floats, repetition.given), first.widths),
        polynomials=polynomials,
        metadata=textwrap.indent(pformat(metadata, width=WIDTH - 13, sort_dicts=False), " " * 13).lstrip(),
        activation=first.activation,
        features=first.features,
    )


def _parts(repetition: Repetition) -> Iterator[str]:
    weights, before = "" if repetition.given is None else ", weights=given", dict[str, str]()
    for part in repetition.parts:
        values = _fields(part.experiment)
        if set(values) == set(before):
            experiment = _changed(before, values)
        else:
            experiment = f"experiment = pc.Experiment({_arguments(values)}\n)"
        yield _PART.format(
            experiment=experiment,
            weights=weights,
            end=part.end,
            chunk=max(1, part.experiment.steps // 10),
        )
        weights, before = ", weights=run", values


def _changed(before: Mapping[str, str], values: Mapping[str, str]) -> str:
    changed = {name: value for name, value in values.items() if value != before[name]}
    if not changed:
        return "# continued with the same settings"
    return f"# continued with other settings\nexperiment = replace(\n    experiment,{_arguments(changed)}\n)"


def _arguments(values: Mapping[str, str]) -> str:
    return "".join(f"\n    {name}={value}," for name, value in values.items())


def _fields(experiment: Experiment) -> dict[str, str]:
    """Return each field of an experiment as Python text."""
    values = {field.name: repr(getattr(experiment, field.name)) for field in fields(experiment)}
    values |= {"polynomials": _polynomials(experiment.polynomials)}
    if experiment.data is None:
        del values["data"], values["held_out_share"]
    else:
        del values["polynomials"]
        values["data"] = _points(experiment.data)
    return values


def _layers(model: Model) -> list[tuple[Floats, Floats]]:
    return list(zip(model.weights, model.biases, strict=True))


def _readable(model: Model) -> str:
    layers = []
    for weights, biases in _layers(model):
        rows = "\n".join(f"{_row(row, 12)}," for row in weights)
        layers.append(f"    (\n        [\n{rows}\n        ],\n{_row(biases[0], 8)},\n    )")
    return _READABLE.format(layers=",\n".join(layers))


def _row(numbers: Floats, indent: int) -> str:
    # repr is the shortest text that is read back as the same number
    text = f"[{', '.join(map(repr, numbers.tolist()))}]"
    return textwrap.fill(
        text, WIDTH, initial_indent=" " * indent, subsequent_indent=" " * (indent + 1), break_on_hyphens=False
    )


def _packed(numbers: Floats, widths: tuple[int, ...]) -> str:
    text = base64.b64encode(numbers.astype("<f8").tobytes()).decode("ascii")
    # sliced: textwrap.fill copies the rest for each line, which takes 4 s for the widest network
    lines = "\n".join(text[start : start + WIDTH] for start in range(0, len(text), WIDTH))
    return _PACKED.format(widths=widths, text=lines)


def _points(data: PointSet) -> str:
    if len(data) > MOST_POINTS_IN_JSON:
        raise PolycoreError(
            f"data: got {len(data):,} points; expected at most {MOST_POINTS_IN_JSON} in a program. Save the "
            "run as a file, and continue with Run.load."
        )
    points = textwrap.fill(repr(data.points.tolist()), WIDTH - 8, break_on_hyphens=False)
    labels = textwrap.fill(repr(data.labels.tolist()), WIDTH - 8)
    names = ", ".join(map(json.dumps, data.names))
    body = textwrap.indent(f"{points},\n{labels},\n({names}),", " " * 8)
    return f"pc.PointSet(\n{body}\n    )"


def _polynomials(polynomials: tuple[Polynomial, ...]) -> str:
    lines = [
        f"        pc.Polynomial({', '.join(map(repr, polynomial.coefficients))}),  # {polynomial}\n"
        for polynomial in polynomials
    ]
    return f"(\n{''.join(lines)}    )"
