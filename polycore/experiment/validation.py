"""The checks of an experiment's fields.

Each takes the field's name and its value, and returns the value as the experiment keeps it. It raises
PolycoreError, with the field, what it got and what is allowed, if the value is not valid.
"""

from collections.abc import Callable
from typing import Any, cast

from polycore.checks import checked_number, checked_range, checked_whole_number, described, shortened
from polycore.errors import PolycoreError
from polycore.limits import MAX_CLASSES, MAX_COEFFICIENT, MAX_DEGREE, MAX_LAYERS, MAX_WIDTH, MIN_CLASSES
from polycore.network.features import NAMES, in_order
from polycore.points.point_set import PointSet
from polycore.polynomials.classes import with_texts_parsed
from polycore.polynomials.polynomial import Polynomial
from polycore.quoting import visible

Check = Callable[[str, object], Any]

_EXPECTED_POLYNOMIALS = f"{MIN_CLASSES} to {MAX_CLASSES} different polynomials"


def number(low: float, high: float, allowed: str) -> Callable[[str, object], float]:
    """Return the check of a number from `low` to `high`; `allowed` says the range in words."""
    return lambda name, value: checked_number(name, value, low, high, f"a number {allowed}")


def whole_number(low: int, high: int) -> Callable[[str, object], int]:
    """Return the check of a whole number from `low` to `high`."""
    return lambda name, value: checked_whole_number(name, value, low, high)


def or_none(check: Check, meaning: str) -> Check:
    """Return `check`, with None allowed too; `meaning` says what None stands for."""

    def check_or_none(name: str, value: object) -> Any:
        if value is None:
            return None
        try:
            return check(name, value)
        except PolycoreError as error:
            raise PolycoreError(f"{str(error).rstrip('.')}, or None for {meaning}.") from None

    return check_or_none


def choice(allowed: tuple[str, ...]) -> Callable[[str, object], str]:
    """Return the check of one of the texts in `allowed`."""

    def check(name: str, value: object) -> str:
        if not isinstance(value, str) or value not in allowed:
            raise PolycoreError(f"{name}: got {described(value)}; expected one of {', '.join(allowed)}.")
        return value

    return check


def boolean(name: str, value: object) -> bool:
    """Check that the value is True or False."""
    if not isinstance(value, bool):
        raise PolycoreError(f"{name}: got {described(value)}; expected True or False.")
    return value


def interval(limit: float, min_width: float) -> Callable[[str, object], tuple[float, float]]:
    """Return the check of a list or tuple (low, high) within [-limit, limit], at least `min_width` apart."""
    return lambda name, value: checked_range(name, value, limit, min_width)


def hidden_layers(name: str, value: object) -> tuple[int, ...]:
    """Check that the value is a list or tuple with the number of neurons of each hidden layer."""
    if not isinstance(value, list | tuple):
        raise PolycoreError(f"{name}: got {described(value)}; expected a tuple of numbers, such as (12,).")
    if len(value) > MAX_LAYERS - 1:
        raise PolycoreError(f"{name}: got {len(value):,} layers; expected at most {MAX_LAYERS - 1}.")
    return tuple(
        checked_whole_number(f"{name} layer {layer}", neurons, 1, MAX_WIDTH)
        for layer, neurons in enumerate(value, 1)
    )


def features(name: str, value: object) -> tuple[str, ...]:
    """Check that the value is a list or tuple of different names of features; return them in their order."""
    known = in_order(value) if isinstance(value, list | tuple) else None
    if known is None:
        got = ", ".join(map(str, value)) or "none" if isinstance(value, list | tuple) else described(value)
        # the names may be a stranger's, from a link
        got = shortened(visible(got).replace("\n", r"\n"))
        raise PolycoreError(f"{name}: got {got}; expected one or more of {', '.join(NAMES)}, each once.")
    return known


def polynomials(name: str, value: object) -> tuple[Polynomial, ...]:
    """Check that the value is a list or tuple of different polynomials, or their texts, within the limits."""
    if not isinstance(value, list | tuple) or not all(isinstance(item, Polynomial | str) for item in value):
        raise PolycoreError(f"{name}: got {described(value)}; expected a tuple of {_EXPECTED_POLYNOMIALS}.")
    given = cast("tuple[Polynomial, ...]", with_texts_parsed(name, value))
    if given:  # none: an experiment on own points
        check_class_count(name, len(given))
    for index, polynomial in enumerate(given):
        check_polynomial_size(f"{name}[{index}]", polynomial)
        if polynomial in given[:index]:
            raise PolycoreError(
                f"{name}[{index}]: got {shortened(str(polynomial))}, equal to "
                f"{name}[{given.index(polynomial)}]; expected different polynomials, since no network can "
                "tell equal ones apart. Remove one."
            )
    return given


def point_set(name: str, value: object) -> PointSet:
    """Check that the value is a PointSet."""
    if not isinstance(value, PointSet):
        raise PolycoreError(
            f"{name}: got {described(value)}; expected a PointSet, such as PointSet(points, labels)."
        )
    return value


def check_class_count(name: str, count: int) -> None:
    """Raise PolycoreError unless an experiment may have so many polynomials."""
    if not MIN_CLASSES <= count <= MAX_CLASSES:
        raise PolycoreError(f"{name}: got {count:,}; expected {_EXPECTED_POLYNOMIALS}. Add or remove some.")


def check_polynomial_size(name: str, polynomial: Polynomial) -> None:
    """Raise PolycoreError unless the polynomial's degree and coefficients are within the limits."""
    if polynomial.degree > MAX_DEGREE:
        raise PolycoreError(f"{name}: got degree {polynomial.degree}; expected at most {MAX_DEGREE}.")
    largest = max(map(abs, polynomial.coefficients))
    if largest > MAX_COEFFICIENT:
        raise PolycoreError(
            f"{name}: got a coefficient of size {largest:g}; expected at most {MAX_COEFFICIENT:g}."
        )
