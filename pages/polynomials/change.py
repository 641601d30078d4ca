"""Changes the set-up's polynomials, so that such changes can be undone."""

from pages.state import session
from pages.state.setup import with_polynomials
from polycore import Polynomial

REMOVED_ONE = "A polynomial was removed."
REFUSED = "Not accepted: nothing has changed."  # above the reason

Polynomials = tuple[Polynomial, ...]


def present() -> Polynomials:
    """Return the set-up's polynomials."""
    return session.current().experiment.polynomials


def adopt(polynomials: Polynomials) -> None:
    """Use these polynomials in the set-up.

    Raises PolycoreError, and changes nothing, if the set-up may not have them. If there are fewer than
    before, a toast offers to undo the change.
    """
    gone = len(present()) - len(polynomials)
    removed = REMOVED_ONE if gone == 1 else f"{gone} polynomials were removed."
    exchange(polynomials, removed if gone > 0 else None)


def exchange(polynomials: Polynomials, undo: str | None) -> None:
    """Do what `adopt` does. If a current polynomial is lost, a toast says so with the text `undo`, if any."""
    before = session.current().experiment
    experiment = with_polynomials(before, polynomials)
    if experiment != before:
        is_lost = not set(before.polynomials) <= set(polynomials)
        session.load(experiment, undo=undo if is_lost else None)


def slide(polynomials: Polynomials, index: int) -> None:
    """Do what `adopt` does for a slider of polynomial `index`: its moves in a row are one change to undo."""
    session.load(with_polynomials(session.current().experiment, polynomials), row=("slider", index))
