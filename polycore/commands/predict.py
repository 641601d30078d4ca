"""predict: say which polynomial a point, or each point of a CSV table, lies on."""

import argparse
import sys
from collections.abc import Sequence
from typing import Any

import numpy as np

from polycore.arrays import Floats
from polycore.commands.arguments import Parser, add_weights_to, new_command
from polycore.commands.kept_files import STANDARD_INPUT, content_at, model_at, name_of
from polycore.commands.process import say
from polycore.errors import PolycoreError
from polycore.limits import MAX_POINTS
from polycore.model.predictions import predictions_to_csv, probabilities_to_csv
from polycore.points.point_set import Axes
from polycore.points.points_csv import points_and_cells
from polycore.points.table_rows import MAX_BYTES
from polycore.quoting import quoted

_DESCRIPTION = f"""Say which polynomial points lie on, by the network in a weight file.

The input is one point, X and Y, or a table with one point on each line, at most {MAX_POINTS:,}, as
spreadsheets write it: with commas, semicolons or tabs, with or without a header. Its columns x and y, or
those named like the axes of the network's points, are read; other columns may be there too.
The output has one line for each point, in the same order, with the columns
  x, y          the point
  prediction    the index of the most likely polynomial, from 0
  probability   its probability, from 0 to 1
  curve         the polynomial itself, as y = ..., if the file has it
  distance      the vertical distance of the point from the nearest of all curves, if the file has them:
                a network may be certain of a curve at a point that lies on none
"""
_EXAMPLES = """examples:
  %(prog)s weights.npz 0.5 0.75
  %(prog)s weights.npz points.csv > answers.csv
  printf 'x,y\\n0,1\\n0.5,0.75\\n' | %(prog)s weights.npz
  %(prog)s weights.npz points.csv --probabilities | head -n 3
"""
_CHOICE = "a CSV file, or x and y of a point, such as 0.5 0.75"


def add_to(commands: Any) -> None:
    """Add the command to argparse's subparsers."""
    parser = new_command(
        commands,
        predict,
        "say which polynomial a point, or each point of a CSV table, lies on",
        _DESCRIPTION,
        _EXAMPLES,
        usage="%(prog)s WEIGHTS [POINTS | X Y] [--probabilities]",
    )
    add_weights_to(parser)
    parser.add_argument(
        "points",
        metavar="POINTS",
        nargs="*",
        help="a CSV file, or x and y of one point; without them, a table on standard input",
    )
    parser.add_argument(
        "--probabilities",
        action="store_true",
        help="add columns p0, p1, ... with the probability of each polynomial",
    )


def predict(arguments: argparse.Namespace) -> int:
    """Write the table. Raises PolycoreError if the file or the points are refused."""
    model = model_at(arguments.weights)
    points = _points(arguments.parser, arguments.points, model.axes)
    to_csv = probabilities_to_csv if arguments.probabilities else predictions_to_csv
    sys.stdout.write(to_csv(model, points))
    return 0


def _points(parser: Parser, typed: Sequence[str], axes: Axes) -> Floats:
    if len(typed) > 1:
        return _point(parser, typed)
    source = typed[0] if typed else STANDARD_INPUT
    if source == STANDARD_INPUT and sys.stdin.isatty():
        say("Type x,y and then one point on each line, such as 0.5,0.75; end with Ctrl-D.")
    try:
        points, _ = points_and_cells(content_at(source, MAX_BYTES), axes)
    except OSError as error:
        raise PolycoreError(
            f"the points {name_of(source)} cannot be read: {error.strerror}. Give {_CHOICE}."
        ) from error
    except PolycoreError as error:
        raise PolycoreError(f"{name_of(source)}: {error}") from error
    return points


def _point(parser: Parser, typed: Sequence[str]) -> Floats:
    """Return the point (1, 2) of two numbers, written as in a table."""
    try:
        points, _ = points_and_cells("x\ty\n" + "\t".join(typed))
    except PolycoreError:
        points = np.empty((0, 2))
    if len(typed) != 2 or len(points) != 1:
        shown = " ".join(quoted(text, 20) for text in typed[:3]) + (" ..." if len(typed) > 3 else "")
        parser.error(f"POINTS: got {shown}; expected {_CHOICE}, each at most 1e12 in size")
    return points
