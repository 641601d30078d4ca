"""The check that an argument is an object of the class that a function works with."""

from polycore.errors import PolycoreError


def check_kind(name: str, found: object, expected: type, advice: str) -> None:
    """Raise PolycoreError, with what to do in `advice`, unless `found` is an object of `expected`."""
    if not isinstance(found, expected):
        article = "an" if expected.__name__[0] in "AEIOU" else "a"
        raise PolycoreError(
            f"{name} is of type {type(found).__name__}; expected {article} {expected.__name__}. {advice}"
        )
