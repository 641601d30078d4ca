"""Limits of polynomials and networks, which let everything that trains be saved and read back."""

MIN_CLASSES, MAX_CLASSES = 2, 24
MAX_LAYERS = 8
MAX_WIDTH = 512
MAX_PARAMETERS = 524_288
MAX_PARAMETER_SIZE = 1e6

# Limits of points of the user's own.
MIN_POINTS, MAX_POINTS = 2, 20_000
MAX_COORDINATE = 1e6
MAX_NAME = 40  # characters of a class's name

# Limits of `Polynomial.parse` and of Experiment; a Polynomial created from numbers has none.
MAX_DEGREE = 12
MAX_COEFFICIENT = 1e6
MAX_TEXT = 200  # characters
MAX_NESTING = 20  # of parentheses
