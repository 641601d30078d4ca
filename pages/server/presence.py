"""The browser tab that a page is drawn for: its session, and whether it is still connected.

The connection of a tab ends as soon as the tab is closed or opens another site; that of a hidden tab stays. A
refresh or a short network failure ends it too, so callers wait a little before they act.
"""

from collections.abc import Callable
from functools import partial

from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx


def of_this_tab() -> Callable[[], bool]:
    """Return a function that says whether the tab of this script run is connected; any thread may call it.

    Without a server, as when a page is run by itself, it always returns True.
    """
    context = get_script_run_ctx(suppress_warning=True)
    if context is None or not runtime.exists():
        return _always
    return partial(runtime.get_instance().is_active_session, context.session_id)


def session_name() -> str | None:
    """Return the name by which the server knows this session; None without a server."""
    context = get_script_run_ctx(suppress_warning=True)
    return None if context is None else context.session_id


def _always() -> bool:
    return True
