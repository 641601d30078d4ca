"""Text about a model, a run or an experiment: rows in two columns, and an experiment in one line."""

from collections.abc import Mapping

from polycore.experiment.experiment import Experiment
from polycore.links.link import settings_to_query
from polycore.points.point_set import PointSet


def listing(rows: Mapping[str, str]) -> str:
    """Return a line for each row, with its name and its text in two columns."""
    width = max(map(len, rows))
    return "".join(f"{name:<{width}}  {text}\n" for name, text in rows.items())


def phrase(experiment: Experiment) -> str:
    """Return a summary of an experiment in one line of ASCII, with the values of a link."""
    words = settings_to_query(experiment)
    parts = (
        f"{words['optimizer']} at {words['learning_rate']}, {words['schedule']}",
        f"hidden {words['hidden']}",
        _samples(words) if experiment.data is None else _points(experiment.data),
        f"batch {words['batch']}",
        *(_plane(words) if experiment.data is None else ()),
        f"{experiment.steps:,} steps",
        f"seed {words['seed']}",
    )
    return "; ".join(parts)


def _samples(words: Mapping[str, str]) -> str:
    return "fresh points" if words["samples"] == "fresh" else f"{words['samples']} samples each"


def _plane(words: Mapping[str, str]) -> tuple[str, str]:
    return f"x from {words['range'].replace('..', ' to ')}", f"noise {words['noise']}"


def _points(data: PointSet) -> str:
    return f"{len(data):,} own points in {data.class_count} classes"
