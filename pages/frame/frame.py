"""What every page has around it: its title, the way to the others, the link, and how the run stands."""

from dataclasses import replace
from pathlib import Path

# Plotly takes pandas as it finds it, also half imported: Streamlit imports it for its first table, in the
# thread that draws it, while another thread draws a figure. Here it is whole before any page is drawn.
import pandas  # noqa: F401
import streamlit as st

from pages import patches
from pages.frame import copy_button, queue_place, sweep_ticker, undo
from pages.game import challenge
from pages.lessons import look_panel
from pages.models import from_link, link_choice, own_weights
from pages.runs.runner import Training
from pages.server import hosting
from pages.state import arrival, recall, session
from pages.state.holdings import Holdings
from pages.state.session_value import Address, Play, Session
from pages.state.setup import Setup
from pages.state.watch import is_running, watch
from pages.wording import refusal
from polycore.formatting import loss_text
from polycore.links import link

HOME = "streamlit_app.py"
POLYNOMIALS = "pages/1_polynomials.py"
DATA = "pages/2_data.py"
TRAIN = "pages/3_train.py"
PREDICT = "pages/4_predict.py"
INSIDE = "pages/5_inside.py"
COMPARE = "pages/6_compare.py"
PLAY = "pages/7_play.py"

_NAVIGATION = (
    (HOME, "Home", ":material/home:"),
    (POLYNOMIALS, "Polynomials", ":material/function:"),
    (DATA, "Data", ":material/scatter_plot:"),
    (TRAIN, "Train", ":material/model_training:"),
    (PREDICT, "Predict", ":material/ads_click:"),
    (INSIDE, "Inside", ":material/hub:"),
    (COMPARE, "Compare", ":material/compare_arrows:"),
    (PLAY, "Play", ":material/sports_esports:"),
)

TICKER_SECONDS = 1.0
MORE_LINKS_HELP = "More links: with the trained network, the set-up alone, or HTML for a page of your own."

# a file of ours: Streamlit would load an icon by name from another host. SVG goes along within the page; a
# picture in pixels is kept beside it, and may be forgotten between two runs that follow closely.
ICON = Path(__file__).with_name("icon.svg")

# Streamlit leaves 6rem above a page for its header, which holds no more than a menu in the corner: the
# navigation begins beside that, and can be clicked through the rest
STYLE = """<style>
.stMainBlockContainer { padding-top: 1rem; }
.stAppHeader { background: transparent; }
.stApp .stAppHeader, .stApp .stAppHeader * { pointer-events: none; }
.stApp .stAppHeader button, .stApp .stAppHeader button * { pointer-events: auto; }
.st-key-frame-navigation { padding-right: 2.5rem; }
/* on a dark page no primary colour has contrast enough both as text and beneath white text */
.stApp :is(.stButton, .stButtonGroup, .stPopover) button:not([kind^="primary"], :disabled),
.stApp [data-testid="stSliderThumbValue"] { color: inherit !important; }
.stApp button kbd { opacity: 1; }
/* a sign of work where an answer takes longer than a glance: most ticks are done before it would show */
.stApp:not([data-test-script-state="notRunning"])::before {
  content: ""; position: fixed; z-index: 999999; inset: 0 0 auto; height: 3px; background: #5d6be0;
  opacity: 0; animation: polycore-working 1.2s linear 0.2s 500;
}
@keyframes polycore-working { from { opacity: 1; translate: -100% } to { opacity: 1; translate: 100% } }
/* the colours of code's parts have as little as 2.2:1 on a light page */
.stCode .token { color: inherit !important; }
/* Streamlit gives these a pale background alone where the keyboard is */
.stApp :is([data-testid="stPageLink-NavLink"]:focus-visible, .stCheckbox label:has(:focus-visible)) {
  outline: 2px solid currentColor; outline-offset: -1px;
}
/* it shows nothing, but its gap would move the page as it comes and goes */
[data-testid="stLayoutWrapper"]:has(> .st-key-frame-weights) { position: absolute; }
@media (pointer: coarse) {
  .stApp [data-testid="stPageLink-NavLink"], .stApp .stButtonGroup button { min-height: 2.5rem; }
  /* some are 7 pixels high: each answers in 28 by 28 around its middle, and nothing moves for it */
  .stApp :is(button[aria-label^="Help"], .stMultiSelect button) { position: relative; }
  .stApp :is(button[aria-label^="Help"], .stMultiSelect button)::after {
    content: ""; position: absolute; inset: min(0px, 50% - 0.875rem);
  }
}
</style>"""
EMBEDDED_STYLE = "<style>.stMainBlockContainer { padding: 1rem; }</style>"
# its own "Stop" is there all the time where a fragment polls, and means something else than ours
RUNNING_STYLE = f"{STYLE}<style>[data-testid='stStatusWidget'] {{ display: none; }}</style>"


def draw(title: str) -> None:
    """Draw what a page begins with, and in one line how the run stands."""
    draw_without_ticker(title)
    watch(_draw_ticker, TICKER_SECONDS, shown_running=is_running())


