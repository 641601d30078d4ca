"""What a notebook shows of an experiment, a run and a model: a picture, one line, and a legend."""

import base64
import io
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise

import numpy as np
import pytest
from PIL import Image

import polycore as pc
from polycore.inspection import ParameterIndex, next_step
from polycore.pictures.notebook import dots_png
from polycore.pictures.palette import PALETTE
from tests.runs import KINDS, OWN, TINY

RUN = pc.advance(pc.start(TINY), 40)
COLORS = np.array([look.rgb for look in PALETTE])
HOSTILE = ("<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "&lt;b&gt; & 'c'", "</div></span>")


class Page(HTMLParser):
    """The elements and the text of a piece of HTML; fails if an element is not closed in its place."""

    def __init__(self, text):
        super().__init__()
        self.open, self.tags, self.images, self.colors, self.text = [], [], [], [], ""
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        if tag == "img":  # it has no end
            self.images.append(dict(attrs))
            return
        self.open.append(tag)
        style = dict(attrs).get("style", "")
        if style.startswith("color: "):
            self.colors.append(style.removeprefix("color: "))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


def shown(thing):
    return Page(thing._repr_html_())


def picture(thing):
    """Return the pixels (height, width, 4) of the picture."""
    [image] = shown(thing).images
    assert (image["width"], image["height"]) == ("240", "160")
    head, content = image["src"].split(",")
    assert head == "data:image/png;base64"
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(content, validate=True))).convert("RGBA"))


def centers(window, columns, rows):
    """Return the points (rows·columns, 2) in the middle of each pixel, the upper left one first."""
    (left, right), (low, high) = window
    width, height = (right - left) / columns, (high - low) / rows
    return [
        (left + width / 2 + column * width, high - height / 2 - row * height)
        for row in range(rows)
        for column in range(columns)
    ]


def assert_shows(pixels, model, window):
    rows, columns, _ = pixels.shape
    points = centers(window, columns, rows)
    answers, probabilities = model.predict(points), model.predict_proba(points).max(axis=1)
    assert pixels[..., :3].reshape(-1, 3).tolist() == COLORS[answers].tolist()
    # opacity follows from how far the probability is from chance, in eighths of that of a certain answer
    chance = 1 / model.widths[-1]
    certain = 0.72 * 255 * (probabilities - chance) / (1 - chance)
    assert np.abs(pixels[..., 3].ravel() - certain).max() <= 0.72 * 255 / 16 + 1


@pytest.mark.parametrize(
    ("model", "window"),
    [
        (RUN.best, (TINY.x_range, pc.figures.plane_range(TINY.polynomials, TINY.x_range))),
        (pc.advance(pc.start(OWN), 20).best, OWN.data.window),
        (replace(RUN.best, polynomials=(), metadata={}), ((-1, 1), (-1, 1))),
    ],
    ids=["polynomials", "own points", "nothing known"],
)
def test_the_map_of_a_model_has_the_colors_of_its_answers(model, window):
    pixels = picture(model)
    assert pixels.shape == (160, 240, 4)
    assert_shows(pixels, model, window)
    assert len(np.unique(pixels[..., :3].reshape(-1, 3), axis=0)) == 2


@pytest.mark.parametrize("kind", ["adam on all samples", "adam on fresh points", "own points"])
def test_a_run_shows_the_map_of_its_best_weights(kind):
    run = pc.advance(pc.start(KINDS[kind]), 30)
    assert picture(run).tolist() == picture(run.best).tolist()
    assert f"<{shown(run).text.split('■')[0]}>" == repr(run)


def test_a_large_network_has_a_coarser_map():
    run = pc.start(replace(TINY, hidden=(512, 512)))
    pixels = picture(run)
    assert pixels.shape == (40, 60, 4)
    assert_shows(pixels, run.best, TINY.window)


def test_the_facts_are_in_one_line_and_the_classes_beside_their_colors():
    page = shown(RUN.best)
    facts, *classes = page.text.split("■ ")
    assert f"<{facts}>" == repr(RUN.best)
    assert [name.strip() for name in classes] == [one.typeset for one in TINY.polynomials]
    assert page.colors == [look.color for look in PALETTE[:2]]
    assert "class 0" in shown(replace(RUN.best, polynomials=(), metadata={})).text


@pytest.mark.parametrize(
    ("experiment", "facts"),
    [
        (pc.Experiment(), "Experiment: 12 polynomials, 1,200 points, 2→12→12, ReLU, Adam, 2,000 steps"),
        (
            replace(KINDS["adam on fresh points"], activation="tanh", steps=1),
            "Experiment: 2 polynomials, fresh points, 2→4→2, tanh, Adam, 1 step",
        ),
        (OWN, f"Experiment: 2 classes, {OWN.sample_count} points, 2→4→2, ReLU, Adam, 60 steps"),
    ],
)
def test_an_experiment_shows_its_main_facts(experiment, facts):
    assert shown(experiment).text.split("■")[0] == facts


