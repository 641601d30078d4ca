"""The limits of this server."""

from pages.server import server
from pages.server.limits import Limits


def limits() -> Limits:
    """Return the limits of this server."""
    return server.current().limits
