"""The frame of every page: title, navigation, link, messages, and the run in one line."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

# Plotly uses pandas even if it is only half imported: Streamlit imports it for its first table, in the thread
# that draws it, while another thread may draw a figure. Here it is imported before any page is drawn.
import pandas  # noqa: F401
import streamlit as st

from pages.channel import lifespan, live_text, session_key
from pages.frame import copy_button, recent, undo
from pages.frame.style import EMBEDDED_STYLE, STYLE, UNTITLED, primary_color, quiet_links
from pages.game import challenge
from pages.lessons import lesson_panel, lessons
from pages.models import from_link, link_choice
from pages.run_view import following, presentation, progress
from pages.run_view.shown import Selection, shown_run
from pages.runs import pacing
from pages.runs.sweep import SweepView
from pages.server import server
from pages.state import page_links, recall, refusal, session
from pages.state.holdings import Holdings
from pages.state.links import Links
from pages.state.session_value import Play, Session
from pages.state.setup import THREE_CURVES, Setup
from pages.state.view import View
from polycore import PolycoreError
from polycore.links import link
from polycore.quoting import quoted

ICONS = {
    page_links.HOME: ":material/home:",
    page_links.POLYNOMIALS: ":material/function:",
    page_links.DATA: ":material/scatter_plot:",
    page_links.TRAIN: ":material/model_training:",
    page_links.PREDICT: ":material/ads_click:",
    page_links.INSIDE: ":material/hub:",
    page_links.COMPARE: ":material/compare_arrows:",
    page_links.PLAY: ":material/sports_esports:",
}

MOST_UNKNOWN = 5  # names in a link that are shown
REPLACED = "The address that you opened has replaced your set-up."
HOME_TITLE, TRAIN_TITLE = "Which polynomial is this point on?", page_links.LABELS[page_links.TRAIN]
PRESENTED = (HOME_TITLE, TRAIN_TITLE)  # pages with the map of the run
# pages that are shown as they are, in larger type
PRESENTED_WHOLE = (page_links.LABELS[page_links.INSIDE], page_links.LABELS[page_links.COMPARE])

# A file: Streamlit would load an icon by name from another host. SVG is sent within the page; Streamlit keeps
# a bitmap apart, and may delete it between two script runs in quick succession.
ICON = Path(__file__).with_name("icon.svg")


def draw(title: str) -> None:
    """Draw the frame of a page, with the run in one line.

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
    _restore(title)
    session_key.begin()
    copy_button.close_links_of_another_page()
    has_just_arrived = page_links.has_just_arrived()
    if has_just_arrived:
        lesson_panel.follow()
        page_links.follow_view(title, st.query_params)
    session.note_running()
    lesson_panel.note()  # before another network is kept
    session.collect()  # when a run has ended, the address has its weights
    query = {
        **lesson_panel.words(),
        **page_links.view_words(title),
        **link.query_of_page(session.current().experiment),
        **session.current().view.pacing.to_query(lesson_panel.usual_pacing()),
        **from_link.words(),
    }
    # unless it is there already: after the first script run the browser may show another query than it asked
    # with, since an answer may be on its way
    if not has_just_arrived or st.query_params.to_dict() != query:
        st.query_params.from_dict(query)
    # last: another script run may end this one whenever it reads or writes the session
    page_links.note_arrival()
    st.html(primary_color() + STYLE)
    undo.draw()
    if is_embedded():
        st.html(EMBEDDED_STYLE)
    else:
        _draw_navigation(title)
        if title != HOME_TITLE:  # Home has it beside the map
            st.title(title, anchor=False)
    with st.container():
        _draw_link_problems()
        _draw_lost_work()
    if not is_embedded():
        with st.container():
            if title in PRESENTED_WHOLE and session.current().view.presenting:
                presentation.draw_whole()
        _draw_sweep()
        with st.container(key="lesson.place"):
            if title not in PRESENTED or not presentation.is_on():
                lesson_panel.draw_panel(title)
        with st.container(key="frame.weights"):
            link_choice.write_weights(page_links.here())
            recent.note()


def is_embedded() -> bool:
    """Return whether the dashboard is embedded in another page, which has its own title and navigation."""
    return bool(st.context.is_embedded)


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


def new_session(query: Mapping[str, str], *, on_home: bool) -> Session:
    """Return the session that begins with an address whose query this is.

    Without a link, one that begins on Home has three curves to learn, and any other the recommended set-up.
    """
    opened = link.from_query(query)
    received = challenge.from_query(query, opened)
    is_plain = not link.says_anything(query)
    setup = Setup(THREE_CURVES if on_home and is_plain else opened.experiment)
    chosen, problems = pacing.from_query(query, setup.usual_pacing)
    new = Session(
        setup=setup,
        view=View(pacing=chosen),
        play=Play(challenge=received.challenge),
        links=Links(
            problems=opened.problems + received.problems + problems + unknown_parts(query),
            plain=setup if is_plain and received.challenge is None else None,
        ),
    )
    return from_link.with_network(new, opened.weights, opened.model)


