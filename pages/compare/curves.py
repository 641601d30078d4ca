"""The chosen runs, compared: their curves side by side, and the differences in their settings."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Literal, get_args

import pandas as pd
import streamlit as st

from pages.compare import charts
from pages.compare.charts import Charts, Curves, Name
from pages.models.model_in_use import experiment_of
from pages.models.names import name_of, names_of
from pages.models.setting_words import differences
from pages.plane import live
from pages.plane.live import Bound
from pages.plane.referee import best_possible
from pages.run_view.following import follow
from pages.runs.view import seconds_at
from pages.server.source import Contents
from pages.state import session
from pages.state.inputs import Input
from pages.state.kept_models import Kept
from pages.state.session_value import Session
from polycore.figures import LINES

PREFIX, SETTINGS_KEY = "compare.curves", "compare.settings"
AT_FIRST = 3  # the number of newest models shown before the user chooses

Over = Literal["Steps", "Computing time"]
# how to read each chart
CAPTIONS: Mapping[Name, str] = {
    "accuracy": ":small[**Accuracy on new points** "
    ":gray[each label up: 10\N{MULTIPLICATION SIGN} fewer mistakes]]",
    "loss": ":small[**Loss** :gray[on the training points, in nats]]",
}
TITLES: Mapping[Over, str] = {"Steps": "step", "Computing time": "computing time (s)"}

CHOICE_HELP = f"The models whose curves and settings are compared: up to {len(LINES)}."
OVER_HELP = (
    "Steps: what each update of the weights achieves. Computing time: what it costs, without pauses; "
    "the time of a step is known to a fraction of a second."
)
NONE_CHOSEN = "Choose one or more to see their curves."
NO_CURVE = "Models that were not trained here, or were changed by hand, have no curve."
ONE_POINT = "A run that was stopped right after its start has no curve."


def draw() -> None:
    """Draw the choice, and the chosen models."""
    names = names_of(session.current().models.kept)
    Input(
        f"{PREFIX}.choice",
        lambda: [kept.title for kept in chosen_of(session.current())],
        lambda titles: session.update(comparison=replace(session.current().comparison, titles=tuple(titles))),
    ).choose(
        st.multiselect,
        "Side by side",
        session.current().models.titles[::-1],
        format_func=lambda title: names.get(title, title),
        max_selections=len(LINES),
        help=CHOICE_HELP,
    )
    chosen = chosen_of(session.current())
    if not chosen:
        st.caption(NONE_CHOSEN)
        return
    with_curve = [kept for kept in chosen if _has_curve(kept)]
    if with_curve:
        _draw_charts(with_curve)
    without = [kept for kept in chosen if not _has_curve(kept)]
    if any(kept.history is None for kept in without):
        st.caption(NO_CURVE)
    if any(kept.history is not None for kept in without):
        st.caption(ONE_POINT)
    if len(chosen) > 1:
        st.markdown("**How their settings differ**")
        _draw_differences(chosen)


def chosen_of(now: Session) -> list[Kept]:
    """Return the models that the user chose, in that order; the newest ones before there is a choice."""
    if now.comparison.titles is None:
        return list(now.models.kept[: -AT_FIRST - 1 : -1])
    by_title = {kept.title: kept for kept in now.models.kept}
    return [by_title[title] for title in now.comparison.titles if title in by_title]


def _has_curve(kept: Kept) -> bool:
    """Return whether a model has two measurements or more, or its run may still add some."""
    history = kept.whole_history
    return history is not None and (len(history.step) > 1 or session.is_under_way(kept))


def charts_of(kept: Sequence[Kept], over: Over, best: float | None, names: Mapping[str, str]) -> Charts:
    """Return the charts of the models that have a history.

    best: the best possible accuracy of all. names: of the models by their titles.
    """
    curves = []
    for one in kept:
        history = one.whole_history
        if history is not None:
            # of an imported run the time of its first steps is not known
            timed = history.step >= (0 if over == "Steps" else one.milestones[0].step)
            x = history.step[timed] if over == "Steps" else seconds_at(history.step[timed], one.milestones)
            curves.append(Curves(names[one.title], x, history.loss[timed], history.held_out_accuracy[timed]))
    return Charts(curves, TITLES[over], best)


def best_possible_of_all(kept: Sequence[Kept]) -> float | None:
    """Return the best possible accuracy of the models if it is the same for all, else None."""
    shares = {best_possible(one.experiment) for one in kept if one.experiment is not None}
    return shares.pop() if len(shares) == 1 else None


def contents(titles: Sequence[str], over: Over, best: float | None, now: Session) -> Contents:
    """Return what a frame has of the charts of the models of these titles, one of them the run's."""
    shown = [kept for title in titles if (kept := now.models.titled(title)) is not None]
    changing = [index for index, kept in enumerate(shown) if kept is now.own]
    return Contents(charts_of(shown, over, best, names_of(now.models.kept)).values(changing))


def _draw_differences(chosen: Sequence[Kept]) -> None:
    """Draw the table of the settings in which the models differ, a column for each."""
    rows = differences([experiment_of(kept) for kept in chosen])
    if not rows:
        st.write("They have the same settings, as far as these are known.")
        return
    # a title may come from a stranger: column names are plain text, and the column of settings has no name
    table = pd.DataFrame(list(rows.values()), columns=[name_of(kept) for kept in chosen])
    table.insert(0, "", list(rows))
    st.dataframe(
        table,
        key=SETTINGS_KEY,
        hide_index=True,
        height="content",
        alt=f"The settings in which {len(chosen)} runs differ: {', '.join(rows)}.",
    )


def _draw_charts(shown: Sequence[Kept]) -> None:
    over = Input[Over](f"{PREFIX}.over", lambda: "Steps")
    with st.container():
        has_seconds = all(kept.milestones for kept in shown)
        if has_seconds:
            over.choose(st.segmented_control, "Compare by", get_args(Over), required=True, help=OVER_HELP)
    axis = over.value if has_seconds else "Steps"
    best = best_possible_of_all(shown)
    own, titles = session.current().own, tuple(kept.title for kept in shown)
    changing = [] if own is None or own.title not in titles else [titles.index(own.title)]
    followed = follow("curves", partial(contents, titles, axis, best)) if changing else None
    figures = charts_of(shown, axis, best, names_of(session.current().models.kept)).figures()
    for column, (name, figure) in zip(st.columns(2), figures.items(), strict=True):
        bound = None if followed is None else Bound(followed, charts.bindings(name, changing))
        with column:
            st.markdown(CAPTIONS[name])
            live.figure(figure, key=f"{PREFIX}.{name}.{axis}", height=charts.HEIGHT, rests=True, bound=bound)
