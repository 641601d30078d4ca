"""Calculations line by line: a formula in symbols, the same with numbers plugged in, and its value.

A formula is written once, in Python's notation, such as "m / (sqrt(s) + epsilon)". Its value, its text for
terminals and its TeX for pages follow from that, so that they cannot differ.
"""

import ast
import math
import operator
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import SupportsFloat

from polycore.formatting import mantissa_and_exponent, number_text, superscript

DIGITS = 4  # significant ones of a number that is plugged in

_OPERATIONS: Mapping[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}
_FUNCTIONS: Mapping[str, Callable[..., float]] = {
    "sqrt": math.sqrt,
    "exp": math.exp,
    "sign": lambda number: math.copysign(1, number) if number else 0.0,
    "min": min,
    "max": max,
}
_GREEK = {"beta": "β", "epsilon": "ε", "sigma": "\N{GREEK SMALL LETTER SIGMA}"}
_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")

# What binds more tightly has a larger number. A negative number binds less tightly than a product, so that it
# has parentheses as a factor, and behind a sign.
_SUM, _SIGN, _PRODUCT, _POWER, _ATOM = range(5)


@dataclass(frozen=True)
class Line:
    """One line of a calculation.

    Attributes
    ----------
    symbol
        Of the quantity, as a name in Python; "new_m" is shown as "new m", in TeX with "new" as a subscript.
    words
        What the quantity is.
    value
        As training computed it, with the rounding of its arithmetic, or by the formula if training does not
        compute the quantity.
    formula
        In Python's notation; "" for a quantity that follows from no line.
    numbers
        The values of the names in the formula.
    """

    symbol: str
    words: str
    value: float
    formula: str = ""
    numbers: Mapping[str, float] = field(default_factory=dict, hash=False)

    @property
    def computed(self) -> float:
        """The value of the formula in float64, or the value itself without a formula."""
        return value_of(self.formula, self.numbers) if self.formula else self.value

    @property
    def in_symbols(self) -> str:
        """The formula as text, such as "β₁ · m + (1 − β₁) · g"."""
        return _TextWriter().formula(self.formula)

    @property
    def in_numbers(self) -> str:
        """The formula as text with its numbers, such as "0.9 · 0.02 + (1 − 0.9) · (−0.3)"."""
        return _TextWriter(self.numbers).formula(self.formula)

    def __str__(self) -> str:
        """The symbol, the formula, the formula with its numbers, and the value, joined by equals signs."""
        return self._equation(_TextWriter)

    @property
    def tex_in_symbols(self) -> str:
        """The formula in TeX."""
        return _TexWriter().formula(self.formula)

    @property
    def tex_in_numbers(self) -> str:
        """The formula in TeX with its numbers."""
        return _TexWriter(self.numbers).formula(self.formula)

    @property
    def tex(self) -> str:
        """The same as `str` gives, in TeX."""
        return self._equation(_TexWriter)

    @property
    def tex_by_numbers(self) -> str:
        """The same without the formula in symbols, which is long if it has many terms."""
        parts = [_TexWriter().name(self.symbol), self.tex_in_numbers, _TexWriter().number(self.value)]
        return " = ".join(part for part in dict.fromkeys(parts) if part)

    def _equation(self, writer: type["_Writer"]) -> str:
        symbols, numbers = writer(), writer(self.numbers)
        parts = [
            symbols.name(self.symbol),
            symbols.formula(self.formula),
            numbers.formula(self.formula),
            numbers.number(self.value),
        ]
        # a formula of one symbol or number would say the same twice
        return " = ".join(part for part in dict.fromkeys(parts) if part)


def tex_number(number: float) -> str:
    """Return a number in TeX, as lines write it."""
    return _TexWriter().number(number)


def lines_text(lines: Iterable[Line]) -> str:
    """Return a calculation as text: for each line its words, and below them the formula and the value."""
    return "\n".join(f"  {line.words}\n    {line}" for line in lines)


