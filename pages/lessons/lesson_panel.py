"""The guided lessons on the pages: their cards on Home, and the panel of the current one beside a page."""

from collections.abc import Mapping, Set
from dataclasses import replace
from typing import Any

import streamlit as st

from pages.channel import live_text
from pages.channel.live_text import Followed
from pages.lessons import asking, card, into_view, lessons, panel_style
from pages.lessons.asking import Phase, phase_of
from pages.lessons.lessons import Lesson
from pages.lessons.question import PointQuestion
from pages.lessons.situation import FURTHER, PREDICTING, TRAINING, Situation, Task, alike
from pages.models.point_choices import PointChoices
from pages.run_view import following, map_view
from pages.runs import pacing
from pages.runs.pacing import Pacing
from pages.server.source import Contents
from pages.setup import controls
from pages.state import page_links, session
from pages.state.kept_models import MOST_KEPT
from pages.state.session_value import Session
from pages.state.view import View
from polycore import Experiment
from polycore.links import link

PREFIX = "lesson"
WORD = "look"  # in the address
CARDS_A_ROW = 4
REPLACED = "The lesson has replaced your set-up."
GUESSES_LABEL, BACK_LABEL = "Your guesses, and how they came out", "Back to Train"
ANSWER, ANSWER_LAST = "What do you expect? Choose an answer.", "One question is left."
PAUSES = "The run pauses at step {:,}, for a look. Resume continues."
PAUSED = "**Paused at step {:,}, for a look.**"
OF_BEFORE = (
    "Your run from before is paused at step {:,}. End the lesson to resume it; Start ends it, and Compare "
    "keeps it."
)
STILL_RUNNING = (
    "Your run from before is still running. End the lesson to see it; Start ends it, and Compare keeps it."
)

# in place of the figure to watch, and of the name of its network
NOT_STARTED, UNKNOWN, NO_NETWORK = "not started", "unknown", "no run yet"


def follow() -> None:
    """Begin the lesson or keep the card that the address names. Call it if it has just been opened."""
    card.follow()
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


def usual_pacing() -> Pacing:
    """Return how runs go unless the user chooses otherwise: as the current lesson says, or the set-up."""
    lesson = lessons.named(session.current().lessons.current)
    return session.current().setup.usual_pacing if lesson is None else lesson.pacing


def draw_panel(page: str) -> None:
    """Draw the panel of the current lesson, if there is one, beside the page with that title.

    It says one thing at a time: the question, what to do, what came of it. On pages that have nothing to do
    with the lesson it is one line. On every page it says what to do next; the button for that is filled.
    """
    lesson = lessons.named(session.current().lessons.current)
    if lesson is None:
        st.html(panel_style.NO_STYLE)
        return
    _note_seen(lesson, page)
    figure = panel_style.figure_on(lesson, page)
    has_panel = page == TRAINING or figure != ""
    phase, task = phase_of(lesson, session.current()), task_of(lesson, page, has_panel=has_panel)
    followed = None
    if phase != "guess":
        followed = following.follow("lesson", lambda later: Contents(values(lesson, page, later, task)))
    until = "moved" if phase == "watch" else ""
    if has_panel:
        with st.container(key=f"{PREFIX}.panel"):
            # a style is no part of the page: it is in the same place whatever it says
            with st.expander(_title(lesson), expanded=True):
                _draw_phase(lesson, page, phase, followed)
            with st.container(key=f"{PREFIX}.task"):
                _draw_task(lesson, page, task, "", followed, until)
            with st.container():
                if phase == "watch":
                    _draw_tools(lesson, page, task)
            _draw_footer(lesson, page)
    else:
        with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"{PREFIX}.row"):
            number = f"<b>Lesson {lessons.number(lesson)} of {len(lessons.LESSONS)}</b> "
            _draw_task(lesson, page, task, number, followed, until)
            _draw_end()
    part = panel_style.part_of(task, page) or panel_style.selector(map_view.MAP_KEY)
    folds = phase == "watch" and task.page == page and not task.key.startswith((PREFIX, controls.PREFIX))
    if phase == "see":  # what the last question is about: on Train it has been in view all along
        part = panel_style.selector(figure) if page != TRAINING and figure else ""
        folds = page == TRAINING and session.current().view.running
    st.html(panel_style.style(lesson, page, phase, task, folds=folds))
    into_view.draw(
        f"{PREFIX}.into_view",
        f"{lesson.name} {phase} {task.key} {task.page} {folds}",
        part if PREFIX not in part else "",
        folds=folds,
    )


