"""Types of arrays, read-only arrays, and evenly spaced indices."""

from dataclasses import fields, is_dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]
Integers = NDArray[np.integer[Any]]

T = TypeVar("T")


def read_only(value: T) -> T:
    """Return `value` itself, after making every array in it read-only, also in tuples and dataclasses.

    For values that a cache returns repeatedly.
    """
    if isinstance(value, np.ndarray):
        value.setflags(write=False)
    elif isinstance(value, tuple):
        for part in value:
            read_only(part)
    elif is_dataclass(value):
        for field in fields(value):
            read_only(getattr(value, field.name))
    return value


def evenly(count: int, limit: int) -> Integers:
    """Return at most `limit` of the indices below `count`, evenly spaced from first to last."""
    return np.linspace(0, count - 1, min(count, limit)).round().astype(np.int64)
