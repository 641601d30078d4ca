"""The contour map of a loss landscape, with the trajectories of runs on it."""

import numpy as np
import pytest

from polycore import PolycoreError
from polycore.figures import LINES, alternative_text, landscape_figure
from polycore.inspection.landscape import Landscape
from polycore.inspection.weight_plane import Trajectory, WeightPlane

LOSSES = np.array([[1.0, 10.0, 100.0], [0.1, 1.0, 0.01]])
ADAM = Trajectory(
    np.array([0, 8, 1200]), np.array([[-4.0, 1.0], [-2.0, 2.0], [0.0, 0.0]]), np.array([2.5, 1.25, 0.0625])
)
SEARCH = Trajectory(np.array([0, 1200]), np.array([[-4.0, 1.0], [-3.5, 1.0]]), np.array([2.5, 2.25]))


def landscape_of(*trajectories, explained=(0.912, 0.004), losses=LOSSES):
    """Return a landscape of 2 rows and 3 columns."""
    plane = WeightPlane(np.zeros(2), np.eye(2), explained)
    return Landscape(np.array([-5.0, -2.0, 1.0]), np.array([-1.0, 3.0]), losses, trajectories, plane, 1200)


def test_the_map_shows_the_logarithms_of_the_losses_and_hovering_the_losses():
    figure = landscape_figure(landscape_of(ADAM))
    contours = figure.data[0]
    assert contours.type == "contour"
    assert contours.z == pytest.approx(np.array([[0, 1, 2], [-1, 0, -2]]))
    assert contours.customdata.tolist() == LOSSES.tolist()
    assert (contours.x.tolist(), contours.y.tolist()) == ([-5, -2, 1], [-1, 3])
    assert contours.hovertemplate.startswith("%{customdata:.3~g} nats")
    assert figure.layout.xaxis.range == (-5, 1)
    assert figure.layout.yaxis.range == (-1, 3)


def test_a_trajectory_is_a_line_from_a_circle_to_a_star_in_the_look_of_its_run():
    figure = landscape_figure(landscape_of(ADAM, SEARCH), ["Adam", "search <b>"])
    assert len(figure.data) == 1 + 3 * 2
    for index, trajectory in enumerate((ADAM, SEARCH)):
        casing, line, ends = figure.data[1 + 3 * index : 4 + 3 * index]
        assert casing.x.tolist() == line.x.tolist() == trajectory.points[:, 0].tolist()
        assert casing.y.tolist() == line.y.tolist() == trajectory.points[:, 1].tolist()
        assert casing.line.width > line.line.width
        assert (line.line.color, line.line.dash) == (LINES[index].color, LINES[index].dash)
        assert ends.marker.symbol == ("circle", "star")
        assert (ends.x.tolist(), ends.y.tolist()) == tuple(trajectory.points[[0, -1]].T.tolist())
        assert line.customdata.tolist() == np.column_stack([trajectory.steps, trajectory.losses]).tolist()
        assert ends.customdata.tolist() == [[0, 2.5], [1200, trajectory.losses[-1]]]
    assert [trace.name for trace in figure.data if trace.showlegend is None][1:] == [
        "Adam",
        "search &lt;b&gt;",
    ]
    assert figure.layout.showlegend


def test_more_trajectories_than_looks_are_refused():
    with pytest.raises(PolycoreError, match=f"got {len(LINES) + 1} runs; expected at most {len(LINES)}"):
        landscape_figure(landscape_of(*[ADAM] * (len(LINES) + 1)))


def test_trajectories_may_have_the_looks_of_other_places():
    figure = landscape_figure(landscape_of(ADAM, SEARCH), ["Adam", "search"], lines=[2, 0])
    assert [figure.data[index].line.color for index in (2, 5)] == [LINES[2].color, LINES[0].color]


