"""The figure of a sweep: the accuracy and the cost of each run."""

import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from polycore.arrays import Floats
from polycore.figures import alternative_text
from polycore.figures.progress import bound
from polycore.figures.style import LEGEND_ABOVE, Figure, axis, escape, new_figure
from polycore.formatting import percent
from polycore.pictures.palette import PALETTE
from polycore.pictures.ticks import log_ticks, tick_text

HOVER = "%{customdata:.2f} % in %{x:.3~g} s"
MAX_NAMED = 6  # groups named in the legend: more would leave no room for the markers on a phone
WIDE = (
    10.0  # ratio of the highest cost, or share of mistakes, to the lowest from which a scale is logarithmic
)
MIN_SPAN = 1.0  # percent: on a shorter axis, chance would look like a difference
MIN_SPAN_OF_COSTS = 0.25  # of the highest cost, for the same reason
MARGIN = 0.08  # of the span, below the lowest accuracy and around the costs
ROOM = 0.2  # of the span, above the highest: for the label of the best possible
TITLE = "accuracy on new points (%)"


class Group(NamedTuple):
    """A setting's name, and the seconds and held-out accuracies (shares) of its R runs, each (R,)."""

    name: str
    seconds: Floats
    accuracies: Floats


def sweep_figure(groups: Sequence[Group], best_possible: float | None) -> Figure:
    """Return held-out accuracies in percent over seconds of computing, with a marker for each run.

    Both scales are chosen so that the runs spread. If one run makes ten times the mistakes of another, those
    of accuracy are set apart by the logarithm of the share of mistakes: 90, 99 and 99.9 % are equally far
    from each other. So is the scale of costs if they differ by ten.

    The legend has the number of each group, from 1, and its name; if the groups are many, the number alone,
    and the name on hover.

    Parameters
    ----------
    groups
        At most as many as PALETTE has styles; each has the style of its index. A group without runs is
        left out.
    best_possible
        A share, shown as a line; None for no line.
    """
    shown = [(index, group) for index, group in enumerate(groups) if len(group.seconds)]
    named = len(groups) <= MAX_NAMED
    alt = alternative_text.sweep([(_name(index, group), *group[1:]) for index, group in shown], best_possible)
    possible = np.array([] if best_possible is None else [best_possible])
    scale = _scale_of([group.accuracies for _, group in shown], possible)
    line: dict[str, Any] = {}
    if best_possible is not None:
        height = float(scale.heights(possible)[0])
        line["shapes"] = [bound(height, f"best possible {escape(percent(best_possible))}")]
    return new_figure(
        [
            _markers(index, group, scale.heights(group.accuracies))
            | ({} if named else {"name": str(index + 1)})
            for index, group in shown
        ],
        alt,
        xaxis=axis("computing time (s)")
        | _cost_axis([second for _, group in shown for second in group.seconds]),
        yaxis=scale.axis,
        legend=LEGEND_ABOVE,
        showlegend=True,
        **line,
    )


def _markers(index: int, group: Group, heights: Floats) -> dict[str, Any]:
    style = PALETTE[index]
    return {
        "type": "scatter",
        "mode": "markers",
        "name": escape(_name(index, group)),
        "x": group.seconds,
        "y": heights,
        "customdata": 100 * group.accuracies,
        "marker": {"color": style.color, "symbol": style.symbol, "size": 11, "opacity": 0.85},
        "hovertemplate": f"{HOVER}<extra>{escape(_name(index, group))}</extra>",
    }


def _name(index: int, group: Group) -> str:
    return f"{index + 1} · {group.name}"


class _Scale(NamedTuple):
    """A scale of accuracies: how high each share is, and the axis that says so."""

    heights: Callable[[Floats], Floats]
    axis: dict[str, Any]


def _scale_of(accuracies: Sequence[Floats], possible: Floats) -> _Scale:
    mistakes = 1 - np.concatenate([*accuracies, possible])
    # no logarithm has a place for no mistakes: they are set as far above the fewest as half of those
    floor = mistakes[mistakes > 0].min(initial=1.0) / 2 if (mistakes <= 0).any() else 0.0
    of_runs = np.maximum(1 - np.concatenate([*accuracies, np.array([])]), floor)
    if len(of_runs) and of_runs.max() >= WIDE * of_runs.min() > 0:
        return _scale_of_mistakes(np.maximum(mistakes, floor), floor)
    percents = (100 * (1 - mistakes)).tolist()
    high = max(percents, default=100.0)
    low = min(min(percents, default=100.0), high - MIN_SPAN)
    ends = [low - MARGIN * (high - low), high + ROOM * (high - low)]
    return _Scale(lambda shares: 100 * shares, axis(TITLE) | {"range": ends, "nticks": 6})


def _scale_of_mistakes(mistakes: Floats, floor: float) -> _Scale:
    def heights(shares: Floats) -> Floats:
        set_high: Floats = -np.log10(np.maximum(1 - shares, floor))
        return set_high

    lowest, highest = -np.log10(mistakes.max()), -np.log10(mistakes.min())
    span = highest - lowest
    shares = log_ticks(10 ** -(highest + MARGIN * span), 10 ** -(lowest - MARGIN * span))
    ticks = {-math.log10(share): tick_text(float(f"{100 * (1 - share):.12g}")) for share in shares}
    if floor:  # there are no fewer mistakes than none
        ticks = {at: text for at, text in ticks.items() if at < highest - MARGIN * span} | {highest: "100"}
    return _Scale(
        heights,
        axis(f"{TITLE}, log scale of mistakes")
        | {
            "range": [lowest - MARGIN * span, highest + ROOM * span],
            "tickvals": list(ticks),
            "ticktext": list(ticks.values()),
        },
    )


def _cost_axis(seconds: Sequence[float]) -> dict[str, Any]:
    """Return an axis that fits the costs closely, but spans enough to show which are nearly the same."""
    least, most = min(seconds, default=0.0), max(seconds, default=0.0)
    if most <= 0:
        return {"rangemode": "tozero"}
    if most >= WIDE * least > 0:
        margin = MARGIN * math.log10(most / least)
        ends = [math.log10(least) - margin, math.log10(most) + margin]
        ticks = log_ticks(10 ** ends[0], 10 ** ends[1])
        return {"type": "log", "range": ends, "tickvals": ticks, "ticktext": list(map(tick_text, ticks))}
    span = max(most - least, MIN_SPAN_OF_COSTS * most)
    middle = (least + most) / 2
    half = (0.5 + MARGIN) * span
    return {"range": [max(0.0, middle - half), middle + half], "tickformat": ".5~g"}
