"""A moment of a guided look: what the session has and shows, for the look's check to read."""

from dataclasses import dataclass, replace

from pages.state.kept_models import Kept
from pages.state.session_value import Session
from pages.state.shown_weights import ShownWeights
from polycore import Experiment, Run


@dataclass(frozen=True, eq=False)
class Moment:
    """What a check may read; it changes nothing.

    page: title of the page that is drawn. asked: x and y that it is asked about; None where there is none.
    """

    session: Session
    page: str
    asked: tuple[float, float] | None = None

    def kept(self, experiment: Experiment) -> Kept | None:
        """Return the newest kept run of `experiment`, whatever its seed and its steps; None before."""
        kept = reversed(self.session.models.kept)
        return next((one for one in kept if one.experiment and _alike(one.experiment, experiment)), None)

    def run(self, experiment: Experiment) -> Run | None:
        """Return the session's run where it is one of `experiment`, by the same rule."""
        training = self.session.training
        if training is None or not _alike(training.run.experiment, experiment):
            return None
        return training.run

    def shown(self, experiment: Experiment) -> ShownWeights | None:
        """Return the weights that are shown of that run; None if there is none."""
        training = self.session.training
        if training is None or self.run(experiment) is None:
            return None
        return ShownWeights.of(training, self.session.view.weights)

    def steps(self, experiment: Experiment) -> int:
        """Return how many steps the kept run has taken; 0 where there is none."""
        kept = self.kept(experiment)
        return 0 if kept is None or kept.history is None else int(kept.history.step[-1])

    def held_out_accuracy(self, experiment: Experiment) -> float:
        """Return the kept run's, as a share; 0.0 where there is none."""
        kept = self.kept(experiment)
        return 0.0 if kept is None else kept.model.held_out_accuracy or 0.0


def _alike(one: Experiment, other: Experiment) -> bool:
    return replace(one, seed=other.seed, steps=other.steps) == other
