"""What a lesson asks: its question before Start, the one at its end, and how the guesses came out."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Literal
from urllib.parse import quote

import streamlit as st

from pages.lessons import lessons
from pages.lessons.lessons import Lesson
from pages.lessons.question import Answer, CurveQuestion, Guess, PointQuestion, Question, guess_at
from pages.state import session
from pages.state.inputs import Input
from pages.state.session_value import Guesses, Session
from polycore.formatting import number_text

PREFIX = "lesson"
# the keys of the answers before Start, which are cards, and, in its beginning, of those at the end
ANSWERS, RECAP = f"{PREFIX}.answers", f"{PREFIX}.recap."
POINT_MAP = "untrained.map"  # the key of the map of Train on which a point is guessed
# the panel shows what is marked in it to those with keys
CHOOSE_POINT = "Press the map there. *Or move on it with the arrow keys and press Enter.*"
ONLY_ON_TRAIN = "The map is on Train."
GUESSED_RIGHT, GUESSED_WRONG = "You guessed right.", "It turned out differently."
RIGHT, WRONG = ":green[:material/check:]", ":material/close:"
NO_GUESS = "This is what came of it."
MARKED = "Dashed: the mark."
CURVE_WIDTH, CURVE_HEIGHT = 100, 50

Phase = Literal["guess", "watch", "see"]


def phase_of(lesson: Lesson, now: Session) -> Phase:
    """Return where in the lesson the user is: before Start, until it has been seen, or after that."""
    if lesson.name in now.lessons.seen:
        return "see"
    return "watch" if lesson.name in now.lessons.closed else "guess"


def open_point_question(now: Session) -> PointQuestion | None:
    """Return the question that the user answers by a point of the map now; None if there is none."""
    lesson = lessons.named(now.lessons.current)
    if lesson is None or phase_of(lesson, now) != "guess":
        return None
    question = lesson.questions.prediction
    return question if isinstance(question, PointQuestion) else None


def guessed_point(now: Session) -> tuple[float, float] | None:
    """Return the point that answers `open_point_question`; None if there is none yet."""
    if open_point_question(now) is None or now.lessons.current is None:
        return None
    guess = now.lessons.guesses_in(now.lessons.current).prediction
    return None if isinstance(guess, str) else guess


def guess_point(x: float, y: float) -> None:
    """Guess the point (x, y). For a click on the map."""
    lesson = lessons.named(session.current().lessons.current)
    if lesson is not None:
        _predict(lesson, guess_at(x, y))


def skip(lesson: Lesson) -> None:
    """Skip the lesson's first question. For a press."""
    now = session.current().lessons
    session.update(lessons=replace(now, closed=now.closed | {lesson.name}))


def draw_prediction(lesson: Lesson, *, has_map: bool) -> None:
    """Draw the question before Start, its answers and, until one is chosen, the way around it.

    has_map: whether the page has the map on which a point is chosen.
    """
    question = lesson.questions.prediction
    st.markdown(question.text)
    guess = session.current().lessons.guesses_in(lesson.name).prediction
    if isinstance(question, PointQuestion):
        st.caption(point_text(guess) if guess else CHOOSE_POINT if has_map else ONLY_ON_TRAIN)
    elif isinstance(question, CurveQuestion):
        marked = "" if question.mark is None else f" {MARKED}"
        st.caption(f"{question.axis}.{marked}")
    if isinstance(question, Question):
        with st.container(key=ANSWERS):
            _choose(
                f"{PREFIX}.prediction.{lesson.name}",
                question,
                lambda: _letter(session.current().lessons.guesses_in(lesson.name).prediction),
                partial(_predict, lesson),
            )
    if guess is None:
        st.button(
            "Skip the question",
            key=f"{PREFIX}.skip",
            type="tertiary",
            on_click=skip,
            args=(lesson,),
            help="Continue without a guess.",
        )


def draw_outcome(lesson: Lesson) -> None:
    """Draw the guess before Start beside what came of it, and why; once all is answered, in short."""
    guesses, question = session.current().lessons.guesses_in(lesson.name), lesson.questions.prediction
    guess = guesses.prediction
    sign = "" if guess is None else f"{RIGHT if question.is_right(guess) else WRONG} "
    st.markdown(f"{sign}**{headline(question, guess)}**")
    if guess is not None:
        st.caption(quoted(question, guess))
    if guesses.recap is None:
        st.markdown(lesson.see)
        st.caption(question.why if guess is None else question.reason(guess))


