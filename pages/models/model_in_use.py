"""The model in use: how it is chosen, its figures, its file, and a note if the set-up is another."""

import io
from collections.abc import Callable

import streamlit as st

from pages.channel import live_text
from pages.channel.live_text import Followed
from pages.models import shown_network
from pages.models.names import names_of
from pages.plane import plane, referee
from pages.plane.referee import BESIDE, EXPLAINED, beside, best_possible
from pages.plane.scene import Scene, of_polynomials, scene_of
from pages.runs.training import Training
from pages.server.audience import ModelNow
from pages.state import page_links, session
from pages.state.inputs import Input
from pages.state.kept_models import Kept
from pages.state.session_value import Session
from polycore import Experiment, Model, PolycoreError, Referee, Run
from polycore.formatting import loss_text, percent
from polycore.model.evaluation import ACCURACY_ON, LOSS_ON, measured_count

PREFIX = "model_in_use"
FIGURES_KEY = f"{PREFIX}.figures"
REPLACED = "The file's set-up has replaced yours."
USE_SETUP = "Use its set-up"
NONE_YET = "There is no trained model yet. Train one, or upload one."
TRAIN_LABEL = "Train a model"

Range = tuple[float, float]
TUTORIAL_RANGE = (-1.0, 1.0)

HELD_OUT_HELP = (
    "The held-out accuracy: the share of points, never used in training, that get the right answer. Judge a "
    f"model by it. {EXPLAINED}"
)
ACCURACY_HELP = (
    "The training accuracy: the share of points of the training set that get the right answer. It may exceed "
    "what is possible on new points, since a network can learn its training points by heart."
)
LOSS_HELP = (
    "Cross-entropy on the training set, in nats: 0 for answers that are certain and right, log K for "
    "guessing among K classes."
)


def draw_choice() -> None:
    """Draw the input that chooses which of the kept models is in use."""
    models = session.current().models
    names = names_of(models.kept)
    CHOICE.choose(
        st.selectbox,
        "Model",
        models.titles[::-1],
        format_func=lambda title: names.get(title, title),
        help="Every run and every upload is kept, newest first; of a run, the weights with the best training "
        "loss. The one you choose answers on all pages; in a lesson, its run's latest weights.",
    )


def model_now(
    kept: Kept,
    followed: Followed | None,
    shown_in: Callable[[Session], Kept | None] = shown_network.answering_as_shown,
) -> ModelNow:
    """Return a function that returns the current model: the run that is followed may have improved it.

    shown_in: returns the model that the page shows of a session.
    """
    if followed is None:
        return lambda: kept.model
    now = session.current()
    return lambda: (shown_in(now.collected()) or kept).model


def draw_figures(kept: Kept, followed: Followed | None = None, unknown: str = "") -> None:
    """Draw the model's accuracies and its loss, with what stands `beside` the held-out one.

    followed: the frames that have its `figures` from then on; None if it stands still.
    unknown: what stands in their place; "" if they are known.
    """
    known = figures(kept)
    texts = {name: unknown or text for name, text in known.items()}
    # of own points it is measured too
    best = "" if unknown and kept.model.classes else known[BESIDE]
    compared = live_text.compared(f"figures.{BESIDE}", best)
    html = live_text.row(
        live_text.metric("New points right", "figures.held_out", texts["held_out"], HELD_OUT_HELP, compared),
        live_text.metric("Training points", "figures.accuracy", texts["accuracy"], ACCURACY_HELP),
        live_text.metric("Loss", "figures.loss", texts["loss"], LOSS_HELP),
    )
    live_text.draw(html, FIGURES_KEY, followed)
    with st.container():
        note = measured_on(kept)
        if note:
            st.caption(note)


def figures(kept: Kept) -> dict[str, str]:
    """Return the model's figures as text and, below the held-out one, whose they are and what to compare."""
    held_out, experiment = kept.model.held_out_accuracy, known_experiment(kept)
    compared = "" if experiment is None else beside(held_out or 0.0, experiment)
    return {
        "which": kept.weights,
        "held_out": "unknown" if held_out is None else percent(held_out),
        BESIDE: " · ".join(filter(None, (kept.weights, compared))),
        "accuracy": percent(kept.model.accuracy),
        "loss": loss_text(kept.model.loss),
    }


def draw_download(kept: Kept, key: str = f"{PREFIX}.download") -> None:
    """Draw the button that downloads the weight file."""
    training = session.current().training
    st.download_button(
        "Download the model",
        data=lambda: saved(newest(kept, training)),  # written at the press
        file_name=file_name(kept),
        mime="application/octet-stream",
        key=key,
        icon=":material/download:",
        on_click="ignore",
        help="A weight file (.npz). numpy.load reads it, and so does the Predict page, here or elsewhere.",
    )
    if shown_network.as_shown(kept, session.current()) is not kept:
        st.caption("The file has the weights of the best loss, not now's.", width="content")


def newest(kept: Kept, training: Training | None) -> Model:
    """Return the model of `kept` as it is now: its run may have learned more since it was kept."""
    if training is None or not kept.is_of(training.view.run):
        return kept.model
    return kept.updated(training.view).model


def saved(what: Model | Run) -> bytes:
    """Return the content of the file of a model or a run."""
    file = io.BytesIO()
    what.save(file)
    return file.getvalue()


