"""Where the live channel is: below the app's own address, with the replica that has a tab's session."""

import os

PREFIX = "live"
VARIABLE = "POLYCORE_REPLICA"  # its name, by which a proxy finds it; a server alone needs none


def of_this_server() -> str:
    """Return the address of this server's channel, relative to the app's; a tab's has its key behind it."""
    name = os.environ.get(VARIABLE, "")
    return f"{PREFIX}/{name if name.isascii() and name.isalnum() else 'a'}"
