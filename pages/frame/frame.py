"""The frame of every page: title, navigation, link, messages, and the status of the run."""

from dataclasses import replace
from pathlib import Path

# Plotly uses pandas even if it is only half imported: Streamlit imports it for its first table, in the thread
# that draws it, while another thread may draw a figure. Here it is imported before any page is drawn.
import pandas  # noqa: F401
import streamlit as st

from pages.channel import lifespan, session_key
from pages.frame import copy_button, recent, sweep_line, undo
from pages.game import challenge
from pages.lessons import lesson_panel
from pages.models import from_link, link_choice, own_weights
from pages.run_view import presentation, progress
from pages.run_view.shown import Selection, shown_run
from pages.server import server
from pages.state import arrival, page_links, recall, refusal, session
from pages.state.holdings import Holdings
from pages.state.session_value import Address, Play, Session
from pages.state.setup import Setup
from pages.state.view import View
from polycore import PolycoreError
from polycore.links import link

_NAVIGATION = (
    (page_links.HOME, "Home", ":material/home:"),
    (page_links.POLYNOMIALS, "Polynomials", ":material/function:"),
    (page_links.DATA, "Data", ":material/scatter_plot:"),
    (page_links.TRAIN, "Train", ":material/model_training:"),
    (page_links.PREDICT, "Predict", ":material/ads_click:"),
    (page_links.INSIDE, "Inside", ":material/hub:"),
    (page_links.COMPARE, "Compare", ":material/compare_arrows:"),
    (page_links.PLAY, "Play", ":material/sports_esports:"),
)

HOME_TITLE, TRAIN_TITLE = "Which polynomial is this point on?", "Train"
PRESENTED = (HOME_TITLE, TRAIN_TITLE)  # pages with the map of the run

MORE_LINKS_HELP = "Links with or without the trained network, and HTML for your own page."

# A file: Streamlit would load an icon by name from another host. SVG is sent within the page; Streamlit keeps
# a bitmap apart, and may delete it between two script runs in quick succession.
ICON = Path(__file__).with_name("icon.svg")

# Streamlit keeps styles and dialogs in one list, in the order in which they are drawn. One more in its midst
# moves all that follow: in the browser each replaces the next, which is missing until it is drawn again, and
# the page jumps under the pointer. So a dialog that is closed leaves this in its place.
NO_STYLE = "<style></style>"

