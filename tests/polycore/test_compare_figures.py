"""Several runs in one figure, and a map small enough to stand beside a dozen others."""

import base64
import re
from xml.etree import ElementTree

import numpy as np
import pytest

from polycore import figures
from polycore.figures import LINES, Curve, alternative_text
from polycore.pictures.palette import PALETTE
from polycore.polynomials.polynomial import Polynomial

FIRST = Curve("A <b>", np.array([0, 10, 30]), np.array([2.0, 1.0, 0.5]))
SECOND = Curve("B", np.array([0.0, 1.5]), np.array([1.0, 0.25]))
SVG = "{http://www.w3.org/2000/svg}"


def svg_of(url):
    kind, content = url.split(",")
    assert kind == "data:image/svg+xml;base64"
    return ElementTree.fromstring(base64.b64decode(content))


def test_each_line_differs_in_color_and_in_dash():
    assert len({line.color for line in LINES}) == len({line.dash for line in LINES}) == len(LINES) == 6


def test_losses_are_drawn_on_a_log_scale_by_name_and_look():
    figure = figures.losses_figure([FIRST, SECOND], "step")
    assert figure.layout.yaxis.type == "log"
    assert (figure.layout.xaxis.title.text, figure.layout.yaxis.title.text) == ("step", "loss (nats)")
    for trace, curve, line in zip(figure.data, (FIRST, SECOND), LINES, strict=False):
        assert trace.x.tolist() == curve.x.tolist()
        assert trace.y.tolist() == curve.y.tolist()
        assert (trace.line.color, trace.line.dash) == (line.color, line.dash)
    # Plotly reads tags in a name, and a user may have typed it
    assert [trace.name for trace in figure.data] == ["A &lt;b&gt;", "B"]


@pytest.mark.parametrize(
    ("lowest", "ticks"),
    [pytest.param(0.05, "D2", id="within 1.6 decades"), pytest.param(0.0001, None, id="over four decades")],
)
def test_within_few_decades_each_has_ticks_at_1_2_and_5(lowest, ticks):
    curve = Curve("A", np.array([0, 1]), np.array([2.0, lowest]))
    assert figures.losses_figure([curve], "step").layout.yaxis.dtick == ticks


def test_accuracies_are_drawn_by_their_mistakes_below_the_best_possible():
    figure = figures.accuracies_figure(
        [FIRST._replace(y=np.array([0.0, 0.9, 0.99]))], "computing time (s)", 0.9
    )
    assert figure.data[0].y == pytest.approx([0, 1, 2])
    assert figure.data[0].customdata == pytest.approx([0, 90, 99])
    assert figure.layout.yaxis.title.text == "accuracy on new points, log scale of mistakes"
    [best] = figure.layout.shapes
    assert (best.y0, best.y1, best.label.text) == (pytest.approx(1), pytest.approx(1), "best possible 90.0 %")


def test_there_is_no_line_where_the_best_possible_is_not_one_for_all():
    assert figures.accuracies_figure([SECOND], "step", None).layout.shapes == ()


def test_the_alternative_text_says_where_each_began_and_ended():
    assert alternative_text.losses([FIRST, SECOND], "step") == (
        "Loss of 2 runs over step: A <b> from 2.00 to 0.500 nats, at 30; B from 1.00 to 0.250 nats, at 1.5."
    )
    assert alternative_text.accuracies([SECOND], "computing time (s)", 0.99) == (
        "Accuracy on new points of 1 run over computing time (s): B from 100.0 % to 25.0 %, at 1.5; "
        "99.0 % is the best possible."
    )
    figure = figures.losses_figure([FIRST], "step")
    assert figure.layout.meta["alt"] == alternative_text.losses([FIRST], "step")


def test_a_small_map_has_its_regions_below_its_curves():
    line, flat = Polynomial(1, 0), Polynomial(0)
    probabilities = np.zeros((3, 4, 2))
    probabilities[..., 1] = 1
    svg = svg_of(figures.small_map_url([line, flat], (-1.0, 1.0), (-1.0, 1.0), probabilities))
    image, casing, first, second = svg
    assert image.tag == f"{SVG}image"
    assert image.get("href") == figures.regions_url(probabilities)
    assert casing.tag == first.tag == f"{SVG}path"
    assert [path.get("stroke") for path in (first, second)] == [PALETTE[0].color, PALETTE[1].color]
    # 160 by 100, y downwards: y = x rises from the left's foot to the right's head, y = 0 lies half way up
    assert corners(first)[0] == (0, 100)
    assert corners(first)[-1] == (160, 0)
    assert {y for _, y in corners(second)} == {50}


def test_a_curve_that_leaves_a_small_map_is_not_drawn_far_outside():
    steep = Polynomial(1e6, 0)
    svg = svg_of(figures.small_map_url([steep], (-1.0, 1.0), (-1.0, 1.0), np.full((2, 2, 2), 0.5)))
    assert {y for _, y in corners(svg[2])} == {-100, 200}


def test_the_look_of_a_line_is_a_picture():
    [path] = svg_of(figures.line_url(1))
    assert (path.get("stroke"), path.get("stroke-dasharray")) == (LINES[1].color, "9,3")
    [solid] = svg_of(figures.line_url(0))
    assert solid.get("stroke-dasharray") == "none"


def corners(path):
    return [(float(x), float(y)) for x, y in re.findall(r"(-?[\d.]+),(-?[\d.]+)", path.get("d"))]
