"""Links with the trained network, and Export: code, page, script, the history and the experiment."""

import io
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from pages.models import export, from_link, link_choice, model_in_use
from pages.models.export import Export
from pages.runs.training import Training
from pages.state import session
from pages.state.kept_models import Kept, KeptModels
from pages.state.session_value import Session
from pages.state.setup import Setup
from pages.wording.words import file_name
from polycore import Experiment, Model, Polynomial, advance, html_page, start
from polycore.links import link
from polycore.links.snippet import script
from tests.pages.browsing import (
    HOME,
    labels,
    live_value,
    metrics,
    open_it,
    opened,
    page_text,
    press,
    session_of,
    trained,
    wait_for,
    with_weights,
    words_of,
)
from tests.runs import OWN, TINY

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
CAME = from_link.BROUGHT


def maps(app):
    """Return the keys of the maps on the page: an element's id ends with its key."""
    ids = [element.proto.id for element in app.get("bidi_component")]
    return [
        key
        for key in (from_link.MAP_KEY, "home.curves", "progress.map")
        if any(key in found for found in ids)
    ]


def downloads(app):
    return {button.label: button for button in app.get("download_button")}


@pytest.mark.parametrize("page", [HOME, TRAIN])
def test_a_link_with_weights_shows_its_map_at_once(page):
    app = opened(page, TRAINED)
    assert CAME in page_text(app)
    assert maps(app) == [from_link.MAP_KEY]
    assert session_of(app).training is None
    assert session_of(app).answering.title == "From the link · 2 polynomials"
    # right on x from x = -2 on, on -x below x = -2/11: see test_link.py
    shown = live_value(app, "weights.held_out_text") if page == HOME else metrics(app)["New points right"]
    points, labels = session_of(app).experiment.held_out_set()
    share = np.where(labels == 0, True, points[:, 0] < -2 / 11).mean()
    assert shown == f"{100 * share:.1f} %"


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


def test_a_new_run_removes_the_link_s_weights_from_the_address():
    app = with_weights(wait_for(press(opened(TRAIN, TRAINED), "Start"), "finished"))
    assert words_of(app)["weights"] != TRAINED["weights"]
    assert CAME not in page_text(app)
    titles = [kept.title for kept in session_of(app).models.kept]
    assert titles == ["From the link · 2 polynomials", "Run 1 · Adam, 2 polynomials"]
    assert session_of(app).models.in_use == titles[1]


def test_damaged_weights_are_reported_and_nothing_answers():
    app = opened(HOME, {**TRAINED, "weights": TRAINED["weights"][:-3]})
    assert any("Trained network: the weights are damaged" in text.value for text in app.text)
    assert session_of(app).answering is None
    assert CAME not in page_text(app)
    assert "weights" not in words_of(app)


def copied(app, key="frame.link"):
    """Return the addresses after a press."""
    app.button(key=key).click().run()
    assert not app.exception
    return addresses(app)


def addresses(app):
    """Return the addresses on the page; the HTML for another page is left out."""
    return [code.value for code in app.code if code.language == "plaintext"]


def test_copy_link_has_the_trained_network_if_it_is_that_of_the_set_up_and_the_set_up_alone():
    app = wait_for(press(opened(TRAIN), "Start"), "finished")
    with_weights, plain = copied(app)
    assert "&weights=d" in with_weights
    assert with_weights.startswith(f"{plain}&weights=")
    other = opened(TRAIN, dict(part.split("=") for part in unquoted(with_weights)))
    assert CAME in page_text(other)
    assert np.array_equal(
        session_of(other).answering.model.weights[0], session_of(app).answering.model.weights[0]
    )
    now = session_of(app)
    app.session_state[session.KEY] = replace(now, setup=Setup(replace(now.experiment, seed=5)))
    [plain] = addresses(app.run())
    assert "&weights=" not in plain


def unquoted(address):
    return address.split("?")[1].replace("%5E", "^").replace("%2B", "+").split("&")


