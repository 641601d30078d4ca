"""Results that several sessions want: each is computed once, and kept as long as there is room.

Only what depends on its key alone may be asked for by it, so that it does not matter who asked first.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Any, Generic, TypeVar
from weakref import WeakValueDictionary

from pages.server.array_bytes import array_bytes

MOST_BYTES = 64 * 2**20

T = TypeVar("T")


class Origin:
    """What stands for some values in the keys of results; see `SharedResults.origin`."""


class Request(Generic[T]):
    """One session's request for a result. `future` is shared with the others who want it."""

    def __init__(self, future: "Future[T]", leave: Callable[[], object]) -> None:
        """`leave` is what `Request.leave` does."""
        self.future = future
        self._leave = leave

    def leave(self) -> None:
        """Withdraw the request. Call it once; the computation is cancelled if no other session wants it."""
        self._leave()


class _Computation:
    """A computation under way, and how many want its result. Its members are used under a lock."""

    def __init__(self) -> None:
        self.result: Future[Any] = Future()
        self.work: Future[Any] | None = None
        self.wanted_by = 0


class SharedResults:
    """Results by their keys; the least recently used make room for new ones. Thread-safe.

    hits, misses: how many results somebody got that were there or under way for others, and how many had to
        be computed.
    bytes: about how much memory the kept results take.
    """

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self.most_bytes = most_bytes
        self.hits = self.misses = 0
        self._lock = threading.RLock()  # a computation that is cancelled under it ends under it
        self._kept: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()
        self._under_way: dict[Hashable, _Computation] = {}
        self._origins: WeakValueDictionary[Hashable, Origin] = WeakValueDictionary()
        self.bytes = 0

    def origin(self, *values: Hashable) -> Origin:
        """Return what stands for these values in keys: the same object for equal values, while anyone has it.

        A look by an experiment itself takes 4 us, most of them for its hash, and a class that trains the same
        looks for thousands of results a second.
        """
        with self._lock:
            return self._origins.setdefault(values, Origin())

    def used(self, key: Hashable) -> Any | None:
        """Return a result that is kept and count it as a hit, or None."""
        with self._lock:
            result = self.kept(key)
            if result is not None:
                self.hits += 1
            return result

    def kept(self, key: Hashable) -> Any | None:
        """Return a result that is kept, or None. It does not count as a hit: the caller may only look."""
        with self._lock:
            if key not in self._kept:
                return None
            self._kept.move_to_end(key)
            return self._kept[key][0]

    def join(self, key: Hashable) -> Request[Any] | None:
        """Return a request for a result that is under way for others, or None."""
        with self._lock:
            computation = self._under_way.get(key)
            if computation is None:
                return None
            self.hits += 1
            return self._joined(computation)

    def ask(self, key: Hashable, submit: Callable[[], "Future[T]"]) -> Request[T]:
        """Return a request for a result; `submit` lets it be computed unless it is kept or under way.

        key: None for a result that is neither shared nor kept.
        """
        if key is None:
            own = submit()
            return Request(own, own.cancel)
        with self._lock:
            kept = self.used(key)
            if kept is not None:
                future: Future[Any] = Future()
                future.set_result(kept)
                return Request(future, future.cancel)
            request = self.join(key)
            if request is not None:
                return request
            self.misses += 1
            computation = self._under_way[key] = _Computation()
            request = self._joined(computation)
        self._begin(key, computation, submit)
        return request

    def clear(self) -> None:
        """Keep nothing."""
        with self._lock:
            self._kept.clear()
            self.bytes = 0

    def _begin(self, key: Hashable, computation: _Computation, submit: Callable[[], "Future[T]"]) -> None:
        try:
            work = submit()
        except Exception as error:  # noqa: BLE001  # those who wait for it raise it
            self._forget(key, computation)
            computation.result.set_exception(error)
            return
        computation.work = work
        work.add_done_callback(lambda done: self._end(key, computation, done))

    def _end(self, key: Hashable, computation: _Computation, work: "Future[Any]") -> None:
        if work.cancelled():
            self._forget(key, computation)
            if computation.wanted_by:  # by a server that ends; else see _leave
                computation.result.cancel()
            return
        error = work.exception()
        if error is None:
            self._keep(key, work.result())  # before it is forgotten: at any time one of both has it
        self._forget(key, computation)
        if error is None:
            computation.result.set_result(work.result())
        else:
            computation.result.set_exception(error)

    def _forget(self, key: Hashable, computation: _Computation) -> None:
        with self._lock:
            if self._under_way.get(key) is computation:
                del self._under_way[key]

    def _joined(self, computation: _Computation) -> Request[Any]:
        computation.wanted_by += 1
        return Request(computation.result, lambda: self._leave(computation))

    def _leave(self, computation: _Computation) -> None:
        with self._lock:
            computation.wanted_by -= 1
            work = None if computation.wanted_by else computation.work
            is_cancelled = work is not None and work.cancel()
        # not under the lock: it calls those who waited, who may need a lock under which others ask here
        if is_cancelled:
            computation.result.cancel()

    def _keep(self, key: Hashable, result: Any) -> None:
        size = array_bytes(result)
        with self._lock:
            self._kept[key] = result, size
            self.bytes += size
            while self.bytes > self.most_bytes:
                _, (_, gone) = self._kept.popitem(last=False)
                self.bytes -= gone
