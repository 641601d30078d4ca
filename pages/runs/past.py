"""What a run's past shows: its snapshots, measured and rendered when somebody looks at them."""

from collections.abc import Sequence
from typing import Literal

from polycore import Model, Run
from polycore.workers.picture import Portrait, Wish, portrait_of

Weights = Literal["Now", "Best"]
Choice = Weights | int  # or those after a step of the past
LARGEST = 2**53  # of such a number: a browser knows no larger one


def choice_in(value: object) -> Choice | None:
    """Return the choice that a browser sent; None if it is none."""
    if value == "Now" or value == "Best":
        return value
    return value if type(value) is int and 0 <= value <= LARGEST else None


def moments(snapshots: Sequence[int], run: Run) -> list[tuple[int, Choice]]:
    """Return the steps whose weights can be shown, ascending, each with its choice; the last one is "Now".

    snapshots: the steps of its snapshots.
    """
    steps: dict[int, Choice] = {step: step for step in snapshots if step < run.step}
    if run.best_step < run.step:
        steps[run.best_step] = "Best"
    return [*((step, steps[step]) for step in sorted(steps)), (run.step, "Now")]


def available(choice: Choice, snapshots: Sequence[int], run: Run) -> Choice:
    """Return what is shown for a choice: for a step whose snapshot made room, the first moment after it."""
    if not isinstance(choice, int) or choice in snapshots:
        return choice
    return next((other for step, other in moments(snapshots, run) if step >= choice), "Now")


class Past:
    """The snapshots of a run, each measured and rendered once: a slider asks for many, and comes back.

    What is kept is replaced and never changed in place: pages and frames come here from threads of their own.
    """

    def __init__(self) -> None:
        self._models: dict[int, Model] = {}
        self._portraits: dict[tuple[int, Wish], Portrait] = {}

    def model(self, run: Run, step: int) -> Model | None:
        """Return the model of the snapshot of a step; None if the run has no snapshot of it."""
        if step not in run.snapshots.step:
            return None
        known = self._models.get(step)
        if known is None:
            known = run.snapshot_for_a_page(step)
            kept = ((one, model) for one, model in self._models.items() if one in run.snapshots.step)
            self._models = dict([*kept, (step, known)])
        return known

    def portrait(self, run: Run, step: int, wish: Wish) -> Portrait | None:
        """Return the portrait of the same model."""
        model = self.model(run, step)
        if model is None:
            return None
        known = self._portraits.get((step, wish))
        if known is None:
            known = portrait_of(run, model, wish)
            kept = [
                (key, portrait)
                for key, portrait in self._portraits.items()
                if key[0] in run.snapshots.step and key[1] == wish
            ]
            self._portraits = dict([*kept, ((step, wish), known)])
        return known