def test_a_network_that_does_not_fit_is_offered_as_a_file():
    wide = replace(TINY, hidden=(200, 200), steps=1)
    run = advance(start(wide), 1)
    kept = Kept.of_run(training_of(run).view, 1)
    app = opened(PREDICT, {}, begun=Session(setup=Setup(wide)).keeping(kept))
    [plain] = copied(app)
    assert "&weights=" not in plain
    # 3·200 + 201·200 + 201·2
    assert any("41,202 weights and biases: too many for a link." in text.value for text in app.text)
    assert [button.label for button in app.get("download_button")].count("Download the model") == 2


def test_a_file_that_claims_another_experiment_is_not_believed():
    experiment = Experiment(polynomials=(Polynomial(1, 0), Polynomial(-1, 0)), hidden=())
    claims = {"experiment": replace(experiment, hidden=(3,)).to_dict()}
    model = Model((np.eye(2),), (np.zeros((1, 2)),), 0.0, 1.0, experiment.polynomials, metadata=claims)
    kept = Kept("Upload 1", model, None)
    assert not link_choice.answers_for(kept, replace(experiment, hidden=(3,)))
    assert not link_choice.answers_for(kept, experiment)


def test_files_are_named_for_what_they_hold():
    assert file_name("map", Experiment.recommended()) == "polycore-map-soap-12"
    assert Export(None, None).name("page") == "polycore-page"
    assert Export(None, TINY).name("page") == "polycore-page-adam-2"


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


# --- what Export offers, on a page --------------------------------------------------------------


def captions(app):
    return [caption.value for caption in app.caption]


def test_export_has_code_script_page_history_and_experiment_of_a_run(computed_files):
    app = open_it(trained(), export.OPEN_KEY)
    snippet, program = (code.value for code in app.code[-2:])
    names = {}
    exec(snippet, names)
    model = session_of(app).answering.model
    points = [[0.5, 0.75], [-1.0, 2.0]]
    assert names["predict_proba"](points) == pytest.approx(model.predict_proba(points), abs=1e-12)
    assert "pc.advance" in program
    assert {"History as CSV", "Experiment as JSON", "Download as .py", export.PAGE_LABEL} <= set(
        downloads(app)
    )
    page = html_page(session_of(app).training.view.best)
    assert computed_files.pop("polycore-page-adam-2.html")().decode() == page
    app.switch_page(PREDICT).run()
    open_it(app, export.OPEN_KEY)
    assert computed_files["polycore-page-adam-2.html"]().decode() == page


def test_before_a_run_there_are_the_script_and_the_experiment():
    app = open_it(opened(TRAIN), export.OPEN_KEY)
    assert export.NOTHING_TRAINED in captions(app)
    assert downloads(app).keys().isdisjoint({"History as CSV", export.PAGE_LABEL})
    assert "Experiment as JSON" in downloads(app)
    assert "Save as GIF" not in labels(app)


def test_a_network_without_a_page_says_why():
    steep = (Polynomial(2e6, 0), Polynomial(1))
    model = Model((np.ones((2, 2)),), (np.zeros((1, 2)),), 0.5, 0.5, steep)
    app = opened(PREDICT)
    app.session_state[session.KEY] = session_of(app).keeping(Kept.of_file(model, 1))
    open_it(app, export.OPEN_KEY)
    assert export.PAGE_LABEL not in downloads(app)
    assert export.page_problem(model) in captions(app)


def test_a_network_from_a_link_is_offered_as_code_and_only_as_a_file_if_that_is_too_long(monkeypatch):
    app = open_it(opened(TRAIN, TRAINED), export.OPEN_KEY)
    names = {}
    code = app.code[0].value
    exec(code, names)
    [[weights, biases]] = names["LAYERS"]
    assert (weights, biases) == ([[1, -2], [0.5, 3]], [0, -1])
    monkeypatch.setattr(export, "MAX_SHOWN", 100)
    app.run()
    assert len(app.code) == 0
    assert export.TOO_LONG.format(len(code) + 1) in captions(app)  # Streamlit removes the last newline


# --- the same as values -------------------------------------------------------------------------


def training_of(run):
    return Training(run, executor=None, advance=advance)


def changed_twice():
    """Return a run whose learning rate was changed, and then its optimizer and its batch size."""
    run = advance(start(TINY), TINY.steps)
    for change in ({"learning_rate": 0.05}, {"optimizer": "sgd", "batch_size": 7}):
        run = advance(start(replace(run.experiment, **change), weights=run), TINY.steps)
    return run


