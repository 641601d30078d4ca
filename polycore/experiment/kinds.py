"""The kinds of values that settings have: each checks, writes, reads and shows the values of its kind."""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from polycore.checks import checked_number, checked_range, checked_whole_number, described
from polycore.errors import PolycoreError
from polycore.experiment.share_of_steps import ShareOfSteps, percent_in
from polycore.quoting import quoted

# characters that an address keeps unescaped
POLYNOMIALS, COEFFICIENTS, ENDS, LAYERS = "~", "_", "..", "-"
NONE = "none"

V = TypeVar("V")


class Kind(ABC):
    """A kind of values.

    `check` decides which values an experiment may have. All other methods trust that.
    """

    metavar: str  # stands for a value in the help of commands
    none_in_words = NONE  # what None is where values are compared

    @abstractmethod
    def check(self, name: str, value: object) -> Any:
        """Return the value as an experiment keeps it. Raises PolycoreError unless it is valid."""

    def read(self, text: str) -> Any:
        """Return the value of a text in a link or a command, not yet checked.

        Raises PolycoreError if the text is malformed.
        """
        return text

    def written(self, value: Any) -> str:
        """Return the text of a value in links and commands."""
        return str(value)

    def shown(self, value: Any) -> str:
        """Return a value as pages show it."""
        return self.written(value)

    def cell(self, value: Any) -> Any:
        """Return a value as the table of a sweep has it: a number, a bool or a text."""
        return value

    def to_json(self, value: Any) -> Any:
        """Return a value as JSON has it."""
        return value

    def from_json(self, name: str, value: Any) -> Any:  # noqa: ARG002 - as every kind's
        """Return the value of what JSON has, not yet checked. Raises PolycoreError, with `name`."""
        return value


@dataclass(frozen=True)
class Number(Kind):
    """A number from `low` to `high`.

    Attributes
    ----------
    without
        `low` or `high` if that one is not allowed itself.
    increment
        What + and - of an input add; None: a tenth of the power of ten at or above the value.
    """

    low: float
    high: float
    metavar: str
    increment: float | None = None
    without: float | None = None

    def check(self, name: str, value: object) -> float:
        low, high = self.low, self.high
        if self.without == low:
            low = math.nextafter(low, high)
        elif self.without == high:
            high = math.nextafter(high, low)
        return checked_number(name, value, low, high, f"a number {self.allowed}")

    @property
    def allowed(self) -> str:
        """The range in words."""
        if self.without == self.low:
            return f"above {self.low:g} and at most {self.high:g}"
        return f"from {self.low:g} to {'below ' if self.without == self.high else ''}{self.high:g}"

    def read(self, text: str) -> float:
        return number_in(text)

    def written(self, value: float) -> str:
        return shortest(value)


@dataclass(frozen=True)
class WholeNumber(Kind):
    """A whole number from `low` to `high`. `increment`: what + and - of an input add."""

    low: int
    high: int
    metavar: str = "N"
    increment: int = 1

    def check(self, name: str, value: object) -> int:
        return checked_whole_number(name, value, self.low, self.high)

    def read(self, text: str) -> int:
        return whole_number_in(text)

    def shown(self, value: int) -> str:
        return f"{value:,}"


class StepsOrShare(WholeNumber):
    """A number of steps, or a share of all such as 10%, which an experiment keeps as a ShareOfSteps."""

    def check(self, name: str, value: object) -> int:
        if isinstance(value, ShareOfSteps):
            value = value.text
        if isinstance(value, str) and (percent := percent_in(value)) is not None:
            return ShareOfSteps(percent, 1) if percent else 0  # the experiment knows of how many
        try:
            return super().check(name, value)
        except PolycoreError as error:
            raise PolycoreError(
                f"{str(error).rstrip('.')}, or a share of the steps up to 100%, such as 10%."
            ) from None

    def read(self, text: str) -> Any:
        return int(text) if text.isascii() and text.isdigit() and len(text) <= 20 else text

    def written(self, value: int) -> str:
        return str(self.cell(value))

    def shown(self, value: int) -> str:
        return value.text if isinstance(value, ShareOfSteps) else super().shown(value)

    def cell(self, value: int) -> int | str:
        return value.text if isinstance(value, ShareOfSteps) else value

    to_json = cell


class Seed(WholeNumber):
    """A whole number that is a name rather than an amount."""

    def shown(self, value: int) -> str:
        return str(value)


