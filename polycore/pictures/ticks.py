"""Ticks: few round numbers along an axis, and their texts.

polycore/web/ticks.js has the same `spaced_ticks` for browsers; tests/ticks.json has cases for both.
"""

import math

DIGITS = (1, 2, 5)  # of a round number, before a power of ten
SLACK = 1e-6  # of a step: a tick that is so close to an end of the axis lies on it
MOST_LOG = 5
MOST_NARROW = 3  # on a logarithmic axis that is too short for round numbers of its own
LONGEST, LARGEST = 6, 1e5  # of numbers without an exponent: characters, and size


def spaced_ticks(low: float, high: float, least: float) -> list[float]:
    """Return ticks from `low` to `high` that are at least `least` apart; one if there is no range.

    They are the multiples of the smallest step of 1, 2 or 5 times a power of ten.
    """
    return [low] if low == high else _multiples(low, high, _round_step(least))


def linear_ticks(low: float, high: float, most: int) -> list[float]:
    """Return the multiples of the smallest such step of which at most `most`, 3 or more, are in the range."""
    step = _round_step((high - low) / (most + 1))
    while len(ticks := _multiples(low, high, step)) > most:
        step = _round_step(1.1 * step)  # the next one
    return ticks


def log_ticks(low: float, high: float, most: int = MOST_LOG) -> list[float]:
    """Return ticks from `low` to `high`, both positive, of a logarithmic axis; at most `most`.

    They are 1, 2 and 5 of each decade if these are few enough, else powers of ten; on an axis that has fewer
    than two such numbers, those of a linear one.
    """
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    for digits in (DIGITS, (1,)):
        ticks = [float(f"{digit}e{decade}") for decade in decades for digit in digits]
        ticks = [tick for tick in ticks if low <= tick <= high]
        if len(ticks) < 2:
            return linear_ticks(low, high, MOST_NARROW)
        if len(ticks) <= most:
            return ticks
    return ticks[:: math.ceil(len(ticks) / most)]


def tick_text(value: float) -> str:
    """Return a number in few ASCII characters: 0.5, 20000, 1e-5 or -1.48e-5."""
    text = f"{value:g}"
    if len(text.lstrip("-")) <= LONGEST and abs(value) < LARGEST and "e" not in text:
        return text
    digits, _, exponent = f"{value:.5e}".partition("e")
    return f"{digits.rstrip('0').rstrip('.')}e{int(exponent)}"


def _round_step(least: float) -> float:
    power = math.floor(math.log10(least))
    steps = (float(f"{digit}e{exponent}") for exponent in (power, power + 1) for digit in DIGITS)
    return next(step for step in steps if step >= least)


def _multiples(low: float, high: float, step: float) -> list[float]:
    # 0.3 is less than three times 0.1, in binary
    first, last = math.ceil(low / step - SLACK), math.floor(high / step + SLACK)
    return [float(f"{index * step:.12g}") for index in range(first, last + 1)]
