"""Names of the files that users download: kind, optimizer and number of classes."""

from polycore import Experiment


def of(kind: str, experiment: Experiment) -> str:
    """Return a file name without its suffix, such as polycore-map-adam-12."""
    return f"polycore-{kind}-{experiment.optimizer}-{experiment.class_count}"