@dataclass(frozen=True)
class OrNone(Kind):
    """A number, or None.

    Attributes
    ----------
    word
        Stands for None in links, commands and tables.
    meaning
        Of None, for messages.
    of_zero
        What 0 stands for in the input of a page, which means None; "" if 0 has no meaning there.
    """

    number: Number | WholeNumber
    word: str
    meaning: str
    of_zero: str = ""

    @property
    def metavar(self) -> str:  # type: ignore[override]  # read-only, as in the other frozen classes
        """That of the number."""
        return self.number.metavar

    @property
    def none_in_words(self) -> str:  # type: ignore[override]
        """What 0 stands for, since users type that."""
        return self.of_zero or NONE

    @property
    def typed(self) -> str:
        """What users type for None: 0 if that is not a valid number, else the word."""
        return "0" if self.of_zero and self.number.low > 0 else self.word

    def check(self, name: str, value: object) -> float | None:
        return checked_or_none(self.number.check, name, value, self.meaning)

    def read(self, text: str) -> float | None:
        if text == self.word:
            return None
        number = self.number.read(text)
        return None if number == 0 and self.typed == "0" else number

    def written(self, value: Any) -> str:
        return self.word if value is None else self.number.written(value)

    def shown(self, value: Any) -> str:
        return self.word if value is None else self.number.shown(value)

    def cell(self, value: float | None) -> str:
        return self.word if value is None else str(value)


@dataclass(frozen=True)
class Choice(Kind):
    """One of several names. `labels`: of each name on pages."""

    labels: Mapping[str, str]
    metavar: str = "NAME"

    def check(self, name: str, value: object) -> str:
        if not isinstance(value, str) or value not in self.labels:
            raise PolycoreError(f"{name}: got {described(value)}; expected one of {', '.join(self.labels)}.")
        return value

    def shown(self, value: str) -> str:
        return self.labels[value]


@dataclass(frozen=True)
class YesOrNo(Kind):
    """True or False."""

    metavar: str = "yes|no"

    def check(self, name: str, value: object) -> bool:
        if not isinstance(value, bool):
            raise PolycoreError(f"{name}: got {described(value)}; expected True or False.")
        return value

    def read(self, text: str) -> bool:
        if text not in ("yes", "no"):
            raise PolycoreError(f"got {quoted(text, 30)}; expected yes or no.")
        return text == "yes"

    def written(self, value: bool) -> str:
        return "yes" if value else "no"

    def shown(self, value: bool) -> str:
        return "on" if value else "off"


@dataclass(frozen=True)
class Interval(Kind):
    """Two numbers within [-limit, limit], the lower first and at least `min_width` apart."""

    limit: float
    min_width: float
    metavar: str

    def check(self, name: str, value: object) -> tuple[float, float]:
        return checked_range(name, value, self.limit, self.min_width)

    def read(self, text: str) -> tuple[float, ...]:
        ends = text.split(ENDS)
        if len(ends) != 2:
            raise PolycoreError(
                f"got {quoted(text, 30)}; expected two numbers with {ENDS} between them, such as -1{ENDS}1."
            )
        return tuple(map(number_in, ends))

    def written(self, value: tuple[float, float]) -> str:
        return ENDS.join(map(shortest, value))

    def shown(self, value: tuple[float, float]) -> str:
        return " to ".join(map(shortest, value))

    def cell(self, value: tuple[float, float]) -> str:
        return f"{value[0]} to {value[1]}"

    def to_json(self, value: tuple[float, float]) -> list[float]:
        return list(value)


def checked_or_none(check: Callable[[str, object], V], name: str, value: object, meaning: str) -> V | None:
    """Return None, or the value that `check` returns; `meaning`: what None stands for, for messages."""
    if value is None:
        return None
    try:
        return check(name, value)
    except PolycoreError as error:
        raise PolycoreError(f"{str(error).rstrip('.')}, or None for {meaning}.") from None


def shortest(number: float) -> str:
    """Return the shortest text that is read back as the same number: 1, not 1.0."""
    return repr(number).removesuffix(".0")


def number_in(text: str) -> float:
    """Return the number in a text, also after a true minus. Raises PolycoreError if it is no number."""
    try:
        return float(text.replace("\N{MINUS SIGN}", "-"))
    except ValueError:
        raise PolycoreError(f"got {quoted(text, 30)}; expected a number.") from None


def whole_number_in(text: str) -> int:
    """Return the whole number that a text has. Raises PolycoreError if it is not a whole number."""
    if not (text.isascii() and text.isdigit() and len(text) <= 20):
        raise PolycoreError(f"got {quoted(text, 30)}; expected a whole number of 0 or more.")
    return int(text)
