"""About how much memory a value holds in arrays and in objects of type bytes."""

from collections import deque
from collections.abc import Mapping
from concurrent.futures import Executor
from typing import Any

import numpy as np

OWN = ("polycore.", "pages.")  # packages whose objects are looked into
_CONTAINERS = (tuple, list, set, frozenset, deque)


def array_bytes(value: object) -> int:
    """Return the bytes of all that `value` refers to, each counted once.

    What it shares with others, such as cached samples, counts too. Other threads may change it meanwhile.
    """
    total, seen, waiting = 0, set(), [value]
    while waiting:
        one = waiting.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        if isinstance(one, np.ndarray) and one.base is None:
            total += one.nbytes
        elif isinstance(one, bytes):
            total += len(one)
        else:
            waiting.extend(_parts_of(one))
    return total


def _parts_of(value: object) -> tuple[Any, ...]:
    if isinstance(value, np.ndarray):
        return (value.base,)
    if isinstance(value, Mapping):
        return tuple(value.values())
    if isinstance(value, _CONTAINERS):
        return tuple(value)
    is_own = type(value).__module__.startswith(OWN) and not isinstance(value, Executor | type)
    return tuple(vars(value).values()) if is_own and hasattr(value, "__dict__") else ()