def draw_without_ticker(title: str) -> None:
    """Draw what a page begins with that shows the run itself.

    Every page calls this or `draw` first: it also makes the session what it is.
    """
    patches.apply()
    st.set_page_config(page_title=f"{title} · polycore", page_icon=str(ICON), layout="wide")
    _stop_where_limits_are_wrong()
    _restore()
    _close_links_of_another_page()
    has_come = arrival.is_new()
    if has_come:
        look_panel.follow()
    if not is_running():
        session.collect()  # the address has the best that a run ended with
    _write_link(has_come=has_come)
    # last: another run of the page may end this one wherever it reads or writes the session
    arrival.settle()
    ticking = is_running() or sweep_ticker.is_running() or session.current().lessons.look
    st.html(RUNNING_STYLE if ticking else STYLE)
    undo.draw()
    if is_embedded():
        st.html(EMBEDDED_STYLE)
    else:
        _navigation()
        st.title(title, anchor=False)
    with st.container():
        _link_problems()
        _loss()
    if not is_embedded():
        sweep_ticker.draw()
        with st.container():
            look_panel.draw_panel(title)
        with st.container(key="frame.weights"):
            own_weights.draw(address())


def _stop_where_limits_are_wrong() -> None:
    problem = hosting.problem()
    if problem is not None:
        refusal.show("This server does nothing until its operator has mended its limits.", problem)
        st.stop()


def is_embedded() -> bool:
    """Return whether the dashboard is shown within another page, which has a title and ways of its own."""
    return bool(st.context.is_embedded)


def standing(training: Training) -> str:
    """Return how a run stands, in one line of Markdown."""
    run = training.run
    return (
        f"**{training.status.capitalize()}** · step {run.step:,} of {run.experiment.steps:,} "
        f"({run.step / run.experiment.steps:.0%}){queue_place.shortly(training)} · "
        f"best loss {loss_text(run.best_loss)} nats"
    )


def page_link(page: str, label: str, icon: str | None = None) -> None:
    """Draw a link to another page that hands the set-up on: a plain one would drop it from the address."""
    query = link.to_query(session.current().experiment)
    st.page_link(page, label=label, icon=icon, query_params=query)


def copy_link(key: str) -> None:
    """Draw a button that copies the link to what this page shows, and one that shows all its links."""
    experiment = session.current().experiment
    shown = link.to_address(address(), experiment, from_link.words().get("weights"))
    with st.container(horizontal=True, width="content", gap="xxsmall"):
        copy_button.draw(shown, f"{key}.copy")
        # no popover: that tells the server when it closes, in one go with what was clicked beside it; and if
        # that is in another fragment, or in none, Streamlit runs the first of the two alone
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


def _open_links(key: str) -> None:
    # kept: a run that ends draws its page anew, and what is not drawn then is gone
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
    found = (st.context.url or "http://localhost:8501/").split("?")[0]
    return found if found.count("/") > 2 else f"{found}/"  # the bare host of a home page


def _restore() -> None:
    """Make a new session from the address, and give a refreshed tab back what it had."""
    recalled = recall.recalled()
    if not session.exists():
        opened = link.from_query(st.query_params)
        received = challenge.from_query(st.query_params, opened)
        problems = opened.problems + received.problems
        session.restore(
            Session(
                setup=Setup(opened.experiment),
                play=Play(challenge=received.challenge),
                address=Address(problems=problems),
            )
        )
        from_link.take(opened.weights, opened.model)
    # a session that is new may know its tab at once: the server forgets one that was cut off for long
    if recalled is not None:
        now = session.current()
        if now.training is not None and recalled.training not in (None, now.training):
            recalled.training.stop()  # a run was begun before the tab could say what it had
        session.restore(recalled.after_refresh(now))
        from_link.take_over(now)
    recall.confirm_name()
    if recalled is not None:
        recall.remember(session.current())
    lost = recall.lost()
    if lost != Holdings():
        session.set_lost(lost)


def _write_link(*, has_come: bool) -> None:
    """Let the address say the set-up, if it does not yet."""
    query = {**look_panel.words(), **link.to_query(session.current().experiment), **from_link.words()}
    # later on the browser may show another query than the one it asked with: an answer may be on its way
    if not has_come or st.query_params.to_dict() != query:
        st.query_params.from_dict(query)


def _navigation() -> None:
    # not in the sidebar: on a phone that covers the page, and stays open over the page one has chosen in it
    with st.container(horizontal=True, vertical_alignment="center", gap="xxsmall", key="frame.navigation"):
        for page, label, icon in _NAVIGATION:
            page_link(page, label, icon)
        copy_link("frame.link")


def _link_problems() -> None:
    problems = session.current().address.problems
    if not problems:
        return
    with st.container(border=True):
        st.write(":material/link_off: Parts of the link could not be used.")
        for problem in problems:
            # st.text shows what it is given: a link's words are a stranger's
            st.text(problem)
        st.button("Dismiss", key="frame.link_problems", on_click=_forget_link_problems)


def _forget_link_problems() -> None:
    session.set_address(replace(session.current().address, problems=()))


def _loss() -> None:
    now = session.current()
    message = now.lost.loss_message(network_in_address=now.address.link_weights is not None)
    if message is not None:
        with st.container(border=True):
            st.write(f":material/cloud_off: {message}")
            st.button("OK", key="frame.loss", on_click=_forget_loss)


def _forget_loss() -> None:
    session.set_lost(Holdings())


def _draw_ticker(training: Training) -> None:
    st.caption(f":material/model_training: {standing(training)}")
