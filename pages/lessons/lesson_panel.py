"""The guided lessons on the pages: their cards on Home, and on every page a panel of the current one."""

from collections.abc import Mapping, Set
from dataclasses import replace
from html import escape
from typing import Any

import streamlit as st

from pages.channel import live_text
from pages.channel.live_text import Followed
from pages.lessons import lessons
from pages.lessons.lessons import Lesson
from pages.lessons.situation import PREDICTING, TRAINING, Situation
from pages.models.point_choices import PointChoices
from pages.run_view import following
from pages.server.source import Contents
from pages.state import page_links, session
from pages.state.kept_models import MOST_KEPT
from pages.state.session_value import Session
from polycore import Experiment
from polycore.links import link

PREFIX = "lesson"
WORD = "look"  # in the address
CARDS_A_ROW = 4
REPLACED = "The lesson has replaced your set-up."

# in place of the figure to watch, and of the name of its network
NOT_STARTED, UNKNOWN, NO_NETWORK = "not started", "unknown", "no network yet"

SEEN = ":material/check_circle:"


def follow() -> None:
    """Begin the lesson that the address names. Call it if the visitor has just opened this address."""
    lesson = lessons.named(st.query_params.get(WORD))
    if lesson is not None and lesson.name != session.current().lessons.current:
        _begin(lesson, st.query_params)


def note() -> None:
    """Let the session remember what the lessons need of its networks: each may make room for another."""
    now = session.current()
    noted = lessons.noted(now)
    if noted != now.lessons:
        session.update(lessons=noted)


def words() -> dict[str, str]:
    """Return the address's parameters for the current lesson; none without one."""
    name = session.current().lessons.current
    return {} if name is None else {WORD: name}


def draw_panel(page: str) -> None:
    """Draw the panel of the current lesson, if there is one, on the page with that title.

    It is as high before the lesson has been seen as afterwards: that happens while the user looks at the page
    and presses its buttons.
    """
    lesson = lessons.named(session.current().lessons.current)
    if lesson is None:
        return
    has_seen = _note_seen(lesson, page)
    with st.container(border=True, gap="xsmall", key=f"{PREFIX}.panel"):
        _head(lesson, page)
        # what the lesson asks for is done on Train, and on the pages of its links
        continues_here = page == TRAINING or any(page.lower() in one.page for one in lesson.links)
        if _was_seen_when_opened(lesson, page, has_seen=has_seen) and not continues_here:
            return
        followed = following.follow("lesson", lambda later: Contents(values(lesson, page, later)))
        now = values(lesson, page, session.current())
        words, figure = st.columns([4, 1], gap="medium", vertical_alignment="center")
        with words:
            st.markdown(f"**Do.** {lesson.do}  \n**See.** {lesson.see}")
            _draw_standing(lesson, now, followed, has_seen=has_seen)
        with figure:
            _watch(lesson, now, followed, until="" if has_seen else "seen")
        _draw_links(lesson, page)


def look_again(page: str) -> None:
    """Draw the page again if it has shown by now what the panel above it could not know."""
    lesson = lessons.named(session.current().lessons.current)
    if lesson is not None and _is_newly_seen(lesson, page):
        st.rerun()


def draw_cards() -> None:
    """Draw the cards of all lessons: a link that sets everything up, and whether it has been seen."""
    st.subheader("Fifteen short lessons", anchor=False)
    seen = len(session.current().lessons.seen)
    st.caption(
        "Each sets everything up, says what to do, and notices when you have seen it. "
        f"Seen so far: {seen} of {len(lessons.LESSONS)}. The latest {MOST_KEPT} trained models are kept."
    )
    for first in range(0, len(lessons.LESSONS), CARDS_A_ROW):
        row = lessons.LESSONS[first : first + CARDS_A_ROW]
        for column, lesson in zip(st.columns(CARDS_A_ROW), row, strict=False):
            with column:
                _card(lesson)
    page_links.draw(
        page_links.GLOSSARY, "Glossary: each term in one or two sentences", ":material/dictionary:"
    )


