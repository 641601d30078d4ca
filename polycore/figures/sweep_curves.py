"""A sweep in one figure: what each run reached, and what it cost."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import plotly.graph_objects as go

from polycore.figures import alternative_text
from polycore.figures.palette import PALETTE
from polycore.figures.progress import bound
from polycore.figures.style import LEGEND_ABOVE, Floats, axis, escape, new_figure
from polycore.formatting import percent

HOVER = "%{y:.2f} % in %{x:.3~g} s"
MOST_NAMED = 6  # in the legend: more names would leave no room for the marks on a phone
WIDE = 10.0  # from here on between the cheapest run and the dearest, costs are shown on a log scale
LEAST_SPAN = 1.0  # per cent that the accuracy's axis shows: less would make much of chance
MARGIN = 0.08  # of what is spanned, below the lowest
ROOM = 0.2  # of what is spanned, above the highest: for the label of the best possible


class Group(NamedTuple):
    """A setting's name, and of each of its runs the seconds and the held-out accuracy as a share: (R,)."""

    name: str
    seconds: Floats
    accuracies: Floats


def sweep_figure(groups: Sequence[Group], best_possible: float) -> go.Figure:
    """Return held-out accuracies in per cent over seconds of computing: a mark a run, a look a group.

    At most as many groups as PALETTE has; a group has the look of its place there, and its number, from 1,
    stands before its name, or where the groups are many alone: a pointer shows the name. One without runs is
    left out. A line tells the best accuracy possible, a share.
    """
    shown = [(place, group) for place, group in enumerate(groups) if len(group.seconds)]
    named = len(groups) <= MOST_NAMED
    alt = alternative_text.sweep([(_name(place, group), *group[1:]) for place, group in shown], best_possible)
    low, high = _range([*(share for _, group in shown for share in group.accuracies), best_possible])
    return new_figure(
        [_marks(place, group) | ({} if named else {"name": str(place + 1)}) for place, group in shown],
        alt,
        xaxis=axis("computing (s)") | _scale([second for _, group in shown for second in group.seconds]),
        yaxis=axis("held-out accuracy (%)") | {"range": [low, high], "nticks": 6},
        legend=LEGEND_ABOVE,
        showlegend=True,
        shapes=[bound(100 * best_possible, f"best possible {escape(percent(best_possible))}")],
    )


def _marks(place: int, group: Group) -> dict[str, Any]:
    look = PALETTE[place]
    return {
        "type": "scatter",
        "mode": "markers",
        "name": escape(_name(place, group)),
        "x": group.seconds,
        "y": 100 * group.accuracies,
        "marker": {"color": look.color, "symbol": look.symbol, "size": 11, "opacity": 0.85},
        "hovertemplate": f"{HOVER}<extra>{escape(_name(place, group))}</extra>",
    }


def _name(place: int, group: Group) -> str:
    return f"{place + 1} · {group.name}"


def _range(shares: Sequence[float]) -> tuple[float, float]:
    """Return the ends of an axis in per cent that shows all shares near to each other."""
    high = 100 * max(shares)
    low = min(100 * min(shares), high - LEAST_SPAN)
    return low - MARGIN * (high - low), high + ROOM * (high - low)


def _scale(seconds: Sequence[float]) -> dict[str, Any]:
    if seconds and max(seconds) >= WIDE * min(seconds) > 0:
        return {"type": "log", "dtick": "D2", "tickformat": ".5~g"}
    return {"rangemode": "tozero", "tickformat": ".5~g"}
