"""What replaces Streamlit's own behavior.

docs/streamlit-upgrade.md lists the patches, and how to raise the version of Streamlit.
"""

from functools import cache

from pages.patches import callbacks, rerun_requests, switch_interval, tcp_nodelay


@cache
def apply() -> None:
    """Apply every patch to this server process; later calls do nothing.

    `streamlit run` runs no code of an app before the first visitor's page, so `frame` calls this first of
    all on every page. Two first visitors may call it at once: applying a patch twice is the same as once.
    """
    callbacks.apply()
    rerun_requests.apply()
    tcp_nodelay.apply()
    switch_interval.apply()
