"""Which network a page shows of a session: its weights, and the name that distinguishes them."""

from dataclasses import dataclass, replace

from pages.state.kept_models import ByHand, Kept
from pages.state.session_value import Session
from pages.state.shown_weights import ShownWeights
from polycore import Experiment, Model

INSIDE, OF_THE_MODEL_IN_USE = "Inside", ("Predict", "Compare", "Play")  # titles of pages
CHANGED = "changed by hand"


@dataclass(frozen=True, eq=False)
class ShownNetwork:
    """A network that a page shows.

    name: "now (step 1,200)", "best loss (step 800)", "then (step 64)" of a run, CHANGED, or the title of a
        model, which a user may have typed.
    model: its weights, with their accuracies.
    loss: in nats, as the page shows it; None if what was changed by hand could not be measured.
    experiment: what trained it; None if that is not known.
    """

    name: str
    model: Model
    loss: float | None
    experiment: Experiment | None


def shown_on(page: str, now: Session) -> ShownNetwork | None:
    """Return the network that the page of that title shows; None if it shows none.

    It is the run's, with the weights that the user has chosen, unless the page shows the model in use.
    """
    if page == INSIDE or page in OF_THE_MODEL_IN_USE:
        kept = shown_inside(now) if page == INSIDE else answering_as_shown(now)
        return None if kept is None else _of_kept(kept, page, now)
    view = now.run_view
    if view is None:
        return None
    shown = ShownWeights.of(view, now.view.choice)
    return ShownNetwork(shown.name, shown.model, shown.loss, shown.run.experiment)


def answering_as_shown(now: Session) -> Kept | None:
    """Return the model in use with the weights that pages show of its run; None if none is in use."""
    return None if now.answering is None else as_shown(now.answering, now)


def as_shown(kept: Kept, now: Session) -> Kept:
    """Return a kept model as pages show it: in a lesson that of the run with the latest weights."""
    view = now.run_view
    if view is None or kept is not now.own or now.usual_weights == "Best":
        return kept
    return replace(kept, model=view.current, choice="Now")


def shown_inside(now: Session) -> Kept | None:
    """Return the model in use with the weights of the moment that Inside shows; None if none is in use.

    Changes by hand are not in it; see `by_hand_of`.
    """
    kept, shown = now.answering, _moment(now)
    if kept is None or shown is None or shown.choice == "Best":
        return kept
    return replace(kept, model=shown.model, choice=shown.choice)


def step_inside(now: Session) -> int | None:
    """Return the step after which the run had the weights that Inside shows; None without a run."""
    shown = _moment(now)
    return None if shown is None else shown.step


def by_hand_of(now: Session, kept: Kept) -> ByHand | None:
    """Return `kept` as it is stopped, and changed by hand, on Inside; None if it is not.

    What was changed at one moment of a run is shown at that moment, and in place of the model once the run is
    gone. It is not shown if the model's classes have been named since.
    """
    by_hand = now.by_hand
    if by_hand is None or by_hand.title != kept.title:
        return None
    if now.moment_of(by_hand.choice) != now.inside_choice:
        return None
    return by_hand if by_hand.original.shown_classes == kept.model.shown_classes else None


def _moment(now: Session) -> ShownWeights | None:
    view = now.answering_view
    return None if view is None else ShownWeights.of(view, now.inside_choice)


def _of_kept(kept: Kept, page: str, now: Session) -> ShownNetwork:
    experiment = kept.trained_by
    by_hand = by_hand_of(now, kept) if page == INSIDE else None
    if by_hand is not None and by_hand.is_changed:
        measured = by_hand.measured
        loss = None if measured is None else measured.loss
        return ShownNetwork(CHANGED, measured or by_hand.model, loss, experiment)
    model = kept.model if by_hand is None else by_hand.model
    name = kept.title if now.answering_view is None else kept.weights
    return ShownNetwork(name, model, model.loss, experiment)
