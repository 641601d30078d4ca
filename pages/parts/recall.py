"""What a refresh must not lose: each browser tab's session, remembered in the server for a while.

A refresh starts a new Streamlit session. The tab itself keeps a random name across it (its sessionStorage,
which no other tab and no link carries), and by that name the session is found again.
"""

import threading
import time
from collections import OrderedDict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

if TYPE_CHECKING:
    from pages.parts.session import Session

KEY = "polycore.tab"
TOLD_KEY = f"{KEY}.told"
COMPONENT_KEY = f"{KEY}.component"
MOST_REMEMBERED = 100  # a class of thirty three times over; a tab that has trained has about 0.3 MB
SECONDS_REMEMBERED = 900.0
NAME_LENGTH = 32
SCRIPT = Path(__file__).with_name("tab.js")

_lock = threading.Lock()
_sessions: OrderedDict[str, tuple[float, "Session"]] = OrderedDict()


def remember(session: "Session") -> None:
    """Remember the session under this tab's name, where the tab has told it yet."""
    name = st.session_state.get(KEY)
    if name is None:
        return
    now = time.monotonic()
    with _lock:
        _sessions[name] = (now, session)
        _sessions.move_to_end(name)
        _forget()


def recalled() -> "Session | None":
    """Return what this tab had before a refresh, where it has told its name and is not known yet, else None.

    Whoever opens a page lets go what has been remembered for too long.
    """
    with _lock:
        _forget()
    known = KEY in st.session_state  # a tab that is known does not say its name again: each time is a request
    name = _tab(key=COMPONENT_KEY, data={"known": known}, on_name_change=lambda: None).name
    if not _is_name(name) or st.session_state.get(KEY) == name:
        return None
    st.session_state[TOLD_KEY] = name
    with _lock:
        _, session = _sessions.get(name, (0.0, None))
    return session


def know() -> None:
    """Let the tab be known by the name that it has told: what it has is remembered from now on.

    To be called when the session has what was recalled, for a press may end a page wherever it reads or
    writes the session: the next one then recalls once more.
    """
    if TOLD_KEY in st.session_state:
        st.session_state[KEY] = st.session_state[TOLD_KEY]


def _forget() -> None:
    oldest = time.monotonic() - SECONDS_REMEMBERED
    while _sessions and (len(_sessions) > MOST_REMEMBERED or next(iter(_sessions.values()))[0] < oldest):
        _sessions.popitem(last=False)


def _is_name(name: Any) -> bool:
    return isinstance(name, str) and len(name) == NAME_LENGTH and name.isascii() and name.isalnum()


_tab = st.components.v2.component("polycore_tab", js=SCRIPT.read_text(encoding="utf-8"))
