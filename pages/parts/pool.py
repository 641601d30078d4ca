"""The workers that compute the runs of this server: its own processes, or those of a Dask cluster."""

from pages.parts.hosted import is_hosted
from polycore import cluster
from polycore.cluster import Cluster
from polycore.workers import Workers

BEHIND_PAGES = 10  # on a hosted demo a page has ten times a worker's claim to a core


def _of_this_server() -> Workers | Cluster:
    address = cluster.address()
    return Workers(niceness=BEHIND_PAGES if is_hosted() else 0) if address is None else Cluster(address)


workers = _of_this_server()
