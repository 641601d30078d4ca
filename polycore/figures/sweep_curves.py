"""The figure of a sweep: the accuracy and the cost of each run."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import plotly.graph_objects as go

from polycore.arrays import Floats
from polycore.figures import alternative_text
from polycore.figures.progress import bound
from polycore.figures.style import LEGEND_ABOVE, axis, escape, new_figure
from polycore.formatting import percent
from polycore.pictures.palette import PALETTE

HOVER = "%{y:.2f} % in %{x:.3~g} s"
MAX_NAMED = 6  # groups named in the legend: more would leave no room for the markers on a phone
WIDE = 10.0  # ratio of the highest cost to the lowest from which the scale is logarithmic
MIN_SPAN = 1.0  # percent: on a shorter axis, chance would look like a difference
MARGIN = 0.08  # of the span, below the lowest accuracy
ROOM = 0.2  # of the span, above the highest: for the label of the best possible


class Group(NamedTuple):
    """A setting's name, and the seconds and held-out accuracies (shares) of its R runs, each (R,)."""

    name: str
    seconds: Floats
    accuracies: Floats


def sweep_figure(groups: Sequence[Group], best_possible: float | None) -> go.Figure:
    """Return held-out accuracies in percent over seconds of computing, with a marker for each run.

    The legend has the number of each group, from 1, and its name; if the groups are many, the number alone,
    and the name on hover.

    Parameters
    ----------
    groups
        At most as many as PALETTE has looks; each has the look of its index there. A group without runs is
        left out.
    best_possible
        A share, shown as a line; None for no line.
    """
    shown = [(index, group) for index, group in enumerate(groups) if len(group.seconds)]
    named = len(groups) <= MAX_NAMED
    alt = alternative_text.sweep([(_name(index, group), *group[1:]) for index, group in shown], best_possible)
    possible = [] if best_possible is None else [best_possible]
    low, high = _range([*(share for _, group in shown for share in group.accuracies), *possible])
    return new_figure(
        [_markers(index, group) | ({} if named else {"name": str(index + 1)}) for index, group in shown],
        alt,
        xaxis=axis("computing time (s)") | _scale([second for _, group in shown for second in group.seconds]),
        yaxis=axis("held-out accuracy (%)") | {"range": [low, high], "nticks": 6},
        legend=LEGEND_ABOVE,
        showlegend=True,
        shapes=[bound(100 * share, f"best possible {escape(percent(share))}") for share in possible],
    )


def _markers(index: int, group: Group) -> dict[str, Any]:
    look = PALETTE[index]
    return {
        "type": "scatter",
        "mode": "markers",
        "name": escape(_name(index, group)),
        "x": group.seconds,
        "y": 100 * group.accuracies,
        "marker": {"color": look.color, "symbol": look.symbol, "size": 11, "opacity": 0.85},
        "hovertemplate": f"{HOVER}<extra>{escape(_name(index, group))}</extra>",
    }


def _name(index: int, group: Group) -> str:
    return f"{index + 1} · {group.name}"


def _range(shares: Sequence[float]) -> tuple[float, float]:
    """Return the ends of an axis in percent that fits the shares closely."""
    high = 100 * max(shares)
    low = min(100 * min(shares), high - MIN_SPAN)
    return low - MARGIN * (high - low), high + ROOM * (high - low)


def _scale(seconds: Sequence[float]) -> dict[str, Any]:
    if seconds and max(seconds) >= WIDE * min(seconds) > 0:
        return {"type": "log", "dtick": "D2", "tickformat": ".5~g"}
    return {"rangemode": "tozero", "tickformat": ".5~g"}
