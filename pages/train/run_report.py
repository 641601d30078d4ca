"""How good a run's network is on points it never saw: tables and figures behind the one number."""

from functools import lru_cache
from itertools import pairwise

import pandas as pd
import streamlit as st

from pages.plane import live
from pages.plane.referee import beside
from pages.plane.scene import class_name
from pages.runs.training import Training
from pages.state import session
from pages.state.shown_weights import ShownWeights
from pages.wording.percent import percent
from polycore import Experiment, Model
from polycore.arrays import read_only
from polycore.figures.report import confusion_figure, errors_figure, reliability_figure
from polycore.figures.style import Figure, with_axes
from polycore.inspection.report import Bands, Meetings, Report, report
from polycore.polynomials.classes import noun_of

PREFIX = "report"
OPEN_KEY = f"{PREFIX}.open"
HELP = "On points it never saw: accuracy by class, what it mixes up, and whether its confidence is fair."
TITLE, ICON = "How good is it, honestly?", ":material/fact_check:"
RUNNING = "Measured when the run pauses or ends."
NO_MISTAKES = "It makes no mistakes on these points."
MISTAKES_TITLE = "Where it goes wrong"
NEAR = 2  # bands, where most mistakes of a trained network lie: up to 0.03 for a range of x of width 2
RELIABILITY_HEIGHT = 320  # pixels

_CLASS_COLUMNS = {
    "polynomial": st.column_config.TextColumn("polynomial", width="medium"),
    "class": st.column_config.TextColumn("class", width="medium"),
    "points": st.column_config.NumberColumn("points", format="%d", help="New points of it."),
    "wrong": st.column_config.NumberColumn(
        "wrong", format="%d", help="How many of them are answered with another one."
    ),
    "accuracy": st.column_config.NumberColumn("accuracy", format="%.2f %%"),
}
_BAND_COLUMNS = {
    "distance": st.column_config.TextColumn(
        "distance to a crossing", width="medium", help="In x, to where the point's own curve meets another."
    ),
    "points": st.column_config.NumberColumn("points", format="%d"),
    "wrong": st.column_config.NumberColumn("wrong", format="%d"),
    "rate": st.column_config.NumberColumn("error rate", format="%.2f %%"),
}


def draw(training: Training | None, *, running: bool) -> None:
    """Draw a button that opens a report about the run's network on the held-out points.

    Draws nothing before the first step. `running`: whether the page shows the run as running. Nothing is
    measured meanwhile: it would have to be measured again whenever the weights change.
    """
    if training is None or training.view.status == "ready":
        return
    st.button(
        TITLE,
        key=OPEN_KEY,
        type="tertiary",
        icon=ICON,
        # kept in the session: a run that ends draws its page again, and what is not drawn then disappears
        on_click=lambda: session.change_view(report=True),
        help=HELP,
    )
    # its content is computed only while it is open
    if session.current().view.report:
        _show(training, running=running)


@st.dialog(
    TITLE,
    width="large",
    icon=ICON,
    on_dismiss=lambda: session.change_view(report=False),
)
def _show(training: Training, *, running: bool) -> None:
    if running:
        st.caption(RUNNING)
    else:
        _draw_report(ShownWeights.of(training.view, session.current().usual_weights))


@lru_cache(maxsize=8)
def held_out_report(model: Model, experiment: Experiment) -> Report:
    """Return the report on the held-out points. Models are compared by identity."""
    points, labels = experiment.held_out_set()
    probabilities = model.predict_proba(points)
    return read_only(report(probabilities, labels, points, experiment.shown_classes, experiment.x_range))


def accuracy_sentence(experiment: Experiment, results: Report) -> str:
    """Return how many held-out points are answered correctly, and how many could be."""
    best = beside(results.accuracy, experiment)
    return (
        f"Of {results.confusion.sum():,} points on which no step trains, these weights answer "
        f"{percent(results.accuracy)} correctly{f' ({best})' if best else ''}. "
        f"{noun_of(experiment.shown_classes, plural=True).capitalize()} with many wrong answers are hard to "
        "distinguish."
    )


def class_table(experiment: Experiment, results: Report) -> pd.DataFrame:
    """Return for each class its new points, how many are answered wrongly, and its accuracy."""
    classes, points = experiment.shown_classes, results.confusion.sum(axis=1)
    return pd.DataFrame(
        {
            noun_of(classes): [class_name(classes, label) for label in range(experiment.class_count)],
            "points": points,
            "wrong": points - results.confusion.diagonal(),
            "accuracy": _percentages(results.accuracies),
        }
    )


