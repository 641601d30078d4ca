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
from pages.wording.words import as_label
from polycore import TUTORIAL_POLYNOMIALS
from polycore.formatting import number_text
from polycore.points.point_set import Axes

PREFIX = "point"
STEP = 0.05
FORMAT = "%.9g"
TUTORIAL_POINT = "The tutorial's own point"
TOO_FAR = "This point is too far away to ask about."

TUTORIAL_CLASS, TUTORIAL_X = 9, -0.55
_TUTORIAL_POLYNOMIAL = TUTORIAL_POLYNOMIALS[TUTORIAL_CLASS]

Now = Callable[[], PointInputs]


class Change(Protocol):
    """Gives fields of the inputs other values."""

    def __call__(self, **changes: Any) -> None: ...


def draw(choices: PointChoices) -> None:
    """Draw the inputs for the point. If the scene has no curves the user types both coordinates."""

    def now() -> PointInputs:
        return choices.fitted(session.current().view.point_inputs)

    def change(**changes: Any) -> None:
        # x and y of the point before the change are where the next way starts, and those after it are kept
        session.change_view(point_inputs=choices.fitted(replace(now(), **changes)))

    scene, meetings, point = choices.scene, choices.meetings, now()
    if scene.curves:
        _draw_way(choices.ways, now, change)
    if point.way == ON_CURVE:
        _draw_curve(scene, now, change)
    elif point.way == AT_CROSSING:
        _draw_crossing(scene.axes[0], meetings, lambda: choices.crossing(now()), change)
        st.caption(scene.point_text(point.x, point.y, as_label))
    else:
        with st.container(horizontal=True):
            _draw_x(scene.axes, now, change)
            y = Input(f"{PREFIX}.y", lambda: now().y, lambda y: change(y=y), lambda: scene.axes)
            _draw_number(y, scene.axes[1])


def choose(x: float, y: float) -> None:
    """Make (x, y) the point."""
    session.change_view(point_inputs=replace(session.current().view.point_inputs, way=ANY, x=x, y=y))


def choose_on_map(meetings: Sequence[Meeting], x: float, y: float) -> None:
    """Make the clicked point, or the crossing at it, the point."""
    session.change_view(point_inputs=clicked(session.current().view.point_inputs, meetings, x, y))


def clicked(inputs: PointInputs, meetings: Sequence[Meeting], x: float, y: float) -> PointInputs:
    """Return the inputs after a click on the map: for that point, or for the crossing at it."""
    index = meeting_at(meetings, x, y)
    if index is None:
        # a pixel has fewer digits than a float
        return replace(inputs, way=ANY, x=float(f"{x:.6g}"), y=float(f"{y:.6g}"))
    return replace(inputs, way=AT_CROSSING, x=meetings[index].x, y=meetings[index].y, crossing=index)


def move(choices: PointChoices, x: float) -> None:
    """Move the point to that x."""
    before = choices.fitted(session.current().view.point_inputs)
    session.change_view(point_inputs=choices.fitted(replace(before, x=x)))


def _draw_way(ways: Sequence[Way], now: Now, change: Change) -> None:
    Input(f"{PREFIX}.way", lambda: now().way, lambda way: change(way=way)).choose(
        st.segmented_control,
        "Point",
        ways,
        required=True,
        label_visibility="collapsed",
    )


def _draw_curve(scene: Scene, now: Now, change: Change) -> None:
    Input(f"{PREFIX}.curve", lambda: now().curve, lambda curve: change(curve=curve)).choose(
        st.selectbox,
        "Curve",
        range(len(scene.curves)),
        format_func=partial(class_name, scene.classes),
    )
    _draw_x(scene.axes, now, change)
    point = now()
    y = number_text(float(scene.curves[point.curve](point.x)), 6)
    st.caption(f"{as_label(scene.axes[1])} = {y}")


def _draw_crossing(
    across: str, meetings: Sequence[Meeting], chosen: Callable[[], int], change: Change
) -> None:
    Input(f"{PREFIX}.crossing", chosen, lambda crossing: change(crossing=crossing)).choose(
        st.selectbox,
        "Crossing",
        range(len(meetings)),
        format_func=lambda index: f"{across} = {number_text(meetings[index].x)}: {meetings[index].name}",
    )


def _draw_x(axes: Axes, now: Now, change: Change) -> None:
    _draw_number(Input(f"{PREFIX}.x", lambda: now().x, lambda x: change(x=x), lambda: axes), axes[0])


def _draw_number(number: Input[float], name: str) -> None:
    number.draw_number(as_label(name), STEP, format=FORMAT, width=160)


def draw_tutorial_button(choices: PointChoices) -> None:
    """Draw the button that asks about the tutorial's point, if the curves are the tutorial's."""
    if choices.scene.curves != TUTORIAL_POLYNOMIALS:
        return
    st.button(
        TUTORIAL_POINT,
        key=f"{PREFIX}.tutorial",
        type="tertiary",
        on_click=choose,
        args=(TUTORIAL_X, _TUTORIAL_POLYNOMIAL(TUTORIAL_X)),
        help=(
            f"x = {TUTORIAL_X}, on its polynomial {TUTORIAL_CLASS}, {_TUTORIAL_POLYNOMIAL.typeset}. "
            f"The tutorial's network gave class {TUTORIAL_CLASS} a probability of 65.92\u00a0%."
        ),
    )