def task_of(lesson: Lesson, page: str, *, has_panel: bool) -> Task:
    """Return what the lesson asks for next on the page of that title, which may have its panel."""
    now, here = session.current(), page if has_panel else TRAINING
    guesses = now.lessons.guesses_in(lesson.name)
    match phase_of(lesson, now):
        case "guess" if guesses.prediction is None:
            if isinstance(lesson.questions.prediction, PointQuestion):
                return Task(ANSWER, key=asking.POINT_MAP)
            return Task(ANSWER, here, asking.ANSWERS)
        case "see" if guesses.recap is None:
            return Task(ANSWER_LAST, here, asking.RECAP)
        case "see":
            forth = "forward" if lessons.number(lesson) < len(lessons.LESSONS) else "end"
            return Task(ending(lesson, now.lessons.seen), here, f"{PREFIX}.{forth}")
    return lesson.task(situation_on(page, now)) or Task("")


def _draw_task(
    lesson: Lesson, page: str, task: Task, before: str, followed: Followed | None, until: str
) -> None:
    """Draw what to do next, until that is something else, and the way to its page; before: HTML before it."""
    text = f'<p class="task">{before}{live_text.value("task", task.text)}</p>'
    live_text.draw(text, f"{PREFIX}.standing", followed if until else None, until=until)
    if task.page == page:
        return
    with st.container(key=f"{PREFIX}.way", width="content"):
        for one in lesson.links:
            if page_links.LABELS[one.page] == task.page:
                page_links.draw(one.page, one.label, one.icon, one.view)
        if task.page == TRAINING:
            page_links.draw(page_links.TRAIN, BACK_LABEL, ":material/model_training:")


def look_again(page: str) -> None:
    """Draw the page again if it has shown by now what the panel above it could not know."""
    lesson = lessons.named(session.current().lessons.current)
    if lesson is not None and _is_newly_seen(lesson, page):
        st.rerun()


def draw_cards() -> None:
    """Draw the cards of all lessons: a link that sets everything up, and whether it has been seen."""
    st.header(f"{len(lessons.LESSONS)} short lessons", anchor=False)
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
    if session.current().lessons.guesses:
        page_links.draw(page_links.GUESSES, GUESSES_LABEL, ":material/fact_check:")
    page_links.draw(
        page_links.GLOSSARY, "Glossary: each term in one or two sentences", ":material/dictionary:"
    )


def _card(lesson: Lesson) -> None:
    seen = lesson.name in session.current().lessons.seen
    with st.container(border=True, height="stretch", gap="small"):
        st.markdown(f"{lesson.icon} **{lessons.number(lesson)} · {lesson.title}**")
        st.markdown(lesson.about)
        st.space("stretch")
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            _link(lesson, "Repeat lesson" if seen else "Start lesson", ":material/visibility:")
            if seen:
                st.markdown(":material/check_circle: Seen", width="content")


def _title(lesson: Lesson) -> str:
    return f"*Lesson {lessons.number(lesson)} of {len(lessons.LESSONS)}* {lesson.title}"


