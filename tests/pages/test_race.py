"""A race: the same initial weights, the same computing, and what the page says at its end."""

from concurrent.futures import Executor, Future
from dataclasses import replace
from time import monotonic
from types import SimpleNamespace

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

import polycore as pc
from pages.compare import keeping, race_inputs
from pages.compare.race_inputs import (
    NOT_SHARED,
    SAME_TIME,
    SHARED,
    WHY_REPLACED,
    explained,
    networks_of,
    summary,
)
from pages.compare.race_values import source_of
from pages.compare.race_view import CAPTIONS, EARLIER
from pages.models.kept_actions import SEVERAL_LABEL
from pages.runs import sentences
from pages.runs.race import (
    DEFAULT,
    ENTRANTS,
    NO_ACTIVATION,
    Lane,
    Race,
    RaceView,
    experiments_of,
    replaced_in,
)
from pages.runs.view import Milestone, RunView
from pages.server import presence, server
from pages.server.turns import Turns
from pages.state import session
from pages.state.comparison import Comparison
from pages.state.kept_models import MOST_KEPT, MOST_PINNED, Kept, KeptModels
from pages.state.session_value import Session
from pages.state.setup import Setup
from polycore.optimizers.registry import OPTIMIZERS
from polycore.workers.chunk import Chunk, Pace, advance_and_measure
from polycore.workers.processes import Workers
from tests.pages.browsing import DRAWING_SECONDS, HOME, ROOT, messages, strings
from tests.waiting import wait_until

SET_UP = pc.Experiment(polynomials=pc.INTRODUCTION_POLYNOMIALS, samples_per_class=20, hidden=(4,), seed=3)
NOTHING_KEPT = KeptModels()


STEP_SECONDS = dict.fromkeys(OPTIMIZERS, 1 / 8) | {
    "random-search": 1 / 64,
    "evolution": 1 / 32,
    "sgd": 1 / 16,
    "lbfgs": 1 / 4,
}


class Metered(Executor):
    """Computes at once, and says that a step takes the seconds of its optimizer, by exact numbers."""

    def submit(self, _timed, advance, run, steps):
        future = Future()
        following = advance(run, steps)
        seconds = (following.step - run.step) * STEP_SECONDS[run.experiment.optimizer]
        future.set_result(Chunk(following, seconds, seconds))
        return future


class Silent(Executor):
    """Never answers."""

    def submit(self, *_):
        return Future()


@pytest.fixture
def make():
    """Return a function that makes a race; each is stopped at the end."""
    races = []

    def new(names, budget=2.0, executor=None, set_up=SET_UP, kind="Optimizers", clock=monotonic):
        races.append(Race.of(set_up, names, budget, executor or Metered(), kind=kind, clock=clock))
        return races[-1]

    yield new
    for one in races:
        one.stop()
    assert server.current().turns.running == 0


def finished(one):
    one.start()
    wait_until(lambda: not one.view.is_running)
    assert {lane.view.status for lane in one.view.lanes} == {"finished"}
    return one


# --- equal beginnings, equal computing --------------------------------------------------------


def test_all_start_from_the_same_weights_on_the_same_samples(make):
    runs = [lane.view.run for name in ENTRANTS["Optimizers"] for lane in make([name, "Adam"]).view.lanes]
    points, labels = runs[0].experiment.training_set()
    for run in runs:
        assert np.array_equal(run.parameters, runs[0].parameters)
        for array, expected in zip(run.experiment.training_set(), (points, labels), strict=True):
            assert np.array_equal(array, expected)
        assert run.experiment.batch_size is None
        assert run.experiment.schedule == "constant"
    assert len(points) == 40


def test_in_place_of_fresh_points_all_have_a_hundred_of_each(make):
    fresh = replace(SET_UP, samples_per_class=None, batch_size=64, sampling="crossings", growing_batches=True)
    for lane in make(["Adam", "L-BFGS"], set_up=fresh).view.lanes:
        _, labels = lane.view.run.experiment.training_set()
        assert np.array_equal(np.bincount(labels), [100, 100])
        assert lane.view.run.loss is not None  # known at each step: steps work on all of them


