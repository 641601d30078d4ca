"""The model on the Inside page: what is known of it, and what the user has changed in it by hand."""

from dataclasses import replace
from functools import lru_cache

import numpy as np

from pages.models import model_in_use, shown_network
from pages.models.shown_network import shown_inside, step_inside
from pages.state import session
from pages.state.kept_models import ByHand, Kept
from polycore import Experiment, Model
from polycore.arrays import read_only
from polycore.inspection.parameter_index import ParameterIndex
from polycore.model.evaluation import DataSets
from polycore.polynomials.window import Window
from polycore.tutorial.untrained_model import is_tutorial, tutorial_model, tutorial_sets

TUTORIAL_TITLE = "The tutorial's network · untrained, 12 polynomials"
BY_HAND = "By hand: "
WITHOUT_CURVES: Window = ((-1.0, 1.0), (-5.0, 5.0))


def by_hand(kept: Kept) -> ByHand | None:
    """Return how `kept` is held and changed; None if it is not, or if its classes have been named since."""
    return shown_network.by_hand_of(session.current(), kept)


def is_changed(kept: Kept) -> bool:
    """Return whether the user has changed a weight of `kept`."""
    held = by_hand(kept)
    return held is not None and held.model is not held.original


def shown(kept: Kept) -> Model:
    """Return the model of `kept` as it is shown: with the changes by hand."""
    held = by_hand(kept)
    return kept.model if held is None else held.model


def unchanged(kept: Kept) -> Model:
    """Return the model of `kept` without those changes: while it is held, as it was when that began."""
    held = by_hand(kept)
    return kept.model if held is None else held.original


def data_sets(kept: Kept) -> DataSets | None:
    """Return the points that its loss and accuracies are measured on; None if they are not known."""
    if is_tutorial(kept.model):
        return tutorial_sets()
    experiment = model_in_use.known_experiment(kept)
    return None if experiment is None else _sets(experiment)


def window_of(kept: Kept) -> Window:
    """Return the part of the plane that is shown."""
    scene = model_in_use.scene_of_kept(kept)
    return WITHOUT_CURVES if scene is None else scene.window


def hold(kept: Kept) -> None:
    """Hold the model still while its run may improve it; not if another one answers by now."""
    session.collect()  # the page has followed the run since it was drawn
    newest = shown_inside(session.current())
    if newest is not None and newest.title == kept.title and by_hand(newest) is None:
        _hold(_untouched(newest))


def enter(kept: Kept, parameter: ParameterIndex, value: float) -> None:
    """Set one weight or bias to `value`, and measure the model again."""
    _hold(_changed(kept, parameter, value))


def put_back() -> None:
    """Show the kept model as it is again."""
    held = session.current().by_hand
    if held is None:
        return  # the second of two quick clicks
    undo = None if held.model is held.original else "Your changes by hand were taken back."
    session.set_by_hand(None, undo=undo)


def keep(kept: Kept) -> None:
    """Keep the changed model beside the original, and use it."""
    if not is_changed(kept):
        return  # the second of two quick clicks
    held, changed = by_hand(kept), shown(kept)
    # the change comes first, since lists cut names; of several by hand it is the latest one
    title = kept.title.partition(" · ")[2] if kept.title.startswith(BY_HAND) else kept.title
    at = f", at step {held.step:,}" if held is not None and held.choice != "Best" else ""
    what = _what_differs(unchanged(kept), changed)
    metadata = dict(changed.metadata) | {"changed_by_hand": True}
    session.set_by_hand(None)
    # without an experiment of its own: the run must not replace this model as it improves
    new = replace(changed, metadata=metadata)
    session.add(Kept(f"{BY_HAND}{what}{at} · {title}", new, None, about=kept.about, named=kept.named))


def _what_differs(before: Model, after: Model) -> str:
    """Return in a few words what was changed by hand."""
    changed = [
        _number_in_words(after, name, layer, index)
        for name in ("weights", "biases")
        for layer, (one, other) in enumerate(zip(getattr(before, name), getattr(after, name), strict=True))
        for index in np.argwhere(one != other).tolist()
    ]
    return changed[0] if len(changed) == 1 else f"{len(changed)} numbers"


def _number_in_words(model: Model, name: str, layer: int, index: list[int]) -> str:
    source, neuron = index
    is_last = layer == len(model.weights) - 1
    target = f"output {neuron}" if is_last else f"neuron {neuron} of layer {layer + 1}"
    value = f"{getattr(model, name)[layer][source, neuron]:.4g}".replace("-", "−")
    if name == "biases":
        return f"bias of {target} = {value}"
    origin = model.inputs.labels[source] if layer == 0 else f"neuron {source}"
    return f"weight from {origin} to {target} = {value}"


def kept_tutorial() -> Kept | None:
    """Return the tutorial's own network, if it is among the kept models."""
    return next((kept for kept in session.current().models.kept if kept.model is tutorial_model()), None)


def use_tutorial() -> None:
    """Use the tutorial's own network, which is kept at most once."""
    kept = kept_tutorial()
    if kept is None:
        session.add(Kept(TUTORIAL_TITLE, tutorial_model(), None))
    else:
        session.use(kept.title)


def _changed(kept: Kept, parameter: ParameterIndex, value: float) -> ByHand:
    held = by_hand(kept) or _untouched(kept)
    model = parameter.changed(held.model, value)
    if _same_weights(model, held.original):
        model = held.original
    elif (sets := data_sets(kept)) is not None:
        model = sets.measured(model)
    return replace(held, model=model)


def _untouched(kept: Kept) -> ByHand:
    now = session.current()
    return ByHand(kept.title, kept.model, kept.model, now.inside_choice, step_inside(now))


def _hold(held: ByHand) -> None:
    other = session.current().by_hand
    undo = None
    if other is not None and other.model is not other.original:
        if other.title != held.title:
            undo = "Your changes to another model were dropped."
        elif other.choice != held.choice:
            undo = "Your changes to the network of another step were dropped."
    session.set_by_hand(held, undo=undo)


def _same_weights(model: Model, other: Model) -> bool:
    pairs = zip(model.weights + model.biases, other.weights + other.biases, strict=True)
    return all(np.array_equal(mine, theirs) for mine, theirs in pairs)


@lru_cache(maxsize=4)
def _sets(experiment: Experiment) -> DataSets:
    return read_only(DataSets.of(experiment))
