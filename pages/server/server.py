"""What this server keeps for all its visitors, in one object, and the one way to ask for it."""

import threading
from dataclasses import dataclass, field

from pages.server import limits
from pages.server.audience import Audience
from pages.server.drawing_queue import DrawingQueue
from pages.server.limits import Limits
from pages.server.shared_results import SharedResults
from pages.server.tabs import Tabs
from pages.server.turns import Turns
from polycore.workers import cluster
from polycore.workers.cluster import Cluster
from polycore.workers.processes import Workers


@dataclass(frozen=True, eq=False)
class Server:
    """What a server keeps from its start to its end. Each field is thread-safe.

    limits: what visitors may ask for.
    workers: what computes their runs: processes of its own, or a Dask cluster.
    turns: whose turn it is to compute.
    results: chunks and pictures, which runs of the same experiment share.
    audience: which tab may see which runs, and its sockets, which are woken as these change.
    tabs: what each tab had, in case it is refreshed.
    drawing: whose page is drawn.
    """

    limits: Limits
    workers: Workers | Cluster
    turns: Turns
    results: SharedResults = field(default_factory=SharedResults)
    audience: Audience = field(default_factory=Audience)
    tabs: Tabs = field(default_factory=Tabs)
    drawing: DrawingQueue = field(default_factory=DrawingQueue)

    @classmethod
    def of_environment(cls) -> "Server":
        """Return a server with the limits that the environment names, and its cluster or one worker a core.

        No worker is started.
        """
        allowed, scheduler = limits.of_environment(), cluster.address()
        workers = Workers(in_idle_time=allowed.is_hosted) if scheduler is None else Cluster(scheduler)
        turns = Turns(workers, allowed.max_running, allowed.max_waiting)
        return cls(allowed, workers, turns)


_current: Server | None = None
_lock = threading.Lock()


def begin(server: Server) -> Server:
    """Let `server` be the one of this process from now on, and return it."""
    global _current
    with _lock:
        _current = server
    return server


def has_begun() -> bool:
    """Return whether there is one."""
    with _lock:
        return _current is not None


def current() -> Server:
    """Return the server of this process.

    The lifespan creates it as Streamlit's server starts, or draws its first page (pages/channel/lifespan.py).
    Without a lifespan, as when a page is run by itself, the first call does.
    """
    global _current
    with _lock:
        if _current is None:
            _current = Server.of_environment()
        return _current
