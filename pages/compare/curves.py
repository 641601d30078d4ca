"""The chosen runs, compared: their curves in one figure, and the differences in their settings."""

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
from pages.runs.marks import Mark
from pages.state import session
from pages.state.kept_models import Kept
from pages.state.session_value import Session
from polycore.arrays import Floats
from polycore.figures import LINES, Curve, accuracies_figure, losses_figure
from polycore.training.history import History

PREFIX = "compare.curves"
CHOICE_KEY, OVER_KEY = f"{PREFIX}.choice", f"{PREFIX}.over"
CHART_HEIGHT = 320
AT_FIRST = 3  # the number of newest models shown before the user chooses

Over = Literal["Steps", "Seconds of computing"]
TITLES = {"Steps": "step", "Seconds of computing": "computing (s)"}

CHOICE_HELP = f"The models whose curves and settings are compared: up to {len(LINES)}."
OVER_HELP = (
    "Steps: what each update of the weights achieves. Seconds of computing: what it costs, without pauses; "
    "the time of a step is known to a fraction of a second."
)


def draw() -> None:
    """Draw the choice, and the chosen models."""
    chosen = _choose()
    if not chosen:
        st.caption("Choose one or more to see their curves.")
        return
    with_history = [kept for kept in chosen if kept.history is not None]
    if with_history:
        follow(_charts, with_history)
    if len(with_history) < len(chosen):
        st.caption("An uploaded file contains no curve.")
    if len(chosen) > 1:
        st.markdown("**What differs in their settings**")
        setting_words.draw([kept.title for kept in chosen], [experiment_of(kept) for kept in chosen])


def chosen_of(now: Session) -> list[Kept]:
    """Return the models that the user chose, in that order; the newest ones before there is a choice."""
    if now.comparison.titles is None:
        return list(now.models.kept[: -AT_FIRST - 1 : -1])
    by_title = {kept.title: kept for kept in now.models.kept}
    return [by_title[title] for title in now.comparison.titles if title in by_title]


def curves_of(kept: Sequence[Kept], over: Over) -> tuple[list[Curve], list[Curve]]:
    """Return the curves of loss and of held-out accuracy of the models that have a history."""
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
    """Return the computing time in seconds at each step of the history: exact at the ends of chunks."""
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
    if key == _choice_key():  # else the list was drawn before other models were kept
        session.set_comparison(replace(session.current().comparison, titles=tuple(st.session_state[key])))


def _charts(shown: Sequence[Kept]) -> None:
    over = _over(shown)
    losses, accuracies = curves_of(shown, over)
    left, right = st.columns(2)
    with left:
        live.figure(losses_figure(losses, TITLES[over]), key=f"{PREFIX}.loss.{over}", height=CHART_HEIGHT)
    with right:
        figure = accuracies_figure(accuracies, TITLES[over], _common_best_possible(shown))
        live.figure(figure, key=f"{PREFIX}.accuracy.{over}", height=CHART_HEIGHT)


def _over(shown: Sequence[Kept]) -> Over:
    with st.container():
        if not all(kept.marks for kept in shown):
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


def _common_best_possible(shown: Sequence[Kept]) -> float | None:
    """Return the best possible accuracy if it is the same for all, else None."""
    shares = {best_possible(kept.experiment) for kept in shown if kept.experiment is not None}
    return shares.pop() if len(shares) == 1 else None
