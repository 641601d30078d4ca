import html
import json
import math
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from polycore import figures
from polycore.class_name import ClassName
from polycore.figures import style
from polycore.figures.progress import Change, accuracy_heights
from polycore.figures.report import CORRECT_COLOR, FEWEST_COLOR, MOST_COLOR
from polycore.figures.walk import Met
from polycore.pictures.painter import differences
from polycore.pictures.palette import DARK_PAGE, LIGHT_PAGE, PALETTE, class_colors
from polycore.polynomials.polynomial import Polynomial
from polycore.polynomials.presets import (
    INTRODUCTION_POLYNOMIALS,
    NEARLY_COINCIDING,
    PARABOLAS,
    STRAIGHT_LINES,
    TUTORIAL_POLYNOMIALS,
)
from tests.pictures import opened

LINE, PARABOLA, CUBIC = Polynomial(1, 0), Polynomial(-1, 0, 1), Polynomial(1, 0, 0, -2)
POINTS = np.array([[-1.0, -1.0], [1.0, 1.0], [0.0, -2.0]])
LABELS = np.array([0, 0, 1])
STEPS = np.array([0, 10, 20])
# two rows (y = 10, 20), three columns (x = 0, 1, 2)
GRID = np.array([[[1, 0], [0.75, 0.25], [0.5, 0.5]], [[0, 1], [0, 1], [0, 1]]])
MAP_X, MAP_Y = np.array([0.0, 1.0, 2.0]), np.array([10.0, 20.0])
# rows: true classes
CONFUSION = np.array([[5, 2, 0], [0, 4, 0], [1, 0, 3]])
# one mistake on the line at x = 0.5, answered with the cubic, two on the cubic
ERRORS = (np.array([0.5, -1.0, 1.0]), np.array([0, 1, 1]), np.array([1, 0, 0]))
CROSSINGS = (np.array([0.0, 0.5]), np.array([0.5]))


def a_map():
    return figures.map_figure([LINE, CUBIC], MAP_X, MAP_Y, GRID)


# along the line, which meets the cubic at 0.5 and 0.51 and both others at 1
WALK_X = np.array([-1.0, 0.0, 0.5, 1.0])
WALK = np.array([[0.5, 0.46, 0.04], [1.0, 0.0, 0.0], [0.75, 0.25, 0.0], [0.25, 0.75, 0.0]])
MET = [Met(0.5, "p1"), Met(0.51, "p1"), Met(1.0, "p1, p2")]


def a_walk():
    return figures.walk_figure([LINE, CUBIC, PARABOLA], 0, WALK_X, WALK, np.array([1.0, 1.0, 0.5, 0.5]), MET)


EVERY_FIGURE = {
    "curves": figures.curves_figure(TUTORIAL_POLYNOMIALS, (-1, 1)),
    "samples": figures.samples_figure(POINTS, LABELS, [LINE, CUBIC]),
    "loss": figures.loss_figure(STEPS, np.array([2.5, 1.0, 0.5]), 20, 0.5),
    "accuracy": figures.accuracy_figure(
        STEPS, np.array([0.1, 0.5, 0.9]), np.array([0.1, 0.4, 0.8]), 20, 0.8, 0.95
    ),
    "map": a_map(),
    "map with a point": figures.with_point(a_map(), 1.0, 15.0),
    "map with samples": figures.with_samples(a_map(), POINTS, LABELS, [LINE, CUBIC]),
    "map with unlabeled points": figures.with_unlabelled_points(a_map(), POINTS),
    "map with mistakes": figures.with_layers(a_map(), [figures.mistakes_layer(POINTS, LABELS, 1 - LABELS)]),
    "map with crossings": figures.with_layers(
        a_map(), [figures.crossings_layer(POINTS[:2], ["p0 & p1", "p0 & p2"])]
    ),
    "map with next points": figures.with_layers(a_map(), [figures.next_points_layer(POINTS, np.ones(3))]),
    "probabilities": figures.probabilities_figure([LINE, CUBIC], np.array([0.25, 0.75])),
    "compared": figures.compared_figure([LINE, CUBIC], np.array([0.25, 0.75]), np.array([1.0, 0.0]), 2),
    "walk": a_walk(),
    "walk with a mark": figures.with_place(a_walk(), 0.5, 0.75),
    "confusion": figures.confusion_figure(CONFUSION, [LINE, PARABOLA, CUBIC]),
    "reliability": figures.reliability_figure(
        np.array([20, 1980]), np.array([0.5, 0.95]), np.array([0.25, 0.99]), 0.0421
    ),
    "sweep": figures.sweep_figure([figures.Group("A", np.array([1.0]), np.array([0.5]))], 0.9),
    "errors": figures.errors_figure(*ERRORS, CROSSINGS, [LINE, CUBIC], (-1, 1)),
}
every_figure = pytest.mark.parametrize("figure", EVERY_FIGURE.values(), ids=EVERY_FIGURE)


# --- what all have in common ------------------------------------------------------------------


@every_figure
def test_a_figure_lets_the_page_show_through(figure):
    assert figure.layout.paper_bgcolor == figure.layout.plot_bgcolor == "rgba(0, 0, 0, 0)"


@every_figure
def test_a_figure_leaves_font_and_height_to_its_host(figure):
    layout = figure.to_plotly_json()["layout"]
    assert "height" not in layout
    assert "width" not in layout
    assert "font" not in layout
    assert "layout" not in layout["template"]


@every_figure
def test_a_zoom_survives_an_update(figure):
    assert figure.layout.uirevision == "polycore"


@every_figure
def test_the_alternative_text_is_one_sentence(figure):
    text = figure.layout.meta["alt"]
    assert text.endswith(".")
    assert ". " not in text
    assert text.isprintable()


@every_figure
def test_a_figure_is_sound_json(figure):
    def refuse(constant):
        pytest.fail(f"{constant} is not JSON")

    assert json.loads(figure.to_json(), parse_constant=refuse)["data"]


