"""The lens over a figure: which part of the plane it shows, and where it lies."""

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


def test_the_lens_of_a_low_figure_is_small_enough_to_leave_room_for_the_point():
    sizes = value_after(LENS, "[290, 420, 900].map(lensSize)")
    assert sizes == [96, 140, 140]
