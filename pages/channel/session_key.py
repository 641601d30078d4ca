"""What the page of a session follows: the runs that its tab's socket shows, and where that socket is."""

import streamlit as st

from pages.channel import address
from pages.server import presence, server
from pages.server.hub import Holder, ModelNow, Source

# In the session state. The key never leaves the server but to the session's own tab.
KEY, FOLLOWED, BEGUN = "channel.key", "channel.followed", "channel.begun"
OFFERED = "channel.offered"


def key() -> str:
    """Return the session's key; the first call creates it."""
    holder()
    known: str = st.session_state[KEY]
    return known


def holder() -> Holder:
    """Return what this session may see; a new session has nothing yet."""
    hub = server.current().hub
    held = hub.holder(st.session_state.get(KEY, ""))
    if held is None:
        st.session_state[KEY], held = hub.open(presence.of_this_tab())
    return held


def begin() -> None:
    """Begin to draw a page: what it follows is all that the tab shows, once it follows the first."""
    st.session_state[BEGUN] = True
    st.session_state[OFFERED] = {}


def follow(source: Source) -> None:
    """Let the tab show this too while the page is there, and note that it is seen."""
    before = () if st.session_state.get(BEGUN, True) else st.session_state[FOLLOWED]
    sources = (*before, source)
    st.session_state[FOLLOWED], st.session_state[BEGUN] = sources, False
    held = holder()
    held.show(sources, presence.of_this_tab())
    held.seen()


def offer(name: str, model_now: ModelNow) -> str:
    """Let the tab have the weights of a map's network while the page is there; return where, as `channel`."""
    st.session_state[OFFERED] = {**st.session_state.get(OFFERED, {}), name: model_now}
    holder().offer(st.session_state[OFFERED])
    return f"{channel()}/{name}/weights"


def is_known(other: str) -> bool:
    """Return whether the server knows that key still."""
    return server.current().hub.holder(other) is not None


def revoke(other: str) -> None:
    """End what another session of this tab may see, which is over."""
    if other != st.session_state.get(KEY):
        server.current().hub.revoke(other)


def channel() -> str:
    """Return the address of the session's channel, relative to the app's."""
    return f"{address.of_this_server()}/{key()}"