@pytest.mark.parametrize(
    ("name", "titles"),
    [
        ("curves", ("x", "y")),
        ("samples", ("x", "y")),
        ("map", ("x", "y")),
        ("loss", ("step", "loss (nats)")),
        ("accuracy", ("step", "accuracy, log scale of mistakes")),
        ("probabilities", ("probability (%)", None)),
        ("compared", ("probability (%)", None)),
        ("walk", ("x along p0", "probability (%)")),
        ("confusion", ("answer", "true polynomial")),
        ("reliability", ("confidence (%)", "accuracy (%)")),
        ("errors", ("x", None)),
    ],
)
def test_axes_have_titles_with_units(name, titles):
    layout = EVERY_FIGURE[name].layout
    assert (layout.xaxis.title.text, layout.yaxis.title.text) == titles


def test_tags_are_escaped_once():
    assert figures.escape("<a href='x'>&amp;</a>") == "&lt;a href='x'&gt;&amp;amp;&lt;/a&gt;"


def test_templates_are_escaped_in_what_plotly_would_fill_in_itself():
    assert figures.escape("%{x} %{meta.alt} 5 % {x}") == "&#37;{x} &#37;{meta.alt} 5 % {x}"


def test_names_that_meet_are_shown_unchanged_whatever_they_are():
    [crossing] = figures.crossings_layer(POINTS[:1], ["<b>a</b> & %{x}"]).traces
    assert crossing["hovertext"] == ["&lt;b&gt;a&lt;/b&gt; &amp; &#37;{x} meet"]
    met = [Met(0.5, "<b>a</b>, %{x}")]
    walk = figures.walk_figure([LINE, CUBIC, PARABOLA], 0, WALK_X, WALK, np.ones(4), met)
    [names] = [trace for trace in walk.data if trace.mode == "text"]
    assert list(names.text) == ["&lt;b&gt;a&lt;/b&gt;, &#37;{x}"]


# --- the window -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("polynomials", "expected"),
    [
        pytest.param([LINE], (-1.12, 1.12), id="a line, and 6 % of its height 2"),
        pytest.param([Polynomial(0)], (-1, 1), id="the zero polynomial"),
        pytest.param([Polynomial(5)], (0, 10), id="a constant"),
        pytest.param([Polynomial(-5)], (-10, 0), id="a constant below"),
        # x reaches 1 from the middle, so 1000x is cut at 2.5; the margin is 6 % of 5
        pytest.param([LINE, Polynomial(1000, 0)], (-2.8, 2.8), id="a steep curve is cut"),
        pytest.param([Polynomial(1000, 0), LINE], (-2.8, 2.8), id="in any order"),
        # the middle is 1, and 1000 is out of reach, but every curve is touched
        pytest.param([Polynomial(0), Polynomial(1), Polynomial(1000)], (-60, 1060), id="far above"),
        pytest.param([Polynomial(0), Polynomial(-1), Polynomial(-1000)], (-1060, 60), id="far below"),
        # 10 / 5 = 2: 5x whole makes x twice as flat as where 5x is cut at 2.5; the margin is 6 % of 10
        pytest.param([LINE, Polynomial(5, 0)], (-5.6, 5.6), id="twice as high shows all"),
        pytest.param([LINE, Polynomial(5.1, 0)], (-2.8, 2.8), id="more than twice does not"),
    ],
)
def test_the_window_shows_the_curves(polynomials, expected):
    assert figures.plane_range(polynomials, (-1, 1)) == pytest.approx(expected)


def test_the_window_is_that_of_the_range():
    assert figures.plane_range([LINE], (2, 4)) == pytest.approx((1.88, 4.12))


@given(
    st.lists(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=6), min_size=1, max_size=24),
    st.floats(-5, 5),
    st.floats(0.1, 5),
)
def test_every_curve_is_seen_in_the_window(coefficients, left, width):
    polynomials = [Polynomial(*numbers) for numbers in coefficients]
    low, high = figures.plane_range(polynomials, (left, left + width))
    assert low < high
    for polynomial in polynomials:
        values = polynomial(np.linspace(left, left + width, 201))
        # a curve has no gaps: it is in the window unless it stays above or below it
        assert values.min() <= high
        assert values.max() >= low


# --- curves -----------------------------------------------------------------------------------


def test_curves_are_the_polynomials_values_over_the_range():
    [line, cubic] = figures.curves_figure([LINE, CUBIC], (-2, 2), positions=5).data
    assert line.x.tolist() == cubic.x.tolist() == [-2, -1, 0, 1, 2]
    assert line.y.tolist() == [-2, -1, 0, 1, 2]
    assert cubic.y.tolist() == [-10, -3, -2, -1, 6]


def test_curves_have_a_hundred_positions_by_default():
    [curve] = figures.curves_figure([LINE], (-2, 2)).data
    assert len(curve.x) == 100


def test_the_legend_has_number_and_polynomial_of_each_curve():
    figure = figures.curves_figure(INTRODUCTION_POLYNOMIALS, (-2, 2))
    assert figure.layout.showlegend
    assert [curve.name for curve in figure.data] == ["p0 = −x² + 1", "p1 = x³ − 2"]


def test_a_long_polynomial_is_cut_in_the_legend():
    [curve] = figures.curves_figure([Polynomial(*range(11, 0, -1))], (-1, 1)).data
    assert curve.name == "p0 = 11x¹⁰ + 10x⁹ + 9x⁸ + 8x⁷ …"
    assert len(curve.name.removeprefix("p0 = ")) == 26


def test_each_of_24_curves_has_the_look_of_its_class():
    curves = figures.curves_figure([Polynomial(k) for k in range(24)], (0, 1)).data
    assert [(curve.line.color, curve.line.dash) for curve in curves] == [
        (look.color, look.dash) for look in PALETTE
    ]


@pytest.mark.parametrize("name", ["curves", "samples", "map"])
def test_axes_run_through_the_origin(name):
    layout = EVERY_FIGURE[name].layout
    for axis in (layout.xaxis, layout.yaxis):
        assert axis.zeroline
        assert axis.zerolinewidth > 1
        assert axis.zerolinecolor != axis.gridcolor


