"""Inputs for the chosen neuron's weights and bias, to change them by hand."""

from dataclasses import dataclass
from functools import partial

import numpy as np
import streamlit as st

from pages.inside import edited_model
from pages.inside.neuron_choice import Neuron
from pages.models import kept_actions
from pages.state import session
from pages.state.kept_models import ByHand, Kept
from pages.state.shown_input import Inputs, ShownInput, State
from pages.wording.percent import percent
from polycore import Model
from polycore.formatting import loss_text
from polycore.inspection.parameter_index import ParameterIndex
from polycore.limits import MAX_PARAMETER_SIZE

PREFIX = "inside.numbers"
STRONGEST = 3  # incoming weights that have their own slider; any other is chosen from a list
SLIDER_STEPS = 200


def draw(kept: Kept, neuron: Neuron, *, running: bool) -> None:
    """Draw the inputs, the effect of the changes, and the buttons to undo or keep them.

    While the run is under way (`running`) the numbers change by themselves, so the model must be held first.
    """
    with st.container(border=True, gap="xsmall"):
        _draw_status(kept)
        if running and edited_model.by_hand(kept) is None:
            _hold_button(kept)
        else:
            _sliders(kept, neuron)
        _buttons(kept)


def _draw_status(kept: Kept) -> None:
    held = edited_model.by_hand(kept)
    if held is not None and edited_model.is_changed(kept):
        st.badge("Changed by hand", icon=":material/back_hand:", color="orange")
        st.caption(_measured(kept, held))
    else:
        st.badge("Unchanged", icon=":material/check:", color="gray")
        st.caption("Change a weight or the bias: map, loss and probabilities follow.")


def _measured(kept: Kept, held: ByHand) -> str:
    if edited_model.data_sets(kept) is None:
        return (
            "Map and probabilities are those of the changed network. Its loss cannot be measured: the file "
            "does not say what it was trained on."
        )
    was, now = held.original, held.model
    text = (
        f"Loss {loss_text(now.loss)} nats (was {loss_text(was.loss)}), "
        f"training accuracy {percent(now.accuracy)} (was {percent(was.accuracy)})"
    )
    if now.held_out_accuracy is None or was.held_out_accuracy is None:
        return f"{text}."
    return f"{text}, held-out {percent(now.held_out_accuracy)} (was {percent(was.held_out_accuracy)})."


def _hold_button(kept: Kept) -> None:
    st.button(
        "Hold still to change it",
        key=f"{PREFIX}.hold",
        icon=":material/pan_tool:",
        on_click=edited_model.hold,
        args=(kept,),
        help="The run continues and keeps its best; this page stops following it until you put it back.",
    )


def _sliders(kept: Kept, neuron: Neuron) -> None:
    # by the unchanged model: rows must not move while the user drags a slider
    model = edited_model.unchanged(kept)
    reach = _reach(model, neuron.layer)
    _Row(kept, ParameterIndex(neuron.layer, neuron.index), "Bias", reach).draw()
    shown = _largest_sources(model, neuron)
    for source in shown:
        _weight(kept, neuron, source, reach)
    others = [source for source in range(model.widths[neuron.layer]) if source not in shown]
    if others:
        _weight(kept, neuron, _other_source(model, neuron, others), reach)


def _weight(kept: Kept, neuron: Neuron, source: int, reach: float) -> None:
    weight = ParameterIndex(neuron.layer, neuron.index, source)
    name = _from(edited_model.unchanged(kept), neuron.layer, source)
    _Row(kept, weight, name, reach).draw()


def _largest_sources(model: Model, neuron: Neuron) -> list[int]:
    """Return the sources of the largest incoming weights, in ascending order."""
    sizes = np.abs(model.weights[neuron.layer][:, neuron.index])
    largest: list[int] = np.sort(np.argsort(-sizes, kind="stable")[:STRONGEST]).tolist()
    return largest


def _other_source(model: Model, neuron: Neuron, sources: list[int]) -> int:
    source: int = st.selectbox(
        "Another incoming weight",
        sources,
        format_func=lambda source: _from(model, neuron.layer, source).removeprefix("Weight "),
        key=f"{PREFIX}.source.{neuron.layer}.{neuron.index}.{sources[0]}.{len(sources)}",
        help="The bias and the largest incoming weights are above; choose any other here.",
    )
    return source


