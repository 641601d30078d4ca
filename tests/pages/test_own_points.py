"""Points of the user's own on all pages: drawn, uploaded, trained on, asked about."""

from dataclasses import replace
from urllib.parse import parse_qsl

import numpy as np
import pytest

import polycore as pc
from pages.data import own_points, setup_on_points
from pages.models import map_layers
from pages.plane.referee import beside, best_possible
from pages.points.uploaded_points import TEST_TITLE, TRAIN_TITLE
from pages.polynomials import editor
from pages.run_view import map_view
from pages.state import session
from pages.state.kept_models import Kept
from pages.state.session_value import Session
from pages.state.setup import THREE_CURVES, Setup
from pages.state.sketch import Sketch
from pages.state.view import LayerChoice, View
from pages.train import run_report
from polycore.links import link
from tests.pages.browsing import (
    ROOT,
    labelled,
    live_html,
    live_value,
    opened,
    press,
    refreshed,
    sent_to,
    session_of,
    trigger,
    wait_for,
)

DATA, TRAIN, PREDICT = "pages/2_data.py", "pages/3_train.py", "pages/4_predict.py"
PAGES = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "pages").glob("[0-9]*.py"))

rng = np.random.default_rng(0)
_X = rng.uniform(-1, 1, 120)
_LABELS = np.arange(120) % 2
_Y = np.where(_LABELS == 0, _X**2 - 1, 2 * _X) + rng.normal(0, 0.05, 120)
ON_CURVES = pc.PointSet(np.column_stack([_X, _Y]).round(3), _LABELS, ("bowl", "slope"))
SQUARES = pc.PointSet(rng.uniform(-1, 1, (120, 2)).round(3), rng.integers(2, size=120), ("even", "odd"))
SETS = {"on curves": ON_CURVES, "anywhere": SQUARES}


def words(data, **more):
    experiment = pc.Experiment(data=data, hidden=(8,), steps=200)
    return link.to_query(experiment) | more


def trained(data, page=TRAIN):
    return wait_for(press(opened(page, words(data)), "Start"), "finished")


@pytest.mark.parametrize("data", SETS.values(), ids=SETS)
def test_every_page_is_drawn_with_points_that_nothing_was_trained_on(data):
    app = opened(words=words(data))
    for page in PAGES:
        app.switch_page(page).run()
        assert not app.exception, page
    assert session_of(app).experiment.data == data


@pytest.mark.parametrize("data", SETS.values(), ids=SETS)
def test_every_page_is_drawn_after_training_on_points(data):
    app = trained(data)
    for page in PAGES:
        app.switch_page(page).run()
        assert not app.exception, page
    assert session_of(app).answering.model.classes == data.names


CLASSES, POLYNOMIALS = pc.Experiment(data=ON_CURVES), pc.Experiment()


@pytest.mark.parametrize(
    ("experiment", "noun", "lines"),
    [
        pytest.param(POLYNOMIALS, "polynomial", map_view.CURVES, id="polynomials"),
        pytest.param(CLASSES, "class", map_view.FITTED, id="points on curves"),
        pytest.param(POLYNOMIALS.on_points(SQUARES), "class", map_view.NO_CURVES, id="points anywhere"),
    ],
)
def test_a_map_names_classes_and_says_what_its_lines_are(experiment, noun, lines):
    caption = map_view.NETWORK_CAPTION.format(noun, lines)
    assert map_view.network_caption(experiment) == caption


def test_of_the_users_own_points_nobody_knows_the_best_possible_and_their_number_says_how_far_it_holds():
    assert best_possible(CLASSES) is None
    # of 24 held-out points all are right: of 28, two of them wrong, 2 · sqrt(26/28 · 2/28 / 28) is 0.0973
    assert beside(1.0, CLASSES) == "±\u00a09.7\u00a0% on 24 points"


