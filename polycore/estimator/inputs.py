"""Points, labels and seeds as scikit-learn passes them, checked, with the words that its own checks read.

Several messages contain a phrase of scikit-learn's, because its checks of estimators search for it.
"""

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray

from polycore.checks import as_array, checked_whole_number
from polycore.errors import PolycoreError
from polycore.estimator import scikit_learn
from polycore.limits import MAX_COORDINATE, MAX_SEED
from polycore.network.features import DISTANCES

COLUMNS = 2  # x and y


def checked_points(X: Any) -> NDArray[np.float64]:
    """Return the points (N, 2) in an array, in rows or in a data frame; N is at least 1.

    Raises PolycoreError for anything but finite numbers in two columns.
    """
    if hasattr(X, "tocsr"):
        raise PolycoreError("X: got a sparse matrix; expected a dense array. Convert it with X.toarray().")
    array = _as_numbers(_as_array("X", X))
    if array.ndim != COLUMNS:
        raise PolycoreError(
            f"X: got shape {array.shape}; expected (N, 2), one row for each x, y. Reshape your data: "
            "one point is [[x, y]]."
        )
    _check_size(*array.shape)
    if not np.isfinite(array).all():
        raise PolycoreError("X: got NaN or infinity; expected finite numbers. Remove or replace those rows.")
    return array


def check_sizes(points: NDArray[np.float64]) -> None:
    """Raise PolycoreError unless the coordinates of points (N, 2) are within the limits of a PointSet."""
    largest = np.abs(points).max()
    if largest > MAX_COORDINATE:
        raise PolycoreError(
            f"X: got a number of size {largest:.3g}; expected at most {MAX_COORDINATE:g}. Scale the columns."
        )


def check_no_distances(features: object) -> None:
    """Raise PolycoreError if the distances to curves are among the features; Experiment checks all else."""
    if isinstance(features, list | tuple) and DISTANCES in features:
        raise PolycoreError(
            f"features: got {DISTANCES}; expected others: X and y are points with labels, which lie on no "
            "known curves. Leave it out."
        )


def checked_labels(y: Any) -> NDArray[Any]:
    """Return the labels (N,), numbers or texts.

    A column (N, 1) is flattened, with a warning. Raises PolycoreError for anything else, and for numbers that
    are not whole, which cannot be classes.
    """
    if y is None:
        raise PolycoreError("y: a classifier requires y to be passed, but the target y is None.")
    labels = _as_array("y", y)
    if labels.ndim == 2 and labels.shape[1] == 1:
        message = "A column-vector y was passed when a 1d array was expected. Give y.ravel()."
        warnings.warn(message, scikit_learn.conversion_warning(), stacklevel=3)
        labels = labels.ravel()
    if labels.ndim != 1:
        raise PolycoreError(f"y: got shape {labels.shape}; expected (N,), one label for each point.")
    if labels.dtype.kind == "f" and not (np.isfinite(labels) & (labels == np.floor(labels))).all():
        raise PolycoreError(
            "y: Unknown label type: continuous. Got numbers that are not whole; expected a class for each."
        )
    return labels


def check_lengths(points: NDArray[Any], labels: NDArray[Any]) -> None:
    """Raise PolycoreError unless there are as many labels (N,) as points, (N, 2) or their answers (N,)."""
    if len(points) != len(labels):
        raise PolycoreError(
            f"y: got inconsistent numbers of samples: {len(labels)} labels for {len(points)} points; "
            "expected one label for each point."
        )


def classes_in(labels: NDArray[Any]) -> tuple[NDArray[Any], NDArray[np.intp]]:
    """Return the different labels (K,), sorted, and for each label (N,) the index of its class.

    Raises PolycoreError if they cannot be sorted, as texts and numbers.
    """
    try:
        classes, indices = np.unique(labels, return_inverse=True)
    except TypeError as error:
        raise PolycoreError(
            f"y: Unknown label type: {error}. Expected numbers for all points, or texts for all."
        ) from error
    return classes, indices


def seed_of(random_state: object) -> int:
    """Return the seed of a run: a whole number itself, one that a NumPy generator draws, or for None any.

    Raises PolycoreError for anything else.
    """
    match random_state:
        case None:
            return int(np.random.default_rng().integers(MAX_SEED, endpoint=True))
        case np.random.RandomState():
            return int(random_state.randint(MAX_SEED + 1, dtype=np.int64))
        case np.random.Generator():
            return int(random_state.integers(MAX_SEED, endpoint=True))
        case _:
            return checked_whole_number("random_state", random_state, 0, MAX_SEED)


def feature_names_of(X: Any) -> NDArray[Any] | None:
    """Return the names of a data frame's columns, if all of them are texts; otherwise None."""
    columns = getattr(X, "columns", None)
    if columns is None or not all(isinstance(name, str) for name in columns):
        return None
    return np.asarray(columns, dtype=object)


def _check_size(rows: int, columns: int) -> None:
    if columns > COLUMNS:
        raise PolycoreError(f"X: got {columns} columns; expected two, x and y. Choose two of them.")
    if columns < COLUMNS:
        raise PolycoreError(
            f"X: got {columns} feature(s) (shape=({rows}, {columns})) while a minimum of {COLUMNS} is "
            "required. Give two columns, x and y."
        )
    if not rows:
        raise PolycoreError("X: got 0 sample(s) (shape=(0, 2)) while a minimum of 1 is required.")


def _as_array(name: str, values: Any) -> NDArray[Any]:
    array = as_array(name, values)
    if array.dtype.kind == "c":
        raise PolycoreError(f"{name}: Complex data not supported. Expected real numbers.")
    return array


def _as_numbers(array: NDArray[Any]) -> NDArray[np.float64]:
    try:
        return array.astype(np.float64)
    except (TypeError, ValueError) as error:
        raise PolycoreError(f"X: got a value that is not a number ({error}); expected numbers.") from error