def test_curves_are_shown_in_their_window():
    layout = figures.curves_figure([LINE], (-1, 1)).layout
    assert layout.xaxis.range == (-1, 1)
    assert layout.yaxis.range == pytest.approx((-1.12, 1.12))


def annotations_of(figure):
    return [note.text for note in figure.layout.annotations]


@pytest.mark.parametrize(
    ("polynomials", "note"),
    [
        pytest.param(
            [LINE, Polynomial(1000, *[0] * 9)], "Partly out of view: p1 (y from −1000 to 1000)", id="steep"
        ),
        pytest.param(
            [LINE, Polynomial(1, 0, 0), Polynomial(40, 0), Polynomial(-50, 0, 0), PARABOLA],
            "Partly out of view: p2 and p3 (y from −50 to 40)",
            id="two of five",
        ),
        pytest.param(
            [LINE] * 5 + [Polynomial(k, 0) for k in (10, 20, 30, 40)],
            "Partly out of view: p5, p6 and 2 more (y from −40 to 40)",
            id="more than can be named",
        ),
    ],
)
def test_the_plot_says_which_curves_it_cuts_off(polynomials, note):
    figure = figures.curves_figure(polynomials, (-1, 1), 101)
    assert annotations_of(figure) == [note]
    assert f"; {note[0].lower()}{note[1:]}." in figure.layout.meta["alt"]
    assert figure.layout.margin.t > 20  # there is room for it


@pytest.mark.parametrize(
    "polynomials",
    [
        TUTORIAL_POLYNOMIALS,
        INTRODUCTION_POLYNOMIALS,
        STRAIGHT_LINES,
        PARABOLAS,
        NEARLY_COINCIDING,
        (Polynomial(5),),
        (Polynomial(1, -1), Polynomial(1, 0, -3)),
    ],
    ids=["tutorial", "introduction", "lines", "parabolas", "nearly coinciding", "constant", "two"],
)
def test_a_plot_of_ready_made_curves_shows_all_of_them(polynomials):
    figure = figures.curves_figure(polynomials, (-1, 1))
    low, high = figure.layout.yaxis.range
    assert all(low < min(curve.y) and max(curve.y) < high for curve in figure.data)
    assert annotations_of(figure) == []


def test_a_figure_that_shows_all_says_nothing_of_what_it_leaves_out():
    cut = figures.curves_figure([LINE, Polynomial(1000, 0)], (-1, 1))
    whole = figures.showing_all(cut)
    assert (whole.layout.xaxis.autorange, whole.layout.yaxis.autorange) == (True, True)
    assert annotations_of(whole) == []
    assert "partly out of view" in cut.layout.meta["alt"]
    assert "partly out of view" not in json.dumps(whole.layout.meta)
    assert whole.layout.margin.t == figures.curves_figure([LINE], (-1, 1)).layout.margin.t


def test_samples_outside_the_axes_are_counted():
    curves = figures.curves_figure([LINE, CUBIC], (-1, 1))
    far = np.array([[0.0, 0.0], [0.5, 90.0], [7.0, 0.0]])
    assert annotations_of(figures.with_samples(curves, far, LABELS, [LINE, CUBIC])) == [
        "Outside: 2 of 3 samples"
    ]
    # medians 0 and 0; the flatter class reaches 1 from there, and 1000 is beyond 2.5
    steep = np.array([[0.0, -1.0], [0.0, 1.0], [0.0, -1000.0], [0.0, 0.0], [1.0, 1000.0]])
    labels = np.array([0, 0, 1, 1, 1])
    assert annotations_of(figures.samples_figure(steep, labels, [LINE, CUBIC])) == ["Outside: 2 of 5 samples"]


def test_a_map_says_which_curves_it_cuts_off_but_neither_of_fitted_ones_nor_in_a_close_up():
    # x and x³ − 2 from 0 to 2, at most 6, over y from 10 to 20
    assert annotations_of(a_map()) == ["Partly out of view: p0 and p1 (y from −2 to 6)"]
    close_up = figures.close_up_figure([LINE, CUBIC], MAP_X, MAP_Y, GRID, (1.0, 15.0))
    assert annotations_of(close_up) == []
    assert "out of view" not in close_up.layout.meta["alt"]
    names = [ClassName("a"), ClassName("b")]
    assert annotations_of(figures.map_figure(names, MAP_X, MAP_Y, GRID, [LINE, CUBIC])) == []


def test_a_zoom_stays_as_long_as_the_plane_and_its_curves():
    def revisions(polynomials, x_range):
        layout = figures.curves_figure(polynomials, x_range).layout
        return layout.xaxis.uirevision, layout.yaxis.uirevision

    two = revisions([LINE, CUBIC], (-1, 1))
    assert revisions([LINE, CUBIC], (-1, 1)) == two
    for other in (revisions([LINE, PARABOLA], (-1, 1)), revisions([LINE, CUBIC], (-1, 2))):
        assert other[0] != two[0]
        assert other[1] != two[1]
    assert a_map().layout.xaxis.uirevision == a_map().layout.xaxis.uirevision


# --- samples ----------------------------------------------------------------------------------


def test_samples_are_drawn_by_class():
    line, cubic = figures.samples_figure(POINTS, LABELS, [LINE, CUBIC]).data
    assert (line.x.tolist(), line.y.tolist()) == ([-1, 1], [-1, 1])
    assert (cubic.x.tolist(), cubic.y.tolist()) == ([0], [-2])
    assert [line.name, cubic.name] == ["p0 = x", "p1 = x³ − 2"]


def test_each_class_has_its_own_marker():
    points = np.stack([np.arange(24.0), np.arange(24.0)], axis=1)
    traces = figures.samples_figure(points, np.arange(24), [Polynomial(k) for k in range(24)]).data
    assert [(trace.marker.color, trace.marker.symbol) for trace in traces] == [
        (look.color, look.symbol) for look in PALETTE
    ]


def test_a_class_without_samples_keeps_its_place_in_the_legend():
    line, cubic = figures.samples_figure(POINTS[:2], LABELS[:2], [LINE, CUBIC]).data
    assert (len(line.x), len(cubic.x)) == (2, 0)


