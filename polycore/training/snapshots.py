"""Snapshots: the parameters of a run at some of its steps, few enough to keep them all."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from polycore.arrays import Floats

MOST, MOST_BYTES = 64, 2_000_000
NUMBER = np.float32  # a map shows no more digits

Snapshot = NDArray[np.float32]


@dataclass(frozen=True)
class Rule:
    """Which snapshots of a run are kept: it depends on their steps and on the run's step alone.

    They are the first one, the multiples of a power of two that doubles as the run continues, and the powers
    of two below it, since a network changes most in its first steps.

    capacity: how many there may be. first: the step at which the run began.
    """

    capacity: int
    first: int = 0

    @classmethod
    def of(cls, size: int, first: int) -> "Rule":
        """Return the rule of a run that began at step `first`, for `size` parameters."""
        return cls(min(MOST, MOST_BYTES // (np.dtype(NUMBER).itemsize * size)), first)

    def spacing_at(self, step: int) -> int | None:
        """Return the steps between the evenly spaced ones at `step`; None if there is no room for any."""
        evenly = self.capacity - len({0, self.first}) - self._powers
        if evenly < 1:
            return None
        spacing = 1
        while step // spacing > evenly:
            spacing *= 2
        return spacing

    def kept_at(self, step: int) -> Callable[[int], bool]:
        """Return the function that says whether the snapshot of a step is kept at `step`."""
        spacing = self.spacing_at(step)
        if spacing is None:
            return lambda number: number == self.first and self.capacity > 0
        powers = {spacing >> (1 + index) for index in range(self._powers)} - {0}
        return lambda number: number % spacing == 0 or number in powers or number == self.first

    @property
    def _powers(self) -> int:
        return self.capacity // 3  # with 21 of 64, the snapshots of 100,000,000 steps begin at step 2


@dataclass(frozen=True, eq=False)
class Snapshots:
    """Parameters at some steps, ascending; each (P,), as they are trained, in float32."""

    step: tuple[int, ...] = ()
    parameters: tuple[Snapshot, ...] = ()

    @classmethod
    def of(cls, step: int, parameters: Floats) -> "Snapshots":
        """Return the one at the step at which a run begins, if there is room for it."""
        if not Rule.of(parameters.size, step).capacity:
            return cls()
        return cls((step,), (parameters.astype(NUMBER),))

    def __len__(self) -> int:
        return len(self.step)

    def followed_by(self, later: "Snapshots", rule: Rule, step: int) -> "Snapshots":
        """Return these and `later` ones, those that are kept at `step`."""
        together = dict(zip(self.step, self.parameters, strict=True))
        together |= zip(later.step, later.parameters, strict=True)
        is_kept = rule.kept_at(step)
        kept = {number: together[number] for number in sorted(together) if is_kept(number)}
        return Snapshots(tuple(kept), tuple(kept.values()))

    def converted(self, convert: Callable[[Floats], Floats]) -> "Snapshots":
        """Return these with `convert` applied to each one's parameters in float64."""
        converted = (convert(one.astype(np.float64)).astype(NUMBER) for one in self.parameters)
        return Snapshots(self.step, tuple(converted))


NO_SNAPSHOTS = Snapshots()


class Camera:
    """Takes the snapshots of a run as its steps pass."""

    def __init__(self, taken: Snapshots, rule: Rule, step: int, parameters: Floats) -> None:
        """Continue after `step`, with its parameters; `taken` are the snapshots until then."""
        self._taken, self._rule = taken, rule
        self._step, self._parameters = step, parameters
        self._new: dict[int, Snapshot] = {}
        self._due = self._next_due()

    def pass_step(self, step: int, parameters: Floats) -> None:
        """Take the snapshots that are due up to `step`. Between steps that are passed nothing changes."""
        while self._due is not None and self._due <= step:
            of_step = parameters if self._due == step else self._parameters
            self._new[self._due] = of_step.astype(NUMBER)
            self._step = self._due
            self._due = self._next_due()
        self._step, self._parameters = step, parameters

    def snapshots_at(self, step: int) -> Snapshots:
        """Return those that are kept at `step`, the last one passed or a later one without changes."""
        new = Snapshots(tuple(self._new), tuple(self._new.values()))
        return self._taken.followed_by(new, self._rule, step)

    def _next_due(self) -> int | None:
        spacing = self._rule.spacing_at(self._step + 1)
        return None if spacing is None else (self._step // spacing + 1) * spacing
