"""One line in the log for each minute in which something runs, or nothing can."""

import asyncio
import logging

from streamlit.logger import get_logger

from pages.server import health
from pages.server.usage import ReadUsage, Usage
from polycore.formatting import counted

SECONDS = 60.0

# Streamlit's: it writes what is worth knowing (INFO) unless the operator's logger.level says otherwise, and
# Python's own would write warnings alone
_logger: logging.Logger = get_logger(__name__)


async def keep_logging(read: ReadUsage, every: float = SECONDS) -> None:
    """Log a line after each time of so many seconds in which something ran, until it is cancelled."""
    before = read()
    while True:
        await asyncio.sleep(every)
        failure, now = health.failure(), read()
        if failure is not None:
            _logger.warning(failure)
        text = line(before, now)
        if text is not None:
            _logger.info(text)
        before = now


def line(before: Usage, now: Usage) -> str | None:
    """Return what the server does now, and did since `before`; None if nothing ran meanwhile."""
    begun = now.begun - before.begun
    if not (now.computing or now.waiting or begun):
        return None
    refused = now.refused - before.refused
    parts = [
        f"computing {counted(now.computing, 'run')}, {now.waiting} waiting, {begun} begun, {refused} refused",
        counted(now.sockets, "socket"),
        f"{now.workers_alive} of {counted(now.workers, 'worker')}",
        f"{now.misses - before.misses:,} results computed, {now.hits - before.hits:,} shared",
        f"{now.kept_bytes / 1e6:.0f} MB kept",
    ]
    return f"busy: {'; '.join(parts)}"
