"""The models of a run that pages show. Measuring one takes time, so each is measured once."""

from dataclasses import replace

from polycore import Model, Run
from polycore.workers.picture import Picture


class Measured:
    """The latest models and the latest picture of a run."""

    def __init__(self) -> None:
        self._best: tuple[int, Model] | None = None
        self._current: tuple[Run, Model] | None = None
        self.pictured: tuple[Run, Picture] | None = None

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
        self.pictured = run, picture
        self._current = run, picture.now.model
        if picture.best is not None and (self._best is None or self._best[0] != run.best_step):
            self._best = run.best_step, picture.best.model
