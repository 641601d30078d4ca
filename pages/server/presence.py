"""Whether the tab that a page is drawn for is still there.

The connection of a tab that is closed, or left for another site, ends at once; that of a hidden one stays. A
refresh and a network that fails for a moment end it too, so that whoever asks waits a little before acting.
"""

from collections.abc import Callable
from functools import partial

from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx


def of_this_tab() -> Callable[[], bool]:
    """Return a function, for any thread, that says whether the tab of this run of a page is connected.

    Where there is no server, as when a page is run by itself, it always says so.
    """
    context = get_script_run_ctx(suppress_warning=True)
    if context is None or not runtime.exists():
        return _always
    return partial(runtime.get_instance().is_active_session, context.session_id)


def _always() -> bool:
    return True
