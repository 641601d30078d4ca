"""The outcomes of a sweep so far, printed in a line for each run as it ends."""

import sys
from collections.abc import Sequence

from polycore.experiment.experiment import Experiment
from polycore.formatting import percent
from polycore.links import link
from polycore.workers.outcomes import Outcome, best

MAX_VALUE_TEXT = 40  # characters of one setting in a line


class Tally:
    """The outcomes so far, without models except the best one's."""

    def __init__(self, count: int, names: Sequence[str]) -> None:
        """`count`: of all outcomes. `names`: of the link's parts in which the experiments differ."""
        self.outcomes: list[Outcome] = []
        self.best: Outcome | None = None
        self._count = count
        self._names = names

    def add(self, outcome: Outcome) -> None:
        """Add an outcome and print its line."""
        self.outcomes.append(outcome.without_model())
        self.best = best(one for one in (self.best, outcome) if one is not None)
        width = len(str(self._count))
        progress = f"{len(self.outcomes):>{width}}/{self._count}"
        sys.stdout.write(f"{progress}  {_figures(outcome)}  {self.words(outcome.experiment)}\n")
        sys.stdout.flush()  # a pipe is buffered, and its reader should see each line at once

    def words(self, experiment: Experiment) -> str:
        """Return the settings in which the experiments differ, such as "hidden 32-32, seed 2"."""
        return ", ".join(f"{name} {_short(link.written(experiment, name))}" for name in self._names)


def _figures(outcome: Outcome) -> str:
    if outcome.error is not None:
        return f"failed: {outcome.error}"
    return f"held-out {percent(outcome.held_out_accuracy or 0.0, decimals=2):>8}  loss {outcome.loss:<9.4g}"


def _short(value: str) -> str:
    return value if len(value) <= MAX_VALUE_TEXT else f"{value[: MAX_VALUE_TEXT - 3]}..."
