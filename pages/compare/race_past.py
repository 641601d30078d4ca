"""The past of a race: what each of its lanes had after the same computing time."""

from bisect import bisect_right
from collections.abc import Sequence

import numpy as np

from pages.runs.race import Lane, RaceView
from pages.runs.view import RunView
from pages.server.source import Choice

STOPS = 100  # moments of a whole race: a film of them takes 16 s


def moments(race: RaceView) -> list[tuple[int, Choice]]:
    """Return computing times in microseconds, evenly spaced, each with its choice; the last one is "Now"."""
    end = max(_microseconds(lane.view.seconds) for lane in race.lanes)
    times = (round(stop * _microseconds(race.budget) / STOPS) for stop in range(STOPS + 1))
    return [*((time, time) for time in times if time < end), (end, "Now")]


def choice_at(lane: Lane, moment: Choice) -> Choice:
    """Return which weights a lane has at a moment: those of its latest snapshot by then, or "Now".

    moment: a computing time in microseconds, or "Now", which is also meant by anything else.
    """
    view = lane.view
    if not isinstance(moment, int) or moment >= _microseconds(view.seconds):
        return "Now"
    steps = view.run.snapshots.step
    if not steps:  # of the widest networks
        return "Now"
    return steps[max(0, bisect_right(_times(view, steps), moment) - 1)]


def lowest_loss_at(lane: Lane, moment: Choice) -> float:
    """Return a lane's lowest loss in nats by a moment, as the race's chart has it: at the end of a chunk."""
    marks = lane.view.marks
    if not isinstance(moment, int):
        return marks[-1].best_loss
    ends = [_microseconds(mark.seconds) for mark in marks]
    return marks[max(0, bisect_right(ends, moment) - 1)].best_loss


def seconds_at(lane: Lane, step: int) -> float:
    """Return after how many seconds of computing a lane had taken that step."""
    return _seconds(lane.view, [step])[0]


def _times(view: RunView, steps: Sequence[int]) -> list[int]:
    return list(map(_microseconds, _seconds(view, steps)))


def _seconds(view: RunView, steps: Sequence[int]) -> list[float]:
    """Return the computing time up to each step: the steps of one chunk take equally long."""
    marks = view.marks
    return np.interp(steps, [mark.step for mark in marks], [mark.seconds for mark in marks]).tolist()


def _microseconds(seconds: float) -> int:
    return round(1e6 * seconds)