def test_an_experiment_shows_its_training_points():
    # in the corners of the unit square; the plane around it has a margin of 6 % and three digits
    corners = pc.PointSet([[0, 0], [1, 0], [0, 1], [1, 1]], ["a", "b", "c", "a"])
    assert corners.window == ((-0.06, 1.06), (-0.06, 1.06))
    pixels = picture(pc.Experiment(data=corners))
    left, right = int(0.06 / 1.12 * 240), int(1.06 / 1.12 * 240)
    top, bottom = int(0.06 / 1.12 * 160), int(1.06 / 1.12 * 160)
    expected = np.zeros((160, 240, 4), dtype=int)
    for row, column, label in ((bottom, left, 0), (bottom, right, 1), (top, left, 2), (top, right, 0)):
        expected[row - 1 : row + 2, column - 1 : column + 2] = (*PALETTE[label].rgb, 255)
    assert (pixels[..., 3] == expected[..., 3]).all()
    assert (pixels[pixels[..., 3] > 0] == expected[expected[..., 3] > 0]).all()


def test_samples_of_polynomials_lie_on_their_curves():
    experiment = replace(TINY, samples_per_class=100_000)
    (left, right), (low, high) = experiment.window
    pixels = picture(experiment)
    for label, polynomial in enumerate(TINY.polynomials):
        rows, columns = np.nonzero((pixels == (*PALETTE[label].rgb, 255)).all(axis=-1))
        assert len(columns) > 200
        x = left + (columns + 0.5) / 240 * (right - left)
        y = high - (rows + 0.5) / 160 * (high - low)
        # two pixels in each direction, at the steepest place of the curve
        steepest = np.abs(np.gradient(polynomial(np.linspace(left, right, 500)), (right - left) / 499)).max()
        most = 2 * (high - low) / 160 + steepest * 2 * (right - left) / 240
        assert np.abs(y - polynomial(x)).max() <= most


def test_points_outside_the_window_are_left_out():
    points = np.array([[0.5, 0.5], [-0.1, 0.5], [1.1, 0.5], [0.5, -0.1], [0.5, 1e9], [1, 0]])
    file = io.BytesIO(dots_png(points, np.arange(6), ((0, 1), (0, 1))))
    pixels = np.asarray(Image.open(file).convert("RGBA"))
    found = {tuple(color) for color in pixels[pixels[..., 3] > 0].tolist()}
    assert found == {(*PALETTE[0].rgb, 255), (*PALETTE[5].rgb, 255)}
    # one whole, and one in the corner, of which the picture has four pixels
    assert (pixels[..., 3] > 0).sum() == 9 + 4


def test_no_class_covers_another_one_with_the_same_points():
    points = np.random.default_rng(0).uniform(0, 1, (4000, 2))
    labels = np.repeat(["under", "over"], [3000, 1000])
    points[3000:] = points[:1000]
    pixels = picture(pc.Experiment(data=pc.PointSet(points, labels)))
    counts = [(pixels[..., :3] == PALETTE[label].rgb).all(axis=-1).sum() for label in (0, 1)]
    assert counts[0] > counts[1] > counts[0] / 10


def test_names_are_shown_as_they_are_and_never_as_elements():
    points = np.random.default_rng(0).uniform(0, 1, (40, 2))
    experiment = pc.Experiment(data=pc.PointSet(points, HOSTILE * 10), steps=3)
    run = pc.advance(pc.start(experiment), 3)
    for thing in (experiment, run, run.best):
        page = shown(thing)
        assert [name.strip() for name in page.text.split("■ ")[1:]] == list(HOSTILE)
        assert set(page.tags) == {"div", "img", "span"}
        assert page.tags.count("img") == 1
        assert set(page.images[0]) == {"src", "alt", "width", "height", "style"}


@pytest.mark.parametrize("as_polynomials", [False, True])
def test_the_html_is_small_for_the_most_detailed_map_and_the_longest_names(as_polynomials):
    rng = np.random.default_rng(0)
    # many folds across the plane, and answers of every confidence
    widths, sizes = (2, 64, 64, 24), (300, 300, 1)
    polynomials = tuple(pc.Polynomial(*rng.uniform(-1e6, 1e6, 13)) for _ in range(24))
    names = tuple(f"{label:02}" + '"' * 38 for label in range(24))
    model = pc.Model(
        weights=tuple(
            rng.normal(0, size, shape) for size, shape in zip(sizes, pairwise(widths), strict=True)
        ),
        biases=tuple(np.zeros((1, count)) for count in widths[1:]),
        loss=0,
        accuracy=1,
        polynomials=polynomials if as_polynomials else (),
        classes=() if as_polynomials else names,
        activation="sine",
    )
    assert picture(model).shape == (40, 60, 4)
    assert len(model._repr_html_().encode()) < 20_000


def test_a_strangers_model_with_the_largest_coefficients_is_shown():
    model = RUN.best.with_polynomials([pc.Polynomial(1e308, 1e308, 1e308), pc.Polynomial(-1e308, 0)])
    assert_shows(picture(model), model, ((-1, 1), (-1, 1)))


def test_a_step_shows_the_map_after_it_and_its_parts_show_their_text():
    step = next_step(RUN)
    assert picture(step).tolist() == picture(step.after.current).tolist()
    assert f"NextStep 41 by Adam: loss {step.training_loss}" in shown(step).text
    for part in (step.point(0), step.weight(ParameterIndex(0, 1, 0))):
        page = shown(part)
        assert (page.tags, page.text) == (["pre"], str(part))