# Streamlit leaves 6rem above a page for its header, which holds only a menu in the corner: the navigation
# begins beside the menu, and the rest of the header lets clicks through
STYLE = """<style>
.stMainBlockContainer { padding-top: 0.5rem; }
@media (max-width: 640px) {
  .st-key-frame-navigation span:has(> [data-testid="stIconMaterial"]) { display: none; }
  .stButton [aria-label^="Shortcut"] { display: none; } /* phones have no keys */
  .stApp [data-testid="stMainMenu"] { display: none; } /* it lies over what is scrolled below it */
  /* the answer about a point of the map, which else would be below the screen */
  .st-key-asked-card {
    position: fixed; z-index: 100; inset: auto 0 0 0; max-height: 40vh; overflow-y: auto;
    border-radius: 0.75rem 0.75rem 0 0; background: light-dark(#ffffff, #0e1117);
    box-shadow: 0 -0.25rem 1rem rgba(0, 0, 0, 0.25);
  }
}
@media (min-width: 641px) {
  .stMainBlockContainer { padding-left: 2.5rem; padding-right: 2.5rem; }
  .stMainBlockContainer h1 { padding: 0 0 0.75rem; font-size: 1.75rem; }
}
.stAppHeader { background: transparent; }
.stApp .stAppHeader, .stApp .stAppHeader * { pointer-events: none; }
.stApp .stAppHeader button, .stApp .stAppHeader button * { pointer-events: auto; }
.st-key-frame-navigation { padding-right: 2.5rem; }
/* the size of "Copy link": without it, the button would move what follows when its script comes */
:is(.st-key-frame-link-copy, .st-key-home-link-copy) { min-width: 6.5rem; min-height: 2.5rem; }
/* So have the status of a run and its bar; on a phone the status may need two lines. On Home they take the
   place of the question, and the first button is as wide as its longest label. */
:is(.st-key-progress-bar, .st-key-train-standing, .st-key-home-standing) { min-height: 2.35rem; }
.st-key-progress-line { min-height: 1.4rem; }
.st-key-home-main button { min-width: 12rem; }
/* what goes is still there beside what has come, until the page is drawn */
:is(.st-key-home-standing, .st-key-home-main) > :not(:first-child) { display: none; }
@media (max-width: 640px) {
  :is(.st-key-progress-bar, .st-key-train-standing) { min-height: 3.95rem; }
  .st-key-home-standing { min-height: 4.8rem; }
  .st-key-home-buttons { min-height: 4.75rem; align-content: flex-start; } /* two lines once a run is there */
  .st-key-progress-line { min-height: 2.8rem; }
}
/* on a dark page no primary color has enough contrast both as text and below white text */
.stApp :is(.stButton, .stButtonGroup, .stPopover) button:not([kind^="primary"], :disabled),
.stApp [data-testid="stSliderThumbValue"] { color: inherit !important; }
.stApp button kbd { opacity: 1; }
/* Streamlit's own "Stop" ends the drawing of the page, and means something else than ours */
[data-testid="stStatusWidget"] { display: none; }
/* shows that the server works, if that takes longer than a moment */
.stApp:not([data-test-script-state="notRunning"])::before {
  content: ""; position: fixed; z-index: 999999; inset: 0 0 auto; height: 3px; background: #5d6be0;
  opacity: 0; animation: polycore-working 1.2s linear 0.2s 500;
}
@keyframes polycore-working { from { opacity: 1; translate: -100% } to { opacity: 1; translate: 100% } }
@media (prefers-reduced-motion: reduce) {
  .stApp:not([data-test-script-state="notRunning"])::before { animation: polycore-shown 1ms 0.2s forwards; }
}
@keyframes polycore-shown { to { opacity: 1 } }
/* The help of a button or a link covers others beside it, and would stay open while the mouse is on it: it
   lets the mouse through. Help behind "?" does not, so that its longer texts can be marked and copied.
   A class, and not data-testid: at each change on the page browsers compute the styles of all elements that
   such a rule may concern: those with that class, or those with that attribute, whatever its value. */
body:has(:is(.stButton, .stDownloadButton, .stLinkButton, .stPageLink, .stPopover) [aria-describedby])
  .stTooltipContent { pointer-events: none; }
.polycore-hides-help .stTooltipContent { visibility: hidden; } /* after a press: tab.js */
/* highlighted code has a contrast of as little as 2.2:1 on a light page */
.stCode .token { color: inherit !important; }
/* Streamlit marks the keyboard focus on these only by a pale background */
.stApp :is([data-testid="stPageLink-NavLink"]:focus-visible, .stCheckbox label:has(:focus-visible)) {
  outline: 2px solid currentColor; outline-offset: -1px;
}
/* they show nothing, but their gap would move the page when they appear and disappear */
[data-testid="stLayoutWrapper"]:has(> .st-key-frame-weights),
.st-key-polycore-tab-component {
  position: absolute; pointer-events: none; /* they would lie over the navigation */
  inset-inline: 0; /* as wide as the page, but not beside its margin: it could be scrolled sideways by that */
}
@media (pointer: coarse) {
  .stApp [data-testid="InputInstructions"], .st-key-game-keys { display: none; } /* about keys */
  .stApp [data-testid="stPageLink-NavLink"], .stApp .stButtonGroup button { min-height: 2.5rem; }
  .st-key-home-buttons { min-height: 5.25rem; }
  /* some are 7 pixels high: each reacts to 28 by 28 pixels around its center, without taking more space */
  .stApp :is(button[aria-label^="Help"], .stMultiSelect button) { position: relative; }
  .stApp :is(button[aria-label^="Help"], .stMultiSelect button)::after {
    content: ""; position: absolute; inset: min(0px, 50% - 0.875rem);
  }
}
</style>"""
EMBEDDED_STYLE = "<style>.stMainBlockContainer { padding: 1rem; }</style>"


def draw(title: str) -> None:
    """Draw the frame of a page, and the status of the run in one line.

    Before its first step a run has no model, and another may answer: after it the page is drawn again.
    """
    begin(title)
    shown = shown_run(Selection(), running=session.current().view.running)
    if shown is not None:
        progress.draw_line(shown, until="begun" if session.current().own is None else "")


def begin(title: str) -> None:
    """Draw the frame alone, for a page that shows the run itself.

    Every page calls this or `draw` first: it also creates or restores the session.
    """
    st.set_page_config(page_title=f"{title} · polycore", page_icon=str(ICON), layout="wide")
    _stop_if_nothing_works()
    _restore(in_two_parts=title == HOME_TITLE and not is_embedded())
    session_key.begin()
    _close_links_of_another_page()
    has_arrived = arrival.is_new()
    if has_arrived:
        lesson_panel.follow()
    session.note_running()
    lesson_panel.note()  # before a network more is kept
    session.collect()  # when a run has ended, the address has its best weights
    _write_link(has_arrived=has_arrived)
    # last: another script run may end this one whenever it reads or writes the session
    arrival.settle()
    st.html(STYLE)
    undo.draw()
    if is_embedded():
        st.html(EMBEDDED_STYLE)
    else:
        _draw_navigation(title)
        st.title(title, anchor=False)
    with st.container():
        _draw_link_problems()
        _draw_lost_work()
    if not is_embedded():
        sweep_line.draw()
        with st.container():
            if title not in PRESENTED or not presentation.is_on():
                lesson_panel.draw_panel(title)
        with st.container(key="frame.weights"):
            own_weights.draw(address())
            recent.note()


