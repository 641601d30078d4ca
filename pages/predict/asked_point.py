"""The point that the user asks about: typed, on a curve, or chosen on the map."""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import NamedTuple

import streamlit as st

from pages.plane.crossings_table import Meeting, meeting_at
from pages.plane.scene import Scene, class_name
from pages.predict import point_input
from pages.predict.point_input import LISTS, NUMBERS, PREFIX, SLIDER, WAYS
from pages.state import session
from pages.state.shown_input import Inputs, ShownInput
from pages.state.view import AskedPoint, Way
from polycore import TUTORIAL_POLYNOMIALS, Polynomial
from polycore.class_name import ClassName
from polycore.points.point_set import axes_sentence

ANY: Way = "Any point"
ON_CURVE: Way = "On a curve"
AT_CROSSING: Way = "At a crossing"

STEP = 0.05
FORMAT = "%.9g"

TUTORIAL_CLASS, TUTORIAL_X = 9, -0.55
_TUTORIAL_POLYNOMIAL = TUTORIAL_POLYNOMIALS[TUTORIAL_CLASS]


class Asked(NamedTuple):
    """The point, and the class of the curve it was placed on, if any. On a steep curve y may be infinite."""

    x: float
    y: float
    curve: int | None = None


def draw(scene: Scene, meetings: Sequence[Meeting]) -> Asked:
    """Draw the inputs and return the point. If the scene has no curves the user types x and y."""
    polynomials = scene.curves
    ways = [ANY, *([ON_CURVE] if polynomials else []), *([AT_CROSSING] if meetings else [])]
    before = session.current().view.point
    point = fitted = _fitted(before, ways, len(polynomials), len(meetings))
    asked = _asked(point, polynomials, meetings)
    if math.isfinite(asked.y):
        point = replace(point, x=asked.x, y=asked.y)  # so that "Any point" continues from there
    if fitted != before:
        _change(point, LISTS, NUMBERS, SLIDER)
    elif point != before:
        _change(point)
    if polynomials:
        _draw_way(point, ways)
    with st.container():
        if called := axes_sentence(scene.axes):
            st.text(called)
    if point.way == ON_CURVE:
        _draw_curve(point, scene, asked.y)
    elif point.way == AT_CROSSING:
        _draw_crossing(point, meetings)
    else:
        _draw_typed(point)
    if not isinstance(next(iter(scene.classes), None), ClassName):
        _draw_tutorial_button()
    return asked


def choose(x: float, y: float) -> None:
    """Make (x, y) the point. Call it in a callback: it changes what the inputs show."""
    _change(replace(session.current().view.point, way=ANY, x=x, y=y), LISTS, NUMBERS, SLIDER)


def choose_on_map(meetings: Sequence[Meeting], x: float, y: float) -> None:
    """Make the clicked point, or the crossing at it, the point."""
    index = meeting_at(meetings, x, y)
    if index is None:
        choose(float(f"{x:.6g}"), float(f"{y:.6g}"))  # a pixel has fewer digits than a float
    else:
        x, y = meetings[index].x, meetings[index].y
        point = replace(session.current().view.point, way=AT_CROSSING, x=x, y=y, crossing=index)
        _change(point, LISTS, NUMBERS, SLIDER)


def move(x: float) -> None:
    """Move the point to that x, for a click on the chart of the walk."""
    _change(replace(session.current().view.point, x=x), NUMBERS, SLIDER)


def slide(x: float) -> None:
    """Move the point to that x, for the slider, which shows it already."""
    _change(replace(session.current().view.point, x=x), NUMBERS)


def _fitted(point: AskedPoint, ways: Sequence[Way], curves: int, crossings: int) -> AskedPoint:
    """Return the point with a way, a curve and a crossing that the model has."""
    return replace(
        point,
        way=point.way if point.way in ways else ANY,
        curve=point.curve if point.curve < max(1, curves) else 0,
        crossing=0 if point.crossing is not None and point.crossing >= max(1, crossings) else point.crossing,
    )


