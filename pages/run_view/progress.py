"""The progress of a run: its bar, its figures and its charts, which follow it by themselves."""

from typing import Any

import plotly.graph_objects as go
import streamlit as st

from pages.channel import live_text
from pages.plane import live
from pages.plane.referee import EXPLAINED, best_possible_text
from pages.run_view.legs import changes_of
from pages.run_view.shown import ShownRun
from pages.setup import controls
from pages.state import shown_weights
from pages.state.shown_weights import ShownWeights
from pages.wording.words import file_name
from polycore.arrays import Floats
from polycore.figures import accuracy_figure, loss_figure
from polycore.figures.style import GRAY, escape
from polycore.model.neurons import MOST_FOR_DEAD
from polycore.training.history import History

MAP_HEIGHT, CHART_HEIGHT = 460, 260

HELD_OUT_HELP = (
    "The share of points on which no step trains, 3,000 on polynomials, that these weights answer correctly. "
    f"{EXPLAINED} On 3,000 points chance adds or takes up to the number after \u00b1 (in 95 of 100 cases). "
    "The best loss is measured on the training set: here, other weights may do better."
)
LOSS_HELP = (
    "Cross-entropy of these weights on the training set, in nats. Guessing among K classes gives log K; "
    "certainty of the right answer gives 0. The weights with the best loss of all steps that were measured "
    "are kept."
)
SPEED_HELP = (
    "How many times a second the weights change, over the last two seconds; of a run that has ended, per "
    "second of its computing time. A run that pauses or waits has no speed."
)
TIME_HELP = (
    "Time left: until the last step, at the speed of the last ten seconds, known after the first seconds. "
    "Computing time: the processor time of all steps of a run that has ended, without pauses."
)
GRADIENT_HELP = (
    "The length of the gradient of the loss at these weights: how steeply the loss falls from here. Near 0 "
    "there is little left to gain; if it keeps growing, lower the learning rate. Search uses no gradient. It "
    "is known only at the latest step."
)
DEAD_HELP = (
    f"Hidden neurons that give 0 for each of {MOST_FOR_DEAD:,} training points (all, if there are fewer) "
    "with these weights: they pass nothing on, and no gradient revives them. If there are many, lower the "
    "learning rate."
)
NONE_YET = "Nothing trained in this lesson yet. Press Start."
# an earlier run to compare with, by its name; None without one
Earlier = tuple[str, History] | None
NOTES = {
    "waits": "caption",
    "spent": "note",
    "error": "note bad",
    "ended": "note good",
    "diverged": "note bad",
}


def status_html(now: dict[str, Any], tag: str = "p") -> str:
    """Return the status of a run in one line, which follows it."""
    return f"<{tag}><b>{_value(now, 'status')}</b> · {_value(now, 'line')}</{tag}>"


def draw_line(shown: ShownRun, until: str = "") -> None:
    """Draw the status of the run in one line; the page is drawn again once it begins or ends to advance.

    until: see `live_text.draw`.
    """
    html = f'<div class="caption">{status_html(shown.values)}</div>'
    live_text.draw(html, "progress.line", shown.followed, reports=True, until=until, halts=controls.HALTS)


def draw_bar(shown: ShownRun) -> None:
    """Draw how far the run is; the page is drawn again once the run begins or ends to advance."""
    now = shown.values
    html = status_html(now) + live_text.bar("share", now["share"], "Steps taken")
    live_text.draw(html, "progress.bar", shown.followed, reports=True, halts=controls.HALTS)


def draw_notes(shown: ShownRun) -> None:
    """Draw what the run waits for, and why it ended if it ended early; usually nothing."""
    html = "".join(_value(shown.values, f"notes.{name}", "p", css_class) for name, css_class in NOTES.items())
    live_text.draw(html, "progress.notes", shown.followed)


def draw_earlier(shown: ShownRun) -> None:
    """Draw that a lesson has no run yet, and how the run stands that was there before it."""
    html = f"<p>{NONE_YET} <span class='caption'>Before it: {status_html(shown.values, 'span')}</span></p>"
    live_text.draw(
        html + live_text.bar("none", 0.0, "Steps taken"), "progress.bar", shown.followed, reports=True
    )


