"""Inside: the network as a picture, the forward pass in numbers, and weights changed by hand."""

import math
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import pytest
import streamlit as st

import polycore as pc
from pages.inside import (
    edited_model,
    followed_point,
    network_picture,
    neuron_choice,
    neuron_map,
    weight_inputs,
)
from pages.inside.neuron_choice import Neuron
from pages.inside.numbers_table import exact_number, number
from pages.plane import live
from pages.runs.runner import Training
from pages.state import session
from pages.state.kept_models import Kept
from polycore.inspection.parameter_index import ParameterIndex
from polycore.network.activations import ACTIVATIONS
from tests.pages.browsing import (
    QUICK,
    labelled,
    labels,
    live_html,
    live_text,
    metrics,
    opened,
    press,
    sent_to,
    session_of,
    trained,
    trigger,
)

INSIDE, TRAIN = "pages/5_inside.py", "pages/3_train.py"
CURVES = (pc.Polynomial(1, 0), pc.Polynomial(-1, 0))
TUTORIAL_BUTTON = "The tutorial's own network"


@pytest.fixture(autouse=True)
def charts(monkeypatch):
    """Return the figures on the page by key; one that can be clicked is a button that clicks (0.25, -0.5)."""
    found = {}

    def figure(figure, key, on_click=None, **_):
        found[key] = figure
        if on_click is not None:
            st.button("click the map", on_click=on_click, args=(0.25, -0.5))

    monkeypatch.setattr(live, "figure", figure)
    return found


def picture(app):
    """Return the data of the picture."""
    return sent_to(app, network_picture.KEY)["network"]


def model_of(hidden=(3,), seed=0, polynomials=CURVES, metadata=None):
    rng = np.random.default_rng(seed)
    widths = (2, *hidden, len(polynomials) or 2)
    weights = tuple(rng.normal(size=shape) for shape in pairwise(widths))
    biases = tuple(rng.normal(size=(1, neurons)) for neurons in widths[1:])
    return pc.Model(weights, biases, 0.5, 0.75, polynomials, metadata=metadata or {})


def with_model(model, experiment=None, title="Upload 1"):
    """Return the page about a kept model."""
    app = opened()
    kept = Kept(title, model, experiment)
    app.session_state[session.KEY] = replace(
        session_of(app), models=replace(session_of(app).models, kept=(kept,), in_use=title)
    )
    app.switch_page(INSIDE).run()
    assert not app.exception
    return app


def trained_inside():
    app = trained()
    app.switch_page(INSIDE).run()
    assert not app.exception
    return app


def words(app):
    texts = [text.value for text in [*app.markdown, *app.caption, *app.subheader]]
    return "\n".join([*texts, live_text(app)])


def tables(app):
    """Return the HTML with the tables of numbers."""
    return [html for html in live_html(app) if "<table" in html]


def one(widgets, label):
    [found] = [widget for widget in widgets if widget.label == label]
    return found


def box(app, name):
    return one(app.number_input, name)


def shown_number(app, name):
    return box(app, f"{name}, exactly")


def slider(app, name):
    return one(app.slider, name)


def choice(app, name):
    return one(app.selectbox, name)


# --- without a model, and the tutorial's ------------------------------------------------------


def test_a_page_without_a_model_offers_two_ways_to_get_one():
    app = opened(INSIDE)
    assert "no network to look into yet" in words(app)
    assert "Train a model" in [link.label for link in app.main.get("page_link")]
    assert labels(app) == {TUTORIAL_BUTTON: True}


def test_the_tutorials_network_shows_its_golden_figures():
    # the tutorial's printed figures, NumPy seed 0
    app = press(opened(INSIDE), TUTORIAL_BUTTON)
    text, numbers = words(app), "\n".join(tables(app))
    for golden in ("0.09762701", "1.29288102"):
        assert f"<td>{golden}</td>" in numbers
    for begins in (
        "<td>0.20937075</td><td>-0.03492186</td><td>0.02718487</td>",  # the first layer
        "<td>0.20937075</td><td>0</td><td>0.02718487</td>",  # behind ReLU
        "<td>0.08163237</td><td>0.08710707</td><td>0.08590382</td>",  # softmax
    ):
        assert begins in numbers
    for golden in (
        "begins with (0.09762701, 1.29288102), (0.43037873, 2.2911362)",
        "ends with (-0.20155523, -1.99834965)",
        "2.4942046014713335",
        "0.015833333333333335",
        "begin with 1, 1, 1 and end with 10, 4, 10",
        "The true class t is p0 = 3x + 1:",
    ):
        assert golden in text


