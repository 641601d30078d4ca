"""The guided looks on the pages: their cards on Home, and on every page a panel of the one that is on."""

from collections.abc import Mapping
from dataclasses import replace

import streamlit as st

from pages.lessons import looks
from pages.lessons.looks import Look
from pages.lessons.moment import Moment
from pages.state import arrival, session, typed
from polycore import Experiment
from polycore.links import link

PREFIX = "look"
WORD = "look"  # of the address
CARDS_A_ROW = 4
CHECK_SECONDS = 1.0

GLOSSARY = "pages/8_glossary.py"

SEEN, NOT_YET = ":material/check_circle:", ":material/radio_button_unchecked:"


def follow() -> None:
    """Begin the look that the address names. Call it when the visitor has just arrived by it."""
    look = looks.named(st.query_params.get(WORD))
    if look is not None and look.name != session.current().lessons.look:
        _begin(look, st.query_params)


def words() -> dict[str, str]:
    """Return what the address says of the look that is on: nothing if none is."""
    name = session.current().lessons.look
    return {} if name is None else {WORD: name}


def draw_panel(page: str) -> None:
    """Draw the look that is on, for the page of that title; nothing where none is."""
    look = looks.named(session.current().lessons.look)
    if look is None:
        return
    with st.container(border=True, gap="small", key=f"{PREFIX}.panel"):
        _head(look, page)
        st.markdown(f"**Do.** {look.do}  \n**See.** {look.see}")
        seen = look.name in session.current().lessons.seen
        with st.container():
            # asked again and again: neither a run nor a point that is asked about draws the whole page anew
            st.fragment(_check, run_every=None if seen else CHECK_SECONDS)(look.name, page)
        _ways(look, page)


def draw_cards() -> None:
    """Draw the eight, each with a link that sets everything up, and which of them have been seen."""
    st.subheader("Eight guided looks", anchor=False)
    seen = len(session.current().lessons.seen)
    st.caption(
        "Each sets everything up, says what to do, and tells when you have seen it. "
        f"Seen so far: {seen} of {len(looks.LOOKS)}. Models that are trained already stay."
    )
    for first in range(0, len(looks.LOOKS), CARDS_A_ROW):
        row = looks.LOOKS[first : first + CARDS_A_ROW]
        for column, look in zip(st.columns(CARDS_A_ROW), row, strict=True):
            with column:
                _card(look)
    st.page_link(
        GLOSSARY,
        label="Glossary: the words in one or two sentences each",
        icon=":material/dictionary:",
        query_params=link.to_query(session.current().experiment),
    )


def _card(look: Look) -> None:
    seen = look.name in session.current().lessons.seen
    with st.container(border=True, height="stretch", gap="small"):
        st.markdown(f"{look.icon} **{looks.number(look)} · {look.title}**")
        st.markdown(look.about)
        st.space("stretch")
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            _link(look, "Look again" if seen else "Look", ":material/visibility:")
            if seen:
                st.markdown(f"{SEEN} Seen", width="content")


def _head(look: Look, page: str) -> None:
    # what leads on stands at the end of this line: the buttons below have other places in every look, and a
    # second quick press would meet one of those
    with st.container(horizontal=True, vertical_alignment="center", gap="small", wrap=False):
        title = f"**Look {looks.number(look)} of {len(looks.LOOKS)} · {look.title}**"
        st.markdown(f"{look.icon} {title}", width="stretch")
        if looks.number(look) < len(looks.LOOKS):
            _next(looks.LOOKS[looks.number(look)], page)
        st.button(
            "End",
            key=f"{PREFIX}.end",
            icon=":material/close:",
            type="tertiary",
            on_click=_end,
            help="Close this panel. The set-up stays as it is, and so does what you have trained.",
        )


def _ways(look: Look, page: str) -> None:
    """Draw the look's set-ups, the pages on which it continues, and the glossary."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        for set_up in look.set_ups:
            present = set_up.experiment == session.current().experiment
            st.button(
                set_up.name,
                key=f"{PREFIX}.set_up.{set_up.name}",
                icon=":material/check:" if present else ":material/tune:",
                on_click=_load,
                args=(set_up.experiment,),
                help="Load this set-up: its polynomials, data and settings. Then press Start on Train.",
            )
        if page != looks.TRAINING:
            _page_link(looks.TRAIN, "Train", ":material/model_training:")
        for way in look.ways:
            _page_link(way.page, way.label, way.icon)
        _page_link(GLOSSARY, "Glossary", ":material/dictionary:")


def _next(look: Look, page: str) -> None:
    icon = ":material/arrow_forward:"
    if page != looks.TRAINING:
        _link(look, "Next look", icon)
        return
    # Streamlit passes over a link to the page that is shown, whatever else its address says
    st.button(
        "Next look",
        key=f"{PREFIX}.next",
        icon=icon,
        type="tertiary",
        on_click=_begin_next,
        args=(look,),
        help=f"{look.title}: loads a set-up of its own. Models that are trained already stay.",
    )


def _check(name: str, page: str) -> None:
    """Say whether the look has been seen; once it has, it stays so."""
    look, now = looks.named(name), session.current()
    if look is None:
        return
    if name not in now.lessons.seen and look.seen(Moment(now, page, _asked(page))):
        session.set_lessons(replace(now.lessons, seen=now.lessons.seen | {name}))
    if name in session.current().lessons.seen:
        st.markdown(f":green[{SEEN} **Seen.**] {look.lesson}")
    else:
        st.markdown(f":gray[{NOT_YET} Not seen yet.]")


def _asked(page: str) -> tuple[float, float] | None:
    """Return the place that is asked about: on Predict, or on the map of the run."""
    view = session.current().view
    return (view.point.x, view.point.y) if page == looks.PREDICTING else view.asked


def _link(look: Look, label: str, icon: str) -> None:
    query = {WORD: look.name, **link.to_query(look.set_ups[0].experiment)}
    st.page_link(looks.TRAIN, label=label, icon=icon, query_params=query, help=look.title)


def _page_link(page: str, label: str, icon: str) -> None:
    query = link.to_query(session.current().experiment)
    st.page_link(page, label=label, icon=icon, query_params=query)


def _load(experiment: Experiment) -> None:
    typed.note()  # what was typed is no longer on its way then
    session.replace_setup(experiment)


def _begin_next(look: Look) -> None:
    typed.note()  # Undo brings it back
    arrival.settle()
    _begin(look, {})


def _begin(look: Look, query: Mapping[str, str]) -> None:
    """Begin a look on the set-up that its link holds; a bare name has the look's first one."""
    experiment = link.from_query(query).experiment if "v" in query else look.set_ups[0].experiment
    # a set-up that is ready-made is no loss: the toast still offers the one from before the look that was on
    ready_made = _is_ready_made(session.current().experiment)
    undo = None if ready_made else "The look has taken the place of your set-up."
    session.begin_look(look.name, experiment, undo)


def _is_ready_made(experiment: Experiment) -> bool:
    set_ups = [set_up.experiment for look in looks.LOOKS for set_up in look.set_ups]
    return experiment in (Experiment.recommended(), *set_ups)


def _end() -> None:
    arrival.settle()
    session.set_lessons(replace(session.current().lessons, look=None))
