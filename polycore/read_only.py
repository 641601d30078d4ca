"""What many share and none may change."""

from dataclasses import fields, is_dataclass
from typing import TypeVar

import numpy as np

T = TypeVar("T")


def read_only(value: T) -> T:
    """Return `value` itself, with every array in it made read-only.

    Looked through are tuples and the fields of dataclasses. For what a cache hands out again and again.
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
