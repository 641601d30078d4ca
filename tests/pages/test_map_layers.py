"""The layers on a map besides regions and curves, compared with numbers computed in the test."""

import math
from dataclasses import replace

import numpy as np
import pytest

import polycore as pc
from pages.models import map_layers
from pages.models.map_layers import Overlay
from pages.plane import live, plane
from pages.plane.referee import referee_of
from pages.plane.scene import scene_of
from pages.state import session
from pages.state.kept_models import Kept, KeptModels
from polycore.pictures.palette import PALETTE
from tests.pages.browsing import HOME, QUICK, labelled, opened, press, session_of, trained
from tests.pages.test_predict_page import NAMED, NAMELESS, uploaded, with_model, words

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


def test_mistakes_are_the_held_out_points_that_the_best_network_answers_wrongly(maps):
    app = show(trained(steps="20"), MISTAKES)
    training = session_of(app).training
    points, labels = training.view.run.experiment.held_out_set()
    layers = list(zip(training.view.best.weights, training.view.best.biases, strict=True))
    wrong = answered(layers, points) != labels
    assert 0 < wrong.sum() <= 500
    np.testing.assert_array_equal(marks(maps["progress.map"], "x"), points[wrong])
    assert f"Crosses: {wrong.sum()} of 3,000 held-out points answered wrongly." in words(app)
    app.switch_page(HOME).run()
    np.testing.assert_array_equal(marks(maps["progress.map"], "x"), points[wrong])
    show(app)
    scene = scene_of(training.view.run.experiment)
    pixels = plane.pixels_of(training.view.best, scene.window)
    assert maps["progress.map"] is plane.network_map(pixels, scene)
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


def test_with_noise_the_referee_makes_mistakes_too():
    experiment = pc.Experiment(polynomials=(pc.Polynomial(1), pc.Polynomial(-1)), noise=1.0)
    points, labels = experiment.held_out_set()
    # above the x axis 1 is nearer, below it -1
    wrong = (points[:, 1] > 0) != (labels == 0)
    found = map_layers.mistakes_of_referee(referee_of(experiment), experiment)
    np.testing.assert_array_equal(found.points, points[wrong])
    # of 3000 points the normal's share beyond 1 deviation, 476, give or take
    assert len(found.points) == pytest.approx(3000 * math.erfc(1 / math.sqrt(2)) / 2, abs=80)


def lying_on_a_map(overlay, experiment):
    return overlay.on(plane.to_learn(experiment))


def test_of_many_mistakes_five_hundred_are_marked_and_all_are_counted():
    # a network that always says p0 is wrong at half of the points
    experiment = pc.Experiment(polynomials=(pc.Polynomial(1), pc.Polynomial(-1)))
    points, labels = experiment.held_out_set()
    mistakes = map_layers.mistakes_among(np.zeros_like(labels), experiment)
    overlay = Overlay.of((MISTAKES,), experiment, mistakes, None)
    figure = lying_on_a_map(overlay, experiment)
    marked = marks(figure, "x")
    assert len(marked) == 500
    assert {*map(tuple, marked)} <= {*map(tuple, points[labels == 1])}
    said = f"Crosses: {(labels == 1).sum():,} of 3,000 held-out points answered wrongly, 500 of them marked."
    assert map_layers.captions(figure) == (said,)
    # a frame has the same
    values = overlay.values()["mistakes"]
    assert (values["x"], values["y"]) == (marked[:, 0].tolist(), marked[:, 1].tolist())
    assert (values["text"], values["caption"]) == (["on p1, answered with p0"] * 500, said)


