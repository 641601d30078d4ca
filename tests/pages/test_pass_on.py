"""Sharing: links with the trained network, code, the history and the experiment."""

import csv
import io
from dataclasses import replace

import numpy as np
import pytest

from pages.models import from_link, link_choice, pass_on
from pages.state import session
from pages.state.kept_models import Kept, KeptModels
from pages.state.session_value import Session
from pages.state.setup import Setup
from pages.wording.words import file_name
from polycore import Experiment, Model, Polynomial
from polycore.links import link
from polycore.links.snippet import script
from polycore.training.history import History
from polycore.training.history_csv import history_csv
from polycore.training.leg import Leg
from tests.pages.browsing import (
    HOME,
    QUICK,
    metrics,
    open_it,
    opened,
    press,
    session_of,
    trained,
    wait_for,
    words_of,
)

TRAIN, PREDICT, POLYNOMIALS = "pages/3_train.py", "pages/4_predict.py", "pages/1_polynomials.py"
# x and -x, distinguished by 2→2 without a hidden layer; test_link.py has the numbers
TRAINED = {
    "v": "1",
    "polynomials": "x~-x",
    "samples": "20",
    "hidden": "none",
    "steps": "50",
    "schedule": "constant",
    "batch": "all",
    "weights": "dZkCJAAAAAAAA8D8AAAAAAAAAwAAAAAAAAOA_AAAAAAAACEAAAAAAAAAAAAAAAAAAAPC_",
}
CAME = "This network came with the link"


def maps(app):
    """Return the keys of the maps on the page: an element's id ends with its key."""
    ids = [element.proto.id for element in app.get("bidi_component")]
    return [
        key
        for key in (from_link.MAP_KEY, "home.curves", "progress.map")
        if any(key in found for found in ids)
    ]


def texts(app):
    return "\n".join(markdown.value for markdown in app.markdown)


def downloads(app):
    return {button.label: button for button in app.get("download_button")}


@pytest.mark.parametrize("page", [HOME, TRAIN])
def test_a_link_with_weights_shows_its_map_at_once(page):
    app = opened(page, TRAINED)
    assert CAME in texts(app)
    assert maps(app) == [from_link.MAP_KEY]
    assert session_of(app).training is None
    # right on x from x = -2 on, on -x below x = -2/11: see test_link.py
    shown = metrics(app)["Held-out accuracy"]
    points, labels = session_of(app).experiment.held_out_set()
    share = np.where(labels == 0, True, points[:, 0] < -2 / 11).mean()
    assert shown == f"{100 * share:.1f} %"


def test_it_answers_on_predict():
    app = opened(PREDICT, TRAINED)
    kept = session_of(app).answering
    assert kept.title == "From the link · 2 polynomials"
    assert kept.model.weights[0].tolist() == [[1, -2], [0.5, 3]]


def test_the_address_keeps_the_weights_on_every_page_while_the_set_up_is_the_links():
    app = opened(TRAIN, TRAINED)
    assert words_of(app)["weights"] == TRAINED["weights"]
    for page in (POLYNOMIALS, PREDICT, TRAIN):
        app.switch_page(page).run()
        assert words_of(app)["weights"] == TRAINED["weights"]


def test_page_links_contain_only_the_set_up():
    app = opened(TRAIN, TRAINED)
    assert len(app.get("page_link")) > 4
    for element in app.get("page_link"):
        assert "&weights=" not in element.proto.query_string


def test_another_set_up_removes_the_weights_from_the_address_and_its_own_restores_them():
    app = opened(PREDICT, TRAINED)
    first = session_of(app).experiment
    app.session_state[session.KEY] = replace(session_of(app), setup=Setup(replace(first, seed=5)))
    app.run()
    assert "weights" not in words_of(app)
    assert session_of(app).answering.title == "From the link · 2 polynomials"
    app.session_state[session.KEY] = replace(session_of(app), setup=Setup(first))
    app.run()
    assert words_of(app)["weights"] == TRAINED["weights"]


