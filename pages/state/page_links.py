"""From page to page: links that keep the set-up, this page's address, and whether a visitor has just come."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from pages.channel import component
from pages.patches.rerun_requests import ARRIVED_AT
from pages.state import session
from polycore.links import link

HOME = "streamlit_app.py"
POLYNOMIALS = "pages/1_polynomials.py"
DATA = "pages/2_data.py"
TRAIN = "pages/3_train.py"
PREDICT = "pages/4_predict.py"
INSIDE = "pages/5_inside.py"
COMPARE = "pages/6_compare.py"
PLAY = "pages/7_play.py"
GLOSSARY = "pages/8_glossary.py"
GUESSES = "pages/9_guesses.py"

# in links to them; of all but Home they are the titles too
LABELS = {
    HOME: "Home",
    POLYNOMIALS: "Polynomials",
    DATA: "Data",
    TRAIN: "Train",
    PREDICT: "Predict",
    INSIDE: "Inside",
    COMPARE: "Compare",
    PLAY: "Play",
    GLOSSARY: "Glossary",
    GUESSES: "Guesses",
}
# the views of pages that an address can name, by the values of a parameter that is called as the page
VIEWS: Mapping[str, Mapping[str, Any]] = {
    INSIDE: {"computes": "What it computes", "learns": "How it learns"},
    COMPARE: {"kept": "Kept runs", "race": "Race", "sweep": "Sweep", "class": "A class"},
}

_leading = component.Component("polycore_lead", (Path(__file__).with_name("lead.js"),))


def draw(
    page: str,
    label: str,
    icon: str | None = None,
    view: str | None = None,
    query: Mapping[str, str] | None = None,
) -> None:
    """Draw a link to another page that keeps the set-up: a plain one would drop it from the address.

    view: that the page shows, by its value in the address; None for the one that it has shown last.
    query: that of the set-up, if it is known.
    """
    if query is None:
        query = link.query_of_page(session.current().experiment)
    if view is not None:
        query = {**query, LABELS[page].lower(): view}
    st.page_link(page, label=label, icon=icon, query_params=query)


def lead(page: str, label: str, view: str) -> None:
    """Draw a link, which is followed at once: to what a press has begun on that page."""
    with st.container(key="page_links.lead"):
        draw(page, label, view=view)
        _leading.draw()


def here() -> str:
    """Return this page's address, without a query."""
    url = (st.context.url or "http://localhost:8501/").split("?")[0]
    return url if url.count("/") > 2 else f"{url}/"  # of Home it may be the host alone


def follow_view(title: str, query: Mapping[str, str]) -> None:
    """Show the view that an address with that query names, if any. Call it if the page was just opened."""
    view = _views_of(title).get(query.get(title.lower(), ""))
    if view is not None and title == LABELS[INSIDE]:
        session.change_view(inside_view=view)
    elif view is not None:
        session.update(comparison=replace(session.current().comparison, view=view))


def view_words(title: str) -> dict[str, str]:
    """Return the address's parameter for the view of the page; none for its first, and on other pages."""
    now = session.current()
    shown = now.view.inside_view if title == LABELS[INSIDE] else now.comparison.view
    return {title.lower(): word for word, view in list(_views_of(title).items())[1:] if view == shown}


def _views_of(title: str) -> Mapping[str, Any]:
    return next((views for page, views in VIEWS.items() if LABELS[page] == title), {})


def has_just_arrived() -> bool:
    """Return whether this run of the page is the first since the visitor came: by a link, Back, or a new tab.

    Only then does the query of a request say what the address says. A later request carries the query that
    the browser showed when it sent the request, and the answer to an earlier press may be about to change
    that.
    """
    context = get_script_run_ctx(suppress_warning=True)
    if context is None:
        return True
    return context.is_history_navigation or st.session_state.get(ARRIVED_AT) != context.page_script_hash


def note_arrival() -> None:
    """Note that the visitor has arrived: the address was read, or a button has changed what it is to say."""
    context = get_script_run_ctx(suppress_warning=True)
    if context is not None:
        st.session_state[ARRIVED_AT] = context.page_script_hash
