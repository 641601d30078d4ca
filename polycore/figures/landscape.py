"""The figure of a loss landscape: a contour map of the losses, with the trajectories of runs on it."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from polycore.arrays import Floats
from polycore.errors import PolycoreError
from polycore.figures import alternative_text
from polycore.figures.compare import LINES
from polycore.figures.style import LEGEND_ABOVE, Figure, axis, escape, new_figure
from polycore.formatting import percent
from polycore.inspection.landscape import Landscape
from polycore.inspection.weight_plane import Trajectory
from polycore.pictures.palette import LIGHT_PAGE
from polycore.pictures.ticks import log_ticks, spaced_ticks

# Valleys are dark. There is little color, so that every line of LINES stands out.
DEPTHS = ["#1c2836", "#37495c", "#5d7183", "#8b9ba6", "#b9c1c4", "#dad8cf", "#ebe5d6"]
LEVELS = 24
CONTOUR = {"color": "rgba(255, 255, 255, 0.22)", "width": 0.7}
CASING, EDGE = {"color": LIGHT_PAGE, "width": 5}, {"color": LIGHT_PAGE, "width": 1.2}
STEP_HOVER = "step %{customdata[0]:,}: %{customdata[1]:.3~g} nats"
DECADE = 10  # as a ratio of losses: within one, 1, 2 and 5 would be few labels
MOST_TICKS = 9  # 1, 2 and 5 of three decades
EVEN_PARTS = 5  # of less than a decade, at most, between its ticks


def landscape_figure(
    landscape: Landscape, names: Sequence[str] | None = None, lines: Sequence[int] | None = None
) -> Figure:
    """Return a contour map of the losses, on a log scale, and the trajectory of each run on it.

    A circle marks the first step of a trajectory, a star the present one. Hovering shows the losses in nats.

    Parameters
    ----------
    names
        The runs' names for the legend; None numbers the runs, or describes the trajectory of a single one.
    lines
        For each trajectory the index of its style in LINES; None counts them.

    Raises
    ------
    PolycoreError
        If there are more trajectories than LINES.
    """
    if len(landscape.trajectories) > len(LINES):
        raise PolycoreError(
            f"landscape: got {len(landscape.trajectories)} runs; expected at most {len(LINES)}, as there are "
            "looks of lines. Compute it for fewer."
        )
    styles = range(len(landscape.trajectories)) if lines is None else lines
    named = zip(styles, _names(landscape) if names is None else names, landscape.trajectories, strict=True)
    across, up = _titles(landscape)
    return new_figure(
        [_contours(landscape), *(trace for one in named for trace in _trajectory(*one))],
        alternative_text.landscape(landscape, names),
        xaxis=axis(across) | _edges(landscape.first),
        yaxis=axis(up) | _edges(landscape.second),
        legend=LEGEND_ABOVE,
        showlegend=True,
    )


def _names(landscape: Landscape) -> list[str]:
    if len(landscape.trajectories) > 1:
        return [f"run {number}" for number in range(1, len(landscape.trajectories) + 1)]
    steps = landscape.trajectories[0].steps
    return [f"from step {steps[0]:,} (●) to step {steps[-1]:,} (★)"]


def _titles(landscape: Landscape) -> tuple[str, str]:
    if landscape.explained is None or not any(landscape.explained):
        return "first random direction", "second random direction"
    first, second = (f" ({escape(percent(share, 0))} of the variance)" for share in landscape.explained)
    return f"first direction{first}", f"second direction{second}"


def _edges(coordinates: Floats) -> dict[str, object]:
    return {"range": [float(coordinates[0]), float(coordinates[-1])], "zeroline": False}


def _contours(landscape: Landscape) -> dict[str, Any]:
    heights = np.log10(landscape.losses)
    scale = [[index / (len(DEPTHS) - 1), color] for index, color in enumerate(DEPTHS)]
    return {
        "type": "contour",
        "x": landscape.first,
        "y": landscape.second,
        "z": heights,
        "customdata": landscape.losses,
        "hovertemplate": "%{customdata:.3~g} nats<extra></extra>",
        "colorscale": scale,
        "ncontours": LEVELS,
        "line": CONTOUR,
        "colorbar": _color_bar(float(landscape.losses.min()), float(landscape.losses.max())),
    }


def _color_bar(low: float, high: float) -> dict[str, object]:
    """Return the scale beside the map, from the loss `low` to `high`."""
    if high < DECADE * low:
        ticks = spaced_ticks(low, high, (high - low) / EVEN_PARTS)
    else:
        ticks = log_ticks(low, high, MOST_TICKS)
    return {
        "title": {"text": "loss (nats)", "side": "right"},
        "thickness": 12,
        "outlinewidth": 0,
        "tickvals": [math.log10(loss) for loss in ticks],
        "ticktext": [f"{loss:.6g}" for loss in ticks],
    }


def _trajectory(index: int, name: str, trajectory: Trajectory) -> list[dict[str, Any]]:
    """Return a line with a dot at each step, a casing beneath it, and both of its ends above it."""
    style = LINES[index]
    line = {"color": style.color, "dash": style.dash, "width": 2.5}
    dots = {"symbol": "circle", "size": 5, "color": style.color, "line": EDGE}
    # sizes in a list would make the markers transparent
    ends = {"symbol": ["circle", "star"], "size": [12, 17], "color": style.color, "line": EDGE, "opacity": 1}
    shared = {"type": "scatter", "name": escape(name), "legendgroup": str(index)}
    every = shared | _steps(trajectory, slice(None))
    both = shared | _steps(trajectory, [0, -1])
    return [
        every | {"mode": "lines", "line": CASING, "showlegend": False, "hoverinfo": "skip"},
        every | {"mode": "lines+markers", "line": line, "marker": dots, "hovertemplate": STEP_HOVER},
        both | {"mode": "markers", "marker": ends, "showlegend": False, "hovertemplate": STEP_HOVER},
    ]


def _steps(trajectory: Trajectory, rows: slice | list[int]) -> dict[str, Any]:
    points = trajectory.points[rows]
    numbers = np.column_stack([trajectory.steps[rows], trajectory.losses[rows]])
    return {"x": points[:, 0], "y": points[:, 1], "customdata": numbers}
