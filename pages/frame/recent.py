"""What this browser trained or opened lately, for the next visit. Only the browser keeps it: nothing is sent.

A server forgets a session within minutes, and all of them if it is restarted. The address of a page has the
whole experiment and the network, so the browser keeps the addresses.
"""

from pathlib import Path

from pages.channel import component
from pages.models import link_choice
from pages.state import session
from pages.state.session_value import Session
from pages.wording.percent import percent
from polycore.optimizers.registry import OPTIMIZERS
from polycore.polynomials.classes import counted_classes

PREFIX = "recent"
NOTE_KEY, LIST_KEY = f"{PREFIX}.note", f"{PREFIX}.list"

_component = component.Component("polycore_recent", (Path(__file__).with_suffix(".js"),))


def note() -> None:
    """Let the browser keep the page's address if a network for its set-up is at rest. Shows nothing."""
    now = session.current()
    _component.draw(key=NOTE_KEY, data={"title": None if now.view.running else _title(now)})


def draw() -> None:
    """Draw the list; the browser draws nothing if it is empty."""
    _component.draw(key=LIST_KEY, data={"lists": True})


def _title(now: Session) -> str | None:
    """Return a line on the network that answers; None if there is none or it is for another set-up."""
    kept, experiment = now.answering, now.experiment
    if kept is None or not link_choice.answers_for(kept, experiment):
        return None
    parts = (
        counted_classes(experiment.shown_classes),
        "-".join(map(str, experiment.hidden)) or "no hidden layer",
        OPTIMIZERS[experiment.optimizer].words.label,
        percent(kept.model.held_out_accuracy or 0.0),
    )
    return " · ".join(parts)
