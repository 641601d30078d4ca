"""Types of arrays, and arrays that nobody may change."""

from dataclasses import fields, is_dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]
Integers = NDArray[np.integer[Any]]

T = TypeVar("T")


def read_only(value: T) -> T:
    """Return `value` itself, with every array in it made read-only.

    Tuples and the fields of dataclasses are searched too. For values that a cache returns again and again.
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