@pytest.mark.parametrize(
    ("data", "views"),
    [
        pytest.param(ON_CURVES, ("Network", "Referee", "Differences"), id="on curves"),
        pytest.param(SQUARES, ("Network",), id="anywhere"),
    ],
)
def test_without_curves_there_is_no_referee_though_it_was_chosen_before(data, views, in_session):
    in_session(Session(view=View(map_view="Referee")))
    experiment = pc.Experiment().on_points(data)
    assert map_view.views_of(experiment) == views
    assert map_view.shown_view(experiment) == ("Referee" if "Referee" in views else "Network")


def on_set_up(now, experiment):
    return replace(now, setup=Setup(experiment))


def test_predict_answers_with_the_names_and_walks_along_a_fitted_curve():
    app = trained(ON_CURVES)
    app.switch_page(PREDICT).run()
    assert not app.exception
    text = " ".join(live_html(app))
    assert "slope" in text or "bowl" in text
    [way] = [one for one in app.button_group if one.label == "Point"]
    way.set_value("On a curve").run()
    assert not app.exception
    [curve] = [one for one in app.selectbox if one.label == "Curve"]
    assert curve.options == ["bowl", "slope"]


def test_in_another_tab_a_file_without_its_points_has_no_layers_and_nothing_is_said_of_crossings():
    app, model = opened(PREDICT), session_of(trained(ON_CURVES)).answering.model
    models = replace(session_of(app).models, kept=(Kept("Upload 1", model, None),), in_use="Upload 1")
    app.session_state[session.KEY] = replace(session_of(app), models=models)
    app.run()
    assert "Upload 1" in labelled(app.selectbox, "Model").value
    assert map_layers.LABEL not in [one.label for one in app.button_group]
    assert "Diamonds" not in " ".join(live_html(app))


def test_the_report_is_by_class():
    app = trained(ON_CURVES)
    press(app, run_report.TITLE)
    assert "Class by class" in [one.value for one in app.subheader]
    assert run_report.MISTAKES_TITLE not in [one.value for one in app.subheader]


def test_the_choice_between_polynomials_and_points_comes_back():
    before = Setup(pc.Experiment())
    on_points = setup_on_points.on_own_points(before)
    assert on_points == replace(before, sketch=Sketch(polynomials=before.experiment))
    assert back_on_polynomials(on_points) == before


def back_on_polynomials(setup):
    return Setup(setup_on_points.on_polynomials(setup)).following(setup)


def strokes(setup, places, number=1):
    """Return the set-up after a stroke through these columns, rows and classes of the plane."""
    stroke = {"number": number, "add": [[f"k{index}", *place] for index, place in enumerate(places)]}
    return setup_on_points.after_drawing(setup, "pen", [stroke])


def choose_source(app, source):
    [choice] = [one for one in app.button_group if one.label == "Learn from"]
    choice.set_value(source).run()
    assert not app.exception
    return app


def drawn(app, *places):
    """Draw a stroke through these columns, rows and classes of the plane."""
    operation = {"number": 1, "add": [[f"k{index}", *place] for index, place in enumerate(places)]}
    return trigger(app, own_points.DRAWING_KEY, "drawn", {"pen": "pen", "operations": [operation]})


ONE_CLASS = ((100, 200, 0), (300, 400, 0))
BOTH_CLASSES = (*ONE_CLASS, (500, 600, 1), (700, 800, 1), (900, 100, 1))


@pytest.mark.parametrize("places", [ONE_CLASS, BOTH_CLASSES], ids=["one class", "both classes"])
def test_points_are_kept_while_polynomials_are_learned_with_other_settings(places):
    before = strokes(setup_on_points.on_own_points(Setup(pc.Experiment())), places)
    assert len(before.own_points.points) == len(places)
    aside = back_on_polynomials(before)
    assert aside.own_points is None
    aside = replace(aside, experiment=pc.Experiment.recommended())
    after = setup_on_points.on_own_points(aside)
    assert after.own_points.points == before.own_points.points
    assert after.experiment.data == before.experiment.data