def _asked(point: AskedPoint, polynomials: Sequence[Polynomial], meetings: Sequence[Meeting]) -> Asked:
    if point.way == ON_CURVE:
        return Asked(point.x, polynomials[point.curve](point.x), point.curve)
    if point.way == AT_CROSSING:
        meeting = meetings[_crossing(point, meetings)]
        return Asked(meeting.x, meeting.y)
    # a crossing may need more digits than the inputs show
    index = meeting_at(meetings, point.x, point.y)
    return Asked(point.x, point.y) if index is None else Asked(meetings[index].x, meetings[index].y)


def _crossing(point: AskedPoint, meetings: Sequence[Meeting]) -> int:
    return len(meetings) // 2 if point.crossing is None else point.crossing


def _change(point: AskedPoint, *renewed: Inputs) -> None:
    """Make `point` the point; the inputs of the groups `renewed` do not show it yet."""
    session.set_view(replace(session.current().view, point=point), *renewed)


def _draw_way(point: AskedPoint, ways: Sequence[Way]) -> None:
    way = point_input.now("way", LISTS)
    st.segmented_control(
        "Point",
        ways,
        default=point.way,
        required=True,
        key=way.key,
        on_change=_choose_way,
        args=(way,),
        help=(
            "Any point: type x and y, or click the map. On a curve: choose a polynomial and walk along it. "
            "At a crossing: choose a point where curves meet."
        ),
    )


def _draw_typed(point: AskedPoint) -> None:
    with st.container(horizontal=True):
        _draw_number("x", point.x, "How far right of the origin the point lies.", _type_x)
        _draw_number("y", point.y, "How far above the origin the point lies.", _type_y)


def _draw_curve(point: AskedPoint, scene: Scene, y: float) -> None:
    curve = point_input.now("curve", LISTS)
    st.selectbox(
        "Curve",
        range(len(scene.curves)),
        index=point.curve,
        format_func=partial(class_name, scene.classes),
        key=curve.key,
        on_change=_choose_curve,
        args=(curve,),
        help="The point lies on this polynomial, so it is the right answer unless another crosses it there.",
    )
    _draw_number("x", point.x, "The x of the point on the curve. y is the polynomial's value there.", _type_x)
    st.caption(f"y = {y:.6g}")


def _draw_crossing(point: AskedPoint, meetings: Sequence[Meeting]) -> None:
    crossing = point_input.now("crossing", LISTS)
    st.selectbox(
        "Crossing",
        range(len(meetings)),
        index=_crossing(point, meetings),
        format_func=lambda index: f"x = {meetings[index].x:.4g}: {meetings[index].name}",
        key=crossing.key,
        on_change=_choose_crossing,
        args=(crossing,),
        help="Points where curves meet, from left to right. You can also click the diamonds on the map.",
    )
    st.caption(f"x = {point.x:.6g}, y = {point.y:.6g}")


def _draw_number(name: str, value: float, description: str, on_change: Callable[[ShownInput], None]) -> None:
    number = point_input.now(name, NUMBERS)
    st.number_input(
        name,
        value=value,
        step=STEP,
        format=FORMAT,
        key=number.key,
        on_change=on_change,
        args=(number,),
        help=description,
        width=160,
    )


def _choose_way(shown: ShownInput) -> None:
    way = shown.value()
    if way is not None:
        # it draws other inputs, which must show the point as it is now
        _change(replace(session.current().view.point, way=way), WAYS)


def _choose_curve(shown: ShownInput) -> None:
    curve = shown.value()
    if curve is not None:
        _change(replace(session.current().view.point, curve=curve))


def _choose_crossing(shown: ShownInput) -> None:
    crossing = shown.value()
    if crossing is not None:
        _change(replace(session.current().view.point, crossing=crossing))


def _type_x(number: ShownInput) -> None:
    x = number.value()
    if x is not None:
        _change(replace(session.current().view.point, x=x), SLIDER)


def _type_y(number: ShownInput) -> None:
    y = number.value()
    if y is not None:
        _change(replace(session.current().view.point, y=y), SLIDER)


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