@pytest.mark.parametrize(
    ("counts", "drawn"),
    [
        pytest.param([1500, 1500], [1500, 1500], id="as many as can be"),
        pytest.param([6000, 3000], [1500, 1500], id="both thinned"),
        pytest.param([5000, 10], [1500, 10], id="the small one is spared"),
    ],
)
def test_at_most_3000_markers_are_drawn(counts, drawn):
    labels = np.repeat([0, 1], counts)
    points = np.stack([np.arange(len(labels)), np.zeros(len(labels))], axis=1)
    traces = figures.samples_figure(points, labels, [LINE, CUBIC]).data
    assert [len(trace.x) for trace in traces] == drawn


def test_samples_are_thinned_evenly_from_first_to_last():
    points = np.stack([np.arange(9000.0), np.zeros(9000)], axis=1)
    [trace] = figures.samples_figure(points, np.zeros(9000, dtype=int), [LINE]).data
    assert (trace.x[0], trace.x[-1]) == (0, 8999)
    assert set(np.diff(trace["x"])) <= {3, 4}  # 8999 / 2999 is a little more than 3


# --- loss and accuracy ------------------------------------------------------------------------


def test_the_loss_is_drawn_on_a_log_scale():
    figure = figures.loss_figure(STEPS, np.array([2.5, 0.5, 1.0]), 10, 0.5)
    assert figure.layout.yaxis.type == "log"
    assert figure.data[0].x.tolist() == [0, 10, 20]
    assert figure.data[0].y.tolist() == [2.5, 0.5, 1.0]


def test_the_best_loss_is_marked():
    best = figures.loss_figure(STEPS, np.array([2.5, 0.5, 1.0]), 10, 0.5).data[1]
    assert (best.x, best.y, best.mode, best.name) == ((10,), (0.5,), "markers", "best 0.500")
    assert best.marker.symbol == "star"


def test_other_weights_than_the_best_are_marked_by_their_name():
    losses, shares = np.array([2.5, 0.5, 1.0]), np.array([0.1, 0.9, 0.5])
    loss = figures.loss_figure(STEPS, losses, 20, 1.0, mark="now")
    accuracy = figures.accuracy_figure(STEPS, shares, shares, 20, 0.9, 1.0, mark="now")
    assert (loss.data[1].x, loss.data[1].y, loss.data[1].name) == ((20,), (1.0,), "now 1.00")
    assert (accuracy.data[2].x, accuracy.data[2].name) == ((20,), "now 90.0 %")
    assert accuracy.data[2].y == pytest.approx([1])
    assert "now 1.00 at step 20." in loss.layout.meta["alt"]
    assert "the latest weights, of step 20, reach 90.0 % on new points" in accuracy.layout.meta["alt"]


def test_a_run_that_has_not_begun_can_be_drawn():
    figure = figures.loss_figure(np.array([0]), np.array([2.4942]), 0, 2.4942)
    assert figure.layout.meta["alt"] == "Loss over 0 steps, from 2.49 to 2.49 nats; best 2.49 at step 0."


@pytest.mark.parametrize(
    ("share", "height"),
    [
        pytest.param(0.0, 0, id="none right"),
        pytest.param(0.9, 1, id="one mistake in 10"),
        pytest.param(0.99, 2, id="one in 100"),
        pytest.param(0.999, 3, id="one in 1,000"),
        pytest.param(0.99999, 4, id="fewer than one in 10,000"),
        pytest.param(1.0, 4, id="none"),
        pytest.param(0.5, 0.30103, id="every other one"),  # log10 of 2
    ],
)
def test_each_height_has_ten_times_fewer_mistakes_than_the_one_below(share, height):
    assert accuracy_heights(np.array([share])) == pytest.approx([height], abs=1e-6)


def test_an_axis_of_accuracies_begins_at_0_and_sets_99_and_99_9_apart():
    axis = EVERY_FIGURE["accuracy"].layout.yaxis
    labels = dict(zip(axis.tickvals, axis.ticktext, strict=True))
    assert labels == {0: "0 %", 1: "90 %", 2: "99 %", 3: "99.9 %", 4: "100 %"}
    assert axis.rangemode == "tozero"


def test_accuracy_on_new_points_is_drawn_beside_that_on_training_points_with_its_percentage():
    training, new, *_ = EVERY_FIGURE["accuracy"].data
    assert (training.name, new.name) == ("training points", "new points")
    # 10, 50 and 90 % right, and 10, 40 and 80 %: -log10 of the others
    assert training.y == pytest.approx([0.045757, 0.30103, 1], abs=1e-6)
    assert new.y == pytest.approx([0.045757, 0.221849, 0.69897], abs=1e-6)
    assert new.customdata == pytest.approx([10, 40, 80])
    assert "%{customdata" in new.hovertemplate
    assert training.line.color != new.line.color
    assert training.line.width < new.line.width


@pytest.mark.parametrize(
    ("training", "new", "positions"),
    [
        pytest.param([0.1, 0.9], [0.1, 0.8], ("top left", "bottom left"), id="training is above"),
        pytest.param([0.1, 0.7], [0.1, 0.8], ("bottom left", "top left"), id="new points are above"),
        pytest.param([0.1], [0.1], ("bottom right", "top right"), id="before the first step"),
    ],
)
def test_both_curves_are_named_at_their_ends_on_either_side(training, new, positions):
    steps = STEPS[: len(new)]
    figure = figures.accuracy_figure(steps, np.array(training), np.array(new), 0, 0.1, None)
    names = [trace for trace in figure.data if trace.mode == "text"]
    assert [re.sub("<.*?>", "", trace.text[0]) for trace in names] == ["training points", "new points"]
    assert tuple(trace.textposition for trace in names) == positions
    # a line lower, so that a curve that rises to its end does not cross it
    assert [trace.text[0].startswith("<br>") for trace in names] == ["bottom" in place for place in positions]
    for trace, curve in zip(names, figure.data, strict=False):
        assert (trace.x[0], trace.y[0]) == (curve.x[-1], curve.y[-1])