def test_names_and_held_out_share_are_kept_with_the_points():
    drawn = strokes(setup_on_points.on_own_points(Setup(pc.Experiment())), BOTH_CLASSES)
    named = setup_on_points.with_names(drawn, "left, right")
    before = replace(named, experiment=replace(named.experiment, held_out_share=0.5))
    after = setup_on_points.on_own_points(back_on_polynomials(before))
    assert after.experiment == before.experiment
    assert (after.experiment.data.names, after.experiment.held_out_share) == (("left", "right"), 0.5)
    assert after.own_points == before.own_points


def test_a_look_at_polynomials_keeps_what_was_drawn():
    app = drawn(choose_source(opened(DATA), own_points.OWN), *BOTH_CLASSES)
    before = session_of(app).setup
    choose_source(app, own_points.POLYNOMIALS)
    assert session_of(app).setup.own_points is None
    choose_source(app.switch_page(TRAIN).run().switch_page(DATA).run(), own_points.OWN)
    assert session_of(app).setup == before
    assert len(before.experiment.data) == len(BOTH_CLASSES)


def test_points_that_were_put_aside_outlast_a_refresh():
    app = drawn(choose_source(opened(DATA, USUAL), own_points.OWN), *ONE_CLASS)
    points = session_of(app).setup.own_points.points
    choose_source(app, own_points.POLYNOMIALS)
    app = choose_source(refreshed(app, DATA, USUAL), own_points.OWN)
    assert session_of(app).setup.own_points.points == points


def test_points_outlast_a_link_that_is_opened_meanwhile():
    app = drawn(choose_source(opened(DATA, USUAL), own_points.OWN), *ONE_CLASS)
    points = session_of(app).setup.own_points.points
    app = refreshed(app, DATA, words(SQUARES))
    assert session_of(app).experiment.data == SQUARES
    choose_source(app, own_points.POLYNOMIALS)
    choose_source(app, own_points.OWN)
    assert session_of(app).setup.own_points.points == points


@pytest.mark.parametrize(
    "query", ["", "speed=10&utm_source=mail", "v=2", "look=crossing", "game=1&score=7&seconds=9"]
)
def test_an_address_replaces_points_only_if_it_asks_for_something_else(query):
    app = trained(SQUARES)
    before, after = session_of(app), session_of(refreshed(app, DATA, dict(parse_qsl(query))))
    assert (after.setup == before.setup) is (query == "" or "speed" in query)
    assert after.training is before.training
    assert ("speed" in query) is (after.view.pacing.steps_per_second == 10)


def test_an_address_that_asks_for_nothing_replaces_what_a_page_began_with():
    assert session_of(refreshed(opened(words={}), TRAIN, {})).experiment == pc.Experiment.recommended()


def test_a_stroke_that_arrives_after_the_points_were_put_aside_is_kept_with_them():
    usual = pc.Experiment.recommended()
    stroke = {"number": 1, "add": [["a", 0, 0, 0]]}
    on_points = setup_on_points.after_drawing(Setup(usual, sketch=Sketch(polynomials=usual)), "pen", [stroke])
    aside = Setup(setup_on_points.on_polynomials(on_points)).following(on_points)
    late = setup_on_points.after_drawing(aside, "pen", [stroke, {"number": 2, "add": [["b", 1000, 0, 1]]}])
    assert late.own_points is None
    back = setup_on_points.on_own_points(late)
    assert [point[1:] for point in back.own_points.points] == [(-1, -1, 0), (1, -1, 1)]


def test_samples_to_edit_replace_points_that_were_put_aside_and_undo_brings_these_back():
    app = drawn(choose_source(opened(DATA), own_points.OWN), *ONE_CLASS)
    points = session_of(app).setup.own_points.points
    choose_source(app, own_points.POLYNOMIALS)
    press(app, own_points.EDIT_SAMPLES)
    assert own_points.REPLACED in [one.value for one in app.text]
    press(app, "Undo")
    choose_source(app, own_points.OWN)
    assert session_of(app).setup.own_points.points == points


def test_a_table_that_replaces_an_unfinished_drawing_can_be_undone():
    app = drawn(choose_source(opened(DATA, USUAL), own_points.OWN), *ONE_CLASS)
    points = session_of(app).setup.own_points.points
    uploaded_to(app, TABLE.encode())
    press(app, "Undo")
    assert session_of(app).setup.own_points.points == points


