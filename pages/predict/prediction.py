"""What Predict shows of a model that is asked about a point, the same for the page and for its frames."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from html import escape
from typing import Any

from pages.channel import live_text
from pages.channel.live_text import Followed
from pages.models import map_layers, model_in_use, shown_network
from pages.models.map_layers import Overlay
from pages.models.point_choices import AskedPoint, scene_of_model
from pages.plane import answer_view
from pages.plane.answer import Answer
from pages.plane.plane import pixels_of, shown_map
from pages.plane.referee import BESIDE
from pages.plane.scene import Scene, scene_of
from pages.predict import curve_walk
from pages.run_view.following import follow_answering
from pages.runs.view import RunView
from pages.server.source import Contents
from pages.state.kept_models import Kept
from pages.state.session_value import Session
from pages.state.view import MapLayer
from pages.wording.percent import probability
from polycore import PolycoreError, Referee
from polycore.figures.style import Figure
from polycore.limits import MAX_CLASSES
from polycore.pictures.class_map import PackedMap
from polycore.pictures.palette import PALETTE

MAP_KEY = "predict.map"
NEXT = 2  # classes that are named after the likeliest
# of what else changes with the answer, so that the inputs below it stay in place
VERDICT_STYLE = """<style>
.verdict { min-height: 14rem; }
.verdict > p { line-height: 1.5; margin-bottom: 0.25rem; }
.verdict .quiet { color: light-dark(#5a6072, #a4abbd); }
.verdict div.quiet { margin-top: 0.5rem; font-size: 0.875rem; }
.first {
  display: flex; flex-wrap: wrap; align-items: center; gap: 0.25rem 0.75rem; margin: 0.25rem 0 0.5rem;
}
.first .swatch { width: 1.5rem; height: 1.5rem; border-radius: 0.25rem; }
.first .swatch[style*="transparent"] { display: none; } /* of no class: nothing stands beside it */
.first h3 { margin: 0; font-size: 2rem; overflow-wrap: anywhere; }
.first span { font-size: 1.25rem; font-variant-numeric: tabular-nums; }
.verdict > p .swatch { margin-right: 0.25rem; border-radius: 0.2rem; }
</style>"""


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

    @property
    def verdict(self) -> dict[str, Any]:
        """What is said first of the answer, beside its name, the same in frames.

        sure: how sure the network is; "" at a point that is far from all curves, where that means nothing.
        where: where the point lies among the curves. next: name and probability of the classes that follow.
        colors: of the likeliest class and of those that follow.
        """
        answer = self.answer
        first, *others = answer.order[: 1 + NEXT]
        shares = answer.probabilities.tolist()
        is_far = answer.place.is_far
        return {
            "sure": "" if is_far else f"{probability(shares[first])} sure",
            "where": answer.sentence() if is_far else answer.place.beside(first),
            "next": [[answer.name(label), probability(shares[label])] for label in others],
            "colors": ["transparent" if is_far else PALETTE[first].color]
            + [PALETTE[label].color for label in others],
        }

    @property
    def verdict_html(self) -> str:
        """The answer as a page shows it: what it says first is the largest."""
        answer, verdict = self.answer, self.verdict
        swatches = [
            f"<i class='swatch' data-color='verdict.colors.{index}' style='background: {color}'></i>"
            for index, color in enumerate(verdict["colors"])
        ]
        first = swatches[0] + answer_view.html(answer, "name", "h3") + _value("sure", verdict["sure"])
        others = "".join(
            f"<p>{swatch} {_value(f'next.{index}.0', name)} <b>{_value(f'next.{index}.1', share)}</b></p>"
            for index, (swatch, (name, share)) in enumerate(zip(swatches[1:], verdict["next"], strict=True))
        )
        at = f"At {self.scene.point_text(self.asked.x, self.asked.y, escape)}"
        if not answer.place.is_far:  # there the heading is not the network's
            at += " the network says"
        return (
            f'{VERDICT_STYLE}<div class="verdict"><p class="quiet">{at}</p><div class="first">{first}</div>'
            f"{_value('where', verdict['where'], 'p')}{others}"
            f'<div class="quiet">{answer_view.html(answer, "referee", "p")}</div></div>'
        )

    @cached_property
    def walk(self) -> Figure | None:
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


def quality_html(kept: Kept) -> str:
    """Return how many new points the model has right, and what stands `beside` it, which frames update."""
    figures = model_in_use.figures(kept)
    right = live_text.value("figures.held_out", figures["held_out"], "b")
    best = live_text.value(f"figures.{BESIDE}", figures[BESIDE], "p", "caption")
    return f"<p>{right} of new points right</p>{best}"


def follow(kept: Kept, asked: AskedPoint) -> Followed | None:
    """Let the tab follow `kept`, which is asked about a point; None if no run improves it."""
    window = None if kept.experiment is None else scene_of(kept.experiment).window
    return follow_answering("predict", partial(contents, asked), window)


def contents(asked: AskedPoint, now: Session) -> Contents:
    """Return what a frame has of the session `now` about a point."""
    kept, view = shown_network.answering_as_shown(now), now.run_view
    if kept is None or kept.experiment is None:
        return Contents({})
    prediction = Prediction(kept, asked)
    values: dict[str, Any] = {"figures": model_in_use.figures(kept)}
    try:
        values["answer"] = answer_view.values(prediction.answer, MAX_CLASSES)
        values["verdict"] = prediction.verdict
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
    """Return the map of a model while a run improves it: as a worker has rendered it, or rendered here.

    view: of that run; None if it is not known.
    """
    picture = None if view is None or view.pictured is None else view.pictured[1]
    for portrait in () if picture is None else (picture.now, picture.best):
        if portrait is not None and portrait.map is not None and portrait.model.loss == kept.model.loss:
            return portrait.map
    return pixels_of(kept.model, scene.window)


def _value(name: str, text: str, tag: str = "span") -> str:
    return live_text.value(f"verdict.{name}", text, tag)
