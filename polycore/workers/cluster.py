"""Workers on any number of machines: a Dask cluster as an executor.

Whoever asks for it by an address needs Dask: pip install "polycore[dask]". Its workers need polycore, of the
same version, and one thread each: `dask worker ADDRESS --nthreads 1`.
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

VARIABLE = "POLYCORE_SCHEDULER"  # names the scheduler's address, such as tcp://10.0.0.5:8786
CONNECT_SECONDS = 10.0
PAUSE_SECONDS = 1.0  # after an attempt to connect that failed
WORKERS_SECONDS = 20.0  # that a call waits for a first worker, or for another after the last one went
COUNT_SECONDS = 2.0  # between two counts of the workers

# what Dask raises where a call has no answer though nothing is wrong with it
_LOST = ("KilledWorker", "FutureCancelledError", "CommClosedError")

P = ParamSpec("P")
T = TypeVar("T")


def address() -> str | None:
    """Return the scheduler's address that the environment names, else None."""
    return os.environ.get(VARIABLE) or None


class Cluster(Executor):
    """Every worker of the scheduler at `address`, connected at the first use. For any thread.

    A worker that dies costs its calls another try by another worker, which Dask sees to; after several deaths
    in the same call that call ends with BrokenExecutor, as does every call that was under way when the
    scheduler went. The next call connects anew.
    """

    def __init__(self, address: str) -> None:
        """`address`: as Dask writes it, such as tcp://10.0.0.5:8786."""
        self.address = address
        self._count = 1
        self._counted_at = -COUNT_SECONDS
        self._client: Any = None
        self._failure: str | None = None
        self._try_again_at = 0.0
        self._lock = threading.Lock()
        self._ended = False

    @property
    def count(self) -> int:
        """How many calls its workers compute at once, as far as is known; 1 before the first call."""
        return self._count

    def start(self) -> None:
        """Begin to connect without waiting for it."""
        threading.Thread(target=self._connect_early, name="cluster", daemon=True).start()

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Return the future of `fn(*args, **kwargs)`.

        `fn` must be importable by the workers, and whatever goes in or comes out picklable. Raises
        PolycoreError, one sentence, where there is no Dask, no scheduler or no worker, and RuntimeError after
        `shutdown`.
        """
        client = self._connected()
        self._look_for_workers(client)
        asked = client.submit(fn, *args, pure=False, **kwargs)
        # not by Dask's own executor: its futures keep each result in a worker until Python finds their circle
        return asyncio.run_coroutine_threadsafe(_answer_to(asked, self.address), client.loop.asyncio_loop)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: ARG002
        """Leave the cluster, which goes on; calls under way are given up."""
        with self._lock:
            self._ended = True
            client, self._client = self._client, None
        if client is not None:
            client.close()

    def _connect_early(self) -> None:
        # where it fails, the first call says why
        with suppress(PolycoreError, RuntimeError):
            self._connected()

    def _connected(self) -> Any:
        with self._lock:
            if self._ended:
                raise RuntimeError("This cluster was shut down; make a new Cluster.")
            if self._client is None or self._client.status != "running":
                self._connect()
            return self._client

    def _connect(self) -> None:
        if self._failure is not None and monotonic() < self._try_again_at:
            raise PolycoreError(self._failure)
        try:
            self._client = _client(self.address)
        except PolycoreError as error:
            # whoever waited behind this one is told at once
            self._failure, self._try_again_at = str(error), monotonic() + PAUSE_SECONDS
            raise
        self._failure = None
        self._counted_at = -COUNT_SECONDS

    def _look_for_workers(self, client: Any) -> None:
        if monotonic() - self._counted_at < COUNT_SECONDS:
            return
        try:
            client.wait_for_workers(1, timeout=WORKERS_SECONDS)
            self._count = sum(client.nthreads().values())
        except (OSError, TimeoutError) as error:
            raise PolycoreError(
                f"The scheduler at {self.address} has no worker. Start one: dask worker {self.address} "
                "--nthreads 1; then go on."
            ) from error
        self._counted_at = monotonic()


def _client(address: str) -> Any:
    try:
        from distributed import Client
    except ImportError as error:
        raise PolycoreError(
            f"{address} is the address of a Dask scheduler, but Dask is not installed here: "
            'pip install "polycore[dask]".'
        ) from error
    try:
        return Client(address, timeout=CONNECT_SECONDS, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, TimeoutError, ValueError) as error:
        raise PolycoreError(
            f"No Dask scheduler answers at {address}: {type(error).__name__}. Start one with dask scheduler, "
            "or name another address."
        ) from error


async def _answer_to(asked: Any, address: str) -> Any:
    """Return what `asked`, a future of Dask's, comes to, and let the cluster forget it.

    Raises BrokenExecutor where the workers died over it or the scheduler was lost.
    """
    try:
        return await asked
    except Exception as error:
        if type(error).__name__ not in _LOST:
            raise
        raise BrokenExecutor(f"A call was lost by the cluster at {address}: {error}") from error
    finally:
        asked.release()
