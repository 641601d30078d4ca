"""What the page of a session follows: the runs that its tab's socket shows, and where that socket is."""

import streamlit as st

from pages.channel import address
from pages.server import presence, server
from pages.server.audience import Holder, ModelNow
from pages.server.source import Source

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
    audience = server.current().audience
    held = audience.holder(st.session_state.get(KEY, ""))
    if held is None:
        st.session_state[KEY], held = audience.open(presence.of_this_tab())
    return held


def begin() -> None:
    """Begin to draw a page: what it follows is all that the tab shows, once it follows the first."""
    st.session_state[BEGUN] = True
    st.session_state[OFFERED] = {}


def follow(source: Source) -> int:
    """Let the tab show this too while the page is there, and note that it is seen.

    One like it that is followed already stays, with its latest frame. Returns the number from which on frames
    are as recent as what the page reads after this call.
    """
    held = holder()
    known = held.source(source.name)
    if known is not None and known.is_like(source):
        source = known
    before = () if st.session_state.get(BEGUN, True) else st.session_state[FOLLOWED]
    sources = (*before, source)
    st.session_state[FOLLOWED], st.session_state[BEGUN] = sources, False
    held.show(sources, presence.of_this_tab())
    held.seen()
    return source.since()


def offer(name: str, model_now: ModelNow) -> str:
    """Let the tab have the weights of a map's network while the page is there; return where, as `channel`."""
    st.session_state[OFFERED] = {**st.session_state.get(OFFERED, {}), name: model_now}
    holder().offer(st.session_state[OFFERED])
    return f"{channel()}/{name}/weights"


def is_known(other: str) -> bool:
    """Return whether the server knows that key still."""
    return server.current().audience.holder(other) is not None


def revoke(other: str) -> None:
    """End what another session of this tab may see, which is over."""
    if other != st.session_state.get(KEY):
        server.current().audience.revoke(other)


def channel() -> str:
    """Return the address of the session's channel, relative to the app's."""
    return f"{address.of_this_server()}/{key()}"