def test_the_sections_have_the_tutorials_order():
    app = press(opened(INSIDE), TUTORIAL_BUTTON)
    assert [expander.label.split(" · ")[1] for expander in app.expander if " · " in expander.label] == [
        "Points",
        "Dense layer 1",
        "ReLU",
        "Dense layer 2",
        "Softmax",
        "Loss",
        "Prediction",
        "Accuracy",
    ]


def test_the_tutorials_network_is_kept_once():
    app = press(press(opened(INSIDE), TUTORIAL_BUTTON), TUTORIAL_BUTTON)
    [kept] = session_of(app).models.kept
    assert session_of(app).models.in_use == kept.title


@pytest.mark.parametrize(
    ("value", "printed"),
    [
        pytest.param(-0.0074668, "-0.0074668", id="no zeros behind"),
        pytest.param(-0.0, "0", id="no negative zero"),
        pytest.param(1.23e-7, "1.230e-07", id="small"),
        pytest.param(2 / 3, "0.66666667", id="eight decimals"),
        pytest.param(1e70, "1e+70", id="large"),
    ],
)
def test_the_tutorial_s_numbers_are_printed_as_numpy_does(value, printed):
    assert exact_number(value) == printed


@pytest.mark.parametrize(
    ("value", "printed"), [(2 / 3, "0.6667"), (-0.0074668, "-0.007467"), (-0.0, "0"), (1e70, "1e+70")]
)
def test_other_numbers_have_four_digits(value, printed):
    assert number(value) == printed


# --- the picture ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hidden", "shown", "note"),
    [
        pytest.param((), [2, 2], "", id="no hidden layer"),
        pytest.param((12,), [2, 12, 2], "", id="the tutorial's"),
        pytest.param((32,) * 5, [2, *[32] * 5, 2], "", id="the recommended"),
        pytest.param((512, 512), [2, 32, 32, 2], "32 of 512", id="wide"),
    ],
)
def test_the_picture_has_every_neuron_or_says_which_it_omits(hidden, shown, note):
    app = with_model(model_of(hidden))
    assert [len(column["neurons"]) for column in picture(app)["columns"]] == shown
    assert [(len(rows), len(rows[0])) for rows in picture(app)["links"]] == list(pairwise(shown))
    assert picture(app)["columns"][1].get("note") == note
    assert ("only the 32 neurons" in words(app)) == bool(note)
    assert all(
        neuron["image"].startswith("data:image/png")
        for c in picture(app)["columns"]
        for neuron in c["neurons"]
    )


def test_lines_and_dots_are_shares_of_a_layers_largest():
    model = pc.Model(
        (np.array([[1.0, -4.0], [0.0, 2.0]]), np.array([[0.0, 0.0], [0.0, 0.0]])),
        (np.array([[0.5, -0.25]]), np.zeros((1, 2))),
        0.5,
        0.5,
        CURVES,
    )
    app = with_model(model)
    assert picture(app)["links"] == [[[0.25, -1], [0, 0.5]], [[0, 0], [0, 0]]]
    assert [neuron["bias"] for neuron in picture(app)["columns"][1]["neurons"]] == [1, -0.5]


def test_dead_neurons_are_marked_if_the_training_points_are_known():
    experiment = pc.Experiment(polynomials=CURVES, hidden=(2,))
    # |y| <= 1 on both lines: a bias of -2 keeps the second neuron at 0
    model = pc.Model(
        (np.array([[1.0, 0.0], [0.0, 1.0]]), np.eye(2)),
        (np.array([[0.0, -2.0]]), np.zeros((1, 2))),
        0.5,
        0.5,
        CURVES,
    )
    app = with_model(model, experiment)
    assert [neuron["dead"] for neuron in picture(app)["columns"][1]["neurons"]] == [False, True]
    assert picture(app)["columns"][1]["neurons"][1]["label"] == "Hidden layer 1, neuron 1, dead"
    assert picture(app)["alt"].endswith("1 of the hidden neurons is dead.")
    assert "1 of 2" in words(app)
    app = with_model(model)
    assert not any(neuron["dead"] for neuron in picture(app)["columns"][1]["neurons"])
    assert "not known" in words(app)


