"""What the page shows of its model while a run improves it, frame by frame."""

import json
from functools import partial
from typing import Any

from pages.channel.live_text import Followed
from pages.inside import edited_model, network_picture, neuron_choice, neuron_map, numbers_walk
from pages.inside.followed_point import followed
from pages.inside.subject import is_past
from pages.models import model_in_use, shown_network
from pages.run_view import following
from pages.server.source import Contents
from pages.state.session_value import Session
from polycore import PolycoreError


def follow(view: str) -> Followed | None:
    """Let the tab follow the model that answers, its plane in that view; None if no run improves it."""
    return following.follow_answering("inside", partial(contents, view))


def contents(view: str, now: Session) -> Contents:
    """Return what a frame has of the session as it is by then."""
    kept, of_run = shown_network.shown_inside(now), now.run_view
    if kept is None or of_run is None:
        return Contents({})
    past = {"moments": of_run.moments}
    if is_past(now) or shown_network.by_hand_of(now, kept) is not None:
        return Contents(past)
    model, sets, window = kept.model, edited_model.data_sets(kept), edited_model.window_of(kept)
    scene = model_in_use.scene_of_kept(kept)
    neuron = neuron_choice.chosen_in(now.view, model)
    picture = network_picture.picture_of(model, window, neuron, sets)
    values: dict[str, Any] = {
        **past,
        "figures": model_in_use.figures(kept),
        "dead": picture.dead_sentence,
        "plane": {} if scene is None else neuron_map.values(model, scene, neuron, view),
    }
    try:
        sections = numbers_walk.sections(model, followed(now.view, kept), neuron, sets, measured=True)
        values["walk"] = [section.values for section in sections]
    except PolycoreError:
        pass  # the point is too far out, which the page says
    return Contents(values, {"network": json.dumps(picture.message).encode()})