def _draw_phase(lesson: Lesson, page: str, phase: Phase, followed: Followed | None) -> None:
    match phase:
        case "guess":
            asking.draw_prediction(lesson, has_map=page == TRAINING)
        case "watch":
            now = session.current()
            # once there is a run, what to do next is said below
            do = "" if now.has_run_of_lesson else f"{lesson.do} "
            st.markdown(paused_text(now, lesson.at_pause) or f"{do}{_pause_text()}")
            _draw_figure(lesson, page, followed, is_seen=False)
        case "see":
            asking.draw_outcome(lesson)
            if lesson.watched.figure == lessons.PANEL:
                _draw_figure(lesson, page, followed, is_seen=True)
            if not lesson.at_pause and (paused := paused_text(session.current(), FURTHER)):
                st.caption(paused)
            if not session.current().has_run_of_lesson:
                st.markdown(f"**Again**: {lesson.do}")
            asking.draw_recap(lesson)
            # here and not in a place of their own: the last question needs that room
            _draw_tools(lesson, page, None)
            with st.popover("In more words", type="tertiary"):
                st.markdown(lesson.why)
                page_links.draw(page_links.GLOSSARY, "Glossary", ":material/dictionary:")
                page_links.draw(page_links.GUESSES, "Your guesses", ":material/fact_check:")
    if of_before := run_before_text(session.current()):
        st.caption(of_before)


def _pause_text() -> str:
    """Return at which step a run of the set-up is going to pause by itself; "" if it does not."""
    now = session.current()
    at, view = now.view.pacing.pause_at, now.run_view
    if at is None or at >= now.experiment.steps:
        return ""
    has_passed = view is not None and view.run.experiment == now.experiment and view.run.step >= at
    return "" if has_passed else PAUSES.format(at)


def paused_text(now: Session, then: str) -> str:
    """Return that the lesson's run has paused by itself, and `then` with the steps left; "" if it has not."""
    view = now.run_view
    if view is None or not now.has_run_of_lesson or view.status != "paused":
        return ""
    step = view.run.step
    if step != view.pacing.pause_at:
        return ""
    return f"{PAUSED.format(step)} {then.format(controls.RESUME, view.run.last_step - step)}"


def run_before_text(now: Session) -> str:
    """Return what becomes of a run that began before the lesson; "" if none is under way or paused."""
    view = now.run_view
    if view is None or now.has_run_of_lesson:
        return ""
    if now.view.running:
        return STILL_RUNNING
    is_of_lesson = any(alike(view.run.experiment, one) for one in lessons.EXPERIMENTS)
    return OF_BEFORE.format(view.run.step) if view.status == "paused" and not is_of_lesson else ""


def _draw_figure(lesson: Lesson, page: str, followed: Followed | None, *, is_seen: bool) -> None:
    """Draw the figure to watch, which follows the run."""
    now = values(lesson, page, session.current(), Task(""))
    figure = (
        f'<div class="metric wide"><div class="label">{lesson.watched.label}</div>'
        f"{live_text.value('watched', now['watched'], 'div', 'number')}"
        f"{live_text.value('network', now['network'], 'div', 'compared cut')}</div>"
    )
    if is_seen:  # in one line
        figure = f'<div class="quiet">{figure}</div>'
    live_text.draw(figure, f"{PREFIX}.watch", followed)


def _draw_tools(lesson: Lesson, page: str, task: Task | None) -> None:
    """Draw the lesson's set-ups, and the pages on which it continues, but for that of the task."""
    ways = (page, page if task is None else task.page)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"{PREFIX}.tools"):
        for set_up in lesson.set_ups:
            present = set_up.experiment == session.current().experiment
            st.button(
                set_up.name,
                key=f"{PREFIX}.set_up.{set_up.name}",
                icon=":material/check:" if present else ":material/tune:",
                on_click=_use_set_up,
                args=(set_up.experiment,),
                help="Load this set-up: its polynomials, data and settings. Training begins on Train.",
            )
        if TRAINING not in ways:
            page_links.draw(page_links.TRAIN, "Train", ":material/model_training:")
        for one in lesson.links:
            if page_links.LABELS[one.page] not in ways:
                page_links.draw(one.page, one.label, one.icon, one.view)


def _draw_footer(lesson: Lesson, page: str) -> None:
    # the same places in every lesson: a second quick press on "Next lesson" hits nothing else
    with st.container(
        horizontal=True, vertical_alignment="center", gap="small", wrap=False, key=f"{PREFIX}.footer"
    ):
        _draw_end()
        st.space("stretch")
        if lessons.number(lesson) < len(lessons.LESSONS):
            with st.container(key=f"{PREFIX}.forward", width="content"):
                _next(lessons.LESSONS[lessons.number(lesson)], page)