@dataclass(frozen=True)
class _Row:
    """A slider and a number input for one weight or bias; a change of one changes the other."""

    kept: Kept
    parameter: ParameterIndex
    name: str
    reach: float

    @property
    def value(self) -> float:
        return self.parameter.value(edited_model.shown(self.kept))

    @property
    def step(self) -> float:
        return 2 * self.reach / SLIDER_STEPS

    def draw(self) -> None:
        with st.container(horizontal=True, vertical_alignment="bottom", wrap=False, gap="small"):
            self._draw_slider(self._input("slider", "sliders of weights"))
            self._draw_number(self._input("number", "numbers of weights"))

    def _draw_slider(self, slider: ShownInput) -> None:
        st.slider(
            self.name,
            -self.reach,
            self.reach,
            value=self._on_slider(self.value),
            step=self.step,
            format="%.3g",
            key=slider.key,
            on_change=self._slide,
            args=(slider,),
            help="Drag it and see what changes. The exact number is beside it.",
        )

    def _draw_number(self, number: ShownInput) -> None:
        st.number_input(
            f"{self.name}, exactly",
            -MAX_PARAMETER_SIZE,
            MAX_PARAMETER_SIZE,
            value=self.value,
            step=self.reach / 20,
            format="%.6g",
            key=number.key,
            label_visibility="collapsed",
            width=110,
            on_change=self._enter,
            args=(number,),
            help="Any number; the slider follows as far as its range allows.",
        )

    def _input(self, kind: str, group: Inputs) -> ShownInput:
        return ShownInput.now(f"{PREFIX}.{kind}.{self.parameter}", partial(self._state, group))

    def _state(self, group: Inputs) -> State:
        """Return what changes if something other than an input of this group changes what they show."""
        now = session.current()
        return *now.inputs.of(group), now.models.in_use, now.inside_choice

    def _on_slider(self, value: float) -> float:
        """Return the nearest value that the slider can show."""
        return float(np.clip(round(value / self.step) * self.step, -self.reach, self.reach))

    def _slide(self, slider: ShownInput) -> None:
        value = slider.value()
        # the browser rounds a slider to its own grid and reports that, though the user has not moved it
        if value is not None and abs(value - self._on_slider(self.value)) > self.step / 4:
            edited_model.slide(self.kept, self.parameter, value)

    def _enter(self, number: ShownInput) -> None:
        value = number.value()
        if value is not None:
            edited_model.enter(self.kept, self.parameter, value)


def _reach(model: Model, layer: int) -> float:
    """Return the sliders' range: about twice the layer's largest number, as 1, 2 or 5 times a power of 10."""
    largest = 2 * max(np.abs(model.weights[layer]).max(), np.abs(model.biases[layer]).max(), 0.05)
    power = 10.0 ** np.floor(np.log10(largest))
    steps = next(step for step in (1, 2, 5, 10) if step * power >= largest * (1 - 1e-9))
    return float(min(steps * power, MAX_PARAMETER_SIZE))


def _from(model: Model, layer: int, source: int) -> str:
    return f"Weight from {model.inputs.labels[source]}" if layer == 0 else f"Weight from neuron {source}"


def _buttons(kept: Kept) -> None:
    changed = edited_model.is_changed(kept)
    known = edited_model.data_sets(kept) is not None
    with st.container(horizontal=True):
        st.button(
            "Put it back",
            key=f"{PREFIX}.back",
            icon=":material/undo:",
            disabled=edited_model.by_hand(kept) is None,
            on_click=edited_model.put_back,
            help="Restore all weights and biases of this network.",
        )
        st.button(
            "Keep this as a model",
            key=f"{PREFIX}.keep",
            icon=":material/bookmark_add:",
            disabled=not (changed and known),
            on_click=partial(edited_model.keep, kept),
            help="Add it to your models, beside the one you changed, with its current loss and accuracy. "
            "Disabled if its loss cannot be measured.",
        )
        kept_actions.draw_going(session.going_for(1), "inside")
