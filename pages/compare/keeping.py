"""The button with which a race or a sweep, once it has ended, adds its networks to the kept runs."""

from collections.abc import Callable, Iterable, Sequence

import streamlit as st

from pages.models import kept_actions
from pages.state import session
from pages.state.kept_models import Kept
from polycore import Experiment

ONE_IS_KEPT, ALL_ARE_KEPT = "It is kept", "All are kept"
NO_ROOM = "There is no room for it: delete some kept runs first."
NO_ROOM_FOR_ALL = "There is no room for all of them: delete some kept runs first."

# called when the button is pressed, since measuring networks takes time
Networks = Callable[[], Iterable[Kept]]


def draw(prefix: str, label: str, text: str, experiments: Sequence[Experiment], networks: Networks) -> None:
    """Draw the button that keeps networks, if there is room for all, and why it cannot be pressed otherwise.

    prefix: of the keys. label, text: of the button. experiments: of the networks.
    """
    is_one = len(experiments) == 1
    new = sum(not _is_kept(experiment) for experiment in experiments)
    all_fit = session.free_slots() >= sum(not _stays(experiment) for experiment in experiments)
    kept = ONE_IS_KEPT if is_one else ALL_ARE_KEPT
    st.button(
        label if new else kept,  # in the same place, so that the press moves nothing
        key=f"{prefix}.keep",
        icon=":material/inventory_2:" if new else ":material/check:",
        type="tertiary",
        on_click=_keep,
        args=(networks,),
        disabled=not new or not all_fit,
        help=text,
    )
    if new and not all_fit:
        st.caption(NO_ROOM if is_one else NO_ROOM_FOR_ALL, width="content")
    elif new:
        kept_actions.draw_going(session.going_for(new), prefix, new)


def _keep(networks: Networks) -> None:
    for kept in networks():
        if not _is_kept(kept.experiment):
            session.add(kept)


def _is_kept(experiment: Experiment | None) -> bool:
    return any(kept.experiment == experiment for kept in session.current().models.kept)


def _stays(experiment: Experiment) -> bool:
    """Return whether its network is kept and never makes room for another."""
    now = session.current()
    return any(kept.experiment == experiment and (kept.pinned or kept is now.own) for kept in now.models.kept)
