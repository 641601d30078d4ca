"""The network that Inside shows: at which step of its run, and what was changed by hand."""

from dataclasses import replace
from functools import lru_cache, partial
from html import escape

import numpy as np
import streamlit as st

from pages.channel import live_text
from pages.channel.live_text import Followed
from pages.inside.neuron_choice import Neuron
from pages.models import kept_actions, model_in_use, shown_network
from pages.models.shown_network import shown_inside, step_inside
from pages.run_view import time_slider
from pages.runs.job import Job, follow
from pages.server.source import Choice
from pages.state import inputs, refusal, session
from pages.state.inputs import Input
from pages.state.kept_models import ByHand, Kept
from pages.state.session_value import Session
from pages.state.shown_weights import LABELS
from pages.wording.percent import percent
from polycore import Experiment, Model
from polycore.arrays import read_only
from polycore.formatting import loss_text, number_text
from polycore.inspection.parameter_index import ParameterIndex
from polycore.limits import MAX_PARAMETER_SIZE
from polycore.model.evaluation import DataSets
from polycore.model.neurons import strongest
from polycore.tutorial.untrained_model import is_tutorial, tutorial_sets

SLIDER_KEY = "inside.time"
OF_THE_PAST = "You see the network of step {:,}. Press {} to see the one in use again."
HELD = "You see the network of step {:,}. It stays at this step until you press Put it back."
OF_NOW = "You see the network of the latest step. Press Best loss to see the one in use again."

PREFIX = "inside.numbers"
KEEP_KEY = f"{PREFIX}.keep"
REFUSED = "The network stays as it was."
CHANGED, UNCHANGED = "Changed by hand", "Unchanged"
HOLD_LABEL, KEEP_LABEL = "Hold still to change it", "Keep this as a model"
DROPPED_OF_MODEL = "Your changes to another model were dropped."
DROPPED_OF_STEP = "Your changes to the network of another step were dropped."
UNMEASURED = (
    "The map and the probabilities are from the changed network. Its loss cannot be measured: the file does "
    "not say what it was trained on."
)
FAILED = "The map and the probabilities are from the changed network. Its loss could not be measured."
YET_UNKNOWN = "…"
WAIT_SECONDS = 0.3  # for the figures of a changed network, before the page is drawn without them
BY_HAND = "By hand: "
STRONGEST = 3  # incoming weights that have their own slider; any other is chosen from a list
SLIDER_STEPS = 200


# --- what is shown -----------------------------------------------------------------------------


def by_hand(kept: Kept) -> ByHand | None:
    """Return how `kept` is held and changed; None if it is not, or if its classes have been named since."""
    return shown_network.by_hand_of(session.current(), kept)


def shown(kept: Kept) -> Model:
    """Return the model of `kept` as it is shown: with the changes by hand."""
    held = by_hand(kept)
    return kept.model if held is None else held.model


def data_sets(kept: Kept) -> DataSets | None:
    """Return the points that the loss and accuracies of `kept` are measured on; None if not known."""
    if is_tutorial(kept.model):
        return tutorial_sets()
    experiment = model_in_use.known_experiment(kept)
    return None if experiment is None else _sets(experiment)


@lru_cache(maxsize=4)
def _sets(experiment: Experiment) -> DataSets:
    return read_only(DataSets.of(experiment))


# --- what a press does -------------------------------------------------------------------------


def hold(kept: Kept) -> None:
    """Hold the model still while its run may improve it; not if another one answers by now."""
    session.collect()  # the page has followed the run since it was drawn
    newest = shown_inside(session.current())
    if newest is not None and newest.title == kept.title and by_hand(newest) is None:
        _hold(_untouched(newest))


def enter(kept: Kept, parameter: ParameterIndex, value: float) -> None:
    """Set one weight or bias to `value`, and let a worker measure the model again."""
    held = by_hand(kept) or _untouched(kept)
    model = parameter.changed(held.model, value)
    pairs = zip(model.weights + model.biases, held.original.weights + held.original.biases, strict=True)
    sets = data_sets(kept)
    measuring = None
    if all(np.array_equal(one, other) for one, other in pairs):
        model = held.original
    elif sets is not None:
        measuring = Job.silent(partial(sets.measured, model))
    _hold(replace(held, model=model, measuring=measuring, result=None))
    if measuring is not None:
        measuring.wait(WAIT_SECONDS)


def put_back() -> None:
    """Show the kept model as it is again."""
    held = session.current().by_hand
    if held is None:
        return  # the second of two quick clicks
    session.update(by_hand=None, undo="Your changes by hand were dropped." if held.is_changed else None)


