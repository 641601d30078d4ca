"""You compute it, on Inside: three numbers of a step as questions, and what became of each answer."""

from dataclasses import replace
from functools import cache
from html import escape
from typing import Any

import numpy as np
import streamlit as st

from pages.inside import exercise, step_picture, step_scenes
from pages.inside.exercise import Given, Question, Verdict
from pages.inside.learner import PREFIX, Learner
from pages.state import inputs, refusal, session
from pages.state.inputs import Input
from pages.state.links import LinkWeights
from pages.state.view import EXERCISE_QUESTIONS, Exercise
from pages.wording.words import capitalized
from polycore import Experiment, Model, Polynomial
from polycore.formatting import number_text
from polycore.inspection.step_detail import StepChoice, StepDetail
from polycore.links.compact_weights import compact, model_from

LABEL, SCENES = "You compute it", "Show the scenes"
HELP = (
    "A logit, a slope and a new weight, with numbers for pen and paper. Unless the network is small enough, "
    "two curves and a network of two neurons replace your set-up."
)
TITLE = "Two neurons, to compute by hand"
REPLACED = "Two curves to compute by hand replaced your set-up."
ANSWER, PLACEHOLDER = f"{PREFIX}.answer", "0.42 or 3/7"
COMPUTE_KEY, NEXT_KEY = f"{PREFIX}.compute", f"{PREFIX}.next"
RIGHT, WRONG, AGAIN = "Right", "Not quite", "Try once more."
ROUNDED = "Round as you like: an answer is right within 1 % of the number, or within 0.005 if that is more."
ROOM = 1000  # characters of the weights in a link

# With this seed the samples are (1, 1) and (2.5, 1.5), to four digits.
SET_UP = Experiment(
    polynomials=(Polynomial(1, 0, 0), Polynomial(1, -1)),
    samples_per_class=1,
    x_range=(-0.9, 2.7),
    seed=9443,
    hidden=(2,),
    optimizer="sgd",
    momentum=0.0,
    learning_rate=0.1,
    standardize=False,
    steps=100,
)
WEIGHTS = ([[1.0, -2.0], [-1.0, 2.0]], [[2.0, -1.0], [3.0, 2.0]])
BIASES = ([0.5, 1.0], [-1.0, 1.0])


@cache
def network() -> LinkWeights:
    """Return the network of SET_UP, as the weights of a link."""
    bare = Model(
        weights=tuple(map(np.array, WEIGHTS)),
        biases=tuple(np.array([one]) for one in BIASES),
        loss=0.0,
        accuracy=0.0,
        polynomials=SET_UP.polynomials,
    )
    words = compact(bare, SET_UP, ROOM)
    return LinkWeights(words, model_from(words, SET_UP))


# --- what a press does ------------------------------------------------------------------------


def begin(experiment: Experiment | None) -> None:
    """Ask for the numbers of the next step of an experiment, if it is small enough; else of SET_UP's."""
    if not exercise.fits(experiment):
        session.load_network(SET_UP, network(), TITLE, REPLACED)
    Input(ANSWER, str).forget()
    _update(Exercise(), choice=StepChoice())


def _update(one: Exercise | None, **fields: Any) -> None:
    session.change_view(learning=replace(session.current().view.learning, exercise=one, **fields))


def _check(drawn: Exercise | None) -> None:
    """Say what is expected if nothing has been typed: an answer counts as soon as it is entered."""
    if session.current().view.learning.exercise == drawn and not inputs.refused(ANSWER):
        with refusal.later(ANSWER):
            exercise.answer_in("")


# --- what is drawn ----------------------------------------------------------------------------


def is_asking(subject: Learner) -> bool:
    """Return whether the numbers of the next step are asked for, in place of its scenes."""
    return session.current().view.learning.exercise is not None and _fits(subject)


def _fits(subject: Learner) -> bool:
    return subject.can_step and exercise.fits(subject.experiment)


def draw_button(subject: Learner) -> None:
    """Draw the button that asks for the numbers or, if they are asked for, shows the scenes again."""
    if is_asking(subject):
        st.button(SCENES, key=f"{PREFIX}.scenes_again", type="tertiary", on_click=_update, args=(None,))
        return
    st.button(
        LABEL,
        key=COMPUTE_KEY,
        type="tertiary",
        on_click=begin,
        args=(subject.experiment if _fits(subject) else None,),
        help=HELP,
    )


def of(detail: StepDetail) -> Exercise | None:
    """Return how far the user is with the numbers of a step; None if they are not asked for."""
    now = session.current().view.learning.exercise
    if now is None or not exercise.fits(detail.experiment):
        return None
    name = f"{detail.step.number} {detail.point.index} {detail.weight.index} {detail.point.loss!r}"
    return now if now.of == name else Exercise(name)


