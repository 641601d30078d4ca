"""The Compare page: what is kept side by side, what can be done with it, and a race to its end."""

import time
from dataclasses import fields, replace
from typing import get_args

import numpy as np
import pytest

import polycore as pc
from pages.compare import cards, curves, keeping, race_inputs
from pages.models import setting_words
from pages.models.setting_words import differences, phrase
from pages.runs.race import STOPPED
from pages.runs.view import Milestone
from pages.server.limits import Limits
from pages.state import page_links, recall, session
from pages.state.comparison import Comparing, Comparison
from pages.state.kept_models import MOST_KEPT, TAKEN, Kept, KeptModels
from pages.state.session_value import Session
from pages.state.view import InsideView
from polycore.formatting import loss_text
from polycore.optimizers.registry import OPTIMIZERS
from polycore.training.history import History
from tests.experiments import WITHOUT_DEFAULTS
from tests.pages.browsing import (
    QUICK,
    behind,
    compared,
    component_ids,
    drawn,
    labelled,
    labels,
    live_html,
    live_value,
    metrics,
    opened,
    press,
    refreshed,
    report,
    sent_to,
    session_of,
    trigger,
    wait_for,
    widget_states,
    words_of,
)
from tests.waiting import wait_until

COMPARE, TRAIN = "pages/6_compare.py", "pages/3_train.py"
BASE = pc.Experiment(polynomials=pc.INTRODUCTION_POLYNOMIALS, samples_per_class=20, hidden=(4,), steps=40)
HOSTILE = "**b** <b>x</b> ![](http://a.b/c.png) $x$ :red[y]"


def kept(title, experiment=BASE, steps=40, **changes):
    run = pc.advance(pc.start(experiment), steps)
    milestones = (Milestone(0.0, 0, 1.0, 0.1), Milestone(2.0, steps, 0.5, 0.9))
    return replace(Kept(title, run.best, experiment, run.history, 2.0, milestones=milestones), **changes)


def with_kept(*all_kept):
    app = opened()
    held = replace(
        session_of(app), models=replace(session_of(app).models, kept=all_kept, in_use=all_kept[-1].title)
    )
    app.session_state[session.KEY] = held
    app.switch_page(COMPARE).run()
    assert not app.exception
    return app


def titles(app):
    return [kept.title for kept in session_of(app).models.kept]


def key_of(action, title):
    return f"{cards.PREFIX}.{action}.{title}"


def texts(app):
    return [text.value for text in app.text]


# --- what is kept -----------------------------------------------------------------------------


def test_with_nothing_kept_the_page_offers_training_and_a_race():
    app = opened(COMPARE)
    assert app.markdown[0].value == cards.NOTHING_KEPT
    assert [link.proto.label for link in app.get("page_link")].count("Train a network") == 1
    app.button_group(key="compare.view.v0").set_value("Race").run()
    assert "Start the race" in [button.label for button in app.button]


def test_the_address_names_what_is_compared_and_leads_to_it():
    app = opened(COMPARE)
    assert "compare" not in words_of(app)
    app.button_group(key="compare.view.v0").set_value("Sweep").run()
    assert words_of(app)["compare"] == "sweep"
    app = opened(COMPARE, QUICK | {"compare": "race"})
    assert "Start the race" in labels(app)
    assert "Start the race" not in labels(opened(COMPARE, QUICK | {"compare": "all"}))


@pytest.mark.parametrize(("visits", "view"), [(True, "race"), (False, "sweep")], ids=["link", "refresh"])
def test_a_link_to_a_view_leads_to_it_in_a_tab_that_showed_another_and_a_refresh_does_not(visits, view):
    app = opened(COMPARE)
    app.button_group(key="compare.view.v0").set_value("Sweep").run()
    name = sent_to(app, recall.COMPONENT_KEY)["name"]
    again = opened(COMPARE, QUICK | {"compare": "race"})
    assert words_of(report(again, recall.COMPONENT_KEY, name=name, visits=visits))["compare"] == view


@pytest.mark.parametrize(
    ("page", "views"),
    [(page_links.INSIDE, InsideView), (page_links.COMPARE, Comparing)],
    ids=["Inside", "Compare"],
)
def test_each_view_of_a_page_has_a_word_in_addresses(page, views):
    assert tuple(page_links.VIEWS[page].values()) == get_args(views)


