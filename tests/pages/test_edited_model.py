"""A network that is changed by hand on Inside: what becomes of it, and what a browser says of that late."""

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, replace

import numpy as np
import pytest
import streamlit as st

import polycore as pc
from pages.inside import edited_model, inside_values, neuron_choice, traced_point
from pages.inside.neuron_choice import Neuron
from pages.models.shown_network import shown_on
from pages.state import session
from pages.state.kept_models import Kept
from pages.state.session_value import Session
from polycore.inspection.parameter_index import ParameterIndex
from polycore.tutorial.untrained_model import tutorial_model, tutorial_sets
from tests.pages.later import Later
from tests.pages.test_inside_values import CURVES, model_of
from tests.waiting import wait_until

pytestmark = pytest.mark.usefixtures("in_session")

BIAS = ParameterIndex(0, 0)  # of the first neuron
KNOWN = pc.Experiment(polynomials=CURVES, samples_per_class=20, hidden=(3,))


def keep(title, model=None, experiment=None):
    """Keep a model, which is in use then."""
    session.add(Kept(title, model_of() if model is None else model, experiment))
    return session.current().answering


def measured():
    """Return the changed model once a worker has measured it."""
    session.current().by_hand.measuring.wait(20)
    session.note_running()
    return session.current().by_hand.measured


def plainly_measured(model, points, true):
    """Return loss and accuracy on points by plain dot, max and softmax."""
    hidden = np.maximum(points @ model.weights[0] + model.biases[0], 0)
    logits = hidden @ model.weights[1] + model.biases[1]
    powers = np.exp(logits)
    of_true = powers[np.arange(len(true)), true] / powers.sum(axis=1)
    return -np.log(np.clip(of_true, 1e-7, 1 - 1e-7)).mean(), (logits.argmax(axis=1) == true).mean()


def test_a_changed_weight_has_the_loss_that_a_plain_computation_gives():
    experiment = pc.Experiment(polynomials=CURVES, samples_per_class=20, hidden=(3,), steps=30)
    kept = keep("a", pc.advance(pc.start(experiment), 30).best, experiment)
    edited_model.enter(kept, ParameterIndex(0, 0, 0), -3.0)
    changed = measured()
    assert changed.weights[0][0, 0] == -3.0
    loss, accuracy = plainly_measured(changed, *experiment.training_set())
    assert changed.loss == pytest.approx(loss)
    assert changed.accuracy == accuracy
    assert session.current().answering is kept, "the kept model must stay"


def test_the_latest_of_several_changes_is_measured_alone_and_until_then_has_no_figures(own_server):
    own_server(workers=(later := Later()))
    kept = keep("a", experiment=KNOWN)
    edited_model.enter(kept, BIAS, 7.0)
    wait_until(lambda: later.calls)
    edited_model.enter(kept, BIAS, 8.0)
    wait_until(later.calls[0][0].cancelled)
    now = session.current()
    edited_model.keep(kept)
    assert session.current() is now, "a model was kept without its figures"
    assert (shown_on("Inside", now).loss, inside_values.of(now).is_measured) == (None, False)
    later.answer(1)
    loss, _ = plainly_measured(measured(), *KNOWN.training_set())
    assert shown_on("Inside", now).loss is None, "what is on one page must agree"
    assert shown_on("Inside", session.current()).loss == pytest.approx(loss)
    assert session.current() == now, "Undo of what was lost before is offered no more"


def test_a_network_whose_points_are_not_known_is_not_measured_and_nowhere_has_a_loss():
    edited_model.enter(keep("a"), BIAS, 7.0)
    now = session.current()
    assert now.by_hand.measured is None
    assert shown_on("Inside", now).loss is None
    assert not inside_values.of(now).is_measured


def test_the_tutorials_network_is_measured_on_the_tutorials_points_and_everywhere_has_that_loss():
    edited_model.enter(keep("a", tutorial_model()), BIAS, 7.0)
    changed, now, sets = measured(), session.current(), tutorial_sets()
    loss, accuracy = plainly_measured(changed, sets.points, sets.labels)
    assert (changed.loss, changed.accuracy) == (pytest.approx(loss), accuracy)
    assert shown_on("Inside", now).loss == changed.loss
    assert inside_values.of(now).is_measured


def test_the_old_value_typed_again_is_no_change():
    kept = keep("a")
    edited_model.enter(kept, BIAS, 7.0)
    edited_model.enter(kept, BIAS, BIAS.value(kept.model))
    assert edited_model.shown(kept) is kept.model
    assert not edited_model.by_hand(kept).is_changed


