"""The expander "Export": film, page and code of a network, the experiment as script, and files."""

import io
from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from pages.models import model_in_use, page_to_keep, run_film
from pages.models.link_choice import CHAINED
from pages.runs.runner import Training
from pages.state import session
from pages.state.kept_models import Kept
from pages.wording.words import file_name
from polycore import Experiment, Model, PolycoreError
from polycore.experiment.experiment import MOST_POINTS_IN_JSON
from polycore.links.snippet import numpy_snippet, script
from polycore.training.history import History
from polycore.training.history_csv import history_csv
from polycore.training.leg import Leg

PREFIX = "pass_on"
OPEN_KEY = f"{PREFIX}.open"
MAX_SHOWN = 100_000  # characters of code; the recommended network's has 52,000
CODE_HEIGHT = 340  # pixels
CHANGED = ", with the settings that changed"


@dataclass(frozen=True, eq=False)
class _Subject:
    """What the expander offers. None stands for what does not exist or is unknown.

    history, earlier: of the experiment, and of what was trained before it.
    step: of the run; None for all steps of the experiment.
    differs: why the network is not the one that the experiment trains up to that step; "" if it is.
    """

    model: Model | None
    experiment: Experiment | None
    history: History | None = None
    training: Training | None = None
    earlier: tuple[Leg, ...] = ()
    step: int | None = None
    differs: str = ""


def draw_run(training: Training | None, *, running: bool) -> None:
    """Draw the expander for a run; before there is one, for the set-up and a network that was loaded for it.

    running: whether the page shows the run as running. Its network is then not written, since it would be
    out of date a moment later.
    """
    if training is None:
        experiment, kept = session.current().experiment, session.current().answering
        trained = kept is not None and model_in_use.experiment_of(kept) == experiment
        _draw(_of_kept(kept) if kept and trained else _Subject(None, experiment), running=False)
        return
    view = training.view
    run = view.run
    model = None if running or run.step == 0 else view.best
    step = None if running or run.step == run.began_at else run.step
    _draw(_Subject(model, run.experiment, run.history, training, run.earlier, step), running=running)


def draw_kept(kept: Kept) -> None:
    """Draw the expander for a kept model."""
    _draw(_of_kept(kept), running=False)


def _of_kept(kept: Kept) -> _Subject:
    step, differs = kept.model.metadata.get("step"), ""
    if kept.model.metadata.get("changed_by_hand"):
        differs = "It was changed by hand."
    elif not isinstance(step, int):
        differs = "It came without the number of steps that it was trained for."
    else:
        step = max(step, kept.last_step)
    return _Subject(
        kept.model,
        model_in_use.experiment_of(kept),
        kept.history,
        earlier=kept.past,
        step=step if isinstance(step, int) else None,
        differs=differs,
    )


def _draw(subject: _Subject, *, running: bool) -> None:
    # its contents are computed only if it is open
    expander = st.expander("Export", icon=":material/ios_share:", key=OPEN_KEY, on_change="rerun")
    if not expander.open:
        return
    with expander:
        if subject.training is not None:
            run_film.draw(subject.training)
        if subject.model is not None:
            page_to_keep.draw(subject.model, _name("page", subject.experiment))
        _draw_network(subject, running=running)
        if subject.experiment is not None:
            _draw_script(subject.experiment, subject)
            _draw_files(subject.experiment, subject)


def _draw_network(subject: _Subject, *, running: bool) -> None:
    st.subheader("The network in NumPy", anchor=False)
    if running:
        st.caption(
            "Code and page are written when the run pauses or ends, from the weights of its best loss so far."
        )
    elif subject.model is None:
        st.caption("Nothing has been trained yet.")
    else:
        st.write(
            "A program that predicts without this project: it contains the weights and needs only NumPy. "
            + _origin(subject)
        )
        _draw_code(numpy_snippet(subject.model), _name("predict", subject.experiment), "snippet")


