"""What the Compare page shows of a race, now or at a moment of the past: its values and its frames.

At a moment each lane has computed for as long as the others.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from pages.compare.charts import NAMES, Charts, Curves, Name
from pages.plane.plane import pixels_of_run, shown_map
from pages.plane.referee import best_possible
from pages.plane.scene import scene_of
from pages.runs import sentences
from pages.runs.race import Lane, Race, View, microseconds
from pages.runs.view import RunView, seconds_at
from pages.server.source import Choice, Contents, Source
from pages.wording import percent as wording
from pages.wording.words import listed
from polycore.formatting import counted, loss_text, percent
from polycore.pictures.class_map import PackedMap
from polycore.workers.picture import Portrait, Wish

AT_THE_START = "They are at the start."
# beside the leader by accuracy, if another has the lowest loss
LOWER_LOSS = "{} has the lowest loss, which is what all of them minimize."


def source_of(race: Race, moment: Choice = "Now") -> Source:
    """Return the source of a race's frames, with the weights of a moment; see `choice_at`."""
    at = partial(source_of, race)
    return Source(race.name, race.trainings, moment, lambda: contents(race.view, moment), at=at)


def contents(race: View, moment: Choice) -> Contents:
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


def values(race: View, moment: Choice = "Now") -> dict[str, Any]:
    """Return what the page shows of a race beside its maps, as text and numbers.

    moment: of the weights; see `choice_at`.
    """
    waits = (sentences.waiting(lane.view) for lane in race.lanes)
    shown = [_Shown.of(lane, moment) for lane in race.lanes]
    places = {name: places_by(name, shown) for name in NAMES}
    return {
        "generation": sum(lane.view.generation for lane in race.lanes),
        "active": race.is_running,
        "status": _status(race),
        "progress": race.progress,
        "share": 100.0 if race.used is None else 100 * min(1.0, race.used / race.budget),
        "standing": {
            "loss": _standing(race, moment),
            "accuracy": _standing_by_accuracy(race, moment, [one.accuracy for one in shown]),
        },
        "waits": next(filter(None, waits), ""),
        "moments": race.moments,
        "then": {"seconds": moment / 1e6 if isinstance(moment, int) else 0, "is_past": moment != "Now"},
        "lanes": {
            str(index): {
                "loss": loss_text(one.loss),
                "accuracy": percent(one.accuracy),
                "used": one.used,
                "place": {name: str(place[index]) for name, place in places.items()},
                "ended": f"Ended early. {ended}" if (ended := lane.ended_because) else "",
                "error": lane.view.error or "",
            }
            for index, (lane, one) in enumerate(zip(race.lanes, shown, strict=True))
        },
        **charts_of(race).values(range(len(race.lanes))),
    }


def order_of(race: View, by: Name) -> list[int]:
    """Return the indices of the lanes as the page has them from left to right.

    At the end the best comes first. Until then no map leaves its position, since nobody could follow it.
    """
    indices = list(range(len(race.lanes)))
    if race.is_running or not race.is_ranked:
        return indices
    places = places_by(by, [_Shown.of(lane, "Now") for lane in race.lanes])
    return sorted(indices, key=places.__getitem__)


def charts_of(race: View) -> Charts:
    """Return the charts of each lane's lowest loss so far and its held-out accuracy."""
    curves = [Curves(lane.name, *lane.curves) for lane in race.lanes]
    return Charts(curves, race.axis, best_possible(race.set_up))


def choice_at(lane: Lane, moment: Choice) -> Choice:
    """Return which weights a lane has at a moment: the step of its latest snapshot by then, or "Now".

    moment: a computing time in microseconds; anything else means "Now".
    """
    view = lane.view
    steps = view.run.snapshots.step  # the widest networks have none
    if not isinstance(moment, int) or moment >= microseconds(view.seconds) or not steps:
        return "Now"
    times = [microseconds(seconds) for seconds in seconds_at(steps, view.milestones).tolist()]
    return steps[max(0, bisect_right(times, moment) - 1)]


