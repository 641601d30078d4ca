"""An experiment in a phrase, in the words of a link."""

from polycore.experiment import Experiment
from polycore.link import to_query


def phrase(experiment: Experiment) -> str:
    """Return what is most telling of an experiment, in one line of ASCII."""
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
