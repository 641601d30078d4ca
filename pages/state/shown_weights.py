"""Which weights of a run its page shows: the latest, the best so far, or earlier ones."""

from collections.abc import Mapping
from dataclasses import dataclass

from pages.runs.view import RunView
from pages.server.source import Choice, Weights
from polycore import Model, Run
from polycore.experiment.error_sums import ErrorSums
from polycore.figures.alternative_text import MarkedWeights
from polycore.training.history import History

# said of which loss: by the held-out points other weights may be better
LABELS: Mapping[Weights, str] = {"Now": "Now", "Best": "Best loss"}


def name_of(choice: Choice, step: int) -> str:
    """Return the name of the weights that a run had after `step`: "now (step 1,200)"."""
    return f"{'then' if isinstance(choice, int) else LABELS[choice].lower()} (step {step:,})"


@dataclass(frozen=True, eq=False)
class ShownWeights:
    """The weights of a run that a page shows at one moment, the same in everything that is drawn.

    run: the run at that moment. model: these weights, with their loss and accuracies.
    history: what charts show of the run. step: after which it had these weights.
    """

    run: Run
    choice: Choice
    model: Model
    history: History
    step: int

    @classmethod
    def of(cls, view: RunView, choice: Choice) -> "ShownWeights":
        """Return the weights of that choice.

        A step whose weights made room for others is replaced by the first moment after it.
        """
        choice = view.available(choice)
        if isinstance(choice, int):
            past = view.past(choice)
            if past is not None:
                return cls(view.run, choice, past, view.history, choice)
            choice = "Now"
        if choice == "Now":
            return cls(view.run, choice, view.current, view.history, view.run.step)
        return cls(view.run, choice, view.best, view.history, view.best_step)

    @property
    def name(self) -> str:
        """Their name on a page: "now (step 1,200)", "best loss (step 800)" or "then (step 64)"."""
        return name_of(self.choice, self.step)

    @property
    def mark(self) -> MarkedWeights:
        """Their name on the charts."""
        if isinstance(self.choice, int):
            return "then"
        return "now" if self.choice == "Now" else "best"

    @property
    def loss(self) -> float:
        """Their loss in nats: the run's own figure if it has one, to the bit that its history has.

        A mark that differs from the history's only point in the last bit leaves a chart without any ticks.
        """
        run = self.run
        if isinstance(self.choice, int):
            return self.model.loss
        if self.step == run.best_step or run.parameters is run.best_parameters:
            return run.best_loss
        if run.history.step[-1] == run.step:
            return float(run.history.loss[-1])
        return self.model.loss if run.loss is None else run.loss

    @property
    def gradient_norm(self) -> float | None:
        """The norm of the gradient at these weights; None if the run has not kept it."""
        return self.run.gradient_norm if self.step == self.run.step else None

    @property
    def errors(self) -> ErrorSums | None:
        """The errors that the next points follow; None if they follow none, or for earlier weights."""
        return self.run.errors if self.step == self.run.step else None