def test_a_finished_run_appears_by_itself():
    app = wait_for(press(opened(TRAIN), "Start"), "finished")
    app.switch_page(COMPARE).run()
    assert not app.exception
    training = session_of(app).training
    assert "Run 1 · Adam, 2 polynomials" in texts(app)
    effort = f"300 steps · {training.view.seconds:.1f} s of computing"
    assert live_value(app, "effort") == effort
    assert metrics(app)["Loss"] == f"{training.view.best.loss:#.3g}"
    # the two curves meet outside of the range: no point is ambiguous
    assert compared(app)["New points right"] == "best loss (step 300) · best possible 100.0\u00a0%"


def test_a_card_says_what_is_not_known_of_a_file():
    model = pc.Model(
        weights=(np.zeros((2, 3)),),
        biases=(np.zeros((1, 3)),),
        loss=1.0,
        accuracy=0.5,
        polynomials=(),
    )
    app = with_kept(Kept("Upload 1 · 3 polynomials", model, None))
    captions = [caption.value for caption in app.caption]
    assert {cards.UNKNOWN_TRAINING, cards.NO_MAP, curves.NO_CURVE} <= set(captions)
    assert metrics(app)["New points right"] == "unknown"


def test_a_name_is_typed_and_shown_as_it_is_unless_another_model_has_it():
    app = with_kept(kept("A"), kept("B", replace(BASE, seed=1)))
    app.text_input(key=f"{key_of('name', 'B')}.v0").set_value("A").run()
    assert titles(app) == ["A", "B"]
    assert TAKEN in texts(app)
    app.text_input(key=f"{key_of('name', 'B')}.v0").set_value(f"  {HOSTILE} ").run()
    assert not app.exception
    assert titles(app) == ["A", HOSTILE]
    assert HOSTILE in texts(app)
    assert TAKEN not in texts(app)
    assert list(app.dataframe[0].value.columns[1:]) == [HOSTILE, "A"]
    shown = [
        element.value for kind in ("markdown", "caption", "info", "subheader") for element in app.get(kind)
    ]
    assert not any("a.b" in text for text in shown)


def test_with_ten_pinned_another_can_be_pinned_once_one_is_unpinned():
    app = with_kept(*(kept(f"K{number}", pinned=number < 10) for number in range(12)))
    disabled = [toggle.disabled for toggle in app.toggle]
    assert disabled == [True, True, *[False] * 10]  # the newest first
    app.toggle(key=f"{key_of('keep', 'K0')}.v0").set_value(False).run()
    assert not session_of(app).models.kept[0].pinned
    app.toggle(key=f"{key_of('keep', 'K11')}.v0").set_value(True).run()
    assert session_of(app).models.kept[11].pinned


def test_a_run_under_way_cannot_be_deleted():
    app = press(opened(TRAIN, QUICK | {"steps": "1000000"}), "Start")
    wait_until(lambda: session_of(app).training.view.run.step)
    app.switch_page(COMPARE).run()
    button = app.button(key=key_of("delete", "Run 1 · Adam, 2 polynomials"))
    assert button.disabled
    session_of(app).training.stop()
    app.run()
    assert not app.button(key=key_of("delete", "Run 1 · Adam, 2 polynomials")).disabled


def test_the_page_with_twelve_costs_little():
    app = with_kept(*(kept(f"K{number}", replace(BASE, seed=number)) for number in range(12)))
    app.run()
    start = time.process_time()
    app.run()
    assert time.process_time() - start < 1.0


# --- side by side -----------------------------------------------------------------------------


FIVE = tuple(Kept(title, pc.start(BASE).best, None) for title in "ABCDE")


@pytest.mark.parametrize(
    ("chosen", "all_kept", "shown"),
    [
        pytest.param(None, FIVE, "EDC", id="the newest at first"),
        pytest.param(("E", "A"), FIVE, "EA", id="those that were chosen, in that order"),
        pytest.param(("E", "A"), FIVE[1:], "E", id="without one that was deleted"),
        pytest.param((), FIVE, "", id="none"),
    ],
)
def test_the_newest_are_side_by_side_until_others_are_chosen(chosen, all_kept, shown):
    now = Session(models=KeptModels(all_kept, "E"), comparison=Comparison(titles=chosen))
    assert "".join(kept.title for kept in curves.chosen_of(now)) == shown


