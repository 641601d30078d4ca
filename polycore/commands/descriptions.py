"""Text about a model, a run or an experiment: rows in two columns, and an experiment in one line."""

from collections.abc import Mapping
from functools import partial

from polycore.experiment.experiment import Experiment
from polycore.links import link


def listing(rows: Mapping[str, str]) -> str:
    """Return a line for each row, with its name and its text in two columns."""
    width = max(map(len, rows))
    return "".join(f"{name:<{width}}  {text}\n" for name, text in rows.items())


def phrase(experiment: Experiment) -> str:
    """Return a summary of an experiment in one line of ASCII, with the values of a link."""
    words = partial(link.written, experiment)
    if experiment.data is None:
        samples = words("samples")
        points = "fresh points" if samples == "fresh" else f"{samples} samples each"
        plane = [f"x from {words('range').replace('..', ' to ')}", f"noise {words('noise')}"]
    else:
        points = f"{len(experiment.data):,} own points in {experiment.data.class_count} classes"
        plane = []
    parts = (
        f"{words('optimizer')} at {words('learning_rate')}, {words('schedule')}",
        f"hidden {words('hidden')}",
        points,
        f"batch {words('batch')}",
        *plane,
        f"{experiment.steps:,} steps",
        f"seed {words('seed')}",
    )
    return "; ".join(parts)
