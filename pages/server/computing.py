"""What computes for tabs, such as runs, by the ids that their sessions hold.

A session is a value, and what computes changes by itself. So a session holds its id, and the server what the
id stands for, as long as the id is anywhere: in the session of a tab, in what is kept for a refresh, or in a
way back that Undo offers.
"""

import secrets
import threading
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar
from weakref import WeakKeyDictionary

T = TypeVar("T")


@dataclass(frozen=True)
class Id(Generic[T]):
    """Stands for something that computes. A copy is equal, but does not keep it."""

    text: str = field(default_factory=lambda: secrets.token_hex(8))


class Computing:
    """What computes, by its id. Thread-safe.

    An entry is dropped with the last reference to its id, so what computes must not refer to its own id.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._by_id: WeakKeyDictionary[Id[Any], Any] = WeakKeyDictionary()

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._by_id)

    def add(self, what: T) -> Id[T]:
        """Keep `what` for as long as the id that this returns is held."""
        own: Id[T] = Id()
        with self._lock:
            self._by_id[own] = what
        return own

    def get(self, own: Id[T] | None) -> T | None:
        """Return what an id stands for; None for no id."""
        with self._lock:
            found: T | None = None if own is None else self._by_id.get(own)
        return found
