"""Executors that compute runs elsewhere: processes of this machine, or a Dask cluster."""

from polycore.workers.processes import Workers, available_cores

__all__ = ["Workers", "available_cores"]