def test_the_choice_of_what_is_side_by_side_stays_while_other_pages_are_shown():
    app = with_kept(*(kept(name, replace(BASE, seed=number)) for number, name in enumerate("AB")))
    labelled(app.multiselect, "Side by side").set_value(["A"]).run()
    assert [trace.name for trace in drawn(app, "compare.curves.loss.Steps").data] == ["A"]
    app.switch_page(TRAIN).run()
    app.switch_page(COMPARE).run()
    assert labelled(app.multiselect, "Side by side").value == ["A"]
    labelled(app.multiselect, "Side by side").set_value([]).run()
    assert curves.NONE_CHOSEN in [caption.value for caption in app.caption]


def test_the_newest_stay_side_by_side_for_a_browser_that_missed_which():
    app = with_kept(*(kept(name, replace(BASE, seed=number)) for number, name in enumerate("ABCDE")))
    shown = widget_states(app)
    app.button(key=key_of("delete", "D")).click().run()
    behind(app, shown)
    assert session_of(app).comparison.titles is None
    assert [trace.name for trace in drawn(app, "compare.curves.loss.Steps").data] == ["E", "C", "B"]


def test_the_curves_are_those_of_the_history_over_steps_or_seconds():
    history = History(
        every=10,
        step=np.array([0, 10, 20, 40]),
        loss=np.array([2.0, 1.0, 0.5, 0.25]),
        accuracy=np.array([0.1, 0.2, 0.3, 0.4]),
        held_out_accuracy=np.array([0.0, 0.25, 0.5, 0.75]),
    )
    # the first ten steps took 1 s, the thirty after them 1.5 s
    milestones = (Milestone(0.0, 0, 2.0, 0.0), Milestone(1.0, 10, 1.0, 0.25), Milestone(2.5, 40, 0.25, 0.75))
    one = kept("A", history=history, milestones=milestones)
    over_steps = curves.charts_of([one], "Steps", None, {"A": "A"}).figures()
    # of the accuracies by -log10 of 1, 3/4, 1/2 and 1/4
    for name, values in (("loss", [2.0, 1.0, 0.5, 0.25]), ("accuracy", [0, 0.124939, 0.30103, 0.60206])):
        [curve] = over_steps[name]["data"]
        assert curve["x"].tolist() == [0, 10, 20, 40]
        assert curve["y"] == pytest.approx(values, abs=1e-6)
    figure = curves.charts_of([one], "Computing time", None, {"A": "A"}).figures()["loss"]
    assert figure["data"][0]["x"].tolist() == pytest.approx([0.0, 1.0, 1.5, 2.5])
    # imported at step 10: how long the steps before took is not known
    imported = replace(one, milestones=(Milestone(0.0, 10, 1.0, 0.25), Milestone(1.5, 40, 0.25, 0.75)))
    [curve] = curves.charts_of([imported], "Computing time", None, {"A": "A"}).figures()["loss"]["data"]
    assert (curve["x"].tolist(), curve["y"].tolist()) == ([0.0, 0.5, 1.5], [1.0, 0.5, 0.25])
    assert cards.values(imported, is_under_way=False)["effort"].endswith(" s of computing since step 10")
    assert figure["layout"]["xaxis"]["title"]["text"] == curves.TITLES["Computing time"]


def test_a_run_that_was_stopped_right_after_its_start_has_a_line_in_place_of_an_empty_chart():
    app = with_kept(kept("A", history=pc.start(BASE).history))
    assert curves.ONE_POINT in [caption.value for caption in app.caption]
    assert curves.NO_CURVE not in [caption.value for caption in app.caption]
    assert "compare.curves" not in component_ids(app)


