"""Remembers the session of each browser tab in the server for a while, so that a refresh loses nothing.

A refresh starts a new Streamlit session. The tab itself keeps a random name across it, in its sessionStorage,
which no other tab and no link carries. By that name the tab gets its session back.
"""

import threading
import time
from collections import OrderedDict
from pathlib import Path
from typing import Any

import streamlit as st

from pages.state.holdings import Holdings
from pages.state.session_value import Session

KEY = "polycore.tab"
REPORTED_KEY, FORGOTTEN_KEY = f"{KEY}.reported", f"{KEY}.forgotten"
HOLDINGS_KEY, HELD_KEY = f"{KEY}.holdings", f"{KEY}.held"  # of this session, and of the tab before it
COMPONENT_KEY = f"{KEY}.component"
MOST_REMEMBERED = 100  # a class of thirty three times over; a tab that has trained has about 0.3 MB
SECONDS_REMEMBERED = 900.0
NAME_LENGTH = 32
SCRIPT = Path(__file__).with_name("tab.js")

_lock = threading.Lock()
_sessions: OrderedDict[str, tuple[float, Session]] = OrderedDict()


def remember(session: Session) -> None:
    """Remember the session under this tab's name, if the tab has reported it."""
    st.session_state[HOLDINGS_KEY] = session.holdings
    name = st.session_state.get(KEY)
    if name is None:
        return
    now = time.monotonic()
    with _lock:
        _sessions[name] = (now, session)
        _sessions.move_to_end(name)
        _forget()


def recalled() -> Session | None:
    """Return what this tab had before a refresh, when it first reports its name; else None.

    Also forgets sessions that have been remembered for too long.
    """
    with _lock:
        _forget()
    known = (
        KEY in st.session_state
    )  # a tab that is known does not report its name again: each report is a request
    holds = st.session_state.get(HOLDINGS_KEY, Holdings()).to_json()
    tab = _tab(
        key=COMPONENT_KEY,
        data={"known": known, "holds": holds},
        on_name_change=lambda: None,
        on_held_change=lambda: None,
    )
    st.session_state[HELD_KEY] = Holdings.from_browser(tab.held)
    if not _is_name(tab.name) or st.session_state.get(KEY) == tab.name:
        return None
    st.session_state[REPORTED_KEY] = tab.name
    with _lock:
        _, session = _sessions.get(tab.name, (0.0, None))
    st.session_state[FORGOTTEN_KEY] = session is None
    return session


def lost() -> Holdings:
    """Return, once, what the tab of a forgotten session had: it may report that later than its name."""
    held: Holdings = st.session_state.get(HELD_KEY, Holdings())
    if held == Holdings() or not st.session_state.get(FORGOTTEN_KEY):
        return Holdings()
    st.session_state[FORGOTTEN_KEY] = False
    return held


def confirm_name() -> None:
    """Remember what the tab has from now on, under the name that it has reported.

    Call it when the session has what was recalled. A press may end a page whenever that reads or writes the
    session; the next run of the page then recalls again.
    """
    if REPORTED_KEY in st.session_state:
        st.session_state[KEY] = st.session_state[REPORTED_KEY]


def _forget() -> None:
    oldest = time.monotonic() - SECONDS_REMEMBERED
    while _sessions and (len(_sessions) > MOST_REMEMBERED or next(iter(_sessions.values()))[0] < oldest):
        _sessions.popitem(last=False)


def _is_name(name: Any) -> bool:
    return isinstance(name, str) and len(name) == NAME_LENGTH and name.isascii() and name.isalnum()


_tab = st.components.v2.component("polycore_tab", js=SCRIPT.read_text(encoding="utf-8"))
