"""The choice of what the map of a run shows: the network, the referee, or where they differ."""

import base64
import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from pages.plane import live, plane
from pages.plane.referee import referee_of
from pages.plane.scene import scene_of
from pages.run_view import map_view
from tests.pages.browsing import (
    HOME,
    QUICK,
    labelled,
    live_text,
    opened,
    press,
    session_of,
    trained,
    wait_for,
)
from tests.runs import TINY

TRAIN = "pages/3_train.py"
NETWORK, REFEREE, DIFFERENCES = "Network", "Referee", "Differences"


@pytest.fixture
def maps(monkeypatch):
    """Return the figures on the page by key."""
    drawn = {}
    monkeypatch.setattr(live, "figure", lambda figure, key, **_: drawn.update({key: figure}))
    return drawn


def choose(app, view):
    labelled(app.button_group, "Map").set_value(view).run()
    assert not app.exception
    return app


def captions(app):
    return " ".join([*(caption.value for caption in app.caption), live_text(app)])


def test_a_run_shows_its_network_until_another_map_is_chosen(maps):
    app = trained()
    run = session_of(app).training.view.run
    referee = referee_of(run.experiment)
    assert maps["progress.map"] is plane.model_map(
        session_of(app).training.view.best, scene_of(run.experiment)
    )
    choose(app, REFEREE)
    assert maps["progress.map"] is plane.referee_map(referee, scene_of(run.experiment))
    choose(app, DIFFERENCES)
    scene = scene_of(run.experiment)
    picture = plane.pixels_of(session_of(app).training.view.best, scene.window)
    assert maps["progress.map"] is plane.difference_map(picture, scene, referee)
    choose(app, NETWORK)
    assert maps["progress.map"] is plane.model_map(
        session_of(app).training.view.best, scene_of(run.experiment)
    )


def test_the_difference_is_that_of_the_current_weights_while_a_run_continues(maps):
    app = press(opened(TRAIN, QUICK | {"steps": "1000000"}), "Start")
    choose(app, DIFFERENCES)
    training = session_of(app).training
    press(app, "Pause")
    choose(app, NETWORK)
    training.resume()
    before = maps["progress.map"]
    choose(app, DIFFERENCES)
    assert maps["progress.map"] is not before
    assert "differing" in maps["progress.map"].layout.meta
    training.stop()


def test_a_map_chosen_before_a_run_stays_when_it_begins(maps):
    app = press(choose(opened(TRAIN, QUICK), REFEREE), "One step")
    wait_for(app, "paused")
    assert labelled(app.button_group, "Map").value == REFEREE
    assert maps["progress.map"].layout.meta["alt"].endswith("these are the referee's answers.")


@pytest.mark.usefixtures("maps")
def test_the_choice_stays_through_the_end_of_a_run_and_on_other_pages():
    app = choose(press(opened(TRAIN, QUICK | {"steps": "1000000"}), "Start"), DIFFERENCES)
    press(app, "Stop")
    assert labelled(app.button_group, "Map").value == DIFFERENCES
    app.switch_page("pages/2_data.py").run()
    app.switch_page(TRAIN).run()
    assert labelled(app.button_group, "Map").value == DIFFERENCES
    press(app, "Start again")
    session_of(app).training.stop()
    assert labelled(app.run().button_group, "Map").value == DIFFERENCES


@pytest.mark.usefixtures("maps")
def test_the_choice_shows_its_value_each_time_it_is_drawn():
    app = choose(trained(), REFEREE)
    app.switch_page("pages/2_data.py").run()
    app.switch_page(TRAIN).run()
    for _ in range(2):
        # a browser may see only the second drawing
        [index] = labelled(app.button_group, "Map").proto.default
        assert labelled(app.button_group, "Map").options[index] == REFEREE
        app.run()


def test_home_shows_the_network_whatever_is_chosen_on_train(maps):
    app = choose(trained(), REFEREE)
    app.switch_page(HOME).run()
    training = session_of(app).training
    assert maps["progress.map"] is plane.model_map(training.view.best, scene_of(training.view.run.experiment))
    assert "Map" not in [group.label for group in app.button_group]


@pytest.mark.parametrize(
    ("noise", "sentence"),
    [
        pytest.param(0.0, "All points lie exactly on the curves", id="without noise"),
        pytest.param(0.1, "Points lie near the curves; the noise decides", id="with noise"),
    ],
)
def test_the_caption_of_the_referee_says_where_points_lie(noise, sentence):
    assert sentence in map_view.referee_caption(replace(TINY, noise=noise))


@pytest.mark.usefixtures("maps")
def test_the_caption_is_that_of_the_map_that_is_chosen():
    app = trained()
    experiment = session_of(app).training.view.run.experiment
    assert map_view.network_caption(experiment) in captions(app)
    choose(app, REFEREE)
    assert map_view.referee_caption(experiment) in captions(app)
    choose(app, DIFFERENCES)
    assert map_view.DIFFERENCE_CAPTION in captions(app)
    assert map_view.network_caption(experiment) not in captions(app)


def test_the_caption_has_the_share_of_the_plane_that_differs(maps):
    app = choose(trained(), DIFFERENCES)
    url = maps["progress.map"].layout.images[0].source
    image = Image.open(io.BytesIO(base64.b64decode(url.partition(",")[2]))).convert("RGBA")
    alphas = np.asarray(image)[..., 3]
    share = (alphas == 255).mean()  # the opaque pixels: those of stripes
    assert f"{100 * share:.1f}\u00a0% of the plane" in captions(app)
