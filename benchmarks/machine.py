"""The machine and the versions that figures were measured with."""

import os
import platform
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_info

import polycore

CPU_FILE = Path("/proc/cpuinfo")


def description(packages: Mapping[str, str]) -> dict[str, str]:
    """Return what there is to know, each thing by its name, in the order it is to be shown.

    `packages`: what is to be told the versions of, the name to show and that of the distribution.
    """
    return {
        "processor": f"{_processor()}, {os.cpu_count()} cores",
        "system": f"{platform.system()} on {platform.machine()}",
        "Python": platform.python_version(),
        "NumPy": f"{np.__version__} with {_blas()}",
        **{name: version(package) for name, package in packages.items()},
        "polycore": polycore.__version__,
    }


def _processor() -> str:
    """Return the processor's name; Linux tells it in a file, others through Python."""
    if CPU_FILE.exists():
        for line in CPU_FILE.read_text(encoding="utf-8").split("\n"):
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or "unknown"


def _blas() -> str:
    pools = [pool for pool in threadpool_info() if pool["user_api"] == "blas"]
    return ", ".join(f"{pool['internal_api']} {pool['version']} ({pool['architecture']})" for pool in pools)