@pytest.mark.parametrize(
    ("trajectories", "names"),
    [
        pytest.param([ADAM], ["from step 0 (●) to step 1,200 (★)"], id="one"),
        pytest.param([ADAM, SEARCH], ["run 1", "run 2"], id="two"),
    ],
)
def test_trajectories_without_names_are_described_or_numbered(trajectories, names):
    figure = landscape_figure(landscape_of(*trajectories))
    assert [trace.name for trace in figure.data[2::3]] == names


@pytest.mark.parametrize(
    ("trajectories", "explained", "titles"),
    [
        pytest.param(
            [ADAM],
            (0.912, 0.004),
            ("first direction (91 % of the variance)", "second direction (&lt;1 % of the variance)"),
            id="one trajectory",
        ),
        pytest.param(
            [ADAM, SEARCH],
            (0.5, 0.25),
            ("first direction (50 % of the variance)", "second direction (25 % of the variance)"),
            id="two trajectories",
        ),
        pytest.param([ADAM], None, ("first random direction", "second random direction"), id="random"),
        pytest.param(
            [ADAM], (0, 0), ("first random direction", "second random direction"), id="no trajectory"
        ),
    ],
)
def test_an_axis_says_how_much_of_the_variance_is_along_it(trajectories, explained, titles):
    layout = landscape_figure(landscape_of(*trajectories, explained=explained)).layout
    assert (layout.xaxis.title.text, layout.yaxis.title.text) == titles


@pytest.mark.parametrize(
    ("low", "high", "texts"),
    [
        pytest.param(0.08, 9.7, ["0.1", "0.2", "0.5", "1", "2", "5"], id="two decades"),
        pytest.param(0.2, 3, ["0.2", "0.5", "1", "2"], id="from a label on"),
        pytest.param(3e-5, 12, ["0.0001", "0.001", "0.01", "0.1", "1", "10"], id="many decades"),
        pytest.param(1.353, 2.531, ["1.5", "2", "2.5"], id="within a decade"),
        pytest.param(2.4812, 2.5028, ["2.485", "2.49", "2.495", "2.5"], id="close together"),
        pytest.param(0.7, 0.7, ["0.7"], id="all the same"),
    ],
)
def test_the_scale_beside_the_map_has_round_losses(low, high, texts):
    losses = np.array([[low, high, high], [high, low, high]])
    bar = landscape_figure(landscape_of(ADAM, losses=losses)).data[0].colorbar
    assert list(bar.ticktext) == texts
    assert list(bar.tickvals) == pytest.approx([np.log10(float(text)) for text in texts])


def test_the_alternative_text_says_where_the_way_leads():
    assert landscape_figure(landscape_of(ADAM)).layout.meta["alt"] == (
        "Contour map of the loss over the two main directions of the trajectory, with 91 % and <1 % of the "
        "variance, from 0.0100 to 100 nats; the trajectory from 2.50 nats at step 0 to 0.0625 at step 1,200."
    )


@pytest.mark.parametrize("explained", [None, (0, 0)], ids=["random", "no trajectory"])
def test_the_alternative_text_of_random_directions_says_so(explained):
    text = alternative_text.landscape(landscape_of(ADAM, explained=explained), None)
    assert text.startswith(
        "Contour map of the loss over two random directions of the weights, from 0.0100 to"
    )


def test_the_alternative_text_names_the_runs():
    found = landscape_of(ADAM, SEARCH)
    text = alternative_text.landscape(found, ["Adam", "search"])
    assert "directions of the trajectories, with" in text
    assert "; Adam from 2.50 nats at step 0 to 0.0625 at step 1,200; search from 2.50 nats" in text
    assert "; run 2 from 2.50 nats at step 0 to 2.25 at step 1,200." in alternative_text.landscape(
        found, None
    )


def test_a_trajectory_of_one_step_is_a_star():
    start = Trajectory(np.array([0]), np.zeros((1, 2)), np.array([2.5]))
    ends = landscape_figure(landscape_of(start, explained=(0, 0))).data[-1]
    assert ends.x.tolist() == [0, 0]
    assert ends.marker.symbol[-1] == "star"  # drawn last, above the circle
