"""The layers on a map besides regions and curves, compared with numbers computed in the test."""

import io
import math
from dataclasses import replace

import numpy as np
import pytest

import polycore as pc
from pages.models import map_layers
from pages.models.map_layers import Overlay
from pages.plane import plane
from pages.plane.referee import referee_of
from pages.state import session
from pages.state.kept_models import Kept
from pages.state.setup import Setup
from pages.state.view import View
from polycore.links import link
from polycore.pictures.palette import PALETTE
from tests.pages.browsing import QUICK, drawn, labelled, opened, press, session_of, trained
from tests.pages.test_predict_values import LINES, NAMED, NAMELESS
from tests.waiting import wait_until

TRAIN, PREDICT = "pages/3_train.py", "pages/4_predict.py"
SAMPLES, MISTAKES, CROSSINGS, NEXT_POINTS = map_layers.ALL


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
        for trace in figure["data"]
        if trace.get("marker", {}).get("symbol") == symbol
        and trace["marker"]["color"] not in {look.color for look in PALETTE}
    ]
    return np.stack([trace["x"], trace["y"]], axis=1)


def answered(layers, points):
    """Return the answers of a network: dot, add, ReLU, ..., and the index of the largest."""
    values = points
    for place, (weights, biases) in enumerate(layers):
        values = np.dot(values, weights) + biases
        if place < len(layers) - 1:
            values = np.where(values > 0, values, 0)
    return np.array([max(range(len(row)), key=lambda label, row=row: row[label]) for row in values])


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
    said = f"Crosses: {(labels == 1).sum():,} of 3,000 new points answered wrongly, 500 of them marked."
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
    markers = [trace for trace in figure["data"] if trace["mode"] == "markers"]
    shown = np.concatenate([np.stack([trace["x"], trace["y"]], axis=1) for trace in markers])
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
            "Diamonds: 3 points where curves meet; press one.",
            id="three",
        ),
        pytest.param(("x", "x+1"), [], map_layers.NO_DIAMONDS, id="none to click"),
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
    without = plane.to_learn(experiment)["layout"]["meta"]["alt"]
    said = without.removesuffix(".") + (
        "; 10 samples are shown; 1 wrong answer is marked by a cross; "
        "1 crossing is marked by a diamond; the point (0.5, -0.25) is marked."
    )
    assert overlay.described(without) == said
    assert lying_on_a_map(overlay, experiment)["layout"]["meta"]["alt"] == said
    assert Overlay().described(without) == without
    assert Overlay().values() == {}


def test_what_is_chosen_stays_on_other_pages_and_through_the_end_of_a_run():
    app = press(opened(TRAIN, QUICK | {"steps": "1000000"}), "Start")
    wait_until(lambda: session_of(app).training.view.run.step)  # else Predict has no network
    show(app, MISTAKES, CROSSINGS)
    press(app, "Stop")
    assert choice(app).value == [MISTAKES, CROSSINGS]
    app.switch_page("pages/2_data.py").run()
    app.switch_page(TRAIN).run()
    assert choice(app).value == [MISTAKES, CROSSINGS]
    assert choice(app.switch_page(PREDICT).run()).value == [CROSSINGS]


@pytest.mark.parametrize(("page", "key"), [(TRAIN, "progress.map"), (PREDICT, "predict.map")])
def test_every_drawing_of_the_choice_says_what_is_chosen_and_shows_it(page, key):
    app = trained()
    app.switch_page(page).run()
    show(app, MISTAKES, CROSSINGS)
    app.switch_page("pages/2_data.py").run()
    app.switch_page(page).run()
    for _ in range(2):
        # a browser may see the second drawing alone
        assert [choice(app).options[place] for place in choice(app).proto.default] == [MISTAKES, CROSSINGS]
        assert {"x", "diamond"} <= {trace.marker.symbol for trace in drawn(app, key).data}
        app.run()


EXPERIMENT = pc.Experiment(
    polynomials=pc.INTRODUCTION_POLYNOMIALS, samples_per_class=20, hidden=(8,), steps=20
)


# the two curves meet at (0, 0) alone
FOLLOWING = pc.Experiment(
    polynomials=(pc.Polynomial(1, 0), pc.Polynomial(-1, 0)),
    samples_per_class=None,
    batch_size=64,
    sampling="errors",
    hidden=(8,),
    steps=1000,
)


def dots(experiment, errors):
    """Return the points (N, 2) and the sizes of the dots, and their caption."""
    overlay = Overlay.of((NEXT_POINTS,), experiment, None, None, errors)
    [captioned] = map_layers.captions(lying_on_a_map(overlay, experiment))
    values = overlay.values()["next_points"]
    assert values["caption"] == captioned
    return np.column_stack([values["x"], values["y"]]), np.array(values["size"]), captioned


