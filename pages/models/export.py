"""The expander "Export": film, page to keep and code of a network, the experiment as script, and files."""

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from pages.models import model_in_use, run_film
from pages.models.link_choice import CHAINED
from pages.plane import plane
from pages.runs.training import Training
from pages.state import session
from pages.state.kept_models import Kept
from pages.wording.words import file_name
from polycore import Experiment, Model, PolycoreError, html_page
from polycore.experiment.experiment import MOST_POINTS_IN_JSON
from polycore.limits import MAX_COEFFICIENT
from polycore.links.snippet import numpy_snippet, script
from polycore.training.history import History
from polycore.training.leg import Leg, history_csv
from polycore.web.script_inputs import MOST_PARAMETERS

PREFIX = "export"
OPEN_KEY = f"{PREFIX}.open"
MAX_SHOWN = 100_000  # characters of code; the recommended network's has 52,000
CODE_HEIGHT = 340  # pixels
LARGE = 200_000  # bytes of weights, from which on the help says how many there are
BYTES_EACH = 8 * 4 / 3  # float64 in base64

PAGE_LABEL = "Download as HTML"
NOTHING_TRAINED = "Nothing has been trained yet."
RUNNING = "Code and page are written when the run pauses or ends, from the weights of its best loss so far."
BY_HAND = "It was changed by hand."
WITHOUT_STEPS = "It does not say how many steps it was trained for."
NOT_REPEATED = (
    "**No program reproduces this network.** {} This one trains its latest settings alone, from new weights, "
    "and gives another network."
)
TOO_LONG = "The code has {:,} characters, too many to be shown here."
SNIPPET_TITLE = "The network in NumPy"


@dataclass(frozen=True, eq=False)
class Export:
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

    @classmethod
    def of_run(cls, training: Training, *, running: bool) -> "Export":
        """Return what there is of a run. While it runs its network is left out: it would be outdated."""
        view = training.view
        run = view.run
        model = None if running or run.step == 0 else view.best
        step = None if running or run.step == run.began_at else run.step
        return cls(model, run.experiment, run.history, training, run.earlier, step)

    @classmethod
    def of_kept(cls, kept: Kept) -> "Export":
        """Return what there is of a kept model."""
        step, differs = kept.model.metadata.get("step"), ""
        if kept.model.metadata.get("changed_by_hand"):
            differs = BY_HAND
        elif not isinstance(step, int):
            differs = WITHOUT_STEPS
        else:
            step = max(step, kept.last_step)
        return cls(
            kept.model,
            model_in_use.experiment_of(kept),
            kept.history,
            earlier=kept.past,
            step=step if isinstance(step, int) else None,
            differs=differs,
        )

    def name(self, kind: str) -> str:
        """Return the name of a file of that kind, without its suffix."""
        return f"polycore-{kind}" if self.experiment is None else file_name(kind, self.experiment)


def draw_run(training: Training | None, *, running: bool) -> None:
    """Draw the expander for a run; before there is one, for the set-up and a network that was loaded for it.

    running: whether the page shows the run as running.
    """
    experiment, kept = session.current().experiment, session.current().answering
    if training is not None:
        _draw(Export.of_run(training, running=running), running=running)
    elif kept is not None and model_in_use.experiment_of(kept) == experiment:
        _draw(Export.of_kept(kept), running=False)
    else:
        _draw(Export(None, experiment), running=False)


def draw_kept(kept: Kept) -> None:
    """Draw the expander for a kept model."""
    _draw(Export.of_kept(kept), running=False)


def _draw(export: Export, *, running: bool) -> None:
    # its contents are computed only if it is open
    expander = st.expander("Export", icon=":material/ios_share:", key=OPEN_KEY, on_change="rerun")
    if not expander.open:
        return
    with expander:
        if export.training is not None:
            run_film.draw(export.training)
        if export.model is not None:
            _draw_page_to_keep(export.model, export.name("page"))
        _draw_network(export, running=running)
        if export.experiment is not None:
            _draw_script(export.experiment, export)
            _draw_files(export.experiment, export)


def _draw_page_to_keep(model: Model, name: str) -> None:
    st.subheader("A page to keep", anchor=False)
    problem = page_problem(model)
    if problem:
        st.caption(problem)
        return
    st.write(
        "One HTML file to send to a friend: it opens in any browser, offline, and its map says what the "
        "network answers at each point."
    )
    _download_page(model, name)


def draw_files_to_send(kept: Kept, key: str) -> None:
    """Draw the downloads of a network: its weight file, and its page to keep if it has one."""
    st.write("**As a file.** The weight file opens on Predict; the page opens in any browser, offline.")
    with st.container(horizontal=True):
        model_in_use.draw_download(kept, f"{key}.file")
        if not page_problem(kept.model):
            _download_page(kept.model, Export.of_kept(kept).name("page"), f"{key}.page")


