"""What the operator sees of this server: metrics, a line in the log while runs compute, its health."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from streamlit import runtime
from streamlit.logger import get_logger
from streamlit.runtime.stats import CounterStat, GaugeStat, Stat

from pages.server import server
from polycore.formatting import counted
from polycore.workers.processes import Workers

SECONDS = 60.0  # between two lines in the log

SOCKETS = "polycore_sockets"
RUNS = "polycore_runs"
BEGUN = "polycore_runs_begun"
REFUSED = "polycore_runs_refused"
REQUESTS = "polycore_cache_requests"
CACHE = "polycore_cache_bytes"
WORKERS = "polycore_workers"
PAGES = "polycore_pages"
FAMILIES = (SOCKETS, RUNS, BEGUN, REFUSED, REQUESTS, CACHE, WORKERS, PAGES)

HEALTH = "health"  # the last part of its address

# Streamlit's: it writes what is worth knowing (INFO) unless the operator's logger.level says otherwise, and
# Python's own would write warnings alone
_logger: logging.Logger = get_logger(__name__)


@dataclass(frozen=True)
class Usage:
    """What a server does at one time, and has done since its start.

    sockets: of the live channel, that are open.
    computing, waiting: runs that compute by turns, and that wait in the queue. Runs of the same
        experiment count as one.
    begun, refused: such runs since the start of the server, and starts for which the queue was full.
    hits, misses: results of runs since the start that were there for somebody, and that had to be computed.
    kept_bytes: about how much memory the results take that are kept for others.
    workers, workers_alive: how many there should be, and how many can compute.
    pages_drawn, pages_waiting: pages that are drawn in turns, and that wait for their turn.
    """

    sockets: int
    computing: int
    waiting: int
    begun: int
    refused: int
    hits: int
    misses: int
    kept_bytes: int
    workers: int
    workers_alive: int
    pages_drawn: int
    pages_waiting: int


ReadUsage = Callable[[], Usage]


def usage() -> Usage:
    """Return the figures of this server now."""
    own = server.current()
    queue, results, workers = own.turns, own.results, own.workers
    return Usage(
        sockets=own.audience.sockets,
        computing=queue.running,
        waiting=queue.waiting,
        begun=queue.taken,
        refused=queue.refused,
        hits=results.hits,
        misses=results.misses,
        kept_bytes=results.bytes,
        workers=workers.count,
        workers_alive=workers.alive,
        pages_drawn=own.drawing.drawing,
        pages_waiting=own.drawing.waiting,
    )


# --- metrics -----------------------------------------------------------------------------------


def serve_metrics(read: ReadUsage) -> None:
    """Let Streamlit serve what `read` returns, at /_stcore/metrics; without its server nothing happens."""
    if runtime.exists():
        runtime.get_instance().stats_mgr.register_provider(Provider(read))


class Provider:
    """A provider of metrics, as Streamlit asks it for them."""

    stats_families = FAMILIES

    def __init__(self, read: ReadUsage) -> None:
        self._read = read

    def get_stats(self, family_names: Sequence[str] | None = None) -> Mapping[str, Sequence[Stat]]:
        """Return the metrics of these families, or of all."""
        families = {metrics[0].family_name: metrics for metrics in _families(self._read())}
        return {name: families[name] for name in FAMILIES if family_names is None or name in family_names}


def _families(usage: Usage) -> Sequence[Sequence[CounterStat | GaugeStat]]:
    return (
        [GaugeStat(SOCKETS, usage.sockets, help="Open sockets of the live channel.")],
        [
            GaugeStat(RUNS, runs, {"state": state}, help="Runs that compute by turns, and that wait.")
            for state, runs in (("computing", usage.computing), ("waiting", usage.waiting))
        ],
        [CounterStat(BEGUN, usage.begun, help="Runs that began or continued.")],
        [CounterStat(REFUSED, usage.refused, help="Starts that were refused because the queue was full.")],
        [
            CounterStat(REQUESTS, requests, {"result": result}, help="Results of runs that were needed.")
            for result, requests in (("hit", usage.hits), ("miss", usage.misses))
        ],
        [GaugeStat(CACHE, usage.kept_bytes, unit="bytes", help="Memory of the results that are kept.")],
        [
            GaugeStat(WORKERS, count, {"state": state}, help="Workers that can compute, and that cannot.")
            for state, count in (
                ("alive", usage.workers_alive),
                ("missing", max(0, usage.workers - usage.workers_alive)),
            )
        ],
        [
            GaugeStat(PAGES, pages, {"state": state}, help="Pages that are drawn, and that wait for it.")
            for state, pages in (("drawn", usage.pages_drawn), ("waiting", usage.pages_waiting))
        ],
    )


# --- the log -----------------------------------------------------------------------------------


async def keep_logging(read: ReadUsage, every: float = SECONDS) -> None:
    """Log every so many seconds what ran meanwhile, and why no worker can start; until it is cancelled."""
    before = read()
    while True:
        await asyncio.sleep(every)
        failure, now = failure_of_workers(), read()
        if failure is not None:
            _logger.warning(failure)
        text = line(before, now)
        if text is not None:
            _logger.info(text)
        before = now


def line(before: Usage, now: Usage) -> str | None:
    """Return what the server does now, and did since `before`; None if nothing ran meanwhile."""
    begun = now.begun - before.begun
    if not (now.computing or now.waiting or begun):
        return None
    refused = now.refused - before.refused
    parts = [
        f"computing {counted(now.computing, 'run')}, {now.waiting} waiting, {begun} begun, {refused} refused",
        counted(now.sockets, "socket"),
        f"{now.workers_alive} of {counted(now.workers, 'worker')}",
        f"{now.misses - before.misses:,} results computed, {now.hits - before.hits:,} shared",
        f"{now.kept_bytes / 1e6:.0f} MB kept",
    ]
    return f"busy: {'; '.join(parts)}"


# --- health ------------------------------------------------------------------------------------


def failure_of_workers() -> str | None:
    """Return why no worker process can be started here; None if one could be, or has not been needed.

    Workers of a cluster do not count: all replicas share them, and no other replica would have more.
    """
    workers = server.current().workers
    return workers.failure if isinstance(workers, Workers) else None


async def health(_: Request) -> Response:
    """Answer with 200, or with 503 and a sentence if the server starts, ends, or has no workers.

    A proxy and a container engine ask, and act on the answer. Streamlit's own health does not know the
    workers, and must not: pages ask it before they connect. On a server that has no workers, visitors can
    still read, and Start says what is wrong.
    """
    is_ready, message = True, ""
    if runtime.exists():
        is_ready, message = await runtime.get_instance().is_ready_for_browser_connection
    reason = failure_of_workers() if is_ready else message
    return PlainTextResponse(
        reason or "ok", status_code=503 if reason else 200, headers={"Cache-Control": "no-cache"}
    )
