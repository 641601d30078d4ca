"""What begins and ends with the server."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st

from pages import patches
from pages.channel import address, log_filter, scripts
from pages.monitoring import busy, metrics, usage
from pages.monitoring.usage import Usage
from pages.server import server
from pages.server.hub import hub
from pages.server.server import Server


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[None]:
    """Patch Streamlit and start the workers before the first visitor; end the workers after the last."""
    address.serve()
    scripts.prepare()
    log_filter.apply()
    patches.apply()
    own = server.begin(Server.of_environment())
    own.workers.start()
    metrics.serve(_usage)
    tasks = [asyncio.create_task(hub.keep_forgetting()), asyncio.create_task(busy.keep_logging(_usage))]
    yield
    for task in tasks:
        task.cancel()
    own.workers.shutdown(wait=False, cancel_futures=True)


def _usage() -> Usage:
    return usage.of_this_server(hub.sockets)
