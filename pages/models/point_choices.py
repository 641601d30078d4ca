"""The points that the inputs of Predict choose for a model: anywhere, on a curve of it, or at a crossing."""

import math
from dataclasses import dataclass, replace
from typing import NamedTuple

from pages.models import model_in_use
from pages.plane.crossings import Meeting, meeting_at, meetings_of
from pages.plane.scene import Scene
from pages.state.kept_models import Kept
from pages.state.view import PointInputs, Way

ANY: Way = "Any point"
ON_CURVE: Way = "On a curve"
AT_CROSSING: Way = "At a crossing"


class AskedPoint(NamedTuple):
    """The point, and the class of the curve it was placed on, if any. On a steep curve y may be infinite."""

    x: float
    y: float
    curve: int | None = None


@dataclass(frozen=True)
class PointChoices:
    """What there is to choose from.

    scene: of the model's map. meetings: where its curves meet, from left to right.
    """

    scene: Scene
    meetings: tuple[Meeting, ...]

    @classmethod
    def of(cls, kept: Kept) -> "PointChoices":
        """Return the choices for a model; without a referee of its curves, crossings are not among them."""
        scene = scene_of_model(kept)
        return cls(scene, tuple(meetings_of(scene)) if model_in_use.referee_of(kept) else ())

    @property
    def ways(self) -> list[Way]:
        """The ways to choose a point."""
        return [ANY, *([ON_CURVE] if self.scene.curves else []), *([AT_CROSSING] if self.meetings else [])]

    def fitted(self, inputs: PointInputs) -> PointInputs:
        """Return the inputs with a way, a curve and a crossing that the model has, and x and y of the point.

        An infinite y is left out.
        """
        possible, (x, y, _) = self._possible(inputs), self.asked(inputs)
        return replace(possible, x=x, y=y) if math.isfinite(y) else possible

    def asked(self, inputs: PointInputs) -> AskedPoint:
        """Return the point that the inputs choose."""
        point = self._possible(inputs)
        if point.way == ON_CURVE:
            return AskedPoint(point.x, self.scene.curves[point.curve](point.x), point.curve)
        if point.way == AT_CROSSING:
            meeting = self.meetings[self.crossing(point)]
            return AskedPoint(meeting.x, meeting.y)
        # a crossing may need more digits than the inputs show
        index = meeting_at(self.meetings, point.x, point.y)
        if index is None:
            return AskedPoint(point.x, point.y)
        return AskedPoint(self.meetings[index].x, self.meetings[index].y)

    def crossing(self, inputs: PointInputs) -> int:
        """Return the index of the crossing that the inputs choose: the middle one at first."""
        return len(self.meetings) // 2 if inputs.crossing is None else inputs.crossing

    def _possible(self, inputs: PointInputs) -> PointInputs:
        is_beyond = inputs.crossing is not None and inputs.crossing >= max(1, len(self.meetings))
        return replace(
            inputs,
            way=inputs.way if inputs.way in self.ways else ANY,
            curve=inputs.curve if inputs.curve < max(1, len(self.scene.curves)) else 0,
            crossing=0 if is_beyond else inputs.crossing,
        )


def scene_of_model(kept: Kept) -> Scene:
    """Return the scene of a model's map; without a map one that has its classes, if they are known."""
    x_range, model = model_in_use.x_range_of(kept), kept.model
    anywhere = Scene(model.shown_classes, model.polynomials, (x_range, x_range))
    return model_in_use.scene_of_kept(kept) or anywhere