def test_the_curves_are_shown_over_seconds_of_computing_if_they_are_known_and_the_user_chooses_so():
    app = with_kept(kept("A"), kept("B", replace(BASE, seed=1), milestones=()))
    assert "Compare by" not in [group.label for group in app.button_group]
    app.button(key=key_of("delete", "B")).click().run()
    labelled(app.button_group, "Compare by").set_value("Computing time").run()
    [loss] = drawn(app, "compare.curves.loss.Computing time").data
    assert (loss.x[0], loss.x[-1]) == (0.0, 2.0)
    assert len(drawn(app, "compare.curves.accuracy.Computing time").data) == 1


@pytest.mark.parametrize(
    ("other", "is_shown"),
    [
        pytest.param(replace(BASE, noise=0.5, seed=1), True, id="the same points' law"),
        pytest.param(replace(BASE, noise=1.0), False, id="noisier points"),
    ],
)
def test_the_best_possible_is_shown_if_it_is_the_same_for_all(other, is_shown):
    models = [kept("A", replace(BASE, noise=0.5)), kept("B", other)]
    best = curves.best_possible_of_all(models)
    assert (best is not None) is is_shown
    charts = curves.charts_of(models, "Steps", best, {"A": "A", "B": "B"})
    assert ("shapes" in charts.figures()["accuracy"]["layout"]) is is_shown


# --- the table of settings --------------------------------------------------------------------

FRESH = replace(BASE, samples_per_class=None, batch_size=64)
SGD = replace(BASE, optimizer="sgd")


@pytest.mark.parametrize(
    ("base", "changes", "row"),
    [
        pytest.param(BASE, {"learning_rate": 0.3}, ("Learning rate", "0.01", "0.3"), id="learning_rate"),
        pytest.param(BASE, {"schedule": "cosine"}, ("Schedule", "Constant", "Cosine"), id="schedule"),
        pytest.param(BASE, {"batch_size": 16}, ("Batch size", "all", "16"), id="batch_size"),
        pytest.param(
            BASE, {"hidden": (8, 4)}, ("Hidden layers", "one layer of 4", "layers of 8 and 4"), id="hidden"
        ),
        pytest.param(BASE, {"hidden": ()}, ("Hidden layers", "one layer of 4", "none"), id="no hidden layer"),
        pytest.param(BASE, {"steps": 12345}, ("Steps", "40", "12,345"), id="steps"),
        pytest.param(BASE, {"seed": 7}, ("Seed", "0", "7"), id="seed"),
        pytest.param(
            BASE, {"samples_per_class": 9}, ("Samples", "20 samples each", "9 samples each"), id="n"
        ),
        pytest.param(BASE, {"x_range": (-2.0, 0.5)}, ("Range of x", "-1 to 1", "-2 to 0.5"), id="x_range"),
        pytest.param(BASE, {"noise": 0.25}, ("Noise", "0", "0.25"), id="noise"),
        pytest.param(BASE, {"standardize": False}, ("Standardize inputs", "on", "off"), id="standardize"),
        pytest.param(BASE, {"weight_decay": 0.1}, ("Weight decay", "0", "0.1"), id="weight_decay"),
        pytest.param(
            BASE,
            {"features": ("x", "x2", "distances")},
            ("Input features", "x and y", "x, x² and y − p(x)"),
            id="features",
        ),
        pytest.param(BASE, {"l1": 0.001}, ("L1 penalty", "0", "0.001"), id="l1"),
        pytest.param(BASE, {"l2": 0.01}, ("L2 penalty", "0", "0.01"), id="l2"),
        pytest.param(BASE, {"dropout": 0.5}, ("Dropout", "0", "0.5"), id="dropout"),
        pytest.param(BASE, {"gradient_clipping": 0.5}, ("Gradient clipping", "0", "0.5"), id="clipping"),
        pytest.param(BASE, {"warmup_steps": 1500}, ("Warm-up steps", "0", "1,500"), id="warmup_steps"),
        pytest.param(BASE, {"warmup_steps": "10%"}, ("Warm-up steps", "0", "10%"), id="share"),
        pytest.param(BASE, {"target_loss": 0.5}, ("Target loss", "none", "0.5"), id="target_loss"),
        pytest.param(BASE, {"patience": 2000}, ("Patience", "none", "2,000"), id="patience"),
        pytest.param(BASE, {"initial_weights": "tutorial"}, ("Initial weights", "He", "0.1"), id="weights"),
        pytest.param(BASE, {"activation": "silu"}, ("Activation", "ReLU", "SiLU"), id="activation"),
        pytest.param(SGD, {"momentum": 0.5}, ("Momentum", "0.9", "0.5"), id="momentum"),
        pytest.param(SGD, {"nesterov": True}, ("Nesterov momentum", "off", "on"), id="nesterov"),
        pytest.param(FRESH, {"sampling": "even"}, ("Fresh points", "Random", "Even"), id="sampling"),
        pytest.param(FRESH, {"growing_batches": True}, ("Growing batches", "off", "on"), id="growing"),
    ],
)
def test_a_field_in_which_two_runs_differ_is_a_row_and_no_other_is(base, changes, row):
    name, first, second = row
    assert differences([base, replace(base, **changes)]) == {name: [first, second]}


