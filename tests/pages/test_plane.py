"""The map of a model: its regions are those of its predictions, and it is drawn once for each model."""

import base64
import io
import json
import zlib

import numpy as np
import pytest
from PIL import Image

import polycore as pc
from pages.plane import live, plane
from pages.plane.scene import of_polynomials
from pages.wording.percent import percent
from polycore import figures
from polycore.pictures.class_map import pixel_centers
from polycore.pictures.painter import differences
from polycore.pictures.palette import class_colors

EXPERIMENT = pc.Experiment(polynomials=(pc.Polynomial(1), pc.Polynomial(-1)), steps=200)
SCENE = of_polynomials(EXPERIMENT.polynomials, EXPERIMENT.x_range)


def referee_map(referee):
    return plane.referee_map(referee, of_polynomials(referee.polynomials, referee.x_range))


def difference_map(model, referee):
    scene = of_polynomials(referee.polynomials, referee.x_range)
    return plane.difference_map(plane.pixels_of(model, scene.window), scene, referee)


def image_in(url):
    return Image.open(io.BytesIO(base64.b64decode(url.partition(",")[2])))


def colors_in(url):
    """Return red, green, blue and alpha of each pixel, the highest y first."""
    return np.asarray(image_in(url).convert("RGBA"))


def test_a_map_is_drawn_once_for_a_model_and_another_model_has_another():
    run = pc.advance(pc.start(EXPERIMENT), 200)
    first = plane.model_map(run.best, SCENE)
    assert plane.model_map(run.best, SCENE) is first
    untrained = plane.model_map(pc.start(EXPERIMENT).best, SCENE)
    assert untrained["layout"]["images"][0]["source"] != first["layout"]["images"][0]["source"]
    assert untrained["layout"]["meta"]["alt"] != first["layout"]["meta"]["alt"]


def test_the_regions_are_those_of_the_models_probabilities():
    # y = 1 and y = -1: whoever learned them says the first above the x axis and the second below it
    model = pc.advance(pc.start(EXPERIMENT), 200).best
    pixels = colors_in(plane.model_map(model, SCENE)["layout"]["images"][0]["source"])
    assert pixels.shape == (4 * 90, 4 * 120, 4)  # four pixels across a cell
    above, below = class_colors(2)
    assert (pixels[0, :, :3] == above).all()
    assert (pixels[-1, :, :3] == below).all()


def test_a_page_draws_the_pixels_that_frames_have():
    picture = plane.pixels_of(pc.advance(pc.start(EXPERIMENT), 20).best, SCENE.window)
    figure, frame = plane.network_map(picture, SCENE), plane.shown_map(picture, SCENE)
    assert figure["layout"]["meta"]["alt"] == frame.values["map_alt"]
    image = image_in(figure["layout"]["images"][0]["source"])
    assert image.size == (frame.values["map"]["columns"], frame.values["map"]["rows"])
    lines = np.frombuffer(zlib.decompress(frame.pixels), dtype=np.uint8).reshape(image.height, -1)
    np.testing.assert_array_equal(np.asarray(image), lines[:, 1:])  # each begins with its filter
    # the browser adds the colors: those of the classes, each in all alphas
    shades = np.array([(*hue, alpha) for hue in class_colors(2) for alpha in frame.values["map"]["alphas"]])
    colors = colors_in(figure["layout"]["images"][0]["source"])
    np.testing.assert_array_equal(colors, shades[lines[:, 1:]])


def test_the_curves_of_a_map_are_sent_with_four_bytes_a_number_and_stay_in_their_places():
    [*_, line] = json.loads(live.json_of(plane.map_without_regions(SCENE)))["data"]
    y = np.frombuffer(base64.b64decode(line["y"]["bdata"]), "f4")
    assert (line["y"]["dtype"], set(y.tolist())) == ("f4", {-1.0})


def test_a_run_has_the_map_of_its_current_model_before_that_is_measured():
    run = pc.advance(pc.start(EXPERIMENT), 20)
    assert plane.pixels_of_run(run, SCENE.window) == plane.pixels_of(run.current, SCENE.window)


