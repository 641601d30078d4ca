"""Ticks: few round numbers along an axis, and their texts."""

import math

STEPS = (1, 2, 5)  # and their multiples by powers of ten
MOST_LOG = 5
LONGEST, LARGEST = 6, 1e5  # of numbers without an exponent: characters, and size


def linear_ticks(low: float, high: float, most: int) -> list[float]:
    """Return the multiples of a round number from `low` to `high`, a larger one; at most `most`."""
    size = 10.0 ** math.floor(math.log10((high - low) / most))
    units = (factor * step * size for factor in (1, 10, 100) for step in STEPS)
    return next(ticks for unit in units if len(ticks := _multiples(low, high, unit)) <= most)


def log_ticks(low: float, high: float) -> list[float]:
    """Return ticks from `low` to `high`, both positive, of a logarithmic axis; at most MOST_LOG."""
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    for steps in (STEPS, (1,)):
        ticks = [step * 10.0**power for power in range(first, last + 1) for step in steps]
        ticks = [tick for tick in ticks if low <= tick <= high]
        if len(ticks) < 2:  # too narrow for these
            return linear_ticks(low, high, 3)
        if len(ticks) <= MOST_LOG:
            return ticks
    return ticks[:: math.ceil(len(ticks) / MOST_LOG)]


def number_text(value: float) -> str:
    """Return a number in few characters: 0.5, 20000, 1e-5 or 1.48e-5."""
    text = f"{value:g}"
    if len(text.lstrip("-")) <= LONGEST and abs(value) < LARGEST and "e" not in text:
        return text
    digits, _, exponent = f"{value:.5e}".partition("e")
    return f"{digits.rstrip('0').rstrip('.')}e{int(exponent)}"


def _multiples(low: float, high: float, unit: float) -> list[float]:
    first, last = math.ceil(low / unit), math.floor(high / unit)
    return [float(f"{index * unit:.12g}") for index in range(first, last + 1)]
