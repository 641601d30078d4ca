"""What a user does with a kept model: keep it for good, name it and its classes; and which make room."""

from collections.abc import Sequence
from functools import partial

import streamlit as st

from pages.models.names import name_of
from pages.state import refusal, session
from pages.state.inputs import Input
from pages.state.kept_models import LONGEST_TITLE, MOST_KEPT, MOST_PINNED, Kept
from polycore import PolycoreError, Polynomial

NAMING = "naming"  # the prefix of keys of what names the classes
KEEP_HELP = (
    f"Up to {MOST_KEPT} models are kept, and the oldest goes first. One that you mark with Keep stays "
    f"until you delete it: {MOST_PINNED} at most."
)
NAME_HELP = f"Its name on every page: up to {LONGEST_TITLE} characters, different from all other names."
OF_SETUP = "The {} polynomials of the set-up"
TYPED_LABEL = "One polynomial a line, class 0 first"
NO_POLYNOMIAL = "Got no polynomial; expected one on each line."
GOING_LABEL = f"{MOST_KEPT} kept: the next replaces one"
SEVERAL_LABEL = f"{MOST_KEPT} kept at most: {{new}} more replace {{gone}}"
OF_ONE = "the next one replaces the oldest that is not marked Keep:"
OF_SEVERAL = "the next ones replace the oldest that are not marked Keep:"


def draw_going(going: Sequence[Kept], prefix: str, new: int = 1) -> None:
    """Draw, if any would make room, a button that shows them and offers to keep and to name them.

    prefix: of the keys at this place of a page.
    new: how many networks are added there at once.
    """
    if not going:
        return
    label = GOING_LABEL if new == 1 else SEVERAL_LABEL.format(new=new, gone=len(going))
    with st.popover(label, type="tertiary", icon=":material/inventory_2:", key=f"{prefix}.going"):
        st.write(f"At most {MOST_KEPT} networks are kept: {OF_ONE if len(going) == 1 else OF_SEVERAL}")
        show_refusal(prefix)
        for kept in going:
            with st.container(border=len(going) > 1, gap="small"):
                st.text(name_of(kept))
                keep_toggle(kept, prefix)
                name_input(kept, prefix)
        st.caption("Compare shows all of them. There you can also delete what you no longer need.")


def keep_toggle(kept: Kept, prefix: str) -> None:
    """Draw the toggle that keeps a model for good."""
    title = kept.title

    def is_kept() -> bool:
        now = session.current().models.titled(title)
        return now is not None and now.pinned

    def keep(for_good: bool) -> None:
        (session.pin if for_good else session.unpin)(title)
        if is_kept() != for_good:  # too many are kept, or it has been deleted
            toggle.forget()

    toggle = Input(f"{prefix}.keep.{title}", is_kept, keep)
    is_possible = kept.pinned or session.current().models.may_pin()
    toggle.draw(st.toggle, "Keep", disabled=not is_possible, help=KEEP_HELP)


def name_input(kept: Kept, prefix: str) -> None:
    """Draw the input of a model's name."""
    name, title = name_of(kept), kept.title

    def shown() -> str:
        now = session.current().models.titled(title)
        return title if now is None else name_of(now)

    Input(f"{prefix}.name.{title}", shown, partial(session.rename, title)).draw(
        st.text_input, "Name", max_chars=max(LONGEST_TITLE, len(name)), help=NAME_HELP
    )


def show_refusal(prefix: str) -> None:
    """Show why a name that was typed at this place was refused."""
    refusal.draw_inputs(f"{prefix}.name.", "The name was not changed.")


# --- the classes of a file without metadata -----------------------------------------------------


def name_classes(kept: Kept) -> None:
    """Draw the inputs that name the polynomials of a model whose file has no metadata."""
    model = kept.model
    if model.metadata or model.classes:
        return
    classes, polynomials = model.widths[-1], session.current().experiment.polynomials
    with st.expander(
        "What its classes stand for",
        icon=":material/label:",
        expanded=not model.polynomials,
        key=f"{NAMING}.{kept.title}.{bool(model.polynomials)}",  # it closes once they are named
    ):
        unnamed = f"The file does not say which {classes} polynomials its classes stand for."
        if model.polynomials:
            until = "Those shown here are assumed."
        else:
            until = "Until you name them, they are shown as class 0, class 1 and so on, without a map."
        st.write(f"{unnamed} {until}")
        if polynomials and len(polynomials) == classes and polynomials != model.polynomials:
            st.button(
                OF_SETUP.format(classes),
                key=f"{NAMING}.setup",
                icon=":material/function:",
                on_click=session.name_classes,
                args=(kept.title, polynomials),
                help="Those on the Polynomials page, in their order.",
            )
        text = Input(f"{NAMING}.text", lambda: "", of=lambda: kept.title)
        text.draw(
            st.text_area,
            TYPED_LABEL,
            placeholder="-x^2 + 1\nx^3 - 2",
            help=f"{classes} lines, written as on the Polynomials page.",
        )
        st.button(
            "Use these",
            key=f"{NAMING}.use",
            on_click=lambda: _name_classes(kept.title, text.value),
            help="Name the classes in the order of the lines. You can change the names later.",
        )
        refusal.draw(NAMING, "The names of the classes have not changed.")


def _name_classes(title: str, text: str) -> None:
    with refusal.later(NAMING):
        session.name_classes(title, polynomials_in(text))


def polynomials_in(text: str) -> list[Polynomial]:
    """Return the polynomials in `text`, one on each line. Raises PolycoreError, which names the line."""
    lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    if not lines:
        raise PolycoreError(NO_POLYNOMIAL)
    found = []
    for number, line in lines:
        try:
            found.append(Polynomial.parse(line))
        except PolycoreError as error:
            raise PolycoreError(f"Line {number}: {error}") from error
    return found
