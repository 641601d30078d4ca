"""The kinds of values with several parts: layers, features, polynomials, points of the user's own."""

import re
from typing import Any, cast

from polycore.checks import checked_number, checked_whole_number, described, shortened
from polycore.errors import PolycoreError
from polycore.experiment.kinds import (
    COEFFICIENTS,
    LAYERS,
    NONE,
    POLYNOMIALS,
    Kind,
    checked_or_none,
    number_in,
    shortest,
    whole_number_in,
)
from polycore.limits import (
    MAX_CLASSES,
    MAX_COEFFICIENT,
    MAX_DEGREE,
    MAX_LAYERS,
    MAX_TEXT,
    MAX_WIDTH,
    MIN_CLASSES,
)
from polycore.network.features import NAMES, in_order
from polycore.points.point_set import PLAIN_AXES, PointSet
from polycore.polynomials.classes import with_texts_parsed
from polycore.polynomials.polynomial import Polynomial
from polycore.polynomials.tokens import SUPERSCRIPTS
from polycore.quoting import visible

# a "+" typed into an address arrives as a space: one that has no other sign beside it
_SPACE_FOR_PLUS = re.compile(rf"(?<=[0-9xX.)}}{SUPERSCRIPTS}]) (?=[0-9xX.(])")
_EXPECTED_POLYNOMIALS = f"{MIN_CLASSES} to {MAX_CLASSES} different polynomials"
_POINT_FIELDS = "points, labels and names"


class Layers(Kind):
    """The number of neurons of each hidden layer."""

    metavar = "N-N"

    def check(self, name: str, value: object) -> tuple[int, ...]:
        if not isinstance(value, list | tuple):
            raise PolycoreError(
                f"{name}: got {described(value)}; expected a tuple of numbers, such as (12,)."
            )
        if len(value) > MAX_LAYERS - 1:
            raise PolycoreError(f"{name}: got {len(value):,} layers; expected at most {MAX_LAYERS - 1}.")
        return tuple(
            checked_whole_number(f"{name} layer {layer}", neurons, 1, MAX_WIDTH)
            for layer, neurons in enumerate(value, 1)
        )

    def read(self, text: str) -> tuple[int, ...]:
        return () if text == NONE else tuple(map(whole_number_in, text.split(LAYERS)))

    def written(self, value: tuple[int, ...]) -> str:
        return LAYERS.join(map(str, value)) or NONE

    def cell(self, value: tuple[int, ...]) -> str:
        return self.written(value)

    def to_json(self, value: tuple[int, ...]) -> list[int]:
        return list(value)


class FeatureNames(Kind):
    """The names of one or more input features, kept in their order."""

    metavar = "N-N"

    def check(self, name: str, value: object) -> tuple[str, ...]:
        known = in_order(value) if isinstance(value, list | tuple) else None
        if known is None:
            got = (
                ", ".join(map(str, value)) or "none" if isinstance(value, list | tuple) else described(value)
            )
            # the names may be a stranger's, from a link
            got = shortened(visible(got).replace("\n", r"\n"))
            raise PolycoreError(f"{name}: got {got}; expected one or more of {', '.join(NAMES)}, each once.")
        return known

    def read(self, text: str) -> tuple[str, ...]:
        return tuple(text.split(LAYERS))

    def written(self, value: tuple[str, ...]) -> str:
        return LAYERS.join(value)

    def cell(self, value: tuple[str, ...]) -> str:
        return self.written(value)

    def to_json(self, value: tuple[str, ...]) -> list[str]:
        return list(value)


