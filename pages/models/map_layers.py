"""What may lie on a map besides regions and curves: samples, mistakes on held-out points, and crossings."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from pages.models import model_in_use
from pages.plane import plane
from pages.plane.crossings_table import meetings_of
from pages.plane.plane import Probabilities
from pages.state import session
from pages.state.kept_models import Kept
from pages.state.view import MapLayer
from polycore import Experiment, Model, Polynomial, Referee
from polycore.arrays import Floats, Integers, read_only
from polycore.figures import crossings_layer, mistakes_layer, point_layer, samples_layer, with_layers
from polycore.figures.plane import LAYER_MARKERS, Layer
from polycore.figures.style import evenly

PREFIX = "map_layers"
RUN_KEY, PREDICT_KEY = f"{PREFIX}.run", f"{PREFIX}.predict"
LABEL = "On the map"
ALL: tuple[MapLayer, ...] = ("Samples", "Mistakes", "Crossings")
HELP = (
    "Samples: points of the training set. Mistakes: held-out points, which no step trains on, that get a "
    "wrong answer. Crossings: where curves meet; there nobody can tell them apart."
)

Place = tuple[float, float]
Told = tuple[Layer, str]  # what is drawn, and the sentence that explains it


@dataclass(frozen=True, eq=False)
class Mistakes:
    """Held-out points (M, 2) that are answered wrongly, with labels and answers (M,), of `asked` points."""

    points: Floats
    labels: Integers
    answers: Integers
    asked: int


def draw_for_run() -> None:
    """Draw the choice of what lies on the map of a run."""
    now = session.current()
    key = now.inputs.key(RUN_KEY)
    st.pills(
        LABEL,
        ALL,
        selection_mode="multi",
        default=now.view.map_layers,
        key=key,
        on_change=_choose_for_run,
        args=(key,),
        label_visibility="collapsed",
    )


def draw_for_model(kept: Kept) -> None:
    """Draw the choice for the map of a model; where its data are not known there are no points to show."""
    now, offered = session.current(), _offered(kept)
    key = now.inputs.key(f"{PREDICT_KEY}.{len(offered)}")
    st.pills(
        LABEL,
        offered,
        selection_mode="multi",
        default=[layer for layer in now.view.predict_layers if layer in offered],
        key=key,
        on_change=_choose_for_model,
        args=(key,),
        help=HELP,
    )


def over_model(figure: go.Figure, kept: Kept, place: Place | None) -> go.Figure:
    """Return the map of a model with what is chosen on it; see `over`."""
    layers, experiment = session.current().view.predict_layers, model_in_use.known_experiment(kept)
    if experiment is not None:
        mistakes = mistakes_of_model(kept.model, experiment) if "Mistakes" in layers else None
        return over(figure, layers, experiment, mistakes, place)
    crossings = _crossings(kept.model.polynomials, model_in_use.x_range_of(kept))
    return _laid(figure, [crossings] if "Crossings" in layers else [], place)


def over(
    figure: go.Figure,
    layers: Sequence[MapLayer],
    experiment: Experiment,
    mistakes: Mistakes | None,
    place: Place | None,
) -> go.Figure:
    """Return a map with `layers` on it, `mistakes` where they are among them, and `place` marked.

    `told` has the captions. Without all of them it is `figure` itself.
    """
    found = [_samples(experiment)] if "Samples" in layers else []
    if mistakes is not None:
        crosses = mistakes_layer(mistakes.points, mistakes.labels, mistakes.answers)
        found.append((crosses, _mistakes_told(mistakes)))
    if "Crossings" in layers:
        found.append(_crossings(experiment.polynomials, experiment.x_range))
    return _laid(figure, found, place)


def with_place(figure: go.Figure, place: Place | None) -> go.Figure:
    """Return a map with `place` marked and nothing else on it; without a place it is `figure` itself."""
    return _laid(figure, [], place)


def told(figure: go.Figure) -> str:
    """Return what is to be said of the layers of a map; "" where there are none."""
    return " ".join(figure.layout.meta.get("told", ()))


@lru_cache(maxsize=16)
def mistakes_of_model(model: Model, experiment: Experiment) -> Mistakes:
    """Return a model's mistakes on the held-out points of `experiment`. It is compared by identity."""
    return _mistakes(model.predict_proba, experiment)


@lru_cache(maxsize=16)
def mistakes_of_referee(referee: Referee, experiment: Experiment) -> Mistakes:
    """Return the referee's own mistakes: no other decisions can be expected to make fewer."""
    return _mistakes(partial(plane.of_referee, referee), experiment)


def _mistakes(probabilities_of: Probabilities, experiment: Experiment) -> Mistakes:
    points, labels = experiment.held_out_set()
    answers = probabilities_of(points).argmax(axis=1)
    wrong = answers != labels
    return read_only(Mistakes(points[wrong], labels[wrong], answers[wrong], len(points)))


def _laid(figure: go.Figure, found: Sequence[Told], place: Place | None) -> go.Figure:
    layers = [layer for layer, _ in found] + ([] if place is None else [point_layer(*place)])
    if not layers:
        return figure
    laid = with_layers(figure, layers)  # all at once: each copy of a figure costs
    return laid.update_layout(meta=laid.layout.meta | {"told": [sentence for _, sentence in found]})


@lru_cache(maxsize=16)
def _samples(experiment: Experiment) -> Told:
    """Return points of the training set, evenly from first to last: it may have a million."""
    points, labels = experiment.training_set()
    shown = evenly(len(points), LAYER_MARKERS)
    layer = samples_layer(points[shown], labels[shown], experiment.polynomials)
    return layer, f"{_shown(len(shown), len(points))} of the training set are shown."


@lru_cache(maxsize=16)
def _crossings(polynomials: tuple[Polynomial, ...], x_range: tuple[float, float]) -> Told:
    found = meetings_of(polynomials, x_range)
    places = np.array([(meeting.x, meeting.y) for meeting in found]).reshape(-1, 2)
    return crossings_layer(places, [meeting.name for meeting in found]), _crossings_told(len(found))


def _mistakes_told(mistakes: Mistakes) -> str:
    wrong = len(mistakes.points)
    return f"Crosses: {wrong:,} of {mistakes.asked:,} held-out points answered wrongly{_marked(wrong)}."


def _crossings_told(count: int) -> str:
    places = "1 place" if count == 1 else f"{count:,} places"
    return f"Diamonds: {places} where curves meet{_marked(count)}; click one."


def _marked(count: int) -> str:
    return "" if count <= LAYER_MARKERS else f", {LAYER_MARKERS} of them marked"


def _shown(shown: int, count: int) -> str:
    return f"All {count:,} points" if shown == count else f"{shown:,} of the {count:,} points"


def _offered(kept: Kept) -> tuple[MapLayer, ...]:
    return ("Crossings",) if model_in_use.known_experiment(kept) is None else ALL


def _choose_for_run(key: str) -> None:
    session.set_view(replace(session.current().view, map_layers=_chosen(key)))


def _choose_for_model(key: str) -> None:
    session.set_view(replace(session.current().view, predict_layers=_chosen(key)))


def _chosen(key: str) -> tuple[MapLayer, ...]:
    return tuple(layer for layer in ALL if layer in st.session_state[key])
