"""An experiment's JSON: a text of limited length to values, and polynomials and points from them."""

import json
import re
from collections.abc import Iterable
from itertools import accumulate
from typing import Any

from polycore.checks import checked_number, described
from polycore.errors import PolycoreError
from polycore.experiment.validation import check_class_count
from polycore.limits import MAX_COEFFICIENT, MAX_DEGREE
from polycore.points.point_set import PLAIN_AXES, PointSet
from polycore.polynomials.polynomial import Polynomial

_POINT_FIELDS = "points, labels and names"
MAX_JSON = 100_000  # characters; the largest possible experiment needs about 8,000
# About as deep as Python before 3.14 reads, the same for all versions; an experiment needs four.
MAX_NESTING = 1000
_BRACKETS = re.compile(
    r'"(?:[^"\\]|\\.)*+"?|[\[{]|[\]}]', re.DOTALL
)  # or a whole string, to skip the brackets in it
_TOO_DEEP = "the experiment: got deeply nested JSON; expected one flat object."


def loaded(text: str) -> Any:
    """Return the value of a JSON text. Raises PolycoreError if it is too long, not JSON, or repeats a key."""
    if not isinstance(text, str):
        raise PolycoreError(
            f"the experiment: got {described(text)}; expected JSON text, a str, as to_json returns."
        )
    if len(text) > MAX_JSON:
        raise PolycoreError(f"the experiment: got {len(text):,} characters; expected at most {MAX_JSON:,}.")
    if nesting(text) > MAX_NESTING:
        raise PolycoreError(_TOO_DEEP)
    try:
        return json.loads(text, object_pairs_hook=_without_repeated_keys)
    except PolycoreError:
        raise
    except RecursionError as error:  # called from deep within a program
        raise PolycoreError(_TOO_DEEP) from error
    except ValueError as error:
        raise PolycoreError(
            f"the experiment: got text that is not JSON ({error}); expected what to_json returns."
        ) from error


def nesting(text: str) -> int:
    """Return how deep lists and objects lie in each other in a JSON text, which is not parsed for that."""
    steps = {"[": 1, "{": 1, "]": -1, "}": -1}
    return max(accumulate((steps.get(token[0], 0) for token in _BRACKETS.finditer(text)), initial=0))


def to_polynomials(name: str, value: list[Any]) -> tuple[Polynomial, ...]:
    """Return the polynomials of lists of coefficients.

    Raises PolycoreError, with `name`, if one is not valid.
    """
    if value:
        check_class_count(name, len(value))  # before any polynomial is created
    return tuple(_polynomial(f"{name}[{index}]", item) for index, item in enumerate(value))


def from_points(data: PointSet) -> dict[str, Any]:
    """Return a point set as JSON values: points, labels, names and, unless they are x and y, axes."""
    values = {"points": data.points.tolist(), "labels": data.labels.tolist(), "names": list(data.names)}
    return values if data.axes == PLAIN_AXES else values | {"axes": list(data.axes)}


def to_points(value: object) -> PointSet:
    """Return the point set of `from_points`, or one as it is. Raises PolycoreError for anything else."""
    if isinstance(value, PointSet):
        return value
    if not isinstance(value, dict):
        raise PolycoreError(f"data: got {described(value)}; expected an object with {_POINT_FIELDS}.")
    if "sha256" in value and "points" not in value:
        raise PolycoreError(
            "data: got the number and the SHA-256 of points; expected the points. A weight file has none: "
            "load the run file, or give them with on_points."
        )
    if set(value) - {"axes"} != {"points", "labels", "names"}:
        raise PolycoreError(f"data: got an object with other fields; expected {_POINT_FIELDS}.")
    points, labels, names = value["points"], value["labels"], value["names"]
    axes = value.get("axes", list(PLAIN_AXES))
    is_valid = _is_table(points) and _is_list_of(labels, int)
    if not (is_valid and _is_list_of(names, str) and _is_list_of(axes, str)):
        raise PolycoreError(
            "data: got other values; expected points as a list of [x, y], labels as a list of whole numbers, "
            "and names and axes as lists of texts."
        )
    return PointSet(points, labels, names, axes)


def _is_table(value: object) -> bool:
    return isinstance(value, list) and all(
        isinstance(row, list) and len(row) == 2 and all(type(item) in (int, float) for item in row)
        for row in value
    )


def _is_list_of(value: object, item_type: type) -> bool:
    return isinstance(value, list) and all(type(item) is item_type for item in value)


def _polynomial(name: str, coefficients: object) -> Polynomial:
    if not isinstance(coefficients, list | tuple):
        raise PolycoreError(
            f"{name}: got {described(coefficients)}; expected a list of coefficients, highest degree first."
        )
    if not 1 <= len(coefficients) <= MAX_DEGREE + 1:
        raise PolycoreError(f"{name}: got {len(coefficients)} coefficients; expected 1 to {MAX_DEGREE + 1}.")
    allowed = f"a number of size at most {MAX_COEFFICIENT:g}"
    return Polynomial(
        *(
            checked_number(f"{name}[{index}]", item, -MAX_COEFFICIENT, MAX_COEFFICIENT, allowed)
            for index, item in enumerate(coefficients)
        )
    )


def _without_repeated_keys(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, value in pairs:
        if name in values:
            raise PolycoreError(
                f"the experiment: got the field {described(name)} twice; expected each once. Remove one."
            )
        values[name] = value
    return values
