"""The choice of what the map of a run shows: the network, the referee, or where they differ."""

import base64
import io
import re
from dataclasses import replace
from functools import cache
from html import unescape

import numpy as np
import pytest
from PIL import Image

import polycore as pc
from pages.channel.live_text import Followed
from pages.models import map_layers
from pages.plane import live, plane
from pages.plane.referee import referee_of
from pages.plane.scene import scene_of
from pages.run_view import map_view
from pages.run_view.shown import Selection, ShownRun
from pages.runs.training import Training
from pages.state.shown_weights import ShownWeights
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


EXPERIMENT = replace(TINY, learning_rate=0.5, noise=0.3)


@cache
def training():
    """Return a run that rests in its middle."""
    return Training(pc.advance(pc.start(EXPERIMENT), 30), None, pc.advance)


def shown(view, weights="Now", layers=()):
    """Return the run as a page shows it with that map."""
    run, selection = training(), Selection(weights, view, layers)
    followed = Followed(run.name, 0, active=False)
    return ShownRun(run, run.view, selection, ShownWeights.of(run.view, weights), followed)


@pytest.mark.parametrize("weights", ["Now", "Best"])
def test_the_map_is_the_one_that_is_chosen_of_the_weights_that_are_chosen(weights):
    model = training().view.current if weights == "Now" else training().view.best
    scene, referee = scene_of(EXPERIMENT), referee_of(EXPERIMENT)
    pixels = plane.pixels_of(model, scene.window)
    assert map_view.figure_of(shown(NETWORK, weights)) is plane.network_map(pixels, scene)
    assert map_view.figure_of(shown(REFEREE, weights)) is plane.referee_map(referee, scene)
    assert map_view.figure_of(shown(DIFFERENCES, weights)) is plane.difference_map(pixels, scene, referee)


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
    for _ in range(2):
        # a browser may see only the second drawing
        [index] = labelled(app.button_group, "Map").proto.default
        assert labelled(app.button_group, "Map").options[index] == DIFFERENCES
        app.run()
    press(app, "Start again")
    session_of(app).training.stop()
    assert labelled(app.run().button_group, "Map").value == DIFFERENCES


def test_home_shows_the_network_whatever_is_chosen_on_train(maps):
    app = choose(trained(), REFEREE)
    app.switch_page(HOME).run()
    training = session_of(app).training
    scene = scene_of(training.view.run.experiment)
    pixels = plane.pixels_of(training.view.best, scene.window)
    assert maps["progress.map"] is plane.network_map(pixels, scene)
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


def caption(view, layers=()):
    """Return the caption of that map of the run, as a person reads it."""
    of_run = shown(view, layers=layers)
    return unescape(re.sub("<.*?>", "", map_view.caption_of(of_run, map_view.figure_of(of_run))))


def test_the_caption_is_that_of_the_map_that_is_chosen():
    assert map_view.network_caption(EXPERIMENT) in caption(NETWORK)
    assert map_view.referee_caption(EXPERIMENT) in caption(REFEREE)
    assert map_view.DIFFERENCE_CAPTION in caption(DIFFERENCES)
    assert map_view.network_caption(EXPERIMENT) not in caption(DIFFERENCES)


def test_the_caption_has_the_share_of_the_plane_that_differs():
    url = map_view.figure_of(shown(DIFFERENCES)).layout.images[0].source
    image = Image.open(io.BytesIO(base64.b64decode(url.partition(",")[2]))).convert("RGBA")
    alphas = np.asarray(image)[..., 3]
    share = (alphas == 255).mean()  # the opaque pixels: those of stripes
    assert f"{100 * share:.1f}\u00a0% of the plane. " in caption(DIFFERENCES)


@pytest.mark.parametrize("view", [NETWORK, REFEREE, DIFFERENCES])
def test_every_map_can_show_layers(view):
    layers = map_view.figure_of(shown(view, layers=map_layers.ALL)).data
    assert {"x", "diamond"} <= {trace.marker.symbol for trace in layers}
    text = caption(view, map_layers.ALL)
    assert all(beginning in text for beginning in ("Crosses: ", "Diamonds: ", "of the training set"))


@pytest.mark.usefixtures("maps")
def test_a_page_says_what_its_map_is():
    app = choose(trained(), DIFFERENCES)
    assert map_view.DIFFERENCE_CAPTION in captions(app)
