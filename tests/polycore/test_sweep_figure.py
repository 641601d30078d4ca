"""A sweep in one figure: a mark a run, a look a setting, and a scale that shows what they differ in."""

import numpy as np
import pytest

from polycore import figures
from polycore.figures import Group, alternative_text
from polycore.pictures.palette import PALETTE

NARROW = Group("layer 4", np.array([1.0, 2.0]), np.array([0.9, 0.95]))
WIDE = Group("layers 8-8 <b>", np.array([4.0]), np.array([0.98]))
NONE_YET = Group("layer 2", np.array([]), np.array([]))


def test_each_run_is_a_mark_with_the_look_and_the_number_of_its_setting():
    figure = figures.sweep_figure([NARROW, NONE_YET, WIDE], 0.99)
    first, second = figure.data
    assert first.x.tolist() == [1.0, 2.0]
    assert first.y.tolist() == pytest.approx([90.0, 95.0])
    assert (first.mode, second.mode) == ("markers", "markers")
    for trace, index in ((first, 0), (second, 2)):
        assert (trace.marker.color, trace.marker.symbol) == (PALETTE[index].color, PALETTE[index].symbol)
    assert [trace.name for trace in figure.data] == ["1 · layer 4", "3 · layers 8-8 &lt;b&gt;"]
    assert figure.layout.showlegend  # also where there is one
    axes = figure.layout.xaxis.title.text, figure.layout.yaxis.title.text
    assert axes == ("computing time (s)", "accuracy on new points (%)")


def test_many_settings_have_their_numbers_alone_in_the_legend_and_their_names_under_the_pointer():
    groups = [NARROW._replace(name=f"layer {neurons}") for neurons in range(1, len(PALETTE) + 1)]
    figure = figures.sweep_figure(groups, 0.99)
    assert [trace.name for trace in figure.data] == [str(number) for number in range(1, 25)]
    assert figure.data[23].hovertemplate.endswith("<extra>24 · layer 24</extra>")
    looks = {(trace.marker.color, trace.marker.symbol) for trace in figure.data}
    assert len(looks) == 24


def test_the_scale_of_accuracies_shows_the_runs_and_the_best_possible():
    figure = figures.sweep_figure([NARROW, WIDE], 0.99)
    low, high = figure.layout.yaxis.range
    # 90 to 99 %: what is shown besides is less than a third of it
    assert 87 < low < 90
    assert 99 < high < 102
    [best] = figure.layout.shapes
    assert (best.y0, best.y1, best.label.text) == (99, 99, "best possible 99.0 %")


def test_runs_that_are_alike_are_not_made_to_look_different():
    alike = Group("alike", np.array([1.0, 1.0]), np.array([0.9990, 0.9991]))
    low, high = figures.sweep_figure([alike], 0.9995).layout.yaxis.range
    assert high - low >= 1


@pytest.mark.parametrize(("dearest", "kind"), [(9.0, None), (10.0, "log")])
def test_costs_are_on_a_log_scale_where_they_differ_by_ten(dearest, kind):
    group = Group("A", np.array([1.0, dearest]), np.array([0.5, 0.6]))
    assert figures.sweep_figure([group], 0.9).layout.xaxis.type == kind


def test_before_any_run_has_ended_there_is_the_best_possible_alone():
    figure = figures.sweep_figure([NONE_YET], 0.9)
    assert len(figure.data) == 0
    low, high = figure.layout.yaxis.range
    assert low < 90 < high
    assert figure.layout.meta["alt"] == (
        "Accuracy on new points over computing time (s): no run has ended yet; 90.0 % is the best possible."
    )


def test_the_alternative_text_says_what_each_setting_costs_and_reaches():
    figure = figures.sweep_figure([NARROW, NONE_YET, WIDE], 0.99)
    assert figure.layout.meta["alt"] == (
        "Accuracy on new points over computing time (s): 1 · layer 4, 2 runs: 90.0 % to 95.0 % in 1 to 2 s; "
        "3 · layers 8-8 <b>, 1 run: 98.0 % in 4 s; 99.0 % is the best possible."
    )
    groups = [("A", np.array([2.5, 1.25]), np.array([0.5, 0.5]))]
    assert alternative_text.sweep(groups, 1.0) == (
        "Accuracy on new points over computing time (s): A, 2 runs: 50.0 % in 1.25 to 2.5 s; "
        "100.0 % is the best possible."
    )


@pytest.mark.parametrize("seconds", [[7.0, 7.9, 8.6], [1.2, 9.9], [0.3, 250.0, 90.0]])
def test_costs_spread_over_the_figure(seconds):
    group = Group("A", np.array(seconds), np.full(len(seconds), 0.5))
    axis = figures.sweep_figure([group], 0.9).layout.xaxis
    places = np.log10(seconds) if axis.type == "log" else np.array(seconds)
    left, right = axis.range
    assert left < min(places) < max(places) < right
    assert max(places) - min(places) > 0.6 * (right - left)


def test_nearly_equal_costs_are_not_made_to_look_different():
    group = Group("A", np.array([8.0, 8.1]), np.array([0.5, 0.6]))
    left, right = figures.sweep_figure([group], 0.9).layout.xaxis.range
    assert (8.1 - 8.0) / (right - left) < 0.1


def test_costs_of_several_sizes_have_round_ticks():
    group = Group("A", np.array([0.3, 250.0]), np.array([0.5, 0.6]))
    axis = figures.sweep_figure([group], 0.9).layout.xaxis
    assert axis.ticktext == ("1", "10", "100")
    assert axis.tickvals == pytest.approx((1, 10, 100))


def test_accuracies_of_several_sizes_of_mistakes_are_equally_far_apart():
    group = Group("A", np.array([1.0, 2.0, 3.0]), np.array([0.9, 0.99, 0.999]))
    figure = figures.sweep_figure([group], None)
    first, second, third = figure.data[0].y
    assert second - first == pytest.approx(third - second)
    axis = figure.layout.yaxis
    assert axis.title.text == "accuracy on new points (%), log scale of mistakes"
    # mistakes of 0.1, 0.01 and 0.001
    assert dict(zip(axis.ticktext, axis.tickvals, strict=True)) == pytest.approx(
        {"99.9": third, "99": second, "90": first}
    )
    assert figure.data[0].customdata == pytest.approx([90, 99, 99.9])  # for the pointer


def test_a_run_without_mistakes_is_above_all_others():
    group = Group("A", np.array([1.0, 2.0, 3.0]), np.array([0.9, 0.998, 1.0]))
    figure = figures.sweep_figure([group], 1.0)
    low, high = figure.layout.yaxis.range
    *_, second, third = figure.data[0].y
    assert low < second < third < high
    assert dict(zip(figure.layout.yaxis.ticktext, figure.layout.yaxis.tickvals, strict=True))["100"] == third
    assert figure.layout.shapes[0].y0 == third


@pytest.mark.parametrize("shares", [[1.0], [1.0, 1.0], [0.0, 1.0], [0.0], []])
def test_runs_that_are_all_right_or_all_wrong_are_shown(shares):
    group = Group("A", np.ones(len(shares)), np.array(shares))
    figure = figures.sweep_figure([group], None)
    low, high = figure.layout.yaxis.range
    assert low < high
    assert all(low <= y <= high for trace in figure.data for y in trace.y)
