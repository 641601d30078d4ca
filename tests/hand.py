"""An executor that a test works by hand."""

import queue
from concurrent.futures import Executor, Future
from threading import Lock
from typing import Any

from polycore import Run
from polycore.workers.chunk import Chunk


class Hand(Executor):
    """Computes nothing: each chunk is pending until the test delivers its run."""

    def __init__(self) -> None:
        self._pending: queue.Queue[Future[Chunk]] = queue.Queue()
        self._lock, self._is_closed = Lock(), False

    def submit(self, *_: Any) -> Any:  # type: ignore[override]  # a run asks for chunks alone
        """Return the future of a chunk."""
        future: Future[Chunk] = Future()
        with self._lock:
            if self._is_closed:
                future.cancel()
            else:
                self._pending.put(future)
        return future

    def close(self) -> None:
        """Cancel what is pending, and what is asked for from now on, so that no thread waits for it."""
        with self._lock:
            self._is_closed = True
            while not self._pending.empty():
                self._pending.get().cancel()

    def deliver(self, run: Run) -> None:
        """Answer the oldest pending chunk with `run`, as if it had taken 0.1 s. Wait up to 20 s for one."""
        self._pending.get(timeout=20).set_result(Chunk(run, seconds=0.1, computing=0.1))