def draw_recap(lesson: Lesson) -> None:
    """Draw the question at the lesson's end or, once answered, how that came out."""
    question, guess = lesson.questions.recap, session.current().lessons.guesses_in(lesson.name).recap
    st.markdown(f"**{question.text}**")
    if guess is not None:
        st.markdown(verdict(question, guess))
        st.caption(question.reason(guess))
        return
    _choose(
        f"{RECAP}{lesson.name}",
        question,
        lambda: session.current().lessons.guesses_in(lesson.name).recap,
        partial(_recap, lesson),
    )


def headline(question: Question | PointQuestion, guess: Guess | None) -> str:
    """Return in a few words how a guess came out; None is for no guess."""
    if guess is None:
        return NO_GUESS
    return GUESSED_RIGHT if question.is_right(guess) else GUESSED_WRONG


def quoted(question: Question | PointQuestion, guess: Guess) -> str:
    """Return a guess in the words of its answer."""
    if isinstance(question, PointQuestion) or not isinstance(guess, str):
        return point_text(guess)
    own = f"You: \N{LEFT DOUBLE QUOTATION MARK}{question.answer(guess).text}\N{RIGHT DOUBLE QUOTATION MARK}"
    return own if question.is_right(guess) else f"{own}  \nRight: {_right(question)}"


def point_text(guess: Guess) -> str:
    """Return a guessed point in words."""
    x, y = (number_text(value, 3) for value in guess if not isinstance(value, str))
    return f"Your point: ({x}, {y})"


def verdict(question: Question, guess: str) -> str:
    """Return whether an answer of the last question is right and, if not, which one is; Markdown."""
    if question.is_right(guess):
        return f"{RIGHT} Right: {_right(question)}"
    return f"{WRONG} You: {question.answer(guess).text}.  \nRight: {_right(question)}"


def pictures(question: Question | PointQuestion) -> str:
    """Return the styles that draw the curves of the answers beside their texts; "" without curves."""
    if not isinstance(question, CurveQuestion):
        return ""
    option = '.st-key-lesson-answers [role="radiogroup"] > :nth-child({}) label::after'
    rules = (
        f"{option.format(number)} "
        f'{{ content: ""; mask-image: url("data:image/svg+xml,{quote(_svg(answer, question.mark))}"); }}'
        for number, answer in enumerate(question.answers, 1)
    )
    return "\n".join(rules)


def _svg(answer: Answer, mark: float | None) -> str:
    """Return the picture of an answer's curve. It is a mask: the page gives it its color."""
    last, room = len(answer.heights) - 1, CURVE_HEIGHT - 4
    points = " ".join(
        f"{2 + (CURVE_WIDTH - 4) * index / last:.1f},{2 + room * (1 - height):.1f}"
        for index, height in enumerate(answer.heights)
    )
    line = ""
    if mark is not None:
        x = f"{2 + (CURVE_WIDTH - 4) * mark:.1f}"
        line = f'<path d="M{x} 0V{CURVE_HEIGHT}" stroke="#0008" stroke-dasharray="3 3"/>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {CURVE_WIDTH} {CURVE_HEIGHT}" fill="none">'
        f'{line}<polyline points="{points}" stroke="#000" stroke-width="2.5" stroke-linejoin="round"/></svg>'
    )


def _choose(
    name: str, question: Question, show: Callable[[], str | None], adopt: Callable[[str], None]
) -> None:
    """Draw the answers to choose from. A browser may send a choice that the page no longer offers."""

    def take(guess: str | None) -> None:
        if guess is not None:
            adopt(guess)

    Input(name, show, take).choose(
        st.radio,
        question.text,
        list(question.letters),
        format_func=lambda letter: question.answer(letter).text,
        label_visibility="collapsed",
    )


def _predict(lesson: Lesson, guess: Guess) -> None:
    """Note a guess before Start, as long as its question is open."""
    now = session.current()
    if phase_of(lesson, now) == "guess" and lesson.questions.prediction.accepts(guess):
        _note(lesson, replace(now.lessons.guesses_in(lesson.name), prediction=guess))


def _recap(lesson: Lesson, guess: str) -> None:
    """Note the answer to the last question; the first one counts."""
    guesses = session.current().lessons.guesses_in(lesson.name)
    if guesses.recap is None and lesson.questions.recap.accepts(guess):
        _note(lesson, replace(guesses, recap=guess))


def _note(lesson: Lesson, guesses: Guesses) -> None:
    now = session.current().lessons
    session.update(lessons=replace(now, guesses={**now.guesses, lesson.name: guesses}))


def _letter(guess: Guess | None) -> str | None:
    return guess if isinstance(guess, str) else None


def _right(question: Question) -> str:
    return (
        f"\N{LEFT DOUBLE QUOTATION MARK}{question.answer(question.right).text}\N{RIGHT DOUBLE QUOTATION MARK}"
    )
