"""Remembers the session of each browser tab in the server for a while, so that a refresh loses nothing.

A refresh starts a new Streamlit session. The tab itself keeps a random name across it, in its sessionStorage,
which no other tab and no link carries. By that name the tab gets its session back.

Each session generates a name, and a tab without one adopts it. A tab that already has a name reports it, and
its page is then drawn a second time.
"""

import secrets
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import streamlit as st

from pages.channel import component, session_key
from pages.server.array_bytes import array_bytes
from pages.state.holdings import Holdings
from pages.state.session_value import Session

KEY = "polycore.tab"
REPORTED_KEY, FORGOTTEN_KEY = f"{KEY}.reported", f"{KEY}.forgotten"
HOLDINGS_KEY, HELD_KEY = f"{KEY}.holdings", f"{KEY}.held"  # of this session, and of the tab before it
COMPONENT_KEY = f"{KEY}.component"
ANSWERED_KEY = f"{KEY}.answered"
FIRST_KEY = f"{KEY}.first"
MOST_REMEMBERED = 400  # tabs: a class of thirty for a day of lessons
MOST_BYTES = 200_000_000  # of all of them; a tab that has trained has about 0.3 MB
SECONDS_REMEMBERED = 900.0
NAME_LENGTH = 32
SCRIPT = Path(__file__).with_name("tab.js")


@dataclass(frozen=True, eq=False)
class Remembered:
    """The session of a tab.

    at: when it was last stored, by time.monotonic. size: about how many bytes it has.
    key: of its live channel, which its pages may use only later.
    """

    at: float
    session: Session
    size: int
    key: str


_lock = threading.Lock()
_sessions: OrderedDict[str, Remembered] = OrderedDict()


def remember(session: Session) -> None:
    """Remember the session under this tab's name, once it has one."""
    st.session_state[HOLDINGS_KEY] = session.holdings
    name = st.session_state.get(KEY)
    if name is None:
        return
    # without its film, which has up to 3 MB and is drawn again in two seconds
    session = replace(session, drawings=replace(session.drawings, film=None))
    remembered = Remembered(time.monotonic(), session, array_bytes(session), session_key.key())
    with _lock:
        _sessions[name] = remembered
        _sessions.move_to_end(name)
        _forget()


def recalled(*, in_two_parts: bool) -> Session | None:
    """Return what this tab had before a refresh, when it first reports its name; else None.

    Also forgets sessions that have been remembered for too long.

    in_two_parts: whether the page, if it is the session's first, leaves something out. Any tab then reports
        its name, so that the page is drawn again.
    """
    with _lock:
        _forget()
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
    with _lock:
        remembered = _sessions.get(tab.name)
    st.session_state[FORGOTTEN_KEY] = remembered is None
    return None if remembered is None else remembered.session


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
    own = st.session_state[KEY]
    name = st.session_state.get(REPORTED_KEY, own)
    if name == own:
        _renew_key(name)
        return False
    st.session_state[KEY] = name
    with _lock:
        _sessions.pop(own, None)
        before = _sessions.get(name)
    if before is not None:
        session_key.revoke(before.key)
    return True


def _renew_key(name: str) -> None:
    """Remember the key that this session has now, if its own was forgotten during a long cut."""
    with _lock:
        remembered = _sessions.get(name)
        if remembered is not None and not session_key.is_known(remembered.key):
            _sessions[name] = replace(remembered, key=session_key.key())


def _forget() -> None:
    oldest = time.monotonic() - SECONDS_REMEMBERED
    size = sum(remembered.size for remembered in _sessions.values())
    while _sessions:
        first = next(iter(_sessions.values()))
        if first.at >= oldest and len(_sessions) <= MOST_REMEMBERED and size <= MOST_BYTES:
            return
        _sessions.popitem(last=False)
        size -= first.size


def _is_name(name: Any) -> bool:
    return isinstance(name, str) and len(name) == NAME_LENGTH and name.isascii() and name.isalnum()


_tab = component.Component("polycore_tab", SCRIPT.read_text(encoding="utf-8"))
