"""Numbers as text for readers: losses, shares, counts, durations, and tables of them."""

import math
from collections.abc import Mapping, Sequence

LARGEST_WRITTEN_OUT = 999_999.5
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def loss_text(loss: float) -> str:
    """Return a loss with three significant digits, such as 0.667, 0.000500 or 123.

    Below 0.0001 and above 999,999 it has a power of ten; from 1,000 to 999,999 all digits before the point.
    Only a loss of exactly 0 is "0".
    """
    if loss == 0:
        return "0"
    if not math.isfinite(loss):
        return "∞" if loss > 0 else "unknown"
    if 999.5 <= loss < LARGEST_WRITTEN_OUT:
        return f"{loss:,.0f}"
    # "#" keeps trailing zeros, so a falling loss keeps its width
    digits, _, exponent = f"{loss:#.3g}".removesuffix(".").partition("e")
    if not exponent:
        return digits
    return f"{digits}\N{MULTIPLICATION SIGN}10{superscript(int(exponent))}"


def superscript(number: int) -> str:
    """Return a whole number in superscript: "⁻¹²" for -12."""
    return str(number).translate(_SUPERSCRIPTS)


def number_text(number: float, digits: int = 4) -> str:
    """Return any number with at most so many significant digits, such as "−0.0271", or a power of ten.

    Whole numbers below a million have all their digits.
    """
    mantissa, exponent = mantissa_and_exponent(number, digits)
    text = mantissa.replace("-", "−")
    return text if exponent is None else f"{text}\N{MULTIPLICATION SIGN}10{superscript(exponent)}"


def mantissa_and_exponent(number: float, digits: int) -> tuple[str, int | None]:
    """Return a number as digits and a power of ten, ("-1.5", -8); None if `number_text` has no power."""
    if not math.isfinite(number):
        return {math.inf: "∞", -math.inf: "-∞"}.get(number, "unknown"), None
    if float(number).is_integer() and abs(number) < LARGEST_WRITTEN_OUT:
        return f"{int(number)}", None
    mantissa, _, exponent = f"{number:.{digits}g}".partition("e")
    return mantissa, int(exponent) if exponent else None


def percent(share: float, decimals: int = 1) -> str:
    """Return a share from 0 to 1 in percent, such as "93.5 %".

    A share that is not 0 or 1 but rounds to it is "<0.1 %" or ">99.9 %", with the same number of decimals.
    """
    smallest = 10**-decimals
    if 0 < share < smallest / 200:
        return f"<{smallest:.{decimals}f} %"
    if 1 - smallest / 200 <= share < 1:
        return f">{100 - smallest:.{decimals}f} %"
    return f"{100 * share:.{decimals}f} %"


def counted(count: int, one: str, many: str | None = None) -> str:
    """Return a count with its noun: "1 step", "2,000 steps"; `many` is an irregular plural."""
    if count == 1:
        return f"1 {one}"
    return f"{count:,} {one}s" if many is None else f"{count:,} {many}"


def duration(seconds: float) -> str:
    """Return a duration in whole seconds; from 100 s on in minutes, and from 100 min on in hours."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    minutes = seconds / 60
    return f"{minutes:.0f} min" if minutes < 100 else f"{minutes / 60:.0f} h"


def aligned(rows: Sequence[Sequence[str]], indent: str = "  ") -> str:
    """Return rows of texts as lines in columns, each as wide as its widest text."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)
    return "\n".join(f"{indent}{line}" for line in lines)


def listing(rows: Mapping[str, str]) -> str:
    """Return a line for each row, with its name and its text in two columns."""
    return aligned([*rows.items()], indent="") + "\n"