def test_each_field_has_its_row():
    assert len(setting_words.SETTINGS) == len(fields(pc.Experiment)) - 1  # and the polynomials have theirs


def test_numbers_that_differ_in_the_last_digit_are_distinguished():
    rows = differences([BASE, replace(BASE, learning_rate=0.010000000000000002)])
    assert rows == {"Learning rate": ["0.01", "0.010000000000000002"]}


@pytest.mark.parametrize("field", ["momentum", "nesterov", "sampling", "growing_batches"])
def test_a_setting_that_neither_uses_is_no_difference(field):
    other = {"momentum": 0.1, "nesterov": True, "sampling": "even", "growing_batches": True}[field]
    assert differences([BASE, replace(BASE, **{field: other})]) == {}


def test_another_optimizer_is_shown_with_what_it_does_not_use():
    search = replace(BASE, optimizer="random-search", learning_rate=0.0005)
    assert differences([BASE, search]) == {
        "Optimizer": ["Adam", "Random search"],
        "Learning rate": ["0.01", "0.0005"],
        **{
            name: ["0", "not used"]
            for name in ("Weight decay", "L1 penalty", "L2 penalty", "Dropout", "Gradient clipping")
        },
    }


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_what_an_optimizer_does_not_use_is_no_difference_and_not_used_beside_another(optimizer):
    run = BASE.with_optimizer(optimizer)
    unused = {
        setting.field: name
        for name, setting in setting_words.SETTINGS.items()
        if setting.applies_to != "own points" and not setting.is_used(run)
    }
    others = {field: getattr(WITHOUT_DEFAULTS, field) for field in unused}
    assert differences([run, replace(run, **others)]) == {}
    rows = differences([WITHOUT_DEFAULTS, run])
    assert {name: rows[name][1] for name in unused.values()} == dict.fromkeys(unused.values(), "not used")


def test_polynomials_that_not_all_share_are_listed():
    line, parabola, cubic = pc.Polynomial(1, 0), pc.Polynomial(1, 0, 0), pc.Polynomial(1, 0, 0, 0)
    ones = [
        replace(BASE, polynomials=(line, parabola)),
        replace(BASE, polynomials=(line, cubic, pc.Polynomial(5))),
    ]
    assert differences(ones) == {"Polynomials": ["2, only here x²", "3, only here x³, 5"]}
    turned = replace(BASE, polynomials=(parabola, line))
    assert differences([ones[0], turned]) == {
        "Polynomials": ["2, in the order that begins with x", "2, in the order that begins with x²"]
    }


def test_of_many_polynomials_three_are_listed():
    many = tuple(pc.Polynomial(number) for number in range(7))
    rows = differences([BASE, replace(BASE, polynomials=many)])
    assert rows["Polynomials"][1] == "7, only here 0, 1, 2 and 4 more"


def test_what_is_not_known_differs_from_nothing():
    assert differences([BASE, None]) == {}
    rows = differences([BASE, None, replace(BASE, seed=1)])
    assert rows == {"Seed": ["0", "unknown", "1"]}