def test_a_new_run_removes_the_link_s_weights_from_the_address():
    app = wait_for(press(opened(TRAIN, TRAINED), "Start"), "finished")
    assert words_of(app)["weights"] != TRAINED["weights"]
    assert CAME not in texts(app)
    titles = [kept.title for kept in session_of(app).models.kept]
    assert titles == ["From the link · 2 polynomials", "Run 1 · Adam, 2 polynomials"]
    assert session_of(app).models.in_use == titles[1]


def test_damaged_weights_are_reported_and_nothing_answers():
    app = opened(HOME, {**TRAINED, "weights": TRAINED["weights"][:-3]})
    assert any("Trained network: the weights are damaged" in text.value for text in app.text)
    assert session_of(app).answering is None
    assert CAME not in texts(app)
    assert "weights" not in words_of(app)


def copied(app, key="frame.link"):
    """Return the addresses; the HTML for another page is left out."""
    app.button(key=key).click().run()
    assert not app.exception
    return [code.value for code in app.code if code.language == "plaintext"]


def test_copy_link_has_the_trained_network_and_the_set_up_alone():
    app = wait_for(press(opened(TRAIN), "Start"), "finished")
    with_weights, plain = copied(app)
    assert "&weights=d" in with_weights
    assert with_weights.startswith(f"{plain}&weights=")
    other = opened(TRAIN, dict(part.split("=") for part in unquoted(with_weights)))
    assert CAME in texts(other)
    assert np.array_equal(
        session_of(other).answering.model.weights[0], session_of(app).answering.model.weights[0]
    )


def unquoted(address):
    return address.split("?")[1].replace("%5E", "^").replace("%2B", "+").split("&")


def test_copy_link_before_any_training_has_only_the_set_up():
    [plain] = copied(opened(TRAIN))
    assert "&weights=" not in plain


def test_a_network_of_another_set_up_stays_out_of_the_link():
    app = opened(PREDICT, TRAINED)
    app.session_state[session.KEY] = replace(
        session_of(app), setup=Setup(replace(session_of(app).experiment, seed=5))
    )
    [plain] = copied(app)
    assert "&weights=" not in plain
    assert any("another set-up" in caption.value for caption in app.caption)


def test_a_network_that_does_not_fit_is_offered_as_a_file():
    app = opened(PREDICT, {**QUICK, "hidden": "200-200", "steps": "1", "samples": "1"})
    app.switch_page(TRAIN).run()
    wait_for(press(app, "Start"), "finished")
    app.switch_page(PREDICT).run()
    [plain] = copied(app)
    assert "&weights=" not in plain
    assert any("41,202 weights and biases: too many for a link." in text.value for text in app.text)
    assert [button.label for button in app.get("download_button")].count("Download the model") == 2


def test_a_file_that_claims_another_experiment_is_not_believed():
    experiment = Experiment(polynomials=(Polynomial(1, 0), Polynomial(-1, 0)), hidden=())
    claims = {"experiment": replace(experiment, hidden=(3,)).to_dict()}
    model = Model((np.eye(2),), (np.zeros((1, 2)),), 0.0, 1.0, experiment.polynomials, metadata=claims)
    kept = Kept("Upload 1", model, None)
    assert not link_choice.answers_for(kept, replace(experiment, hidden=(3,)))
    assert not link_choice.answers_for(kept, experiment)


def test_the_whole_address_stays_within_what_servers_accept():
    page, experiment = "http://localhost:8501/train", Experiment.recommended()
    room = link_choice.room_for(page, experiment)
    assert len(link.to_address(page, experiment, "w" * room)) == link_choice.MAX_ADDRESS <= 8192


def test_take_it_with_you_holds_code_script_history_and_experiment():
    app = wait_for(press(opened(TRAIN), "Start"), "finished")
    open_it(app, pass_on.OPEN_KEY)
    snippet, script = (code.value for code in app.code[-2:])
    names = {}
    exec(snippet, names)
    model = session_of(app).answering.model
    points = [[0.5, 0.75], [-1.0, 2.0]]
    assert names["predict_proba"](points) == pytest.approx(model.predict_proba(points), abs=1e-12)
    assert "pc.advance" in script
    assert {"History as CSV", "Experiment as JSON", "Download as .py"} <= set(downloads(app))