@pytest.mark.parametrize(
    ("share", "name"),
    [
        pytest.param(0.8, "at best loss 80.0 %", id="plain"),
        pytest.param(0.9999, "at best loss &gt;99.9 %", id="nearly all, escaped"),
    ],
)
def test_the_best_held_out_accuracy_is_marked(share, name):
    best = figures.accuracy_figure(STEPS, np.full(3, 0.5), np.full(3, 0.5), 20, share, 1.0).data[2]
    assert (best.x, best.name) == ((20,), name)
    assert best.y == pytest.approx([-math.log10(1 - share)])


@pytest.mark.parametrize(
    ("share", "height", "label"),
    [
        pytest.param(0.9, 1, "best possible 90.0 %", id="plain"),
        pytest.param(0.9992, 3.09691, "best possible 99.9 %", id="nearly all"),
    ],
)
def test_the_best_possible_accuracy_is_a_named_line_across_the_chart(share, height, label):
    figure = figures.accuracy_figure(STEPS, np.full(3, 0.5), np.full(3, 0.5), 20, 0.5, share)
    [line] = figure.layout.shapes
    assert (line.type, line.xref, line.x0, line.x1) == ("line", "paper", 0, 1)
    assert line.y0 == line.y1 == pytest.approx(height, abs=1e-5)
    assert line.label.text == label
    # the label stands above the line, at 11 of at least 100 pixels that the axis has, and must not be cut
    assert line.label.yanchor == "bottom"
    assert max(figure.data[-1].y) > 1.11 * height


@pytest.mark.parametrize("share", [None, 0.9999, 1.0])
def test_a_best_possible_accuracy_of_nearly_all_leaves_the_axis_to_the_curves(share):
    figure = figures.accuracy_figure(STEPS, np.full(3, 0.5), np.full(3, 0.5), 20, 0.5, share)
    assert figure.layout.shapes == ()
    assert max(figure.data[-1].y) == 1


# --- map --------------------------------------------------------------------------------------


def test_regions_have_the_likeliest_classs_color_and_the_confidence_as_strength():
    # 255 * 0.72 is 183.6; 0.75 of two classes is half way from chance to certainty; a tie goes to the first
    sure, half_sure, by_chance = 184, 92, 0
    first, second = PALETTE[0].rgb, PALETTE[1].rgb
    expected = [
        [(*second, sure)] * 3,  # the highest y is the top row
        [(*first, sure), (*first, half_sure), (*first, by_chance)],
    ]
    assert opened(figures.regions_url(GRID)).tolist() == np.array(expected).tolist()


def test_a_probability_rounded_past_one_does_not_overflow():
    grid = np.full((2, 2, 2), [1 + 1e-12, -1e-12])
    assert figures.regions_url(grid) == figures.regions_url(np.full((2, 2, 2), [1.0, 0.0]))


def test_where_two_deciders_agree_a_place_is_pale_and_elsewhere_it_is_striped_in_both_colors():
    # rows y = 10, 20: the network says 0 0 / 1 2, the referee 0 1 / 1 2, so they differ at the lower right
    network, referee = np.array([[0, 0], [1, 2]]), np.array([[0, 1], [1, 2]])
    pixels = np.empty((8, 8, 4), dtype=np.uint8)  # 4 by 4 for each cell
    pixels[:4, :4] = (*PALETTE[1].rgb, 36)  # the highest y is the top row; 0.14 of 255 is 35.7
    pixels[:4, 4:] = (*PALETTE[2].rgb, 36)
    pixels[4:, :4] = (*PALETTE[0].rgb, 36)
    for row in range(4):
        for column in range(4):
            # stripes of 4 that slant: counted from the lower left corner, where row 0 is the lowest
            striped = PALETTE[1] if (row + 4 + column) % 8 < 4 else PALETTE[0]
            pixels[7 - row, 4 + column] = (*striped.rgb, 255)
    large = (classes.repeat(4, axis=0).repeat(4, axis=1) for classes in (network, referee))
    assert opened(differences(*large).url(class_colors(3))).tolist() == pixels.tolist()


@pytest.mark.parametrize("page", [LIGHT_PAGE, DARK_PAGE], ids=["light", "dark"])
def test_each_stripe_stands_out_from_each_pale_region_by_its_lightness_alone(page):
    ground = np.array([int(page[start : start + 2], 16) for start in (1, 3, 5)])
    colors = np.array([look.rgb for look in PALETTE])
    pale = _luminance(ground + 0.14 * (colors - ground))[:, np.newaxis]
    strong = _luminance(colors)
    contrasts = (np.maximum(pale, strong) + 0.05) / (np.minimum(pale, strong) + 0.05)
    # the palette itself spans contrasts of 2.1, and stands out from either page by 3 at least
    assert contrasts.min() > 2.4
    assert np.median(contrasts) > 3.5


def _luminance(colors):
    """Relative luminance of colors (..., 3) from 0 to 255. Source: WCAG 2.1."""
    shares = colors / 255
    linear = np.where(shares <= 0.04045, shares / 12.92, ((shares + 0.055) / 1.055) ** 2.4)
    return linear @ [0.2126, 0.7152, 0.0722]


def test_every_pixel_has_its_place_in_its_middle():
    [image] = a_map().layout.images
    assert (image.x, image.sizex) == (-0.5, 3)  # half a pixel beyond 0, three pixels of 1
    assert (image.y, image.sizey) == (25, 20)  # from above: half a pixel beyond 20, two pixels of 10
    assert (image.xref, image.yref, image.layer, image.sizing) == ("x", "y", "below", "stretch")
    assert image.source == figures.regions_url(GRID)


def test_a_map_spans_its_positions():
    layout = a_map().layout
    assert (layout.xaxis.range, layout.yaxis.range) == ((0, 2), (10, 20))


