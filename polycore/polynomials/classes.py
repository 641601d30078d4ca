"""What stands for the classes that a network tells apart: polynomials, or names."""

from collections.abc import Iterable, Sequence
from typing import TypeGuard

from polycore.class_name import ClassName
from polycore.errors import PolycoreError
from polycore.polynomials.polynomial import Polynomial

Classes = Sequence[Polynomial | ClassName]


def with_texts_parsed(name: str, values: Iterable[object]) -> tuple[object, ...]:
    """Return the values, with a Polynomial in place of each text, such as "x^2 - 1"; others stay as they are.

    Raises PolycoreError, with `name` and the index, if a text is not a polynomial.
    """
    return tuple(
        _parsed(f"{name}[{index}]", value) if isinstance(value, str) else value
        for index, value in enumerate(values)
    )


def _parsed(name: str, text: str) -> Polynomial:
    try:
        return Polynomial.parse(text)
    except PolycoreError as error:
        raise PolycoreError(f"{name}: {error}") from error


def are_polynomials(classes: Classes) -> TypeGuard[Sequence[Polynomial]]:
    """Return whether the classes, one or more, are polynomials."""
    return isinstance(classes[0], Polynomial)


def curves_of(classes: Classes) -> Sequence[Polynomial]:
    """Return the polynomials that the classes are; none if they are names."""
    return classes if classes and are_polynomials(classes) else ()


def noun_of(classes: Classes, *, plural: bool = False) -> str:
    """Return what the classes are called: "polynomial" or "class"."""
    if curves_of(classes):
        return "polynomials" if plural else "polynomial"
    return "classes" if plural else "class"


def counted_classes(classes: Classes) -> str:
    """Return how many there are, such as "12 polynomials" or "3 classes"."""
    return f"{len(classes)} {noun_of(classes, plural=len(classes) != 1)}"


def written(one: Polynomial | ClassName) -> str:
    """Return a class as text, its curve such as "y = x² − 1" or its name."""
    return f"y = {one.typeset}" if isinstance(one, Polynomial) else str(one)
