"""What a run costs to compute, roughly, before it is computed."""

from polycore import Experiment
from polycore.experiment.experiment import MEASURED_PER_CLASS
from polycore.optimizers.registry import OPTIMIZERS

# Fitted to runs with one BLAS thread on an AMD EPYC core: within a factor of two of what
# `python3 run.py benchmarks growth` measures there.
STEP_SECONDS, SEARCH_STEP_SECONDS = 50e-6, 15e-6  # beside all arithmetic
PRODUCTS_A_SECOND, WHOLE_PRODUCTS_A_SECOND = 35e9, 16e9  # multiply-adds in float32 and in float64
ACTIVATION_SECONDS = 1e-9  # of one neuron for one point
DIRECTION_SECONDS = 10e-9  # a random number for a weight
PASSES = 3  # forward, back to the weights, back to the layers
LINE_SEARCH = 1.3  # times the loss is asked for in a step of L-BFGS


def seconds_of(experiment: Experiment) -> float:
    """Return the seconds that one core needs for all steps of a run, roughly."""
    return experiment.steps * _step_seconds(experiment)


def _step_seconds(experiment: Experiment) -> float:
    points, whole = _points(experiment)
    activations = ACTIVATION_SECONDS * points * sum(experiment.widths[1:])
    products = points * experiment.parameter_count
    if not OPTIMIZERS[experiment.optimizer].needs_gradient:
        drawn = DIRECTION_SECONDS * experiment.parameter_count
        return SEARCH_STEP_SECONDS + drawn + activations / 2 + products / PRODUCTS_A_SECOND
    rate = WHOLE_PRODUCTS_A_SECOND if whole else PRODUCTS_A_SECOND
    seconds = STEP_SECONDS + activations + PASSES * products / rate
    return LINE_SEARCH * seconds if OPTIMIZERS[experiment.optimizer].needs_full_batch else seconds


def _points(experiment: Experiment) -> tuple[int, bool]:
    """Return how many points a step looks at, and whether they are the whole training set."""
    classes = len(experiment.polynomials)
    if experiment.samples_per_class is None:
        return experiment.batch_size or MEASURED_PER_CLASS * classes, False
    samples = experiment.samples_per_class * classes
    batch = experiment.batch_size or samples
    return min(batch, samples), batch >= samples
