"""The model in use: which one answers, how good it is, and its file."""

import io

import streamlit as st

from pages.plane import referee
from pages.plane.referee import EXPLAINED, best_possible, told
from pages.runs.runner import Training
from pages.state import session
from pages.state.kept_models import Kept
from polycore import Experiment, Model, PolycoreError, Referee
from polycore.formatting import loss_text, percent
from polycore.model.evaluation import ACCURACY_ON, LOSS_ON, measured_count

PREFIX = "model_in_use"
CHOICE_KEY = f"{PREFIX}.choice"

TUTORIAL_RANGE = (-1.0, 1.0)


def draw_choice(kept: Kept) -> None:
    """Let the person choose which of the kept models answers."""
    now = session.current()
    titles = [other.title for other in reversed(now.models.kept)]
    key = _choice_key()
    st.selectbox(
        "Model",
        titles,
        index=titles.index(kept.title),
        key=key,
        on_change=_use,
        args=(key,),
        help="Every run and every upload is kept, the newest first. The one you choose answers.",
    )


def draw_figures(kept: Kept) -> None:
    """Draw the model's accuracies and its loss; beside that on new points stands the best possible there."""
    model = kept.model
    held_out = model.held_out_accuracy
    with st.container(horizontal=True, gap="medium"):
        _metric(
            "Held-out accuracy",
            "unknown" if held_out is None else percent(held_out),
            f"The share of rightly answered points that no step trained on: what to judge it by. {EXPLAINED}",
            best_possible_told(kept),
        )
        _metric(
            "Training accuracy",
            percent(model.accuracy),
            "The share of rightly answered points of the training set. It may pass what is possible on new "
            "points: a network can learn by heart what it trains on.",
        )
        _metric(
            "Loss (nats)",
            loss_text(model.loss),
            "Cross-entropy on the training set. Certain and right is 0; guessing among K costs log K.",
        )
    with st.container():
        measured_on = _measured_on(kept)
        if measured_on:
            st.caption(measured_on)


def draw_download(kept: Kept, key: str = f"{PREFIX}.download") -> None:
    """Draw the button that gives the weight file."""
    training = session.current().training
    st.download_button(
        "Download the model",
        # written when it is asked for: a run may have learned more by then than this page knows
        data=lambda: _file(_newest(kept, training)),
        file_name=file_name(kept),
        mime="application/octet-stream",
        key=key,
        icon=":material/download:",
        on_click="ignore",
        help="A weight file (.npz): numpy.load opens it, and so does this page, here or anywhere else.",
    )


def draw_setup_button(kept: Kept) -> None:
    """Offer the set-up that an uploaded file names, where it is another than the present one."""
    experiment = kept.model.experiment
    if kept.experiment is None and experiment not in (None, session.current().experiment):
        st.button(
            "Use its set-up",
            key=f"{PREFIX}.setup",
            icon=":material/tune:",
            on_click=_take_setup,
            args=(experiment,),
            help="Take over the polynomials, data and training settings that the file names.",
        )


def experiment_of(kept: Kept) -> Experiment | None:
    """Return what the model was trained by, where that is known."""
    return kept.experiment or kept.model.experiment


def known_experiment(kept: Kept) -> Experiment | None:
    """Return what drew the points of the model's own polynomials, where that is known."""
    experiment = experiment_of(kept)
    return experiment if experiment and experiment.polynomials == kept.model.polynomials else None


def best_possible_told(kept: Kept) -> str | None:
    """Return the best accuracy to be expected on new points, in words; None if their data are not known."""
    experiment = known_experiment(kept)
    return None if experiment is None else told(best_possible(experiment))


def x_range_of(kept: Kept) -> tuple[float, float]:
    """Return the range of x that the model was trained on; where it is not known, the tutorial's."""
    experiment = experiment_of(kept)
    return TUTORIAL_RANGE if experiment is None else experiment.x_range


def referee_of(kept: Kept) -> Referee | None:
    """Return the referee of the model's polynomials; None where they are not known or too large for it.

    Where the data are not known, they are taken to be as the tutorial's, without noise.
    """
    experiment = experiment_of(kept)
    try:
        return referee.of(kept.model.polynomials, x_range_of(kept), experiment.noise if experiment else 0.0)
    except PolycoreError:
        return None


def file_name(kept: Kept) -> str:
    """Return a name for its file, such as polycore-adam-12.npz: optimizer and number of classes."""
    experiment = experiment_of(kept)
    optimizer = "" if experiment is None else f"{experiment.optimizer}-"
    return f"polycore-{optimizer}{kept.model.widths[-1]}.npz"


def _measured_on(kept: Kept) -> str:
    """Say on how many training points the figures are measured, where it is not on all; else ""."""
    experiment = known_experiment(kept)
    if experiment is None:
        return ""
    count = (experiment.samples_per_class or 0) * len(experiment.polynomials)
    accuracy_on, loss_on = (measured_count(kept.model, figure, count) for figure in (ACCURACY_ON, LOSS_ON))
    if accuracy_on == count:
        return ""
    what = "The training accuracy is" if loss_on == count else "Training accuracy and loss are"
    return f"{what} measured on {accuracy_on:,} points, not on all {count:,} samples: that would take long."


def _metric(label: str, value: str, text: str, beside: str | None = None) -> None:
    st.metric(label, value, beside, delta_color="off", delta_arrow="off", help=text, width="content")


def _take_setup(experiment: Experiment) -> None:
    session.replace_setup(experiment, "The file's set-up has taken the place of yours.")


def _choice_key() -> str:
    return session.current().inputs.key(CHOICE_KEY, "lists of models")


def _use(key: str) -> None:
    if key == _choice_key():  # else a browser says what it showed before another one began to answer
        session.choose(st.session_state[key])


def _newest(kept: Kept, training: Training | None) -> Model:
    if training is None or training.run.experiment != kept.experiment:
        return kept.model
    best = training.best
    return best if best.loss < kept.model.loss else kept.model


def _file(model: Model) -> bytes:
    file = io.BytesIO()
    model.save(file)
    return file.getvalue()
