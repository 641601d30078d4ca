"""The page of one HTML file: what is in it, read back by a parser of HTML, and what is refused."""

import base64
import hashlib
import io
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

import polycore as pc
from polycore.figures import plane_range
from polycore.pictures.palette import PALETTE
from tests.runs import OWN, TINY

MODEL = pc.advance(pc.start(TINY), 30).best
OF_POINTS = pc.advance(pc.start(OWN), 30).best
HOSTILE = (
    "</script><script>alert(1)",
    '"><img src=x onerror=alert(1)>',
    "<!-- & &lt;b&gt;",
    "' onmouseover='a(); //",
)


class Parsed(HTMLParser):
    """A page as a browser reads it: its elements with their attributes, and the texts of some."""

    def __init__(self, page):
        super().__init__()
        self.elements, self.texts, self.open = [], [], ("", {})
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.open = (tag, dict(attributes))
        self.elements.append(self.open)

    def handle_endtag(self, _):
        self.open = ("", {})

    def handle_data(self, text):
        tag, attributes = self.open
        self.texts.append((tag, attributes.get("id"), text))

    def all(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]

    def text(self, tag, id_=None):
        return "".join(text for name, found, text in self.texts if (name, found) == (tag, id_))


def network_of(page):
    return json.loads(Parsed(page).text("script", "polycore-network"))


def drawn(classes, hidden=(5,), activation="relu"):
    """Return a network with random weights and names for its classes."""
    rng = np.random.default_rng(0)
    widths = [2, *hidden, len(classes)]
    weights = tuple(rng.normal(size=shape) for shape in pairwise(widths))
    biases = tuple(rng.normal(size=(1, width)) for width in widths[1:])
    return pc.Model(weights, biases, 0.5, 0.75, (), classes=classes, activation=activation)


@pytest.mark.parametrize("model", [MODEL, OF_POINTS, drawn(("a", "b", "c"), (), "sine")])
def test_a_program_reads_the_parameters_to_the_last_bit(model):
    network = network_of(pc.html_page(model))
    numbers = np.frombuffer(base64.b64decode(network["numbers"]), dtype="<f8")
    for (rows, columns), weights, biases in zip(network["shapes"], model.weights, model.biases, strict=True):
        parts, numbers = (
            np.split(numbers, [rows * columns, (rows + 1) * columns])[:2],
            numbers[rows * columns + columns :],
        )
        assert parts[0].reshape(rows, columns).tobytes() == weights.tobytes()
        assert parts[1].tobytes() == biases.tobytes()
    assert len(numbers) == 0
    assert network["activation"] == model.activation
    assert network["classes"] == list(model.class_names)


def test_it_has_the_figures_of_the_network():
    page = pc.html_page(replace(MODEL, loss=0.125, accuracy=0.5, held_out_accuracy=0.25))
    network = network_of(page)
    assert (network["loss"], network["accuracy"], network["held_out_accuracy"]) == (0.125, 0.5, 0.25)
    assert [pc.Polynomial(*row) for row in network["polynomials"]] == list(TINY.polynomials)
    shown = Parsed(page).text("dd")
    for figure in ("25.0 %", "50.0 %", "0.125 nats", "2→4→2", "ReLU"):
        assert figure in shown
    assert "Held-out" not in pc.html_page(replace(MODEL, held_out_accuracy=None))


def test_it_has_the_inputs_of_a_network_with_features():
    features = ("x", "y2", "distances")
    page = pc.html_page(pc.advance(pc.start(replace(TINY, features=features)), 30).best)
    assert network_of(page)["inputs"] == {"names": list(features), "curves": [[-1, 0, 1], [1, 0, 0, -2]]}
    assert "<dd>x, y², y − p0, y − p1</dd>" in page
    assert network_of(pc.html_page(MODEL))["inputs"] == {"names": ["x", "y"], "curves": []}


def test_the_window_is_that_of_the_points():
    assert network_of(pc.html_page(MODEL))["window"] == [
        [-1, 1],
        list(plane_range(TINY.polynomials, (-1, 1))),
    ]
    assert network_of(pc.html_page(OF_POINTS))["window"] == [list(ends) for ends in OWN.data.window]
    unknown = network_of(pc.html_page(drawn(("a", "b"))))
    assert unknown["window"] == [[-1, 1], [-1, 1]]


def test_the_axes_are_named_as_the_columns_were_and_as_text():
    named = pc.PointSet(OWN.data.points, OWN.data.labels, OWN.data.names, axes=("width", "<b>height"))
    page = pc.html_page(pc.start(replace(OWN, data=named)).best)
    assert "Far from its points it has seen nothing. x is width, y is &lt;b&gt;height." in page
    assert network_of(page)["axes"] == ["width", "<b>height"]
    assert " y is " not in pc.html_page(OF_POINTS)


def test_a_strangers_words_are_text_and_never_elements():
    hostile, harmless = (Parsed(pc.html_page(drawn(names))) for names in (HOSTILE, ("a", "b", "c", "d")))
    kinds = [[(tag, sorted(attributes)) for tag, attributes in page.elements] for page in (hostile, harmless)]
    assert kinds[0] == kinds[1]
    assert hostile.text("bdi") == "".join(HOSTILE)
    assert [attributes["title"] for attributes in hostile.all("li")] == list(HOSTILE)
    [alt] = [attributes["aria-label"] for attributes in hostile.all("svg") if "aria-label" in attributes]
    assert any(name in alt for name in HOSTILE)
    assert tuple(json.loads(hostile.text("script", "polycore-network"))["classes"]) == HOSTILE


