"""Limits of polynomials, networks and settings: they let everything that trains be saved and read back."""

MIN_CLASSES, MAX_CLASSES = 2, 24
MAX_LAYERS = 8
MAX_WIDTH = 512
MAX_PARAMETERS = 524_288
MAX_PARAMETER_SIZE = 1e6

# Limits of points of the user's own.
MIN_POINTS, MAX_POINTS = 2, 20_000
MAX_COORDINATE = 1e6
MAX_NAME = 40  # characters of a class's name

# Limits of `Polynomial.parse` and of Experiment; they do not apply to a Polynomial created from numbers.
MAX_DEGREE = 12
MAX_COEFFICIENT = 1e6
MAX_TEXT = 200  # characters
MAX_NESTING = 20  # of parentheses

# Limits of the settings of an Experiment.
MAX_SAMPLES_PER_CLASS = 100_000
MAX_SAMPLES = 1_000_000
MAX_BATCH_SIZE = 100_000
MAX_STEPS = 100_000_000
MAX_SEED = 2**32 - 1
MAX_X = 1000.0
LEAST_HELD_OUT, MOST_HELD_OUT = 0.05, 0.5
