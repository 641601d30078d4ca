"""The report's plots: transparent SVG in colors that are readable on light and on dark pages."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks import growth
from benchmarks.speed import PROCESSOR, of_kind
from benchmarks.timing import Spread
from polycore.pictures.palette import PALETTE

INK = "#80868f"  # at least 3.6:1 on white and 5:1 on the dark page
STYLE: dict[Any, Any] = {
    "svg.hashsalt": "polycore",  # the same names in the file each time
    "svg.fonttype": "none",  # text stays text
    "font.family": "sans-serif",
    "font.size": 10,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "legend.frameon": False,
    "figure.constrained_layout.use": True,
}
COLORS = {
    "polycore": PALETTE[10].color,
    "PyTorch": PALETTE[5].color,
    "scikit-learn": PALETTE[1].color,
    "JAX": PALETTE[3].color,
}
DASHES: dict[str, Any] = {
    "polycore": "-",
    "polycore, points as the peers'": "-.",
    "PyTorch": "--",
    "scikit-learn": ":",
    "JAX": (0, (8, 3)),
    "PyTorch, polycore's points": (0, (1, 3)),
    "JAX, polycore's points": (0, (3, 2, 1, 2, 1, 2)),
}
GROUP_MARKERS = {"width": "o", "layers": "s", "classes": "D", "samples": "^", "points": "x"}

Result = dict[str, Any]


def accuracy_plot(result: Result, file: Path) -> None:
    """Draw the share of wrong answers over processor time: the mean, and the range over the seeds."""
    with _axes(file) as axes:
        for name in result["series"]:
            _draw_errors(axes, result, name)
        axes.set(xscale="log", yscale="log", xlabel="processor time, s", ylabel="held-out points wrong, %")
        axes.set_xticks(result["budgets"], [f"{budget:g}" for budget in result["budgets"]])
        axes.xaxis.minorticks_off()
        axes.yaxis.set_major_formatter("{x:g}")
        axes.yaxis.set_minor_formatter("{x:g}")
        axes.legend()


def _draw_errors(axes: Any, result: Result, name: str) -> None:
    seconds, means, lows, highs = [], [], [], []
    for budget in result["budgets"]:
        answers = [answer for answer in result["series"][name] if answer["budget"] == budget]
        if not answers:
            continue
        errors = [100 * (1 - answer["accuracy"]) for answer in answers]
        seconds.append(Spread.of([answer["seconds"] for answer in answers]).median)
        means.append(sum(errors) / len(errors))
        lows.append(min(errors))
        highs.append(max(errors))
    axes.plot(seconds, means, linestyle=DASHES[name], marker="o", color=_color(name), label=name)
    axes.fill_between(seconds, lows, highs, color=_color(name), alpha=0.25, linewidth=0)


def adam_plot(result: Result, file: Path) -> None:
    """Draw a bar of steps per second for each contender, with the range of its rounds."""
    series = of_kind(result["series"], PROCESSOR)
    names = sorted(series, key=lambda name: Spread.of(series[name]).median)
    spreads = [Spread.of(series[name]) for name in names]
    medians = [spread.median for spread in spreads]
    errors = [
        [spread.median - spread.lowest for spread in spreads],
        [spread.highest - spread.median for spread in spreads],
    ]
    with _axes(file, height=0.7 + 0.27 * len(names)) as axes:
        axes.barh(names, medians, xerr=errors, color=[_color(name) for name in names], ecolor=INK)
        axes.set_xlabel("steps per second of processor time")


def _color(name: str) -> str:
    return next(color for who, color in COLORS.items() if name.startswith(who))


def growth_plot(result: Result, file: Path) -> None:
    """Draw the time for a million multiply-adds over the work of a step or a call."""
    with _axes(file) as axes:
        for index, (group, marker) in enumerate(GROUP_MARKERS.items()):
            rows = growth.rows_of(result, group)
            axes.plot(
                [row["work"] / 1e6 for row in rows],
                [growth.microseconds_a_million(row) for row in rows],
                marker=marker,
                color=PALETTE[(10, 5, 1, 3, 4)[index]].color,
                label=growth.GROUPS[group][0],
            )
        axes.set(xscale="log", yscale="log", xlabel="multiply-adds, millions", ylabel="µs for a million")
        axes.xaxis.set_major_formatter("{x:g}")
        axes.yaxis.set_major_formatter("{x:g}")
        axes.legend()


@contextmanager
def _axes(file: Path, height: float = 4.0) -> Iterator[Any]:
    """Yield axes, then write them to `file`. The same drawing gives the same bytes."""
    import matplotlib as mpl

    mpl.use("svg")
    from matplotlib import pyplot as plt

    with mpl.rc_context(STYLE):
        figure, axes = plt.subplots(figsize=(7.5, height))
        yield axes
        figure.savefig(file, transparent=True, metadata={"Date": None, "Creator": None})
        plt.close(figure)


PLOTS: dict[str, Callable[[Result, Path], None]] = {
    "accuracy": accuracy_plot,
    "adam": adam_plot,
    "growth": growth_plot,
}