def keep(kept: Kept) -> None:
    """Keep the changed model beside the original, and use it."""
    held = by_hand(kept)
    if held is None or not held.is_changed:
        return  # the second of two quick clicks
    if held.measuring is not None:
        held.measuring.wait(WAIT_SECONDS)
    measured = None if held.measuring is None else held.measuring.view.result
    if measured is None:
        return  # the button was pressed before it was disabled: the page says that it is not measured
    # the change comes first, since lists cut names; if the model was changed before, only the latest is named
    title = kept.title.partition(" · ")[2] if kept.title.startswith(BY_HAND) else kept.title
    at = "" if held.choice in ("Best", session.current().usual_weights) else f", at step {held.step:,}"
    what = _what_differs(held.original, held.model)
    metadata = dict(measured.metadata) | {"changed_by_hand": True}
    session.update(by_hand=None)
    # without an experiment of its own: the run must not replace this model as it improves
    new = replace(measured, metadata=metadata)
    session.add(Kept(f"{BY_HAND}{what}{at} · {title}", new, None, about=kept.about, named=kept.named))


def _untouched(kept: Kept) -> ByHand:
    now = session.current()
    return ByHand(kept.title, kept.model, kept.model, now.inside_choice, step_inside(now))


def _hold(held: ByHand) -> None:
    other = session.current().by_hand
    undo = None
    if other is not None and other.is_changed:
        if other.title != held.title:
            undo = DROPPED_OF_MODEL
        elif other.choice != held.choice:
            undo = DROPPED_OF_STEP
        elif other.measuring is not None:
            other.measuring.give_up()  # only the latest is measured
    session.update(by_hand=held, undo=undo)


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
    value = number_text(getattr(model, name)[layer][source, neuron])
    if name == "biases":
        return f"bias of {target} = {value}"
    origin = model.inputs.labels[source] if layer == 0 else f"neuron {source}"
    return f"weight from {origin} to {target} = {value}"


# --- the slider through the past ---------------------------------------------------------------


def draw_slider(followed: Followed | None, held: ByHand | None) -> None:
    """Draw the slider through the past of the run whose model answers, if it has one, and what it shows.

    followed: the frames that have its "moments"; None if none are added.
    held: the model that is shown in place of the slider's choice; None without one.
    """

    def choose(choice: Choice) -> None:
        session.update(view=session.current().view.chosen_inside(choice))

    now = session.current()
    view, choice = now.answering_view, now.inside_choice
    if view is None or len(view.moments) < 2:
        return
    time_slider.draw(SLIDER_KEY, followed, view.moments, choice, choose, moves=False)
    with st.container():
        if note := note_on_step(now, held):
            st.caption(note)


def note_on_step(now: Session, held: ByHand | None) -> str:
    """Say of which step the network is that Inside shows; "" if it is the one in use.

    held: the model that is shown in place of the slider's choice; None without one.
    """
    view, choice, usual = now.answering_view, now.inside_choice, now.usual_weights
    if view is None:
        return ""
    if held is not None and held.step is not None and (view.is_active or choice != usual):
        return HELD.format(held.step)
    if choice == usual:
        return ""
    return OF_NOW if choice == "Now" else OF_THE_PAST.format(step_inside(now), LABELS[usual])


# --- the inputs of a neuron's weights ----------------------------------------------------------


def draw(kept: Kept, neuron: Neuron, *, running: bool) -> None:
    """Draw the inputs of the neuron's numbers, what their changes do, and the buttons to undo or keep them.

    While the run is under way (`running`) the numbers change by themselves, so the model must be held first.
    """
    held = by_hand(kept)
    with st.container(border=True, gap="xsmall", key=PREFIX):
        if held is not None and held.is_changed:
            st.badge(CHANGED, icon=":material/back_hand:", color="orange")
            job = held.measuring if held.measured is None else None
            followed = None if job is None or job.view.error is not None else follow(job)
            effect = f'<p class="caption">{escape(_effect(held))}</p>'
            live_text.draw(effect, f"{PREFIX}.effect", followed, reports=True)
        else:
            st.badge(UNCHANGED, icon=":material/check:", color="gray")
            st.caption("Change a weight or the bias: map, loss and probabilities follow.")
        if running and held is None:
            st.button(
                HOLD_LABEL,
                key=f"{PREFIX}.hold",
                icon=":material/pan_tool:",
                on_click=hold,
                args=(kept,),
                help="The run continues and keeps its best; this page stops following it until you put it "
                "back.",
            )
        else:
            _draw_rows(kept, held, neuron)
            refusal.draw_inputs(f"{PREFIX}.number.", REFUSED)
        _draw_buttons(kept, held)


