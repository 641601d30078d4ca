"""Which neuron the Inside page shows: chosen in the picture or from two lists."""

from dataclasses import dataclass, replace

import streamlit as st

from pages.plane.answer import class_name
from pages.state import session
from pages.state.shown_input import Inputs, ShownInput, State
from polycore import Model

PREFIX = "inside.choice"


@dataclass(frozen=True)
class Neuron:
    """A neuron by its layer and its place in it, both from 0; the last layer's are the outputs."""

    layer: int
    place: int

    def is_output(self, model: Model) -> bool:
        """Return whether it is one of the last layer's."""
        return self.layer == len(model.weights) - 1

    def name(self, model: Model) -> str:
        """Return its name, such as "hidden layer 1, neuron 5" or "output p3"."""
        if self.is_output(model):
            return f"output p{self.place}"
        return f"hidden layer {self.layer + 1}, neuron {self.place}"


def chosen(model: Model) -> Neuron:
    """Return the neuron that is chosen; the first one if the model has no such neuron."""
    neuron = Neuron(*session.current().view.neuron)
    return neuron if _has(model, neuron) else Neuron(0, 0)


def choose(model: Model, neuron: Neuron) -> None:
    """Make `neuron` the chosen one, if the model has it, and let the lists show it."""
    if _has(model, neuron):
        _show(neuron, "all")


def draw(model: Model) -> None:
    """Draw the two lists."""
    now = chosen(model)
    layers = ShownInput.now(f"{PREFIX}.layer", _state)
    # another layer has other neurons: its list is another one
    places = ShownInput.now(f"{PREFIX}.place", lambda: (*_state(), chosen(model).layer))
    with st.container(horizontal=True):
        st.selectbox(
            "Layer",
            range(len(model.weights)),
            index=now.layer,
            format_func=lambda layer: _layer_name(model, layer),
            key=layers.key,
            width=160,
            on_change=_choose_layer,
            args=(model, layers),
            help="Hidden layers in the order in which a point passes them, then the outputs.",
        )
        st.selectbox(
            "Neuron",
            range(model.widths[now.layer + 1]),
            index=now.place,
            format_func=lambda place: _place_name(model, now.layer, place),
            key=places.key,
            width=200,
            on_change=_choose_place,
            args=(now.layer, places),
            help="Type its number, or choose it in the picture. Then change it below the plane.",
        )


def _state() -> State:
    """Return what changes if something other than a list chooses: a click, or another model."""
    now = session.current()
    return *now.inputs.of(), now.models.in_use


def _choose_layer(model: Model, layers: ShownInput) -> None:
    layer = layers.value()
    if layer is not None:
        place = min(chosen(model).place, model.widths[layer + 1] - 1)
        _show(Neuron(layer, place))


def _choose_place(layer: int, places: ShownInput) -> None:
    place = places.value()
    if place is not None:
        _show(Neuron(layer, place))


def _show(neuron: Neuron, *renewed: Inputs) -> None:
    view = replace(session.current().view, neuron=(neuron.layer, neuron.place))
    session.set_view(view, *renewed)


def _has(model: Model, neuron: Neuron) -> bool:
    return neuron.layer < len(model.weights) and neuron.place < model.widths[neuron.layer + 1]


def _layer_name(model: Model, layer: int) -> str:
    return "Outputs" if layer == len(model.weights) - 1 else f"Hidden layer {layer + 1}"


def _place_name(model: Model, layer: int, place: int) -> str:
    if not Neuron(layer, place).is_output(model):
        return f"neuron {place}"
    return class_name(model.polynomials, place)
