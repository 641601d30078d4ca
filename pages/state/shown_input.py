"""An input as a page has drawn it: its widget's key, and whether what its browser says still counts.

Inputs are given their values, and never set by their keys. Of two runs in a row a browser may see the second
alone, which does not say again what the first one set, and answer with the value before. So an input gets
another key if something else has changed its value: InputVersions counts such changes, for the keys.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Self

import streamlit as st

State = tuple[object, ...]
Inputs = Literal[
    "all",
    "layers",
    "seed",
    "lists of models",
    "sliders of weights",
    "numbers of weights",
    "lists of points",
    "numbers of points",
    "slider of points",
    "ways to points",
]


@dataclass(frozen=True)
class InputVersions:
    """How often something other than the inputs themselves has changed what they show.

    all: a preset, a link, Undo and the like, which change what any input may show.
    layers, seed: that setting, by the buttons for it; text being typed into other inputs then stays.
    lists of models: which models are kept, by title, and which one answers.
    sliders of weights, numbers of weights: of the Inside page, where a slider and a number input stand for
        the same weight: the one counts how often the other was used.
    lists of points, numbers of points, slider of points: of the Predict page, where they choose one point.
    ways to points: how often the user chose another way to the point, which draws other inputs.
    """

    counts: Mapping[Inputs, int] = field(default_factory=dict)

    def of(self, *groups: Inputs) -> tuple[int, ...]:
        """Return the counts of these groups, and first that of all inputs."""
        return tuple(self.counts.get(inputs, 0) for inputs in ("all", *groups))

    def key(self, name: str, *groups: Inputs) -> str:
        """Return the key of the widget of that name, which belongs to these groups."""
        return ".".join(map(str, (name, *self.of(*groups))))

    def renewed(self, *groups: Inputs) -> "InputVersions":
        """Return the versions after a change of what these groups of inputs show."""
        return InputVersions({**self.counts, **{inputs: self.counts.get(inputs, 0) + 1 for inputs in groups}})

    def after_both(self, other: "InputVersions") -> "InputVersions":
        """Return versions that no input of either had before."""
        return InputVersions({**self.counts, "all": sum(self.of() + other.of()) + 1})


@dataclass(frozen=True)
class ShownInput:
    """An input as it is drawn.

    name: of the widget, apart from all others. state: what changes whenever something else than the input
    changes what it shows, such as counts of InputVersions; drawn: that state as the input was drawn.
    """

    name: str
    state: Callable[[], State]
    drawn: State

    @classmethod
    def now(cls, name: str, state: Callable[[], State]) -> Self:
        """Return the input as it is to be drawn now."""
        return cls(name, state, state())

    @property
    def key(self) -> str:
        """The widget's key: another one shows the new value."""
        return ".".join(map(str, (self.name, *self.drawn)))

    def value(self) -> Any | None:
        """Return what the user chose or typed; for a callback.

        None if something else has changed what the input shows: a browser that has not seen that yet sends
        the earlier value, whatever it asks for.
        """
        return st.session_state[self.key] if self.state() == self.drawn else None
