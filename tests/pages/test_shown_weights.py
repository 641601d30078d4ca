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
from pages.run_view import map_view, progress, time_slider
from pages.run_view.shown import Selection, ShownRun, values
from pages.runs.training import Training
from pages.runs.view import RunView
from pages.state import session
from pages.state.session_value import Lessons, Session
from pages.state.shown_weights import ShownWeights
from pages.state.view import View
from polycore.formatting import loss_text
from polycore.links import link
from tests.hand import Hand
from tests.pages.browsing import QUICK, drawn, live_value, page_text, report, sent_to, session_of, trained
from tests.waiting import wait_until

TRAIN = "pages/3_train.py"
# so high a learning rate leaves the best weights behind
JUMPING = QUICK | {
    "polynomials": "x~-x~x^2",
    "learning_rate": "0.5",
    "batch": "10",
    "noise": "0.3",
    "steps": "60",
}
choices = pytest.mark.parametrize("choice", ["Now", "Best"])


@pytest.fixture(scope="module")
def run():
    """Return a run that is past its best."""
    experiment = link.from_query(JUMPING).experiment
    run = pc.advance(pc.start(experiment), experiment.steps)
    assert run.best_step < run.step
    return run


def shown(run, selection):
    """Return what a page shows of a run, without a page."""
    view = RunView.of("a run", run, math.inf)
    return ShownRun(None, view, selection, ShownWeights.of(view, selection.weights), None)


def past_its_best(**words):
    app = trained(**{**JUMPING, **words})
    run = session_of(app).training.view.run
    assert run.best_step < run.step
    return app


def choose(app, weights):
    return report(app, time_slider.KEY, chosen=weights)


def with_training(app, training):
    """Let the session have this run, and return it."""
    app.session_state[session.KEY] = replace(session_of(app), training=training)
    return training


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


def chosen_layers(run, choice):
    return run.layers if choice == "Now" else layers_of(run.best)


@choices
def test_every_figure_is_of_the_weights_that_are_chosen(run, choice):
    chosen = shown(run, Selection(choice))
    figures = values(chosen.view, chosen.weights, "")["weights"]
    loss, accuracy, dead = measured(chosen_layers(run, choice), run.experiment)
    assert figures["loss_text"] == f"{loss:#.3g}"
    assert figures["held_out_text"] == f"{100 * accuracy:.1f} %"
    assert figures["dead"] == f"{dead} of 8"
    norm = math.sqrt((run.gradient.astype(float) ** 2).sum())
    assert figures["gradient"] == (f"{norm:.3g}" if choice == "Now" else "unknown")
    names = {"Now": f"now (step {run.step:,})", "Best": f"best loss (step {run.best_step:,})"}
    assert figures["name"] == names[choice]


def test_the_figures_of_the_best_weights_are_others(run):
    now, best = (measured(chosen_layers(run, choice), run.experiment)[0] for choice in ("Now", "Best"))
    assert now > 1.05 * best


@choices
def test_the_mistakes_and_the_charts_are_of_the_weights_that_are_chosen(run, choice):
    chosen = shown(run, Selection(choice, "Network", ("Mistakes",)))
    layers, step = chosen_layers(run, choice), run.step if choice == "Now" else run.best_step
    points, labels = run.experiment.held_out_set()
    wrong = (logits(layers, points).argmax(axis=1) != labels).sum()
    assert f"Crosses: {wrong:,} of 3,000 new points" in map_view.captions(map_view.figure_of(chosen))
    for mark, value, best_name in (
        (progress.loss_chart(chosen.weights)["data"][1], measured(layers, run.experiment)[0], "best "),
        # the best are not so by their accuracy on held-out points
        (progress.accuracy_chart(chosen.weights, 0.9)["data"][2], -math.log10(wrong / 3000), "at best loss "),
    ):
        assert (mark["mode"], mark["x"]) == ("markers", [step])
        assert mark["y"][0] == pytest.approx(value, rel=1e-6)
        assert mark["name"].startswith("now " if choice == "Now" else best_name)


@choices
def test_the_difference_is_of_the_weights_that_are_chosen(run, choice):
    models = {"Now": run.current, "Best": run.best}
    figure = map_view.figure_of(shown(run, Selection(choice, "Differences")))
    referee, scene = referee_of(run.experiment), scene_of(run.experiment)
    differences = {
        name: plane.difference_map(plane.pixels_of(model, scene.window), scene, referee)["layout"]["images"]
        for name, model in models.items()
    }
    assert figure["layout"]["images"] == differences[choice]
    assert differences["Now"] != differences["Best"]


def test_a_chunk_that_comes_while_the_page_is_drawn_changes_none_of_its_figures(monkeypatch):
    app = past_its_best(steps="1000")
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
    assert live_value(app, "weights.held_out_text") == f"{100 * accuracy:.1f} %"
    assert live_value(app, "weights.loss_text") == f"{loss:#.3g}"
    assert "now (step 20)" in page_text(app)


def test_the_choice_stays_while_other_pages_are_visited_and_every_drawing_says_and_shows_it():
    app = past_its_best()
    assert sent_to(app, time_slider.KEY)["choice"] == "Now"
    choose(app, "Best")
    best = shown(session_of(app).training.view.run, Selection("Best", "Network"))
    expected = values(best.view, best.weights, "")["weights"]
    app.switch_page("pages/2_data.py").run()
    app.switch_page(TRAIN).run()
    for _ in range(2):  # a browser may see the second drawing alone
        assert sent_to(app, time_slider.KEY)["choice"] == "Best"
        assert live_value(app, "weights.loss_text") == expected["loss_text"]
        assert live_value(app, "weights.name") == expected["name"]
        app.run()
    of_best = map_view.figure_of(best)
    assert drawn(app, "progress.map").layout.images[0].source == of_best["layout"]["images"][0]["source"]


@pytest.mark.parametrize("page", ["4_predict", "5_inside", "6_compare"])
def test_in_a_lesson_each_page_draws_the_weights_of_now(page):
    app = past_its_best()
    app.session_state[session.KEY] = replace(session_of(app), lessons=Lessons(current="slope"))
    app.switch_page(f"pages/{page}.py").run()
    assert loss_text(session_of(app).training.view.current.loss) in page_text(app)
    assert "now (step 60) · best possible" in page_text(app)


def test_dead_neurons_are_seen_if_they_are_those_that_are_shown():
    [dead] = [lesson for lesson in LESSONS if lesson.name == "dead"]
    experiment = dead.set_ups[0].experiment
    first = pc.start(experiment)
    run = replace(pc.advance(first, 400), best_step=0, best_parameters=first.parameters)
    assert [measured(layers_of(model), experiment)[2] > 16 for model in (run.current, run.best)] == [1, 0]
    training = Training(run, executor=None, advance=pc.advance)
    assert not dead.task(Situation(Session(training=training), "Train"))
    assert dead.task(Situation(Session(view=View(weights="Best"), training=training), "Train"))


@pytest.mark.parametrize("choice", ["Now", "Best"])
@pytest.mark.parametrize("optimizer", ["adam", "random-search"])
def test_before_a_step_has_helped_the_loss_is_the_history_s_own_to_the_last_bit(optimizer, choice):
    # its loss of 12 polynomials rounds differently if the model is measured
    run = pc.start(pc.Experiment(optimizer=optimizer))
    shown = ShownWeights.of(Training(run, executor=None, advance=pc.advance).view, choice)
    assert (shown.step, shown.loss) == (run.history.step[-1], run.history.loss[-1])
