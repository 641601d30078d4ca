"""The chosen runs, compared: their curves in one figure, and the differences in their settings."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Literal, get_args

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from pages.channel.live_text import Followed
from pages.models import setting_words
from pages.models.model_in_use import experiment_of
from pages.models.names import name_of, names_of
from pages.plane import live
from pages.plane.live import Bound
from pages.plane.referee import best_possible
from pages.run_view.following import follow
from pages.runs.view import Mark
from pages.server.source import Contents
from pages.state import session
from pages.state.inputs import Input
from pages.state.kept_models import Kept
from pages.state.session_value import Session
from polycore.arrays import Floats
from polycore.figures import LINES, Curve, accuracies_figure, alternative_text, losses_figure
from polycore.training.history import History

PREFIX = "compare.curves"
CHART_HEIGHT = 320
AT_FIRST = 3  # the number of newest models shown before the user chooses

Over = Literal["Steps", "Computing time"]
TITLES = {"Steps": "step", "Computing time": "computing time (s)"}

CHOICE_HELP = f"The models whose curves and settings are compared: up to {len(LINES)}."
OVER_HELP = (
    "Steps: what each update of the weights achieves. Computing time: what it costs, without pauses; "
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
        _charts(with_history)
    if len(with_history) < len(chosen):
        st.caption("What was not trained here, or was changed by hand, has no curve.")
    if len(chosen) > 1:
        st.markdown("**What differs in their settings**")
        setting_words.draw([name_of(kept) for kept in chosen], [experiment_of(kept) for kept in chosen])


def chosen_of(now: Session) -> list[Kept]:
    """Return the models that the user chose, in that order; the newest ones before there is a choice."""
    if now.comparison.titles is None:
        return list(now.models.kept[: -AT_FIRST - 1 : -1])
    by_title = {kept.title: kept for kept in now.models.kept}
    return [by_title[title] for title in now.comparison.titles if title in by_title]


def curves_of(kept: Sequence[Kept], over: Over, names: Mapping[str, str]) -> tuple[list[Curve], list[Curve]]:
    """Return the curves of loss and of held-out accuracy of the models that have a history.

    names: of the models by their titles.
    """
    losses, accuracies = [], []
    for one in kept:
        history = one.whole_history
        if history is None:
            continue
        x = history.step if over == "Steps" else seconds_of(history, one.marks)
        losses.append(Curve(names[one.title], x, history.loss))
        accuracies.append(Curve(names[one.title], x, history.held_out_accuracy))
    return losses, accuracies


def seconds_of(history: History, marks: Sequence[Mark]) -> Floats:
    """Return the computing time in seconds at each step of the history: exact at the ends of chunks."""
    steps = [mark.step for mark in marks]
    return np.asarray(np.interp(history.step, steps, [mark.seconds for mark in marks]))


def _choose() -> list[Kept]:
    models = session.current().models
    names = names_of(models.kept)
    Input(f"{PREFIX}.choice", _titles, _compare).choose(
        st.multiselect,
        "Side by side",
        models.titles[::-1],
        format_func=lambda title: names.get(title, title),
        max_selections=len(LINES),
        help=CHOICE_HELP,
    )
    return chosen_of(session.current())


def _titles() -> list[str]:
    return [kept.title for kept in chosen_of(session.current())]


def _compare(titles: list[str]) -> None:
    session.set_comparison(replace(session.current().comparison, titles=tuple(titles)))


def _charts(shown: Sequence[Kept]) -> None:
    over, best = _over(shown), _common_best_possible(shown)
    titles = [kept.title for kept in shown]
    followed = _follow(titles, over, best)
    losses, accuracies = curves_of(shown, over, names_of(session.current().models.kept))
    left, right = st.columns(2)
    with left:
        _chart(losses_figure(losses, TITLES[over]), f"loss.{over}", "loss", titles, followed)
    with right:
        figure = accuracies_figure(accuracies, TITLES[over], best)
        _chart(figure, f"accuracy.{over}", "accuracy", titles, followed)


def _follow(titles: Sequence[str], over: Over, best: float | None) -> Followed | None:
    """Let the tab follow the charts of the models of these titles, if one of them is of a run under way."""
    own = session.current().own
    if own is None or own.title not in titles:
        return None
    return follow("curves", partial(contents, tuple(titles), over, best))


def contents(titles: Sequence[str], over: Over, best: float | None, now: Session) -> Contents:
    """Return what a frame has of the charts of the models of these titles, one of them the run's."""
    shown = [kept for title in titles if (kept := now.models.titled(title)) is not None]
    losses, accuracies = curves_of(shown, over, names_of(now.models.kept))
    own = next(index for index, kept in enumerate(shown) if kept is now.own)
    return Contents(
        {
            "x": losses[own].x.tolist(),
            "loss": _finite(losses[own].y),
            "accuracy": _finite(100 * accuracies[own].y),
            "loss_alt": alternative_text.losses(losses, TITLES[over]),
            "accuracy_alt": alternative_text.accuracies(accuracies, TITLES[over], best),
        }
    )


def _chart(figure: go.Figure, key: str, name: str, titles: Sequence[str], followed: Followed | None) -> None:
    own, bound = session.current().own, None
    if followed is not None and own is not None:
        line = f"data.{titles.index(own.title)}"
        bindings = [(f"{line}.x", "x"), (f"{line}.y", name), ("layout.meta.alt", f"{name}_alt")]
        bound = Bound(followed, bindings)
    live.figure(figure, key=f"{PREFIX}.{key}", height=CHART_HEIGHT, rests=True, bound=bound)


def _finite(numbers: Floats) -> list[float | None]:
    return [float(f"{number:.6g}") if np.isfinite(number) else None for number in numbers.tolist()]


def _over(shown: Sequence[Kept]) -> Over:
    with st.container():
        if not all(kept.marks for kept in shown):
            return "Steps"
        over = Input[Over](f"{PREFIX}.over", lambda: "Steps")
        return over.choose(st.segmented_control, "Over", get_args(Over), required=True, help=OVER_HELP)


def _common_best_possible(shown: Sequence[Kept]) -> float | None:
    """Return the best possible accuracy if it is the same for all, else None."""
    shares = {best_possible(kept.experiment) for kept in shown if kept.experiment is not None}
    return shares.pop() if len(shares) == 1 else None
