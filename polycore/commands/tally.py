"""What a sweep has found so far, told a line a run as it comes."""

import sys
from collections.abc import Sequence

from polycore.experiment.experiment import Experiment
from polycore.formatting import percent
from polycore.links import link
from polycore.sweeps.outcomes import Outcome, best

MOST_WORDS = 40  # characters of one setting in a line


class Tally:
    """The outcomes so far, without their models but for the best one's."""

    def __init__(self, count: int, names: Sequence[str]) -> None:
        """`count`: how many are to come. `names`: of the link's parts in which they differ."""
        self.outcomes: list[Outcome] = []
        self.best: Outcome | None = None
        self._count = count
        self._names = names

    def take(self, outcome: Outcome) -> None:
        """Take one more and write its line."""
        self.outcomes.append(outcome.without_model())
        self.best = best(one for one in (self.best, outcome) if one is not None)
        width = len(str(self._count))
        place = f"{len(self.outcomes):>{width}}/{self._count}"
        sys.stdout.write(f"{place}  {_figures(outcome)}  {self.words(outcome.experiment)}\n")
        sys.stdout.flush()  # it is news, also for who reads in a pipe

    def words(self, experiment: Experiment) -> str:
        """Return the settings in which the experiments differ, such as "hidden 32-32, seed 2"."""
        words = link.to_query(experiment)
        return ", ".join(f"{name} {_short(words[name])}" for name in self._names)


def _figures(outcome: Outcome) -> str:
    if outcome.error is not None:
        return f"failed: {outcome.error}"
    return f"held-out {percent(outcome.held_out_accuracy or 0.0, decimals=2):>8}  loss {outcome.loss:<9.4g}"


def _short(words: str) -> str:
    return words if len(words) <= MOST_WORDS else f"{words[: MOST_WORDS - 3]}..."