def test_before_a_run_there_are_the_script_and_the_experiment():
    app = open_it(opened(TRAIN), pass_on.OPEN_KEY)
    assert [caption for caption in app.caption if caption.value == "Nothing has been trained yet."]
    assert "History as CSV" not in downloads(app)
    assert "Experiment as JSON" in downloads(app)


def test_a_network_from_a_link_is_offered_as_code():
    app = open_it(opened(TRAIN, TRAINED), pass_on.OPEN_KEY)
    names = {}
    exec(app.code[0].value, names)
    [[weights, biases]] = names["LAYERS"]
    assert (weights, biases) == ([[1, -2], [0.5, 3]], [0, -1])


def test_code_that_is_too_long_to_show_is_only_a_file(monkeypatch):
    monkeypatch.setattr(pass_on, "MAX_SHOWN", 100)
    app = open_it(opened(TRAIN, TRAINED), pass_on.OPEN_KEY)
    assert len(app.code) == 0
    assert any("too many to be shown" in caption.value for caption in app.caption)


def test_the_history_is_a_table_whose_numbers_lose_no_digit():
    history = History(10).appended(0, 1 / 3, 0.1, 0.25).appended(10, 2e-9, 1.0, 2 / 3)
    rows = list(csv.DictReader(io.StringIO(history.to_csv())))
    assert [row["step"] for row in rows] == ["0", "10"]
    assert [float(row["loss_nats"]) for row in rows] == [1 / 3, 2e-9]
    assert [float(row["accuracy"]) for row in rows] == [0.1, 1.0]
    assert [float(row["held_out_accuracy"]) for row in rows] == [0.25, 2 / 3]


def test_files_are_named_for_what_they_hold():
    assert file_name("map", Experiment.recommended()) == "polycore-map-soap-12"


def test_a_tab_that_is_refreshed_keeps_the_links_network_once_and_lets_it_answer():
    title, found = "From the link · 2 polynomials", link.from_query(TRAINED)
    before = Session(setup=Setup(found.experiment), models=KeptModels(runs=3))
    opened = from_link.with_network(Session(setup=Setup(found.experiment)), found.weights, found.model)
    assert from_link.after_refresh(before, Session(setup=before.setup)).models.kept == ()
    now = from_link.after_refresh(before, opened)
    assert (now.models.titles, now.models.in_use, now.models.runs) == ((title,), title, 3)
    another = now.keeping(replace(now.answering, title="Another", model=replace(found.model)))
    assert another.models.in_use == "Another"
    again = from_link.after_refresh(another, opened)
    assert (again.models.titles, again.models.in_use) == ((title, "Another"), title)
    deleted = replace(again, models=KeptModels())
    assert from_link.after_refresh(deleted, opened).models.in_use == title


# --- runs that continued -----------------------------------------------------------------------


def changed_twice():
    """Return Train after a run whose learning rate was changed, and then its optimizer and batch size."""
    app = trained()
    set_number(app, "Learning rate", 0.05)
    app = wait_for(press(app, "Continue with these settings"), "finished")
    [optimizer] = [box for box in app.selectbox if box.label == "Optimizer"]
    optimizer.select("sgd").run()
    set_number(app, "Batch size (0 = all points)", 7)
    return wait_for(press(app, "Continue with these settings"), "finished")


def set_number(app, label, value):
    [box] = [box for box in app.number_input if box.label == label]
    box.set_value(value).run()
    assert not app.exception


def network_of(program, folder, monkeypatch):
    """Return the model that the program saves."""
    monkeypatch.chdir(folder)
    exec(program, {})
    [file] = folder.iterdir()
    return Model.load(file)


def program_on(app):
    open_it(app, pass_on.OPEN_KEY)
    return app.code[-1].value


def same_network(one, other):
    return all(map(np.array_equal, (*one.weights, *one.biases), (*other.weights, *other.biases)))


