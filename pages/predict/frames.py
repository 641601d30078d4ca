"""What the page shows of its model while a run improves it, frame by frame."""

from functools import partial
from typing import Any

from pages.channel.live_text import Followed
from pages.models import asked, map_layers, model_in_use
from pages.plane.scene import scene_of
from pages.predict import curve_walk
from pages.predict.asked_point import Asked
from pages.run_view import map_values
from pages.run_view.following import best_map, follow_answering
from pages.server.source import Contents
from pages.state.kept_models import Kept
from pages.state.session_value import Session
from polycore import Experiment, PolycoreError
from polycore.limits import MAX_CLASSES


def follow(kept: Kept, point: Asked) -> Followed | None:
    """Let the tab follow `kept`, which is asked about `point`; None if no run improves it."""
    window = None if kept.experiment is None else scene_of(kept.experiment).window
    return follow_answering("predict", partial(contents, point), window)


def contents(point: Asked, now: Session) -> Contents:
    """Return what a frame has of the session as it is by then."""
    kept = now.own
    if kept is None or kept.experiment is None:
        return Contents({})
    values: dict[str, Any] = {"figures": model_in_use.figures(kept)}
    try:
        values |= _answers(kept, kept.experiment, point)
    except PolycoreError:  # the point is too far out, which the page says
        return Contents(values)
    shown = best_map(now)
    if shown is None:
        return Contents(values)
    on_map = _on_map(kept, kept.experiment, shown.values["map_alt"], point, now)
    values["weights"] = {**shown.values, **on_map}
    return Contents(values, {"map": shown.pixels})


def _answers(kept: Kept, experiment: Experiment, point: Asked) -> dict[str, Any]:
    model, referee = kept.model, model_in_use.referee_of(kept)
    scene = scene_of(experiment)
    values = {"answer": asked.values(model, referee, (point.x, point.y), scene, MAX_CLASSES)}
    if referee is not None and point.curve is not None:
        values["walk"] = curve_walk.values(model, referee, scene, point.curve, point.x)
    return values


def _on_map(kept: Kept, experiment: Experiment, alt: str, point: Asked, now: Session) -> dict[str, Any]:
    layers = now.view.predict_layers
    wrong = map_layers.mistakes_of_model(kept.model, experiment) if "Mistakes" in layers else None
    (left, right), (low, high) = scene_of(experiment).window
    inside = left <= point.x <= right and low <= point.y <= high
    described = map_layers.described(alt, layers, experiment, wrong, (point.x, point.y) if inside else None)
    mistakes = {} if wrong is None else {"mistakes": map_values.mistakes(wrong, experiment)}
    return {"map_alt": described, **mistakes}