def test_without_points_the_page_says_what_to_do_and_what_is_trained_meanwhile():
    start = ":material/edit: Draw points of at least two classes, or upload a table: until then Train still"
    of_polynomials = Setup(pc.Experiment(), sketch=Sketch(polynomials=pc.Experiment()))
    assert setup_on_points.standing(of_polynomials) == (f"{start} learns the polynomials.", "")
    all_erased = Setup(pc.Experiment().on_points(SQUARES), sketch=Sketch())
    assert setup_on_points.standing(all_erased) == (f"{start} has the last points.", "")


def captions(app):
    return " ".join(one.value for one in app.caption)


def test_the_page_of_polynomials_does_not_say_that_they_are_learned():
    page = "pages/1_polynomials.py"
    assert editor.ABOUT not in captions(opened(page, words(SQUARES)))
    assert editor.ABOUT in captions(opened(page))


def test_samples_become_points_and_go_back_to_polynomials():
    before = Setup(pc.Experiment(polynomials=pc.INTRODUCTION_POLYNOMIALS, samples_per_class=20))
    edited = setup_on_points.on_samples(before)
    assert len(edited.experiment.data) == 40  # all of 20 on each of two curves
    assert edited.experiment.data.names == ("-x^2 + 1", "x^3 - 2")
    assert setup_on_points.on_polynomials(edited) == before.experiment


def test_samples_lie_on_maps_of_own_points_and_not_on_those_of_polynomials_unless_chosen_there():
    of_curves, of_points = POLYNOMIALS.shown_classes, CLASSES.shown_classes
    layers = LayerChoice()
    assert (layers.on_map_of(of_points), layers.on_map_of(of_curves)) == (("Samples",), ())
    layers = layers.chosen(("Samples", "Mistakes"), of_curves).chosen(("Crossings",), of_points)
    shown = layers.on_map_of(of_points), layers.on_map_of(of_curves)
    assert shown == (("Crossings",), ("Samples", "Mistakes"))


def test_a_search_that_was_chosen_on_points_gets_fresh_points_that_it_can_use():
    before = pc.Experiment(samples_per_class=None, sampling="errors")
    searching = pc.Experiment(optimizer="random-search").on_points(SQUARES)
    found = setup_on_points.on_polynomials(Setup(searching, sketch=Sketch.of(SQUARES, before)))
    assert (found.optimizer, found.samples_per_class, found.sampling) == ("random-search", None, "crossings")


def test_a_link_with_points_can_be_left_for_polynomials():
    app = choose_source(opened(DATA, words(SQUARES)), own_points.POLYNOMIALS)
    assert session_of(app).experiment.polynomials == pc.TUTORIAL_POLYNOMIALS
    press(app, "Undo")
    assert session_of(app).experiment.data == SQUARES


def test_names_and_held_out_share_are_entered():
    app = opened(DATA, words(SQUARES))
    names, share = labelled(app.text_input, setup_on_points.CLASSES), app.slider[0]
    names.set_value("left, left")
    share.set_value(50).run()
    assert session_of(app).experiment.data.names == SQUARES.names
    assert own_points.SAME_CLASSES in " ".join(one.value for one in app.markdown)
    [reason] = [one.value for one in app.text]
    assert reason.startswith("Classes: got 'left' twice; expected different names.")
    labelled(app.text_input, setup_on_points.CLASSES).set_value("left, right").run()
    assert session_of(app).experiment.data.names == ("left", "right")
    assert session_of(app).experiment.sample_count == 120 - sum(
        round(count / 2) for count in np.bincount(SQUARES.labels).tolist()
    )


def named_as(text):
    return setup_on_points.with_names(Setup(pc.Experiment().on_points(SQUARES)), text)


def test_a_class_that_is_added_is_learned_once_it_has_points():
    setup = named_as("left, right, up")
    assert setup.sketch.names == ("left", "right", "up")
    assert setup.experiment.data == SQUARES
    said, reason = setup_on_points.standing(setup)
    assert "Train still has the last points" in said
    assert reason == "No points yet of up: draw some, or remove the name from Classes."
    assert len(strokes(setup, [(500, 500, 2)]).experiment.data) == 121