def test_nothing_in_the_set_up_ends_a_run_or_changes_what_it_minimizes(make):
    patient = replace(SET_UP, target_loss=5.0, patience=1, weight_decay=1.0, steps=1, schedule="cosine")
    for lane in finished(make(["SGD with momentum", "Adam"], set_up=patient)).view.lanes:
        assert lane.view.run.step > 1
        assert lane.view.run.experiment.weight_decay == 0


def test_what_a_race_replaces_in_the_set_up_is_named():
    fresh = replace(
        SET_UP,
        samples_per_class=None,
        batch_size=64,
        schedule="cosine",
        weight_decay=0.1,
        patience=5,
        l1=0.1,
        dropout=0.1,
        gradient_clipping=0.5,
        warmup_steps=9,
    )
    assert sorted(replaced_in(fresh)) == [
        "100 samples of each polynomial in place of fresh points",
        "a constant learning rate in place of the cosine schedule",
        "all of them every step in place of batches of 64",
        "no dropout",
        "no early stopping",
        "no gradient clipping",
        "no penalties",
        "no warm-up",
        "no weight decay",
    ]
    assert replaced_in(SET_UP) == []
    _, beside_the_set_up = explained(fresh, "Optimizers", ["Adam", "L-BFGS"])
    assert all(words in beside_the_set_up for words in replaced_in(fresh))
    assert beside_the_set_up.endswith(WHY_REPLACED["Optimizers"])


def test_the_networks_of_a_race_on_many_own_points_can_be_kept(make):
    points = pc.PointSet([[x, y] for x in range(20) for y in range(20)], [x % 2 for x in range(20)] * 20)
    one = finished(make(["Adam", "SGD with momentum"], set_up=SET_UP.on_points(points)))
    assert [lane.model.metadata["experiment"]["data"]["count"] for lane in one.view.lanes] == [400, 400]


@pytest.mark.parametrize(
    ("set_up", "words"),
    [
        (SET_UP, "2 polynomials, 20 samples of each, one layer of 4 neurons, seed 3"),
        (replace(SET_UP, samples_per_class=None, hidden=()), "2 polynomials, no hidden layer, seed 3"),
        (
            replace(SET_UP.with_activation("silu"), features=("x", "y2")),
            "2 polynomials, 20 samples of each, one layer of 4 neurons, SiLU, inputs x, y², seed 3",
        ),
    ],
    ids=["samples", "fresh points", "activation and inputs"],
)
def test_what_a_race_uses_of_the_set_up_is_named(set_up, words):
    assert summary(set_up, "Optimizers") == words


def test_all_lanes_have_the_activation_and_the_inputs_of_the_set_up(make):
    smooth = replace(SET_UP.with_activation("silu"), features=("x", "y2"))
    for lane in finished(make(["Adam", "SGD with momentum"], set_up=smooth)).view.lanes:
        assert (lane.model.activation, lane.model.features) == ("silu", ("x", "y2"))


def test_activations_race_from_the_initial_weights_that_suit_each(make):
    names = ["ReLU", "tanh", "GELU", "Sine"]
    one = finished(make(names, set_up=replace(SET_UP, learning_rate=0.03), kind="Activations"))
    runs = [lane.view.run for lane in one.view.lanes]
    assert [lane.name for lane in one.view.lanes] == names
    assert [run.experiment.activation for run in runs] == ["relu", "tanh", "gelu", "sine"]
    assert [run.experiment.initial_weights for run in runs] == ["he", "glorot", "he", "siren"]
    first = [pc.start(run.experiment).parameters for run in runs]
    assert np.array_equal(first[0], first[2])
    for other in (first[1], first[3]):
        assert not np.array_equal(first[0], other)
    for run in runs:
        assert (run.experiment.optimizer, run.experiment.learning_rate, run.experiment.seed) == (
            "adam",
            0.03,
            3,
        )
        assert np.array_equal(run.experiment.training_set()[0], SET_UP.training_set()[0])
    assert one.view.standing().startswith(one.view.leader.name)
    assert "surprise" not in one.view.verdict()


def test_activations_that_start_from_the_same_weights_are_said_to():
    common, of_set_up = explained(SET_UP, "Activations", ["ReLU", "tanh"])
    assert common == f"{NOT_SHARED} {SAME_TIME}"
    assert "one layer of 4 neurons, Adam at 0.01, seed 3." in of_set_up
    assert "the activations, each with the initial weights that suit it." in of_set_up
    same, of_set_up = explained(SET_UP, "Activations", ["ReLU", "GELU"])
    assert same == f"{SHARED} {SAME_TIME}"
    assert of_set_up.endswith("the activations.")
    # initial weights that the user chose stay, whatever the activation
    chosen = replace(SET_UP, initial_weights="tutorial")
    assert explained(chosen, "Activations", ["ReLU", "tanh"])[0] == same


