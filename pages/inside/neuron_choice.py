"""Which neuron the Inside page shows: chosen in the picture or from two lists."""

from dataclasses import dataclass

import streamlit as st

from pages.plane.scene import class_name
from pages.state import session
from pages.state.inputs import Input
from pages.state.view import View
from polycore import Model

PREFIX = "inside.choice"


@dataclass(frozen=True)
class Neuron:
    """A neuron, by its layer and its index there, both from 0; in the last layer, an output."""

    layer: int
    index: int

    def is_in(self, model: Model) -> bool:
        """Return whether the model has it."""
        is_layer = 0 <= self.layer < len(model.weights)
        return is_layer and 0 <= self.index < model.widths[self.layer + 1]

    def is_output(self, model: Model) -> bool:
        """Return whether it is an output."""
        return self.layer == len(model.weights) - 1

    def name(self, model: Model) -> str:
        """Return its name, such as "hidden layer 1, neuron 5" or "output p3"."""
        if self.is_output(model):
            return f"output p{self.index}"
        return f"hidden layer {self.layer + 1}, neuron {self.index}"


def chosen(view: View, model: Model) -> Neuron:
    """Return the neuron chosen in `view`, or the first one if the model has no such neuron."""
    neuron = Neuron(*view.neuron)
    return neuron if neuron.is_in(model) else Neuron(0, 0)


def choose(model: Model, neuron: Neuron) -> None:
    """Choose `neuron`, if the model has it."""
    if neuron.is_in(model):
        session.change_view(neuron=(neuron.layer, neuron.index))


def draw(model: Model) -> None:
    """Draw the two lists."""

    def now() -> Neuron:
        return chosen(session.current().view, model)

    def choose_layer(layer: int) -> None:
        choose(model, Neuron(layer, min(now().index, model.widths[layer + 1] - 1)))

    def name_of_layer(layer: int) -> str:
        return "Outputs" if layer == len(model.weights) - 1 else f"Hidden layer {layer + 1}"

    def name_of_neuron(index: int) -> str:
        is_output = Neuron(layer, index).is_output(model)
        return class_name(model.shown_classes, index) if is_output else f"neuron {index}"

    layer = now().layer
    layers = Input(
        f"{PREFIX}.layer",
        lambda: now().layer,
        choose_layer,
        of=lambda: session.current().models.in_use,
    )
    neurons = Input(
        f"{PREFIX}.neuron",
        lambda: now().index,
        lambda index: choose(model, Neuron(layer, index)),
        # each layer has its own list of neurons
        of=lambda: (session.current().models.in_use, now().layer),
    )
    with st.container(horizontal=True, wrap=False, gap="small"):
        layers.choose(
            st.selectbox,
            "Layer",
            range(len(model.weights)),
            format_func=name_of_layer,
            help="Hidden layers in the order in which a point passes through them, then the outputs.",
        )
        neurons.choose(
            st.selectbox,
            "Neuron",
            range(model.widths[layer + 1]),
            format_func=name_of_neuron,
            help="Type its number, or choose it in the picture. You can change it below.",
        )
