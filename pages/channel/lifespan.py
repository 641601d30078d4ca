"""What begins and ends with the server."""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st
from starlette.applications import Starlette
from streamlit import config, runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.web.server.starlette.starlette_websocket import StarletteSessionClient

from pages import patches
from pages.channel import address, component, routes
from pages.server import monitoring, server
from pages.server.server import Server
from polycore import PolycoreError

LATE_SECONDS = 30.0  # in which a server begins late

_late = threading.Lock()


@asynccontextmanager
async def lifespan(_: object) -> AsyncIterator[None]:
    """Patch Streamlit and start the workers before the first visitor; end the workers after the last."""
    own = server.begin(Server.of_environment())
    component.prepare()
    address.keep_keys_out_of_the_log()
    # With fast reruns Streamlit handles a click in a second thread while the page is still being drawn. Both
    # change one dictionary, and sometimes the click is lost ("dictionary changed size during iteration").
    # Without them the drawing stops at its next element first. A cloud may override .streamlit/config.toml in
    # this, as Streamlit's does.
    config.set_option("runner.fastReruns", False)
    patches.apply()
    own.workers.start()
    monitoring.serve_metrics(monitoring.usage)
    coroutines = own.audience.keep_forgetting(), monitoring.keep_logging(monitoring.usage)
    tasks = [asyncio.create_task(coroutine) for coroutine in coroutines]
    yield
    for task in tasks:
        task.cancel()
    own.workers.shutdown(wait=False, cancel_futures=True)


def begin_late() -> None:
    """Add our routes and our lifespan to a server that began without them, as it draws its first page.

    `streamlit run` finds the app in streamlit_app.py, which has them. A launcher that calls Streamlit's own
    function, `streamlit.web.bootstrap.run`, looks for no app. Without a server, as in AppTest, this does
    nothing.

    Raises PolycoreError if Streamlit is served in some other way, to which no routes can be added, and if the
    server is too busy to begin within LATE_SECONDS.
    """
    with _late:  # the pages of several visitors may be the first
        if server.has_begun():
            return
        context = get_script_run_ctx(suppress_warning=True)
        sessions = getattr(runtime.get_instance(), "_session_mgr", None) if runtime.exists() else None
        if context is None or sessions is None:
            return
        session = sessions.get_active_session_info(context.session_id)
        if session is None:  # the tab has gone meanwhile
            st.stop()
        if not isinstance(session.client, StarletteSessionClient):
            raise PolycoreError(
                "It does not have the addresses below /live/. Start it with: streamlit run streamlit_app.py"
            )
        app: Starlette = session.client._websocket.app
        app.router.routes[:0] = routes.routes()
        app.state.polycore = lifespan(app)  # as long as the server is there
        begun = asyncio.run_coroutine_threadsafe(app.state.polycore.__aenter__(), session.session._event_loop)
        try:
            begun.result(LATE_SECONDS)
        except TimeoutError as error:
            raise PolycoreError(f"It did not start within {LATE_SECONDS:g} s. Reload the page.") from error
