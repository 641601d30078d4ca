"""What the Compare page shows of a race, now or at a moment of the past: the contents of its frames."""

import math
from typing import Any

import numpy as np

from pages.compare import race_past
from pages.plane.plane import ShownMap, shown_map
from pages.plane.referee import best_possible
from pages.plane.scene import scene_of
from pages.runs import status
from pages.runs.race import Lane, Race, RaceView
from pages.runs.view import RunView
from pages.server.source import Choice, Contents, Show, Source
from polycore.arrays import Floats
from polycore.figures import Curve, alternative_text
from polycore.formatting import counted, loss_text, percent
from polycore.workers.picture import Portrait, Wish

OVER = "computing time (s)"


def source_of(race: Race, moment: Choice) -> Source:
    """Return the source of a race's frames, with the weights of that moment until a slider is moved."""

    def at(moment: Choice) -> Show:
        return lambda: contents(race.view, moment)

    return Source(race.name, race.trainings, moment, at(moment), at)


def contents(race: RaceView, moment: Choice) -> Contents:
    """Return what a frame has of a race; for `moment` see `values`."""
    pictures = {f"map.{index}": _map(lane, moment) for index, lane in enumerate(race.lanes)}
    blobs = {name: shown.pixels for name, shown in pictures.items() if shown is not None}
    return Contents(values(race, moment), blobs)


def values(race: RaceView, moment: Choice = "Now") -> dict[str, Any]:
    """Return what the page shows of a race beside its maps, as text and numbers.

    moment: that of the weights; see `race_past.choice_at`.
    """
    running = race.is_running
    losses, accuracies = curves_of(race)
    waits = (status.waiting(lane.view) for lane in race.lanes)
    return {
        "generation": sum(lane.view.generation for lane in race.lanes),
        "active": running,
        "standing": _standing(race, moment, running=running),
        "waits": next(filter(None, waits), ""),
        "moments": race_past.moments(race),
        "then": {"seconds": moment / 1e6 if isinstance(moment, int) else 0, "is_past": moment != "Now"},
        "lanes": {str(index): _lane(lane, race.budget, moment) for index, lane in enumerate(race.lanes)},
        "loss_alt": alternative_text.losses(losses, OVER),
        "accuracy_alt": alternative_text.accuracies(accuracies, OVER, best_possible(race.set_up)),
    }


def curves_of(race: RaceView) -> tuple[list[Curve], list[Curve]]:
    """Return each lane's lowest loss so far and held-out accuracy, over seconds of computing."""
    losses, accuracies = [], []
    for lane in race.lanes:
        seconds, _, loss, accuracy = np.array(lane.view.marks).T
        losses.append(Curve(lane.name, seconds, loss))
        accuracies.append(Curve(lane.name, seconds, accuracy))
    return losses, accuracies


def _standing(race: RaceView, moment: Choice, *, running: bool) -> str:
    """Return who leads at that moment; what follows from it only if that is the end."""
    if not race.has_begun:
        return "They are at the start."
    if any(_past(lane, moment) for lane in race.lanes):
        return _standing_then(race, int(moment))
    return race.standing() if running else f"{race.standing()} {race.verdict()}"


def _standing_then(race: RaceView, microseconds: int) -> str:
    losses = [race_past.lowest_loss_at(lane, microseconds) for lane in race.lanes]
    lowest, after = min(losses), f"After {microseconds / 1e6:.2f} s of computing"
    if losses.count(lowest) == len(losses):
        return f"{after}, all had the same loss: {loss_text(lowest)} nats."
    leader = race.lanes[losses.index(lowest)]
    return f"{after}, {leader.name} had the lowest loss: {loss_text(lowest)} nats."


def _lane(lane: Lane, budget: float, moment: Choice) -> dict[str, Any]:
    view = lane.view
    seconds, _, losses, accuracies = np.array(view.marks).T
    shown = _map(lane, moment)
    return {
        **_weights(lane, budget, moment),
        "share": 100 * min(1.0, view.seconds / budget),
        "ended": "" if view.run.ended_because is None else f"Ended early. {view.run.ended_because}",
        "error": view.error or "",
        "seconds": seconds.tolist(),
        "losses": _finite(losses),
        "accuracies": _finite(100 * accuracies),
        **({} if shown is None else shown.values),
    }


def _finite(numbers: Floats) -> list[float | None]:
    """Return the numbers as JSON can hold them: a lane that diverges has losses that it cannot."""
    return [number if math.isfinite(number) else None for number in numbers.tolist()]


def _weights(lane: Lane, budget: float, moment: Choice) -> dict[str, str]:
    """Return the lowest loss by that moment, and the accuracy of its weights and when the lane had them."""
    view, past = lane.view, _past(lane, moment)
    loss = loss_text(race_past.lowest_loss_at(lane, moment))
    if past is not None:
        step, portrait = past
        return {
            "loss": loss,
            "held_out": percent(portrait.model.held_out_accuracy or 0.0),
            "used": f"{race_past.seconds_at(lane, step):.2f} s · {counted(step, 'step')}",
        }
    return {
        "loss": loss,
        "held_out": percent(view.marks[-1].held_out_accuracy),
        "used": f"{view.seconds:.1f} of {budget:g} s · {counted(view.run.step, 'step')}",
    }


def _map(lane: Lane, moment: Choice) -> ShownMap | None:
    past, pictured = _past(lane, moment), lane.view.pictured
    now = None if pictured is None else pictured[1].now
    portrait = now if past is None else past[1]
    if portrait is None or portrait.map is None:
        return None
    return shown_map(portrait.map, scene_of(lane.view.run.experiment))


def _past(lane: Lane, moment: Choice) -> tuple[int, Portrait] | None:
    """Return the step and the weights that a lane had at a moment; None for those that it has now."""
    step = race_past.choice_at(lane, moment)
    if not isinstance(step, int):
        return None
    portrait = lane.view.past_portrait(step, wish_of(lane.view))
    return None if portrait is None else (step, portrait)


def wish_of(view: RunView) -> Wish:
    """Return what workers draw of a lane."""
    return Wish(scene_of(view.run.experiment).window)
