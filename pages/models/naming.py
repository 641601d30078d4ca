"""Naming: the polynomials that the classes of a file without metadata stand for."""

import streamlit as st

from pages.state import refusal, session
from pages.state.inputs import Input
from pages.state.kept_models import Kept
from polycore import PolycoreError, Polynomial

PREFIX = "naming"


def draw(kept: Kept) -> None:
    """Draw the inputs that name the polynomials of a model whose file has no metadata."""
    if kept.model.metadata or kept.model.classes:
        return
    with st.expander(
        "What its classes stand for",
        icon=":material/label:",
        expanded=not kept.model.polynomials,
        key=f"{PREFIX}.{kept.title}.{bool(kept.model.polynomials)}",  # it closes once they are named
    ):
        st.write(_explanation(kept))
        _setup_button(kept)
        _typed(kept)


def _explanation(kept: Kept) -> str:
    classes = kept.model.widths[-1]
    unnamed = f"The file does not say which {classes} polynomials its classes stand for."
    if kept.model.polynomials:
        return f"{unnamed} Those shown here are assumed."
    return f"{unnamed} Until you name them, they are shown as class 0, class 1 and so on, without a map."


def _setup_button(kept: Kept) -> None:
    polynomials = session.current().experiment.polynomials
    if polynomials and len(polynomials) == kept.model.widths[-1] and polynomials != kept.model.polynomials:
        st.button(
            f"The {len(polynomials)} polynomials of the set-up",
            key=f"{PREFIX}.setup",
            icon=":material/function:",
            on_click=session.name_classes,
            args=(kept.title, polynomials),
            help="Those on the Polynomials page, in their order.",
        )


def _typed(kept: Kept) -> None:
    _text(kept.title).draw(
        st.text_area,
        "One polynomial a line, class 0 first",
        placeholder="-x^2 + 1\nx^3 - 2",
        help=f"{kept.model.widths[-1]} lines, written as on the Polynomials page.",
    )
    st.button(
        "Use these",
        key=f"{PREFIX}.use",
        on_click=_name_typed,
        args=(kept,),
        help="Name the classes in the order of the lines. You can change the names later.",
    )
    refusal.draw(PREFIX, "The names of the classes have not changed.")


def _text(title: str) -> Input[str]:
    return Input(f"{PREFIX}.text", lambda: "", of=lambda: title)


def _name_typed(kept: Kept) -> None:
    with refusal.later(PREFIX):
        session.name_classes(kept.title, _parsed(_text(kept.title).value))


def _parsed(text: str) -> list[Polynomial]:
    lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    if not lines:
        raise PolycoreError("Got no polynomial; expected one on each line.")
    return [_polynomial(number, line) for number, line in lines]


def _polynomial(number: int, line: str) -> Polynomial:
    try:
        return Polynomial.parse(line)
    except PolycoreError as error:
        raise PolycoreError(f"Line {number}: {error}") from error
