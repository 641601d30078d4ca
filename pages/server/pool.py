"""The workers that compute the runs of this server: its own processes, or a Dask cluster."""

from pages.server.hosted import is_hosted
from polycore.workers import cluster
from polycore.workers.cluster import Cluster
from polycore.workers.processes import Workers


def of_this_server() -> Workers | Cluster:
    """Return the cluster that the environment names, or else worker processes: one per core, at most 8."""
    address = cluster.address()
    return Workers(in_idle_time=is_hosted()) if address is None else Cluster(address)


workers = of_this_server()
