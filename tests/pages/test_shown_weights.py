"""The weights that are shown of a run: map, figures, charts and answers are all of the same ones."""

import math
from dataclasses import replace

import numpy as np
import pytest

import polycore as pc
from pages.lessons.lessons import LESSONS
from pages.lessons.situation import Situation
from pages.plane import live, plane
from pages.plane.referee import referee_of
from pages.plane.scene import scene_of
from pages.runs.training import Training
from pages.state import session
from pages.state.session_value import Session
from pages.state.shown_weights import ShownWeights
from pages.state.view import View
from tests.hand import Hand
from tests.pages.browsing import HOME, QUICK, labelled, live_text, metrics, session_of, trained
from tests.runs import named
from tests.waiting import wait_until

TRAIN = "pages/3_train.py"
# so high a learning rate leaves the best weights behind
BUTTONS = {TRAIN: "Start", HOME: "Train the network"}
JUMPING = QUICK | {
    "polynomials": "x~-x~x^2",
    "learning_rate": "0.5",
    "batch": "10",
    "noise": "0.3",
    "steps": "60",
}
pages = pytest.mark.parametrize("page", [pytest.param(TRAIN, id="Train"), pytest.param(HOME, id="Home")])


@pytest.fixture
def figures(monkeypatch):
    """Return the figures on the page by key."""
    found = {}
    monkeypatch.setattr(live, "figure", lambda figure, key, **_: found.update({key: figure}))
    return found


def past_its_best(page=TRAIN, **words):
    app = trained(page, BUTTONS[page], **{**JUMPING, **words})
    run = session_of(app).training.view.run
    assert run.best_step < run.step
    return app


def choose(app, weights):
    labelled(app.button_group, "Weights").set_value(weights).run()
    assert not app.exception
    return app


def with_training(app, training):
    """Let the session have this run, and return it."""
    app.session_state[session.KEY] = replace(session_of(app), training_id=named(training))
    return training


def texts(app):
    values = [element.value for kind in (app.markdown, app.caption) for element in kind]
    return " ".join([*values, live_text(app)])


def logits(layers, points):
    """Return what a network says: dot, add, ReLU, ..."""
    values = points
    for place, (weights, biases) in enumerate(layers):
        values = np.dot(values, weights) + biases
        values = np.maximum(values, 0) if place < len(layers) - 1 else values
    return values


def measured(layers, experiment):
    """Return loss, held-out accuracy and the number of dead neurons of a network with one hidden layer."""
    points, labels = experiment.training_set()
    values = logits(layers, points)
    surprises = np.log(np.exp(values - values.max(axis=1, keepdims=True)).sum(axis=1)) + values.max(axis=1)
    loss = (surprises - values[np.arange(len(labels)), labels]).mean()
    held_out, wanted = experiment.held_out_set()
    accuracy = (logits(layers, held_out).argmax(axis=1) == wanted).mean()
    [(weights, biases), _] = layers
    dead = (points @ weights + biases <= 0).all(axis=0).sum()
    return loss, accuracy, dead


def layers_of(model):
    return list(zip(model.weights, model.biases, strict=True))


@pytest.mark.usefixtures("figures")
@pages
def test_at_rest_every_figure_is_of_the_latest_weights_until_the_best_are_chosen(page):
    app = past_its_best(page)
    run = session_of(app).training.view.run
    now = measured(run.layers, run.experiment)
    best = measured(layers_of(session_of(app).training.view.best), run.experiment)
    assert now[0] > 1.05 * best[0]
    for choice, name, (loss, accuracy, dead) in (
        ("Now", f"now (step {run.step:,})", now),
        ("Best", f"best loss (step {run.best_step:,})", best),
    ):
        assert labelled(app.button_group, "Weights").value == "Now"
        shown = metrics(choose(app, choice))
        assert shown["Loss"] == f"{loss:#.3g}"
        assert shown["Held-out accuracy"] == f"{100 * accuracy:.1f} %"
        if page == TRAIN:
            assert shown["Dead neurons"] == f"{dead} of 8"
            norm = math.sqrt((run.gradient.astype(float) ** 2).sum())
            assert shown["Gradient norm"] == (f"{norm:.3g}" if choice == "Now" else "unknown")
        assert f"{name}" in texts(app)
        choose(app, "Now")


