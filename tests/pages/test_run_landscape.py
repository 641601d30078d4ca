"""The loss landscape on Inside, and that of a race on Compare."""

import threading
from dataclasses import replace

import numpy as np
import pytest

import polycore as pc
from pages.compare import race_inputs
from pages.models import job_button, run_landscape
from pages.models.run_landscape import DRAW, DRAW_AGAIN
from pages.runs.job import Job
from pages.runs.training import Training
from pages.state import session
from pages.state.kept_models import Kept
from pages.state.session_value import Drawings
from polycore.figures import LINES
from tests.pages.browsing import (
    component_ids,
    drawn,
    labelled,
    labels,
    live_html,
    opened,
    press,
    session_of,
    trained,
)
from tests.pages.test_compare_page import at_the_line, until_it_ends
from tests.runs import TINY
from tests.waiting import wait_until

INSIDE, TRAIN = "pages/5_inside.py", "pages/3_train.py"


def inside(app):
    app.switch_page(INSIDE).run()
    assert not app.exception
    return app


def computed(app, job_of, button=DRAW):
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
    return session_of(app).comparison.shown.landscape


def test_inside_shows_the_landscape_of_its_run():
    app = inside(trained())
    landscape = computed(app, of_run)
    run = session_of(app).training.view.run
    expected = pc.landscape(run)
    assert landscape.losses.tobytes() == expected.losses.tobytes()
    contours, *_ = drawn(app, "inside.landscape.map").data
    assert contours.z == pytest.approx(np.log10(expected.losses))
    beginning = f"41 by 41 losses, each measured on {expected.point_count:,} training points."
    assert any(one.value.startswith(beginning) for one in app.caption)
    assert labels(app)[DRAW_AGAIN]


def test_random_directions_are_chosen_above_the_button():
    app = inside(trained())
    computed(app, of_run)
    labelled(app.button_group, "Directions").set_value("random").run()
    assert "inside.landscape.map" not in component_ids(app)  # that of the other directions
    landscape = computed(app, of_run, DRAW_AGAIN)
    assert "inside.landscape.map" in component_ids(app)
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
    assert not labels(app)[DRAW_AGAIN]
    may_end.set()


def a_job():
    return Job("a run", lambda _: None, "Waiting", "{} of {}")


@pytest.mark.parametrize(("is_active", "begun"), [(True, 0), (False, 1)])
def test_a_press_begins_a_job_unless_one_is_under_way(is_active, begun):
    presses, job = [], a_job()
    job.view = replace(job.view, is_active=is_active)
    job_button.begin_once(lambda: job, lambda: presses.append("begun"))
    assert len(presses) == begun


def test_the_first_press_begins_a_job():
    presses = []
    job_button.begin_once(lambda: None, lambda: presses.append("begun"))
    assert presses == ["begun"]


@pytest.mark.usefixtures("in_session")
def test_a_landscape_goes_with_its_run_and_a_film_stays():
    film, landscape = a_job(), a_job()
    session.update(drawings=Drawings(film, landscape))
    session.begin(Training(pc.start(TINY), executor=None, advance=pc.advance))
    drawings = session.current().drawings
    assert (drawings.film, drawings.landscape) == (film, None)


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
    assert run_landscape.size_for(pc.start(experiment)) == size


@pytest.fixture
def short(monkeypatch):
    monkeypatch.setattr(race_inputs, "BUDGETS", (0.3,))


@pytest.mark.usefixtures("short")
def test_a_race_has_the_trajectories_of_all_around_the_leader():
    app = at_the_line("Random search", "Adam")
    press(app, "Start the race")
    app = until_it_ends(app)
    landscape = computed(app, of_race)
    view = session_of(app).comparison.race.view
    leader = view.lanes.index(view.leader)
    lanes = [view.lanes[leader], view.lanes[1 - leader]]
    assert [trajectory.steps[-1] for trajectory in landscape.trajectories] == [
        lane.view.run.step for lane in lanes
    ]
    assert landscape.trajectories[0].points[-1] == pytest.approx([0, 0], abs=1e-9)
    assert landscape.trajectories[0].losses[0] == pytest.approx(landscape.trajectories[1].losses[0], rel=1e-5)
    lines = drawn(app, "race.landscape.map").data[2::3]
    assert [trace.name for trace in lines] == [lane.name for lane in lanes]
    assert [trace.line.color for trace in lines] == [LINES[leader].color, LINES[1 - leader].color]
    press(app, "Race again")
    assert session_of(app).comparison.shown.landscape is None
    press(app, "Stop the race")