def test_choosing_a_neuron_in_the_picture_chooses_it_in_the_lists():
    app = with_model(model_of((3, 4)))
    trigger(app, network_picture.KEY, "choose", {"layer": 1, "index": 3})
    assert (choice(app, "Layer").value, choice(app, "Neuron").value) == (1, 3)
    [chosen] = [
        neuron for column in picture(app)["columns"] for neuron in column["neurons"] if neuron.get("chosen")
    ]
    assert chosen["label"] == "Hidden layer 2, neuron 3"


def test_a_neuron_that_the_network_does_not_have_is_not_chosen():
    app = with_model(model_of())
    trigger(app, network_picture.KEY, "choose", {"layer": 0, "index": 3})
    assert choice(app, "Neuron").value == 0


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(None, id="nothing"),
        pytest.param({"layer": 1}, id="half of it"),
        pytest.param({"layer": -1, "index": 0}, id="negative"),
        pytest.param({"layer": "x", "index": []}, id="no numbers"),
        pytest.param({"layer": float("inf"), "index": 0}, id="infinite"),
    ],
)
def test_an_invalid_neuron_from_a_browser_is_ignored(value):
    app = trigger(with_model(model_of((3, 4))), network_picture.KEY, "choose", {"layer": 1, "index": 2})
    trigger(app, network_picture.KEY, "choose", value)
    assert (choice(app, "Layer").value, choice(app, "Neuron").value) == (1, 2)


# --- the plane --------------------------------------------------------------------------------


def test_the_fold_line_of_a_first_layer_neuron_follows_its_weights(charts):
    model = pc.Model(
        (np.array([[2.0], [0.0]]), np.ones((1, 2))), (np.array([[-1.0]]), np.zeros((1, 2))), 0.5, 0.5, CURVES
    )
    app = with_model(model)
    line = [trace for trace in charts[neuron_map.KEY].data if trace.name == "fold line"][-1]
    assert np.array_equal(line.x, [np.nan, 0.5, 0.5, np.nan], equal_nan=True)  # 2x - 1 = 0
    assert "2x + 0y − 1 = 0" in words(app)
    assert charts[neuron_map.KEY].layout.meta["alt"].startswith("Map of hidden layer 1, neuron 0")


def test_all_folds_and_the_answer_are_maps_of_the_classes(charts):
    app = with_model(model_of((5,)))
    for view in (neuron_map.ANSWER, neuron_map.FOLDS):
        labelled(app.button_group, "The plane shows").set_value(view).run()
        assert not app.exception
        assert charts[neuron_map.KEY].layout.meta["alt"].startswith("Map of the most likely of 2 polynomials")
    assert "of 5 fold lines of the first hidden layer cross" in charts[neuron_map.KEY].layout.meta["alt"]


def test_one_fold_line_is_no_plural(charts):
    # 2x - 1 = 0 crosses the plane
    weights, biases = (np.array([[2.0], [0.0]]), np.ones((1, 2))), (np.array([[-1.0]]), np.zeros((1, 2)))
    app = with_model(pc.Model(weights, biases, 0.5, 0.5, CURVES))
    labelled(app.button_group, "The plane shows").set_value(neuron_map.FOLDS).run()
    assert "1 of 1 fold line of the first hidden layer crosses this part" in words(app)
    assert "1 of 1 fold line of the first hidden layer crosses" in charts[neuron_map.KEY].layout.meta["alt"]


def test_a_later_neurons_fold_is_where_its_own_values_are_0(charts):
    model = model_of((4, 4), seed=4)
    app = with_model(model)
    choice(app, "Layer").set_value(1).run()
    line = [trace for trace in charts[neuron_map.KEY].data if trace.name == "fold line"][-1]
    points = np.column_stack([line.x, line.y])
    points = points[~np.isnan(points[:, 0])]
    first = np.maximum(points @ model.weights[0] + model.biases[0], 0)
    values = first @ model.weights[1][:, 0] + model.biases[1][0, 0]
    assert len(values) > 20
    # exact but for the cells that a fold of the first layer crosses
    assert np.median(np.abs(values)) < 1e-9
    assert np.abs(values).max() < 0.1


def test_a_click_on_the_map_moves_the_point_and_forgets_its_class():
    app = press(opened(INSIDE), TUTORIAL_BUTTON)
    press(app, "click the map")
    assert box(app, "x").value == 0.25
    assert box(app, "y").value == -0.5
    assert choice(app, "True class").value == followed_point.NEAREST