def draw_setup_button(kept: Kept) -> None:
    """Draw the button that loads the set-up in an uploaded file, unless it is the current one."""
    experiment = kept.model.experiment
    if kept.experiment is None and experiment not in (None, session.current().experiment):
        st.button(
            USE_SETUP,
            key=f"{PREFIX}.setup",
            icon=":material/tune:",
            on_click=session.replace_setup,
            args=(experiment, REPLACED),
            help="Load the polynomials, data and training settings that are in the file.",
        )


def experiment_of(kept: Kept) -> Experiment | None:
    """Return the experiment that trained the model; None if it is unknown.

    A weight file says on which of the user's own points it was trained, but only the set-up may have them.
    """
    known = kept.trained_by
    if known is not None or not kept.model.classes:
        return known
    data = session.current().experiment.data
    return None if data is None else kept.model.experiment_on(data)


def known_experiment(kept: Kept) -> Experiment | None:
    """Return the experiment that trained the model on its own classes; None if it is unknown."""
    experiment = experiment_of(kept)
    return experiment if experiment and experiment.shown_classes == kept.model.shown_classes else None


def scene_of_kept(kept: Kept) -> Scene | None:
    """Return the scene of the model's classes; None if no map of them can be drawn."""
    return scene_of_model(kept.model, known_experiment(kept), x_range_of(kept))


def scene_of_model(model: Model, experiment: Experiment | None, x_range: Range) -> Scene | None:
    """Return the scene of the model's classes; None if no map of them can be drawn.

    experiment: that trained it on them; None if it is unknown. Then it is the scene of the model's
    polynomials over `x_range` or, for a model of the user's own points, of the window in its file.
    """
    if experiment is not None:
        return scene_of(experiment)
    if model.polynomials and plane.can_show(model.polynomials):
        return of_polynomials(model.polynomials, x_range)
    if model.classes and model.window is not None:
        return Scene(model.classes, (), model.window, axes=model.axes)
    return None


def best_possible_for(kept: Kept) -> float | None:
    """Return the best accuracy on new points that can be expected, as a share; None if it is unknown."""
    experiment = known_experiment(kept)
    return None if experiment is None else best_possible(experiment)


def x_range_of(kept: Kept) -> Range:
    """Return the x range on which the model was trained; the tutorial's if it is unknown."""
    experiment = experiment_of(kept)
    return TUTORIAL_RANGE if experiment is None else experiment.x_range


def referee_of(kept: Kept) -> Referee | None:
    """Return the referee of the model's curves; None if they are unknown or too large for it.

    If the data are unknown, it is the referee for the tutorial's range, without noise.
    """
    experiment = experiment_of(kept)
    known = known_experiment(kept)
    if known is not None and known.data is not None:
        return referee.referee_of(known)
    if not kept.model.polynomials:
        return None
    try:
        return referee.of(kept.model.polynomials, x_range_of(kept), experiment.noise if experiment else 0.0)
    except PolycoreError:
        return None


def file_name(kept: Kept) -> str:
    """Return the name of its weight file, such as polycore-adam-12.npz: optimizer and number of classes."""
    experiment = experiment_of(kept)
    optimizer = "" if experiment is None else f"{experiment.optimizer}-"
    return f"polycore-{optimizer}{kept.model.widths[-1]}.npz"


def measured_on(kept: Kept) -> str:
    """Say on how many training points the figures are measured; "" if on all of them."""
    experiment = known_experiment(kept)
    if experiment is None:
        return ""
    count = experiment.sample_count or 0
    accuracy_on, loss_on = (measured_count(kept.model, figure, count) for figure in (ACCURACY_ON, LOSS_ON))
    if accuracy_on == count:
        return ""
    what = "The training accuracy is" if loss_on == count else "Training accuracy and loss are"
    return f"{what} measured on {accuracy_on:,} points, not on all {count:,} samples: that would take long."


def _use(title: str | None) -> None:
    if title in session.current().models.titles:  # it may have been deleted since
        session.use(title)


CHOICE = Input(f"{PREFIX}.choice", lambda: session.current().models.in_use, _use)


def draw_note() -> None:
    """Draw a note if the model in use was trained on something else than the set-up: it stays as it is."""
    session.collect()
    trained = trained_otherwise(session.current())
    if trained is None:
        return
    with st.container(border=True, gap="small"):
        st.markdown(
            f":material/inventory_2: You're seeing a network that was trained {trained}, until you "
            "train a new one."
        )
        page_links.draw(page_links.TRAIN, "Train on this set-up", ":material/model_training:")


def trained_otherwise(now: Session) -> str | None:
    """Return on what else than the set-up the model in use was trained; None if on the same."""
    if now.answering is None:
        return None
    model, trained = now.answering.model, now.answering.experiment
    if not model.shown_classes:
        return "elsewhere"  # its file does not say on what
    if model.shown_classes != now.experiment.shown_classes:
        if now.experiment.data is None:
            return "on other curves" if model.polynomials else "on points, not on these curves"
        return "on curves, not on these points" if model.polynomials else "on points of other classes"
    if trained is not None and _samples(trained) != _samples(now.experiment):
        return "on other samples"
    return None


def _samples(experiment: Experiment) -> tuple[object, ...]:
    drawn = experiment.samples_per_class, experiment.x_range, experiment.noise, experiment.seed
    return *drawn, experiment.data, experiment.held_out_share
