"""Let the server answer while another thread computes.

A Python thread that computes keeps the interpreter for 5 ms before another one may run. Streamlit draws pages
in threads beside the one that talks to browsers, which waits that long each time it has something to send.

Sets `sys.setswitchinterval`; Streamlit leaves Python's own value.
Upstream: python/cpython pull request 29579, "gh-89977: Avoid releasing the GIL in nonblocking socket
operations", open, describes how one computing thread slows the sockets of another.
Needed as long as `test_streamlit_alone_keeps_pythons_interval` passes.
"""

import sys

SECONDS = 0.0005


def apply() -> None:
    """Let threads of this server take turns every half a millisecond."""
    sys.setswitchinterval(SECONDS)
