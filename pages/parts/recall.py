"""What a refresh must not lose: each browser tab's session, remembered in the server for a while.

A refresh starts a new Streamlit session. The tab itself keeps a random name across it (its sessionStorage,
which no other tab and no link carries), and by that name the session is found again.
"""

import threading
import time
from collections import OrderedDict
from typing import TYPE_CHECKING, Any

import streamlit as st

if TYPE_CHECKING:
    from pages.parts.session import Session

KEY = "polycore.tab"
MOST_REMEMBERED = 100  # a class of thirty three times over; a tab that has trained has about 0.3 MB
SECONDS_REMEMBERED = 900.0
NAME_LENGTH = 32

_NAME_OF_THE_TAB = """
const KEY = "polycore.tab";

function newName() {
  const bytes = Array.from(crypto.getRandomValues(new Uint8Array(16)));
  return bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

// Browsers may forbid the store within another site's page: a refresh begins anew there.
function stored(use) {
  try {
    return use(sessionStorage);
  } catch {
    return null;
  }
}

// The name lies in the store only between two pages: a tab that is opened from this one begins with a copy of
// the store, and would share this one's run.
function nameOfThisTab() {
  if (!window.polycoreTab) {
    window.polycoreTab = stored((store) => store.getItem(KEY)) ?? newName();
    stored((store) => store.removeItem(KEY));
    addEventListener("pagehide", () => stored((store) => store.setItem(KEY, window.polycoreTab)));
    addEventListener("pageshow", () => stored((store) => store.removeItem(KEY)));
  }
  return window.polycoreTab;
}

// A page that nobody touches asks for nothing when its connection is new. It may have met another server, or
// one that has forgotten it, where what is pressed first would be lost: so it asks to be drawn.
function drawAnewWhenConnectedAnew(setStateValue) {
  const app = document.querySelector("[data-testid=stApp]");
  let wasCut = false;
  const observer = new MutationObserver(() => {
    const isCut = app.dataset.testConnectionState !== "CONNECTED";
    if (wasCut && !isCut) setStateValue("connected", performance.now());
    wasCut = isCut;
  });
  observer.observe(app, { attributeFilter: ["data-test-connection-state"] });
  return () => observer.disconnect();
}

export default function ({ setStateValue }) {
  setStateValue("name", nameOfThisTab());
  return drawAnewWhenConnectedAnew(setStateValue);
}
"""

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
    """Return what this tab had before a refresh, once: where it has just told its name, else None.

    Whoever opens a page lets go what has been remembered for too long.
    """
    with _lock:
        _forget()
    name = _tab(key="polycore.tab.component", on_name_change=lambda: None).name
    if not _is_name(name) or st.session_state.get(KEY) == name:
        return None
    st.session_state[KEY] = name
    with _lock:
        _, session = _sessions.get(name, (0.0, None))
    return session


def _forget() -> None:
    oldest = time.monotonic() - SECONDS_REMEMBERED
    while _sessions and (len(_sessions) > MOST_REMEMBERED or next(iter(_sessions.values()))[0] < oldest):
        _sessions.popitem(last=False)


def _is_name(name: Any) -> bool:
    return isinstance(name, str) and len(name) == NAME_LENGTH and name.isascii() and name.isalnum()


_tab = st.components.v2.component("polycore_tab", js=_NAME_OF_THE_TAB)
