"""How the learning rate changes over a run."""

import math

SCHEDULES = ("constant", "linear", "cosine", "one-cycle")

# One-cycle: the share of the steps in which the rate rises; the highest rate over the first; the first over
# the last.
RISING, START_DIVISOR, END_DIVISOR = 0.3, 25.0, 1e4


def rate_at(schedule: str, highest: float, step: int, steps: int) -> float:
    """Return the learning rate of a step.

    Parameters
    ----------
    schedule
        - "constant" never changes.
        - "linear" falls from `highest` to 0 along a straight line.
        - "cosine" falls from `highest` to 0 [1]_.
        - "one-cycle" rises to `highest` over the first 30 % of the steps and falls to almost 0 over the rest,
          both along a cosine [2]_.
    highest
        The highest rate of the run.
    step
        0 to `steps` - 1.

    References
    ----------
    .. [1] arXiv:1608.03983, eq. 5, one period, minimum 0.
    .. [2] arXiv:1708.07120, with two phases in place of three.
    """
    if schedule == "constant":
        return highest
    if schedule == "linear":
        return highest * (1 - step / steps)
    if schedule == "cosine":
        return _along_cosine(highest, 0, step / steps)
    first, top = highest / START_DIVISOR, RISING * steps - 1
    if step <= top:
        return _along_cosine(first, highest, step / top)
    return _along_cosine(highest, first / END_DIVISOR, (step - top) / max(steps - 1 - top, 1))


def warming_up(rate: float, step: int, warmup_steps: int) -> float:
    """Return the rate of step `step`, counted from 0, as it rises over the first steps.

    It rises linearly, to the schedule's `rate` at the last of them.

    References
    ----------
    arXiv:1706.02677, section 2.2.
    """
    return rate * (step + 1) / warmup_steps if step < warmup_steps else rate


def _along_cosine(start: float, end: float, share: float) -> float:
    return end + (start - end) * 0.5 * (1 + math.cos(math.pi * share))
