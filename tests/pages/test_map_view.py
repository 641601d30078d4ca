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
from pages.home import home
from pages.models import map_layers
from pages.plane import plane
from pages.plane.referee import referee_of
from pages.plane.scene import scene_of
from pages.run_view import map_view
from pages.run_view.shown import Selection, ShownRun
from pages.runs.training import Training
from pages.state.session_value import Session
from pages.state.setup import Setup
from pages.state.shown_weights import ShownWeights
from pages.state.view import View
from tests.pages.browsing import QUICK, drawn, labelled, live_text, opened, press, session_of
from tests.runs import TINY
from tests.waiting import wait_until

TRAIN = "pages/3_train.py"
NETWORK, REFEREE, DIFFERENCES = "Network", "Referee", "Differences"


def choose(app, view):
    labelled(app.button_group, "Map").set_value(view).run()
    assert not app.exception
    return app


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
    assert training().view.run.best_step < training().view.run.step  # so that the two choices differ
    model = training().view.current if weights == "Now" else training().view.best
    scene, referee = scene_of(EXPERIMENT), referee_of(EXPERIMENT)
    pixels = plane.pixels_of(model, scene.window)
    assert map_view.figure_of(shown(NETWORK, weights)) is plane.network_map(pixels, scene)
    assert map_view.figure_of(shown(REFEREE, weights)) is plane.referee_map(referee, scene)
    assert map_view.figure_of(shown(DIFFERENCES, weights)) is plane.difference_map(pixels, scene, referee)


def test_the_choice_stays_as_a_run_begins_and_ends_and_on_other_pages():
    app = press(choose(opened(TRAIN, QUICK | {"steps": "1000000"}), REFEREE), "Start")
    assert labelled(app.button_group, "Map").value == REFEREE
    assert drawn(app, "progress.map").layout.meta["alt"].endswith(f"{plane.OF_REFEREE}.")
    assert map_view.DIFFERENCE_CAPTION in live_text(choose(app, DIFFERENCES))
    wait_until(lambda: session_of(app).training.view.run.step > 0)
    press(app, "Stop")
    assert labelled(app.button_group, "Map").value == DIFFERENCES
    app.switch_page("pages/2_data.py").run()
    app.switch_page(TRAIN).run()
    for _ in range(2):
        # a browser may see only the second drawing
        [index] = labelled(app.button_group, "Map").proto.default
        assert labelled(app.button_group, "Map").options[index] == DIFFERENCES
        app.run()
    press(app, "Start new")
    session_of(app).training.stop()
    assert labelled(app.run().button_group, "Map").value == DIFFERENCES


def test_home_shows_the_network_and_its_latest_weights_whatever_is_chosen_on_train(in_session):
    in_session(Session(setup=Setup(EXPERIMENT), view=View(map_view=REFEREE, weights="Best", past=12)))
    chosen, at_home = map_view.selection(), home.selection()
    assert (chosen.map_view, chosen.weights) == (REFEREE, 12)
    assert (at_home.map_view, at_home.weights) == (NETWORK, "Now")


@pytest.mark.parametrize(
    ("noise", "sentence"),
    [
        pytest.param(0.0, map_view.ON_CURVES, id="without noise"),
        pytest.param(0.1, map_view.NEAR_CURVES, id="with noise"),
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
    url = map_view.figure_of(shown(DIFFERENCES))["layout"]["images"][0]["source"]
    image = Image.open(io.BytesIO(base64.b64decode(url.partition(",")[2]))).convert("RGBA")
    alphas = np.asarray(image)[..., 3]
    share = (alphas == 255).mean()  # the opaque pixels: those of stripes
    assert f"{100 * share:.1f}\u00a0% of the plane. " in caption(DIFFERENCES)


def test_next_points_and_their_caption_follow_the_run():
    following = replace(EXPERIMENT, samples_per_class=None, batch_size=8, sampling="errors")
    run = Training(pc.advance(pc.start(following), 30), None, pc.advance)
    selection, followed = Selection("Now", NETWORK, ("Next points",)), Followed(run.name, 0, active=False)
    of_run = ShownRun(run, run.view, selection, ShownWeights.of(run.view, "Now"), followed)
    figure = map_view.figure_of(of_run)
    index = len(figure["data"]) - 1
    written = {path: name for path, name in map_view.bindings(figure, selection) if path.startswith("data.")}
    assert written == {
        f"data.{index}.x": "weights.next_points.x",
        f"data.{index}.y": "weights.next_points.y",
        f"data.{index}.marker.size": "weights.next_points.size",
    }
    assert 'data-value="weights.next_points.caption"' in map_view.captions(figure)


@pytest.mark.parametrize("view", [NETWORK, REFEREE, DIFFERENCES])
def test_every_map_can_show_layers(view):
    layers = map_view.figure_of(shown(view, layers=map_layers.ALL))["data"]
    assert {"x", "diamond"} <= {trace["marker"]["symbol"] for trace in layers if "marker" in trace}
    text = caption(view, map_layers.ALL)
    assert all(beginning in text for beginning in ("Crosses: ", "Diamonds: ", "of the training set"))