def test_a_class_that_is_removed_takes_its_points_along():
    setup = setup_on_points.with_names(strokes(named_as("a, b, c"), [(500, 500, 2)]), "a, b")
    assert setup.experiment.data == pc.PointSet(SQUARES.points, SQUARES.labels, ("a", "b"))


@pytest.mark.parametrize(
    ("text", "beginning"),
    [
        pytest.param("left, left", "got 'left' twice; expected different names.", id="equal"),
        # an e and an accent, and the letter with the accent
        pytest.param("cafe\u0301, caf\u00e9", "got 'caf\u00e9' twice", id="equal to the eye"),
        pytest.param("", "got 0; expected 2 to 24", id="none"),
        pytest.param("left, " + 41 * "x", "got 'xxx", id="long"),
    ],
)
def test_names_that_cannot_be_told_apart_or_read_are_refused(text, beginning):
    with pytest.raises(pc.PolycoreError) as refused:
        named_as(text)
    assert str(refused.value).startswith(f"Classes: {beginning}")


def test_an_accent_that_was_typed_by_itself_is_a_part_of_its_letter():
    assert named_as("cafe\u0301, the").experiment.data.names == ("caf\u00e9", "the")


TABLE = "Breite;Höhe;Art\n0,5;1;rot\n2;0,25;blau\n1;3;rot\n0;2;blau\n"


def uploaded(content, name="points.csv", query=None):
    return given(opened(DATA, words(SQUARES) if query is None else query), content, name)


def given(app, content, name="points.csv", title="train"):
    [uploader] = [one for one in app.get("file_uploader") if title in one.label]
    uploader.set_value((name, content, "text/csv")).run()
    assert not app.exception
    return app


def test_a_table_is_shown_and_used():
    app = uploaded(TABLE.encode("utf-8-sig"))
    assert any("semicolons" in one.value and "commas in decimals" in one.value for one in app.caption)
    press(app, "Use these 4 points of 2 classes")
    data = session_of(app).experiment.data
    assert data == pc.PointSet([[0.5, 1], [2, 0.25], [1, 3], [0, 2]], ["rot", "blau", "rot", "blau"])
    press(app, "Undo")
    assert session_of(app).experiment.data == SQUARES


def test_what_is_no_table_is_refused_and_what_is_wrong_in_one_is_said_with_line_and_column():
    app = uploaded(b"\xff\xd8\xff\xe0 no table")
    assert own_points.NO_TABLE in " ".join(one.value for one in app.markdown)
    given(app, TABLE.replace("0,25", "abc").encode())
    assert any("line 3, column 2 (Höhe): got 'abc'" in one.value for one in app.text)
    assert session_of(app).experiment.data == SQUARES


def test_a_table_without_labels_is_refused_to_train_on_and_read_to_test_on():
    app = uploaded(b"a;b\n0,5;1\n2;0,25\n")
    assert any("got no column of labels; expected x, y and a label" in one.value for one in app.text)
    assert not [one for one in app.button if one.label.startswith("Use these")]
    given(app, b"a;b\n0,5;1\n2;0,25\n", title="test")
    assert session_of(app).points.points.tolist() == [[0.5, 1], [2, 0.25]]


def test_each_upload_says_where_the_other_is():
    app = opened(DATA, words(ON_CURVES))
    assert any(TEST_TITLE in one.value for one in app.caption)
    app = trained(ON_CURVES).switch_page(PREDICT).run()
    assert TRAIN_TITLE in [one.proto.label.partition(":")[0] for one in app.get("page_link")]
    app = press(opened(DATA), TRAIN_TITLE)
    assert session_of(app).setup.own_points is not None