def test_a_network_without_hidden_layers_has_no_activations_to_race(make):
    with pytest.raises(pc.PolycoreError, match=NO_ACTIVATION):
        make(["ReLU", "tanh"], set_up=replace(SET_UP, hidden=()), kind="Activations")


def test_a_race_is_of_an_earlier_set_up_only_if_another_would_differ(make):
    smooth, quick = SET_UP.with_activation("silu"), replace(SET_UP, learning_rate=0.1)
    wide = replace(SET_UP, hidden=(8,))
    activations = make(["ReLU", "tanh"], kind="Activations").view
    assert [activations.is_of(one) for one in (SET_UP, smooth, quick, wide)] == [True, True, False, False]
    optimizers = make(["Adam", "SGD with momentum"]).view
    assert [optimizers.is_of(one) for one in (SET_UP, smooth, quick, wide)] == [True, False, True, False]


def test_the_page_explains_the_race_and_names_the_set_up_of_an_earlier_one(make):
    one, other = finished(make(["Adam", "SGD with momentum"])), replace(SET_UP, hidden=(8,))
    page = page_of_the_race(other, one)
    captions = [caption.value for caption in page.caption]
    assert EARLIER.format(summary(SET_UP, "Optimizers")) in captions
    # beside the chart what this race used, and behind "Change" what the next one would use
    rules = [
        explained(SET_UP, "Optimizers", ["Adam", "SGD with momentum"]),
        explained(other, "Optimizers", DEFAULT["Optimizers"]),
    ]
    written = [text.value for text in page.markdown]
    assert all(common in written and of_set_up in captions for common, of_set_up in rules)
    assert CAPTIONS["loss"].format("computing time") in written
    assert [chart for chart in page.get("bidi_component") if "race.loss" in chart.proto.id]


def page_of_the_race(set_up, one, models=NOTHING_KEPT):
    page = AppTest.from_file(ROOT / HOME, default_timeout=DRAWING_SECONDS)
    # compared by loss, in place of accuracy
    entered = {race_inputs.BY.name: ("loss", "accuracy")}
    comparison = Comparison(view="Race", race=one, entered=entered)
    page.session_state[session.KEY] = Session(setup=Setup(set_up), models=models, comparison=comparison)
    page.switch_page("pages/6_compare.py").run()
    assert not page.exception
    return page


def test_every_optimizer_gets_the_same_seconds_of_computing(make):
    one = finished(make(["Random search", "SGD with momentum", "Adam", "Evolution"]))
    # 2 s at 1/64, 1/16, 1/8 and 1/32 s a step
    assert [lane.view.run.step for lane in one.view.lanes] == [128, 32, 16, 64]
    assert [lane.view.seconds for lane in one.view.lanes] == [2.0, 2.0, 2.0, 2.0]


@pytest.mark.parametrize("budget", [0.1, 1.0, 1.9, 3.3])
def test_no_budget_is_exceeded_and_none_is_left_that_would_allow_a_step(make, budget):
    one = finished(make(["Random search", "SGD with momentum"], budget))
    for lane, a_step in zip(one.view.lanes, (1 / 64, 1 / 16), strict=True):
        assert budget - a_step < lane.view.seconds <= budget


def test_a_lane_that_ends_early_says_why(make):
    straight = replace(SET_UP, hidden=(), samples_per_class=1)
    one = finished(make(["Adam", "L-BFGS"], budget=100.0, set_up=straight))
    adam, lbfgs = (lane.view for lane in one.view.lanes)
    assert adam.seconds == 100.0
    assert lbfgs.seconds < 100.0
    assert lbfgs.run.ended == "stuck"


@pytest.mark.parametrize(
    "names", [[], ["Adam"], list(ENTRANTS["Optimizers"])[:5]], ids=["none", "one", "five"]
)
def test_too_few_and_too_many_are_refused(make, names):
    with pytest.raises(pc.PolycoreError, match=f"The race has {len(names)} optimizers; expected 2 to 4"):
        make(names)