def _effect(held: ByHand) -> str:
    """Say what the changes do to the loss and the accuracies."""
    was, now, job = held.original, held.measured, held.measuring
    if job is None or job.view.error is not None:
        return UNMEASURED if job is None else f"{FAILED} {job.view.error}"
    loss, accuracy = (YET_UNKNOWN,) * 2 if now is None else (loss_text(now.loss), percent(now.accuracy))
    text = f"Loss {loss} nats (was {loss_text(was.loss)}), "
    text += f"training accuracy {accuracy} (was {percent(was.accuracy)})"
    held_out = was.held_out_accuracy if now is None else now.held_out_accuracy
    if was.held_out_accuracy is None or held_out is None:
        return f"{text}."
    shown = YET_UNKNOWN if now is None else percent(held_out)
    return f"{text}, on new points {shown} (was {percent(was.held_out_accuracy)})."


def _draw_buttons(kept: Kept, held: ByHand | None) -> None:
    with st.container(horizontal=True):
        st.button(
            "Put it back",
            key=f"{PREFIX}.back",
            icon=":material/undo:",
            disabled=held is None,
            on_click=put_back,
            help="Restore all weights and biases of this network.",
        )
        st.button(
            KEEP_LABEL,
            key=KEEP_KEY,
            icon=":material/bookmark_add:",
            disabled=held is None or not held.is_changed or held.measured is None,
            on_click=keep,
            args=(kept,),
            help="Add it to your models, beside the one you changed, with its current loss and accuracy. "
            "Disabled if its loss cannot be measured.",
        )
        kept_actions.draw_going(session.going_for(1), "inside")


def _draw_rows(kept: Kept, held: ByHand | None, neuron: Neuron) -> None:
    # by the unchanged model: rows must not move while the user drags a slider
    model = kept.model if held is None else held.original
    reach = _reach(model, neuron.layer)

    def name_of(source: int) -> str:
        return f"Weight from {model.inputs.labels[source] if neuron.layer == 0 else f'neuron {source}'}"

    def draw_row(row: str, name: str, source: int | None = None) -> None:
        _draw_row(row, kept, ParameterIndex(neuron.layer, neuron.index, source), name, reach)

    draw_row("bias", "Bias")
    weights = model.weights[neuron.layer][:, neuron.index]
    largest = strongest(weights, STRONGEST)
    for number, source in enumerate(largest):
        draw_row(f"weight.{number}", name_of(source), source)
    others = [source for source in range(len(weights)) if source not in largest]
    if others:
        other = Input(f"{PREFIX}.source", lambda: others[0], of=lambda: neuron).choose(
            st.selectbox,
            "Another incoming weight",
            others,
            format_func=lambda source: name_of(source).removeprefix("Weight "),
            help="The bias and the largest incoming weights are above; choose any other here.",
        )
        draw_row("other", name_of(other), other)


def _reach(model: Model, layer: int) -> float:
    """Return the sliders' range: about twice the layer's largest number, as 1, 2 or 5 times a power of 10."""
    largest = 2 * max(np.abs(model.weights[layer]).max(), np.abs(model.biases[layer]).max(), 0.05)
    power = 10.0 ** np.floor(np.log10(largest))
    steps = next(step for step in (1, 2, 5, 10) if step * power >= largest * (1 - 1e-9))
    return float(min(steps * power, MAX_PARAMETER_SIZE))


def _draw_row(row: str, kept: Kept, parameter: ParameterIndex, name: str, reach: float) -> None:
    """Draw a slider and a number input for one weight or bias; a change of one changes the other.

    row: of the page. reach: how far the slider goes.
    """
    step = 2 * reach / SLIDER_STEPS

    def value() -> float:
        return parameter.value(shown(kept))

    def nearest_on_slider() -> float:
        return float(np.clip(round(value() / step) * step, -reach, reach))

    def about() -> tuple[str | None, Choice, ParameterIndex]:
        now = session.current()
        return now.models.in_use, now.inside_choice, parameter

    change = partial(enter, kept, parameter)
    near = partial(inputs.are_near, step / 4)  # a browser may round to its own grid
    with st.container(horizontal=True, vertical_alignment="bottom", wrap=False, gap="small"):
        Input(f"{PREFIX}.slider.{row}", nearest_on_slider, change, about, near).draw(
            st.slider,
            name,
            min_value=-reach,
            max_value=reach,
            step=step,
            format="%.3g",
            help="Drag it and see what changes. The exact number is beside it.",
        )
        Input(f"{PREFIX}.number.{row}", value, change, about).draw_number(
            f"{name}, exactly",
            reach / 20,
            format="%.6g",
            label_visibility="collapsed",
            width=110,
            help="Any number; the slider follows as far as its range allows.",
        )