def test_of_a_point_on_no_curve_that_is_said_before_the_walk_and_before_the_answer():
    app = with_model(model_of())  # of x and -x
    box(app, "x").set_value(0.5)
    box(app, "y").set_value(0.9).run()
    place = "The point lies on no curve. The nearest, p0, is 0.4 away."
    assert place in live_text(app).splitlines()
    assert f"{place} A network answers all the same. The answer is the most likely class: p" in words(app)
    box(app, "y").set_value(-0.5).run()
    assert "The point lies on p1." in live_text(app).splitlines()
    assert "all the same" not in words(app)


def test_a_point_too_far_out_is_refused_in_words():
    app = with_model(model_of())
    box(app, "x").set_value(1e101).run()
    assert not app.exception
    assert "too far out" in words(app)


def test_classes_without_polynomials_have_numbers_but_no_map(charts):
    app = with_model(model_of(polynomials=()))
    assert neuron_map.KEY not in charts
    assert "not known which polynomials" in words(app)
    assert "choose one above" in words(app)
    choice(app, "True class").set_value(1).run()
    assert "The true class t is class 1" in words(app)


# --- by hand ----------------------------------------------------------------------------------


def by_hand(model, experiment):
    """Return loss and accuracy on the training set by plain dot, max and softmax."""
    points, true = experiment.training_set()
    hidden = np.maximum(points @ model.weights[0] + model.biases[0], 0)
    logits = hidden @ model.weights[1] + model.biases[1]
    powers = np.exp(logits)
    of_true = powers[np.arange(len(true)), true] / powers.sum(axis=1)
    return -np.log(np.clip(of_true, 1e-7, 1 - 1e-7)).mean(), (logits.argmax(axis=1) == true).mean()


def test_a_changed_weight_has_the_loss_that_a_plain_computation_gives():
    app = trained_inside()
    kept = session_of(app).answering
    shown_number(app, "Weight from x").set_value(-3.0).run()
    now = session_of(app)
    changed = now.by_hand.model
    assert changed.weights[0][0, 0] == -3.0
    loss, accuracy = by_hand(changed, kept.experiment)
    assert changed.loss == pytest.approx(loss)
    assert changed.accuracy == accuracy
    assert metrics(app)["Loss"] == f"{loss:#.3g}"
    assert f"{changed.loss!r} nats" in words(app)
    assert "Changed by hand" in words(app)
    assert now.answering is kept, "the kept model must stay"


def test_slider_and_number_move_together():
    app = trained_inside()
    slider(app, "Bias").set_value(0.5).run()
    assert shown_number(app, "Bias").value == 0.5
    shown_number(app, "Bias").set_value(-1000.0).run()
    assert slider(app, "Bias").value == slider(app, "Bias").min
    assert session_of(app).by_hand.model.biases[0][0, 0] == -1000


def test_put_it_back_brings_every_number_back_and_can_be_undone():
    app = trained_inside()
    before = shown_number(app, "Bias").value, metrics(app)
    shown_number(app, "Bias").set_value(7.0).run()
    assert metrics(app) != before[1]
    press(app, "Put it back")
    assert session_of(app).by_hand is None
    assert (shown_number(app, "Bias").value, metrics(app)) == before
    assert "Unchanged" in words(app)
    app.session_state[session.KEY] = session_of(app).undo.reverted(session_of(app))
    app.run()
    assert "Changed by hand" in words(app)


def test_the_old_value_typed_again_is_no_change():
    app = trained_inside()
    old = shown_number(app, "Bias").value
    shown_number(app, "Bias").set_value(7.0).run()
    shown_number(app, "Bias").set_value(old).run()
    assert "Unchanged" in words(app)
    assert session_of(app).by_hand.model is session_of(app).answering.model


def test_a_changed_network_becomes_a_model_of_its_own():
    app = trained_inside()
    kept = session_of(app).answering
    shown_number(app, "Bias").set_value(7.0).run()
    changed = session_of(app).by_hand.model
    press(app, "Keep this as a model")
    now = session_of(app)
    by_hand = f"By hand: bias of neuron 0 of layer 1 = 7 · {kept.title}"
    assert [other.title for other in now.models.kept] == [kept.title, by_hand]
    assert now.models.kept[0].model is kept.model
    assert now.answering.model.biases[0][0, 0] == 7
    assert now.answering.model.loss == changed.loss
    assert now.answering.model.metadata["changed_by_hand"] is True
    assert now.by_hand is None
    shown_number(app, "Bias").set_value(8.0).run()
    press(app, "Keep this as a model")
    assert len(session_of(app).models.kept) == 3


