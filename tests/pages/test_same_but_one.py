"""Same but one: two whole experiments that differ in one setting, and what is asked before their figures."""

from dataclasses import replace

import pytest

import polycore as pc
from pages.compare import race_inputs
from pages.compare.race_values import order_of
from pages.lessons.asking import RIGHT, WRONG
from pages.server.limits import Limits
from pages.train.same_but_one import EQUAL, PREFIX, SHARED, offered
from polycore.experiment.settings import SETTINGS
from tests.pages.browsing import (
    component_ids,
    drawn,
    labelled,
    live_value,
    open_it,
    page_text,
    press,
    refreshed,
    session_of,
    trained,
    trigger,
)
from tests.runs import POINTS
from tests.waiting import wait_until

COMPARE = "pages/6_compare.py"
ALL = {"Initial weights", "New points", "Optimizer", "Seed", "Steps"}
ERRING = pc.Experiment(samples_per_class=None, batch_size=64, sampling="errors", hidden=(16, 8))
POINT_RUN = pc.Experiment().on_points(POINTS)


def paired(field, value, **words):
    """Return Train after a run, once a pair of it was asked for."""
    app = open_it(trained(**words), PREFIX)
    labelled(app.selectbox, "The one setting").set_value(field).run()
    other = labelled(app.selectbox, "The other value")
    if field != "optimizer":
        other.options.append(value)  # AppTest types nothing into a list
    other.set_value(value)  # the page was not drawn since
    return press(app, "Train both")


def finished(app):
    race = session_of(app).comparison.race
    wait_until(lambda: not race.view.is_running)
    app.switch_page(COMPARE).run()
    assert not app.exception
    return race


def answer(app, *same):
    labelled(app.button_group, race_inputs.QUESTION).set_value(list(same))
    press(app, "Answer")
    return next(text.value for text in app.markdown if "**Not the same**" in text.value)


def test_a_pair_of_whole_experiments_has_one_length_and_is_asked_about_before_its_figures():
    app = paired("hidden", "8 8", schedule="cosine", l2="0.01", batch="10")
    run, race = session_of(app).training, finished(app)
    one, other = (training.view.run.experiment for training in race.trainings)
    assert one == run.view.run.experiment
    assert one.differing(other) == ["hidden"]
    assert (one.schedule, one.l2, one.batch_size) == ("cosine", 0.01, 10)
    assert session_of(app).training is run
    assert [lane.view.run.step for lane in race.view.lanes] == [300, 300]
    assert live_value(app, "progress") == "300 of 300 steps each"
    assert "new points right: " not in page_text(app)
    app = refreshed(app, COMPARE)
    assert answer(app, "Optimizer", "Seed", "Steps", "New points").endswith(
        "**Not the same**: Hidden layers and Initial weights."
    )
    for trace, lane in zip(drawn(app, "race.accuracy").data, race.view.lanes, strict=True):
        assert trace.name == lane.name
        assert list(trace.x) == list(lane.view.run.history.step)
    assert race.names == ("Hidden layers 8", "Hidden layers 8-8")
    assert "set differently: another seed shows" in live_value(app, "standing.accuracy")
    press(app, "Keep all")
    assert {one, other} <= {kept.experiment for kept in session_of(app).models.kept}


@pytest.mark.parametrize(
    ("field", "value", "same"),
    [
        ("learning_rate", "0.1", ALL),
        ("seed", "7", {"Optimizer", "Steps"}),
        ("optimizer", "sgd", ALL - {"Optimizer"}),
        ("activation", "tanh", ALL - {"Initial weights"}),  # He's weights do not suit it
    ],
)
def test_what_is_the_same_is_what_the_runs_began_with(field, value, same):
    app = paired(field, value)
    race = finished(app)
    assert order_of(race.view, "accuracy") == [0, 1]
    first, second = (lane.view.run.snapshots.parameters[0] for lane in race.view.lanes)
    one, other = (training.view.run.experiment for training in race.trainings)
    assert (first == second).all() == ("Initial weights" in same)
    assert (one.held_out_set()[0] == other.held_out_set()[0]).all() == ("New points" in same)
    assert RIGHT in answer(app, *same)


def test_a_setting_that_the_next_run_does_not_use_is_chosen_no_longer():
    app = open_it(trained(optimizer="sgd"), PREFIX)
    labelled(app.selectbox, "The one setting").set_value("momentum").run()
    labelled(app.selectbox, "Optimizer").set_value("adam").run()
    assert labelled(app.selectbox, "The one setting").value == "optimizer"  # it has changed since the run
    next(button for button in app.button if button.label == "Start new").click().run()
    assert not app.exception
    assert labelled(app.selectbox, "The one setting").value == "learning_rate"


def test_a_wrong_answer_says_of_what():
    app = paired("learning_rate", "0,1")
    assert finished(app).names[1] == "Learning rate 0.1"
    said = answer(app, "Steps", "Learning rate")
    assert said.startswith(
        f"{WRONG} Look again at Initial weights, Learning rate, New points, Optimizer and Seed."
    )


def test_a_press_shows_the_map_of_its_lane_large_and_what_is_no_lane_shows_none():
    app = paired("learning_rate", "0.1")
    finished(app)
    for sent, shown in (([0], False), ("2", False), ("1", True), ({}, False), ("1", True), ("1", False)):
        trigger(app, "race.lanes", "pressed", sent)
        assert ("race.map.1" in component_ids(app)) == shown


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("learning_rate", "0.01", EQUAL),
        ("learning_rate", "11", "expected a number above 0 and at most 10"),
        ("features", "x y", EQUAL),
        ("optimizer", "lbfgs", "Give 0, or choose adam"),
        ("hidden", "300", "at most 256 neurons a layer"),
    ],
)
def test_a_value_that_is_refused_says_why_and_trains_nothing(field, value, reason, own_server):
    own_server(limits=Limits(max_width=256))
    app = paired(field, value, batch="10")
    assert session_of(app).comparison.race is None
    assert reason in " ".join(text.value for text in app.text)


@pytest.mark.parametrize("run", [ERRING, POINT_RUN], ids=["by errors", "own points"])
def test_the_value_that_is_offered_first_differs_in_its_setting_and_can_be_trained(run):
    for field, setting in SETTINGS.items():
        if field not in SHARED and setting.is_used(run):
            other = replace(run, **{field: setting.kind.read(offered(run, setting)[0])})
            assert field in run.differing(other)
            pc.start(other)
