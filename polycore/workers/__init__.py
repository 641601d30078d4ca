"""Runs and sweeps in other processes, on this machine or in a Dask cluster."""

from polycore.workers.processes import ShutDownError, Workers, available_cores

__all__ = ["ShutDownError", "Workers", "available_cores"]
