"""The layers on a map besides regions and curves, compared with numbers computed in the test."""

import math
from dataclasses import replace

import numpy as np
import pytest

import polycore as pc
from pages.models import map_layers
from pages.plane import live, plane
from pages.plane.referee import referee_of
from pages.plane.scene import scene_of
from pages.state import session
from pages.state.kept_models import Kept, KeptModels
from polycore.pictures.palette import PALETTE
from tests.pages.browsing import HOME, QUICK, labelled, opened, press, session_of, trained
from tests.pages.test_predict_page import NAMED, NAMELESS, with_model, words

TRAIN, PREDICT = "pages/3_train.py", "pages/4_predict.py"
SAMPLES, MISTAKES, CROSSINGS = map_layers.ALL


@pytest.fixture
def maps(monkeypatch):
    """Return the figures on the page by key."""
    found = {}
    monkeypatch.setattr(live, "figure", lambda figure, key, **_: found.update({key: figure}))
    return found


def choice(app):
    return labelled(app.button_group, map_layers.LABEL)


def show(app, *layers):
    choice(app).set_value(list(layers)).run()
    assert not app.exception
    return app


def marks(figure, symbol):
    """Return the points (N, 2) of the markers with that symbol and no class's color."""
    [trace] = [
        trace
        for trace in figure.data
        if trace.marker.symbol == symbol and trace.marker.color not in {look.color for look in PALETTE}
    ]
    return np.stack([trace.x, trace.y], axis=1)


def answered(layers, points):
    """Return the answers of a network: dot, add, ReLU, ..., and the index of the largest."""
    values = points
    for place, (weights, biases) in enumerate(layers):
        values = np.dot(values, weights) + biases
        if place < len(layers) - 1:
            values = np.where(values > 0, values, 0)
    return np.array([max(range(len(row)), key=lambda label, row=row: row[label]) for row in values])


@pytest.mark.parametrize(
    ("page", "button"),
    [pytest.param(TRAIN, "Start", id="Train"), pytest.param(HOME, "Train the network", id="Home")],
)
def test_mistakes_are_the_held_out_points_that_the_best_network_answers_wrongly(maps, page, button):
    app = show(trained(page, button, steps="20"), MISTAKES)
    training = session_of(app).training
    points, labels = training.view.run.experiment.held_out_set()
    layers = list(zip(training.view.best.weights, training.view.best.biases, strict=True))
    wrong = answered(layers, points) != labels
    assert 0 < wrong.sum() <= 500
    np.testing.assert_array_equal(marks(maps["progress.map"], "x"), points[wrong])
    assert f"Crosses: {wrong.sum()} of 3,000 held-out points answered wrongly." in words(app)
    show(app)
    assert maps["progress.map"] is plane.model_map(training.view.best, scene_of(training.view.run.experiment))
    assert "Crosses" not in words(app)


def test_the_mistakes_of_the_latest_weights_are_computed_once():
    run = pc.advance(pc.start(pc.Experiment(steps=50, batch_size=32)), 30)
    points, labels = run.experiment.held_out_set()
    found = map_layers.mistakes_of_model(run.current, run.experiment)
    assert map_layers.mistakes_of_model(run.current, run.experiment) is found
    answers = answered(run.layers, points)
    np.testing.assert_array_equal(found.points, points[answers != labels])
    np.testing.assert_array_equal(found.labels, labels[answers != labels])
    np.testing.assert_array_equal(found.answers, answers[answers != labels])
    assert found.asked == len(points)


def test_with_noise_the_referee_makes_mistakes_too(maps):
    app = trained(polynomials="1~-1", noise="1")
    labelled(app.button_group, "Map").set_value("Referee").run()
    show(app, MISTAKES)
    experiment = session_of(app).experiment
    points, labels = experiment.held_out_set()
    # above the x axis 1 is nearer, below it -1
    wrong = (points[:, 1] > 0) != (labels == 0)
    found = map_layers.mistakes_of_referee(referee_of(experiment), experiment)
    np.testing.assert_array_equal(found.points, points[wrong])
    # of 3000 points the normal's share beyond 1 deviation, 476, give or take
    assert len(found.points) == pytest.approx(3000 * math.erfc(1 / math.sqrt(2)) / 2, abs=80)
    assert len(marks(maps["progress.map"], "x")) == min(500, wrong.sum())


def test_of_many_mistakes_five_hundred_are_marked_and_all_are_counted(maps):
    # after one tiny step, a network is right for at most half of the points
    app = show(trained(steps="1", learning_rate="0.000001"), MISTAKES)
    training = session_of(app).training
    points, labels = training.view.run.experiment.held_out_set()
    wrong = int((training.view.best.predict(points) != labels).sum())
    assert wrong > 500
    assert len(marks(maps["progress.map"], "x")) == 500
    assert f"{wrong:,} of 3,000 held-out points answered wrongly, 500 of them marked." in words(app)


