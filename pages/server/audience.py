"""The listeners of a run or a job, which learn that it has changed."""

import threading
from typing import Protocol
from weakref import ReferenceType, ref


class Listener(Protocol):
    """A viewer. Its members are called from any thread, and must not block."""

    @property
    def is_watching(self) -> bool:
        """Whether anybody looks, so that pictures are worth their time."""

    def wake(self, *, at_once: bool = False) -> None:
        """Note that what it listens to has changed, `at_once` if somebody waits for it."""


class Audience:
    """The listeners of something, and how often that has changed. Thread-safe.

    It refers to them weakly: a run that is remembered keeps none of a session that has gone.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._references: tuple[ReferenceType[Listener], ...] = ()
        self.version = 0

    @property
    def listeners(self) -> tuple[Listener, ...]:
        """Those who are still there."""
        return tuple(listener for reference in self._references if (listener := reference()) is not None)

    @property
    def is_watching(self) -> bool:
        """Whether anybody looks."""
        return any(listener.is_watching for listener in self.listeners)

    def add(self, listener: Listener) -> None:
        """Wake `listener` at each change."""
        with self._lock:
            others = (other for other in self.listeners if other is not listener)
            self._references = (*map(ref, others), ref(listener))

    def remove(self, listener: Listener) -> None:
        """Let `listener` alone."""
        with self._lock:
            self._references = tuple(ref(other) for other in self.listeners if other is not listener)

    def announce(self, *, at_once: bool = False) -> None:
        """Wake all: something that can be seen has changed. `at_once`: somebody waits for it."""
        with self._lock:
            self.version += 1
        for listener in self.listeners:
            listener.wake(at_once=at_once)