def _stop_if_nothing_works() -> None:
    try:
        lifespan.begin_late()
    except PolycoreError as error:
        refusal.show("This server cannot show the dashboard.", error)
        st.stop()
    problem = server.current().limits.problem
    if problem is not None:
        refusal.show("This server does nothing until its operator has corrected its limits.", problem)
        st.stop()


def is_embedded() -> bool:
    """Return whether the dashboard is embedded in another page, which has its own title and navigation."""
    return bool(st.context.is_embedded)


def copy_link(key: str) -> None:
    """Draw a button that copies the link to this page, and one that shows more links."""
    with st.container(horizontal=True, width="content", gap="xxsmall"):
        copy_button.draw(f"{key}.copy")
        # Not a popover: it reports to the server that it closes, together with the click outside that closed
        # it. If that click is in another fragment, or in none, Streamlit runs only the first of the two.
        st.button(
            "More links",
            icon=":material/expand_more:",
            key=key,
            help=MORE_LINKS_HELP,
            on_click=_open_links,
            args=(key,),
        )
    if session.current().address.links_shown == (key, address()):
        _show_links(key)
    else:
        st.html(NO_STYLE)


def _open_links(key: str) -> None:
    # kept in the session: a run that ends draws its page again, and what is not drawn then disappears
    session.set_address(replace(session.current().address, links_shown=(key, address())))


def _close_links() -> None:
    session.set_address(replace(session.current().address, links_shown=None))


def _close_links_of_another_page() -> None:
    shown = session.current().address.links_shown
    if shown is not None and shown[1] != address():
        _close_links()


@st.dialog("More links", icon=":material/link:", on_dismiss=_close_links)
def _show_links(key: str) -> None:
    link_choice.draw(address(), key)


def address() -> str:
    """Return this page's address, without a query."""
    url = (st.context.url or "http://localhost:8501/").split("?")[0]
    return url if url.count("/") > 2 else f"{url}/"  # of Home it may be the host alone


def _restore(*, in_two_parts: bool) -> None:
    """Create a new session from the address, or restore that of a tab that was refreshed.

    in_two_parts: whether the page leaves something out at first; see `recall.recalled`.
    """
    holds = session.current().holdings if session.exists() else Holdings()
    recalled = recall.recalled(holds=holds, in_two_parts=in_two_parts)
    if not session.exists():
        opened = link.from_query(st.query_params)
        received = challenge.from_query(st.query_params, opened)
        problems = opened.problems + received.problems
        new = Session(
            setup=Setup(opened.experiment),
            view=View() if opened.experiment.data is None else View().of_points(),
            play=Play(challenge=received.challenge),
            address=Address(problems=problems),
        )
        session.restore(from_link.with_network(new, opened.weights, opened.model))
    # a new session may be that of a known tab: the server forgets a session that was disconnected for long
    if recalled is not None:
        now = session.current()
        if now.training is not None and recalled.training not in (None, now.training):
            recalled.training.stop()  # a run was started before the tab could say which session it had
        session.restore(from_link.after_refresh(recalled, now))
    if recall.confirm_name() or recalled is not None:
        recall.remember(session.current())  # perhaps nothing changes before the tab opens another address
    lost = recall.lost()
    if lost != Holdings():
        session.set_lost(lost)


def _write_link(*, has_arrived: bool) -> None:
    """Write the set-up into the address, unless it is there already."""
    query = {**lesson_panel.words(), **link.query_of_page(session.current().experiment), **from_link.words()}
    # after the first script run the browser may show another query than it asked with: an answer may be on
    # its way
    if not has_arrived or st.query_params.to_dict() != query:
        st.query_params.from_dict(query)


def _draw_navigation(title: str) -> None:
    # not in the sidebar: on a phone it covers the page, and stays open over the page chosen in it
    with st.container(horizontal=True, vertical_alignment="center", gap="xxsmall", key="frame.navigation"):
        for page, label, icon in _NAVIGATION:
            page_links.draw(page, label, icon)
        copy_link("frame.link")
        if title in PRESENTED and presentation.is_possible() and not presentation.is_on():
            presentation.button()


def _draw_link_problems() -> None:
    problems = session.current().address.problems
    if not problems:
        return
    with st.container(border=True):
        st.write(":material/link_off: Parts of the link could not be used.")
        for problem in problems:
            # st.text renders no Markdown: anyone can write a link
            st.text(refusal.of_link(problem))
        st.button("Dismiss", key="frame.link_problems", on_click=_forget_link_problems)


def _forget_link_problems() -> None:
    session.set_address(replace(session.current().address, problems=()))


def _draw_lost_work() -> None:
    now = session.current()
    message = now.lost.loss_message(network_in_address=now.address.link_weights is not None)
    if message is not None:
        with st.container(border=True):
            st.write(f":material/cloud_off: {message}")
            st.button("OK", key="frame.loss", on_click=_forget_lost_work)


def _forget_lost_work() -> None:
    session.set_lost(Holdings())
