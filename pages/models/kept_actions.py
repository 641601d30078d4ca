"""What a user does with a kept model: keep it for good, name it; and what is said before one makes room."""

from collections.abc import Sequence
from functools import partial

import streamlit as st

from pages.models.names import name_of
from pages.state import refusal, session
from pages.state.inputs import Input
from pages.state.kept_models import LONGEST_TITLE, MOST_KEPT, MOST_PINNED, Kept

KEEP_HELP = (
    f"Up to {MOST_KEPT} models are kept, and the oldest goes first. One that you mark with Keep stays "
    f"until you delete it: {MOST_PINNED} at most."
)
NAME_HELP = f"Its name on every page: up to {LONGEST_TITLE} characters, different from all other names."
GOING_LABEL = f"{MOST_KEPT} kept: the next replaces one"
SEVERAL_LABEL = f"{MOST_KEPT} kept at most: {{new}} more replace {{gone}}"
OF_ONE = "the oldest that is not marked Keep makes room for the next:"
OF_SEVERAL = "the oldest that are not marked Keep make room for the next:"


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
    _keeping(kept.title, prefix).draw(
        st.toggle, "Keep", disabled=not (kept.pinned or session.may_pin()), help=KEEP_HELP
    )


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


def _keeping(title: str, prefix: str) -> Input[bool]:
    def is_kept() -> bool:
        return any(kept.title == title and kept.pinned for kept in session.current().models.kept)

    def keep(for_good: bool) -> None:
        (session.pin if for_good else session.unpin)(title)
        if is_kept() != for_good:  # too many are kept, or it has been deleted
            _keeping(title, prefix).forget()

    return Input(f"{prefix}.keep.{title}", is_kept, keep)