def confidence_sentence(results: Report) -> str:
    """Return how sure the answers are, and how right."""
    error = percent(results.reliability.calibration_error).rstrip("%")
    return (
        f"On average it is {percent(results.reliability.confidence)} sure and {percent(results.accuracy)} "
        f"right. Among answers of similar confidence, the two differ by {error}percentage points on average "
        "(the expected calibration error; 0 is best)."
    )


def mistakes_sentence(bands: Bands) -> str:
    """Return how many mistakes there are, and how many of them lie near a crossing."""
    mistakes = int(bands.mistakes.sum())
    if not mistakes:
        return NO_MISTAKES
    near_mistakes, near_share = bands.mistakes[:NEAR].sum(), bands.counts[:NEAR].sum() / bands.counts.sum()
    subject = f"Of its {mistakes:,} mistakes {near_mistakes:,} ({percent(near_mistakes / mistakes)}) lie"
    if mistakes == 1:
        subject = "Its one mistake lies" if near_mistakes else "Its one mistake does not lie"
    return (
        f"{subject} within {bands.edges[NEAR - 1]:.3g} in x of a crossing, where {percent(near_share)} of "
        "the points lie: at a crossing a point is on two curves, and nobody can tell which one it came from."
    )


def band_table(bands: Bands) -> pd.DataFrame:
    """Return for each distance to a crossing the points, how many are answered wrongly, and their share."""
    edges = bands.edges.tolist()
    between = [f"{low:.3g} to {high:.3g}" for low, high in pairwise(edges)]
    return pd.DataFrame(
        {
            "distance": [f"below {edges[0]:.3g}", *between, f"{edges[-1]:.3g} or more, or no crossing"],
            "points": bands.counts,
            "wrong": bands.mistakes,
            "rate": _percentages(bands.error_rates),
        }
    )


def _percentages(shares: tuple[float | None, ...]) -> list[float | None]:
    return [None if share is None else 100 * share for share in shares]


def _draw_report(shown: ShownWeights) -> None:
    experiment = shown.run.experiment
    results = held_out_report(shown.model, experiment)
    st.caption(f"All of this is about these weights of the run: {shown.name}.")
    _draw_classes(experiment, results)
    _draw_reliability(results)
    if results.bands is not None and results.meetings is not None:
        _draw_mistakes(experiment, results, results.bands, results.meetings)


def _draw_classes(experiment: Experiment, results: Report) -> None:
    classes = experiment.shown_classes
    noun = noun_of(classes)
    st.subheader(f"{noun.capitalize()} by {noun}", anchor=False)
    st.write(accuracy_sentence(experiment, results))
    st.dataframe(
        class_table(experiment, results),
        key=f"{PREFIX}.classes",
        column_config=_CLASS_COLUMNS,
        hide_index=True,
        height="content",
        alt=f"For each {noun} its new points, how many are answered wrongly, and its accuracy.",
    )
    st.subheader(f"Which {'curves' if noun == 'polynomial' else 'classes'} it mixes up", anchor=False)
    st.write(f"Each row is a true {noun}, each column an answer: all off the diagonal are mistakes.")
    figure = confusion_figure(results.confusion, classes)
    _draw_fixed(figure, f"{PREFIX}.confusion", 130 + 22 * len(classes))


def _draw_reliability(results: Report) -> None:
    st.subheader("Is its confidence justified?", anchor=False)
    st.write(confidence_sentence(results))
    bins = results.reliability
    figure = reliability_figure(bins.counts, bins.confidences, bins.accuracies, bins.calibration_error)
    _draw_fixed(figure, f"{PREFIX}.reliability", RELIABILITY_HEIGHT)
    st.caption(
        "Below the diagonal it is too sure, above it is not sure enough. The number beside a mark is the "
        "number of points it stands for."
    )


def _draw_mistakes(experiment: Experiment, results: Report, bands: Bands, meetings: Meetings) -> None:
    st.subheader(MISTAKES_TITLE, anchor=False)
    st.write(mistakes_sentence(bands))
    st.dataframe(
        band_table(bands),
        key=f"{PREFIX}.bands",
        column_config=_BAND_COLUMNS,
        hide_index=True,
        height="content",
        alt="For each distance to a crossing the points, how many are answered wrongly, and their share.",
    )
    mistakes, polynomials = results.mistakes, experiment.polynomials
    figure = errors_figure(
        mistakes.x,
        mistakes.labels,
        mistakes.answers,
        meetings.places,
        polynomials,
        experiment.x_range,
    )
    _draw_fixed(figure, f"{PREFIX}.errors", 70 + 22 * len(polynomials))
    st.caption(
        "Each mark is a mistake, in the row of its true polynomial; each thin line is a crossing of that "
        "curve."
    )


def _draw_fixed(figure: Figure, key: str, height: int) -> None:
    # without zoom, so that a finger on it scrolls the page
    live.figure(with_axes(figure, fixedrange=True), key=key, height=height)