@pytest.mark.parametrize(
    ("samples", "count", "caption"),
    [
        pytest.param(20, 40, "All 40 points of the training set are shown.", id="few"),
        pytest.param(2000, 500, "500 of the 4,000 points of the training set are shown.", id="many"),
        pytest.param(None, 200, "All 200 points of the training set are shown.", id="fresh points"),
    ],
)
def test_samples_are_points_of_the_training_set(samples, count, caption):
    experiment = pc.Experiment(
        polynomials=pc.INTRODUCTION_POLYNOMIALS, samples_per_class=samples, batch_size=20
    )
    figure = lying_on_a_map(Overlay.of((SAMPLES,), experiment, None, None), experiment)
    points, _ = experiment.training_set()
    markers = [trace for trace in figure.data if trace.mode == "markers"]
    shown = np.concatenate([np.stack([trace.x, trace.y], axis=1) for trace in markers])
    assert len(shown) == count
    assert {*map(tuple, shown.tolist())} <= {*map(tuple, points.tolist())}
    assert map_layers.captions(figure) == (caption,)


@pytest.mark.parametrize(
    ("polynomials", "places", "caption"),
    [
        pytest.param(
            # within -1 to 1: x and -x at 0 with x^2, -x and x^2 at -1, x and x^2 at 1
            ("x", "x^2", "-x"),
            [(-1, 1), (0, 0), (1, 1)],
            "Diamonds: 3 points where curves meet; click one.",
            id="three",
        ),
        pytest.param(("x", "x+1"), [], "Diamonds: none, since no curves meet here.", id="none to click"),
    ],
)
def test_crossings_are_marked_where_the_curves_meet(polynomials, places, caption):
    experiment = pc.Experiment(polynomials=tuple(map(pc.Polynomial.parse, polynomials)))
    figure = lying_on_a_map(Overlay.of((CROSSINGS,), experiment, None, None), experiment)
    np.testing.assert_allclose(marks(figure, "diamond"), np.reshape(places, (-1, 2)), atol=1e-12)
    assert map_layers.captions(figure) == (caption,)


def test_a_map_says_what_lies_on_it_and_frames_say_the_same():
    experiment = pc.Experiment(polynomials=(pc.Polynomial(1, 0), pc.Polynomial(-1, 0)), samples_per_class=5)
    _, labels = experiment.held_out_set()
    right_but_one = np.where(np.arange(len(labels)) == 7, 1 - labels, labels)
    mistakes = map_layers.mistakes_among(right_but_one, experiment)
    overlay = Overlay.of(map_layers.ALL, experiment, mistakes, (0.5, -0.25))
    without = plane.to_learn(experiment).layout.meta["alt"]
    said = without.removesuffix(".") + (
        "; 10 samples are shown; 1 wrong answer is marked by a cross; "
        "1 crossing is marked by a diamond; the point (0.5, -0.25) is marked."
    )
    assert overlay.described(without) == said
    assert lying_on_a_map(overlay, experiment).layout.meta["alt"] == said
    assert Overlay().described(without) == without
    assert Overlay().values() == {}


@pytest.mark.usefixtures("maps")
def test_what_is_chosen_stays_on_other_pages_and_through_the_end_of_a_run():
    app = press(opened(TRAIN, QUICK | {"steps": "1000000"}), "Start")
    show(app, MISTAKES, CROSSINGS)
    press(app, "Stop")
    assert choice(app).value == [MISTAKES, CROSSINGS]
    app.switch_page("pages/2_data.py").run()
    app.switch_page(HOME).run()
    assert choice(app).value == [MISTAKES, CROSSINGS]
    assert choice(app.switch_page(PREDICT).run()).value == [CROSSINGS]


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


@pytest.mark.usefixtures("maps")
def test_what_a_file_without_its_data_cannot_show_stays_chosen_for_other_models():
    app = show(with_model(NAMED), SAMPLES, CROSSINGS)
    titled = session_of(app).models.in_use
    press(uploaded(app, ("b.npz", NAMELESS)), "The 3 polynomials of the set-up")
    assert choice(app).value == [CROSSINGS]
    show(app)
    labelled(app.selectbox, "Model").set_value(titled).run()
    assert choice(app).value == [SAMPLES]


def test_a_file_with_its_data_has_all_layers():
    assert choice(with_model(NAMED)).options == [*map_layers.ALL]