def test_the_browser_may_run_this_script_alone_and_load_nothing():
    parsed = Parsed(pc.html_page(MODEL))
    [policy] = [meta["content"] for meta in parsed.all("meta") if "http-equiv" in meta]
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == "'none'"
    assert rules["img-src"] == "data:"
    for rule, tag in (("script-src", "script"), ("style-src", "style")):
        digest = base64.b64encode(hashlib.sha256(parsed.text(tag).encode()).digest()).decode()
        assert rules[rule] == f"'sha256-{digest}'"
    assert set(rules) == {"default-src", "script-src", "style-src", "img-src", "base-uri", "form-action"}


def test_it_names_no_other_host():
    parsed = Parsed(pc.html_page(MODEL))
    texts = [text for _, id_, text in parsed.texts if id_ != "polycore-network"]
    values = [value for _, attributes in parsed.elements for value in attributes.values() if value]
    values = [value for value in values if not value.startswith("data:image/png;base64,")]
    assert [text for text in texts + values if re.search(r"://|www\.|\burl\(|@import", text)] == []


def test_the_recommended_network_has_less_than_200_kb():
    experiment = pc.Experiment.recommended()
    for steps in (0, 200):
        page = pc.html_page(pc.advance(pc.start(experiment), steps).current)
        assert 50_000 < len(page.encode()) < 200_000


def test_regions_as_intricate_as_noise_still_give_a_small_page():
    names = tuple(f"class {label}" for label in range(24))
    noise = drawn(names, (64, 64), "sine")
    noise = replace(noise, weights=tuple(50 * weights for weights in noise.weights))
    assert len(pc.html_page(noise).encode()) < 200_000


def test_the_picture_has_the_colors_of_the_answers():
    [image] = Parsed(pc.html_page(MODEL)).all("image")
    with Image.open(io.BytesIO(base64.b64decode(image["href"].partition(",")[2]))) as opened:
        pixels = np.asarray(opened.convert("RGBA"))[..., :3]
    rows, columns, _ = pixels.shape
    x, y, width, height = (float(image[name]) for name in ("x", "y", "width", "height"))
    low, high = plane_range(TINY.polynomials, (-1, 1))
    # the drawing is 4000 units wide and 3000 high
    across = -1 + 2 * (x + width * (np.arange(columns) + 0.5) / columns) / 4000
    up = high - (high - low) * (y + height * (np.arange(rows) + 0.5) / rows) / 3000
    grid = np.stack(np.meshgrid(across, up), axis=-1).reshape(-1, 2)
    colors = np.array([look.rgb for look in PALETTE])[MODEL.predict(grid)].reshape(pixels.shape)
    # inside of cells a border may be missed
    assert (pixels == colors).all(axis=-1).mean() > 0.999


def test_the_curves_are_drawn_where_they_are():
    paths = [found["d"] for found in Parsed(pc.html_page(MODEL)).all("path") if "id" in found]
    assert len(paths) == 2
    low, high = plane_range(TINY.polynomials, (-1, 1))
    for polynomial, path in zip(TINY.polynomials, paths, strict=True):
        start, steps = path.split("l")
        numbers = [[float(number) for number in re.findall(r"-?\d+", part)] for part in (start, steps)]
        points = np.cumsum(np.reshape([*numbers[0], *numbers[1]], (-1, 2)), axis=0)
        x, y = -1 + points[:, 0] / 2000, high - (high - low) * points[:, 1] / 3000
        assert (x[0], x[-1]) == (-1, 1)
        # half a unit up or down, and as much to the side
        slope = np.abs(np.gradient(polynomial(x), x)).max()
        np.testing.assert_allclose(y, polynomial(x), rtol=0, atol=0.5 * ((high - low) / 3000 + slope / 2000))


def test_classes_without_names_are_numbered_and_have_no_curves():
    model = replace(drawn(("a", "b", "c")), classes=())
    parsed = Parsed(pc.html_page(model))
    assert parsed.text("bdi") == "class 0class 1class 2"
    assert parsed.all("use") == []
    assert parsed.text("h1") == "Which class is this point in?"


def test_a_network_that_is_too_large_is_refused_in_a_sentence():
    # 2·512 + 512 + 512·500 + 500 + 500·2 + 2
    with pytest.raises(pc.PolycoreError, match=r"^model: got 259,038 .* expected at most 250,000, .*\.$"):
        pc.html_page(drawn(("a", "b"), (512, 500)))


@pytest.mark.parametrize(
    ("model", "words"),
    [
        pytest.param(pc.start(TINY), r"got a Run; expected a Model.*run\.best", id="a run"),
        pytest.param(
            replace(MODEL, polynomials=(pc.Polynomial(2e6, 0), pc.Polynomial(1))),
            r"coefficient of size 2e\+06; expected at most 1e\+06",
            id="a curve that no map can show",
        ),
    ],
)
def test_what_has_no_page_is_refused(model, words):
    with pytest.raises(pc.PolycoreError, match=f"^model: .*{words}"):
        pc.html_page(model)


@settings(max_examples=20)
@given(
    polynomials=st.lists(
        st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=13).map(lambda numbers: pc.Polynomial(*numbers)),
        min_size=2,
        max_size=24,
        unique=True,
    ),
    x_range=st.tuples(st.floats(-1000, 0), st.floats(0.5, 1000)),
)
def test_whatever_trains_has_a_page(polynomials, x_range):
    experiment = replace(TINY, polynomials=tuple(polynomials), x_range=x_range)
    model = replace(
        drawn([f"c{index}" for index in range(len(polynomials))]),
        classes=(),
        polynomials=tuple(polynomials),
        metadata={"experiment": experiment.summary()},
    )
    page = pc.html_page(model)
    assert network_of(page)["window"][0] == list(x_range)
    assert len(Parsed(page).all("use")) == 2 * len(polynomials)
