"""The moments of a run's past that pages can show: those of its snapshots, and its best."""

from typing import Literal

from polycore import Run

Weights = Literal["Now", "Best"]
Choice = Weights | int  # or those after a step of the past
LARGEST = 2**53  # of such a number: a browser knows no larger one


def choice_in(value: object) -> Choice | None:
    """Return the choice that a browser sent; None if it is none."""
    if value == "Now" or value == "Best":
        return value
    return value if type(value) is int and 0 <= value <= LARGEST else None


def moments(run: Run) -> list[tuple[int, Choice]]:
    """Return the steps whose weights can be shown, ascending, each with its choice; the last one is "Now"."""
    steps: dict[int, Choice] = {step: step for step in run.snapshots.step if step < run.step}
    if run.best_step < run.step:
        steps[run.best_step] = "Best"
    return [*((step, steps[step]) for step in sorted(steps)), (run.step, "Now")]


def available(choice: Choice, run: Run) -> Choice:
    """Return what is shown for a choice: for a step whose snapshot made room, the first moment after it."""
    if not isinstance(choice, int) or choice in run.snapshots.step:
        return choice
    return next((other for step, other in moments(run) if step >= choice), "Now")