def test_without_room_for_all_none_starts(make, own_server):
    full = own_server(turns=Turns(Workers(2), most_running=1, most_waiting=1)).turns
    one = make(["Random search", "Adam", "L-BFGS"], executor=Silent())
    with pytest.raises(pc.PolycoreError, match=sentences.FULL):
        one.start()
    assert not one.view.is_running
    assert (full.running, full.waiting) == (0, 0)


def test_a_race_that_is_stopped_stays_where_it_is(make):
    one = make(["Random search", "Adam"], executor=Silent())
    one.start()
    assert one.view.is_running
    one.stop()
    assert not one.view.is_running
    assert one.view.was_stopped
    assert not one.view.has_begun


def test_an_unseen_race_continues_when_it_is_seen_again(make, clock):
    one = make(["Random search", "Adam"], executor=Silent(), clock=clock)
    one.start()
    clock.now += presence.LEASE_SECONDS
    wait_until(lambda: not one.view.is_running)
    source_of(one).seen(lambda: True)
    assert one.view.is_running


# --- the figures at the end of a chunk --------------------------------------------------------


def test_the_end_of_a_chunk_is_measured_however_few_steps_it_has(make):
    [lane, _] = make(["Adam", "L-BFGS"]).view.lanes
    run = advance_and_measure(advance_and_measure(lane.view.run, 3), 4)
    assert run.history.step.tolist() == [0, 7]
    model = run.current
    points, labels = run.experiment.held_out_set()
    assert run.history.held_out_accuracy[-1] == (model.predict(points) == labels).mean()
    points, labels = run.experiment.training_set()
    likelihoods = model.predict_proba(points)[np.arange(len(points)), labels]
    assert run.history.loss[-1] == pytest.approx(-np.log(likelihoods).mean(), rel=1e-9)