def lowest_loss_at(lane: Lane, moment: Choice) -> float:
    """Return a lane's lowest loss in nats by a moment, as the race's chart has it: at the end of a chunk."""
    milestones = lane.view.milestones
    if not isinstance(moment, int):
        return milestones[-1].best_loss
    ends = [microseconds(milestone.seconds) for milestone in milestones]
    return milestones[max(0, bisect_right(ends, moment) - 1)].best_loss


def wish_of(view: RunView) -> Wish:
    """Return what workers draw of a lane."""
    return Wish(scene_of(view.run.experiment).window)


@dataclass(frozen=True)
class _Shown:
    """What the page shows of a lane at a moment.

    loss: the lowest by then, in nats. accuracy: of the weights on the map, as a share.
    used: the steps and the computing time up to these weights, in words.
    """

    loss: float
    accuracy: float
    used: str

    @classmethod
    def of(cls, lane: Lane, moment: Choice) -> "_Shown":
        view, past, loss = lane.view, _past(lane, moment), lowest_loss_at(lane, moment)
        if past is None:
            used = f"{counted(view.run.step, 'step')} in {view.seconds:.1f} s"
            return cls(loss, view.milestones[-1].held_out_accuracy, used)
        step, portrait = past
        [seconds] = seconds_at([step], view.milestones)
        used = f"{counted(step, 'step')} in {seconds:.2f} s"
        return cls(loss, portrait.model.held_out_accuracy or 0.0, used)


def places_by(name: Name, shown: Sequence[_Shown]) -> list[int]:
    """Return the place of each lane, from 1: one more than there are better lanes."""
    scores = [-one.loss if name == "loss" else one.accuracy for one in shown]
    return [1 + sum(other > score for other in scores) for score in scores]


def _status(race: View) -> str:
    if race.is_running:
        return "Running" if race.has_begun else "Starting"
    if race.was_stopped:
        return "Stopped"
    return "Paused" if any(lane.view.state == "asleep" for lane in race.lanes) else "Finished"


def _standing(race: View, moment: Choice) -> str:
    """Return whose loss is lowest at that moment, and the verdict only at the end of the race."""
    if not race.has_begun:
        return AT_THE_START
    after = _after(race, moment)
    if not after:
        return race.standing() if race.is_running else f"{race.standing()} {race.verdict()}"
    losses = [lowest_loss_at(lane, moment) for lane in race.lanes]
    lowest = min(losses)
    if losses.count(lowest) == len(losses):
        who = "both" if len(losses) == 2 else "all"
        return f"{after}, {who} had the same loss: {loss_text(lowest)} nats."
    leader = race.lanes[losses.index(lowest)]
    return f"{after}, {leader.name} had the lowest loss: {loss_text(lowest)} nats."


def _standing_by_accuracy(race: View, moment: Choice, accuracies: Sequence[float]) -> str:
    """Return who gets the most new points right at that moment, and at the end whether that is a surprise."""
    if not race.has_begun:
        return AT_THE_START
    highest = max(accuracies)
    names = [lane.name for lane, share in zip(race.lanes, accuracies, strict=True) if share == highest]
    if len(names) == len(accuracies):
        who = "both" if len(names) == 2 else "all"
        what = f"got {wording.percent(highest)} of new points right."
    else:
        who, what = listed(names), f"got the most new points right: {wording.percent(highest)}."
    if after := _after(race, moment):
        return f"{after}, {who} {what}"
    if race.is_running:
        return f"So far {who} {what}"
    # the verdict is about the lane with the lowest loss
    why = race.verdict() if race.leader.name in names else LOWER_LOSS.format(race.leader.name)
    return f"{who.capitalize() if who in ('all', 'both') else who} {what} {why}"


def _after(race: View, moment: Choice) -> str:
    """Return after how much computing a past moment is, in words; "" if it is not past."""
    if isinstance(moment, int) and any(_past(lane, moment) for lane in race.lanes):
        return f"After {moment / 1e6:.2f} s of computing"
    return ""


def _past(lane: Lane, moment: Choice) -> tuple[int, Portrait] | None:
    """Return the step and the weights of a lane at a past moment; None if it has its present ones."""
    step = choice_at(lane, moment)
    if not isinstance(step, int):
        return None
    portrait = lane.view.past_portrait(step, wish_of(lane.view))
    return None if portrait is None else (step, portrait)
