"""Types of arrays, arrays within values, evenly spaced indices, the points of a grid, and blocks of rows."""

from collections.abc import Iterator
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


def by_fields(value: Any) -> tuple[type, tuple[Any, ...]]:
    """Return a dataclass's class and fields, from which pickle is to construct it: its `__reduce__`.

    Arrays that are unpickled are writeable, unless a value is constructed again; and what has been computed
    from the fields is not worth sending.
    """
    return type(value), tuple(getattr(value, field.name) for field in fields(value))


def evenly(count: int, limit: int) -> Integers:
    """Return at most `limit` of the indices below `count`, evenly spaced from first to last."""
    return np.linspace(0, count - 1, min(count, limit)).round().astype(np.int64)


def grid_points(x: Floats, y: Floats) -> Floats:
    """Return the points (len(y)·len(x), 2) of a grid, row by row from the first y."""
    return np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)


def blocks(count: int, size: int) -> Iterator[slice]:
    """Yield slices of `size` rows each that cover `count` rows; the last may reach beyond them."""
    return (slice(start, start + size) for start in range(0, count, size))
