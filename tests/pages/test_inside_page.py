"""Inside: pressing, entering and reading as a visitor does."""

from dataclasses import replace

from pages.inside import edited_model, network_choice, network_picture, neuron_map, traced_point
from pages.models import model_in_use
from pages.server import server
from pages.state import session
from pages.state.kept_models import Kept
from polycore.tutorial.untrained_model import tutorial_sets
from tests.pages.browsing import (
    QUICK,
    click,
    component_ids,
    drawn,
    labelled,
    labels,
    live_html,
    live_text,
    metrics,
    opened,
    press,
    session_of,
    trained,
    trigger,
)
from tests.pages.later import Later
from tests.pages.test_inside_values import model_of
from tests.waiting import wait_until

INSIDE, TRAIN = "pages/5_inside.py", "pages/3_train.py"


def with_model(model):
    """Return the page about a kept model of which nothing else is known."""
    app = opened()
    kept = Kept("Upload 1", model, None)
    app.session_state[session.KEY] = replace(
        session_of(app), models=replace(session_of(app).models, kept=(kept,), in_use=kept.title)
    )
    app.switch_page(INSIDE).run()
    assert not app.exception
    return app


def trained_inside():
    app = trained()
    app.switch_page(INSIDE).run()
    assert not app.exception
    return app


def measured(app):
    session_of(app).by_hand.measuring.wait(20)
    return app.run()


def words(app):
    texts = [text.value for text in [*app.markdown, *app.caption, *app.subheader]]
    return "\n".join([*texts, live_text(app)])


def tables(app):
    """Return the HTML with the tables of numbers."""
    return [html for html in live_html(app) if "<table" in html]


def box(app, name):
    return labelled(app.number_input, name)


def shown_number(app, name):
    return box(app, f"{name}, exactly")


def choice(app, name):
    return labelled(app.selectbox, name)


# --- without a model, and the tutorial's ------------------------------------------------------


def test_a_page_without_a_model_offers_two_ways_to_get_one():
    app = opened(INSIDE)
    assert network_choice.NONE_YET in words(app)
    assert model_in_use.TRAIN_LABEL in [link.label for link in app.main.get("page_link")]
    assert labels(app) == {"Present": True, network_choice.TUTORIAL_LABEL: True}


def test_the_tutorials_network_is_kept_once_and_its_first_sample_is_traced():
    app = press(press(opened(INSIDE), network_choice.TUTORIAL_LABEL), network_choice.TUTORIAL_LABEL)
    [kept] = session_of(app).models.kept
    assert session_of(app).models.in_use == kept.title
    assert [box(app, name).value for name in "xy"] == tutorial_sets().points[0].tolist()
    assert choice(app, "True class").value == 0
    titles = [expander.label for expander in app.expander if " · " in expander.label]
    assert (titles[0], titles[-1], len(titles)) == ("1 · Points", "8 · Accuracy", 8)


def test_a_page_about_tanh_and_a_wide_layer_says_so():
    app = with_model(model_of((64,), activation="tanh"))
    by_tanh = network_picture.BY_OTHERS.format("tanh")
    assert network_picture.EXPLAINED_LARGE.format(by_tanh) in words(app)
    assert network_picture.NEVER_DEAD in words(app)


def test_choosing_a_neuron_in_the_picture_chooses_it_in_the_lists():
    app = with_model(model_of((3, 4)))
    trigger(app, network_picture.KEY, "choose", {"layer": 1, "index": 3})
    assert (choice(app, "Layer").value, choice(app, "Neuron").value) == (1, 3)


def test_the_plane_shows_what_is_chosen_for_it():
    app = with_model(model_of((5,)))
    assert drawn(app, neuron_map.KEY).layout.meta["alt"].startswith("Map of hidden layer 1, neuron 0")
    labelled(app.button_group, "The plane shows").set_value(neuron_map.FOLDS).run()
    assert not app.exception
    assert "of 5 fold lines of the first hidden layer cross" in drawn(app, neuron_map.KEY).layout.meta["alt"]
    assert "of 5 fold lines of the first hidden layer cross" in live_text(app)


