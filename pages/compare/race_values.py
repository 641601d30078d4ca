"""What the Compare page shows of a race, now or at a moment of the past: its values and its frames.

At a moment each lane has computed for as long as the others.
"""

from bisect import bisect_right
from typing import Any

import numpy as np

from pages.compare.charts import Charts, Curves, seconds_at
from pages.plane.plane import pixels_of_run, shown_map
from pages.plane.referee import best_possible
from pages.plane.scene import scene_of
from pages.runs import status
from pages.runs.race import Lane, Race, RaceView
from pages.runs.view import RunView
from pages.server.source import Choice, Contents, Show, Source
from polycore.formatting import counted, loss_text, percent
from polycore.pictures.class_map import PackedMap
from polycore.workers.picture import Portrait, Wish

OVER = "computing time (s)"
STOPS = 100  # moments of a whole race: a film of them takes 16 s
AT_THE_START = "They are at the start."


def source_of(race: Race, moment: Choice) -> Source:
    """Return the source of a race's frames, with the weights of that moment until a slider is moved."""

    def at(moment: Choice) -> Show:
        return lambda: contents(race.view, moment)

    return Source(race.name, race.trainings, moment, at(moment), at=at)


def contents(race: RaceView, moment: Choice) -> Contents:
    """Return what a frame has of a race: the values that the page shows, and the maps."""
    header, blobs = values(race, moment), {}
    for index, lane in enumerate(race.lanes):
        picture = _rendered(lane, moment)
        if picture is not None:
            shown = shown_map(picture, scene_of(lane.view.run.experiment))
            header["lanes"][str(index)] |= shown.values
            blobs[f"map.{index}"] = shown.pixels
    return Contents(header, blobs)


def picture_of(lane: Lane, moment: Choice) -> PackedMap:
    """Return the map of a lane at a moment, as the next frame has it if a worker has rendered it by now."""
    run = lane.view.run
    return _rendered(lane, moment) or pixels_of_run(run, scene_of(run.experiment).window)


def _rendered(lane: Lane, moment: Choice) -> PackedMap | None:
    """Return the map of a lane at a moment; None if no worker has rendered it yet."""
    past, pictured = _past(lane, moment), lane.view.pictured
    if past is not None:
        return past[1].map
    if pictured is None or pictured[0] is not lane.view.run:
        return None
    return pictured[1].now.map


def values(race: RaceView, moment: Choice = "Now") -> dict[str, Any]:
    """Return what the page shows of a race beside its maps, as text and numbers.

    moment: of the weights; see `choice_at`.
    """
    waits = (status.waiting(lane.view) for lane in race.lanes)
    return {
        "generation": sum(lane.view.generation for lane in race.lanes),
        "active": race.is_running,
        "standing": _standing(race, moment),
        "waits": next(filter(None, waits), ""),
        "moments": moments(race),
        "then": {"seconds": moment / 1e6 if isinstance(moment, int) else 0, "is_past": moment != "Now"},
        "lanes": {str(index): _lane(lane, race.budget, moment) for index, lane in enumerate(race.lanes)},
        **charts_of(race).values(range(len(race.lanes))),
    }


def charts_of(race: RaceView) -> Charts:
    """Return the charts of each lane's lowest loss so far and its held-out accuracy."""
    curves = []
    for lane in race.lanes:
        seconds, _, losses, accuracies = np.array(lane.view.marks).T
        curves.append(Curves(lane.name, seconds, losses, accuracies))
    return Charts(curves, OVER, best_possible(race.set_up))


def moments(race: RaceView) -> list[tuple[int, Choice]]:
    """Return computing times in microseconds, evenly spaced, each with its choice; the last one is "Now"."""
    end = max(_microseconds(lane.view.seconds) for lane in race.lanes)
    times = (round(stop * _microseconds(race.budget) / STOPS) for stop in range(STOPS + 1))
    return [*((time, time) for time in times if time < end), (end, "Now")]


def choice_at(lane: Lane, moment: Choice) -> Choice:
    """Return which weights a lane has at a moment: the step of its latest snapshot by then, or "Now".

    moment: a computing time in microseconds; anything else means "Now".
    """
    view = lane.view
    steps = view.run.snapshots.step  # the widest networks have none
    if not isinstance(moment, int) or moment >= _microseconds(view.seconds) or not steps:
        return "Now"
    times = [_microseconds(seconds) for seconds in seconds_at(steps, view.marks).tolist()]
    return steps[max(0, bisect_right(times, moment) - 1)]


def lowest_loss_at(lane: Lane, moment: Choice) -> float:
    """Return a lane's lowest loss in nats by a moment, as the race's chart has it: at the end of a chunk."""
    marks = lane.view.marks
    if not isinstance(moment, int):
        return marks[-1].best_loss
    ends = [_microseconds(mark.seconds) for mark in marks]
    return marks[max(0, bisect_right(ends, moment) - 1)].best_loss


def wish_of(view: RunView) -> Wish:
    """Return what workers draw of a lane."""
    return Wish(scene_of(view.run.experiment).window)


def _standing(race: RaceView, moment: Choice) -> str:
    """Return who leads at that moment, and the verdict only at the end of the race."""
    if not race.has_begun:
        return AT_THE_START
    if not isinstance(moment, int) or not any(_past(lane, moment) for lane in race.lanes):
        return race.standing() if race.is_running else f"{race.standing()} {race.verdict()}"
    losses = [lowest_loss_at(lane, moment) for lane in race.lanes]
    lowest, after = min(losses), f"After {moment / 1e6:.2f} s of computing"
    if losses.count(lowest) == len(losses):
        return f"{after}, all had the same loss: {loss_text(lowest)} nats."
    leader = race.lanes[losses.index(lowest)]
    return f"{after}, {leader.name} had the lowest loss: {loss_text(lowest)} nats."


def _lane(lane: Lane, budget: float, moment: Choice) -> dict[str, Any]:
    """Return what a lane's card shows: its lowest loss by that moment, and the accuracy of its weights."""
    view, past = lane.view, _past(lane, moment)
    if past is None:
        held_out = view.marks[-1].held_out_accuracy
        used = f"{view.seconds:.1f} of {budget:g} s · {counted(view.run.step, 'step')}"
    else:
        step, portrait = past
        held_out = portrait.model.held_out_accuracy or 0.0
        [seconds] = seconds_at([step], view.marks)
        used = f"{seconds:.2f} s · {counted(step, 'step')}"
    return {
        "loss": loss_text(lowest_loss_at(lane, moment)),
        "held_out": percent(held_out),
        "used": used,
        "share": 100 * min(1.0, view.seconds / budget),
        "ended": "" if view.run.ended_because is None else f"Ended early. {view.run.ended_because}",
        "error": view.error or "",
    }


def _past(lane: Lane, moment: Choice) -> tuple[int, Portrait] | None:
    """Return the step and the weights of a lane at a past moment; None if it has its present ones."""
    step = choice_at(lane, moment)
    if not isinstance(step, int):
        return None
    portrait = lane.view.past_portrait(step, wish_of(lane.view))
    return None if portrait is None else (step, portrait)


def _microseconds(seconds: float) -> int:
    return round(1e6 * seconds)