@pytest.mark.parametrize(
    ("experiment", "words"),
    [
        (BASE, "Adam at 0.01 · one layer of 4 · 20 samples each"),
        (
            pc.Experiment.recommended(),
            "SOAP at 0.026, linear · five layers of 32 · fresh points, batches of 800",
        ),
        (pc.Experiment.tutorial(), "Random search at 0.0005 · one layer of 12 · 100 samples each"),
        (replace(SGD, nesterov=True, hidden=()), "Nesterov at 0.01 · no hidden layer · 20 samples each"),
        (replace(BASE, optimizer="lbfgs"), "L-BFGS · one layer of 4 · 20 samples each"),
    ],
    ids=["adam", "recommended", "tutorial", "nesterov", "lbfgs"],
)
def test_a_set_up_fits_a_phrase(experiment, words):
    assert phrase(experiment) == words


# --- the race ---------------------------------------------------------------------------------


@pytest.fixture
def short(monkeypatch):
    """Budgets that a test can wait for, and one that it need not."""
    monkeypatch.setattr(race_inputs, "BUDGETS", (0.3, 0.6, 100.0))


def at_the_line(*names, budget=0.3):
    # points of both lie in the same places: no loss reaches its floor, where two lanes would have the same
    app = opened(COMPARE, QUICK | {"polynomials": "x~-x", "samples": "100", "noise": "0.5"})
    app.button_group(key="compare.view.v0").set_value("Race").run()
    labelled(app.button_group, "Who races").set_value(list(names)).run()
    labelled(app.button_group, "Computing time each").set_value(budget).run()
    assert not app.exception
    return app


def until_it_ends(app):
    wait_until(lambda: not session_of(app).comparison.race.view.is_running)
    app.run()
    assert not app.exception
    return app


def switch(app, label):
    return {button.label: not button.disabled for button in app.button}[label]


@pytest.mark.usefixtures("short")
def test_a_race_begins_with_those_that_are_chosen_though_the_page_was_not_drawn_since():
    app = at_the_line("Adam", "Random search", "Evolution")
    labelled(app.button_group, "Who races").set_value(["Evolution", "Adam"])
    press(app, "Start the race")
    assert [lane.name for lane in session_of(app).comparison.race.view.lanes] == ["Adam", "Evolution"]
    press(app, "Stop the race")


@pytest.mark.usefixtures("short")
def test_activations_race_though_the_page_was_not_drawn_since_they_were_chosen():
    app = at_the_line("Adam", "Random search")
    labelled(app.button_group, "Race").set_value("Activations")
    app = until_it_ends(press(app, "Start the race"))
    race = session_of(app).comparison.race
    assert [lane.name for lane in race.view.lanes] == ["ReLU", "tanh", "Sigmoid", "Sine"]
    assert [lane.model.activation for lane in race.view.lanes] == ["relu", "tanh", "sigmoid", "sine"]
    assert "The loss landscape" not in [one.value for one in app.subheader]
    press(app, "Keep all")
    assert titles(app) == ["Race · ReLU", "Race · tanh", "Race · Sigmoid", "Race · Sine"]
    assert not switch(app, keeping.ALL_ARE_KEPT)
    # the choice of optimizers is still there
    labelled(app.button_group, "Race").set_value("Optimizers").run()
    chosen = labelled(app.button_group, "Who races").value
    assert sorted(chosen) == ["Adam", "Random search"]


@pytest.mark.usefixtures("short")
def test_a_race_ends_with_all_lanes_at_the_budget():
    app = until_it_ends(press(at_the_line("Adam", "Random search", "Evolution"), "Start the race"))
    race = session_of(app).comparison.race
    assert [lane.name for lane in race.view.lanes] == ["Random search", "Adam", "Evolution"]
    for lane in race.view.lanes:
        assert lane.view.status == "finished"
        # a chunk under way may take longer than was foreseen on a busy machine
        assert 0.2 < lane.view.seconds < 0.3 + 0.5
        assert lane.view.run.step > 1
    assert_the_chart_is_of_the_race(drawn(app, "race.accuracy"), race)
    for place, lane in enumerate(race.view.lanes):
        accuracy = lane.view.run.current.held_out_accuracy
        assert live_value(app, f"lanes.{place}.accuracy") == f"{100 * accuracy:.1f} %"
    assert live_value(app, "status") == "Finished"
    labelled(app.button_group, "Compare by").set_value("loss").run()
    assert_the_chart_is_of_the_race(drawn(app, "race.loss"), race)
    losses = [trace.y for trace in drawn(app, "race.loss").data]
    assert all((np.diff(values) <= 0).all() for values in losses)
    lowest = race.view.lanes[int(np.argmin([values[-1] for values in losses]))].view.run.best_loss
    for place in range(3):
        assert live_value(app, f"lanes.{place}.loss") == loss_text(losses[place][-1])
    assert loss_text(lowest) in race.view.standing()
    assert race.view.standing() in live_value(app, "standing.loss")
    assert "surprise" in live_value(app, "standing.loss")
    maps = [place for place in range(4) if f'data-lane="{place}"' in "".join(live_html(app))]
    assert maps == [0, 1, 2]


