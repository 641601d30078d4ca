"""The point that the user asks about: typed, on a curve, or chosen on the map."""

import math
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple

import streamlit as st

from pages.plane.crossings import Meeting, meeting_at
from pages.plane.scene import Scene, class_name
from pages.state import session
from pages.state.inputs import Input
from pages.state.view import PointInputs, Way
from polycore import TUTORIAL_POLYNOMIALS, Polynomial
from polycore.class_name import ClassName
from polycore.points.point_set import axes_sentence

ANY: Way = "Any point"
ON_CURVE: Way = "On a curve"
AT_CROSSING: Way = "At a crossing"

PREFIX = "point"
STEP = 0.05
FORMAT = "%.9g"

TUTORIAL_CLASS, TUTORIAL_X = 9, -0.55
_TUTORIAL_POLYNOMIAL = TUTORIAL_POLYNOMIALS[TUTORIAL_CLASS]


class AskedPoint(NamedTuple):
    """The point, and the class of the curve it was placed on, if any. On a steep curve y may be infinite."""

    x: float
    y: float
    curve: int | None = None


def draw(scene: Scene, meetings: Sequence[Meeting]) -> AskedPoint:
    """Draw the inputs and return the point. If the scene has no curves the user types x and y."""
    before = session.current().view.point_inputs
    point, asked = fitted(before, scene, meetings)
    if point != before:
        session.update(view=replace(session.current().view, point_inputs=point))
    if scene.curves:
        _draw_way(ways_of(scene, meetings))
    with st.container():
        if called := axes_sentence(scene.axes):
            st.text(called)
    if point.way == ON_CURVE:
        _draw_curve(scene, asked.y)
    elif point.way == AT_CROSSING:
        _draw_crossing(point, meetings)
    else:
        _draw_typed()
    if not isinstance(next(iter(scene.classes), None), ClassName):
        _draw_tutorial_button()
    return asked


def ways_of(scene: Scene, meetings: Sequence[Meeting]) -> list[Way]:
    """Return the ways to choose a point of the scene, whose curves meet at `meetings`."""
    return [ANY, *([ON_CURVE] if scene.curves else []), *([AT_CROSSING] if meetings else [])]


def fitted(point: PointInputs, scene: Scene, meetings: Sequence[Meeting]) -> tuple[PointInputs, AskedPoint]:
    """Return what the inputs hold for a scene, and the point that is asked about.

    A way, a curve and a crossing that the scene does not have give way to its first ones. x and y become
    those of the point, so that "Any point" continues from there.
    """
    point = replace(
        point,
        way=point.way if point.way in ways_of(scene, meetings) else ANY,
        curve=point.curve if point.curve < len(scene.curves) else 0,
        crossing=0 if point.crossing is not None and point.crossing >= len(meetings) else point.crossing,
    )
    asked = _asked(point, scene.curves, meetings)
    return (replace(point, x=asked.x, y=asked.y) if math.isfinite(asked.y) else point), asked


def clicked(point: PointInputs, meetings: Sequence[Meeting], x: float, y: float) -> PointInputs:
    """Return what the inputs hold after a click on the map: that point, or the crossing at it."""
    index = meeting_at(meetings, x, y)
    if index is None:
        # a pixel has fewer digits than a float
        return replace(point, way=ANY, x=float(f"{x:.6g}"), y=float(f"{y:.6g}"))
    return replace(point, way=AT_CROSSING, x=meetings[index].x, y=meetings[index].y, crossing=index)


def choose(x: float, y: float) -> None:
    """Make (x, y) the point."""
    _change(way=ANY, x=x, y=y)


def choose_on_map(meetings: Sequence[Meeting], x: float, y: float) -> None:
    """Make the clicked point, or the crossing at it, the point."""
    session.update(view=replace(session.current().view, point_inputs=clicked(_point(), meetings, x, y)))


def move(x: float) -> None:
    """Move the point to that x."""
    _change(x=x)


def _asked(point: PointInputs, polynomials: Sequence[Polynomial], meetings: Sequence[Meeting]) -> AskedPoint:
    if point.way == ON_CURVE:
        return AskedPoint(point.x, polynomials[point.curve](point.x), point.curve)
    if point.way == AT_CROSSING:
        meeting = meetings[_crossing(point, meetings)]
        return AskedPoint(meeting.x, meeting.y)
    # a crossing may need more digits than the inputs show
    index = meeting_at(meetings, point.x, point.y)
    return AskedPoint(point.x, point.y) if index is None else AskedPoint(meetings[index].x, meetings[index].y)


def _crossing(point: PointInputs, meetings: Sequence[Meeting]) -> int:
    return len(meetings) // 2 if point.crossing is None else point.crossing


def _point() -> PointInputs:
    return session.current().view.point_inputs


def _change(**changes: Any) -> None:
    view = session.current().view
    session.update(view=replace(view, point_inputs=replace(view.point_inputs, **changes)))


def _draw_way(ways: Sequence[Way]) -> None:
    Input(f"{PREFIX}.way", lambda: _point().way, lambda way: _change(way=way)).choose(
        st.segmented_control,
        "Point",
        ways,
        required=True,
        help=(
            "Any point: type x and y, or click the map. On a curve: choose a polynomial and walk along it. "
            "At a crossing: choose a point where curves meet."
        ),
    )


def _draw_typed() -> None:
    with st.container(horizontal=True):
        _draw_x("How far right of the origin the point lies.")
        y = Input(f"{PREFIX}.y", lambda: _point().y, lambda y: _change(y=y))
        _draw_number(y, "y", "How far above the origin the point lies.")


def _draw_curve(scene: Scene, y: float) -> None:
    Input(f"{PREFIX}.curve", lambda: _point().curve, lambda curve: _change(curve=curve)).choose(
        st.selectbox,
        "Curve",
        range(len(scene.curves)),
        format_func=partial(class_name, scene.classes),
        help="The point lies on this polynomial, so it is the right answer unless another crosses it there.",
    )
    _draw_x("The x of the point on the curve. y is the polynomial's value there.")
    st.caption(f"y = {y:.6g}")


def _draw_crossing(point: PointInputs, meetings: Sequence[Meeting]) -> None:
    Input(
        f"{PREFIX}.crossing",
        lambda: _crossing(_point(), meetings),
        lambda crossing: _change(crossing=crossing),
    ).choose(
        st.selectbox,
        "Crossing",
        range(len(meetings)),
        format_func=lambda index: f"x = {meetings[index].x:.4g}: {meetings[index].name}",
        help="Points where curves meet, from left to right. You can also click the diamonds on the map.",
    )
    st.caption(f"x = {point.x:.6g}, y = {point.y:.6g}")


def _draw_x(description: str) -> None:
    _draw_number(Input(f"{PREFIX}.x", lambda: _point().x, move), "x", description)


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
