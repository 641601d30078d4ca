"""What the page of a session follows: the runs that its tab's socket shows, and where that socket is."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import cast

import streamlit as st

from pages.channel import address
from pages.server import presence, server
from pages.server.audience import ModelNow, Viewer
from pages.server.source import Source

KEY = "channel"


@dataclass(frozen=True)
class _Page:
    """What the page shows by the channel, which lives only as long as the session state has it.

    key: the session's; the server sends it to the session's own tab alone.
    sources: what the page follows; of the page before, if `is_begun`.
    is_begun: whether the page that is being drawn has followed nothing yet.
    offered: what returns the network of each map, by the map's name.
    """

    key: str
    sources: tuple[Source, ...] = ()
    is_begun: bool = True
    offered: Mapping[str, ModelNow] = field(default_factory=dict)


def key() -> str:
    """Return the session's key; the first call creates it."""
    viewer()
    return _page().key


def viewer() -> Viewer:
    """Return what this session may see; a new session has nothing yet."""
    audience = server.current().audience
    known = audience.viewer(_page().key)
    if known is not None:
        return known
    own_key, new = audience.open(presence.of_this_tab())
    st.session_state[KEY] = replace(_page(), key=own_key)
    return new


def begin() -> None:
    """Begin to draw a page: what it follows is all that the tab shows, once it follows the first."""
    st.session_state[KEY] = replace(_page(), is_begun=True, offered={})


def follow(source: Source) -> int:
    """Let the tab show this too while the page is there, and note that it is seen.

    One like it that is followed already stays, with its latest frame. Returns the number from which on frames
    are as recent as what the page reads after this call.
    """
    own = viewer()
    known = own.source(source.name)
    if known is not None and known.is_like(source):
        source = known
    page = _page()
    sources = (source,) if page.is_begun else (*page.sources, source)
    own.show(sources, presence.of_this_tab())  # first: the state holds those of the page before
    st.session_state[KEY] = replace(page, sources=sources, is_begun=False)
    own.seen()
    return source.since()


def offer(name: str, model_now: ModelNow) -> str:
    """Let the tab have the weights of a map's network while the page is there; return their address."""
    own, page = viewer(), _page()
    offered = {**page.offered, name: model_now}
    st.session_state[KEY] = replace(page, offered=offered)
    own.offer(offered)
    return f"{channel()}/{name}/weights"


def is_known(other: str) -> bool:
    """Return whether the server still knows that key."""
    return server.current().audience.viewer(other) is not None


def revoke(other: str) -> None:
    """End what an earlier session of this tab may see."""
    if other != _page().key:
        server.current().audience.revoke(other)


def channel() -> str:
    """Return the address of the session's channel, relative to the app's."""
    return f"{address.of_this_server()}/{key()}"


def _page() -> _Page:
    return cast(_Page, st.session_state.get(KEY, _Page("")))
