"""The models of a run that pages show. Measuring one takes time, so each is measured once."""

from dataclasses import replace

from polycore import Model, Run
from polycore.workers.picture import Picture, Portrait, Wish, portrait_of


class Models:
    """The best and the latest model of a run, and those of its snapshots, with their portraits.

    What is kept is replaced and never changed in place: pages and frames come here from threads of their own.
    """

    def __init__(self) -> None:
        self._best: tuple[int, Model] | None = None
        self._current: tuple[Run, Model] | None = None
        self._past: dict[int, Model] = {}
        self._portraits: dict[tuple[int, Wish], Portrait] = {}

    def best_of(self, run: Run) -> Model:
        """Return the best model of `run`, the same object until a better one comes."""
        best = self._best
        if best is None or best[0] != run.best_step:
            # from a copy: a run caches its models, and would carry them to the workers
            best = self._best = (run.best_step, replace(run).best_for_a_page)
        return best[1]

    def current_of(self, run: Run) -> Model:
        """Return the model of the latest weights of `run`, the same object each time."""
        if run.parameters is run.best_parameters:
            return self.best_of(run)
        current = self._current
        if current is None or current[0] is not run:
            current = self._current = (run, replace(run).current_for_a_page)
        return current[1]

    def take(self, run: Run, picture: Picture) -> None:
        """Use the models that a worker has measured for the picture of `run`."""
        self._current = run, picture.now.model
        if picture.best is not None and (self._best is None or self._best[0] != run.best_step):
            self._best = run.best_step, picture.best.model

    def past(self, run: Run, step: int) -> Model | None:
        """Return the model of the snapshot of a step; None if the run has no snapshot of it."""
        if step not in run.snapshots.step:
            return None
        known = self._past.get(step)
        if known is None:
            known = run.snapshot_for_a_page(step)
            kept = ((one, model) for one, model in self._past.items() if one in run.snapshots.step)
            self._past = dict([*kept, (step, known)])
        return known

    def past_portrait(self, run: Run, step: int, wish: Wish) -> Portrait | None:
        """Return the portrait of the same model."""
        model = self.past(run, step)
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
