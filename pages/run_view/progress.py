"""The progress of a run: its bar, its figures and its charts, which follow it by themselves."""

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from pages.channel import live_text
from pages.plane import live
from pages.plane.referee import BESIDE, EXPLAINED
from pages.run_view.legs import changes_of
from pages.run_view.shown import ShownRun
from pages.setup import controls
from pages.state.shown_weights import ShownWeights
from pages.wording.words import file_name
from polycore.arrays import Floats
from polycore.figures import LINES
from polycore.figures.progress import TRAINING, accuracy_figure, accuracy_heights, loss_figure
from polycore.figures.style import LEGEND_ABOVE, Figure, escape, with_axes, with_layout
from polycore.formatting import loss_text, percent
from polycore.model.neurons import MOST_FOR_DEAD
from polycore.training.history import History

MAP_HEIGHT, CHART_HEIGHT = 460, 260
ACCURACY_KEY, LOSS_KEY = "progress.accuracy", "progress.loss"
LARGE_LABEL = "of new points right"

HELD_OUT_HELP = (
    "The held-out accuracy: the share of points on which no step trains, 3,000 on polynomials, that these "
    f"weights answer correctly. {EXPLAINED} On 3,000 points chance adds or takes up to the number after "
    "\u00b1 (in 95 of 100 cases). The best loss is measured on the training set: here, other weights may do "
    "better."
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
ACCURACY_CAPTION = ":small[**Accuracy** :gray[each label up: 10\N{MULTIPLICATION SIGN} fewer mistakes]]"
# the name of the run that is shown, and what was measured in others, by their names; None without others
Compared = tuple[str, Mapping[str, History]] | None
# each keeps its distance itself: without notes there is none to keep
NOTES_STYLE = "<style>.polycore-text p:not([hidden]) { margin-bottom: 1rem; }</style>"
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


def standing_html(now: dict[str, Any]) -> str:
    """Return the status of the run and its step in one line, at whose end is what is left."""
    standing = f"<span class='cut'><b>{_value(now, 'status')}</b> · {_value(now, 'steps')}</span>"
    return f"<p class='standing'>{standing}{_value(now, 'left', css_class='quiet')}</p>"


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
    notes = (_value(shown.values, f"notes.{name}", "p", css_class) for name, css_class in NOTES.items())
    live_text.draw(NOTES_STYLE + "".join(notes), "progress.notes", shown.followed)


def draw_figures(shown: ShownRun) -> None:
    """Draw the one large figure: how many new points the weights shown answer correctly."""
    accuracy = live_text.large(
        f"{LARGE_LABEL}, {_value(shown.values, 'weights.which')}",
        "weights.held_out_text",
        _text(shown.values, "weights.held_out_text"),
        HELD_OUT_HELP,
        live_text.compared(f"weights.{BESIDE}", shown.values["weights"][BESIDE]),
    )
    live_text.draw(accuracy, "progress.figures", shown.followed)


def draw_more_figures(shown: ShownRun) -> None:
    """Draw, quietly, which weights are shown, how fast the run is, and how its network learns."""
    now = shown.values
    live_text.draw(
        live_text.quiet_row(
            _value(now, "weights.name"),
            _metric(now, "Steps/s", "speed"),
            _metric(now, _value(now, "time_label"), "time"),
            _metric(now, "Gradient norm", "weights.gradient", GRADIENT_HELP),
            _metric(now, "Dead neurons", "weights.dead", DEAD_HELP),
        ),
        "progress.inner_figures",
        shown.followed,
    )


def loss_chart(weights: ShownWeights, compared: Compared = None) -> Figure:
    """Return the loss over the steps, with a mark at the weights shown, and that of the runs `compared`."""
    run, history = weights.run, weights.history
    figure = loss_figure(
        history.step,
        history.loss,
        weights.step,
        weights.loss,
        mark=weights.mark,
        changes=changes_of(run.earlier, run.experiment),
    )
    if compared is None:
        return figure
    return _with_others(figure, *compared, lambda one: one.loss, lambda one: loss_text(one.loss[-1]))


def accuracy_chart(weights: ShownWeights, best_possible: float | None, compared: Compared = None) -> Figure:
    """Return the accuracies over the steps, with a mark at the weights shown, and the runs `compared`."""
    run, history = weights.run, weights.history
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
    if compared is None:
        return figure
    return _with_others(
        figure,
        *compared,
        lambda one: accuracy_heights(one.held_out_accuracy),
        lambda one: percent(one.held_out_accuracy[-1]),
    )


def draw_accuracy_chart(shown: ShownRun, best_possible: float | None, compared: Compared = None) -> None:
    """Draw `accuracy_chart`, which follows the run, below its caption."""
    st.markdown(ACCURACY_CAPTION)
    figure = accuracy_chart(shown.weights, best_possible, compared)
    _draw_chart(
        with_axes(figure, ("xaxis",), title=None),  # the loss below it is over the same steps
        ACCURACY_KEY,
        shown,
        *_curve("data.0", "accuracy"),
        *_curve("data.1", "held_out"),
        ("data.2.x.0", "weights.step"),
        ("data.2.y.0", "heights.weights.held_out"),
        ("data.2.customdata.0", "weights.held_out"),
        ("data.2.name", "weights.accuracy_mark"),
        # with others to compare, the names are in a legend
        *(() if compared else _name_at_end("data.3", "accuracy", 0)),
        *(() if compared else _name_at_end("data.4", "held_out", 1)),
    )


def draw_loss_chart(shown: ShownRun, compared: Compared = None) -> None:
    """Draw `loss_chart`, which follows the run, below its caption."""
    loss = f"in nats, {shown.weights.mark} {_value(shown.values, 'weights.loss_text')}"
    caption = f"<p class='nowrap'><b>Loss</b> <span class='caption'>{loss}</span></p>"
    live_text.draw(caption, "progress.loss_caption", shown.followed)
    _draw_chart(
        loss_chart(shown.weights, compared),
        LOSS_KEY,
        shown,
        ("data.0.x", "history.step"),
        ("data.0.y", "history.loss"),
        ("data.1.x.0", "weights.step"),
        ("data.1.y.0", "weights.loss"),
        ("data.1.name", "weights.loss_mark"),
    )


def _curve(trace: str, column: str) -> list[tuple[str, str]]:
    values = f"history.{column}"
    return [
        (f"{trace}.x", "history.step"),
        (f"{trace}.y", f"heights.{values}"),
        (f"{trace}.customdata", values),
    ]


def _name_at_end(trace: str, column: str, name: int) -> list[tuple[str, str]]:
    return [
        (f"{trace}.x.0", "last.history.step"),
        (f"{trace}.y.0", f"last.heights.history.{column}"),
        (f"{trace}.text.0", f"weights.names.{name}.text"),
        (f"{trace}.textposition", f"weights.names.{name}.position"),
    ]


def _with_others(
    figure: Figure,
    own: str,
    others: Mapping[str, History],
    heights: Callable[[History], Floats],
    last: Callable[[History], str],
) -> Figure:
    """Return it with the other runs' curves and a legend: a name at the end of a curve would lie on others.

    own: the name of the run that is shown. heights: returns how high the values of another are drawn.
    last: returns the last of them, in words.
    """
    traces = []
    for trace in (trace for trace in figure["data"] if trace["mode"] != "text"):
        is_curve = trace["mode"] == "lines"
        named = {"name": escape(own)} if is_curve else {}
        # the last; a name of its own would take a row
        rank = {"legendrank": 1001} if trace.get("name") == TRAINING else named
        traces.append(trace | {"showlegend": is_curve} | rank)
    for style, (name, history) in zip(LINES[1:], others.items(), strict=False):
        line = {"color": style.color, "dash": style.dash, "width": 2}
        look = {"type": "scatter", "mode": "lines", "line": line, "hoverinfo": "name"}
        traces.append(look | {"x": history.step, "y": heights(history), "name": escape(name)})
    said = "; ".join(f"{name}, at its end {last(history)}" for name, history in others.items())
    meta = figure["layout"]["meta"] | {"more": f" Beside it: {said}."}
    legend = LEGEND_ABOVE | {"font": {"size": 11}}
    return with_layout(figure | {"data": traces}, showlegend=True, legend=legend, meta=meta)


def _draw_chart(figure: Figure, key: str, shown: ShownRun, *bindings: tuple[str, str]) -> None:
    name = key.removeprefix("progress.")
    live.figure(
        with_axes(figure, ("yaxis",), title=None),  # its caption says it
        key=key,
        height=CHART_HEIGHT,
        file=file_name(name, shown.experiment),
        rests=True,
        bound=shown.bound(*bindings, ("layout.meta.alt", f"weights.{name}_alt")),
    )


def _metric(now: dict[str, Any], label: str, name: str, description: str = "") -> str:
    return live_text.metric(label, name, _text(now, name), description)


def _text(now: dict[str, Any], name: str) -> str:
    text: Any = now
    for part in name.split("."):
        text = text[part]
    return str(text)


def _value(now: dict[str, Any], name: str, tag: str = "span", css_class: str = "") -> str:
    """Return an element with the value of that name, which follows the run; hidden while it is empty."""
    return live_text.value(name, _text(now, name), tag, css_class)
