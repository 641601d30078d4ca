"""The point that is followed through the network, and the class it is said to belong to."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st

from pages.parts import session
from pages.parts.answer import class_name
from polycore import TUTORIAL_POLYNOMIALS, Model
from polycore.tutorial_model import tutorial_sets

PREFIX = "inside.point"
X_KEY, Y_KEY, LABEL_KEY = f"{PREFIX}.x", f"{PREFIX}.y", f"{PREFIX}.label"
NEAREST = -1  # in place of a class in the list: the nearest curve's; None would be a list without a choice
STEP, FORMAT = 0.05, "%.9g"


@dataclass(frozen=True)
class Followed:
    """A point, and its true class: chosen by the person, or that of the nearest curve; None: not known."""

    x: float
    y: float
    label: int | None
    nearest: bool


def followed(model: Model) -> Followed:
    """Return the point as it is chosen."""
    (x, y), label = session.current().followed, _label(model)
    if label is not None:
        return Followed(x, y, label, nearest=False)
    return Followed(x, y, _nearest(model, x, y), nearest=True)


def draw(model: Model) -> None:
    """Draw the inputs of the point."""
    (x, y), revision = session.current().followed, session.current().revision
    keys = [f"{name}.{revision}" for name in (X_KEY, Y_KEY, f"{LABEL_KEY}.{model.widths[-1]}")]
    labels, label = [NEAREST, *range(model.widths[-1])], _label(model)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        _number("x", x, "How far right of the origin the point lies. You can also click the plane.", keys, 0)
        _number("y", y, "How far above the origin the point lies. You can also click the plane.", keys, 1)
        st.selectbox(
            "True class",
            labels,
            index=labels.index(NEAREST if label is None else label),
            format_func=lambda label: _label_name(model, label),
            key=keys[2],
            width=230,
            on_change=_read,
            args=(keys,),
            help="What the answer is compared with: the loss is -log of the probability of this class.",
        )
        st.button(
            "The tutorial's first sample",
            key=f"{PREFIX}.tutorial",
            icon=":material/school:",
            on_click=choose_first_sample,
            args=(model,),
            help="The point (0.09762701, 1.29288102) on polynomial 0, with which the tutorial begins.",
        )


def choose_on_map(x: float, y: float) -> None:
    """Follow the place that was clicked; a pixel has fewer digits than a float."""
    _choose(float(f"{x:.6g}"), float(f"{y:.6g}"), None)


def choose_first_sample(model: Model) -> None:
    """Follow the tutorial's first sample, which is of its class 0."""
    sets = tutorial_sets()
    x, y = sets.points[0].tolist()
    _choose(x, y, int(sets.labels[0]) if model.polynomials == TUTORIAL_POLYNOMIALS else None)


def _choose(x: float, y: float, label: int | None) -> None:
    session.change(followed=(x, y), followed_label=label, revision=session.current().revision + 1)


def _read(keys: Sequence[str]) -> None:
    x, y, label = (st.session_state[key] for key in keys)
    session.change(followed=(x, y), followed_label=None if label == NEAREST else label)


def _number(label: str, value: float, text: str, keys: Sequence[str], place: int) -> None:
    st.number_input(
        label,
        value=value,
        step=STEP,
        format=FORMAT,
        key=keys[place],
        width=180,
        on_change=_read,
        args=(keys,),
        help=text,
    )


def _label(model: Model) -> int | None:
    label = session.current().followed_label
    return None if label is None or label >= model.widths[-1] else label


def _nearest(model: Model, x: float, y: float) -> int | None:
    if not model.polynomials:
        return None
    return int(np.argmin([abs(y - polynomial(x)) for polynomial in model.polynomials]))


def _label_name(model: Model, label: int) -> str:
    if label == NEAREST:
        return "the nearest curve's" if model.polynomials else "not known"
    return class_name(model.polynomials, label)