def test_a_model_that_does_not_learn_has_its_own_confidence_in_each_pixel_inside_a_region():
    run = pc.advance(pc.start(EXPERIMENT), 20)
    url = plane.model_map(run.current, SCENE)["layout"]["images"][0]["source"]
    alphas = colors_in(url)[:, :, 3].astype(int)
    rows, columns = alphas.shape
    inside = alphas[: rows // 8]  # far above the line between the classes
    (left, right), (low, high) = SCENE.window
    x, y = pixel_centers(left, right, columns), pixel_centers(low, high, rows)[::-1][: rows // 8]
    points = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    surer = run.current.predict_proba(points).max(axis=1).reshape(inside.shape)
    order = np.argsort(surer, axis=None)
    assert np.all(np.diff(inside.ravel()[order]) >= -1)  # rounding to levels apart, the surer the stronger
    assert len(np.unique(inside)) > 1


LINES = (pc.Polynomial(1), pc.Polynomial(-1))


def always(label, polynomials):
    """Return a model without hidden layers whose bias alone decides, for class `label`."""
    biases = np.zeros((1, len(polynomials)))
    biases[0, label] = 5.0
    return pc.Model((np.zeros((2, len(polynomials))),), (biases,), 0.0, 1.0, polynomials)


def test_the_referees_map_is_drawn_once_and_has_the_nearer_line_everywhere():
    referee = pc.Referee(LINES, (-1, 1), 0.0)
    figure = referee_map(referee)
    assert referee_map(referee) is figure
    sure = np.zeros((plane.ROWS, plane.COLUMNS, 2))
    sure[plane.ROWS // 2 :, :, 0] = 1  # y = 0 is the border, and lies between two rows
    sure[: plane.ROWS // 2, :, 1] = 1
    assert figure["layout"]["images"][0]["source"] == figures.regions_url(sure)
    assert figure["layout"]["meta"]["alt"].endswith(f"; {plane.OF_REFEREE}.")


def test_a_model_that_always_says_one_line_differs_on_half_of_the_plane():
    figure = difference_map(always(0, LINES), pc.Referee(LINES, (-1, 1), 0.5))
    assert figure["layout"]["meta"]["differing"] == "50.0\u00a0%"
    assert (
        "50.0 % of the plane, most often where the network says 1 and the referee minus 1"
        in (figure["layout"]["meta"]["alt"])
    )
    network = np.zeros((4 * plane.ROWS, 4 * plane.COLUMNS), dtype=np.uint8)  # pixels: four across a cell
    referee = network.copy()
    referee[: len(referee) // 2] = 1
    expected = colors_in(differences(network, referee).url(class_colors(2)))
    np.testing.assert_array_equal(colors_in(figure["layout"]["images"][0]["source"]), expected)


def centers(low, high, cells):
    """Return the centers of four pixels to a cell; the centers of the outer cells are `low` and `high`."""
    cell = (high - low) / (cells - 1)
    return low - cell / 2 + (np.arange(4 * cells) + 0.5) * cell / 4


def test_a_page_shows_the_same_differences_as_frames():
    run = pc.advance(pc.start(EXPERIMENT), 20)
    referee = pc.Referee.of(EXPERIMENT)
    figure = difference_map(run.best, referee)
    frame = plane.shown_differences(plane.pixels_of(run.best, SCENE.window), SCENE, referee)
    assert figure["layout"]["meta"]["alt"] == frame.values["map_alt"]
    assert figure["layout"]["meta"]["differing"] == frame.values["differing"]
    picture = image_in(figure["layout"]["images"][0]["source"])
    lines = np.frombuffer(zlib.decompress(frame.pixels), dtype=np.uint8).reshape(picture.height, -1)
    np.testing.assert_array_equal(np.asarray(picture), lines[:, 1:])  # each begins with its filter


@pytest.mark.parametrize(
    ("hidden", "cells"),
    [pytest.param((8,), (120, 90), id="small"), pytest.param((100, 100), (80, 60), id="large")],
)
def test_the_centers_of_the_outer_cells_lie_on_the_edges(hidden, cells):
    experiment = pc.Experiment(polynomials=LINES, hidden=hidden)
    figure = difference_map(pc.start(experiment).current, pc.Referee.of(experiment))
    [image] = figure["layout"]["images"]
    (left, right), (low, high) = SCENE.window
    width, height = image["sizex"] / cells[0], image["sizey"] / cells[1]
    assert (image["x"] + width / 2, image["y"] - height / 2) == pytest.approx((left, high))
    assert (image["x"] + image["sizex"] - width / 2) == pytest.approx(right)
    assert (image["y"] - image["sizey"] + height / 2) == pytest.approx(low)


def share_in(text):
    """Return the number in a share such as "7.3 %"."""
    return float(text.removesuffix("\u00a0%"))


def test_a_network_that_has_learned_differs_less():
    run = pc.start(EXPERIMENT)
    referee = pc.Referee.of(EXPERIMENT)
    early = difference_map(run.current, referee)["layout"]["meta"]["differing"]
    late = difference_map(pc.advance(run, 200).current, referee)["layout"]["meta"]["differing"]
    assert share_in(late) < share_in(early)


def test_at_a_crossing_each_of_the_two_curves_is_right():
    x = centers(0.25, 1, plane.COLUMNS)
    # a line and a parabola meet in the last column: there both are as near, elsewhere the line below halfway
    end = float(x[-1])
    polynomials = (pc.Polynomial(1, -end), pc.Polynomial(1, -2 * end, end * end))
    figure = difference_map(always(1, polynomials), pc.Referee(polynomials, (0.25, 1), 0.0))
    y = centers(*figures.plane_range(polynomials, (0.25, 1)), plane.ROWS)[:, np.newaxis]
    left = x[:-1] - end
    nearer_to_the_line = y < (left + left**2) / 2
    assert figure["layout"]["meta"]["differing"] == percent(nearer_to_the_line.sum() / (len(x) * len(y)))


def test_a_map_whose_margin_exceeds_the_referees_limit_is_drawn():
    # up to 1e12 at x = 1000, with a margin above
    referee = pc.Referee((pc.Polynomial(1e6, 0, 0), pc.Polynomial(9e5, 0, 0)), (-1000, 1000), 0.0)
    figure = referee_map(referee)
    assert figure["layout"]["yaxis"]["range"][1] > 1e12
    differing = difference_map(always(0, referee.polynomials), referee)["layout"]["meta"]["differing"]
    assert share_in(differing) > 0