def unknown_parts(query: Mapping[str, str]) -> tuple[str, ...]:
    """Return a sentence that names the parts of a link that nothing here reads; none if there are none."""
    names = [quoted(name, 40) for name in link.unknown_names(query)]
    if len(names) > MOST_UNKNOWN:
        names[MOST_UNKNOWN:] = [f"{len(names) - MOST_UNKNOWN} more"]
    return (f"Unknown, and ignored: {', '.join(names)}.",) if names else ()


def _restore(title: str) -> None:
    """Create a new session from the address, or restore the session of a tab that was refreshed."""
    holds = session.current().holdings if session.exists() else Holdings()
    on_home = title == HOME_TITLE and not is_embedded()
    recalled = recall.recalled(holds=holds, in_two_parts=on_home)  # Home leaves something out at first
    if not session.exists():
        session.restore(new_session(st.query_params, on_home=on_home))
    # a new session may belong to a known tab: the server forgets a session that was disconnected for long
    if recalled is not None:
        now = session.current()
        if now.training is not None and recalled.training not in (None, now.training):
            recalled.training.stop()  # a run was started before the tab could say which session it had
        opened = page_links.view_words(title)  # by the first script run; the query may be another by now
        restored = from_link.after_refresh(recalled, now)
        if restored.experiment != recalled.experiment and not lessons.is_ready_made(recalled.experiment):
            restored = restored.with_undo(REPLACED, recalled)
        session.restore(restored)
        if recall.is_visit():
            page_links.follow_view(title, opened)
    if recall.confirm_name() or recalled is not None:
        recall.remember(session.current())  # perhaps nothing changes before the tab opens another address
    lost = recall.lost()
    if lost != Holdings():
        session.update(lost=lost)


def _draw_navigation(title: str) -> None:
    titles = [HOME_TITLE if page == page_links.HOME else page_links.LABELS[page] for page in ICONS]
    place = titles.index(title) + 1 if title in titles else 0
    # one element; Home has its title beside the map
    st.html(quiet_links(place) + (UNTITLED if place > 1 else ""))
    # not in the sidebar: on a phone it covers the page, and stays open over the page chosen in it
    row = partial(st.container, horizontal=True, vertical_alignment="center", gap="xxsmall")
    with row(key="frame.top"):
        query = link.query_of_page(session.current().experiment)  # written once for all
        with row(key="frame.navigation"):
            for page, icon in ICONS.items():
                page_links.draw(page, page_links.LABELS[page], icon, query=query)
        with row(key="frame.links", width="content"):
            copy_button.draw("frame.link")
            is_possible = title in PRESENTED_WHOLE or (title in PRESENTED and presentation.is_possible())
            if is_possible and not session.current().view.presenting:
                presentation.button()


def _draw_link_problems() -> None:
    problems = session.current().links.problems
    if not problems:
        return
    with st.container(border=True):
        st.write(":material/link_off: Parts of the link could not be used.")
        for problem in problems:
            # st.text renders no Markdown: anyone can write a link
            st.text(refusal.of_link(problem))
        st.button(
            "Dismiss",
            key="frame.link_problems",
            on_click=lambda: session.update(links=replace(session.current().links, problems=())),
        )


def _draw_lost_work() -> None:
    now = session.current()
    message = now.lost.loss_message(network_in_address=now.links.brought is not None)
    if message is not None:
        with st.container(border=True):
            st.write(f":material/cloud_off: {message}")
            st.button("OK", key="frame.loss", on_click=session.update, kwargs={"lost": Holdings()})


def _draw_sweep() -> None:
    """Draw how far a sweep is: it runs while the user has any page open, and the page is drawn as it ends."""
    sweep = session.current().comparison.sweep
    with st.container():  # there in any case: what follows keeps its place
        if sweep is not None and sweep.view.is_active:
            followed = following.follow_sweep("line", sweep, sweep_values, running=True)
            ended = live_text.value("ended", sweep_values(sweep.view)["ended"])
            line = f'<div class="caption"><b>Sweep</b> · {ended}</div>'
            live_text.draw(line, "frame.sweep", followed, reports=True)


def sweep_values(sweep: SweepView) -> dict[str, str]:
    """Return how many of the runs of a sweep have ended, in words."""
    return {"ended": f"{len(sweep.outcomes)} of {len(sweep.experiments)} runs have ended"}
