"""Whose page is drawn: a few pages at once; the others wait in the order in which they came."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

# On a busy machine the median of a hundred first maps was 10 s with one page at a time, 7 with two, 4 to 5
# with four, 7 with eight, and 10 with sixteen.
AT_ONCE = 4
PATIENCE = 2.0  # seconds


class DrawingQueue:
    """The places of threads that draw pages. Every member is thread-safe.

    A place that is given back goes to the thread that has waited longest, so none gets two while another
    waits for one.
    """

    def __init__(self, at_once: int = AT_ONCE, patience: float = PATIENCE) -> None:
        """After `patience` seconds in the queue a page is drawn beside those that have a place."""
        self._at_once, self._patience = at_once, patience
        self._lock = threading.Lock()
        self._drawing: set[int] = set()  # threads that have a place
        self._waiting: dict[int, threading.Event] = {}  # in the order in which they came

    @property
    def drawing(self) -> int:
        """How many threads have a place."""
        return len(self._drawing)

    @property
    def waiting(self) -> int:
        """How many threads wait for one."""
        return len(self._waiting)

    @contextmanager
    def place(self) -> Iterator[None]:
        """Wait for a place, and hold it meanwhile."""
        self._take()
        try:
            yield
        finally:
            self._give_back()

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Let another thread have this one's place, if it has one, and wait for a place at the end."""
        had_place = self._give_back()
        try:
            yield
        finally:
            if had_place:
                self._take()

    def _take(self) -> None:
        thread, place_came = threading.get_ident(), threading.Event()
        with self._lock:
            if len(self._drawing) < self._at_once:  # then nobody waits
                self._drawing.add(thread)
                return
            self._waiting[thread] = place_came
        place_came.wait(self._patience)
        with self._lock:
            self._waiting.pop(thread, None)

    def _give_back(self) -> bool:
        """Hand this thread's place to the first that waits; return whether it had one."""
        thread = threading.get_ident()
        with self._lock:
            if thread not in self._drawing:
                return False
            self._drawing.remove(thread)
            if self._waiting:
                first = next(iter(self._waiting))
                self._drawing.add(first)
                self._waiting.pop(first).set()
            return True
