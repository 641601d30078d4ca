"""The card of a user's guesses in the lessons, and how they came out: a table, and a link of its own."""

from collections.abc import Mapping
from dataclasses import replace
from html import escape
from typing import NamedTuple

import streamlit as st

from pages.lessons import asking, lessons
from pages.lessons.guesses import code_of, guesses_of
from pages.lessons.question import Guess, PointQuestion, Question
from pages.state import page_links, session
from pages.state.session_value import Guesses, Lessons

WORD = "guesses"  # in the address
NONE_YET = "There are no guesses yet. Each lesson asks what you expect, before Start and at its end."
RECEIVED = "This card came with a link. Open the lessons yourself to make your own."
SHOW_OWN = "Show my own card"
LINK = "The link to this card. It has names of lessons and letters of answers, and nothing else of yours."
PRINT = "To print it, use your browser's own Print: the navigation is left out."
# without what is not of the card
STYLE = """<style>
.polycore-card { width: 100%; border-collapse: collapse; }
.polycore-card :is(th, td) {
  padding: 0.5rem 0.75rem 0.5rem 0; border-bottom: 1px solid light-dark(#d8dae4, #3a4050);
  text-align: left; vertical-align: top;
}
.polycore-card small { display: block; color: light-dark(#5a6072, #a4abbd); font-size: 0.875rem; }
@media print {
  .st-key-frame-top, .st-key-lesson-row, .st-key-card-link, .st-key-undo-toast, .stAppHeader {
    display: none !important;
  }
}
</style>"""


class Row(NamedTuple):
    """What a card says of one question: the guess, whether it was right, and the right answer."""

    guess: str
    is_right: bool
    right: str


def follow() -> None:
    """Keep the card in the address. Call it if the visitor has just opened this address."""
    code = code_of(guesses_of(st.query_params.get(WORD, "")))
    if code:
        now = session.current().lessons
        session.update(lessons=replace(now, card=code))


def draw() -> None:
    """Draw the card that a link brought, or else the user's own."""
    now = session.current().lessons
    own = finished(now)
    received = guesses_of(now.card)
    guesses = received or own
    if not guesses:
        st.write(NONE_YET)
        page_links.draw(page_links.HOME, "All lessons", ":material/school:")
        return
    st.html(STYLE)
    if received:
        st.caption(RECEIVED)
    st.markdown(f"**{summary(guesses)}**")
    st.html(table(guesses))
    with st.container(key="card.link"):
        st.caption(LINK)
        # Streamlit's own button copies it
        st.code(f"{page_links.here()}?{WORD}={code_of(guesses)}", language=None, wrap_lines=True)
        st.caption(PRINT)
        if received:
            st.button(SHOW_OWN, key="card.own", on_click=_forget, help="Closes the one of the link.")


def finished(now: Lessons) -> dict[str, Guesses]:
    """Return the guesses in lessons that have been seen: what came of the others is not known yet."""
    return {name: guesses for name, guesses in now.guesses.items() if name in now.seen}


def summary(guesses: Mapping[str, Guesses]) -> str:
    """Return how many guesses were right."""
    rows = [row for lesson in lessons.LESSONS for row in rows_of(lesson.name, guesses) if row is not None]
    return f"{sum(row.is_right for row in rows)} of {len(rows)} guesses came out right."


def rows_of(name: str, guesses: Mapping[str, Guesses]) -> tuple[Row | None, Row | None]:
    """Return what the card says of both questions of a lesson; None for one without a guess."""
    lesson, guessed = lessons.named(name), guesses.get(name, Guesses())
    if lesson is None:
        return None, None
    asked = lesson.questions
    return _row(asked.prediction, guessed.prediction), _row(asked.recap, guessed.recap)


def table(guesses: Mapping[str, Guesses]) -> str:
    """Return the card as HTML: a line for each lesson with a guess."""
    lines = []
    for lesson in lessons.LESSONS:
        before, after = rows_of(lesson.name, guesses)
        if before is not None or after is not None:
            title = f"{lessons.number(lesson)}. {escape(lesson.title)}"
            lines.append(f"<tr><th scope='row'>{title}</th>{_cell(before)}{_cell(after)}</tr>")
    heads = "".join(f"<th scope='col'>{head}</th>" for head in ("Lesson", "Before Start", "At its end"))
    return (
        f"<table class='polycore-card'><thead><tr>{heads}</tr></thead><tbody>{''.join(lines)}</tbody></table>"
    )


def _row(question: Question | PointQuestion, guess: Guess | None) -> Row | None:
    if guess is None:
        return None
    right = question.why if isinstance(question, PointQuestion) else question.answer(question.right).text
    if isinstance(question, PointQuestion) or not isinstance(guess, str):
        return Row(asking.point_text(guess), question.is_right(guess), right)
    return Row(question.answer(guess).text, question.is_right(guess), right)


def _cell(row: Row | None) -> str:
    if row is None:
        return "<td><small>no guess</small></td>"
    if row.is_right:
        return f"<td>\N{CHECK MARK} {escape(row.guess)}</td>"
    return f"<td>{escape(row.guess)}<small>Right: {escape(row.right)}</small></td>"


def _forget() -> None:
    now = session.current().lessons
    session.update(lessons=replace(now, card=""))
