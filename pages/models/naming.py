"""Naming: which polynomials the classes of a file stand for that says nothing about it."""

import streamlit as st

from pages.state import session
from pages.state.kept_models import Kept
from pages.wording import refusal
from polycore import PolycoreError, Polynomial

PREFIX = "naming"
TEXT_KEY, REFUSAL_KEY = f"{PREFIX}.text", f"{PREFIX}.refusal"


def draw(kept: Kept) -> None:
    """Let the person name the polynomials of a model whose file has no metadata."""
    if kept.model.metadata:
        return
    with st.expander(
        "What its classes stand for",
        icon=":material/label:",
        expanded=not kept.model.polynomials,
        key=f"{PREFIX}.{kept.title}.{bool(kept.model.polynomials)}",  # it closes once they are named
    ):
        st.write(_known(kept))
        _setup_button(kept)
        _typed(kept)


def _known(kept: Kept) -> str:
    classes = kept.model.widths[-1]
    if kept.model.polynomials:
        return f"The file does not say it. Its {classes} classes are taken for the polynomials shown here."
    return (
        f"The file does not say which {classes} polynomials its classes stand for. "
        "Until you say it, they are shown as class 0, class 1 and so on, without a map."
    )


def _setup_button(kept: Kept) -> None:
    polynomials = session.current().experiment.polynomials
    if len(polynomials) == kept.model.widths[-1] and polynomials != kept.model.polynomials:
        st.button(
            f"The {len(polynomials)} polynomials of the set-up",
            key=f"{PREFIX}.setup",
            icon=":material/function:",
            on_click=session.name_classes,
            args=(kept.title, polynomials),
            help="Those on the page Polynomials, in their order.",
        )


def _typed(kept: Kept) -> None:
    st.text_area(
        "One polynomial a line, class 0 first",
        key=TEXT_KEY,
        placeholder="-x^2 + 1\nx^3 - 2",
        help=f"As on the page Polynomials; {kept.model.widths[-1]} lines.",
    )
    st.button(
        "Use these",
        key=f"{PREFIX}.use",
        on_click=_name_typed,
        args=(kept,),
        help="Name the classes in the order of the lines. You can do so again.",
    )
    error = st.session_state.pop(REFUSAL_KEY, None)
    if error is not None:
        refusal.show("The classes keep the names they had.", error)


def _name_typed(kept: Kept) -> None:
    try:
        session.name_classes(kept.title, _parsed(st.session_state[TEXT_KEY]))
    except PolycoreError as error:
        st.session_state[REFUSAL_KEY] = str(error)


def _parsed(text: str) -> list[Polynomial]:
    lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    if not lines:
        raise PolycoreError("There is no polynomial yet; type one a line.")
    return [_polynomial(number, line) for number, line in lines]


def _polynomial(number: int, line: str) -> Polynomial:
    try:
        return Polynomial.parse(line)
    except PolycoreError as error:
        raise PolycoreError(f"Line {number}: {error}") from error