def test_a_file_without_its_experiment_answers_but_has_no_loss_to_keep():
    app = with_model(model_of())
    assert "0.5 nats" in words(app)
    before = tables(app)[-1]
    shown_number(app, "Bias").set_value(7.0).run()
    assert tables(app)[-1] != before
    assert "loss cannot be measured" in words(app)
    assert "0.5 nats" not in words(app)
    assert not labels(app)["Keep this as a model"]
    assert metrics(app)["Loss"] == "unknown"


def test_any_incoming_weight_of_a_wide_layer_can_be_chosen():
    app = with_model(model_of((6, 2)))
    choice(app, "Layer").set_value(1).run()
    model = session_of(app).answering.model
    sizes = np.abs(model.weights[1][:, 0])
    strong = sorted(np.argsort(-sizes)[:3].tolist())
    other = choice(app, "Another incoming weight")
    weak = [source for source in range(6) if source not in strong]
    assert other.options == [f"from neuron {source}" for source in weak]
    names = [found.label for found in app.slider]
    assert names == ["Bias", *(f"Weight from neuron {source}" for source in [*strong, weak[0]])]
    other.set_value(weak[2]).run()
    shown_number(app, f"Weight from neuron {weak[2]}").set_value(1.5).run()
    assert session_of(app).by_hand.model.weights[1][weak[2], 0] == 1.5


def test_changes_survive_another_page():
    app = trained_inside()
    shown_number(app, "Bias").set_value(7.0).run()
    app.switch_page(TRAIN).run()
    app.switch_page(INSIDE).run()
    assert shown_number(app, "Bias").value == 7


def test_changes_survive_a_new_name(monkeypatch):
    monkeypatch.setattr(session.st, "session_state", {})
    session.add(Kept("a", model_of(), None))
    edited_model.enter(session.current().answering, ParameterIndex(0, 0), 7.0)
    session.rename("a", "b")
    kept = session.current().answering
    assert kept.title == "b"
    assert ParameterIndex(0, 0).value(edited_model.shown(kept)) == 7
    assert ParameterIndex(0, 0).value(kept.model) != 7


def test_the_second_of_two_quick_clicks_on_put_it_back_leaves_the_way_back(monkeypatch):
    monkeypatch.setattr(session.st, "session_state", {})
    session.add(Kept("a", model_of(), None))
    edited_model.enter(session.current().answering, ParameterIndex(0, 0), 7.0)
    changed = session.current().by_hand
    edited_model.put_back()
    edited_model.put_back()
    assert session.offered().reverted(session.current()).by_hand is changed


def test_a_model_that_was_only_held_is_released_without_undo(monkeypatch):
    monkeypatch.setattr(session.st, "session_state", {})
    session.add(Kept("a", model_of(), None))
    edited_model.hold(session.current().answering)
    edited_model.put_back()
    assert session.current().by_hand is None
    assert session.current().undo is None


def test_the_second_of_two_quick_clicks_keeps_no_second_model(monkeypatch):
    monkeypatch.setattr(session.st, "session_state", {})
    session.add(Kept("a", model_of(), None))
    kept = session.current().answering
    edited_model.enter(kept, ParameterIndex(0, 0), 7.0)
    edited_model.keep(kept)
    edited_model.keep(kept)
    assert session.current().models.titles == ("a", "By hand: bias of neuron 0 of layer 1 = 7 · a")


def test_a_network_that_is_changed_by_hand_again_says_what_was_changed_last(monkeypatch):
    monkeypatch.setattr(session.st, "session_state", {})
    session.add(Kept("a", model_of(), None))
    for index, changed in ((ParameterIndex(0, 0), 7.0), (ParameterIndex(0, 1, 0), -0.5)):
        kept = session.current().answering
        edited_model.enter(kept, index, changed)
        edited_model.keep(kept)
    assert session.current().models.titles == (
        "a",
        "By hand: bias of neuron 0 of layer 1 = 7 · a",
        "By hand: weight from x to neuron 1 of layer 1 = −0.5 · a",
    )


