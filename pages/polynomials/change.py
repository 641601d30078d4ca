"""Changes the set-up's polynomials, and undoes such changes."""

from dataclasses import replace

from pages.state import session
from polycore import Polynomial

Polynomials = tuple[Polynomial, ...]


def present() -> Polynomials:
    """Return the set-up's polynomials."""
    return session.current().experiment.polynomials


def check(polynomials: Polynomials) -> None:
    """Raise PolycoreError unless the set-up may have these polynomials."""
    replace(session.current().experiment, polynomials=polynomials)


def adopt(polynomials: Polynomials) -> None:
    """Use these polynomials in the set-up.

    Raises PolycoreError, and changes nothing, if the set-up may not have them. If there are fewer than
    before, a toast offers to undo the change.
    """
    gone = len(present()) - len(polynomials)
    undo = "A polynomial was removed." if gone == 1 else f"{gone} polynomials were removed."
    _change(polynomials, undo if gone > 0 else None)


def exchange(polynomials: Polynomials, undo: str) -> None:
    """Do what `adopt` does. If a current polynomial is lost, a toast says so with the text `undo`."""
    lost = not set(present()) <= set(polynomials)
    _change(polynomials, undo if lost else None)


def slide(polynomials: Polynomials, index: int) -> None:
    """Do what `adopt` does for a slider of polynomial `index`: its moves in a row are one change to undo."""
    session.load(replace(session.current().experiment, polynomials=polynomials), row=("slider", index))


def go_back() -> None:
    """Use the polynomials from before the last change. Raises PolycoreError as `adopt` does."""
    session.bring_back_polynomials()


def _change(polynomials: Polynomials, undo: str | None) -> None:
    before = session.current().experiment
    experiment = replace(before, polynomials=polynomials)
    if experiment != before:
        session.load(experiment, undo=undo)
