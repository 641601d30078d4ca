"""Inputs for the chosen neuron's weights and bias, to change them by hand."""

from dataclasses import dataclass
from functools import partial

import numpy as np
import streamlit as st

from pages.inside import edited_model
from pages.inside.neuron_choice import Neuron
from pages.models import kept_actions
from pages.server.source import Choice
from pages.state import inputs, session
from pages.state.inputs import Input
from pages.state.kept_models import ByHand, Kept
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

    def draw(row: str, name: str, source: int | None = None) -> None:
        _Row(row, kept, ParameterIndex(neuron.layer, neuron.index, source), name, reach).draw()

    draw("bias", "Bias")
    shown = _largest_sources(model, neuron)
    for number, source in enumerate(shown):
        draw(f"weight.{number}", _from(model, neuron.layer, source), source)
    others = [source for source in range(model.widths[neuron.layer]) if source not in shown]
    if others:
        source = _other_source(model, neuron, others)
        draw("other", _from(model, neuron.layer, source), source)


def _largest_sources(model: Model, neuron: Neuron) -> list[int]:
    """Return the sources of the largest incoming weights, in ascending order."""
    sizes = np.abs(model.weights[neuron.layer][:, neuron.index])
    largest: list[int] = np.sort(np.argsort(-sizes, kind="stable")[:STRONGEST]).tolist()
    return largest


def _other_source(model: Model, neuron: Neuron, sources: list[int]) -> int:
    other = Input(f"{PREFIX}.source", lambda: sources[0], of=lambda: neuron)
    return other.choose(
        st.selectbox,
        "Another incoming weight",
        sources,
        format_func=lambda source: _from(model, neuron.layer, source).removeprefix("Weight "),
        help="The bias and the largest incoming weights are above; choose any other here.",
    )


@dataclass(frozen=True)
class _Row:
    """A slider and a number input for one weight or bias; a change of one changes the other.

    row: of the page. kept: the model. reach: how far the slider goes.
    """

    row: str
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
            # a browser may round to its own grid
            near = partial(inputs.are_near, self.step / 4)
            Input(f"{PREFIX}.slider.{self.row}", self._on_slider, self._change, self._of, near).draw(
                st.slider,
                self.name,
                min_value=-self.reach,
                max_value=self.reach,
                step=self.step,
                format="%.3g",
                help="Drag it and see what changes. The exact number is beside it.",
            )
            Input(f"{PREFIX}.number.{self.row}", lambda: self.value, self._change, self._of).draw(
                st.number_input,
                f"{self.name}, exactly",
                min_value=-MAX_PARAMETER_SIZE,
                max_value=MAX_PARAMETER_SIZE,
                step=self.reach / 20,
                format="%.6g",
                label_visibility="collapsed",
                width=110,
                help="Any number; the slider follows as far as its range allows.",
            )

    def _of(self) -> tuple[str | None, Choice, ParameterIndex]:
        now = session.current()
        return now.models.in_use, now.inside_choice, self.parameter

    def _on_slider(self) -> float:
        """Return the nearest value that the slider can show."""
        return float(np.clip(round(self.value / self.step) * self.step, -self.reach, self.reach))

    def _change(self, value: float) -> None:
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