@pytest.mark.parametrize(
    ("samples", "count", "expected"),
    [
        pytest.param("20", 40, "All 40 points of the training set", id="few"),
        pytest.param("2000", 500, "500 of the 4,000 points of the training set", id="many"),
        pytest.param("fresh", 200, "All 200 points of the training set", id="fresh points"),
    ],
)
def test_samples_are_points_of_the_training_set(maps, samples, count, expected):
    app = show(trained(samples=samples, batch="20", steps="5"), SAMPLES)
    points, _ = session_of(app).experiment.training_set()
    shown = np.concatenate(
        [
            np.stack([trace.x, trace.y], axis=1)
            for trace in maps["progress.map"].data
            if trace.mode == "markers"
        ]
    )
    assert len(shown) == count
    assert {*map(tuple, shown.tolist())} <= {*map(tuple, points.tolist())}
    assert expected in words(app)


def test_crossings_are_marked_where_the_curves_meet(maps):
    app = show(trained(polynomials="x~x^2~-x"), CROSSINGS)
    places = marks(maps["progress.map"], "diamond")
    # within -1 to 1: x and -x at 0 with x^2, -x and x^2 at -1, x and x^2 at 1
    np.testing.assert_allclose(places, [(-1, 1), (0, 0), (1, 1)], atol=1e-12)
    assert "Diamonds: 3 points where curves meet; click one." in words(app)


def test_where_no_curves_meet_nobody_is_told_to_click_a_diamond(maps):
    app = show(trained(polynomials="x~x+1"), CROSSINGS)
    assert len(marks(maps["progress.map"], "diamond")) == 0
    assert "Diamonds: none, since no curves meet here." in words(app)
    assert "click one" not in words(app)


@pytest.mark.parametrize("view", ["Network", "Referee", "Differences"])
def test_every_map_can_show_layers(maps, view):
    app = trained()
    labelled(app.button_group, "Map").set_value(view).run()
    show(app, *map_layers.ALL)
    assert {"x", "diamond"} <= {trace.marker.symbol for trace in maps["progress.map"].data}
    caption = words(app)
    assert all(start in caption for start in ("Crosses: ", "Diamonds: ", "of the training set"))
    assert ("% of the plane. " in caption) == (view == "Differences")


@pytest.mark.usefixtures("maps")
def test_what_is_chosen_stays_on_other_pages_and_through_the_end_of_a_run():
    app = press(opened(TRAIN, QUICK | {"steps": "1000000"}), "Start")
    show(app, MISTAKES, CROSSINGS)
    press(app, "Stop")
    assert choice(app).value == [MISTAKES, CROSSINGS]
    app.switch_page("pages/2_data.py").run()
    app.switch_page(HOME).run()
    assert choice(app).value == [MISTAKES, CROSSINGS]
    assert session_of(app).view.predict_layers == (CROSSINGS,)


@pytest.mark.usefixtures("maps")
@pytest.mark.parametrize("page", [TRAIN, PREDICT])
def test_every_drawing_of_the_choice_says_what_is_chosen(page):
    app = trained()
    app.switch_page(page).run()
    show(app, MISTAKES, CROSSINGS)
    app.switch_page("pages/2_data.py").run()
    app.switch_page(page).run()
    for _ in range(2):
        # a browser may see the second drawing alone
        assert [choice(app).options[place] for place in choice(app).proto.default] == [MISTAKES, CROSSINGS]
        app.run()


def test_predict_marks_crossings_at_first_and_points_if_the_data_are_known(maps):
    app = trained()
    app.switch_page(PREDICT).run()
    assert choice(app).value == [CROSSINGS]
    # 1 - x^2 and x^3 - 2 meet where x^3 + x^2 = 3, beyond the range
    assert "Diamonds: none" in words(app)
    show(app, SAMPLES, MISTAKES)
    model, experiment = session_of(app).answering.model, session_of(app).experiment
    points, labels = experiment.held_out_set()
    wrong = model.predict(points) != labels
    np.testing.assert_array_equal(marks(maps["predict.map"], "x"), points[wrong])
    assert "Diamonds" not in words(app)


def test_a_file_without_its_data_has_only_crossings(maps):
    app = press(with_model(NAMELESS), "The 3 polynomials of the set-up")
    assert choice(app).options == [CROSSINGS]
    assert len(marks(maps["predict.map"], "diamond"))
    nameless = Kept("a", session_of(app).answering.model, None)
    app.session_state[session.KEY] = replace(
        session_of(app), models=KeptModels(kept=(nameless,), in_use=nameless.title)
    )
    app.run()
    assert session_of(app).answering.model is nameless.model
    assert choice(app).options == [CROSSINGS]


def test_a_file_with_its_data_has_all_layers():
    assert choice(with_model(NAMED)).options == [*map_layers.ALL]
