"""What Predict shows of a model that is asked about a point, the same for the page and for its frames."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import plotly.graph_objects as go

from pages.channel.live_text import Followed
from pages.models import map_layers, model_in_use
from pages.models.map_layers import Overlay
from pages.models.point_choices import AskedPoint, scene_of_model
from pages.plane import answer_view
from pages.plane.answer import Answer
from pages.plane.plane import pixels_of, shown_map
from pages.plane.scene import Scene, scene_of
from pages.predict import curve_walk
from pages.run_view.following import follow_answering
from pages.runs.view import RunView
from pages.server.source import Contents
from pages.state.kept_models import Kept
from pages.state.session_value import Session
from pages.state.view import MapLayer
from polycore import PolycoreError, Referee
from polycore.limits import MAX_CLASSES
from polycore.pictures.class_map import PackedMap


@dataclass(frozen=True, eq=False)
class Prediction:
    """A model, and the point that it is asked about."""

    kept: Kept
    asked: AskedPoint

    @cached_property
    def scene(self) -> Scene:
        """The scene of the model's map; without a map one that has its classes, if they are known."""
        return scene_of_model(self.kept)

    @cached_property
    def referee(self) -> Referee | None:
        """The referee of the model's curves, if there is one."""
        return model_in_use.referee_of(self.kept)

    @cached_property
    def answer(self) -> Answer:
        """What network and referee answer. Raises PolycoreError if the point is too far out."""
        predict = self.kept.model.predict_proba
        return Answer.of(predict, self.scene, self.referee, self.asked.x, self.asked.y)

    @cached_property
    def walk(self) -> go.Figure | None:
        """The chart of the walk along the curve on which the point was placed, if it was."""
        x, _, curve = self.asked
        if self.referee is None or curve is None:
            return None
        return curve_walk.chart(self.kept.model, self.referee, self.scene, curve, x)

    @property
    def is_on_map(self) -> bool:
        """Whether the map shows the point."""
        (left, right), (low, high) = self.scene.window
        return left <= self.asked.x <= right and low <= self.asked.y <= high

    def overlay(self, layers: Sequence[MapLayer]) -> Overlay:
        """Return what lies on the map with these layers."""
        point = (self.asked.x, self.asked.y) if self.is_on_map else None
        return map_layers.of_model(self.kept, layers, point)


def follow(kept: Kept, asked: AskedPoint) -> Followed | None:
    """Let the tab follow `kept`, which is asked about a point; None if no run improves it."""
    window = None if kept.experiment is None else scene_of(kept.experiment).window
    return follow_answering("predict", partial(contents, asked), window)


def contents(asked: AskedPoint, now: Session) -> Contents:
    """Return what a frame has of the session `now` about a point."""
    kept, view = now.own, now.run_view
    if kept is None or kept.experiment is None:
        return Contents({})
    prediction = Prediction(kept, asked)
    values: dict[str, Any] = {"figures": model_in_use.figures(kept)}
    try:
        values["answer"] = answer_view.values(prediction.answer, MAX_CLASSES)
    except PolycoreError:  # the point is too far out, which the page says
        return Contents(values)
    if prediction.walk is not None:
        values["walk"] = curve_walk.values(prediction.walk)
    if view is None:
        return Contents(values)
    shown = shown_map(picture_of(kept, prediction.scene, view), prediction.scene)
    overlay = prediction.overlay(now.view.predict_layers.on_map_of(kept.model.shown_classes))
    alt = overlay.described(shown.values["map_alt"])
    values["weights"] = {**shown.values, "map_alt": alt, **overlay.values()}
    return Contents(values, {"map": shown.pixels})


def picture_of(kept: Kept, scene: Scene, view: RunView | None) -> PackedMap:
    """Return the map of a model: as a worker has rendered it for a frame, or rendered here.

    view: of the run that improves it; None without one.
    """
    best = None if view is None or view.pictured is None else view.pictured[1].best
    if best is not None and best.map is not None and best.model.loss == kept.model.loss:
        return best.map
    return pixels_of(kept.model, scene.window)
