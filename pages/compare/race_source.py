"""The frames of a race: all that the Compare page shows of its lanes while it is under way."""

import math
from typing import Any

import numpy as np

from pages.channel.frame import Frame
from pages.plane.plane import window_of
from pages.run_view.advancing_source import AdvancingSource
from pages.run_view.map_values import ShownMap, shown_map
from pages.runs import status
from pages.runs.race import Lane, Race
from polycore.arrays import Floats
from polycore.formatting import counted, loss_text, percent
from polycore.workers.picture import Wish


class RaceSource(AdvancingSource):
    """A race as its session sees it. Its name is that of its first lane's run."""

    def __init__(self, race: Race) -> None:
        """Show the lanes of `race`."""
        trainings = [lane.training for lane in race.lanes]
        super().__init__(trainings[0].name, trainings)
        self.race = race
        for training in trainings:
            training.show(Wish(window_of(training.run.experiment)))

    def _made(self, sequence: int) -> Frame:
        pictures = {f"map.{index}": _map(lane) for index, lane in enumerate(self.race.lanes)}
        blobs = {name: shown.pixels for name, shown in pictures.items() if shown is not None}
        return Frame(self.name, sequence, values(self.race), blobs)


def values(race: Race) -> dict[str, Any]:
    """Return what the page shows of a race beside its maps, as text and numbers."""
    running = race.is_running
    waits = (status.waiting(lane.training) for lane in race.lanes)
    return {
        "generation": sum(lane.training.generation for lane in race.lanes),
        "active": running,
        "standing": _standing(race, running=running),
        "waits": next(filter(None, waits), ""),
        "lanes": {str(index): _lane(lane, race.budget) for index, lane in enumerate(race.lanes)},
    }


def _standing(race: Race, *, running: bool) -> str:
    if not race.has_begun:
        return "They are at the start."
    return race.standing() if running else f"{race.standing()} {race.verdict()}"


def _lane(lane: Lane, budget: float) -> dict[str, Any]:
    training = lane.training
    run, marks = training.run, training.marks
    seconds, _, losses, accuracies = np.array(marks).T
    shown = _map(lane)
    return {
        "loss": loss_text(float(run.history.loss[-1])),
        "held_out": percent(marks[-1].held_out_accuracy),
        "share": 100 * min(1.0, training.seconds / budget),
        "used": f"{training.seconds:.1f} of {budget:g} s · {counted(run.step, 'step')}",
        "ended": "" if run.ended_because is None else f"Ended early. {run.ended_because}",
        "error": training.error or "",
        "seconds": seconds.tolist(),
        "losses": _finite(losses),
        "accuracies": _finite(100 * accuracies),
        **({} if shown is None else shown.values),
    }


def _finite(numbers: Floats) -> list[float | None]:
    """Return the numbers as JSON can hold them: a lane that diverges has losses that it cannot."""
    return [number if math.isfinite(number) else None for number in numbers.tolist()]


def _map(lane: Lane) -> ShownMap | None:
    pictured = lane.training.pictured
    if pictured is None or pictured[1].now.map is None:
        return None
    return shown_map(pictured[1].now.map, lane.training.run.experiment, differences=False)
