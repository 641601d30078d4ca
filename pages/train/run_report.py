"""How good a run's best network is on points it never saw: the tables and figures behind the one number."""

from functools import lru_cache
from itertools import pairwise

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from pages.plane import live
from pages.plane.referee import best_possible, told
from pages.runs.runner import Training
from pages.state.shown_weights import ShownWeights
from pages.wording.percent import percent
from polycore import Experiment, Model, Polynomial
from polycore.arrays import read_only
from polycore.figures import confusion_figure, errors_figure, reliability_figure
from polycore.inspection.report import Bands, Report, report

PREFIX = "report"
OPEN_KEY = f"{PREFIX}.open"
NEAR = 2  # bands: up to 0.03 where the range of x is 2 wide, in which a trained network's mistakes lie
RELIABILITY_HEIGHT = 320  # pixels

_CLASS_COLUMNS = {
    "polynomial": st.column_config.TextColumn("polynomial", width="medium"),
    "points": st.column_config.NumberColumn("points", format="%d", help="Held-out points on it."),
    "wrong": st.column_config.NumberColumn(
        "wrong", format="%d", help="How many of them get another polynomial as their answer."
    ),
    "accuracy": st.column_config.NumberColumn("accuracy", format="%.2f %%"),
}
_BAND_COLUMNS = {
    "distance": st.column_config.TextColumn(
        "distance to a crossing", width="medium", help="In x, from where the point's own curve meets another."
    ),
    "points": st.column_config.NumberColumn("points", format="%d"),
    "wrong": st.column_config.NumberColumn("wrong", format="%d"),
    "rate": st.column_config.NumberColumn("error rate", format="%.2f %%"),
}


def draw(training: Training | None, *, running: bool) -> None:
    """Draw what the held-out points say about the run's best network, once somebody opens it.

    Draws nothing before the first step. While the run goes on (`running`, as the page shows it) nothing is
    measured: it would have to be again each time the best changes.
    """
    if training is None or training.status == "ready":
        return
    # what is in it runs only where it is open
    expander = st.expander(
        "How good is it, honestly?", icon=":material/fact_check:", key=OPEN_KEY, on_change="rerun"
    )
    if not expander.open:
        return
    with expander:
        if running:
            st.caption("This is measured when the run pauses or ends, on its best weights so far.")
        else:
            _draw(ShownWeights.of(training, "Best"))


@lru_cache(maxsize=8)
def _measured(model: Model, experiment: Experiment) -> Report:
    """Return what the held-out points say. A model is compared by identity."""
    points, labels = experiment.held_out_set()
    probabilities = model.predict_proba(points)
    return read_only(report(probabilities, labels, points, experiment.polynomials, experiment.x_range))


def _draw(best: ShownWeights) -> None:
    experiment = best.run.experiment
    found = _measured(best.model, experiment)
    st.caption(f"All of this is of the run's best weights so far, of step {best.step:,}.")
    _accuracy(experiment, found)
    _confusion(experiment.polynomials, found)
    _reliability(found)
    _crossings(experiment, found)


def _accuracy(experiment: Experiment, found: Report) -> None:
    st.subheader("Polynomial by polynomial", anchor=False)
    st.write(
        f"Of {found.confusion.sum():,} points that no step trains on, the best weights answer "
        f"{percent(found.accuracy)} rightly ({told(best_possible(experiment))}); the polynomials with many "
        "wrong answers are hard to tell apart."
    )
    points = found.confusion.sum(axis=1)
    st.dataframe(
        pd.DataFrame(
            {
                "polynomial": [
                    _name(label, polynomial) for label, polynomial in enumerate(experiment.polynomials)
                ],
                "points": points,
                "wrong": points - found.confusion.diagonal(),
                "accuracy": _in_per_cent(found.accuracies),
            }
        ),
        key=f"{PREFIX}.classes",
        column_config=_CLASS_COLUMNS,
        hide_index=True,
        height="content",
        alt="For each polynomial its held-out points, the wrong answers among them, and its accuracy.",
    )


def _confusion(polynomials: tuple[Polynomial, ...], found: Report) -> None:
    st.subheader("What it takes for what", anchor=False)
    st.write("Each row is a true polynomial, each column an answer: what is off the diagonal is a mistake.")
    figure = confusion_figure(found.confusion, polynomials)
    _still(figure, f"{PREFIX}.confusion", 130 + 22 * len(polynomials))


def _reliability(found: Report) -> None:
    st.subheader("Is it as sure as it should be?", anchor=False)
    error = found.reliability.calibration_error
    st.write(
        f"On average it is {percent(found.reliability.confidence)} sure and {percent(found.accuracy)} right; "
        f"taken step by step of its confidence, the two differ by {percent(error).rstrip('%')}"
        "percentage points (the expected calibration error; 0 is best)."
    )
    figure = reliability_figure(
        found.reliability.counts, found.reliability.confidences, found.reliability.accuracies, error
    )
    _still(figure, f"{PREFIX}.reliability", RELIABILITY_HEIGHT)
    st.caption(
        "Below the diagonal it is surer than it is right, above it could be surer. The numbers say for how "
        "many points a mark stands."
    )


def _crossings(experiment: Experiment, found: Report) -> None:
    st.subheader("Where it goes wrong", anchor=False)
    st.write(_where(found.bands))
    _bands(found.bands)
    mistakes, polynomials = found.mistakes, experiment.polynomials
    figure = errors_figure(
        mistakes.x,
        mistakes.labels,
        mistakes.answers,
        found.meetings.places,
        polynomials,
        experiment.x_range,
    )
    _still(figure, f"{PREFIX}.errors", 70 + 22 * len(polynomials))
    st.caption(
        "A mark is a mistake, in the row of its true polynomial; a thin line is a crossing of that curve."
    )


def _bands(found: Bands) -> None:
    st.dataframe(
        pd.DataFrame(
            {
                "distance": _distances(found.edges.tolist()),
                "points": found.counts,
                "wrong": found.mistakes,
                "rate": _in_per_cent(found.error_rates),
            }
        ),
        key=f"{PREFIX}.bands",
        column_config=_BAND_COLUMNS,
        hide_index=True,
        height="content",
        alt="For each distance to a crossing the points, the wrong answers among them, and their share.",
    )


def _where(found: Bands) -> str:
    mistakes = int(found.mistakes.sum())
    if not mistakes:
        return "It makes no mistake on these points."
    near, of_points = found.mistakes[:NEAR].sum(), found.counts[:NEAR].sum() / found.counts.sum()
    which = f"Of its {mistakes:,} mistakes {near:,} ({percent(near / mistakes)}) lie"
    if mistakes == 1:
        which = "Its one mistake lies" if near else "Its one mistake does not lie"
    return (
        f"{which} within {found.edges[NEAR - 1]:.3g} in x of a crossing, where {percent(of_points)} of "
        "the points lie: at a crossing a point is on two curves, and nobody can tell which one it came from."
    )


def _distances(edges: list[float]) -> list[str]:
    between = [f"{low:.3g} to {high:.3g}" for low, high in pairwise(edges)]
    return [f"below {edges[0]:.3g}", *between, f"{edges[-1]:.3g} or more, or no crossing"]


def _in_per_cent(shares: tuple[float | None, ...]) -> list[float | None]:
    return [None if share is None else 100 * share for share in shares]


def _name(label: int, polynomial: Polynomial) -> str:
    return f"p{label} = {polynomial}"


def _still(figure: go.Figure, key: str, height: int) -> None:
    # a finger on it scrolls the page
    figure.update_xaxes(fixedrange=True).update_yaxes(fixedrange=True)
    live.figure(figure, key=key, height=height)