@pages
def test_the_map_its_mistakes_and_the_charts_are_of_the_weights_that_are_chosen(figures, page):
    app = past_its_best(page)
    labelled(app.button_group, "On the map").set_value(["Mistakes"]).run()
    run = session_of(app).training.view.run
    points, labels = run.experiment.held_out_set()
    for choice, layers, step in (
        ("Best", layers_of(session_of(app).training.view.best), run.best_step),
        ("Now", run.layers, run.step),
    ):
        choose(app, choice)
        wrong = (logits(layers, points).argmax(axis=1) != labels).sum()
        assert f"Crosses: {wrong:,} of 3,000 held-out points" in texts(app)
        if page == TRAIN:
            for key, value in (
                ("progress.loss", measured(layers, run.experiment)[0]),
                ("progress.accuracy", 100 * (1 - wrong / 3000)),
            ):
                *_, mark, _ = figures[key].data
                assert (mark.mode, mark.x) == ("markers", (step,))
                assert mark.y[0] == pytest.approx(value, rel=1e-6)
                # the best are not so by their accuracy on held-out points
                names = {"progress.loss": "best ", "progress.accuracy": "at best loss "}
                assert mark.name.startswith("now " if choice == "Now" else names[key])


def test_the_difference_is_of_the_weights_that_are_chosen(figures):
    app = past_its_best()
    run, best = session_of(app).training.view.run, session_of(app).training.view.best
    labelled(app.button_group, "Map").set_value("Differences").run()
    scene, referee = scene_of(run.experiment), referee_of(run.experiment)
    found = {}
    for choice in ("Now", "Best"):
        choose(app, choice)
        found[choice] = figures["progress.map"].layout.images[0].source
    for choice, model in (("Best", best), ("Now", run.current)):
        expected = plane.difference_map(plane.pixels_of(model, scene.window), scene, referee)
        assert found[choice] == expected.layout.images[0].source
    assert found["Now"] != found["Best"]


@pages
def test_a_chunk_that_comes_while_the_page_is_drawn_changes_none_of_its_figures(monkeypatch, page):
    app = past_its_best(page, steps="1000")
    later = session_of(app).training.view.run
    earlier = pc.advance(pc.start(later.experiment), 20)
    hand = Hand()
    training = with_training(app, Training(earlier, hand, pc.advance))

    def figure(_, key, **__):
        if key == "progress.map" and training.view.run.step == earlier.step:
            hand.deliver(later)
            wait_until(lambda: training.view.run.step == later.step)

    monkeypatch.setattr(live, "figure", figure)
    training.resume()
    app.run()
    assert training.view.run.step == later.step
    loss, accuracy, _ = measured(earlier.layers, earlier.experiment)
    assert metrics(app)["Loss"] == f"{loss:#.3g}"
    assert metrics(app)["Held-out accuracy"] == f"{100 * accuracy:.1f} %"
    assert "now (step 20)" in texts(app)


@pytest.mark.usefixtures("figures")
def test_the_choice_stays_on_other_pages_and_every_drawing_says_it():
    app = choose(past_its_best(), "Best")
    app.switch_page("pages/2_data.py").run()
    for page in (TRAIN, HOME):
        app.switch_page(page).run()
        for _ in range(2):  # a browser may see the second drawing alone
            group = labelled(app.button_group, "Weights")
            assert group.value == "Best"
            [place] = group.proto.default
            assert group.options[place] == "Best loss"
            app.run()


def test_dead_neurons_are_seen_if_they_are_those_that_are_shown():
    [dead] = [lesson for lesson in LESSONS if lesson.name == "dead"]
    experiment = dead.set_ups[0].experiment
    first = pc.start(experiment)
    run = replace(pc.advance(first, 400), best_step=0, best_parameters=first.parameters)
    assert [measured(layers_of(model), experiment)[2] > 16 for model in (run.current, run.best)] == [1, 0]
    training = Training(run, executor=None, advance=pc.advance)
    assert not dead.missing(Situation(Session(training_id=named(training)), "Train"))
    assert dead.missing(Situation(Session(view=View(weights="Best"), training_id=named(training)), "Train"))


@pytest.mark.parametrize("choice", ["Now", "Best"])
@pytest.mark.parametrize("optimizer", ["adam", "random-search"])
def test_before_a_step_has_helped_the_loss_is_the_history_s_own_to_the_last_bit(optimizer, choice):
    # its loss of 12 polynomials rounds differently if the model is measured
    run = pc.start(pc.Experiment(optimizer=optimizer))
    shown = ShownWeights.of(Training(run, executor=None, advance=pc.advance).view, choice)
    assert (shown.step, shown.loss) == (run.history.step[-1], run.history.loss[-1])