def test_before_the_first_step_the_next_points_are_even():
    points, sizes, caption = dots(FOLLOWING, pc.start(FOLLOWING).errors)
    middles = -1 + 2 * (np.arange(40) + 0.5) / 40
    expected = [(x, x) for x in middles] + [(x, -x) for x in middles]
    np.testing.assert_allclose(points, expected, atol=1e-12)
    assert set(sizes) == {4}
    assert caption == map_layers.DENSE


def test_the_next_points_gather_where_the_network_errs():
    points, sizes, _ = dots(FOLLOWING, pc.advance(pc.start(FOLLOWING), 1000).errors)
    near = np.abs(points[:, 0]) < 0.1  # a tenth of the range: 8 of 80 if they were even
    assert near.sum() > 24
    assert sizes[near].mean() > sizes[~near].mean() + 1
    noisy = replace(FOLLOWING, noise=0.1)
    points, _, caption = dots(noisy, pc.advance(pc.start(noisy), 500).errors)
    np.testing.assert_allclose(points[:40, 0], points[40:, 0], atol=1e-9)  # one density for both
    assert caption == map_layers.DENSE_ALONG_X


def test_earlier_weights_have_no_next_points():
    points, _, caption = dots(FOLLOWING, None)
    assert (len(points), caption) == (0, map_layers.NOT_OF_THESE)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"sampling": "crossings"}, id="other fresh points"),
        pytest.param({"samples_per_class": 100}, id="fixed samples"),
    ],
)
def test_next_points_are_offered_where_they_follow_the_errors_and_stay_chosen(change):
    app = show(opened(TRAIN, link.to_query(FOLLOWING)), CROSSINGS, NEXT_POINTS)
    assert [choice(app).options[place] for place in choice(app).proto.default] == [CROSSINGS, NEXT_POINTS]
    now = session_of(app)
    app.session_state[session.KEY] = replace(now, setup=Setup(replace(FOLLOWING, **change)))
    app.run()
    assert choice(app).options == [SAMPLES, MISTAKES, CROSSINGS]
    show(app, SAMPLES)
    app.session_state[session.KEY] = replace(session_of(app), setup=now.setup)
    assert choice(app.run()).value == [SAMPLES, NEXT_POINTS]


def of_file(content):
    return Kept.of_file(pc.Model.load(io.BytesIO(content)), 1)


def of_nameless_file():
    """Return the model of a file without its data, whose classes the user has named."""
    model = pc.Model.load(io.BytesIO(NAMELESS))
    return Kept.of_file(model.with_polynomials(tuple(map(pc.Polynomial.parse, LINES))), 1)


def test_the_mistakes_on_a_model_s_map_are_the_held_out_points_that_it_answers_wrongly():
    model = pc.advance(pc.start(EXPERIMENT), 20).best
    points, labels = EXPERIMENT.held_out_set()
    wrong = answered(list(zip(model.weights, model.biases, strict=True)), points) != labels
    assert 0 < wrong.sum() <= 500
    kept = Kept("Run 1", model, EXPERIMENT)
    figure = lying_on_a_map(map_layers.of_model(kept, (MISTAKES,), None), EXPERIMENT)
    np.testing.assert_array_equal(marks(figure, "x"), points[wrong])
    assert map_layers.captions(figure) == (f"Crosses: {wrong.sum()} of 3,000 new points answered wrongly.",)
    bare = plane.to_learn(EXPERIMENT)
    assert map_layers.of_model(kept, (), None).on(bare) is bare


def test_a_model_s_map_has_crossings_at_first_and_offers_points_if_its_data_are_known():
    # a model has no errors that next points could follow
    of_known = [SAMPLES, MISTAKES, CROSSINGS]
    for kept, offered in ((of_file(NAMED), of_known), (of_nameless_file(), [CROSSINGS])):
        assert map_layers.offered_of_model(kept) == offered
        assert map_layers.chosen_of_model(kept, View().predict_layers) == [CROSSINGS]
        assert map_layers.of_model(kept, map_layers.ALL, None).crossings is not None
    assert map_layers.offered_of_model(of_file(NAMELESS)) == []  # it has no map
    assert map_layers.of_model(of_nameless_file(), map_layers.ALL, None).samples is None


def test_what_a_model_without_its_data_cannot_show_stays_chosen_for_others():
    known, nameless = of_file(NAMED), of_nameless_file()
    choice = map_layers.choosing(known, [CROSSINGS, SAMPLES], View().predict_layers)
    assert map_layers.chosen_of_model(known, choice) == [SAMPLES, CROSSINGS]
    assert map_layers.chosen_of_model(nameless, choice) == [CROSSINGS]
    without = map_layers.choosing(nameless, [], choice)
    assert map_layers.chosen_of_model(nameless, without) == []
    assert map_layers.chosen_of_model(known, without) == [SAMPLES]
