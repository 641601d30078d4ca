"""The kept models, a card each: map, figures and actions."""

import html
from functools import lru_cache
from typing import Any

import numpy as np
import streamlit as st

from pages.channel import live_text
from pages.channel.live_text import Followed
from pages.models import kept_actions
from pages.models.model_in_use import (
    HELD_OUT_HELP,
    LOSS_HELP,
    experiment_of,
    figures,
    scene_of_kept,
)
from pages.models.names import name_of, names_of
from pages.models.setting_words import phrase
from pages.models.shown_network import as_shown
from pages.plane.referee import BESIDE
from pages.plane.scene import Scene
from pages.run_view.following import follow
from pages.run_view.legs import chain_text
from pages.runs.view import since
from pages.server.source import Contents
from pages.state import session
from pages.state.kept_models import MOST_KEPT, MOST_PINNED, Kept
from pages.state.session_value import Session
from polycore import Model
from polycore.arrays import grid_points
from polycore.figures import small_map_url
from polycore.figures.alternative_text import plane_map
from polycore.formatting import counted

PREFIX = "compare.cards"
CARDS_PER_ROW = 3
GRID = 96, 60  # columns and rows of a card's map

NOTHING_KEPT = (
    "Nothing is kept yet: every network that you train appears here. Or choose Race above, which "
    "trains several."
)
GOING = (
    f"{MOST_KEPT} of {MOST_KEPT} are kept: the next network removes the one marked below. Mark what should "
    f"stay with Keep, {MOST_PINNED} at most, or delete something."
)
GOES_NEXT = "Goes next"
UNKNOWN_TRAINING = "How it was trained is unknown: its file does not say."
NO_MAP = "No map: its polynomials are not known, or their coefficients are too large."
DELETE_HELP = "Delete it. You can undo this right afterwards."
UNDER_WAY_HELP = "Its run is under way. Stop the run first, on the Train page."


def draw() -> None:
    """Draw all kept models, the newest first."""
    with st.container():
        kept_actions.show_refusal(PREFIX)
    # None if no run is under way, or if that has no model yet
    followed = None if session.current().own is None else follow("card", contents)
    now, going = session.current(), session.going_for_run()
    with st.container():
        if going:
            st.caption(GOING)
    names = names_of(now.models.kept)
    newest_first = now.models.kept[::-1]
    for first in range(0, len(newest_first), CARDS_PER_ROW):
        columns = st.columns(CARDS_PER_ROW)
        for column, kept in zip(columns, newest_first[first : first + CARDS_PER_ROW], strict=False):
            with column, st.container(border=True, gap="small"):
                _draw_card(
                    kept, names[kept.title], followed if kept is now.own else None, goes_next=kept in going
                )


def contents(now: Session) -> Contents:
    """Return what a frame has of the card of the run's model."""
    return Contents({} if now.own is None else values(as_shown(now.own, now), is_under_way=True))


def values(kept: Kept, *, is_under_way: bool) -> dict[str, Any]:
    """Return what the card of a model shows, as text, and its map as `picture_of` returns it.

    is_under_way: whether its run may take more steps.
    """
    picture = picture_of(kept, *GRID)
    if kept.history is None:
        effort = "Changed by hand" if kept.model.metadata.get("changed_by_hand") else "Not trained here"
    else:
        effort = (
            f"{counted(kept.last_step, 'step')}{' so far' if is_under_way else ''} · "
            f"{kept.seconds:.1f} s of computing{since(kept.milestones)}"
        )
    return {**figures(kept), "effort": effort, **({} if picture is None else {"map": picture})}


def picture_of(kept: Kept, columns: int, rows: int) -> dict[str, str] | None:
    """Return a small map of a model: its address as an image, and its alternative text.

    None if there can be no map. columns, rows: of the grid on which the model is asked.
    """
    scene = scene_of_kept(kept)
    if scene is None:
        return None
    source, alt = _picture(kept.model, scene, columns, rows)
    return {"source": source, "alt": alt}


@lru_cache(maxsize=64)
def _picture(model: Model, scene: Scene, columns: int, rows: int) -> tuple[str, str]:
    x_range, y_range = scene.window
    x, y = np.linspace(*x_range, columns), np.linspace(*y_range, rows)
    probabilities = model.predict_proba(grid_points(x, y)).reshape(rows, columns, -1)
    url = small_map_url(scene.curves, x_range, y_range, probabilities, scene.spans)
    return url, plane_map(scene.classes, x, y, probabilities)


def _draw_card(kept: Kept, name: str, followed: Followed | None, *, goes_next: bool) -> None:
    is_under_way = session.is_under_way(kept)
    now = values(as_shown(kept, session.current()), is_under_way=is_under_way)
    if "map" in now:
        # safe HTML: the text of polynomials is made from numbers
        image = (
            f'<img data-picture="map" src="{now["map"]["source"]}" alt="{html.escape(now["map"]["alt"])}">'
        )
        live_text.draw(image, f"{PREFIX}.map.{kept.title}", followed)
    else:
        st.caption(NO_MAP)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.text(name, width="stretch")
        if goes_next:
            st.badge(GOES_NEXT, icon=":material/hourglass_bottom:", color="orange")
    experiment = experiment_of(kept)
    st.caption(UNKNOWN_TRAINING if experiment is None else phrase(experiment))
    compared = live_text.compared(BESIDE, now[BESIDE])
    metrics = live_text.row(
        live_text.metric("New points right", "held_out", now["held_out"], HELD_OUT_HELP, compared),
        live_text.metric("Loss", "loss", now["loss"], LOSS_HELP),
    )
    effort = live_text.value("effort", now["effort"], "p", "caption")
    chain = html.escape(chain_text(kept.past, experiment))
    past = f'<p class="caption">{chain}</p>' if chain else ""
    live_text.draw(metrics + effort + past, f"{PREFIX}.figures.{kept.title}", followed)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        kept_actions.keep_toggle(kept, PREFIX)
        with st.popover("Rename", type="tertiary", icon=":material/edit:", help="Give it another name."):
            kept_actions.name_input(kept, PREFIX)
        st.button(
            "Delete",
            key=f"{PREFIX}.delete.{kept.title}",
            type="tertiary",
            icon=":material/delete:",
            on_click=session.remove,
            args=(kept.title, name_of(kept)),
            disabled=is_under_way,
            help=UNDER_WAY_HELP if is_under_way else DELETE_HELP,
        )
