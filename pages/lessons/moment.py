"""A moment in a guided lesson: what the lesson's check can read from the session and the page."""

from dataclasses import dataclass, replace

from pages.models.shown_network import ShownNetwork, shown_on
from pages.state.kept_models import Kept
from pages.state.session_value import Session
from polycore import Experiment, Run


@dataclass(frozen=True, eq=False)
class Moment:
    """The session and the page that is drawn, for a check that reads them.

    page: the page's title.
    asked: the point (x, y) that the page is asked about; None if there is none.
    """

    session: Session
    page: str
    asked: tuple[float, float] | None = None

    def kept(self, experiment: Experiment) -> Kept | None:
        """Return the newest kept run of `experiment`, whatever its seed and steps; None if there is none."""
        kept = reversed(self.session.models.kept)
        return next((one for one in kept if one.experiment and alike(one.experiment, experiment)), None)

    def run(self, experiment: Experiment) -> Run | None:
        """Return the session's run if it is one of `experiment`, whatever its seed and steps; else None."""
        training = self.session.training
        if training is None or not alike(training.run.experiment, experiment):
            return None
        return training.run

    @property
    def network(self) -> ShownNetwork | None:
        """The network that the page shows; None if it shows none."""
        return shown_on(self.page, self.session)

    def steps(self, experiment: Experiment) -> int:
        """Return the number of steps of the kept run; 0 if there is none."""
        kept = self.kept(experiment)
        return 0 if kept is None or kept.history is None else int(kept.history.step[-1])

    def held_out_accuracy(self, experiment: Experiment) -> float:
        """Return the held-out accuracy of the kept run, as a share from 0 to 1; 0.0 if there is none."""
        kept = self.kept(experiment)
        return 0.0 if kept is None else kept.model.held_out_accuracy or 0.0


def alike(one: Experiment, other: Experiment) -> bool:
    """Return whether two experiments are the same but for their seeds and steps."""
    return replace(one, seed=other.seed, steps=other.steps) == other
