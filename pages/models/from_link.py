"""The trained network in a link: it answers at once, without training."""

from dataclasses import replace

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.models import asked, link_choice, map_layers, model_in_use, shown_network
from pages.models.map_layers import Overlay
from pages.plane import live, plane
from pages.plane.answer import Answer
from pages.plane.scene import scene_of
from pages.state import session
from pages.state.kept_models import Kept
from pages.state.links import LinkWeights
from pages.state.session_value import Session
from pages.wording.percent import percent
from pages.wording.words import file_name
from polycore import Model
from polycore.figures.style import Figure
from polycore.polynomials.classes import noun_of

MAP_KEY, MAP_HEIGHT = "from_link.map", 460
BROUGHT = "This network came with the link"


def with_network(opened: Session, words: str | None, model: Model | None) -> Session:
    """Return a new session that keeps and uses the model of a link's weights, if there is one.

    A value: a request that ends the page between two changes of the session would lose the model.
    """
    if words is None or model is None:
        return opened
    return _keeping(opened, LinkWeights(words, model))


def after_refresh(earlier: Session, opened: Session) -> Session:
    """Return a tab's `earlier` session with what the address has `opened` since.

    The network of a link answers, and is kept unless it is kept already. A value, as above.
    """
    now, new = earlier.after_refresh(opened), opened.links.brought
    if new is None:
        return now
    known = [one.model for one in (now.links.brought, now.links.writing) if one and one.words == new.words]
    kept = next((one for one in now.models.kept if shown_network.as_shown(one, now).model in known), None)
    return _keeping(now, new) if kept is None else now.using(kept.title)


def _keeping(session: Session, weights: LinkWeights) -> Session:
    links = replace(session.links, brought=weights)
    return replace(session, links=links).keeping(Kept.of_link(weights.model))


def words() -> dict[str, str]:
    """Return the address's parameters for the weights: none once there is another set-up or a new run."""
    now = session.current()
    if now.links.brought is None or not is_of_set_up(now):
        return link_choice.written_weights()
    has_run = now.run_view is not None and now.run_view.run.experiment == now.experiment
    return {} if has_run else {"weights": now.links.brought.words}


def is_of_set_up(now: Session) -> bool:
    """Return whether the network that answers came with a link, and the set-up trained it."""
    weights, kept = now.links.brought, now.answering
    if weights is None or kept is None or kept.model is not weights.model:
        return False
    return link_choice.answers_for(kept, now.experiment)


def fitting() -> Kept | None:
    """Return the model in use if it fits the set-up; else None."""
    kept = session.current().answering
    fits = kept is not None and model_in_use.scene_of_kept(kept) == scene_of(session.current().experiment)
    return kept if fits else None


def draw(map_column: DeltaGenerator, beside: DeltaGenerator) -> bool:
    """Draw the map and the figures of the model in use, if it fits the set-up; return whether it does.

    A click on the map asks the model about that point, as on the map of a run. The answer and the figures are
    drawn `beside` it.
    """
    now, kept = session.current(), fitting()
    # a lesson begins without the map of an earlier network, which would look like a part of it
    if kept is None or (now.lessons.current is not None and not is_of_set_up(now)):
        return False
    with map_column:
        draw_map(kept, figure_of(kept))
        st.caption(
            f"Each point has the color of the most likely {noun_of(kept.model.shown_classes)}; the surer the "
            f"network, the stronger the color. {map_layers.curves_caption(now.experiment)}".rstrip()
        )
    with beside:
        st.markdown(_origin(kept, now))
        model_in_use.draw_figures(kept)
        asked.draw(answer_of(kept), None)
    return True


def figure_of(kept: Kept) -> Figure:
    """Return the map of the model, with the point that is asked about."""
    map_of_all = plane.model_map(kept.model, scene_of(session.current().experiment))
    return Overlay(point=session.current().view.asked).on(map_of_all)


def draw_map(kept: Kept, figure: Figure) -> None:
    """Draw the map of the model; a click asks it about that point."""
    live.figure(
        figure,
        key=MAP_KEY,
        height=MAP_HEIGHT,
        on_click=asked.choose,
        file=file_name("map", session.current().experiment),
        model_now=lambda: kept.model,
    )


def answer_of(kept: Kept) -> Answer | None:
    """Return the model's answer about the point that the user asks about; None without one."""
    now = session.current()
    if now.view.asked is None:
        return None
    scene, referee = scene_of(now.experiment), model_in_use.referee_of(kept)
    return Answer.of(kept.model.predict_proba, scene, referee, *now.view.asked)


def _origin(kept: Kept, now: Session) -> str:
    weights = now.links.brought
    if weights is None or kept.model is not weights.model:
        return ":material/inventory_2: The network that answers. Nothing has been trained here yet."
    return (
        f":material/link: **{BROUGHT}**, already trained. Measured here, it has "
        f"{percent(kept.model.held_out_accuracy or 0.0)} of new points right."
    )