def test_changing_another_model_drops_the_first_ones_changes_and_offers_them_back():
    edited_model.enter(keep("a"), BIAS, 7.0)
    first = session.current().by_hand
    edited_model.enter(keep("b"), BIAS, 1.0)
    now = session.current()
    assert now.by_hand.title == now.models.in_use == "b"
    assert now.reverted(now.undo).by_hand is first


def test_changes_survive_a_new_name():
    edited_model.enter(keep("a"), BIAS, 7.0)
    session.rename("a", "b")
    kept = session.current().answering
    assert kept.title == "b"
    assert BIAS.value(edited_model.shown(kept)) == 7
    assert BIAS.value(kept.model) != 7


def test_the_second_of_two_quick_clicks_on_put_it_back_leaves_the_way_back():
    edited_model.enter(keep("a"), BIAS, 7.0)
    changed = session.current().by_hand
    edited_model.put_back()
    edited_model.put_back()
    assert session.current().reverted(session.current().offered_undo).by_hand is changed


def test_a_model_that_was_only_held_is_released_without_undo():
    edited_model.hold(keep("a"))
    edited_model.put_back()
    assert session.current().by_hand is None
    assert session.current().undo is None


def test_each_change_is_kept_once_however_often_it_is_clicked_by_what_was_changed_last():
    keep("a", replace(model_of(), metadata={"experiment": KNOWN.summary()}))
    for index, changed in ((BIAS, 7.0), (ParameterIndex(0, 1, 0), -0.5)):
        kept = session.current().answering
        edited_model.enter(kept, index, changed)
        measured()
        for _ in range(2):  # the second of two quick clicks
            edited_model.keep(kept)
    assert session.current().models.titles == (
        "a",
        "By hand: bias of neuron 0 of layer 1 = 7 · a",
        "By hand: weight from x to neuron 1 of layer 1 = −0.5 · a",
    )


def test_a_neuron_that_the_network_does_not_have_is_not_chosen():
    model = model_of((3, 4))
    neuron_choice.choose(model, Neuron(1, 3))
    neuron_choice.choose(model, Neuron(0, 3))
    assert neuron_choice.chosen(session.current().view, model) == Neuron(1, 3)


# --- what a browser says late -----------------------------------------------------------------


@dataclass
class Drawn:
    """What an input says to the server when it is given a value, and what it was drawn with."""

    say: Callable
    shown: object
    choices: tuple[str, ...] = ()
    largest: float | None = None


@pytest.fixture
def inputs(monkeypatch, in_session):
    """Return by label the inputs as they were drawn last, off any page."""
    drawn = {}

    def widget(label, choices=(), *, key, on_change, args, value=None, index=None, **options):
        def say(value):
            st.session_state[key] = value
            on_change(*args)

        shown = value if index is None else choices[index]
        st.session_state.setdefault(key, shown)
        names = tuple(map(options.get("format_func", str), choices))
        drawn[label] = Drawn(say, shown, names, options.get("max_value"))

    monkeypatch.setattr(st, "container", lambda **_: nullcontext())
    for name in ("selectbox", "slider", "number_input"):
        monkeypatch.setattr(st, name, widget)
    for name in ("badge", "caption", "button"):
        monkeypatch.setattr(st, name, lambda *_, **__: None)
    in_session(Session())
    keep("a", model_of((3, 4)))
    return drawn


def draw_inputs():
    kept = session.current().answering
    model = edited_model.shown(kept)
    neuron_choice.draw(model)
    traced_point.draw(model)
    edited_model.draw(kept, neuron_choice.chosen(session.current().view, model), running=False)


def another_model():
    keep("b", model_of((3, 4), seed=7))


def put_back():
    edited_model.enter(session.current().answering, ParameterIndex(0, 1), 7.0)
    edited_model.put_back()


def undo():
    session.offer_undo("It was taken away.", session.current())
    session.bring_back()


PICTURE = pytest.param(
    lambda: neuron_choice.choose(model_of((3, 4)), Neuron(1, 2)), id="a click on the picture"
)
PLANE = pytest.param(lambda: traced_point.choose_on_map(0.25, -0.5), id="a click on the plane")
PUT_BACK, UNDO = pytest.param(put_back, id="put back"), pytest.param(undo, id="undo")
SAID = {
    "Layer": 1,
    "Neuron": 2,
    "Bias": 0.125,
    "Bias, exactly": 0.125,
    "Weight from x": 0.125,
    "x": -0.75,
    "y": -0.75,
    "True class": 1,
}


@pytest.mark.parametrize("label", SAID)
def test_an_input_that_is_up_to_date_counts(inputs, label):
    draw_inputs()
    before = session.current()
    inputs[label].say(SAID[label])
    assert session.current() != before


