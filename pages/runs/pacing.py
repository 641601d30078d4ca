"""Slow motion: how many steps a run takes a second, and the step at which it pauses by itself.

Both belong to the view of a run and not to its experiment: a slow run computes the same bits.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from polycore.limits import MAX_STEPS
from polycore.quoting import quoted

# by their labels on pages; None is as fast as the workers compute
SPEEDS: Mapping[str, int | None] = {"Max": None, "1,000": 1000, "100": 100, "10": 10, "One": 1}
FRAME_SECONDS = 0.1  # between two maps of a slow run that takes more than one step in that time
# parts of links; users keep links, so none changes its name or meaning
SPEED, PAUSE, MAX = "speed", "pause", "max"
_SPEEDS_IN_LINKS = {MAX if steps is None else str(steps): steps for steps in SPEEDS.values()}


@dataclass(frozen=True)
class Pacing:
    """How a run goes for those who watch it.

    steps_per_second: one of SPEEDS. pause_at: the step at which it pauses by itself; None if it does not.
    """

    steps_per_second: int | None = None
    pause_at: int | None = None

    @property
    def is_slow(self) -> bool:
        """Whether it may take fewer steps a second than workers compute."""
        return self.steps_per_second is not None

    @property
    def steps_at_once(self) -> float:
        """How many steps a chunk may have: so few that a slow run has as many maps as one can follow."""
        if self.steps_per_second is None:
            return math.inf
        return max(1, round(self.steps_per_second * FRAME_SECONDS))

    def most_steps(self, step: int) -> float:
        """Return how many steps a chunk after `step` may have: none goes past the pause."""
        ahead = math.inf if self.pause_at is None or self.pause_at <= step else self.pause_at - step
        return min(self.steps_at_once, ahead)

    def pauses_none_of(self, step: int, steps: int) -> bool:
        """Return whether a run that takes so many steps after `step` does not go past the pause."""
        return self.pause_at is None or not step < self.pause_at < step + steps

    def seconds_of(self, steps: int) -> float:
        """Return how long a chunk of so many steps lasts at least.

        A chunk from before the run was slow lasts no longer than one that is slow.
        """
        return (
            0.0 if self.steps_per_second is None else min(steps, self.steps_at_once) / self.steps_per_second
        )

    def to_query(self, default: "Pacing") -> dict[str, str]:
        """Return the parts of a link that name it: what differs from `default`; see `from_query`."""
        speed = MAX if self.steps_per_second is None else str(self.steps_per_second)
        parts = {} if self.steps_per_second == default.steps_per_second else {SPEED: speed}
        return parts if self.pause_at == default.pause_at else {**parts, PAUSE: str(self.pause_at or 0)}


UNPACED = Pacing()  # at full speed to the last step


def from_query(query: Mapping[str, str], default: Pacing) -> tuple[Pacing, tuple[str, ...]]:
    """Return the pacing of a link, and a sentence for each part of it that cannot be used.

    default: has what the link does not name, or names in a way that cannot be used.
    """
    speed, pause, problems = default.steps_per_second, default.pause_at, []
    if SPEED in query:
        if query[SPEED] in _SPEEDS_IN_LINKS:
            speed = _SPEEDS_IN_LINKS[query[SPEED]]
        else:
            known = ", ".join(_SPEEDS_IN_LINKS)
            problems.append(f"{SPEED}: got {quoted(query[SPEED], 30)}; expected one of {known}.")
    if PAUSE in query:
        text = query[PAUSE]
        if text.isascii() and text.isdecimal() and len(text) <= len(str(MAX_STEPS)):
            pause = int(text) or None
        else:
            problems.append(f"{PAUSE}: got {quoted(text, 30)}; expected a step, or 0 for none.")
    return Pacing(speed, pause), tuple(problems)
