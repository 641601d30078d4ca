"""What replaces Streamlit's own behavior.

docs/streamlit-upgrade.md lists the patches, and how to raise the version of Streamlit.
"""

from functools import cache

from pages.patches import (
    callbacks,
    drawing_order,
    request_order,
    rerun_requests,
    shutdown_time,
    state_reads,
    switch_interval,
    tcp_nodelay,
)

PATCHES = (
    *(callbacks, drawing_order, request_order, rerun_requests),
    *(shutdown_time, state_reads, switch_interval, tcp_nodelay),
)


@cache
def apply() -> None:
    """Apply every patch to this server process; later calls do nothing.

    The server calls it when it starts (pages/channel/lifespan.py).
    """
    for patch in PATCHES:
        patch.apply()
