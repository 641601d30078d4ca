"""What there is to see of a network on Inside: the page draws it, and each frame of a run has it again."""

import json
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any

from pages.channel.live_text import Followed
from pages.inside import edited_model, network_picture, neuron_choice, neuron_map, numbers_walk, traced_point
from pages.inside.network_picture import NetworkPicture
from pages.inside.neuron_choice import Neuron
from pages.inside.neuron_map import Plane
from pages.inside.numbers_walk import Section
from pages.models import model_in_use, shown_network
from pages.plane.scene import Scene
from pages.run_view import following
from pages.server.source import Contents
from pages.state.kept_models import ByHand, Kept
from pages.state.session_value import Session
from pages.state.view import View
from polycore import Model, PolycoreError
from polycore.model.evaluation import DataSets
from polycore.polynomials.window import Window

WITHOUT_CURVES: Window = ((-1.0, 1.0), (-5.0, 5.0))


@dataclass(frozen=True, eq=False)
class InsideValues:
    """What Inside shows of a session. Each part is computed when it is asked for, and none waits for another.

    unchanged: the network that is shown, as it is kept or as its run had it at the chosen moment.
    by_hand: how the user holds it still, and changes it; None if the user does not.
    is_past: whether it is from an earlier step of its run.
    view: what the pages show.
    """

    unchanged: Kept
    by_hand: ByHand | None
    is_past: bool
    view: View

    @property
    def stands_still(self) -> bool:
        """Whether it stays as it is while its run learns."""
        return self.is_past or self.by_hand is not None

    @cached_property
    def kept(self) -> Kept:
        """The network with the changes by hand, and with its own figures once they are known."""
        held = self.by_hand
        if held is None:
            return self.unchanged
        history = None if held.is_changed else self.unchanged.history  # its run has not had changed weights
        return replace(self.unchanged, model=held.measured or held.model, history=history)

    @property
    def model(self) -> Model:
        """Its weights. As they are measured it stays the same object, whose pictures are kept."""
        return self.unchanged.model if self.by_hand is None else self.by_hand.model

    @cached_property
    def sets(self) -> DataSets | None:
        """The points that its loss and accuracies are measured on; None if they are not known."""
        return edited_model.data_sets(self.unchanged)

    @property
    def is_measured(self) -> bool:
        """Whether its loss and accuracies are known."""
        return self.by_hand is None or self.by_hand.measured is not None

    @cached_property
    def scene(self) -> Scene | None:
        """The scene of its classes; None if no map of them can be drawn."""
        return model_in_use.scene_of_kept(self.kept)

    @property
    def neuron(self) -> Neuron:
        """The chosen neuron."""
        return neuron_choice.chosen(self.view, self.model)

    @property
    def picture(self) -> NetworkPicture:
        """The network as a picture."""
        window = WITHOUT_CURVES if self.scene is None else self.scene.window
        return network_picture.picture_of(self.model, window, self.neuron, self.sets)

    def plane(self, plane_view: str) -> Plane | None:
        """Return the plane in that view; None if no map can be drawn."""
        if self.scene is None:
            return None
        return neuron_map.plane_of(self.model, self.scene, self.neuron, plane_view)

    @cached_property
    def point(self) -> traced_point.TracedPoint:
        """The point that is traced through it."""
        return traced_point.traced(self.view, self.kept)

    @property
    def walk(self) -> list[Section]:
        """The numbers of that point's forward pass. Raises PolycoreError if the point is too far out."""
        return numbers_walk.sections(
            self.kept.model, self.point, self.neuron, self.sets, measured=self.is_measured
        )


def of(now: Session) -> InsideValues | None:
    """Return what Inside shows of a session; None if no model is in use."""
    unchanged = shown_network.shown_inside(now)
    if unchanged is None:
        return None
    by_hand = shown_network.by_hand_of(now, unchanged)
    return InsideValues(unchanged, by_hand, isinstance(now.inside_choice, int), now.view)


def follow(plane_view: str) -> Followed | None:
    """Let the tab follow the model that answers, its plane in that view; None if no run improves it."""
    return following.follow_answering("inside", partial(contents, plane_view))


def contents(plane_view: str, now: Session) -> Contents:
    """Return what a frame has of the session `now`, with the plane in that view."""
    values, of_run = of(now), now.run_view
    if values is None or of_run is None:
        return Contents({})
    moments = {"moments": of_run.moments}
    if values.stands_still:
        return Contents(moments)
    picture, plane = values.picture, values.plane(plane_view)
    header: dict[str, Any] = {
        **moments,
        "figures": model_in_use.figures(values.kept),
        "dead": picture.dead,
        "plane": {} if plane is None else plane.values,
    }
    with suppress(PolycoreError):  # of a point too far out, which the page says
        header["walk"] = [section.values for section in values.walk]
    return Contents(header, {"network": json.dumps(picture.drawn).encode()})