def test_rows_stay_while_the_run_continues_under_a_held_model():
    app = with_model(model_of((6, 2)))
    choice(app, "Layer").set_value(1).run()
    shown_number(app, "Bias").set_value(0.5).run()
    before = [(found.label, found.max) for found in app.slider]
    now = session_of(app)
    later = model_of((6, 2), seed=5)
    later = replace(later, weights=tuple(100 * weights for weights in later.weights))
    better = (replace(now.answering, model=later),)
    app.session_state[session.KEY] = replace(now, models=replace(now.models, kept=better))
    app.run()
    assert [(found.label, found.max) for found in app.slider] == before


def test_without_a_map_the_page_names_the_coefficient_that_is_too_large():
    # a file may have what no set-up may
    app = with_model(model_of(polynomials=(pc.Polynomial(2e6, 0), pc.Polynomial(1))))
    assert "a coefficient is larger than 1,000,000" in words(app)


def test_changing_another_model_drops_the_first_ones_changes_and_offers_them_back():
    app = trained_inside()
    shown_number(app, "Bias").set_value(7.0).run()
    first = session_of(app).by_hand
    press(app, TUTORIAL_BUTTON)
    shown_number(app, "Bias").set_value(1.0).run()
    now = session_of(app)
    assert now.by_hand.title == now.models.in_use
    assert now.undo.reverted(now).by_hand is first


def test_during_a_run_the_model_is_held_before_it_is_changed():
    app = press(opened(TRAIN, {**QUICK, "steps": "1000000"}), "Start")
    training = session_of(app).training
    wait_for_a_model(app)
    app.switch_page(INSIDE).run()
    assert not app.slider
    press(app, "Hold still to change it")
    held = session_of(app).by_hand.model
    shown_number(app, "Bias").set_value(7.0).run()
    assert session_of(app).by_hand.original is held
    press(app, "Put it back")
    assert not app.slider
    training.stop()


def wait_for_a_model(app):
    for _ in range(200):
        if session_of(app).training.view.run.step > 0:
            app.run()
            return
        training: Training = session_of(app).training
        assert training.view.status == "running"
    raise AssertionError("the run makes no step")


# --- what a browser says late -----------------------------------------------------------------


@dataclass
class Drawn:
    """What an input says to the server when it is given a value, and what it was drawn with."""

    say: Callable
    shown: object


@pytest.fixture
def inputs(monkeypatch):
    """Return by label the inputs as they were drawn last, off any page."""
    drawn = {}

    def widget(label, choices=(), *, key, on_change, args, value=None, index=None, **_):
        def say(value):
            st.session_state[key] = value
            on_change(*args)

        shown = value if index is None else choices[index]
        st.session_state.setdefault(key, shown)
        drawn[label] = Drawn(say, shown)

    monkeypatch.setattr(st, "session_state", {})
    monkeypatch.setattr(st, "container", lambda **_: nullcontext())
    for name in ("selectbox", "slider", "number_input"):
        monkeypatch.setattr(st, name, widget)
    for name in ("badge", "caption", "button"):
        monkeypatch.setattr(st, name, lambda *_, **__: None)
    session.add(Kept("a", model_of((3, 4)), None))
    return drawn


def draw_inputs():
    kept = session.current().answering
    model = edited_model.shown(kept)
    neuron_choice.draw(model)
    followed_point.draw(model)
    weight_inputs.draw(kept, neuron_choice.chosen(model), running=False)


def another_model():
    session.add(Kept("b", model_of((3, 4), seed=7), None))


def put_back():
    edited_model.enter(session.current().answering, ParameterIndex(0, 1), 7.0)
    edited_model.put_back()


def undo():
    session.offer_undo("It was taken away.", session.current())
    session.bring_back()


PICTURE = pytest.param(
    lambda: neuron_choice.choose(model_of((3, 4)), Neuron(1, 2)), id="a click on the picture"
)
PLANE = pytest.param(lambda: followed_point.choose_on_map(0.25, -0.5), id="a click on the plane")
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
        assert ParameterIndex(0, 0).value(session.current().by_hand.model) == 0.5
        draw_inputs()
    assert inputs[other].shown == 0.5


def test_a_slider_that_is_still_dragged_counts_again_and_again(inputs):
    draw_inputs()
    for value in (0.5, 0.25):
        inputs["Bias"].say(value)
        assert ParameterIndex(0, 0).value(session.current().by_hand.model) == value