def picture_of(detail: StepDetail, now: Exercise) -> dict[str, Any]:
    """Return the picture beside a question; once all are answered, that of the change.

    It has no numbers: they are those of training, and the calculation has rounded ones.
    """
    if now.is_over:
        return step_picture.without_numbers(detail, "Change", detail.weight.index)
    question = exercise.question_of(detail, len(now.right))
    unknown = step_picture.UNKNOWN if now.answer is None else ""
    return step_picture.without_numbers(detail, question.scene, question.center, unknown)


def draw(detail: StepDetail, now: Exercise) -> None:
    """Draw the question, or what became of its answer; once all are answered, how many were right."""
    if now.is_over:
        _draw_end(detail, now)
        return
    question = exercise.question_of(detail, len(now.right))
    st.subheader(f"{len(now.right) + 1} of {EXERCISE_QUESTIONS} · {question.title}", anchor=False)
    st.html(f'<p class="learning-asked">{escape(question.text)}</p>')
    if now.answer is None:
        for given in question.given:
            st.html(_given(given))
        if now.missed is not None:
            verdict = exercise.verdict_on(question, now.missed)
            _draw_said(verdict, now.missed, f"{verdict.words} {AGAIN}")
        _draw_input(question, now)
    else:
        _draw_verdict(question, now.answer, now)


def _given(given: Given) -> str:
    """Return numbers that are given, as HTML."""
    numbers = "".join(f"<span>{escape(name)} <b>{escape(text)}</b></span>" for name, text in given.numbers)
    of_what = f"{escape(given.of)}: " if given.of else ""
    return f'<p class="learning-given">{of_what}{numbers}</p>'


def _draw_input(question: Question, now: Exercise) -> None:
    def adopt(text: str) -> None:
        answer = exercise.answer_in(text)
        is_first = now.missed is None and not exercise.verdict_on(question, answer).is_right
        _update(replace(now, missed=answer) if is_first else replace(now, answer=answer))

    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key=f"{PREFIX}.answering"):
        Input(ANSWER, lambda: "", adopt, of=lambda: (now.of, len(now.right), now.missed)).draw(
            st.text_input,
            "Your number",
            max_chars=exercise.LONGEST,
            placeholder=PLACEHOLDER,
            width=180,
            autocomplete="off",
        )
        drawn = session.current().view.learning.exercise
        st.button("Check", key=f"{PREFIX}.check", type="primary", on_click=_check, args=(drawn,))
    with st.container():
        refusal.draw_inputs(ANSWER, "This is no number.")
        refusal.draw(ANSWER, "There is no number yet.")
    st.html(f'<p class="learning-quiet">{ROUNDED}</p>')


def _draw_said(verdict: Verdict, answer: float, rest: str) -> None:
    kind, word = ("yes", RIGHT) if verdict.is_right else ("no", WRONG)
    said = f"You: {number_text(answer)}. {rest}"
    st.html(
        f'<div class="learning-said" role="alert"><span class="learning-{kind}">{word}.</span> '
        f"{escape(said.rstrip())}</div>"
    )


def _draw_verdict(question: Question, answer: float, now: Exercise) -> None:
    """Draw whether an answer is right, and the calculation with the user's number where it goes wrong."""
    verdict = exercise.verdict_on(question, answer)
    _draw_said(verdict, answer, f"Computed: {number_text(question.number)}. {verdict.words}")
    for index, line in enumerate(question.lines):
        st.html(f'<p class="learning-quiet">{escape(capitalized(line.words))}</p>')
        st.markdown(step_scenes.typeset(line.tex_by_numbers))
        if index == verdict.line:
            st.html(f'<p class="learning-no">{escape(_here(verdict))}</p>')
    right = (*now.right, verdict.is_right)
    st.button(
        "Next number" if len(right) < EXERCISE_QUESTIONS else "How did it go?",
        key=NEXT_KEY,
        type="primary",
        on_click=_update,
        args=(Exercise(now.of, right),),
    )


def _here(verdict: Verdict) -> str:
    """Return what stands beside the first wrong line."""
    if verdict.own is None:
        return "From here it is left out."
    return f"Here you have {number_text(verdict.own)}."


def _draw_end(detail: StepDetail, now: Exercise) -> None:
    st.subheader(f"{sum(now.right)} of {EXERCISE_QUESTIONS} right", anchor=False)
    st.html(
        '<p class="learning-quiet">Training computes the same for every weight and every point, then takes '
        "the next step.</p>"
    )
    st.button(
        "Another point",
        key=f"{PREFIX}.another",
        type="primary",
        on_click=_update,
        args=(Exercise(),),
        kwargs={"choice": StepChoice((detail.point.index + 1) % len(detail.errors))},
    )