def test_what_is_read_to_train_on_is_read_to_test_on_by_its_names():
    app = uploaded(TABLE.encode())
    given(app, TABLE.encode(), title="test")
    assert len(session_of(app).points.points) == 4
    press(app, "Use these 4 points of 2 classes")  # the other upload has kept its table
    given(app, "Art\tHöhe\tBreite\nblau\t2\t0\nrot\t1,5\t3\n".encode(), title="test")
    points = session_of(app).points
    assert points.points.tolist() == [[0, 2], [3, 1.5]]
    assert points.classes_in(session_of(app).experiment.data.names).tolist() == [1, 0]


def test_other_columns_are_chosen():
    app = uploaded(b"a,b,c,kind\n1,2,9,u\n3,5,7,v\n6,1,8,u\n")
    [y] = [one for one in app.selectbox if one.label == "y"]
    y.set_value(2).run()
    [use] = [one for one in app.button if one.label.startswith("Use these")]
    use.click().run()
    assert session_of(app).experiment.data.points.tolist() == [[1, 9], [3, 7], [6, 8]]


def test_more_points_than_a_link_holds_are_trained_on_and_said():
    data = pc.PointSet(np.random.default_rng(1).normal(size=(400, 2)), np.arange(400) % 2)
    app = opened(DATA)
    app.session_state[session.KEY] = on_set_up(session_of(app), session_of(app).experiment.on_points(data))
    app.run()
    assert not app.exception
    app.switch_page(TRAIN).run()
    app = wait_for(press(app, "Start"), "finished")
    assert live_value(app, "weights.held_out_text").endswith("%")


MANY = "Breite;<b>Höhe</b>;Art\n" + "".join(
    f"{i};{i * i % 29};{'rot' if i % 3 else 'blau'}\n" for i in range(80)
)
USUAL = link.to_query(pc.Experiment.recommended())


def on_own_points(query):
    app = opened(DATA, query)
    [source] = [one for one in app.button_group if one.label == "Learn from"]
    source.set_value(own_points.OWN).run()
    return app


def uploaded_to(app, content):
    given(app, content)
    [use] = [one for one in app.button if one.label.startswith("Use these")]
    use.click().run()
    assert not app.exception
    return app


def points_of(count):
    return pc.PointSet(
        [(i, i * i % 29) for i in range(count)], ["rot" if i % 3 else "blau" for i in range(count)]
    )


def test_the_network_is_chosen_by_the_number_of_points_and_the_page_says_why():
    usual = pc.Experiment.recommended()
    setup = setup_on_points.with_points(Setup(usual, sketch=Sketch(polynomials=usual)), points_of(80))
    # 80 points, of which a fifth of each class is held out: 53 and 27 without 11 and 5
    assert setup.experiment.hidden == (16,)
    few = "The network has **one layer of 16 neurons**, chosen for 64 points to train on: from few points"
    assert setup_on_points.note_on_network(setup).startswith(few)
    setup = setup_on_points.with_points(setup, points_of(2000))
    assert setup.experiment.hidden == (16, 16)
    # 1333 and 667 without 267 and 133
    many = "The network has **two layers of 16 neurons**, chosen for 1,600 points to train on: so many"
    assert setup_on_points.note_on_network(setup).startswith(many)
    assert setup_on_points.on_polynomials(setup).hidden == usual.hidden


def test_points_of_the_user_get_the_recommended_settings_if_those_of_home_are_untouched():
    usual, home = pc.Experiment.recommended(), Setup(THREE_CURVES)
    for count, hidden in ((80, (16,)), (2000, (16, 16))):
        setup = setup_on_points.with_points(setup_on_points.on_own_points(home), points_of(count))
        assert setup.experiment == replace(usual.on_points(points_of(count)), hidden=hidden)
        assert "chosen for" in setup_on_points.note_on_network(setup)
        assert back_on_polynomials(setup).experiment == THREE_CURVES


def test_settings_of_the_users_own_stay_with_points_and_those_of_points_with_curves():
    chosen = replace(THREE_CURVES, learning_rate=0.1)
    on_points = setup_on_points.with_points(setup_on_points.on_own_points(Setup(chosen)), points_of(80))
    assert on_points.experiment == chosen.on_points(points_of(80))
    home = setup_on_points.with_points(setup_on_points.on_own_points(Setup(THREE_CURVES)), points_of(80))
    changed = replace(home, experiment=replace(home.experiment, learning_rate=0.1))
    back = back_on_polynomials(changed).experiment
    assert (back.polynomials, back.noise, back.hidden) == (THREE_CURVES.polynomials, 0.03, (16,))
    assert (back.optimizer, back.learning_rate) == ("soap", 0.1)