def draw_next() -> None:
    """Draw one line about the lessons with a link to the next one, unless one is under way."""
    seen = session.current().lessons.seen
    if session.current().lessons.current is not None:
        return
    lesson = next((lesson for lesson in lessons.LESSONS if lesson.name not in seen), lessons.LESSONS[0])
    with st.container(border=True, gap="small"):
        count = f" Seen so far: {len(seen)} of {len(lessons.LESSONS)}." if seen else ""
        st.markdown(f"**Fifteen short lessons** show what a network does, one thing at a time.{count}")
        label = "Repeat lesson" if lesson.name in seen else "Start lesson"
        _link(lesson, f"{label} {lessons.number(lesson)}: {lesson.title}", ":material/school:")


def _card(lesson: Lesson) -> None:
    seen = lesson.name in session.current().lessons.seen
    with st.container(border=True, height="stretch", gap="small"):
        st.markdown(f"{lesson.icon} **{lessons.number(lesson)} · {lesson.title}**")
        st.markdown(lesson.about)
        st.space("stretch")
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            _link(lesson, "Repeat lesson" if seen else "Start lesson", ":material/visibility:")
            if seen:
                st.markdown(f"{SEEN} Seen", width="content")


def _head(lesson: Lesson, page: str) -> None:
    # "Next lesson" is at the end of this line: the buttons below have other positions in each lesson, and a
    # second quick press would hit one of them
    with st.container(horizontal=True, vertical_alignment="center", gap="small", wrap=False):
        title = f"**Lesson {lessons.number(lesson)} of {len(lessons.LESSONS)} · {lesson.title}**"
        st.markdown(f"{lesson.icon} {title}", width="stretch")
        if lessons.number(lesson) < len(lessons.LESSONS):
            _next(lessons.LESSONS[lessons.number(lesson)], page)
        st.button(
            "End",
            key=f"{PREFIX}.end",
            icon=":material/close:",
            type="tertiary",
            on_click=_end,
            help="Close this panel. The set-up and your trained models stay.",
        )


