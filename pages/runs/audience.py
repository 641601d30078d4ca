"""Who is to be told that a run has changed."""

import threading
from typing import Protocol


class Listener(Protocol):
    """A viewer of a run. Its members are called from any thread, and must not block."""

    @property
    def is_watching(self) -> bool:
        """Whether anybody looks, so that pictures are worth their time."""

    def wake(self) -> None:
        """Note that the run has changed."""


class Audience:
    """The listeners of a run, and how often it has changed. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._listeners: tuple[Listener, ...] = ()
        self.version = 0

    @property
    def is_watching(self) -> bool:
        """Whether anybody looks."""
        return any(listener.is_watching for listener in self._listeners)

    def add(self, listener: Listener) -> None:
        """Wake `listener` at each change."""
        with self._lock:
            if listener not in self._listeners:
                self._listeners = (*self._listeners, listener)

    def remove(self, listener: Listener) -> None:
        """Let `listener` alone."""
        with self._lock:
            self._listeners = tuple(other for other in self._listeners if other is not listener)

    def announce(self) -> None:
        """Wake all: something that can be seen has changed."""
        with self._lock:
            self.version += 1
            listeners = self._listeners
        for listener in listeners:
            listener.wake()
