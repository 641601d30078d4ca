"""The hidden layers as a diagram with + and −: a press changes the set-up."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from pages.channel import component
from pages.server import server
from pages.state import session
from polycore import Experiment
from polycore.limits import MAX_LAYERS

KEY = "settings.diagram"
HEIGHT = 112  # pixels, as in its script
# + and − go from one of these to the next: one neuron at a time would take long in a wide layer
SIZES = (*range(1, 9), 10, 12, 16, 20, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512)

_component = component.Component("polycore_layers", (Path(__file__).with_suffix(".js"),))


def draw(experiment: Experiment) -> None:
    """Draw the diagram of the set-up's network."""
    sizes = [size for size in SIZES if size <= server.current().limits.max_width]
    _component.draw(
        key=KEY,
        data={
            "hidden": list(experiment.hidden),
            "sizes": sizes,
            "most": MAX_LAYERS - 1,
            "inputs": experiment.inputs.labels,
            "outputs": experiment.class_count,
        },
        height=HEIGHT,
        on_hidden_change=partial(_choose, sizes),
    )


def _choose(sizes: Sequence[int]) -> None:
    present = session.current().experiment.hidden
    hidden = layers_among(component.sent(KEY, "hidden"), sizes, present)
    if hidden is not None:
        session.change(hidden=hidden)


def layers_among(value: Any, sizes: Sequence[int], present: Sequence[int]) -> tuple[int, ...] | None:
    """Return the layers that a browser sent; None unless each is one of `sizes` or of those `present`."""
    known = {*sizes, *present}
    if not isinstance(value, list) or len(value) >= MAX_LAYERS:
        return None
    return tuple(value) if all(type(size) is int and size in known for size in value) else None
