"""The loss landscape on Inside, and that of a race on Compare."""

import threading

import numpy as np
import pytest
from streamlit.runtime.scriptrunner_utils import script_requests

import polycore as pc
from pages.compare import race_inputs
from pages.models import run_landscape
from pages.plane import live
from pages.runs import sentences
from pages.state import session
from pages.state.kept_models import Kept
from polycore.figures import LINES
from tests.pages.browsing import (
    labelled,
    labels,
    live_html,
    opened,
    press,
    session_of,
    trained,
    widget_states,
)
from tests.pages.test_compare_page import at_the_line, until_it_ends
from tests.runs import TINY
from tests.waiting import wait_until

INSIDE, TRAIN = "pages/5_inside.py", "pages/3_train.py"
DRAW, AGAIN = "Draw the loss landscape", "Draw it again"


@pytest.fixture(autouse=True)
def figures(monkeypatch):
    """Return the figures on the page by key."""
    drawn = {}
    monkeypatch.setattr(live, "figure", lambda figure, key, **_: drawn.update({key: figure}))
    return drawn


def inside(app):
    app.switch_page(INSIDE).run()
    assert not app.exception
    return app


def drawn(app, job_of, button=DRAW):
    """Press the button, wait for the landscape, and draw the page again."""
    press(app, button)
    wait_until(lambda: not job_of(app).view.is_active)
    app.run()
    assert not app.exception
    assert job_of(app).view.error is None
    return job_of(app).view.result


def of_run(app):
    return session_of(app).drawings.landscape


def of_race(app):
    return session_of(app).comparison.landscape


def test_inside_shows_the_landscape_of_its_run(figures):
    app = inside(trained())
    landscape = drawn(app, of_run)
    run = session_of(app).training.view.run
    expected = pc.landscape(run)
    assert landscape.losses.tobytes() == expected.losses.tobytes()
    contours, *_ = figures["inside.landscape.map"].data
    assert contours.z == pytest.approx(np.log10(expected.losses))
    [caption] = [one.value for one in app.caption if "losses, each measured on" in one.value]
    assert caption.startswith(f"41 by 41 losses, each measured on {expected.point_count:,} training points.")
    assert labels(app)[AGAIN]


def test_random_directions_are_chosen_above_the_button(figures):
    app = inside(trained())
    drawn(app, of_run)
    figures.clear()
    labelled(app.button_group, "Directions").set_value("random").run()
    assert "inside.landscape.map" not in figures  # that of the other directions
    landscape = drawn(app, of_run, AGAIN)
    assert "inside.landscape.map" in figures
    assert landscape.explained is None
    expected = pc.landscape(session_of(app).training.view.run, directions="random")
    assert landscape.losses.tobytes() == expected.losses.tobytes()


def test_while_it_is_computed_the_page_says_how_far_it_is(monkeypatch):
    said, may_end = threading.Event(), threading.Event()

    def slow(*_, progress, **__):
        progress(420, 1680)
        said.set()
        may_end.wait(60)

    monkeypatch.setattr(run_landscape, "landscape_by", slow)
    app = press(inside(trained()), DRAW)
    assert said.wait(60)
    app.run()
    [html] = [html for html in live_html(app) if "420 of 1,680 losses computed" in html]
    assert 'aria-valuenow="25"' in html
    assert not labels(app)[AGAIN]
    may_end.set()


def test_the_second_of_two_quick_presses_begins_no_second_job(monkeypatch):
    app = inside(trained())
    [button] = [button for button in app.button if button.label == DRAW]
    begun, jobs, may_end = run_landscape.begun, [], threading.Event()

    def counted(*args, **settings):
        jobs.append(begun(*args, **settings))
        return jobs[-1]

    monkeypatch.setattr(run_landscape, "begun", counted)
    monkeypatch.setattr(run_landscape, "landscape_by", lambda *_, **__: may_end.wait(60))
    button.click()
    states = widget_states(app)
    app._run(script_requests._coalesce_widget_states(states, states))  # both before the page is drawn
    assert not app.exception
    may_end.set()
    assert len(jobs) == 1


def test_a_landscape_that_fails_says_why(monkeypatch):
    def fail(*_, **__):
        raise MemoryError

    monkeypatch.setattr(run_landscape, "landscape_by", fail)
    app = press(inside(trained()), DRAW)
    wait_until(lambda: not of_run(app).view.is_active)
    app.run()
    assert any(sentences.NO_MEMORY in text.value for text in app.text)
    assert labels(app)[AGAIN]


def test_a_landscape_goes_with_its_run():
    app = inside(trained())
    drawn(app, of_run)
    app.switch_page(TRAIN).run()
    press(app, "New seed")
    press(app, "Start")
    wait_until(lambda: session_of(app).training.view.status == "finished")
    inside(app)
    assert of_run(app) is None
    assert labels(app)[DRAW]


def test_without_a_run_there_is_none():
    app = opened()
    model = pc.advance(pc.start(TINY), 5).current
    app.session_state[session.KEY] = session_of(app).keeping(Kept("Upload 1", model, None))
    assert DRAW not in labels(inside(app))


@pytest.mark.parametrize(
    ("hidden", "size"), [((32,) * 5, 41), ((128, 128), 31), ((256, 256), 21), ((500, 500), 21)]
)
def test_a_wide_network_has_fewer_losses(hidden, size):
    experiment = pc.Experiment(polynomials=pc.TUTORIAL_POLYNOMIALS, hidden=hidden, samples_per_class=500)
    assert run_landscape._size_for(pc.start(experiment)) == size


@pytest.fixture
def short(monkeypatch):
    monkeypatch.setattr(race_inputs, "BUDGETS", (0.3,))


@pytest.mark.usefixtures("short")
def test_a_race_has_the_trajectories_of_all_around_the_leader(figures):
    app = at_the_line("Random search", "Adam")
    press(app, "Start the race")
    app = until_it_ends(app)
    landscape = drawn(app, of_race)
    view = session_of(app).comparison.race.view
    leader = view.lanes.index(view.leader)
    lanes = [view.lanes[leader], view.lanes[1 - leader]]
    assert [trajectory.steps[-1] for trajectory in landscape.trajectories] == [
        lane.view.run.step for lane in lanes
    ]
    assert landscape.trajectories[0].points[-1] == pytest.approx([0, 0], abs=1e-9)
    assert landscape.trajectories[0].losses[0] == pytest.approx(landscape.trajectories[1].losses[0], rel=1e-5)
    lines = figures["race.landscape.map"].data[2::3]
    assert [trace.name for trace in lines] == [lane.name for lane in lanes]
    assert [trace.line.color for trace in lines] == [LINES[leader].color, LINES[1 - leader].color]
    press(app, "Race again")
    assert session_of(app).comparison.landscape is None
    press(app, "Stop the race")