def given_weights():
    """Return a run that continued from a network without a past."""
    weights = Model((np.eye(2),), (np.zeros((1, 2)),), 0.0, 1.0, TINY.polynomials)
    return advance(start(replace(TINY, hidden=()), weights=weights), TINY.steps)


@pytest.mark.parametrize(
    ("run", "words"),
    [
        pytest.param(advance(start(TINY), TINY.steps), "again: on", id="a whole run"),
        pytest.param(advance(start(TINY), 1), "again, up to step 1: on", id="a run that was stopped"),
        pytest.param(changed_twice(), "again, each part with its settings: on", id="settings that changed"),
        pytest.param(given_weights(), "again, each part with its settings: on", id="weights that were given"),
    ],
)
def test_the_program_trains_the_same_network_again(run, words):
    training = training_of(run)
    # tests/polycore/test_snippet.py runs such programs
    expected = script(run.experiment, run.earlier, run.step)
    for one in (Export.of_run(training, running=False), Export.of_kept(Kept.of_run(training.view, 1))):
        program, sentence = export.program(run.experiment, one)
        assert program == expected
        assert f"This program trains the same network {words} the same machine" in sentence


def test_a_network_from_a_file_that_continued_is_not_offered_as_repeatable():
    run = changed_twice()
    model = Model.load(io.BytesIO(model_in_use.saved(run.best)))
    program, sentence = export.program(run.experiment, Export.of_kept(Kept.of_file(model, 1)))
    assert program == script(run.experiment)
    assert "continued at step 120 from a network whose weights are not known" in sentence


@pytest.mark.parametrize(
    ("metadata", "reason"),
    [
        pytest.param({}, export.WITHOUT_STEPS, id="of a link"),
        pytest.param({"step": 60, "changed_by_hand": True}, export.BY_HAND, id="changed by hand"),
    ],
)
def test_a_network_that_no_program_trains_is_not_offered_as_repeatable(metadata, reason):
    model = replace(start(TINY).best, metadata=metadata)
    program, sentence = export.program(TINY, Export.of_kept(Kept("A", model, TINY)))
    assert program == script(TINY)
    assert sentence == export.NOT_REPEATED.format(reason)


def test_the_network_of_a_run_is_offered_once_it_has_a_step_and_rests():
    training = training_of(advance(start(TINY), 5))
    assert Export.of_run(training, running=False).model is training.view.best
    assert Export.of_run(training, running=True).model is None
    assert Export.of_run(training_of(start(TINY)), running=False).model is None


def network(*widths, polynomials=TINY.polynomials):
    """Return a network of layers of so many neurons."""
    weights = tuple(np.ones(shape) for shape in pairwise((2, *widths)))
    return Model(weights, tuple(np.zeros((1, width)) for width in widths), 0.5, 0.5, polynomials)


@pytest.mark.parametrize(
    ("model", "problem"),
    [
        pytest.param(network(2), "", id="a small network"),
        pytest.param(advance(start(OWN), 5).best, "", id="a network of own points"),
        pytest.param(
            # 3·512 + 513·500 + 501·2
            network(512, 500, 2),
            "has 259,038 weights and biases, too many for a page: it may have 250,000",
            id="too large",
        ),
        *(
            pytest.param(
                network(2, polynomials=(Polynomial(size, 0), Polynomial(1))),
                "This network has no page: a coefficient of its polynomials is larger than "
                "1,000,000, and no map can show that",
                id=f"a coefficient of {size:g}",
            )
            for size in (2e6, 1e308)
        ),
    ],
)
def test_a_network_has_a_page_or_says_why_not(model, problem):
    found = export.page_problem(model)
    assert problem in found if problem else found == ""


def test_the_size_of_large_weights_alone_is_said():
    assert export.weights_size(network(8, 2)) == ""
    # 3·300 + 301·300 + 301·2 numbers, of 8 bytes in base64: 4 characters for 3 bytes
    size = f" The weights take {91_802 * 8 * 4 / 3 / 1e6:.1f} MB."
    assert export.weights_size(network(300, 300, 2)) == size
