"""Frames that are passed with the page, once a second, if this server has none of the channel's routes.

A launcher that runs the page by Streamlit's own function, and not by `streamlit run`, starts such a server.
"""

from pathlib import Path

import streamlit as st

from pages import patches
from pages.channel import component, session_key
from pages.channel.live_text import CHANNEL_SCRIPT
from pages.server import server

KEY = "channel.passing"
SECONDS = 1.0

_component = component.Component("polycore_passing", (CHANNEL_SCRIPT, Path(__file__).with_suffix(".js")))


def is_needed() -> bool:
    """Return whether this server has no other way for frames."""
    return server.current().channel is None


def draw() -> None:
    """Draw what passes the frames of the session's runs to the page's components; it shows nothing."""
    if is_needed():
        patches.apply()  # no lifespan of ours has: without them, presses are lost now and then
        with st.container(key=KEY):
            _pass()


@st.fragment(run_every=SECONDS)
def _pass() -> None:
    sources = session_key.followed()
    if not sources:  # also as the page is drawn, which shows the latest state by itself
        return
    session_key.holder().fetched()
    frames = [source.frame().content for source in sources]
    content = b"".join(len(frame).to_bytes(4, "little") + frame for frame in frames)
    _component.draw(key=f"{KEY}.frames", data=content)
