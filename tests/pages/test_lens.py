"""The lens over a figure: which part of the plane it shows, and where it lies."""

import math

import pytest

from tests.node import scripts, value_after

LENS = scripts("pages/plane/lens.js")
# 800 by 400 pixels for x from -1 to 1 and y from -4 to 4
AXES = """const axes = {
  x: { d2p: (x) => 400 * (x + 1), p2d: (right) => right / 400 - 1 },
  y: { d2p: (y) => 50 * (4 - y), p2d: (down) => 4 - down / 50 },
};"""


def test_a_lens_shows_its_surroundings_four_times_as_large():
    # 140 pixels of the lens are 35 of the figure: 0.0875 of x, and 0.7 of y
    window = value_after(LENS + AXES, "lensWindow({ x: 0.5, y: -1 }, axes, 140)")
    assert window["x"] == pytest.approx([0.5 - 0.04375, 0.5 + 0.04375])
    assert window["y"] == pytest.approx([-1.35, -0.65])


@pytest.mark.parametrize(
    ("place", "corner"),
    [
        pytest.param((300, 250), (230, 92), id="above its point, where no finger covers it"),
        pytest.param((300, 100), (230, 118), id="below, if there is no room above"),
        pytest.param((10, 250), (0, 92), id="not beyond the left edge"),
        pytest.param((795, 250), (660, 92), id="not beyond the right edge"),
    ],
)
def test_a_lens_lies_beside_its_point(place, corner):
    assert value_after(LENS, f"lensCorner({list(place)}, 140, {{ width: 800 }})") == list(corner)


@pytest.mark.parametrize(
    ("ups", "times"),
    [
        pytest.param((5, 10), 4, id="both curves are in it"),
        pytest.param((15, 20), 2.8, id="the second is just in it"),  # 0.4 of 140 pixels for 20
        pytest.param((5, 90), 2, id="one curve is far"),
        pytest.param((40, 50), None, id="none would be in it"),  # 80 pixels from a center with 70 around it
    ],
)
def test_a_lens_at_rest_shows_the_nearest_curves_or_stays_away(ups, times):
    curves = [[[right, 200 + up] for right in range(0, 800, 5)] for up in ups]
    assert value_after(LENS, f"lensTimes([300, 200], {curves}, 140)") == times


def test_a_lens_at_rest_covers_neither_its_point_nor_a_crossing_beside_it():
    across = [[right, right / 2] for right in range(0, 800, 5)]
    down = [[right, 400 - right / 2] for right in range(0, 800, 5)]
    axes = "{ x: { _offset: 0, _length: 800 }, y: { _offset: 0, _length: 400 } }"
    left, top = value_after(LENS, f"restingCorner([400, 180], {across + down}, 140, {axes})")
    center = left + 70, top + 70
    assert [one for one in [*across, *down, [400, 180]] if math.dist(one, center) < 70] == []
    assert math.dist(center, (400, 180)) < 250  # and is not at the other end of the figure


def test_the_lens_of_a_low_figure_is_small_enough_to_leave_room_for_the_point():
    sizes = value_after(LENS, "[290, 420, 900].map(lensSize)")
    assert sizes == [96, 140, 140]
