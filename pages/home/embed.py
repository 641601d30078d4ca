"""The dashboard embedded in another page (`?embed=true`): only the map and its controls."""

import streamlit as st

from pages.frame import frame
from pages.home import home_map
from pages.models import from_link
from pages.run_view import map_view, progress
from pages.run_view.shown import shown_run
from pages.setup import controls
from pages.state import session
from polycore.links import link


def draw() -> None:
    """Draw the controls, Home's map, and a link to the whole dashboard."""
    with st.container():
        controls.draw()
        controls.show_refusal()
    shown = shown_run(map_view.network_selection(), running=session.current().view.running)
    with st.container(gap=None):
        if shown is not None:
            progress.draw_bar(shown)
            progress.draw_notes(shown)
    home_map.draw(shown, embedded=True)
    st.link_button(
        "Open the whole dashboard",
        link.to_address(frame.address(), session.current().experiment, from_link.words().get("weights")),
        icon=":material/open_in_new:",
        help="Opens the same set-up in a new tab, with all pages and settings.",
    )
