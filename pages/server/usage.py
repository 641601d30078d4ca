"""What this server does now, and has done since its start, in figures."""

from collections.abc import Callable
from dataclasses import dataclass

from pages.server import server


@dataclass(frozen=True)
class Usage:
    """The figures of a server at one time.

    sockets: of the live channel, that are open.
    computing, waiting: runs that compute by turns, and that wait in the queue. Those who train the same
        experiment count as one.
    begun, refused: such runs since the start of the server, and starts for which the queue was full.
    hits, misses: results of runs since the start that were there for somebody, and that had to be computed.
    kept_bytes: about how much memory the results take that are kept for others.
    workers, workers_alive: how many there should be, and how many can compute.
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


ReadUsage = Callable[[], Usage]


def of_this_server() -> Usage:
    """Return the figures now."""
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
    )
