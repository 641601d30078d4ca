"""Remembers the session of each browser tab in the server for a while, so that a refresh loses nothing.

A refresh starts a new Streamlit session. The tab itself keeps a random name across it, in its sessionStorage,
which no other tab and no link carries. By that name the tab gets its session back.

Each session generates a name, and a tab without one adopts it. A tab that already has a name reports it, and
its page is then drawn a second time.
"""

import secrets
from dataclasses import replace
from pathlib import Path
from typing import Any

import streamlit as st

from pages.channel import component, session_key
from pages.server import server
from pages.state.holdings import Holdings
from pages.state.session_value import Session

KEY = "polycore.tab"
REPORTED_KEY, FORGOTTEN_KEY = f"{KEY}.reported", f"{KEY}.forgotten"
HOLDINGS_KEY, HELD_KEY = f"{KEY}.holdings", f"{KEY}.held"  # of this session, and of the tab before it
COMPONENT_KEY = f"{KEY}.component"
ANSWERED_KEY = f"{KEY}.answered"
FIRST_KEY = f"{KEY}.first"
NAME_LENGTH = 32


def remember(session: Session) -> None:
    """Remember the session under this tab's name, once it has one."""
    st.session_state[HOLDINGS_KEY] = session.holdings
    name = st.session_state.get(KEY)
    if name is None:
        return
    # without its film, which has up to 3 MB and is drawn again in two seconds
    session = replace(session, drawings=replace(session.drawings, film=None))
    server.current().tabs.keep(name, session, session_key.key())


def recalled(*, in_two_parts: bool) -> Session | None:
    """Return what this tab had before a refresh, when it first reports its name; else None.

    Also forgets sessions that have been remembered for too long.

    in_two_parts: whether the page, if it is the session's first, leaves something out. Any tab then reports
        its name, so that the page is drawn again.
    """
    tabs = server.current().tabs
    tabs.let_go()
    is_first = st.session_state[FIRST_KEY] = FIRST_KEY not in st.session_state
    name = st.session_state.setdefault(KEY, secrets.token_hex(NAME_LENGTH // 2))
    holds = st.session_state.get(HOLDINGS_KEY, Holdings()).to_json()
    answered = st.session_state.get(ANSWERED_KEY)
    tab = _tab.draw(
        key=COMPONENT_KEY,
        data={"name": name, "again": is_first and in_two_parts, "holds": holds, "answered": answered},
        on_name_change=lambda: None,
        on_held_change=lambda: None,
        on_asked_change=_answer,
    )
    st.session_state[HELD_KEY] = Holdings.from_browser(tab.held)
    if not _is_name(tab.name) or tab.name == name:
        return None
    st.session_state[REPORTED_KEY] = tab.name
    before = tabs.get(tab.name)
    st.session_state[FORGOTTEN_KEY] = before is None
    return None if before is None else before.session


def _answer() -> None:
    """Have the page say, as it is drawn next, which of the tab's requests to be drawn it answers."""
    number = st.session_state[COMPONENT_KEY].get("asked")
    if isinstance(number, int):
        st.session_state[ANSWERED_KEY] = number


def is_first_page() -> bool:
    """Return whether this is the session's first page, drawn for the first time."""
    return bool(st.session_state.get(FIRST_KEY, True))


def lost() -> Holdings:
    """Return, once, what the tab of a forgotten session had: it may report that later than its name."""
    held: Holdings = st.session_state.get(HELD_KEY, Holdings())
    if held == Holdings() or not st.session_state.get(FORGOTTEN_KEY):
        return Holdings()
    st.session_state[FORGOTTEN_KEY] = False
    return held


def confirm_name() -> bool:
    """Remember what the tab has from now on, under the name that it has reported; return whether it is new.

    Call it when the session has what was recalled. A press may end a page whenever that reads or writes the
    session; the next run of the page then recalls again. The tab's session before it sees nothing more.
    """
    own, tabs = st.session_state[KEY], server.current().tabs
    name = st.session_state.get(REPORTED_KEY, own)
    before = tabs.get(name)
    if name == own:
        if before is not None and not session_key.is_known(before.key):
            # it was forgotten during a long cut, and the session has another one now
            tabs.keep(name, before.session, session_key.key())
        return False
    st.session_state[KEY] = name
    tabs.forget(own)
    if before is not None:
        session_key.revoke(before.key)
    return True


def _is_name(name: Any) -> bool:
    return isinstance(name, str) and len(name) == NAME_LENGTH and name.isascii() and name.isalnum()


_tab = component.Component("polycore_tab", (Path(__file__).with_name("tab.js"),))
