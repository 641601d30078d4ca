"""Names of the files that people take with them: what it is, the optimizer, and how many polynomials."""

from polycore import Experiment


def of(kind: str, experiment: Experiment) -> str:
    """Return a name without its ending, such as polycore-map-adam-12."""
    return f"polycore-{kind}-{experiment.optimizer}-{len(experiment.polynomials)}"
