"""Workers on any number of machines: a Dask cluster as an executor.

It needs Dask: the extra "dask". The cluster's workers need the same version of polycore and one
thread each: `dask worker ADDRESS --nthreads 1`.
"""

import asyncio
import os
import threading
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor, Future
from contextlib import suppress
from time import monotonic
from typing import Any, ParamSpec, TypeVar

from polycore.errors import PolycoreError
from polycore.workers.processes import ShutDownError

VARIABLE = "POLYCORE_SCHEDULER"  # holds the scheduler's address, such as tcp://10.0.0.5:8786
CONNECT_SECONDS = 10.0
PAUSE_SECONDS = 1.0  # after a failed attempt to connect
WORKERS_SECONDS = 20.0  # that a call waits if there is no worker
COUNT_SECONDS = 2.0  # between two counts of the workers

# exceptions of Dask for calls that are lost through no fault of their own
_LOST_CALL_ERRORS = ("KilledWorker", "FutureCancelledError", "CommClosedError")

P = ParamSpec("P")
T = TypeVar("T")


def address() -> str | None:
    """Return the scheduler's address from the environment, or None if it is not set."""
    return os.environ.get(VARIABLE) or None


class Cluster(Executor):
    """All workers of the scheduler at `address`, connected at the first use. Thread-safe.

    If a worker dies, Dask gives its calls to another worker. A call over which several workers die ends with
    BrokenExecutor, as does every pending call if the scheduler is lost. The next call connects again.
    """

    def __init__(self, address: str) -> None:
        """Store the address, in Dask's notation, such as tcp://10.0.0.5:8786."""
        self.address = address
        self._count, self._alive = 1, 0
        self._counted_at = -COUNT_SECONDS
        self._client: Any = None
        self._failure: str | None = None
        self._try_again_at = 0.0
        self._lock = threading.Lock()
        self._ended = False

    @property
    def count(self) -> int:
        """How many calls the workers compute at once, as last counted; 1 before the first call."""
        return self._count

    @property
    def alive(self) -> int:
        """How many calls the workers compute at once, as last counted; 0 without a connection."""
        client = self._client
        return self._alive if client is not None and client.status == "running" else 0

    def start(self) -> None:
        """Start to connect without waiting."""
        threading.Thread(target=self._connect_early, name="cluster", daemon=True).start()

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Return the future of `fn(*args, **kwargs)`.

        `fn` must be importable by the workers, and its arguments and result picklable. Raises PolycoreError
        if Dask is not installed, or if there is no scheduler or no worker; ShutDownError after `shutdown`.
        """
        client = self._connected()
        self._wait_for_workers(client)
        dask_future = client.submit(fn, *args, pure=False, **kwargs)
        # not Dask's own executor: reference cycles in its futures keep results in the workers for too long
        return asyncio.run_coroutine_threadsafe(_result(dask_future, self.address), client.loop.asyncio_loop)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: ARG002
        """Disconnect from the cluster, which keeps running; pending calls are abandoned."""
        with self._lock:
            self._ended = True
            client, self._client = self._client, None
        if client is not None:
            client.close()

    def _connect_early(self) -> None:
        # if it fails, the first call says why
        with suppress(PolycoreError, RuntimeError):
            self._connected()

    def _connected(self) -> Any:
        with self._lock:
            if self._ended:
                raise ShutDownError("This cluster was shut down. Create a new Cluster.")
            if self._client is None or self._client.status != "running":
                self._connect()
            return self._client

    def _connect(self) -> None:
        if self._failure is not None and monotonic() < self._try_again_at:
            raise PolycoreError(self._failure)
        try:
            self._client = _client(self.address)
        except PolycoreError as error:
            # calls that waited for this attempt fail at once, with the same message
            self._failure, self._try_again_at = str(error), monotonic() + PAUSE_SECONDS
            raise
        self._failure = None
        self._counted_at = -COUNT_SECONDS

    def _wait_for_workers(self, client: Any) -> None:
        if monotonic() - self._counted_at < COUNT_SECONDS:
            return
        try:
            client.wait_for_workers(1, timeout=WORKERS_SECONDS)
            self._count = self._alive = sum(client.nthreads().values())
        except (OSError, TimeoutError) as error:
            self._alive = 0
            raise PolycoreError(
                f"The scheduler at {self.address} has no worker. Start one, dask worker {self.address} "
                "--nthreads 1, and try again."
            ) from error
        self._counted_at = monotonic()


def _client(address: str) -> Any:
    try:
        from distributed import Client
    except ImportError as error:
        raise PolycoreError(
            f"{address} is the address of a Dask scheduler, but Dask is not installed. Install it: "
            'pip install "dask[distributed]", or polycore-playground with its extra "dask".'
        ) from error
    try:
        return Client(address, timeout=CONNECT_SECONDS, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, TimeoutError, ValueError) as error:
        raise PolycoreError(
            f"No Dask scheduler answers at {address}: {type(error).__name__}. Start one with dask scheduler, "
            "or name another address."
        ) from error


async def _result(dask_future: Any, address: str) -> Any:
    """Return the result of a future of Dask, and let the cluster discard it.

    Raises BrokenExecutor if its workers died or the scheduler was lost.
    """
    try:
        return await dask_future
    except Exception as error:
        if type(error).__name__ not in _LOST_CALL_ERRORS:
            raise
        raise BrokenExecutor(f"The cluster at {address} lost a call: {error}") from error
    finally:
        dask_future.release()