class Working:
    """A calculation while it is written down: a line may use what is known, and the lines above it."""

    def __init__(self, **known: float) -> None:
        """Begin with the values of some names."""
        self.known: dict[str, float] = dict(known)
        self._lines: list[Line] = []

    @property
    def lines(self) -> tuple[Line, ...]:
        """The lines so far."""
        return tuple(self._lines)

    def measure(self, symbol: str, words: str, value: SupportsFloat) -> None:
        """Write down a quantity that follows from no line."""
        self._append(Line(symbol, words, float(value)))

    def compute(self, symbol: str, words: str, formula: str, value: SupportsFloat | None = None) -> None:
        """Write down a quantity that follows from known ones; `value` is the one that training computed."""
        numbers = {name: self.known[name] for name in _names(formula)}
        result = value_of(formula, numbers) if value is None else float(value)
        self._append(Line(symbol, words, result, formula, numbers))

    def _append(self, line: Line) -> None:
        self._lines.append(line)
        self.known[line.symbol] = line.value


def value_of(formula: str, numbers: Mapping[str, float]) -> float:
    """Return the value of a formula with these values of its names."""
    return _value(_parsed(formula), numbers)


@lru_cache(maxsize=128)
def _parsed(formula: str) -> ast.expr:
    return ast.parse(formula, mode="eval").body


def _names(formula: str) -> tuple[str, ...]:
    """Return the names of the quantities in a formula, but not of its functions."""
    names = [node.id for node in ast.walk(_parsed(formula)) if isinstance(node, ast.Name)]
    return tuple(dict.fromkeys(name for name in names if name not in _FUNCTIONS))


def _value(node: ast.expr, numbers: Mapping[str, float]) -> float:
    match node:
        case ast.Constant(value=int() | float() as number):
            return float(number)
        case ast.Name(id=name):
            return numbers[name]
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_value(operand, numbers)
        case ast.BinOp(left=left, op=operation, right=right):
            return _OPERATIONS[type(operation)](_value(left, numbers), _value(right, numbers))
        case ast.Call(func=ast.Name(id=name), args=arguments):
            return _FUNCTIONS[name](*(_value(argument, numbers) for argument in arguments))
    raise ValueError(f"a formula has {ast.dump(node)}.")


Written = tuple[str, int]  # a part of a formula, and how tightly it binds


class _Writer(ABC):
    """Writes formulas in some notation, with symbols or, if it has any, with numbers in their place."""

    minus: str
    times: str

    def __init__(self, numbers: Mapping[str, float] | None = None) -> None:
        self._numbers = numbers

    def formula(self, formula: str) -> str:
        """Return a formula in this notation; "" for none."""
        return self.text(_parsed(formula), _SUM) if formula else ""

    def text(self, node: ast.expr, least: int) -> str:
        """Return a part of a formula, in parentheses if it binds less tightly than `least`."""
        text, binding = self._part(node)
        return text if binding >= least else self.enclosed(text)

    @abstractmethod
    def name(self, name: str) -> str:
        """Return the symbol of a quantity."""

    @abstractmethod
    def number(self, number: float) -> str:
        """Return a number with DIGITS significant digits."""

    @abstractmethod
    def enclosed(self, text: str) -> str:
        """Return a text in parentheses."""

    @abstractmethod
    def quotient(self, above: ast.expr, below: ast.expr) -> str:
        """Return above / below."""

    @abstractmethod
    def power(self, base: ast.expr, exponent: ast.expr) -> str:
        """Return base to the power of an exponent."""

    @abstractmethod
    def call(self, function: str, arguments: Sequence[ast.expr]) -> str:
        """Return a function of arguments."""

    def _part(self, node: ast.expr) -> Written:
        match node:
            case ast.Constant(value=int() | float() as number):
                return self._number(float(number))
            case ast.Name(id=name):
                return (
                    (self.name(name), _ATOM) if self._numbers is None else self._number(self._numbers[name])
                )
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return f"{self.minus}{self.text(operand, _PRODUCT)}", _SIGN
            case ast.BinOp(left=left, op=operation, right=right):
                return self._operation(left, operation, right)
            case ast.Call(func=ast.Name(id=name), args=arguments):
                return self.call(name, arguments), _ATOM
        raise ValueError(f"a formula has {ast.dump(node)}.")

    def _number(self, number: float) -> Written:
        _, exponent = mantissa_and_exponent(number, DIGITS)
        binding = _SIGN if number < 0 else _ATOM if exponent is None else _PRODUCT
        return self.number(number), binding

    def _operation(self, left: ast.expr, operation: ast.operator, right: ast.expr) -> Written:
        match operation:
            case ast.Add():
                return f"{self.text(left, _SUM)} + {self.text(right, _PRODUCT)}", _SUM
            case ast.Sub():
                return f"{self.text(left, _SUM)} {self.minus} {self.text(right, _PRODUCT)}", _SUM
            case ast.Mult():
                return f"{self.text(left, _PRODUCT)} {self.times} {self.text(right, _PRODUCT)}", _PRODUCT
            case ast.Div():
                return self.quotient(left, right), _PRODUCT
        return self.power(left, right), _POWER


