"""The buttons "Copy link", which copies the link to this page to the clipboard, and "More links".

What was typed just before the press on Copy link is on its way to the server then. The button waits until the
page has been drawn with it (pages/state/tab.js), for then the address, which is the link, has it too.
"""

from dataclasses import replace
from functools import partial
from pathlib import Path

import streamlit as st

from pages.channel import component
from pages.frame.style import NO_STYLE
from pages.models import export, link_choice, shown_network
from pages.state import page_links, session

HELP = "Copy the link to what you see, with the trained network if there is one."
TRAINED = "Link copied. It contains the set-up and the {}weights of the trained network."
SET_UP, LESSON = "Link copied. It contains the set-up.", "Link copied. It contains the lesson and its set-up."
LONGEST = 1500  # characters that mail and chat programs keep in one piece
LONG = "It has {} characters, and some programs cut long links."
ANSWERED = "It opens the lesson without the question before Start: the network shows the outcome."
SHORTER, FILES = "Copy it without the network", "Send a file instead"
WAITING = "The link will be copied once it includes everything you entered."
LATE = "The server is not answering: this link may lack your latest changes."
MORE_HELP = "Links with or without the trained network, files, and HTML for your own page."

_component = component.Component("polycore_copy", (Path(__file__).with_suffix(".js"),))


def draw(key: str) -> None:
    """Draw both buttons. The note that confirms a copy says whether the link contains a trained network."""
    now = session.current()
    kept, is_lesson = shown_network.answering_as_shown(now), now.lessons.current is not None
    which = ("latest " if kept.choice == "Now" else "best ") if kept and kept.weights else ""
    data = {
        "help": HELP,
        "trained": TRAINED.format(which),
        "set_up": LESSON if is_lesson else SET_UP,
        "answered": ANSWERED if is_lesson else "",
        "waiting": WAITING,
        "late": LATE,
        "longest": LONGEST,
        "long": LONG,
        "shorter": SHORTER,
        "files": FILES,
    }
    with st.container(horizontal=True, width="content", gap="xxsmall"):
        show = partial(_show, (key, page_links.here()))
        _component.draw(key=f"{key}.copy", data=data, width="content", on_more_change=show)
        # Not a popover: it reports to the server that it closes, together with the click outside that closed
        # it. If that click is in another fragment, or in none, Streamlit runs only the first of the two.
        st.button(
            "More links",
            icon=":material/more_horiz:",
            type="tertiary",
            key=key,
            help=MORE_HELP,
            on_click=show,
        )
    if session.current().links.shown == (key, page_links.here()):
        _draw_links(key)
    else:
        st.html(NO_STYLE)


def close_links_of_another_page() -> None:
    """Let the links that were shown on another page be shown no longer."""
    shown = session.current().links.shown
    if shown is not None and shown[1] != page_links.here():
        _show(None)


def _show(button: tuple[str, str] | None) -> None:
    # kept in the session: a run that ends draws its page again, and what is not drawn then disappears
    session.update(links=replace(session.current().links, shown=button))


@st.dialog("More links", icon=":material/link:", on_dismiss=lambda: _show(None))
def _draw_links(key: str) -> None:
    kept = session.current().answering
    if kept is not None:
        # first: they are there at once, and rounding the weights for a link takes a moment
        export.draw_files_to_send(kept, key)
    link_choice.draw(page_links.here())
