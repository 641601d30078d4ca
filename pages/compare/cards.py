"""The kept models, a card each: map, figures and actions."""

import html
from functools import lru_cache

import numpy as np
import streamlit as st

from pages.channel import live_text
from pages.channel.live_text import Followed
from pages.models import kept_actions
from pages.models.model_in_use import (
    HELD_OUT_HELP,
    LOSS_HELP,
    best_possible_text,
    experiment_of,
    figures,
    scene_of_kept,
)
from pages.models.names import name_of, names_of
from pages.models.setting_words import phrase
from pages.plane import plane
from pages.plane.scene import Scene
from pages.run_view.following import follow
from pages.run_view.legs import chain_text
from pages.server.source import Contents
from pages.state import session
from pages.state.kept_models import MOST_KEPT, MOST_PINNED, Kept
from pages.state.session_value import Session
from polycore import Model
from polycore.figures import small_map_url
from polycore.figures.alternative_text import plane_map
from polycore.formatting import counted

PREFIX = "compare.cards"
CARDS_PER_ROW = 3
MAP_COLUMNS, MAP_ROWS = 96, 60  # grid of a card's map

GOING = (
    f"{MOST_KEPT} of {MOST_KEPT} are kept: the next network removes the one marked below. Mark what shall "
    f"stay with Keep, {MOST_PINNED} at most, or delete something."
)
DELETE_HELP = "Delete it. You can undo this right afterwards."
UNDER_WAY_HELP = "Its run is under way. Stop the run first, on the Train page."


def draw() -> None:
    """Draw all kept models, the newest first."""
    with st.container():
        kept_actions.show_refusal(PREFIX)
    now, followed, going = session.current(), _follow(), session.going_for_run()
    with st.container():
        if going:
            st.caption(GOING)
    names = names_of(now.models.kept)
    newest_first = now.models.kept[::-1]
    for first in range(0, len(newest_first), CARDS_PER_ROW):
        columns = st.columns(CARDS_PER_ROW)
        for column, kept in zip(columns, newest_first[first : first + CARDS_PER_ROW], strict=False):
            with column, st.container(border=True, gap="small"):
                _map(kept, followed if kept is now.own else None)
                with st.container(horizontal=True, vertical_alignment="center"):
                    st.text(names[kept.title], width="stretch")
                    if kept in going:
                        st.badge("Goes next", icon=":material/hourglass_bottom:", color="orange")
                _card(kept, followed if kept is now.own else None)


def _card(kept: Kept, followed: Followed | None) -> None:
    experiment = experiment_of(kept)
    st.caption(
        "Not known how it was trained: its file does not say." if experiment is None else phrase(experiment)
    )
    _figures(kept, followed)
    _actions(kept)


def _follow() -> Followed | None:
    """Let the tab follow the card of the run's model; None if no run is under way or it has no model yet."""
    return None if session.current().own is None else follow("card", contents)


def contents(now: Session) -> Contents:
    """Return what a frame has of the card of the run's model."""
    kept = now.own
    if kept is None:
        return Contents({})
    picture = _picture(kept.model, scene_of_kept(kept))
    shown = {} if picture is None else {"map": dict(zip(("source", "alt"), picture, strict=True))}
    return Contents({**figures(kept), **shown, "effort": _effort(kept, " so far")})


def _map(kept: Kept, followed: Followed | None) -> None:
    picture = _picture(kept.model, scene_of_kept(kept))
    if picture is None:
        st.caption("No map: its polynomials are not known, or their coefficients are too large.")
        return
    source, alt = picture
    # safe HTML: the text of polynomials is made from numbers
    image = f'<img data-picture="map" src="{source}" alt="{html.escape(alt)}">'
    live_text.draw(image, f"{PREFIX}.map.{kept.title}", followed)


@lru_cache(maxsize=64)
def _picture(model: Model, scene: Scene | None) -> tuple[str, str] | None:
    """Return the address of the map as an image, and its alternative text; None if there can be no map."""
    if scene is None:
        return None
    x_range, y_range = scene.window
    x, y = np.linspace(*x_range, MAP_COLUMNS), np.linspace(*y_range, MAP_ROWS)
    probabilities = model.predict_proba(plane.grid_points(x, y)).reshape(MAP_ROWS, MAP_COLUMNS, -1)
    url = small_map_url(scene.curves, x_range, y_range, probabilities)
    return url, plane_map(scene.classes, x, y, probabilities)


def _figures(kept: Kept, followed: Followed | None) -> None:
    texts, under_way = figures(kept), " so far" if session.is_under_way(kept) else ""
    metrics = live_text.row(
        live_text.metric(
            "Held-out accuracy", "held_out", texts["held_out"], HELD_OUT_HELP, best_possible_text(kept) or ""
        ),
        live_text.metric("Loss", "loss", texts["loss"], LOSS_HELP),
    )
    effort = live_text.value("effort", _effort(kept, under_way), "p", "caption")
    chain = html.escape(chain_text(kept.past, experiment_of(kept)))
    past = f'<p class="caption">{chain}</p>' if chain else ""
    live_text.draw(metrics + effort + past, f"{PREFIX}.figures.{kept.title}", followed)


def _effort(kept: Kept, under_way: str) -> str:
    if kept.history is None:
        return "Changed by hand" if kept.model.metadata.get("changed_by_hand") else "Not trained here"
    last, best = int(kept.history.step[-1]), kept.model.metadata["step"]
    # the best step too: map and figures are those of the best weights
    return (
        f"{counted(last, 'step')}{under_way}, best loss at step {best:,} · {kept.seconds:.1f} s of computing"
    )


def _actions(kept: Kept) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        kept_actions.keep_toggle(kept, PREFIX)
        with st.popover("Rename", type="tertiary", icon=":material/edit:", help="Give it another name."):
            kept_actions.name_input(kept, PREFIX)
        under_way = session.is_under_way(kept)
        st.button(
            "Delete",
            key=f"{PREFIX}.delete.{kept.title}",
            type="tertiary",
            icon=":material/delete:",
            on_click=session.remove,
            args=(kept.title, name_of(kept)),
            disabled=under_way,
            help=UNDER_WAY_HELP if under_way else DELETE_HELP,
        )