def assert_the_chart_is_of_the_race(figure, race):
    for trace, lane in zip(figure.data, race.view.lanes, strict=True):
        assert trace.name == lane.name
        assert (trace.x[0], trace.x[-1]) == (0, lane.view.seconds)


@pytest.mark.usefixtures("short")
def test_a_race_is_stopped_and_run_again():
    app = press(at_the_line("Adam", "SGD with momentum", budget=100.0), "Start the race")
    first = session_of(app).comparison.race
    wait_until(lambda: first.view.has_begun)
    app.run()
    assert (switch(app, "Race again"), switch(app, "Stop the race")) == (False, True)
    press(app, "Stop the race")
    assert not first.view.is_running
    assert (live_value(app, "status"), live_value(app, "progress")) == ("Stopped", STOPPED)
    steps = [lane.view.run.step for lane in first.view.lanes]
    press(app, "Race again")
    second = session_of(app).comparison.race
    assert second is not first
    assert [lane.view.run.step for lane in first.view.lanes] == steps
    second.stop()


@pytest.mark.usefixtures("short")
def test_a_race_stands_as_it_is_when_one_comes_back():
    app = press(at_the_line("Adam", "Random search"), "Start the race")
    trigger(app, "race.time", "chosen", 100_000)
    app.switch_page(TRAIN).run()
    until_it_ends(app)
    app.switch_page(COMPARE).run()
    assert app.button_group(key="compare.view.v0").value == "Race"
    assert live_value(app, "status") == "Finished"
    assert sent_to(app, "race.time")["choice"] == 100_000
    assert live_value(app, "standing.accuracy").startswith("After 0.10 s of computing, ")
    assert sorted(labelled(app.button_group, "Who races").value) == ["Adam", "Random search"]


@pytest.mark.usefixtures("short")
def test_a_refresh_keeps_who_races():
    app = at_the_line("Adam", "Evolution", budget=0.6)
    labelled(app.button_group, "Race").set_value("Activations").run()
    labelled(app.button_group, "Who races").set_value(["tanh", "ReLU"]).run()
    app = refreshed(app, COMPARE)
    race = session_of(press(app, "Start the race")).comparison.race
    assert (race.before.kind, race.names, race.before.budget) == ("Activations", ("ReLU", "tanh"), 0.6)
    race.stop()
    labelled(app.button_group, "Race").set_value("Optimizers").run()
    assert sorted(labelled(app.button_group, "Who races").value) == ["Adam", "Evolution"]


def test_too_few_cannot_start():
    app = at_the_line("Adam", budget=5)
    assert not switch(app, "Start the race")
    assert race_inputs.HOW_MANY in [caption.value for caption in app.caption]


def test_a_set_up_that_cannot_be_trained_is_reported():
    app = opened(COMPARE, QUICK | {"polynomials": "1000000x^12~x", "range": "-1000..1000"})
    app.button_group(key="compare.view.v0").set_value("Race").run()
    press(app, "Start the race")
    assert "Narrow the range." in " ".join(texts(app))
    assert session_of(app).comparison.race is None