@pytest.mark.parametrize("label", SAID)
@pytest.mark.parametrize("event", [PICTURE, PLANE, PUT_BACK, UNDO])
def test_a_browser_that_repeats_what_an_input_showed_undoes_nothing(inputs, event, label):
    draw_inputs()
    late = inputs[label]
    event()
    draw_inputs()
    before = session.current()
    late.say(late.shown)
    assert session.current() == before


@pytest.mark.parametrize("label", SAID)
@pytest.mark.parametrize("event", [PLANE, PUT_BACK, UNDO])
def test_what_was_entered_before_an_event_was_seen_counts(inputs, event, label):
    draw_inputs()
    late = inputs[label]
    event()
    before = session.current()
    late.say(SAID[label])
    assert session.current() != before
    draw_inputs()
    assert inputs[label].shown == SAID[label]


@pytest.mark.parametrize("label", ["Layer", "Neuron", "Bias", "Bias, exactly", "Weight from x"])
def test_an_input_of_the_previous_model_does_not_change_this_one(inputs, label):
    draw_inputs()
    another_model()
    before = session.current()
    inputs[label].say(SAID[label])
    assert session.current() == before


def test_a_neuron_of_the_previous_layer_is_not_chosen_late(inputs):
    draw_inputs()
    inputs["Layer"].say(1)
    inputs["Neuron"].say(2)
    assert session.current().view.neuron == (1, 0)


@pytest.mark.parametrize(
    ("moved", "other"),
    [
        pytest.param("Bias", "Bias, exactly", id="the number beside a slider"),
        pytest.param("Bias, exactly", "Bias", id="the slider beside a number"),
    ],
)
def test_the_other_input_of_a_number_repeats_its_earlier_value_in_vain(inputs, moved, other):
    draw_inputs()
    late = inputs[other]
    inputs[moved].say(0.5)
    for _ in range(2):
        late.say(late.shown)
        assert BIAS.value(session.current().by_hand.model) == 0.5
        draw_inputs()
    assert inputs[other].shown == 0.5


def test_a_slider_that_is_still_dragged_counts_again_and_again(inputs):
    draw_inputs()
    for value in (0.5, 0.25):
        inputs["Bias"].say(value)
        assert BIAS.value(session.current().by_hand.model) == value


@pytest.mark.usefixtures("inputs")
def test_a_second_click_on_hold_takes_no_change_away():
    kept = session.current().answering
    edited_model.hold(kept)
    edited_model.enter(kept, BIAS, 7.0)
    edited_model.hold(kept)
    assert edited_model.by_hand(kept).is_changed


@pytest.mark.usefixtures("inputs")
def test_a_model_that_is_no_longer_in_use_is_not_held():
    before = session.current().answering
    another_model()
    edited_model.hold(before)
    assert session.current().by_hand is None


def test_a_slider_goes_as_far_as_it_can_with_a_number_beyond_its_range(inputs):
    draw_inputs()
    inputs["Bias, exactly"].say(-1000.0)
    draw_inputs()
    assert inputs["Bias"].shown == -inputs["Bias"].largest
    assert BIAS.value(session.current().by_hand.model) == -1000


def choose_the_second_layer_of_six():
    """Keep a model whose first layer has six neurons, and show the first neuron of its second layer."""
    kept = keep("wide", model_of((6, 2)))
    neuron_choice.choose(kept.model, Neuron(1, 0))
    return kept


def test_any_incoming_weight_of_a_wide_layer_can_be_chosen(inputs):
    kept = choose_the_second_layer_of_six()
    inputs.clear()
    draw_inputs()
    order = np.argsort(-np.abs(kept.model.weights[1][:, 0])).tolist()
    strong, weak = sorted(order[:3]), sorted(order[3:])
    other = inputs["Another incoming weight"]
    assert other.choices == tuple(f"from neuron {source}" for source in weak)
    sliders = [label for label in inputs if f"{label}, exactly" in inputs]
    assert sliders == ["Bias", *(f"Weight from neuron {source}" for source in [*strong, weak[0]])]
    other.say(weak[2])
    draw_inputs()
    inputs[f"Weight from neuron {weak[2]}, exactly"].say(1.5)
    assert session.current().by_hand.model.weights[1][weak[2], 0] == 1.5


def test_rows_stay_while_the_run_continues_under_a_held_model(inputs):
    kept = choose_the_second_layer_of_six()

    def rows():
        inputs.clear()
        draw_inputs()
        return [(label, one.largest) for label, one in inputs.items()]

    edited_model.enter(kept, ParameterIndex(1, 0), 0.5)
    before, now, later = rows(), session.current(), model_of((6, 2), seed=5)
    later = replace(later, weights=tuple(100 * weights for weights in later.weights))
    better = now.models.exchanged(kept, replace(kept, model=later))
    st.session_state[session.KEY] = replace(now, models=better)
    assert session.current().answering.model is later
    assert rows() == before
