"""Text about a model, a run or an experiment: rows in two columns, and an experiment in one line."""

from collections.abc import Mapping

from polycore.experiment.experiment import Experiment
from polycore.links.link import to_query


def listing(rows: Mapping[str, str]) -> str:
    """Return a line for each row, with its name and its text in two columns."""
    width = max(map(len, rows))
    return "".join(f"{name:<{width}}  {text}\n" for name, text in rows.items())


def phrase(experiment: Experiment) -> str:
    """Return a summary of an experiment in one line of ASCII, with the values of a link."""
    words = to_query(experiment)
    parts = (
        f"{words['optimizer']} at {words['learning_rate']}, {words['schedule']}",
        f"hidden {words['hidden']}",
        "fresh points" if words["samples"] == "fresh" else f"{words['samples']} samples each",
        f"batch {words['batch']}",
        f"x from {words['range'].replace('..', ' to ')}",
        f"noise {words['noise']}",
        f"{experiment.steps:,} steps",
        f"seed {words['seed']}",
    )
    return "; ".join(parts)
