"""Where a page's live channel is: below the app's own address, with the replica that has its session."""

import os
import threading

PREFIX = "live"
VARIABLE = "POLYCORE_REPLICA"  # its name, by which a proxy finds it; a server alone needs none

_is_served = threading.Event()


def replica() -> str:
    """Return the name of this server among its replicas."""
    name = os.environ.get(VARIABLE, "")
    return name if name.isascii() and name.isalnum() else "a"


def serve() -> None:
    """Note that this server has the channel's routes."""
    _is_served.set()


def is_served() -> bool:
    """Return whether this server has the channel's routes."""
    return _is_served.is_set()


def of(key: str) -> str:
    """Return the address of the channel with that key, relative to the app's."""
    return f"{PREFIX}/{replica()}/{key}"
