"""Which neuron the Inside page shows: chosen in the picture or from two lists."""

from dataclasses import dataclass, replace
from functools import partial

import streamlit as st

from pages.plane.scene import class_name
from pages.state import session
from pages.state.inputs import Input
from pages.state.view import View
from polycore import Model

PREFIX = "inside.choice"


@dataclass(frozen=True)
class Neuron:
    """A neuron, by its layer and its index there, both from 0; those of the last layer are the outputs."""

    layer: int
    index: int

    def is_output(self, model: Model) -> bool:
        """Return whether it is an output."""
        return self.layer == len(model.weights) - 1

    def name(self, model: Model) -> str:
        """Return its name, such as "hidden layer 1, neuron 5" or "output p3"."""
        if self.is_output(model):
            return f"output p{self.index}"
        return f"hidden layer {self.layer + 1}, neuron {self.index}"


def chosen(model: Model) -> Neuron:
    """Return the chosen neuron, or the first one if the model has no such neuron."""
    return chosen_in(session.current().view, model)


def chosen_in(view: View, model: Model) -> Neuron:
    """Return the same for a session that shows `view`."""
    neuron = Neuron(*view.neuron)
    return neuron if _has(model, neuron) else Neuron(0, 0)


def choose(model: Model, neuron: Neuron) -> None:
    """Choose `neuron`, if the model has it."""
    if _has(model, neuron):
        _show(neuron)


def draw(model: Model) -> None:
    """Draw the two lists."""
    layer = chosen(model).layer
    layers = Input(
        f"{PREFIX}.layer", lambda: chosen(model).layer, partial(_choose_layer, model), of=_model_in_use
    )
    neurons = Input(
        f"{PREFIX}.neuron",
        lambda: chosen(model).index,
        lambda index: _show(Neuron(layer, index)),
        of=lambda: (_model_in_use(), chosen(model).layer),  # each layer has its own list of neurons
    )
    with st.container(horizontal=True, wrap=False, gap="small"):
        layers.choose(
            st.selectbox,
            "Layer",
            range(len(model.weights)),
            format_func=lambda layer: _layer_name(model, layer),
            help="Hidden layers in the order in which a point passes through them, then the outputs.",
        )
        neurons.choose(
            st.selectbox,
            "Neuron",
            range(model.widths[layer + 1]),
            format_func=lambda index: _neuron_name(model, Neuron(layer, index)),
            help="Type its number, or choose it in the picture. You can change it below.",
        )


def _model_in_use() -> str | None:
    return session.current().models.in_use


def _choose_layer(model: Model, layer: int) -> None:
    _show(Neuron(layer, min(chosen(model).index, model.widths[layer + 1] - 1)))


def _show(neuron: Neuron) -> None:
    session.set_view(replace(session.current().view, neuron=(neuron.layer, neuron.index)))


def _has(model: Model, neuron: Neuron) -> bool:
    return neuron.layer < len(model.weights) and neuron.index < model.widths[neuron.layer + 1]


def _layer_name(model: Model, layer: int) -> str:
    return "Outputs" if layer == len(model.weights) - 1 else f"Hidden layer {layer + 1}"


def _neuron_name(model: Model, neuron: Neuron) -> str:
    if not neuron.is_output(model):
        return f"neuron {neuron.index}"
    return class_name(model.shown_classes, neuron.index)