def test_a_click_on_the_map_moves_the_point_and_one_too_far_out_is_refused_in_words():
    app = with_model(model_of())  # of x and -x
    choice(app, "True class").set_value(0).run()
    click(app, neuron_map.KEY, 0.25, -0.5)
    assert [box(app, name).value for name in "xy"] == [0.25, -0.5]
    assert choice(app, "True class").value == traced_point.NEAREST
    place = "No curve is near the point. The nearest, p1, is 0.25 away."
    assert place in live_text(app).splitlines()
    box(app, "x").set_value(1e101).run()
    assert not app.exception
    assert traced_point.TOO_FAR in words(app)


def test_classes_without_polynomials_have_numbers_but_no_map():
    app = with_model(model_of(polynomials=()))
    assert neuron_map.KEY not in component_ids(app)
    assert neuron_map.NO_CURVES in words(app)
    choice(app, "True class").set_value(1).run()
    assert "The true class t is class 1" in words(app)


# --- by hand ----------------------------------------------------------------------------------


def test_what_is_changed_by_hand_is_seen_everywhere_until_it_is_put_back(own_server):
    app = trained_inside()
    before = shown_number(app, "Bias").value, metrics(app)
    later, workers = Later(), server.current().workers
    own_server(workers=later)
    shown_number(app, "Bias").set_value(7.0).run()
    assert set(metrics(app).values()) == {edited_model.YET_UNKNOWN}
    assert f"Loss {edited_model.YET_UNKNOWN} nats (was {before[1]['Loss']})" in words(app)
    assert not labels(app)[edited_model.KEEP_LABEL]
    app.switch_page(TRAIN).run()
    later.answer(0)
    session_of(app).by_hand.measuring.wait(20)
    own_server(workers=workers)
    app.switch_page(INSIDE).run()
    changed = session_of(app).by_hand.measured
    assert shown_number(app, "Bias").value == 7
    assert metrics(app)["Loss"] == f"{changed.loss:#.3g}" != before[1]["Loss"]
    assert f"{changed.loss!r} nats" in words(app)
    assert edited_model.CHANGED in words(app)
    press(app, "Put it back")
    assert session_of(app).by_hand is None
    assert (shown_number(app, "Bias").value, metrics(app)) == before
    assert edited_model.UNCHANGED in words(app)


def test_a_changed_network_becomes_a_model_of_its_own_and_a_number_that_none_has_is_refused():
    app = trained_inside()
    shown_number(app, "Bias").set_value(2e6).run()
    assert not app.exception
    assert edited_model.REFUSED in words(app)
    assert shown_number(app, "Bias").value == 2e6
    assert session_of(app).by_hand is None
    shown_number(app, "Bias").set_value(7.0).run()
    assert edited_model.REFUSED not in words(app)
    original, changed = session_of(app).answering, session_of(measured(app)).by_hand.measured
    press(app, edited_model.KEEP_LABEL)
    first, second = session_of(app).models.kept
    assert first.model is original.model
    assert (second.model.biases[0][0, 0], second.model.loss) == (7, changed.loss)
    assert second.model.metadata["changed_by_hand"] is True
    assert session_of(app).answering is second
    assert second.experiment is session_of(app).by_hand is None
    shown_number(app, "Bias").set_value(8.0).run()
    press(measured(app), edited_model.KEEP_LABEL)
    assert len(session_of(app).models.kept) == 3


def test_a_file_without_its_experiment_answers_but_has_no_loss_to_keep():
    app = with_model(model_of())
    before = tables(app)[-1]
    shown_number(app, "Bias").set_value(7.0).run()
    assert tables(app)[-1] != before
    assert edited_model.UNMEASURED in words(app)
    assert not labels(app)[edited_model.KEEP_LABEL]
    assert metrics(app)["Loss"] == "unknown"


def test_during_a_run_the_model_is_held_before_it_is_changed():
    app = press(opened(TRAIN, {**QUICK, "steps": "1000000"}), "Start")
    training = session_of(app).training
    wait_until(lambda: training.view.run.step > 0)
    app.run()
    app.switch_page(INSIDE).run()
    assert not app.slider
    press(app, edited_model.HOLD_LABEL)
    held = session_of(app).by_hand.model
    shown_number(app, "Bias").set_value(7.0).run()
    assert session_of(app).by_hand.original is held
    press(app, "Put it back")
    assert not app.slider
    training.stop()
