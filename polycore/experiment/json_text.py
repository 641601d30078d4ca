"""An experiment's JSON: a text of limited length to field values, and polynomials from lists of numbers."""

import json
from collections.abc import Iterable
from typing import Any

from polycore.checks import checked_number, described
from polycore.errors import PolycoreError
from polycore.experiment.validation import check_class_count
from polycore.limits import MAX_COEFFICIENT, MAX_DEGREE
from polycore.polynomials.polynomial import Polynomial

MAX_JSON = 100_000  # characters; the largest possible experiment needs about 8,000


def loaded(text: str) -> Any:
    """Return the value of a JSON text. Raises PolycoreError if it is too long, not JSON, or repeats a key."""
    if not isinstance(text, str):
        raise PolycoreError(
            f"the experiment: got {described(text)}; expected JSON text, a str, as to_json returns."
        )
    if len(text) > MAX_JSON:
        raise PolycoreError(f"the experiment: got {len(text):,} characters; expected at most {MAX_JSON:,}.")
    try:
        return json.loads(text, object_pairs_hook=_without_repeated_keys)
    except PolycoreError:
        raise
    except RecursionError as error:
        raise PolycoreError("the experiment: got deeply nested JSON; expected one flat object.") from error
    except ValueError as error:
        raise PolycoreError(
            f"the experiment: got text that is not JSON ({error}); expected what to_json returns."
        ) from error


def field_value(name: str, value: Any) -> Any:
    """Return a field's value with lists of coefficients as polynomials; other fields as they are.

    Raises PolycoreError if the coefficients are not within the limits.
    """
    if name != "polynomials" or not isinstance(value, list):
        return value
    check_class_count(name, len(value))  # before any polynomial is created
    return tuple(_polynomial(f"{name}[{index}]", item) for index, item in enumerate(value))


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
