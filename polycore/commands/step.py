"""step: explain the next step of a run in a file."""

import argparse
import re
import sys
from typing import Any

from polycore.commands.arguments import Parser, new_command
from polycore.commands.kept_files import kept_at
from polycore.errors import PolycoreError
from polycore.inspection import NextStep, ParameterIndex, next_step
from polycore.model.model import Model
from polycore.network.parameters import widths_text
from polycore.training.run import Run, start

_DESCRIPTION = """Explain the next step of a run: how a point pulls at each weight, and how a weight changes.

The step is shown and not taken: the file stays as it is. Layers are counted from 1; neurons, outputs, inputs
and points from 0, as on the page Inside. Of large layers the neurons with the steepest slopes are shown.
"""
_EXAMPLES = """examples:
  %(prog)s saved.npz
  %(prog)s saved.npz --point 3 --weight 1,0,1
  %(prog)s weights.npz --weight 2,0,bias
"""
_WEIGHT = re.compile(r"(\d{1,3}),(\d{1,3}),(\d{1,3}|bias)", re.ASCII)
_FRESH = "A weight file has no state of an optimizer: this step begins with a fresh one."
_DONE = "The run is done. This is the step that it would take if it continued with the same settings."


def add_to(commands: Any) -> None:
    """Add the command to argparse's subparsers."""
    parser = new_command(
        commands, step, "explain the next step of a run, number by number", _DESCRIPTION, _EXAMPLES
    )
    parser.add_argument(
        "file", metavar="RUN", help="a run file, or a weight file, whose step begins with a fresh optimizer"
    )
    parser.add_argument(
        "--point",
        metavar="N",
        type=int,
        help="a point of the step, from 0 (default: the one that is most wrong)",
    )
    parser.add_argument(
        "--weight",
        metavar="LAYER,NEURON,FROM",
        help="a weight: its layer from 1, its neuron from 0, and the neuron or input from which it comes, "
        "from 0, or the word bias (default: the one at which the point pulls most; of a search, the one that "
        "changes most)",
    )


def step(arguments: argparse.Namespace) -> int:
    """Print the explanation. Raises PolycoreError if the file is refused, or its run takes no step."""
    parser: Parser = arguments.parser
    index = None if arguments.weight is None else _index(parser, arguments.weight)
    run, notes = _run(arguments.file, kept_at(arguments.file))
    explained = next_step(run)
    if index is not None:
        _check_index(parser, arguments.weight, index, explained.experiment.widths)
    try:
        text = _explanation(explained, arguments.point, index)
    except PolycoreError as error:  # the step has no such point
        parser.error(str(error))
    sys.stdout.write("\n\n".join([*notes, text]) + "\n")
    return 0


def _index(parser: Parser, typed: str) -> ParameterIndex:
    parts = _WEIGHT.fullmatch(typed)
    if parts is None or int(parts[1]) == 0:
        parser.error(f"--weight: got {typed!r:.40}; expected LAYER,NEURON,FROM, such as 2,0,3 or 2,0,bias")
    layer, neuron, source = parts.groups()
    return ParameterIndex(int(layer) - 1, int(neuron), None if source == "bias" else int(source))


def _check_index(parser: Parser, typed: str, index: ParameterIndex, widths: tuple[int, ...]) -> None:
    try:
        index.position(widths)
    except PolycoreError:  # its text counts layers from 0
        parser.error(
            f"--weight: got {typed}; expected a weight or bias of the network {widths_text(widths)}, with "
            "layers counted from 1, and neurons and inputs from 0"
        )


def _run(path: str, kept: Model | Run) -> tuple[Run, list[str]]:
    """Return the run whose next step is explained, and what is to be said of it."""
    if isinstance(kept, Run):
        return (start(kept.experiment, kept), [_DONE]) if kept.done else (kept, [])
    experiment = kept.experiment
    if experiment is None:
        raise PolycoreError(
            f"{path}: got weights without the points that they were trained on; expected a run file, or the "
            "weights of a network that has learned polynomials."
        )
    return start(experiment, kept), [_FRESH]


def _explanation(explained: NextStep, chosen: int | None, index: ParameterIndex | None) -> str:
    point = explained.point(int(explained.errors.argmax()) if chosen is None else chosen)
    if not explained.optimizer.needs_gradient:  # it asks for no slope
        weight = explained.weight(index or explained.largest_change)
        return "\n\n".join(map(str, (explained, point.forward_text, weight)))
    index = index or point.steepest
    texts = (explained, point, point.slope_text(index), explained.weight(index))
    return "\n\n".join(map(str, texts))
