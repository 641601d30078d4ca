"""Shows what could not be done and why. The reason may quote text from a user, a file or a link."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import streamlit as st

from pages.state import inputs, session
from polycore import PolycoreError
from polycore.experiment.settings import SETTINGS
from polycore.links import link
from polycore.quoting import visible

LABELS = {field: setting.label for field, setting in SETTINGS.items()}
WEIGHTS_LABEL = "Trained network"  # of the part of a link that is not a field
UNREAD_FILE = "Couldn't read this file. What you had is still there."
_FIELD = re.compile(rf"^({'|'.join(LABELS)})\b(?= is |: )")
_LAYER = re.compile(r"^hidden (?=layer \d+\b)")
_POLYNOMIAL = re.compile(r"\bpolynomials\[(\d+)\]")


def show(what: str, *reasons: PolycoreError | str) -> None:
    """Show `what`, a sentence in Markdown, and the reasons as plain text: st.error would read it as Markdown.

    Invisible characters in a reason are escaped, and the names of polycore's arguments become the labels of
    the inputs on the pages.
    """
    with st.container(border=True):
        st.markdown(f":material/error: **{what}**")
        for reason in reasons:
            st.text(visible(with_page_labels(str(reason))))


@contextmanager
def later(place: str) -> Iterator[None]:
    """Let a PolycoreError of this block be shown once, as `place` of a page is drawn next.

    For what a press does: the page is drawn after it.
    """
    try:
        yield
    except PolycoreError as error:
        session.update(refused={**session.current().refused, place: str(error)})


def taken(place: str) -> str | None:
    """Return the reason to show at `place`, once; None if there is none."""
    refused = dict(session.current().refused)
    reason = refused.pop(place, None)
    if reason is not None:
        session.update(refused=refused)
    return reason


def draw(place: str, what: str) -> None:
    """Show `what` and the reason if a press was refused whose reason belongs at `place`."""
    reason = taken(place)
    if reason is not None:
        show(what, reason)


def draw_inputs(prefix: str, what: str) -> None:
    """Show `what` and the reasons if values of inputs on the page were refused whose names begin so."""
    reasons = inputs.refused(prefix)
    if reasons:
        show(what, *reasons)


def of_link(problem: str) -> str:
    """Return a problem of a link with the label of the input in place of the part's name.

    The name of the field may follow the name of the part, as in "range: x_range: got ...": it is removed.
    """
    part, colon, reason = problem.partition(": ")
    if part == link.WEIGHTS:
        return f"{WEIGHTS_LABEL}{colon}{reason}"
    setting = link.PARTS.get(part)
    if setting is None or not colon:
        return problem
    reason = reason.removeprefix(f"{setting.field}: ").removeprefix(f"{setting.field} ")
    return f"{setting.label}: {_POLYNOMIAL.sub(_curve, reason)}"


def with_page_labels(reason: str) -> str:
    """Return a reason with the labels of inputs in place of the names of polycore's arguments."""
    reason = _LAYER.sub(f"{LABELS['hidden']}: ", link.with_words_for_none(reason))
    return _POLYNOMIAL.sub(_curve, _FIELD.sub(lambda match: LABELS[match[0]], reason))


def _curve(match: re.Match[str]) -> str:
    return f"p{match[1]}"


def show_if_refused(what: str, action: Callable[[], object]) -> None:
    """Call `action`; if it raises PolycoreError, show `what` and the reason."""
    try:
        action()
    except PolycoreError as error:
        show(what, error)
