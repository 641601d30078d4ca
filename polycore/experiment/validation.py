"""The checks of layers, features, polynomials and points.

Each takes a field's name and its value, and returns the value as an experiment keeps it. It raises
PolycoreError, with the field, what it got and what is allowed, if the value is not valid.
"""

from typing import cast

from polycore.checks import checked_whole_number, described, shortened
from polycore.errors import PolycoreError
from polycore.limits import MAX_CLASSES, MAX_COEFFICIENT, MAX_DEGREE, MAX_LAYERS, MAX_WIDTH, MIN_CLASSES
from polycore.network.features import NAMES, in_order
from polycore.points.point_set import PointSet
from polycore.polynomials.classes import with_texts_parsed
from polycore.polynomials.polynomial import Polynomial
from polycore.quoting import visible

_EXPECTED_POLYNOMIALS = f"{MIN_CLASSES} to {MAX_CLASSES} different polynomials"


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