def _origin(subject: _Subject) -> str:
    if subject.training is None:
        return ""
    step = subject.training.view.run.best_step
    return f"The weights are those of the run's best training loss so far, from step {step:,}."


def _draw_script(experiment: Experiment, subject: _Subject) -> None:
    st.subheader("The experiment in polycore", anchor=False)
    if not _is_short(experiment):
        st.caption("A program for so many points of your own would be too long: the run file has them.")
        return
    code, missing = _script(experiment, subject)
    if missing:
        st.write(
            f"**No program trains this network again.** {missing} This one trains its latest settings alone, "
            "from new weights, and gives another network."
        )
    else:
        st.write(
            f"A program that trains the same network again{_how(experiment, subject)}: on the same machine, "
            "equal to the last bit."
        )
    _draw_code(code, _name("train", experiment), "script")


def _script(experiment: Experiment, subject: _Subject) -> tuple[str, str]:
    """Return the program, and why it does not train the network of the subject, "" if it does."""
    if subject.differs:
        return script(experiment), subject.differs
    try:
        return script(experiment, subject.earlier, subject.step), ""
    except PolycoreError as error:
        return script(experiment), str(error)


def _how(experiment: Experiment, subject: _Subject) -> str:
    began_at = subject.earlier[-1].end if subject.earlier else 0
    is_whole = subject.step in (None, began_at + experiment.steps)
    parts = ", each part with its settings" if subject.earlier else ""
    return parts if is_whole else f"{parts}, up to step {subject.step:,}"


def _is_short(experiment: Experiment) -> bool:
    return experiment.data is None or len(experiment.data) <= MOST_POINTS_IN_JSON


def _draw_files(experiment: Experiment, subject: _Subject) -> None:
    st.subheader("Files", anchor=False)
    training, history = subject.training, subject.history
    with st.container(horizontal=True):
        if training is not None:
            _download(
                "Run file",
                # written at the press: a run that continues has more steps by then
                lambda: _content(training),
                f"{_name('run', experiment)}.npz",
                "application/octet-stream",
                'The run as it is when you press. "Import a run", below, continues it later, and '
                "polycore.Run.load anywhere.",
            )
        if history is not None and len(history.step):
            _download(
                "History as CSV",
                history_csv(experiment, history, subject.earlier),
                f"{_name('history', experiment)}.csv",
                "text/csv",
                "One row for each recorded step: the loss on the training set in nats, both accuracies as "
                f"shares from 0 to 1, and the part of the run{CHANGED if subject.earlier else ''}.",
            )
        if _is_short(experiment):
            _download(
                "Experiment as JSON",
                experiment.to_json(),
                f"{_name('experiment', experiment)}.json",
                "application/json",
                "All settings, by name.",
            )
    if subject.earlier and _is_short(experiment):
        st.caption(CHAINED.format(network="This network", source="this JSON"))
    st.caption(
        "`polycore.Experiment.from_json` reads the experiment. To save a figure, point at it: its menu has "
        "buttons for PNG and SVG."
    )


def _draw_code(code: str, name: str, key: str) -> None:
    if len(code) <= MAX_SHOWN:
        st.code(code, language="python", height=CODE_HEIGHT)
    else:
        st.caption(f"The code has {len(code):,} characters, too many to be shown here.")
    _download("Download as .py", code, f"{name}.py", "text/x-python", "The code above as a file.", key)


def _content(training: Training) -> bytes:
    file = io.BytesIO()
    training.view.run.save(file)
    return file.getvalue()


def _download(
    label: str, content: str | Callable[[], bytes], file: str, mime: str, text: str, key: str | None = None
) -> None:
    st.download_button(
        label,
        content,
        file_name=file,
        mime=mime,
        key=f"{PREFIX}.{key or label}",
        icon=":material/download:",
        on_click="ignore",
        help=text,
    )


def _name(kind: str, experiment: Experiment | None) -> str:
    return f"polycore-{kind}" if experiment is None else file_name(kind, experiment)
