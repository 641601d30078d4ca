"""Fixed samples, all of them every step: what L-BFGS asks of a set-up."""

from dataclasses import replace

from polycore.experiment.experiment import MEASURED_PER_CLASS, Experiment


def fitted(experiment: Experiment) -> Experiment:
    """Return the experiment on fixed samples, all of them every step, whatever its optimizer is."""
    per_class = experiment.samples_per_class or MEASURED_PER_CLASS
    return replace(experiment, samples_per_class=per_class, batch_size=None)