def draw_figures(shown: ShownRun, best_possible: float | None) -> None:
    """Draw the accuracy and loss of the weights shown, the speed, and the time left."""
    now = shown.values
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        shown_weights.draw()
        # the choice beside it says of what; a longer line would wrap
        name = f"<p class='nowrap'><b>{_value(now, 'weights.name')}</b></p>"
        live_text.draw(name, "progress.weights", shown.followed)
    live_text.draw(
        live_text.row(
            _metric(
                now,
                "Held-out accuracy",
                "weights.held_out_text",
                HELD_OUT_HELP,
                best_possible_text(best_possible),
            ),
            _metric(now, "Loss", "weights.loss_text", LOSS_HELP),
            _metric(now, "Steps/s", "speed", SPEED_HELP),
            _metric(now, _value(now, "time_label"), "time", TIME_HELP),
        ),
        "progress.figures",
        shown.followed,
    )


def draw_inner_figures(shown: ShownRun) -> None:
    """Draw what shows how the network learns: the gradient norm and the dead neurons."""
    now = shown.values
    live_text.draw(
        live_text.row(
            _metric(now, "Gradient norm", "weights.gradient", GRADIENT_HELP),
            _metric(now, "Dead neurons", "weights.dead", DEAD_HELP),
        ),
        "progress.inner_figures",
        shown.followed,
    )


def loss_chart(weights: ShownWeights, earlier: Earlier = None) -> go.Figure:
    """Return the loss over the steps, with a mark at the weights shown, and the loss of an earlier run."""
    run, history = weights.run, weights.run.whole_history
    figure = loss_figure(
        history.step,
        history.loss,
        weights.step,
        weights.loss,
        mark=weights.mark,
        changes=changes_of(run.earlier, run.experiment),
    )
    if earlier is not None:
        figure.add_trace(_earlier_curve(earlier, earlier[1].loss))
    return figure


def accuracy_chart(weights: ShownWeights, best_possible: float | None, earlier: Earlier = None) -> go.Figure:
    """Return the accuracies over the steps, with a mark at the weights shown, and an earlier run's curve."""
    run, history = weights.run, weights.run.whole_history
    figure = accuracy_figure(
        history.step,
        history.accuracy,
        history.held_out_accuracy,
        weights.step,
        weights.model.held_out_accuracy or 0.0,
        best_possible,
        mark=weights.mark,
        changes=changes_of(run.earlier, run.experiment),
    )
    if earlier is not None:
        figure.add_trace(_earlier_curve(earlier, 100 * earlier[1].held_out_accuracy))
    return figure


def draw_loss_chart(shown: ShownRun, earlier: Earlier = None) -> None:
    """Draw `loss_chart`, which follows the run."""
    _draw_chart(
        loss_chart(shown.weights, earlier),
        "loss",
        shown,
        ("data.0.x", "history.step"),
        ("data.0.y", "history.loss"),
        ("data.1.x.0", "weights.step"),
        ("data.1.y.0", "weights.loss"),
        ("data.1.name", "weights.loss_mark"),
    )


def draw_accuracy_chart(shown: ShownRun, best_possible: float | None, earlier: Earlier = None) -> None:
    """Draw `accuracy_chart`, which follows the run."""
    _draw_chart(
        accuracy_chart(shown.weights, best_possible, earlier),
        "accuracy",
        shown,
        ("data.0.x", "history.step"),
        ("data.0.y", "history.accuracy"),
        ("data.1.x", "history.step"),
        ("data.1.y", "history.held_out"),
        ("data.2.x.0", "weights.step"),
        ("data.2.y.0", "weights.held_out"),
        ("data.2.name", "weights.accuracy_mark"),
    )


def _earlier_curve(earlier: tuple[str, History], values: Floats) -> go.Scatter:
    name, history = earlier
    line = {"color": GRAY, "dash": "dash", "width": 2}
    return go.Scatter(x=history.step, y=values, mode="lines", name=escape(f"before: {name}"), line=line)


def _draw_chart(figure: go.Figure, name: str, shown: ShownRun, *bindings: tuple[str, str]) -> None:
    live.figure(
        figure,
        key=f"progress.{name}",
        height=CHART_HEIGHT,
        file=file_name(name, shown.experiment),
        rests=True,
        bound=shown.bound(*bindings, ("layout.meta.alt", f"weights.{name}_alt")),
    )


def _metric(now: dict[str, Any], label: str, name: str, description: str, comparison: str = "") -> str:
    return live_text.metric(label, name, _text(now, name), description, comparison)


def _text(now: dict[str, Any], name: str) -> str:
    text: Any = now
    for part in name.split("."):
        text = text[part]
    return str(text)


def _value(now: dict[str, Any], name: str, tag: str = "span", css_class: str = "") -> str:
    """Return an element with the value of that name, which follows the run; hidden while it is empty."""
    return live_text.value(name, _text(now, name), tag, css_class)