def _draw_end() -> None:
    st.button(
        "End the lesson",
        key=f"{PREFIX}.end",
        type="tertiary",
        on_click=_end,
        help="Close this panel. The set-up, your trained models and your guesses stay.",
    )


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


def _note_seen(lesson: Lesson, page: str) -> None:
    """Note it if the lesson has been seen; once seen, it remains so.

    While a run is under way, its frames say so too, and the page is drawn again.
    """
    if _is_newly_seen(lesson, page):
        now = session.current().lessons
        session.update(lessons=replace(now, seen=now.seen | {lesson.name}))


def _is_newly_seen(lesson: Lesson, page: str) -> bool:
    now = session.current()
    return lesson.name not in now.lessons.seen and lesson.task(situation_on(page, now)) is None


def ending(lesson: Lesson, seen: Set[str]) -> str:
    """Return what to do after the lesson. seen: the names of all lessons seen by then."""
    number, count = lessons.number(lesson), len(lessons.LESSONS)
    if number < count:
        return f"Next: {lessons.LESSONS[number].title}."
    if len(seen) < count:
        return f"That was the last of {count} lessons; you have seen {len(seen)}. The others are on Home."
    return f"You have finished all {count} lessons. Now choose polynomials of your own."


def values(lesson: Lesson, page: str, now: Session, drawn: Task) -> dict[str, Any]:
    """Return what the panel shows of a session: what to do next, and the figure to watch.

    drawn: what the page asks for, which is drawn again if that has moved.
    """
    situation = situation_on(page, now)
    task, network = lesson.task(situation), situation.network if now.has_run_of_lesson else None
    return {
        "moved": task is None or (task.page, task.key) != (drawn.page, drawn.key),
        "task": "" if task is None else task.text,
        "watched": NOT_STARTED if network is None else lesson.watched.text(network) or UNKNOWN,
        "network": NO_NETWORK if network is None else network.name,
    }


def situation_on(page: str, now: Session) -> Situation:
    """Return the situation on that page; on Predict with its point, elsewhere with that on the run's map."""
    if page != PREDICTING:
        return Situation(now, page, now.view.asked)
    kept, inputs = now.answering, now.view.point_inputs
    # without polynomials, as of points of the user's own, there is nothing but x and y to choose
    if kept is not None and kept.model.polynomials:
        inputs = PointChoices.of(kept).fitted(inputs)
    return Situation(now, page, (inputs.x, inputs.y))


def query_of(lesson: Lesson) -> dict[str, str]:
    """Return the query of the link that begins the lesson."""
    return {WORD: lesson.name, **link.to_query(lesson.set_ups[0].experiment)}


def _link(lesson: Lesson, label: str, icon: str) -> None:
    st.page_link(page_links.TRAIN, label=label, icon=icon, query_params=query_of(lesson), help=lesson.title)


def _begin_next(lesson: Lesson) -> None:
    page_links.note_arrival()
    _begin(lesson, {})


def _begin(lesson: Lesson, query: Mapping[str, str]) -> None:
    """Begin a lesson with the set-up in its link or, if that has only its name, with its first one."""
    experiment = link.from_query(query).experiment if "v" in query else lesson.set_ups[0].experiment
    chosen, _ = pacing.from_query(query, lesson.pacing)
    session.begin_lesson(lesson.name, experiment, _said_of_loss(), chosen, layers=lesson.layers)


def _use_set_up(experiment: Experiment) -> None:
    session.replace_setup(experiment, _said_of_loss())


def _said_of_loss() -> str | None:
    """Return what to say if the set-up is replaced; None for a ready-made one.

    Replacing that loses nothing: the toast keeps offering the user's own.
    """
    return None if lessons.is_ready_made(session.current().experiment) else REPLACED


def _end() -> None:
    page_links.note_arrival()
    now = session.current()
    # folded as the lesson began
    view = replace(now.view, settings=View().settings)
    if view.pacing == usual_pacing():  # the lesson's choice goes with it
        view = replace(view, pacing=now.setup.usual_pacing)
    session.end_lesson(view)
