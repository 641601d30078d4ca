"""What the page of a session follows: the runs that its tab's socket shows, and where that socket is."""

import streamlit as st

from pages.channel import address
from pages.channel.hub import Holder, Source, hub
from pages.server import presence

# In the session state. The key never leaves the server but to the session's own tab.
KEY, FOLLOWED, BEGUN = "channel.key", "channel.followed", "channel.begun"


def key() -> str:
    """Return the session's key; the first call creates it."""
    holder()
    known: str = st.session_state[KEY]
    return known


def holder() -> Holder:
    """Return what this session may see; a new session has nothing yet."""
    held = hub.holder(st.session_state.get(KEY, ""))
    if held is None:
        st.session_state[KEY], held = hub.open(presence.of_this_tab())
    return held


def begin() -> None:
    """Begin to draw a page: what it follows is all that the tab shows, once it follows the first."""
    st.session_state[BEGUN] = True


def follow(source: Source) -> None:
    """Let the tab show this too while the page is there, and note that it is seen."""
    is_first = st.session_state.get(BEGUN, True)
    before: tuple[Source, ...] = () if is_first else st.session_state[FOLLOWED]
    followed = (*before, source)
    st.session_state[FOLLOWED], st.session_state[BEGUN] = followed, False
    held = holder()
    held.show(followed, presence.of_this_tab())
    held.seen()


def revoke(other: str) -> None:
    """End what another session of this tab may see, which is over."""
    if other != st.session_state.get(KEY):
        hub.revoke(other)


def channel() -> str:
    """Return the address of the session's channel, relative to the app's."""
    return address.of(key())
