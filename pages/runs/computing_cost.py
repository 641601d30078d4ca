"""An estimate of a run's computing time, before it is computed."""

from polycore import Experiment
from polycore.optimizers.registry import OPTIMIZERS

# Fitted to runs with one BLAS thread on an AMD EPYC core: within a factor of two of what
# `python3 run.py benchmarks growth` measures there.
STEP_SECONDS, SEARCH_STEP_SECONDS = 50e-6, 15e-6  # overhead of a step, without its arithmetic
FLOAT32_PRODUCTS_PER_SECOND, FLOAT64_PRODUCTS_PER_SECOND = 35e9, 16e9  # multiply-adds
ACTIVATION_SECONDS = 1e-9  # of one neuron for one point
DROPOUT_SECONDS = 14e-9  # of one neuron for one point: a random number, and the mask
DIRECTION_SECONDS = 10e-9  # one random number, for one weight
PASSES = 3  # forward, back to the weights, back to the layers
LINE_SEARCH = 1.3  # evaluations of the loss in a step of L-BFGS


def seconds_of(experiment: Experiment) -> float:
    """Return roughly how many seconds one core needs for all steps of a run."""
    return experiment.steps * _step_seconds(experiment)


def _step_seconds(experiment: Experiment) -> float:
    points, full_batch = _points(experiment)
    activations = ACTIVATION_SECONDS * points * sum(experiment.widths[1:])
    products = points * experiment.parameter_count
    if not OPTIMIZERS[experiment.optimizer].needs_gradient:
        direction = DIRECTION_SECONDS * experiment.parameter_count
        return SEARCH_STEP_SECONDS + direction + activations / 2 + products / FLOAT32_PRODUCTS_PER_SECOND
    rate = FLOAT64_PRODUCTS_PER_SECOND if full_batch else FLOAT32_PRODUCTS_PER_SECOND
    dropped = DROPOUT_SECONDS * points * sum(experiment.hidden) if experiment.dropout else 0.0
    seconds = STEP_SECONDS + activations + dropped + PASSES * products / rate
    return LINE_SEARCH * seconds if OPTIMIZERS[experiment.optimizer].needs_full_batch else seconds


def _points(experiment: Experiment) -> tuple[int, bool]:
    """Return the number of points in a step's batch, and whether they are the whole training set."""
    samples = experiment.sample_count
    if samples is None:
        return experiment.batch_size or experiment.measured_count, False
    batch = experiment.batch_size or samples
    return min(batch, samples), batch >= samples
