"""ClassName: what stands for a class that is not a polynomial, and the checks of such names."""

import unicodedata
from collections.abc import Sequence

from polycore.checks import check_type, described
from polycore.errors import PolycoreError
from polycore.limits import MAX_CLASSES, MAX_NAME, MIN_CLASSES
from polycore.quoting import quoted


class ClassName(str):
    """The name of a class: a text that pages show where they show polynomials elsewhere."""

    __slots__ = ()

    @property
    def typeset(self) -> str:
        """The name itself, as `Polynomial.typeset` is the polynomial with superscripts."""
        return str(self)

    @property
    def spoken(self) -> str:
        """The name itself, as `Polynomial.spoken` is the polynomial in words."""
        return str(self)


def composed(text: str) -> str:
    """Return a text that was typed or read from a table in Unicode's composed form, NFC.

    An accented letter may come as one character or as two, by the keyboard and the program: names that look
    the same would be two classes. Names in files of ours are not changed.
    """
    return unicodedata.normalize("NFC", text)


def checked_names(argument: str, names: Sequence[str]) -> tuple[ClassName, ...]:
    """Return the names of classes as a tuple.

    Raises PolycoreError, with the argument's name, unless they are 2 to 24 different texts that `check_name`
    accepts.
    """
    if isinstance(names, str):
        raise PolycoreError(f"{argument}: got a str; expected a tuple of texts, one for each class.")
    check_type(argument, names, Sequence, "Give a tuple of texts, one for each class.")
    if not MIN_CLASSES <= len(names) <= MAX_CLASSES:
        raise PolycoreError(
            f"{argument}: got {len(names):,}; expected {MIN_CLASSES} to {MAX_CLASSES} classes."
        )
    for index, name in enumerate(names):
        check_name(f"{argument}[{index}]", name)
        if name in names[:index]:
            raise PolycoreError(f"{argument}: got {quoted(name, MAX_NAME)} twice; expected different names.")
    return tuple(map(ClassName, names))


def is_name(value: object) -> bool:
    """Return whether `value` can be the name of a class."""
    return (
        isinstance(value, str)
        and 1 <= len(value) <= MAX_NAME
        and value.isprintable()
        and value == value.strip()
    )


def are_names(values: Sequence[object]) -> bool:
    """Return whether `values` can be the names of classes: see `checked_names`."""
    enough = MIN_CLASSES <= len(values) <= MAX_CLASSES
    return enough and all(map(is_name, values)) and len(set(values)) == len(values)


def check_name(argument: str, name: object) -> None:
    """Raise PolycoreError, with the argument's name, unless `name` is 1 to 40 printable characters.

    None at an end may be a space: nobody could tell such names apart.
    """
    if not is_name(name):
        got = quoted(name, MAX_NAME) if isinstance(name, str) else described(name)
        raise PolycoreError(
            f"{argument}: got {got}; expected 1 to {MAX_NAME} printable characters, and no space at an end."
        )