@pytest.mark.parametrize("page", [TRAIN, PREDICT])
def test_the_script_of_a_run_that_continued_trains_its_network(page, tmp_path, monkeypatch):
    app = changed_twice()
    app.switch_page(page).run()
    program = program_on(app)
    answering = session_of(app).answering
    assert len(answering.earlier) == 2
    assert same_network(network_of(program, tmp_path, monkeypatch), answering.model)
    assert "trains the same network again, each part with its settings: on the same machine" in texts(app)
    assert link_choice.CHAINED.format(network="This network", source="this JSON") in captions(app)


def test_the_script_of_a_network_that_was_given_has_its_weights(tmp_path, monkeypatch):
    app = opened(TRAIN, TRAINED)
    press(app, "Continue from the network in use")
    app = wait_for(app, "finished")
    program = program_on(app)
    assert same_network(network_of(program, tmp_path, monkeypatch), session_of(app).answering.model)


def test_the_script_of_a_run_that_was_stopped_trains_no_further(tmp_path, monkeypatch):
    app = opened(TRAIN)
    press(app, "One step")
    program = program_on(app)
    assert session_of(app).training.view.run.step == 1
    assert same_network(network_of(program, tmp_path, monkeypatch), session_of(app).answering.model)
    assert "again, up to step 1: on the same machine" in texts(app)


def reasons(app):
    return [text.value for text in app.markdown if "No program trains this network again" in text.value]


def test_an_uploaded_network_that_continued_is_not_offered_as_repeatable():
    app = changed_twice()
    experiment = session_of(app).experiment
    file = io.BytesIO()
    session_of(app).answering.model.save(file)
    model = Model.load(io.BytesIO(file.getvalue()))
    app.session_state[session.KEY] = session_of(app).keeping(Kept("A file", model, None))
    app.switch_page(PREDICT).run()
    assert program_on(app).strip() == script(experiment).strip()
    [reason] = reasons(app)
    assert "continued at step 600 from a network whose weights are not known" in reason
    assert "equal to the last bit" not in texts(app)


def test_a_network_of_a_link_or_changed_by_hand_is_not_offered_as_repeatable():
    app = opened(PREDICT, TRAINED)
    open_it(app, pass_on.OPEN_KEY)
    assert "without the number of steps" in reasons(app)[0]
    app = trained()
    model = session_of(app).answering.model
    model = replace(model, metadata={**model.metadata, "changed_by_hand": True})
    app.session_state[session.KEY] = session_of(app).keeping(Kept("by hand", model, None))
    app.switch_page(PREDICT).run()
    open_it(app, pass_on.OPEN_KEY)
    assert "It was changed by hand." in reasons(app)[0]


def captions(app):
    return [caption.value for caption in app.caption]


def test_the_history_has_every_part_and_what_changed():
    first, second = (
        Experiment(hidden=()),
        Experiment(hidden=(), learning_rate=0.05, features=("x", "y", "xy")),
    )
    unknown = Leg(0, 4, None)
    one = Leg(4, 9, first.summary(), History(5).appended(4, 2.5, 0.1, 0.2).appended(9, 2.0, 0.2, 0.3))
    table = history_csv(second, History(5).appended(9, 1 / 3, 0.2, 0.3), (unknown, one))
    rows = list(csv.reader(io.StringIO(table)))
    assert rows == [
        ["step", "loss_nats", "accuracy", "held_out_accuracy", "leg", "learning_rate", "features"],
        ["4", "2.5", "0.1", "0.2", "2", "0.01", '["x", "y"]'],
        ["9", "2.0", "0.2", "0.3", "2", "0.01", '["x", "y"]'],
        ["9", "0.3333333333333333", "0.2", "0.3", "3", "0.05", '["x", "y", "xy"]'],
    ]


def test_the_history_of_a_run_that_did_not_continue_is_its_only_part():
    table = history_csv(Experiment(), History(1).appended(0, 2.5, 0.1, 0.2))
    assert table == "step,loss_nats,accuracy,held_out_accuracy,leg\n0,2.5,0.1,0.2,1\n"