@pytest.mark.usefixtures("inputs")
def test_a_second_click_on_hold_takes_no_change_away():
    kept = session.current().answering
    edited_model.hold(kept)
    edited_model.enter(kept, ParameterIndex(0, 0), 7.0)
    edited_model.hold(kept)
    assert edited_model.is_changed(kept)


@pytest.mark.usefixtures("inputs")
def test_a_model_that_is_no_longer_in_use_is_not_held():
    before = session.current().answering
    another_model()
    edited_model.hold(before)
    assert session.current().by_hand is None


@pytest.mark.usefixtures("charts")
def test_the_page_of_a_network_with_another_activation_speaks_of_that():
    model = replace(model_of(hidden=(3, 2)), activation="tanh")
    app = with_model(model, pc.Experiment(polynomials=CURVES, hidden=(3, 2), activation="tanh"))
    assert "before tanh is applied to it" in words(app)
    assert "its sum, before tanh, is above 0" in words(app)
    assert "ReLU returns" not in words(app)
    assert "No neuron can be dead" in words(app)
    assert [expander.label for expander in app.expander][3] == "3 · tanh"
    (a, b), c = model.weights[0][:, 0], model.biases[0][0, 0]
    x, y = session_of(app).view.followed
    [html] = [html for html in tables(app) if "after" in html][:1]
    assert f"<td>{number(math.tanh(a * x + b * y + c))}</td>" in html
    labelled(app.button_group, "The plane shows").set_value(neuron_map.FOLDS).run()
    assert "tanh has no kink there" in words(app)


def with_features(features, hidden=(3, 2)):
    experiment = pc.Experiment(polynomials=CURVES, hidden=hidden, features=features, steps=40)
    model = pc.advance(pc.start(experiment), 40).best
    return model, with_model(model, experiment)


@pytest.mark.usefixtures("charts")
def test_the_page_of_a_network_with_other_inputs_speaks_of_them():
    _, app = with_features(("x", "x2", "distances"))
    assert "A point is two numbers, x and y, from which the network's 4 inputs are computed." in words(app)
    x, y = session_of(app).view.followed
    [html] = [html for html in tables(app) if "x²" in html][:1]
    for value in (x, x * x, y - x, y + x):
        assert f"<td>{number(value)}</td>" in html
    names = " ".join(slider.label for slider in app.slider)
    assert "Weight from" in names
    assert {"x", "x²", "y − p0", "y − p1"} >= {
        slider.label.removeprefix("Weight from ") for slider in app.slider if "Weight" in slider.label
    }
    assert "where a sum of x, x², y − p0, y − p1 is 0." in words(app)
    labelled(app.button_group, "The plane shows").set_value(neuron_map.FOLDS).run()
    assert "They are curves, since the first layer gets x, x², y − p0, y − p1." in words(app)


@pytest.mark.parametrize("features", [("x", "y", "y2"), ("xy",)])
def test_the_picture_has_a_map_of_each_input_and_a_line_for_each_weight(features):
    model, _ = with_features(features)
    window = ((-1.0, 1.0), (-1.0, 1.0))
    message = network_picture.picture_of(model, window, Neuron(0, 1), None).message
    inputs = message["columns"][0]["neurons"]
    assert [one["text"] for one in inputs] == list(model.inputs.labels)
    assert len({one["image"] for one in inputs}) == len(features)
    assert np.shape(message["links"][0]) == (len(features), 3)


def test_fold_lines_of_other_inputs_are_where_the_sum_is_0():
    model, _ = with_features(("y", "x2"))
    window, segments = ((-1.0, 1.0), (-1.0, 1.0)), 0
    for index in range(3):
        (b, a), c = model.weights[0][:, index], model.biases[0][0, index]
        for segment in neuron_map._folds(model, window, Neuron(0, index)):
            segments += 1
            for x, y in segment:
                assert a * x * x + b * y + c == pytest.approx(0, abs=2e-3 * max(abs(a), abs(b)))
    assert segments > 20


@pytest.mark.usefixtures("charts")
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_the_walk_has_a_section_for_every_activation(name):
    app = with_model(replace(model_of(hidden=(3, 2)), activation=name))
    assert [expander.label for expander in app.expander][3] == f"3 · {ACTIVATIONS[name].label}"