class Polynomials(Kind):
    """Two or more different polynomials, or none with points of the user's own."""

    metavar = f"P{POLYNOMIALS}P"

    def check(self, name: str, value: object) -> tuple[Polynomial, ...]:
        if not isinstance(value, list | tuple) or not all(
            isinstance(item, Polynomial | str) for item in value
        ):
            raise PolycoreError(
                f"{name}: got {described(value)}; expected a tuple of {_EXPECTED_POLYNOMIALS}."
            )
        given = cast("tuple[Polynomial, ...]", with_texts_parsed(name, value))
        if given:  # none: an experiment on own points
            check_class_count(name, len(given))
        for index, polynomial in enumerate(given):
            check_polynomial_size(f"{name}[{index}]", polynomial)
            if polynomial in given[:index]:
                raise PolycoreError(
                    f"{name}[{index}]: got {shortened(str(polynomial))}, equal to "
                    f"{name}[{given.index(polynomial)}]; expected different polynomials, since no network "
                    "can tell equal ones apart. Remove one."
                )
        return given

    def read(self, text: str) -> tuple[Polynomial, ...]:
        # counted before they are parsed, which takes a millisecond or two each
        count = text.count(POLYNOMIALS) + 1
        if count > MAX_CLASSES:
            raise PolycoreError(f"got {count:,} of them; expected at most {MAX_CLASSES}.")
        polynomials = []
        for number, part in enumerate(text.split(POLYNOMIALS), 1):
            try:
                polynomials.append(_polynomial(part))
            except PolycoreError as error:
                raise PolycoreError(f"number {number}: {error}") from error
        return tuple(polynomials)

    def written(self, value: tuple[Polynomial, ...]) -> str:
        return POLYNOMIALS.join(map(_polynomial_text, value))

    def cell(self, value: tuple[Polynomial, ...]) -> str:
        return "; ".join(map(str, value))

    def to_json(self, value: tuple[Polynomial, ...]) -> list[list[float]]:
        return [list(polynomial.coefficients) for polynomial in value]

    def from_json(self, name: str, value: Any) -> Any:
        if not isinstance(value, list):
            return value
        if value:
            check_class_count(name, len(value))  # before any polynomial is created
        return tuple(_polynomial_of(f"{name}[{index}]", item) for index, item in enumerate(value))


class Points(Kind):
    """Points of the user's own, or None. `polycore.links.compact_points` has their text in links."""

    metavar = "POINTS"

    def check(self, name: str, value: object) -> PointSet | None:
        return checked_or_none(_point_set, name, value, "samples of polynomials")

    def to_json(self, value: PointSet | None) -> dict[str, Any] | None:
        if value is None:
            return None
        names = list(value.names)
        values = {"points": value.points.tolist(), "labels": value.labels.tolist(), "names": names}
        return values if value.axes == PLAIN_AXES else values | {"axes": list(value.axes)}

    def from_json(self, name: str, value: Any) -> PointSet | None:
        if value is None or isinstance(value, PointSet):
            return value
        if not isinstance(value, dict):
            raise PolycoreError(f"{name}: got {described(value)}; expected an object with {_POINT_FIELDS}.")
        if "sha256" in value and "points" not in value:
            raise PolycoreError(
                f"{name}: got the number and the SHA-256 of points; expected the points. A weight file has "
                "none: load the run file, or give them with on_points."
            )
        if set(value) - {"axes"} != {"points", "labels", "names"}:
            raise PolycoreError(f"{name}: got an object with other fields; expected {_POINT_FIELDS}.")
        points, labels, names = value["points"], value["labels"], value["names"]
        axes = value.get("axes", list(PLAIN_AXES))
        is_valid = _is_table(points) and _is_list_of(labels, int)
        if not (is_valid and _is_list_of(names, str) and _is_list_of(axes, str)):
            raise PolycoreError(
                f"{name}: got other values; expected points as a list of [x, y], labels as a list of whole "
                "numbers, and names and axes as lists of texts."
            )
        return PointSet(points, labels, names, axes)


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


def _polynomial(text: str) -> Polynomial:
    if COEFFICIENTS in text:
        return Polynomial(*map(number_in, text.split(COEFFICIENTS)))
    return Polynomial.parse(text if "+" in text else _SPACE_FOR_PLUS.sub("+", text))


def _polynomial_text(polynomial: Polynomial) -> str:
    text = str(polynomial).replace(" ", "")
    if len(text) <= MAX_TEXT:
        return text
    # a leading zero changes nothing, and makes even a constant a list
    return COEFFICIENTS.join(map(shortest, (0.0, *polynomial.coefficients)))


def _polynomial_of(name: str, coefficients: object) -> Polynomial:
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


def _point_set(name: str, value: object) -> PointSet:
    if not isinstance(value, PointSet):
        raise PolycoreError(
            f"{name}: got {described(value)}; expected a PointSet, such as PointSet(points, labels)."
        )
    return value


def _is_table(value: object) -> bool:
    return isinstance(value, list) and all(
        isinstance(row, list) and len(row) == 2 and all(type(item) in (int, float) for item in row)
        for row in value
    )


def _is_list_of(value: object, item_type: type) -> bool:
    return isinstance(value, list) and all(type(item) is item_type for item in value)