def test_points_drawn_one_by_one_from_homes_set_up_get_the_recommended_settings():
    setup = setup_on_points.on_own_points(Setup(THREE_CURVES))
    for number in range(1, len(BOTH_CLASSES) + 1):
        setup = strokes(setup, BOTH_CLASSES[:number], number)
        is_trainable = number > len(ONE_CLASS)
        assert setup.experiment.optimizer == ("soap" if is_trainable else "sgd")
    assert setup.experiment.hidden == (16,)


def test_layers_that_were_chosen_for_points_are_chosen_again_though_the_share_has_changed():
    usual = pc.Experiment.recommended()
    setup = setup_on_points.with_points(Setup(usual, sketch=Sketch(polynomials=usual)), points_of(1500))
    assert setup.experiment.hidden == (16, 16)  # for 1,200
    half = replace(setup, experiment=replace(setup.experiment, held_out_share=0.5))  # 750 would get fewer
    assert setup_on_points.with_points(half, points_of(1200)).experiment.hidden == (16,)


def test_layers_of_the_users_own_stay_until_a_button_is_pressed():
    app = uploaded_to(on_own_points(USUAL | {"hidden": "9-9"}), MANY.encode())
    assert session_of(app).experiment.hidden == (9, 9)
    said = captions(app)
    assert "The network has **two layers of 9 neurons**, from your set-up." in said
    assert "it would have **one layer of 16 neurons**, for 64 points" in said
    press(app, "Use one layer of 16 neurons")
    assert session_of(app).experiment.hidden == (16,)


def test_the_suited_layers_follow_the_number_of_points_though_the_share_has_changed():
    setup = Setup(pc.Experiment(hidden=(9, 9)).on_points(points_of(1500)))
    suited = setup_on_points.with_suited_network(setup)
    assert suited.experiment == replace(setup.experiment, hidden=(16, 16))  # for 1,200
    half = replace(suited, experiment=replace(suited.experiment, held_out_share=0.5))  # 750 would get fewer
    assert setup_on_points.with_points(half, points_of(1200)).experiment.hidden == (16,)


def test_the_usual_layers_stay_if_the_user_goes_back_to_them():
    usual = pc.Experiment.recommended()
    setup = setup_on_points.with_points(Setup(usual, sketch=Sketch(polynomials=usual)), points_of(80))
    chosen = replace(setup, experiment=replace(setup.experiment, hidden=usual.hidden))
    setup = setup_on_points.with_points(chosen, points_of(81))
    assert setup.experiment.hidden == usual.hidden
    assert "**one layer of 16 neurons**, for 65 points" in setup_on_points.note_on_network(setup)


def test_figures_and_inputs_have_the_names_of_the_tables_columns():
    app = uploaded_to(on_own_points(USUAL | {"hidden": "4", "steps": "20"}), MANY.encode())
    assert session_of(app).setup.own_points.axes == ("Breite", "<b>Höhe</b>")
    app = wait_for(press(app.switch_page(TRAIN).run(), "Start"), "finished")
    titles = ["Breite", "&lt;b&gt;Höhe&lt;/b&gt;"]
    for page, key in ((TRAIN, "progress.map"), (PREDICT, "predict.map"), ("pages/5_inside.py", "inside.map")):
        app.switch_page(page).run()
        assert not app.exception
        layout = sent_to(app, key)["figure"]["layout"]
        assert [layout[axis]["title"]["text"] for axis in ("xaxis", "yaxis")] == titles
        if page != TRAIN:  # the fields of the point, in which Markdown would read a tag
            labels = [one.label for one in app.number_input]
            assert {"Breite", r"\<b\>Höhe\<\/b\>"} <= set(labels)