@pytest.mark.parametrize("what", ["Race", "Sweep"])
def test_one_that_is_refused_does_not_end_the_last_one(own_server, what):
    app = opened(COMPARE, QUICK | {"steps": "100000000"})
    app.button_group(key="compare.view.v0").set_value(what).run()
    before, start = session_of(app), f"Start the {what.lower()}"
    begun = session_of(press(app, start))
    last = begun.comparison.race or begun.comparison.sweep
    app.session_state[session.KEY] = before  # the page was drawn before it began
    app.run()
    app.session_state[session.KEY] = begun
    own_server(limits=Limits(max_width=1))  # the network has layers of 8
    press(app, start)
    assert "at most 1 neurons a layer" in " ".join(texts(app))
    assert last.view.is_running if what == "Race" else last.view.is_active
    last.stop()


@pytest.mark.usefixtures("short")
def test_a_race_and_a_run_go_on_at_once():
    app = press(opened(TRAIN, QUICK | {"steps": "100000000"}), "Start")
    app.switch_page(COMPARE).run()
    app.button_group(key="compare.view.v0").set_value("Race").run()
    labelled(app.button_group, "Computing time each").set_value(100.0).run()
    press(app, "Start the race")
    training, race = session_of(app).training, session_of(app).comparison.race
    before = training.view.run.step
    wait_until(
        lambda: training.view.run.step > before and all(lane.view.run.step for lane in race.view.lanes)
    )
    assert not app.run().exception
    race.stop()
    assert training.view.status == "running"
    training.stop()


def test_one_step_is_no_plural():
    one = kept("A", steps=1, seconds=1.0)
    assert cards.values(one, is_under_way=False)["effort"] == "1 step · 1.0 s of computing"
    assert cards.values(one, is_under_way=True)["effort"] == "1 step so far · 1.0 s of computing"


# --- what makes room ---------------------------------------------------------------------------

TWELVE = tuple(f"K{number}" for number in range(MOST_KEPT))


def twelve(**changes):
    """Return all that can be kept, the first of them with these changes."""
    first, *others = (kept(title, replace(BASE, seed=seed)) for seed, title in enumerate(TWELVE))
    return replace(first, **changes), *others


def badges(app):
    return [text.value for text in app.markdown if cards.GOES_NEXT in text.value]


def test_before_the_oldest_goes_its_card_says_so():
    app = with_kept(*twelve())
    assert len(badges(app)) == 1
    assert cards.GOING in [text.value for text in app.caption]
    app.toggle(key=f"{key_of('keep', 'K0')}.v0").set_value(True).run()
    assert len(badges(app)) == 1  # the second oldest now
    assert badges(with_kept(*twelve()[1:])) == []


def test_where_a_network_is_added_the_one_that_goes_can_be_kept_and_named():
    app = with_kept(*twelve())
    for page, place in (
        ("streamlit_app.py", "home"),
        (TRAIN, "train"),
        ("pages/4_predict.py", "upload"),
        ("pages/5_inside.py", "inside"),  # beside "Keep this as a model"
        ("pages/5_inside.py", "inside.tutorial"),
    ):
        app.switch_page(page).run()
        assert not app.exception
        assert app.text_input(key=f"{place}.name.K0.v0").value == "K0", place
        assert not app.toggle(key=f"{place}.keep.K0.v0").value, place
    app.text_input(key="inside.name.K0.v0").set_value("Mine").run()
    assert titles(app)[0] == "Mine"
    app.toggle(key="inside.keep.Mine.v0").set_value(True).run()
    assert session_of(app).models.kept[0].pinned
    assert app.toggle(key="inside.keep.K1.v0")  # now this one would go


def test_a_name_that_is_refused_is_refused_where_it_was_typed():
    app = with_kept(*twelve())
    app.switch_page(TRAIN).run()
    app.text_input(key="train.name.K0.v0").set_value("K5").run()
    assert TAKEN in texts(app)
    assert titles(app) == list(TWELVE)


UPLOADS = tuple(Kept(title, pc.start(BASE).best, None) for title in TWELVE)


def test_with_a_free_slot_none_goes():
    assert KeptModels(UPLOADS[1:]).going(None) == ()


def test_the_one_that_is_named_is_the_one_that_goes():
    models = KeptModels((replace(UPLOADS[0], pinned=True), *UPLOADS[1:]))
    [going] = models.going(None)
    assert going.title == "K1"
    added = models.added(Kept("new", pc.start(BASE).best, None), None)
    assert set(models.titles) - set(added.titles) == {"K1"}
