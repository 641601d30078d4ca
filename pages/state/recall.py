"""Remembers the session of each browser tab in the server for a while, so that a refresh loses nothing.

A refresh starts a new Streamlit session. The tab itself keeps a random name across it, in its sessionStorage,
which no other tab and no link carries. By that name the tab gets its session back.

Each session generates a name, and a tab without one adopts it. A tab that already has a name reports it, and
its page is then drawn a second time.
"""

import secrets
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import cast

import streamlit as st

from pages.channel import component, session_key
from pages.server import server
from pages.state.holdings import Holdings
from pages.state.session_value import Session

KEY = "polycore.tab"
COMPONENT_KEY = f"{KEY}.component"
NAME_LENGTH = 32


@dataclass(frozen=True)
class OwnTab:
    """What a session knows of its tab. It is not in the session: one that is recalled has another.

    name: of the tab; until that reports its own, the one that it is to adopt.
    reported: the name that the tab has reported, if it is another.
    is_forgotten: whether the server keeps nothing under that name, which `lost` has not returned yet.
    had: what the tab had, as it reports.
    visits: whether the user came by a link or a typed address, and not by a refresh or by Back, as it reports
        with its name.
    answered: the number of the tab's latest request to be drawn that was handled.
    is_first: whether the session's first page is drawn for the first time.
    """

    name: str = field(default_factory=lambda: secrets.token_hex(NAME_LENGTH // 2))
    reported: str | None = None
    is_forgotten: bool = False
    had: Holdings = field(default_factory=Holdings)
    visits: bool = False
    answered: float | None = None
    is_first: bool = True


def remember(session: Session) -> None:
    """Remember the session under this tab's name, once it has one."""
    tab = _tab()
    if tab is None:
        return
    # without its film, which has up to 3 MB and is drawn again in two seconds
    session = replace(session, drawings=replace(session.drawings, film=None))
    server.current().tabs.keep(tab.name, session, session_key.key())


def recalled(*, holds: Holdings, in_two_parts: bool) -> Session | None:
    """Return what this tab had before a refresh, when it first reports its name; else None.

    Also forgets sessions that have been remembered for too long.

    holds: what the session has now, for the tab to report if it comes back.
    in_two_parts: whether the page, if it is the session's first, leaves something out. Any tab then reports
        its name, so that the page is drawn again.
    """
    tabs = server.current().tabs
    tabs.let_go()
    tab = _tab()
    tab = OwnTab() if tab is None else replace(tab, is_first=False)
    _note(tab)
    reports = _component.draw(
        key=COMPONENT_KEY,
        data={
            "name": tab.name,
            "again": tab.is_first and in_two_parts,
            "holds": holds.to_json(),
            "answered": tab.answered,
        },
        on_name_change=lambda: None,
        on_had_change=lambda: None,
        on_visits_change=lambda: None,
        on_asked_change=_answer,
    )
    tab = replace(tab, had=Holdings.from_browser(reports.had), visits=reports.visits is True)
    name = reports.name
    is_name = isinstance(name, str) and len(name) == NAME_LENGTH and name.isascii() and name.isalnum()
    if not is_name or name == tab.name:
        _note(tab)
        return None
    before = tabs.get(name)
    _note(replace(tab, reported=name, is_forgotten=before is None))
    return None if before is None else before.session


def _answer() -> None:
    """Have the page say, as it is drawn next, which of the tab's requests to be drawn it answers."""
    number, tab = component.sent(COMPONENT_KEY, "asked"), _tab()
    if isinstance(number, int | float) and tab is not None:
        _note(replace(tab, answered=number))


def is_first_page() -> bool:
    """Return whether this is the session's first page, drawn for the first time."""
    tab = _tab()
    return tab is None or tab.is_first


def is_visit() -> bool:
    """Return whether the tab of the session that was recalled came by an address, and not by a refresh."""
    tab = _tab()
    return tab is not None and tab.visits


def lost() -> Holdings:
    """Return, once, what the tab of a forgotten session had: it may report that later than its name."""
    tab = _tab()
    if tab is None or tab.had == Holdings() or not tab.is_forgotten:
        return Holdings()
    _note(replace(tab, is_forgotten=False))
    return tab.had


def confirm_name() -> bool:
    """Remember what the tab has from now on, under the name that it has reported; return whether it is new.

    Call it when the session has what was recalled. A press may end a page whenever that reads or writes the
    session; the next run of the page then recalls again. The tab's earlier session sees nothing more.
    """
    tab, tabs = st.session_state[KEY], server.current().tabs
    name = tab.name if tab.reported is None else tab.reported
    before = tabs.get(name)
    if name == tab.name:
        if before is not None and not session_key.is_known(before.key):
            # it was forgotten during a long cut, and the session has another one now
            tabs.keep(name, before.session, session_key.key())
        return False
    _note(replace(tab, name=name))
    tabs.forget(tab.name)
    if before is not None:
        session_key.revoke(before.key)
    return True


def _tab() -> OwnTab | None:
    return cast(OwnTab | None, st.session_state.get(KEY))


def _note(tab: OwnTab) -> None:
    st.session_state[KEY] = tab


_SCRIPTS = ("carry.js", "tab.js")
_component = component.Component("polycore_tab", tuple(map(Path(__file__).with_name, _SCRIPTS)))
