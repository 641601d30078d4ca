"""The runs that are chosen, over each other: their curves, and what differs in their settings."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal, get_args

import numpy as np
import streamlit as st

from pages.compare import setting_words
from pages.compare.following import follow
from pages.models.model_in_use import experiment_of
from pages.plane import live
from pages.plane.referee import best_possible
from pages.runs.runner import Mark
from pages.state import session
from pages.state.kept_models import Kept
from pages.state.session_value import Session
from polycore.arrays import Floats
from polycore.figures import LINES, Curve, accuracies_figure, losses_figure
from polycore.training.history import History

PREFIX = "compare.curves"
CHOICE_KEY, OVER_KEY = f"{PREFIX}.choice", f"{PREFIX}.over"
CHART_HEIGHT = 320
AT_FIRST = 3  # the newest ones

Over = Literal["Steps", "Seconds of computing"]
TITLES = {"Steps": "step", "Seconds of computing": "computing (s)"}

CHOICE_HELP = f"Whose curves and settings are laid side by side: up to {len(LINES)}."
OVER_HELP = (
    "Steps: what each change of the weights brings. Seconds of computing: what it costs, pauses left out; "
    "the time when a step was taken is known to a fraction of a second."
)


def draw() -> None:
    """Draw the choice, and the chosen ones."""
    chosen = _choose()
    if not chosen:
        st.caption("Choose one or more to see their curves.")
        return
    drawn = [kept for kept in chosen if kept.history is not None]
    if drawn:
        follow(_charts, drawn)
    if len(drawn) < len(chosen):
        st.caption("A file that was uploaded brings no curve along.")
    if len(chosen) > 1:
        st.markdown("**What differs in their settings**")
        setting_words.draw([kept.title for kept in chosen], [experiment_of(kept) for kept in chosen])


def chosen_of(now: Session) -> list[Kept]:
    """Return those that the person chose, in that order; the newest ones before there was a choice."""
    if now.comparison.titles is None:
        return list(now.models.kept[: -AT_FIRST - 1 : -1])
    by_title = {kept.title: kept for kept in now.models.kept}
    return [by_title[title] for title in now.comparison.titles if title in by_title]


def curves_of(kept: Sequence[Kept], over: Over) -> tuple[list[Curve], list[Curve]]:
    """Return the curves of loss and of held-out accuracy of those that have a history."""
    losses, accuracies = [], []
    for one in kept:
        history = one.history
        if history is None:
            continue
        x = history.step if over == "Steps" else seconds_of(history, one.marks)
        losses.append(Curve(one.title, x, history.loss))
        accuracies.append(Curve(one.title, x, history.held_out_accuracy))
    return losses, accuracies


def seconds_of(history: History, marks: Sequence[Mark]) -> Floats:
    """Return how long workers had computed at each step of the history: exact at the ends of chunks."""
    steps = [mark.step for mark in marks]
    return np.asarray(np.interp(history.step, steps, [mark.seconds for mark in marks]))


def _choose() -> list[Kept]:
    now = session.current()
    key = _choice_key()
    st.multiselect(
        "Side by side",
        [kept.title for kept in reversed(now.models.kept)],
        default=[kept.title for kept in chosen_of(now)],
        key=key,
        max_selections=len(LINES),
        on_change=_note,
        args=(key,),
        help=CHOICE_HELP,
    )
    return chosen_of(now)


def _choice_key() -> str:
    return session.current().inputs.key(CHOICE_KEY, "lists of models")


def _note(key: str) -> None:
    if key == _choice_key():  # else a browser says what it showed before others were kept
        session.set_comparison(replace(session.current().comparison, titles=tuple(st.session_state[key])))


def _charts(drawn: Sequence[Kept]) -> None:
    over = _over(drawn)
    losses, accuracies = curves_of(drawn, over)
    left, right = st.columns(2)
    with left:
        live.figure(losses_figure(losses, TITLES[over]), key=f"{PREFIX}.loss.{over}", height=CHART_HEIGHT)
    with right:
        figure = accuracies_figure(accuracies, TITLES[over], _best_of_all(drawn))
        live.figure(figure, key=f"{PREFIX}.accuracy.{over}", height=CHART_HEIGHT)


def _over(drawn: Sequence[Kept]) -> Over:
    with st.container():
        if not all(kept.marks for kept in drawn):
            return "Steps"
        return st.segmented_control(
            "Over",
            get_args(Over),
            default="Steps",
            required=True,
            key=OVER_KEY,
            persist_state="session",
            help=OVER_HELP,
        )


def _best_of_all(drawn: Sequence[Kept]) -> float | None:
    """Return the best accuracy possible where it is one for all."""
    shares = {best_possible(kept.experiment) for kept in drawn if kept.experiment is not None}
    return shares.pop() if len(shares) == 1 else None
