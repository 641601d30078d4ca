"""The point that the user asks about: typed, on a curve, or chosen on the map."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Protocol

import streamlit as st

from pages.models.point_choices import ANY, AT_CROSSING, ON_CURVE, PointChoices
from pages.plane.crossings import Meeting, meeting_at
from pages.plane.scene import Scene, class_name
from pages.state import session
from pages.state.inputs import Input
from pages.state.view import PointInputs, Way
from polycore import TUTORIAL_POLYNOMIALS
from polycore.class_name import ClassName
from polycore.points.point_set import axes_sentence

PREFIX = "point"
STEP = 0.05
FORMAT = "%.9g"

TUTORIAL_CLASS, TUTORIAL_X = 9, -0.55
_TUTORIAL_POLYNOMIAL = TUTORIAL_POLYNOMIALS[TUTORIAL_CLASS]

Now = Callable[[], PointInputs]


class Change(Protocol):
    """Gives fields of the inputs other values."""

    def __call__(self, **changes: Any) -> None: ...


def draw(choices: PointChoices) -> None:
    """Draw the inputs for the point. If the scene has no curves the user types x and y."""

    def now() -> PointInputs:
        return choices.fitted(session.current().view.point_inputs)

    def change(**changes: Any) -> None:
        # x and y of the point before the change are where the next way starts, and those after it are kept
        _store(choices.fitted(replace(now(), **changes)))

    scene, meetings, point = choices.scene, choices.meetings, now()
    if scene.curves:
        _draw_way(choices.ways, now, change)
    with st.container():
        if called := axes_sentence(scene.axes):
            st.text(called)
    if point.way == ON_CURVE:
        _draw_curve(scene, now, change)
    elif point.way == AT_CROSSING:
        _draw_crossing(meetings, lambda: choices.crossing(now()), change)
        st.caption(f"x = {point.x:.6g}, y = {point.y:.6g}")
    else:
        _draw_typed(now, change)
    if not isinstance(next(iter(scene.classes), None), ClassName):
        _draw_tutorial_button()


def choose(x: float, y: float) -> None:
    """Make (x, y) the point."""
    _store(replace(session.current().view.point_inputs, way=ANY, x=x, y=y))


def choose_on_map(meetings: Sequence[Meeting], x: float, y: float) -> None:
    """Make the clicked point, or the crossing at it, the point."""
    index = meeting_at(meetings, x, y)
    if index is None:
        choose(float(f"{x:.6g}"), float(f"{y:.6g}"))  # a pixel has fewer digits than a float
        return
    crossing, before = meetings[index], session.current().view.point_inputs
    _store(replace(before, way=AT_CROSSING, x=crossing.x, y=crossing.y, crossing=index))


def move(choices: PointChoices, x: float) -> None:
    """Move the point to that x."""
    before = choices.fitted(session.current().view.point_inputs)
    _store(choices.fitted(replace(before, x=x)))


def _store(inputs: PointInputs) -> None:
    session.update(view=replace(session.current().view, point_inputs=inputs))


def _draw_way(ways: Sequence[Way], now: Now, change: Change) -> None:
    Input(f"{PREFIX}.way", lambda: now().way, lambda way: change(way=way)).choose(
        st.segmented_control,
        "Point",
        ways,
        required=True,
        help=(
            "Any point: type x and y, or click the map. On a curve: choose a polynomial and walk along it. "
            "At a crossing: choose a point where curves meet."
        ),
    )


def _draw_typed(now: Now, change: Change) -> None:
    with st.container(horizontal=True):
        _draw_x(now, change, "How far right of the origin the point lies.")
        y = Input(f"{PREFIX}.y", lambda: now().y, lambda y: change(y=y))
        _draw_number(y, "y", "How far above the origin the point lies.")


def _draw_curve(scene: Scene, now: Now, change: Change) -> None:
    Input(f"{PREFIX}.curve", lambda: now().curve, lambda curve: change(curve=curve)).choose(
        st.selectbox,
        "Curve",
        range(len(scene.curves)),
        format_func=partial(class_name, scene.classes),
        help="The point lies on this polynomial, so it is the right answer unless another crosses it there.",
    )
    _draw_x(now, change, "The x of the point on the curve. y is the polynomial's value there.")
    point = now()
    st.caption(f"y = {scene.curves[point.curve](point.x):.6g}")


def _draw_crossing(meetings: Sequence[Meeting], chosen: Callable[[], int], change: Change) -> None:
    Input(f"{PREFIX}.crossing", chosen, lambda crossing: change(crossing=crossing)).choose(
        st.selectbox,
        "Crossing",
        range(len(meetings)),
        format_func=lambda index: f"x = {meetings[index].x:.4g}: {meetings[index].name}",
        help="Points where curves meet, from left to right. You can also click the diamonds on the map.",
    )


def _draw_x(now: Now, change: Change, description: str) -> None:
    _draw_number(Input(f"{PREFIX}.x", lambda: now().x, lambda x: change(x=x)), "x", description)


def _draw_number(number: Input[float], name: str, description: str) -> None:
    number.draw_number(name, STEP, format=FORMAT, help=description, width=160)


def _draw_tutorial_button() -> None:
    st.button(
        "The tutorial's own point",
        key=f"{PREFIX}.tutorial",
        icon=":material/school:",
        on_click=choose,
        args=(TUTORIAL_X, _TUTORIAL_POLYNOMIAL(TUTORIAL_X)),
        help=(
            f"x = {TUTORIAL_X}, on its polynomial {TUTORIAL_CLASS}, {_TUTORIAL_POLYNOMIAL.typeset}. "
            f"The tutorial's network gave class {TUTORIAL_CLASS} a probability of 65.92\u00a0%."
        ),
    )
