"""Which weights of a run its page shows: the latest, the best so far, or earlier ones."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import get_args

import streamlit as st

from pages.runs.view import RunView
from pages.server.source import Choice, Weights
from pages.state import session
from pages.state.inputs import Input
from polycore import Model, Run
from polycore.figures.alternative_text import MarkedWeights

# said at the button: by the held-out points other weights may be better
LABELS: Mapping[Weights, str] = {"Now": "Now", "Best": "Best loss"}


@dataclass(frozen=True, eq=False)
class ShownWeights:
    """The weights of a run that a page shows at one moment, the same in everything that is drawn.

    run: the run at that moment. model: these weights, with their loss and accuracies.
    """

    run: Run
    choice: Choice
    model: Model

    @classmethod
    def of(cls, view: RunView, choice: Choice) -> "ShownWeights":
        """Return the weights of that choice.

        A step whose weights made room for others is replaced by the first moment after it.
        """
        choice = view.available(choice)
        if isinstance(choice, int):
            past = view.past(choice)
            if past is not None:
                return cls(view.run, choice, past)
            choice = "Now"
        return cls(view.run, choice, view.current if choice == "Now" else view.best)

    @property
    def step(self) -> int:
        """The step after which the run had these weights."""
        if isinstance(self.choice, int):
            return self.choice
        return self.run.step if self.choice == "Now" else self.run.best_step

    @property
    def name(self) -> str:
        """Their name on a page: "now (step 1,200)", "best loss (step 800)" or "then (step 64)"."""
        name = self.mark if isinstance(self.choice, int) else LABELS[self.choice].lower()
        return f"{name} (step {self.step:,})"

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
        if self.choice == "Best" or run.parameters is run.best_parameters:
            return run.best_loss
        if run.history.step[-1] == run.step:
            return float(run.history.loss[-1])
        return self.model.loss if run.loss is None else run.loss

    @property
    def gradient_norm(self) -> float | None:
        """The norm of the gradient at these weights; None if the run has not kept it."""
        return self.run.gradient_norm if self.step == self.run.step else None


def draw() -> None:
    """Draw the choice; nothing is chosen while earlier weights are shown."""
    now = session.current()
    _CHOICE.choose(
        st.segmented_control,
        "Weights",
        get_args(Weights),
        format_func=LABELS.__getitem__,
        disabled=now.training is None,
        required=now.view.past is None,
        label_visibility="collapsed",
    )


def _shown() -> Weights | None:
    view = session.current().view
    return view.weights if view.past is None else None


def _choose(weights: Weights | None) -> None:
    if weights is not None:
        session.update(view=session.current().view.chosen(weights))


_CHOICE = Input("shown_weights", _shown, _choose)