def _download_page(model: Model, name: str, key: str = PAGE_LABEL) -> None:
    _download(
        PAGE_LABEL,
        lambda: html_page(model).encode(),  # computed at the press
        f"{name}.html",
        "text/html",
        f"The network with its map, and its weights for programs.{weights_size(model)}",
        key,
    )


def page_problem(model: Model) -> str:
    """Return why a network has no page to keep; "" if it has one."""
    count = model.parameter_count
    if count > MOST_PARAMETERS:
        return (
            f"This network has {count:,} weights and biases, too many for a page: it may have "
            f"{MOST_PARAMETERS:,}. The weight file on Predict has them all."
        )
    if not plane.can_show(model.polynomials):
        return (
            "This network has no page: a coefficient of its polynomials is larger than "
            f"{MAX_COEFFICIENT:,.0f}, and no map can show that. The weight file on Predict has the network."
        )
    return ""


def weights_size(model: Model) -> str:
    """Return a sentence on the size of the weights in a page; "" if they are small."""
    size = BYTES_EACH * model.parameter_count
    return f" The weights take {size / 1e6:.1f} MB." if size > LARGE else ""


def _draw_network(export: Export, *, running: bool) -> None:
    st.subheader(SNIPPET_TITLE, anchor=False)
    if running:
        st.caption(RUNNING)
    elif export.model is None:
        st.caption(NOTHING_TRAINED)
    else:
        origin = ""
        if export.training is not None:
            step = export.training.view.best_step
            origin = f"The weights have the run's best training loss so far, of step {step:,}."
        st.write(
            "A program that predicts without this project: it contains the weights and needs only NumPy. "
            + origin
        )
        _draw_code(numpy_snippet(export.model), export.name("predict"), "snippet")


def _draw_script(experiment: Experiment, export: Export) -> None:
    st.subheader("The experiment in polycore", anchor=False)
    if not _is_short(experiment):
        st.caption("A program for so many points of your own would be too long: the run file has them.")
        return
    code, sentence = program(experiment, export)
    st.write(sentence)
    _draw_code(code, export.name("train"), "script")


def program(experiment: Experiment, export: Export) -> tuple[str, str]:
    """Return a program that trains the network again, and what it does, as a sentence in Markdown.

    If no program does that, it is one that trains the experiment alone, and the sentence says why.
    """
    missing, code = export.differs, ""
    if not missing:
        try:
            code = script(experiment, export.earlier, export.step)
        except PolycoreError as error:
            missing = str(error)
    if missing:
        return script(experiment), NOT_REPEATED.format(missing)
    began_at = export.earlier[-1].end if export.earlier else 0
    parts = ", each part with its settings" if export.earlier else ""
    if export.step not in (None, began_at + experiment.steps):
        parts += f", up to step {export.step:,}"
    return code, (
        f"This program trains the same network again{parts}: on the same machine, equal to the last bit."
    )


def _is_short(experiment: Experiment) -> bool:
    return experiment.data is None or len(experiment.data) <= MOST_POINTS_IN_JSON


def _draw_files(experiment: Experiment, export: Export) -> None:
    st.subheader("Files", anchor=False)
    training, history, is_short = export.training, export.history, _is_short(experiment)
    with st.container(horizontal=True):
        if training is not None:
            _download(
                "Run file",
                # written at the press: a run that continues has more steps by then
                lambda: model_in_use.saved(training.view.run),
                f"{export.name('run')}.npz",
                "application/octet-stream",
                'The run as it is when you press. "Import a run", below, continues it later, and '
                "polycore.Run.load anywhere.",
            )
        if history is not None and len(history.step):
            changed = ", with the settings that changed" if export.earlier else ""
            _download(
                "History as CSV",
                history_csv(experiment, history, export.earlier),
                f"{export.name('history')}.csv",
                "text/csv",
                "One row for each recorded step: the loss on the training set in nats, both accuracies as "
                f"shares from 0 to 1, and the part of the run{changed}.",
            )
        if is_short:
            _download(
                "Experiment as JSON",
                experiment.to_json(),
                f"{export.name('experiment')}.json",
                "application/json",
                "All settings, by name.",
            )
    if export.earlier and is_short:
        st.caption(CHAINED.format(network="This network", source="this JSON"))
    st.caption(
        "`polycore.Experiment.from_json` reads the experiment. To save a figure, point at it: its menu has "
        "buttons for PNG and SVG."
    )


def _draw_code(code: str, name: str, key: str) -> None:
    if len(code) <= MAX_SHOWN:
        st.code(code, language="python", height=CODE_HEIGHT)
    else:
        st.caption(TOO_LONG.format(len(code)))
    _download("Download as .py", code, f"{name}.py", "text/x-python", "The code above as a file.", key)


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
