"""The point that Inside traces through the network, and its true class."""

from dataclasses import dataclass

import streamlit as st

from pages.models import model_in_use
from pages.plane.place import Place
from pages.plane.scene import Scene, class_name
from pages.state import session
from pages.state.inputs import Input
from pages.state.kept_models import Kept
from pages.state.view import View
from pages.wording.words import as_label
from polycore import TUTORIAL_POLYNOMIALS, Model
from polycore.polynomials.distances import nearest_to
from polycore.tutorial.untrained_model import tutorial_sets

PREFIX = "inside.point"
NEAREST = -1  # in place of a class in the list: the nearest curve's; None would be a list without a choice
STEP, FORMAT = 0.05, "%.9g"
TOO_FAR = "This point is too far out."


@dataclass(frozen=True)
class TracedPoint:
    """A point, and its true class: the user's choice, or the nearest curve's; None if it is not known.

    place: the point among the curves of the model.
    nearest: whether it is the nearest curve's class.
    """

    place: Place
    label: int | None
    nearest: bool

    @property
    def x(self) -> float:
        """The point's x."""
        return self.place.x

    @property
    def y(self) -> float:
        """The point's y."""
        return self.place.y


def traced(view: View, kept: Kept) -> TracedPoint:
    """Return the point chosen in `view`, to be traced through the model of `kept`."""
    model, scene, referee = kept.model, model_in_use.scene_of_kept(kept), model_in_use.referee_of(kept)
    (x, y), label = view.traced, _chosen_label(view, model)
    without_map = Scene(model.shown_classes, model.polynomials, model.shown_window)
    place = Place(scene or without_map, x, y, 0.0 if referee is None else referee.noise)
    if label is not None:
        return TracedPoint(place, label, nearest=False)
    nearest = next(iter(nearest_to(model.polynomials, x, y)), None)
    return TracedPoint(place, nearest, nearest=True)


def draw(model: Model) -> None:
    """Draw the inputs of the point."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        _draw_number(0, model, "How far right of the origin the point lies. You can also click the plane.")
        _draw_number(1, model, "How far above the origin the point lies. You can also click the plane.")
        _draw_label(model)
        st.button(
            "The tutorial's first sample",
            key=f"{PREFIX}.tutorial",
            icon=":material/school:",
            on_click=choose_first_sample,
            args=(model,),
            help="The point (0.09762701, 1.29288102) on polynomial 0, with which the tutorial begins.",
        )


def choose_on_map(x: float, y: float) -> None:
    """Trace the point that was clicked; a pixel has fewer digits than a float."""
    _choose((float(f"{x:.6g}"), float(f"{y:.6g}")), None)


def choose_first_sample(model: Model) -> None:
    """Trace the tutorial's first sample, which is of its class 0."""
    sets = tutorial_sets()
    x, y = sets.points[0].tolist()
    _choose((x, y), int(sets.labels[0]) if model.polynomials == TUTORIAL_POLYNOMIALS else None)


def _choose(point: tuple[float, float], label: int | None) -> None:
    session.change_view(traced=point, traced_label=label)


def _draw_number(axis: int, model: Model, text: str) -> None:
    def shown() -> float:
        return session.current().view.traced[axis]

    def move(value: float) -> None:
        view = session.current().view
        x, y = view.traced
        _choose((value, y) if axis == 0 else (x, value), view.traced_label)

    number = Input(f"{PREFIX}.{'xy'[axis]}", shown, move, lambda: model.axes)
    number.draw_number(as_label(model.axes[axis]), STEP, format=FORMAT, width=180, help=text)


def _draw_label(model: Model) -> None:
    def shown() -> int:
        label = _chosen_label(session.current().view, model)
        return NEAREST if label is None else label

    def choose(label: int) -> None:
        _choose(session.current().view.traced, None if label == NEAREST else label)

    def name(label: int) -> str:
        if label == NEAREST:
            return "the nearest curve's" if model.polynomials else "not known"
        return class_name(model.shown_classes, label)

    Input(f"{PREFIX}.label", shown, choose).choose(
        st.selectbox,
        "True class",
        [NEAREST, *range(model.widths[-1])],
        format_func=name,
        width=230,
        help="The class that is compared with the answer: the loss is −ln of the probability of this class.",
    )


def _chosen_label(view: View, model: Model) -> int | None:
    label = view.traced_label
    return None if label is None or label >= model.widths[-1] else label