def _draw_links(lesson: Lesson, page: str) -> None:
    """Draw the lesson's set-ups, the pages on which it continues, and the glossary."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        for set_up in lesson.set_ups:
            present = set_up.experiment == session.current().experiment
            st.button(
                set_up.name,
                key=f"{PREFIX}.set_up.{set_up.name}",
                icon=":material/check:" if present else ":material/tune:",
                on_click=session.replace_setup,
                args=(set_up.experiment,),
                help="Load this set-up: its polynomials, data and settings. Training begins on Train.",
            )
        if page != TRAINING:
            page_links.draw(page_links.TRAIN, "Train", ":material/model_training:")
        for one in lesson.links:
            page_links.draw(one.page, one.label, one.icon)
        page_links.draw(page_links.GLOSSARY, "Glossary", ":material/dictionary:")


def _next(lesson: Lesson, page: str) -> None:
    icon = ":material/arrow_forward:"
    if page != TRAINING:
        _link(lesson, "Next lesson", icon)
        return
    # Streamlit ignores a link to the page that is shown, whatever the parameters in its address
    st.button(
        "Next lesson",
        key=f"{PREFIX}.next",
        icon=icon,
        type="tertiary",
        on_click=_begin_next,
        args=(lesson,),
        help=f"{lesson.title}: loads its own set-up. The latest {MOST_KEPT} trained models are kept.",
    )


def _note_seen(lesson: Lesson, page: str) -> bool:
    """Return whether the lesson has been seen. Once seen, it remains so.

    While a run is under way, its frames say so too, and the page is drawn again.
    """
    if _is_newly_seen(lesson, page):
        now = session.current().lessons
        session.update(lessons=replace(now, seen=now.seen | {lesson.name}))
    return lesson.name in session.current().lessons.seen


def _is_newly_seen(lesson: Lesson, page: str) -> bool:
    now = session.current()
    return lesson.name not in now.lessons.seen and not lesson.missing(situation_on(page, now))


def _was_seen_when_opened(lesson: Lesson, page: str, *, has_seen: bool) -> bool:
    """Return whether the lesson had been seen when the user came to the page: its panel stays so."""
    now = session.current().lessons
    opened = now.opened
    if opened is None or opened[:2] != (page, lesson.name):
        opened = (page, lesson.name, has_seen)
        session.update(lessons=replace(now, opened=opened))
    return opened[2]


def _draw_standing(
    lesson: Lesson, now: Mapping[str, str], followed: Followed | None, *, has_seen: bool
) -> None:
    """Draw what is missing, which follows the run, in the room that the explanation takes once it is seen."""
    # the room is reserved before the lesson has been seen, for the explanation as it reads afterwards
    seen = session.current().lessons.seen | {lesson.name}
    explanation = f"Seen. {lesson.why} {ending(lesson, seen)}"
    if has_seen:
        standing = f'<p><span class="good">\N{CHECK MARK}</span> {escape(explanation)}</p>'
    else:
        missing = live_text.value("missing", now["missing"])
        standing = f'<p><span class="caption">\N{WHITE CIRCLE} Not seen yet.</span> {missing}</p>'
    html = f'<div class="room" data-room="\N{CHECK MARK} {escape(explanation)}">{standing}</div>'
    live_text.draw(html, f"{PREFIX}.standing", followed)


def ending(lesson: Lesson, seen: Set[str]) -> str:
    """Return what to do after the lesson. seen: the names of all lessons seen by then."""
    number, count = lessons.number(lesson), len(lessons.LESSONS)
    if number < count:
        return f"Next: {lessons.LESSONS[number].title}."
    if len(seen) < count:
        return f"That was the last of {count} lessons; you have seen {len(seen)}. The others are on Home."
    return f"You have finished all {count} lessons. Now choose polynomials of your own."


def values(lesson: Lesson, page: str, now: Session) -> dict[str, Any]:
    """Return what the panel shows of a session: what is missing, and the figure to watch."""
    situation = situation_on(page, now)
    missing, network = lesson.missing(situation), situation.network if now.has_run_of_lesson else None
    return {
        "seen": not missing,
        "missing": missing,
        "watched": NOT_STARTED if network is None else lesson.watched.text(network) or UNKNOWN,
        "network": NO_NETWORK if network is None else network.name,
    }


def _watch(lesson: Lesson, now: Mapping[str, str], followed: Followed | None, until: str) -> None:
    """Draw the figure to watch; it follows the run, which also says when the lesson has been seen."""
    figure = (
        f'<div class="metric wide"><div class="label">{lesson.watched.label}</div>'
        f"{live_text.value('watched', now['watched'], 'div', 'number')}"
        f"{live_text.value('network', now['network'], 'div', 'compared cut')}</div>"
    )
    live_text.draw(figure, f"{PREFIX}.watch", followed, until=until)


def situation_on(page: str, now: Session) -> Situation:
    """Return the situation on that page; on Predict with its point, elsewhere with that on the run's map."""
    if page != PREDICTING:
        return Situation(now, page, now.view.asked)
    kept, inputs = now.answering, now.view.point_inputs
    # without polynomials, as of points of the user's own, there is nothing but x and y to choose
    if kept is not None and kept.model.polynomials:
        inputs = PointChoices.of(kept).fitted(inputs)
    return Situation(now, page, (inputs.x, inputs.y))


def _link(lesson: Lesson, label: str, icon: str) -> None:
    query = {WORD: lesson.name, **link.to_query(lesson.set_ups[0].experiment)}
    st.page_link(page_links.TRAIN, label=label, icon=icon, query_params=query, help=lesson.title)


def _begin_next(lesson: Lesson) -> None:
    page_links.note_arrival()
    _begin(lesson, {})


def _begin(lesson: Lesson, query: Mapping[str, str]) -> None:
    """Begin a lesson with the set-up in its link or, if that has only its name, with its first one."""
    experiment = link.from_query(query).experiment if "v" in query else lesson.set_ups[0].experiment
    # replacing a ready-made set-up loses nothing: the toast keeps offering the user's own
    present = session.current().experiment
    is_ready_made = present == Experiment.recommended() or present in lessons.EXPERIMENTS
    undo = None if is_ready_made else REPLACED
    session.begin_lesson(lesson.name, experiment, undo)


def _end() -> None:
    page_links.note_arrival()
    session.update(lessons=replace(session.current().lessons, current=None))
