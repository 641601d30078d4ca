"""Where a page's live channel is: below the app's own address, with the replica that has its session."""

import os

PREFIX = "live"
VARIABLE = "POLYCORE_REPLICA"  # its name, by which a proxy finds it; a server alone needs none


def replica() -> str:
    """Return the name of this server among its replicas."""
    name = os.environ.get(VARIABLE, "")
    return name if name.isascii() and name.isalnum() else "a"


def of(key: str) -> str:
    """Return the address of the channel with that key, relative to the app's."""
    return f"{PREFIX}/{replica()}/{key}"