def test_the_true_curves_lie_on_the_map_over_one_casing():
    casing, line, cubic = a_map().data
    assert [line.name, cubic.name] == ["p0 = x", "p1 = x³ − 2"]
    assert (line.line.color, cubic.line.dash) == (PALETTE[0].color, PALETTE[1].dash)
    assert (cubic.y[0], cubic.y[-1]) == (-2, 6)
    assert casing.line.width > line.line.width
    assert not casing.showlegend
    assert np.isnan(casing.x[len(line.x)])  # a gap, so that the casing does not join two curves
    np.testing.assert_array_equal(casing.y[: len(line.y)], line.y)


# --- additions --------------------------------------------------------------------------------


def test_a_point_is_marked_on_a_copy():
    plain = a_map()
    marked = figures.with_point(plain, 0.5, -1.25)
    assert (marked.data[-1].x.tolist(), marked.data[-1].y.tolist()) == ([0.5], [-1.25])
    assert marked.layout.meta["alt"].endswith("; the point (0.5, -1.25) is marked.")
    assert plain == a_map()


def test_samples_on_a_map_are_not_listed_again():
    *others, line, cubic = figures.with_samples(a_map(), POINTS, LABELS, [LINE, CUBIC]).data
    assert len(others) == len(a_map().data)
    assert (line.marker.symbol, cubic.marker.symbol) == (PALETTE[0].symbol, PALETTE[1].symbol)
    assert not line.showlegend
    assert not cubic.showlegend


def test_unlabelled_points_have_no_classs_look():
    points = np.stack([np.arange(3001.0), np.zeros(3001)], axis=1)
    trace = figures.with_unlabelled_points(a_map(), points).data[-1]
    assert len(trace.x) == 3000
    assert trace.marker.color not in {look.color for look in PALETTE}


def test_a_mistake_is_a_cross_that_names_truth_and_answer():
    trace = EVERY_FIGURE["map with mistakes"].data[-1]
    np.testing.assert_array_equal(np.stack([trace.x, trace.y], axis=1), POINTS)
    assert trace.marker.symbol == "x"
    assert trace.hovertext[2] == "on p1, answered with p0"
    assert (
        EVERY_FIGURE["map with mistakes"]
        .layout.meta["alt"]
        .endswith("3 wrong answers are marked by crosses.")
    )


def test_a_crossing_is_a_diamond_that_names_who_meets_and_takes_clicks_from_near_by():
    trace = EVERY_FIGURE["map with crossings"].data[-1]
    assert trace.marker.symbol == "diamond"
    assert list(map(html.unescape, trace.hovertext)) == ["p0 & p1 meet", "p0 & p2 meet"]
    assert trace.meta == {"snap": True}
    assert not any("snap" in (other.meta or {}) for other in EVERY_FIGURE["map with mistakes"].data)


@pytest.mark.parametrize("page", [LIGHT_PAGE, DARK_PAGE], ids=["light", "dark"])
def test_marks_without_a_class_stand_out_from_every_region(page):
    for name in ("map with mistakes", "map with crossings", "map with next points", "map with a point"):
        marker = EVERY_FIGURE[name].data[-1].marker
        inks = [_luminance(np.array([*bytes.fromhex(ink[1:])])) for ink in (marker.color, marker.line.color)]
        for look in PALETTE:
            ground = _luminance(np.array(look.rgb))
            # either the mark or its edge, whatever shines through
            assert max((max(ink, ground) + 0.05) / (min(ink, ground) + 0.05) for ink in inks) >= 3
        assert len({*inks}) == 2, page


def test_of_a_layer_at_most_500_are_drawn_evenly():
    points = np.stack([np.arange(2000.0), np.zeros(2000)], axis=1)
    zeros = np.zeros(2000, dtype=int)
    [mistakes] = figures.mistakes_layer(points, zeros, zeros + 1).traces
    [crossings] = figures.crossings_layer(points, [str(number) for number in range(2000)]).traces
    for trace in (mistakes, crossings):
        assert (len(trace["x"]), trace["x"][0], trace["x"][-1]) == (500, 0, 1999)
        assert set(np.diff(trace["x"])) <= {4, 5}
    assert crossings["hovertext"][-1] == "1999 meet"


def test_a_dot_is_a_pixel_larger_for_each_doubling_of_the_density():
    points = np.zeros((6, 2))
    [dots] = figures.next_points_layer(points, np.array([0.05, 1, 2, 8, 128, 1e4])).traces
    assert dots["marker"]["size"] == [4, 4, 5, 7, 11, 11]


def test_layers_lie_on_each_other_in_their_order():
    layers = [
        figures.samples_layer(POINTS, LABELS, [LINE, CUBIC]),
        figures.mistakes_layer(POINTS, LABELS, 1 - LABELS),
        figures.point_layer(0.5, 15),
    ]
    figure = figures.with_layers(a_map(), layers)
    assert [trace.marker.symbol for trace in figure.data[3:]] == ["circle", "square", "x", "circle"]
    assert figure.layout.meta["alt"].endswith(
        "; 3 samples are shown; 3 wrong answers are marked by crosses; the point (0.5, 15) is marked."
    )


def test_what_is_laid_on_a_figure_keeps_the_rest_of_its_meta():
    plain = a_map().update_layout(meta={"alt": "A map.", "differing": 0.25})
    assert figures.with_point(plain, 0, 0).layout.meta["differing"] == 0.25


def test_no_points_are_drawn_as_none():
    assert len(figures.with_unlabelled_points(a_map(), np.empty((0, 2))).data[-1].x) == 0


# --- probabilities ----------------------------------------------------------------------------


def test_bars_are_sorted_with_the_likeliest_on_top():
    figure = figures.probabilities_figure([LINE, PARABOLA, CUBIC], np.array([0.25, 0.0002, 0.7498]))
    bars, symbols = figure.data
    axis = figure.layout.yaxis
    assert bars.x == pytest.approx([74.98, 25, 0.02])
    assert axis.ticktext == ("x³ − 2", "x", "−x² + 1")
    assert bars.y == symbols.y == axis.tickvals == (0, 1, 2)
    assert axis.range[0] > axis.range[1]  # row 0 is at the top
    assert bars.text == ("75.0 %", "25.0 %", "&lt;0.1 %")


