"""Executors that compute runs in other processes, on this machine or in a Dask cluster."""

from polycore.workers.processes import Workers, available_cores
from polycore.workers.shut_down import ShutDownError

__all__ = ["ShutDownError", "Workers", "available_cores"]
