"""The machine and the versions with which figures are measured."""

import os
import platform
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_info

import polycore
from benchmarks.timing import CORES

CPU_FILE = Path("/proc/cpuinfo")


def description(packages: Mapping[str, str]) -> dict[str, str]:
    """Return processor, system and versions by their names, in the order in which to show them.

    `packages`: the packages whose versions to include: the name to show, and the name of the distribution.
    """
    return {
        "processor": f"{_processor()}, {_cores()}",
        "system": f"{platform.system()} on {platform.machine()}",
        "Python": platform.python_version(),
        "NumPy": f"{np.__version__} with {_blas()}",
        **{name: version(package) for name, package in packages.items()},
        "polycore": polycore.__version__,
    }


def _cores() -> str:
    """Return how many cores there are, and how many of them this process may use."""
    cores = os.cpu_count() or CORES
    return f"{cores} cores" if cores == CORES else f"{CORES} of {cores} cores"


def _processor() -> str:
    """Return the processor's name; on Linux from a file, elsewhere from Python."""
    if CPU_FILE.exists():
        for line in CPU_FILE.read_text(encoding="utf-8").split("\n"):
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or "unknown"


def _blas() -> str:
    pools = [pool for pool in threadpool_info() if pool["user_api"] == "blas"]
    return ", ".join(f"{pool['internal_api']} {pool['version']} ({pool['architecture']})" for pool in pools)