def test_bars_have_the_looks_of_their_classes():
    bars, symbols = figures.probabilities_figure([LINE, CUBIC], np.array([0.25, 0.75])).data
    assert bars.marker.color == symbols.marker.color == (PALETTE[1].color, PALETTE[0].color)
    assert symbols.marker.symbol == (PALETTE[1].symbol, PALETTE[0].symbol)


def test_classes_of_equal_probability_stay_in_their_order():
    two_values = np.where(np.arange(24) % 2, 1 / 16, 1 / 48)  # the odd classes are likelier
    figure = figures.probabilities_figure([Polynomial(k) for k in range(24)], two_values)
    expected = [*PALETTE[1::2], *PALETTE[0::2]]
    assert list(figure.data[0].marker.color) == [look.color for look in expected]


def test_the_referees_probabilities_are_pale_bars_behind():
    behind, bars, _ = EVERY_FIGURE["compared"].data
    assert behind.x == pytest.approx([0, 100])
    assert bars.x == pytest.approx([75, 25])
    assert behind.width > bars.width
    assert (behind.name, behind.showlegend, bars.showlegend) == ("the referee's", None, False)
    assert EVERY_FIGURE["compared"].layout.barmode == "overlay"
    assert EVERY_FIGURE["compared"].layout.meta["alt"].endswith("; the referee says x with 100.0 %.")


@pytest.mark.parametrize(
    ("referee", "shown"),
    [
        pytest.param([0.0, 1.0, 0.0, 0.0], ("0", "1"), id="one of the likeliest"),
        pytest.param([0.0, 0.0, 0.0, 1.0], ("0", "3"), id="one that the network rules out"),
    ],
)
def test_the_referees_favourite_is_always_among_the_few(referee, shown):
    polynomials = [Polynomial(k) for k in range(4)]
    network = np.array([0.6, 0.3, 0.08, 0.02])
    figure = figures.compared_figure(polynomials, network, np.array(referee), 2)
    assert figure.layout.yaxis.ticktext == shown


# --- walk -------------------------------------------------------------------------------------


def test_a_walk_has_a_line_for_each_class_with_its_look():
    _, referee, *lines, _ = EVERY_FIGURE["walk"].data
    for label, line in enumerate(lines):
        assert line.x.tolist() == WALK_X.tolist()
        assert line.y == pytest.approx(100 * WALK[:, label])
        assert (line.line.color, line.line.dash) == (PALETTE[label].color, PALETTE[label].dash)
    assert lines[0].line.width > lines[1].line.width > referee.line.width
    assert referee.y.tolist() == [100, 100, 50, 50]
    # the third is nowhere above 10 %
    assert [line.showlegend for line in lines] == [True, True, False]


def test_crossings_are_upright_lines_named_in_rows_that_do_not_cover_each_other():
    lines, *_, names = EVERY_FIGURE["walk"].data
    nan = np.nan
    np.testing.assert_array_equal(lines.x, [0.5, 0.5, nan, 0.51, 0.51, nan, 1, 1, nan])
    np.testing.assert_array_equal(lines.y, [0, 100, nan, 0, 100, nan, 0, 100, nan])
    assert names.text == ("p1", "p1", "p1, p2")
    assert names.x == (0.5, 0.51, 1.0)
    assert names.y[1] > names.y[0] == names.y[2] > 100
    assert EVERY_FIGURE["walk"].layout.yaxis.range[1] > max(names.y)


def test_a_point_of_a_walk_is_marked_on_the_curves_own_line():
    figure = EVERY_FIGURE["walk with a mark"]
    line, mark = figure.data[-2:]
    assert line.x == (0.5, 0.5)
    assert (mark.x, mark.y) == ((0.5,), (75,))
    assert figure.layout.meta["alt"] == (
        "Probabilities of 3 polynomials along x, which meets others at 3 points, for x from -1 to 1: its "
        "own is 62.5 % on average and lowest, 25.0 %, at x = 1; at x = 0.5, which is marked, it is 75.0 %."
    )


# --- confusion --------------------------------------------------------------------------------


def blended(color, page):
    """Return an rgba() color over a page of the color #rrggbb, each part from 0 to 1."""
    *parts, alpha = (float(part) for part in color.removeprefix("rgba(").removesuffix(")").split(","))
    return alpha * np.array(parts) / 255 + (1 - alpha) * np.array(list(bytes.fromhex(page[1:]))) / 255


def luminance(parts):
    """Return the relative luminance of WCAG 2.1."""
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def test_right_answers_and_mistakes_are_cells_of_their_own():
    right, mistakes, _ = EVERY_FIGURE["confusion"].data
    nan = np.nan
    np.testing.assert_array_equal(right.z, [[1, nan, nan], [nan, 1, nan], [nan, nan, 1]])
    np.testing.assert_array_equal(mistakes.z, [[nan, 2, nan], [nan, nan, nan], [1, nan, nan]])
    assert (mistakes.zmin, mistakes.zmax) == (0, 2)


def test_mistakes_have_another_color_than_right_answers_and_the_most_frequent_is_strongest():
    right, mistakes, _ = EVERY_FIGURE["confusion"].data
    assert {color for _, color in right.colorscale} == {style.GRID}
    (lowest, few), (highest, most) = mistakes.colorscale
    assert (lowest, highest) == (0, 1)
    for page in (LIGHT_PAGE, DARK_PAGE):
        plain = luminance(blended("rgba(0, 0, 0, 0)", page))
        distances = [abs(luminance(blended(color, page)) - plain) for color in (style.GRID, few, most)]
        assert distances[2] > distances[1]
        assert distances[2] > 2 * distances[0]


@pytest.mark.parametrize(
    ("page", "ink"),
    [
        pytest.param(LIGHT_PAGE, "#141824", id="light page"),
        pytest.param(DARK_PAGE, "#e8eaf2", id="dark page"),
    ],
)
@pytest.mark.parametrize("color", [CORRECT_COLOR, FEWEST_COLOR, MOST_COLOR])
def test_the_pages_own_text_reads_on_every_cell(page, ink, color):
    dark, light = sorted(luminance(blended(over, page)) for over in (f"rgba({rgb(ink)}, 1)", color))
    assert (light + 0.05) / (dark + 0.05) >= 4.5  # WCAG 2.1, 1.4.3