def test_measuring_the_ends_changes_nothing_else(make):
    [lane, _] = make(["Adam", "L-BFGS"]).view.lanes
    start = lane.view.run
    every = start.history.every
    run = start
    for _ in range(4):
        run = advance_and_measure(run, every // 2 + 1)
    plain = pc.advance(start, run.step)
    assert np.array_equal(run.parameters, plain.parameters)
    assert run.best_loss == plain.best_loss
    assert run.history.step.tolist() == [*plain.history.step, run.step]


# --- what is kept -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", list(ENTRANTS["Optimizers"]))
def test_the_experiment_that_is_kept_gives_the_same_weights_without_a_race(make, name):
    one = finished(make([name, "Adam" if name != "Adam" else "Nesterov"], budget=1.0))
    [lane, _] = one.view.lanes
    again = pc.advance(pc.start(lane.experiment), 1000)
    assert again.done
    assert again.step == lane.view.run.step
    for weights, expected in zip(lane.model.weights, again.best.weights, strict=True):
        assert np.array_equal(weights, expected)
    assert lane.model.experiment == lane.experiment


def test_the_networks_that_are_kept_are_the_best_of_each_lane():
    risen = pc.advance(pc.start(replace(SET_UP, learning_rate=1.0, batch_size=10, noise=0.3, steps=60)), 60)
    assert risen.best_step < risen.step
    marks = (Milestone(0.0, 0, 1.0, 0.5), Milestone(2.0, 60, 0.5, 0.5))
    view = replace(RunView.of("a run", risen, 2.0), milestones=marks, pace=replace(Pace(2.0), seconds=2.0))
    [kept] = networks_of(view_of(Lane("Adam", view)))
    assert (kept.title, kept.seconds, kept.milestones) == ("Race · Adam", 2.0, marks)
    assert kept.model.loss == pytest.approx(risen.best_loss, rel=1e-9)
    assert kept.experiment.steps == 60
    assert kept.history is risen.history


@pytest.mark.parametrize(
    ("kept_before", "label"),
    [(MOST_KEPT - 2, None), (MOST_KEPT - 1, SEVERAL_LABEL.format(new=2, gone=1))],
)
def test_the_page_says_how_many_networks_those_of_the_race_replace(make, kept_before, label):
    one = finished(make(["Adam", "L-BFGS"]))
    model = pc.start(SET_UP).best
    kept = tuple(Kept(f"Upload {number} · 2 polynomials", model, None) for number in range(kept_before))
    page = page_of_the_race(SET_UP, one, KeptModels(kept, kept[0].title))
    labels = [text for message in messages(page.main) for _, _, text in strings(message)]
    assert [text for text in labels if "kept at most" in str(text)] == ([] if label is None else [label])


def test_with_too_many_pinned_the_race_cannot_be_kept(make):
    one = finished(make(["Adam", "L-BFGS", "Evolution"]))
    model = pc.start(SET_UP).best
    pinned = tuple(Kept(f"Upload {number}", model, None, pinned=True) for number in range(MOST_PINNED))
    page = page_of_the_race(SET_UP, one, KeptModels(pinned, pinned[0].title))
    assert page.button(key="race.keep").disabled
    assert keeping.NO_ROOM_FOR_ALL in [caption.value for caption in page.caption]


def test_a_pinned_network_of_the_race_needs_no_second_slot(make):
    one = finished(make(["Adam", "L-BFGS", "Evolution"]))
    lane, model = one.view.lanes[0], pc.start(SET_UP).best
    uploads = [Kept(f"Upload {number}", model, None, pinned=True) for number in range(MOST_PINNED - 1)]
    pinned = (Kept("Adam", lane.model, lane.experiment, pinned=True), *uploads)
    page = page_of_the_race(SET_UP, one, KeptModels(pinned, pinned[0].title))
    assert not page.button(key="race.keep").disabled  # MOST_KEPT leaves two slots, for the other two


# --- who is ahead -----------------------------------------------------------------------------


def stood(name, loss, steps=10, reached=((0.0, 9.0),), *, is_active=False):
    [experiment] = experiments_of(SET_UP, "Optimizers", [name])
    run = SimpleNamespace(best_loss=loss, step=steps, experiment=experiment)
    milestones = [Milestone(seconds, 0, best, 0.0) for seconds, best in (*reached, (5.0, loss))]
    return Lane(name, SimpleNamespace(run=run, milestones=milestones, is_active=is_active))


def view_of(*lanes):
    return RaceView(SET_UP, 5.0, "Optimizers", lanes=lanes)


def test_the_lowest_loss_is_ahead_and_in_the_end_the_lowest():
    others = stood("L-BFGS", 0.25, steps=1234), stood("Evolution", 1.0)
    assert view_of(stood("Adam", 0.5, is_active=True), *others).standing() == (
        "L-BFGS is ahead: its lowest loss so far is 0.250 nats, after 1,234 steps."
    )
    assert view_of(stood("Adam", 0.5), *others).standing() == (
        "L-BFGS has the lowest loss: 0.250 nats, after 1,234 steps."
    )


def test_of_several_with_the_same_loss_the_first_to_reach_it_is_ahead():
    slow = stood("Adam", 0.5, reached=((0.0, 2.0), (4.0, 0.5)))
    quick = stood("L-BFGS", 0.5, reached=((0.0, 2.0), (1.0, 0.5)))
    one = view_of(slow, quick)
    assert one.leader is quick
    assert one.standing().startswith("L-BFGS was the first to reach the lowest loss: 0.500 nats")


@pytest.mark.parametrize(
    ("first", "second", "verdict"),
    [
        # 2·4 + 4 weights and biases, then 4·2 + 2
        pytest.param(
            "Adam",
            "Random search",
            "no surprise: a gradient points downhill for all 22 weights",
            id="gradient",
        ),
        pytest.param(
            "Evolution",
            "Adam",
            "a surprise: a gradient points downhill for all 22 weights",
            id="search",
        ),
        pytest.param("Evolution", "Random search", "no surprise: it adapts how large", id="both search"),
        pytest.param("Random search", "Evolution", "a surprise: evolution adapts", id="the simpler search"),
        pytest.param("L-BFGS", "Adam", "no surprise: it estimates from its last steps", id="L-BFGS"),
        pytest.param("Adam", "Nesterov", "no surprise: it takes a step of its own", id="Adam"),
        pytest.param("Nesterov", "SGD with momentum", "no surprise: it looks ahead", id="Nesterov"),
        pytest.param("SGD with momentum", "Nesterov", "no surprise: momentum carries", id="momentum"),
    ],
)
def test_the_verdict_says_why_it_is_a_surprise_or_none(first, second, verdict):
    one = view_of(stood(second, 2.0), stood(first, 1.0))
    assert one.verdict().startswith(f"That is {verdict}")
