"""What begins and ends with the server."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st

from pages import patches
from pages.channel import address, component, log_filter, scripts
from pages.monitoring import busy, metrics, usage
from pages.server import server
from pages.server.server import Server


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[None]:
    """Patch Streamlit and start the workers before the first visitor; end the workers after the last."""
    own = server.begin(Server.of_environment(address.of_this_server()))
    scripts.prepare()
    component.prepare()
    log_filter.apply()
    patches.apply()
    own.workers.start()
    metrics.serve(usage.of_this_server)
    coroutines = own.hub.keep_forgetting(), busy.keep_logging(usage.of_this_server)
    tasks = [asyncio.create_task(coroutine) for coroutine in coroutines]
    yield
    for task in tasks:
        task.cancel()
    own.workers.shutdown(wait=False, cancel_futures=True)