def rgb(color):
    return ", ".join(str(part) for part in bytes.fromhex(color[1:]))


def test_counts_are_written_in_the_cells_in_the_color_of_the_page():
    counts = EVERY_FIGURE["confusion"].data[2]
    written = dict(zip(zip(counts.y, counts.x, strict=True), counts.text, strict=True))
    assert written == {(0, 0): "5", (0, 1): "2", (1, 1): "4", (2, 0): "1", (2, 2): "3"}
    assert counts.mode == "text"
    assert counts.textfont.color is None


def test_a_class_that_is_never_right_says_so():
    counts = figures.confusion_figure(np.array([[0, 3], [0, 2]]), [LINE, CUBIC]).data[2]
    assert list(counts.text) == ["0", "3", "2"]


def test_a_cell_names_truth_and_answer():
    right, mistakes, _ = EVERY_FIGURE["confusion"].data
    assert right.hovertext[1][1] == "4 of p1 = −x² + 1<br>answered with p1 = −x² + 1"
    assert mistakes.hovertext[0][1] == "2 of p0 = x<br>answered with p1 = −x² + 1"
    assert mistakes.hovertext[1][0] == ""


def test_rows_run_from_the_top_and_columns_from_the_left():
    layout = EVERY_FIGURE["confusion"].layout
    assert layout.xaxis.range == (-0.5, 2.5)
    assert layout.yaxis.range == (2.5, -0.5)
    assert layout.xaxis.ticktext == layout.yaxis.ticktext == ("p0", "p1", "p2")


def test_24_classes_have_smaller_digits():
    figure = figures.confusion_figure(np.eye(24, dtype=int), [Polynomial(k) for k in range(24)])
    assert figure.data[2].textfont.size < EVERY_FIGURE["confusion"].data[2].textfont.size
    assert figure.layout.xaxis.ticktext[23] == "p23"


def test_a_table_without_mistakes_can_be_drawn():
    mistakes = figures.confusion_figure(np.array([[2, 0], [0, 0]]), [LINE, CUBIC]).data[1]
    assert np.isnan(mistakes.z).all()
    assert mistakes.zmin < mistakes.zmax


# --- reliability ------------------------------------------------------------------------------


def test_accuracy_is_drawn_over_confidence_in_percent_with_the_counts():
    _, curve = EVERY_FIGURE["reliability"].data
    assert curve.x == pytest.approx([50, 95])
    assert curve.y == pytest.approx([25, 99])
    assert curve.text == ("20", "1,980")
    assert "text" in curve.mode


def test_the_diagonal_is_where_a_network_is_as_right_as_sure():
    diagonal, curve = EVERY_FIGURE["reliability"].data
    assert (diagonal.x, diagonal.y) == ((0, 100), (0, 100))
    assert diagonal.line.dash != curve.line.dash
    assert diagonal.name == "accuracy = confidence"


# --- mistakes along x -------------------------------------------------------------------------


def test_mistakes_lie_in_the_row_of_their_true_class_with_its_look():
    _, line, cubic = EVERY_FIGURE["errors"].data
    assert (line.x.tolist(), line.y.tolist()) == ([0.5], [0])
    assert (cubic.x.tolist(), cubic.y.tolist()) == ([-1, 1], [1, 1])
    assert (cubic.marker.color, cubic.marker.symbol) == (PALETTE[1].color, PALETTE[1].symbol)
    assert (line.customdata.tolist(), cubic.customdata.tolist()) == (["x³ − 2"], ["x", "x"])


def test_crossings_are_lines_across_the_rows_of_their_curves():
    lines = EVERY_FIGURE["errors"].data[0]
    np.testing.assert_array_equal(lines.x, [0, 0, np.nan, 0.5, 0.5, np.nan, 0.5, 0.5, np.nan])
    np.testing.assert_array_equal(lines.y, [-0.4, 0.4, np.nan, -0.4, 0.4, np.nan, 0.6, 1.4, np.nan])
    assert lines.line.width < 2


def test_rows_are_named_from_the_top():
    layout = EVERY_FIGURE["errors"].layout
    assert layout.yaxis.ticktext == ("x", "x³ − 2")
    assert layout.yaxis.tickvals == (0, 1)
    assert layout.yaxis.range[0] > layout.yaxis.range[1]
    assert layout.xaxis.range == (-1, 1)


def test_at_most_3000_mistakes_are_drawn():
    labels = np.repeat([0, 1], [6000, 10])
    figure = figures.errors_figure(np.arange(6010.0), labels, 1 - labels, CROSSINGS, [LINE, CUBIC], (0, 6010))
    assert [len(trace.x) for trace in figure.data[1:]] == [1500, 10]


def test_no_mistakes_leave_the_crossings():
    nothing = np.array([], dtype=int)
    figure = figures.errors_figure(np.array([]), nothing, nothing, CROSSINGS, [LINE, CUBIC], (-1, 1))
    assert [len(trace.x) for trace in figure.data] == [9, 0, 0]


def test_what_changed_at_the_edge_of_a_loss_is_named_in_whole():
    change = Change(9, "learning rate 0.001 → 0.1, schedule constant → cosine")
    figure = figures.loss_figure(np.array([0, 9]), np.array([2.0, 1.0]), 9, 1.0, changes=[change])
    [names] = figure.layout.annotations
    assert (names.xref, names.x, names.xanchor) == ("paper", 1, "right")
    assert names.text == "learning rate 0.001 → 0.1, schedule<br>constant → cosine"


def test_the_charts_of_a_run_that_continues_weights_without_a_past_begin_at_its_first_step():
    steps, values = np.array([5000, 5200]), np.array([0.9, 0.5])
    loss = figures.loss_figure(steps, values, 5200, 0.5)
    accuracy = figures.accuracy_figure(steps, values, values, 5200, 0.5, None)
    assert {min(trace.x) for trace in [*loss.data, *accuracy.data]} == {5000, 5200}