class _TextWriter(_Writer):
    """Writes formulas in a line of text."""

    minus, times = "−", "·"

    def name(self, name: str) -> str:
        words, index = _words_and_index(name)
        return " ".join(_GREEK.get(word, word) for word in words) + index.translate(_SUBSCRIPTS)

    def number(self, number: float) -> str:
        return number_text(number, DIGITS)

    def enclosed(self, text: str) -> str:
        return f"({text})"

    def quotient(self, above: ast.expr, below: ast.expr) -> str:
        return f"{self.text(above, _PRODUCT)} / {self.text(below, _POWER)}"

    def power(self, base: ast.expr, exponent: ast.expr) -> str:
        raised = self.text(exponent, _ATOM)
        return self.text(base, _ATOM) + (superscript(int(raised)) if raised.isdecimal() else f"^{raised}")

    def call(self, function: str, arguments: Sequence[ast.expr]) -> str:
        text = ", ".join(self.text(argument, _SUM) for argument in arguments)
        if function == "sqrt":
            return f"√{text}" if text.isalnum() else f"√({text})"
        return f"{function}({text})"


class _TexWriter(_Writer):
    """Writes formulas in TeX."""

    minus, times = "-", r"\cdot"

    def name(self, name: str) -> str:
        words, index = _words_and_index(name)
        *qualities, last = words
        if len(last) > 1 and last not in _GREEK:
            symbol, qualities = rf"\text{{{' '.join(words)}}}", []
        else:
            symbol = rf"\{last}" if last in _GREEK else last
        subscripts = [rf"\text{{{' '.join(qualities)}}}"] * bool(qualities) + [index] * bool(index)
        return f"{symbol}_{{{', '.join(subscripts)}}}" if subscripts else symbol

    def number(self, number: float) -> str:
        mantissa, exponent = mantissa_and_exponent(number, DIGITS)
        text = mantissa.replace("∞", r"\infty")
        return text if exponent is None else rf"{text} \times 10^{{{exponent}}}"

    def enclosed(self, text: str) -> str:
        return rf"\left({text}\right)"

    def quotient(self, above: ast.expr, below: ast.expr) -> str:
        # a fraction's bar stands for parentheses
        return rf"\frac{{{self.text(above, _SUM)}}}{{{self.text(below, _SUM)}}}"

    def power(self, base: ast.expr, exponent: ast.expr) -> str:
        return f"{self.text(base, _ATOM)}^{{{self.text(exponent, _SUM)}}}"

    def call(self, function: str, arguments: Sequence[ast.expr]) -> str:
        text = ", ".join(self.text(argument, _SUM) for argument in arguments)
        if function == "sqrt":
            return rf"\sqrt{{{text}}}"
        return rf"\operatorname{{{function}}}{self.enclosed(text)}"


def _words_and_index(name: str) -> tuple[list[str], str]:
    """Return the words of a name, and the digits at its end: "new_w_12" has new and w, and 12."""
    *words, last = name.split("_")
    return (words, last) if last.isdigit() else ([*words, last], "")
