"""How a network learns, on Inside: its next step in four scenes, what is chosen in it, and taking it."""

from dataclasses import replace
from html import escape
from pathlib import Path
from typing import Any, Literal, get_args

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.channel import component
from pages.inside import exercise_view, learner, step_picture, step_scenes
from pages.inside.learner import PREFIX, Learner
from pages.inside.step_scenes import Part, Row, SceneText
from pages.models import job_button
from pages.plane import live
from pages.state import inputs, refusal, session
from pages.state.inputs import Input
from pages.state.view import Learning, StepScene
from polycore.checks import checked_whole_number
from polycore.figures.progress import path_figure
from polycore.formatting import percent
from polycore.inspection.parameter_index import ParameterIndex
from polycore.inspection.step_detail import StepChoice, StepDetail
from polycore.pictures.palette import PALETTE
from polycore.polynomials.classes import written

WAITS = 1.5  # seconds until the page is drawn without the step, and says so
SCENES = get_args(StepScene)
BIAS = -1  # in place of a source in the list
PATH_HEIGHT = 170
TEXT_KEY = f"{PREFIX}.text"

_arrow_keys = component.Component("polycore_arrow_keys", (Path(__file__).with_name("arrow_keys.js"),))

STEP_HELP = "Takes this step, as One step on Train does. The picture then shows the next one."
TEN_HELP = "Takes ten steps. The chart shows which way the chosen weight goes."
POINT_HELP = (
    "Its index among the points of the step, from 0. You can also press a dot on the map before the step."
)
STYLE = """<style>
.st-key-inside-learning-scenes { flex-wrap: nowrap; }
/* arrows alone: their names are for screen readers */
:is([class*="st-key-inside-learning-left"], [class*="st-key-inside-learning-right"]) button p {
  position: absolute; width: 1px; overflow: hidden; clip-path: inset(50%);
}
.st-key-inside-learning-scenes button [aria-label^="Shortcut"] {
  display: none;
}
.st-key-inside-learning-text h3 { padding: 0; font-size: 1.25rem; }
.st-key-inside-learning-text [data-testid="stMarkdownContainer"] { margin-bottom: 0; }
.st-key-inside-learning-text [data-testid="stMarkdownContainer"] p {
  margin: 0; font-size: 0.875rem; line-height: 1.5;
}
/* all of a scene is in the first screen; what is asked has inputs, and keeps its distances */
.st-key-inside-learning-text:not(:has(.learning-asked)) { gap: 1px; }
.st-key-inside-learning-text .katex { font-size: 1.05em; }
.learning-who, .learning-part { line-height: 1.45; overflow-wrap: anywhere; }
.stApp :is(.learning-who, .learning-quiet) { margin: 0; }
.learning-who i, .learning-part i {
  display: inline-block; width: 0.75rem; height: 0.75rem; border-radius: 3px; margin-right: 0.3rem;
}
/* in one line, unless that is too short: a swatch and its name, a weight and its value */
.learning-class { display: inline-block; max-width: 100%; }
.learning-part, .learning-quiet { font-size: 0.875rem; }
.learning-part { border-top: 1px solid light-dark(#d9dce6, #383e4e); padding-top: 0.25rem; }
.learning-quiet { color: light-dark(#5a6072, #a4abbd); }
.learning-part table { margin-top: 0.25rem; border-collapse: collapse; font-variant-numeric: tabular-nums; }
.learning-part :is(th, td) { padding: 0.1rem 1rem 0.1rem 0; text-align: left; font-weight: 400; }
.learning-said {
  background: light-dark(#ecedf9, #262b4a); border-radius: 8px; padding: 0.5rem 1rem;
  overflow-wrap: anywhere;
}
.stApp .st-key-inside-learning-text .learning-part { margin-top: 0.25rem; }
.learning-said { margin-top: 0.5rem; }
.stApp .learning-said p { margin: 0.25rem 0 0; font-size: 0.875rem; }
.learning-no { font-weight: 600; color: light-dark(#a3350f, #ffab85); }
.learning-yes { font-weight: 600; color: light-dark(#0b6b45, #7fdcae); }
@media (min-width: 641px) {
  /* what comes of it is seen, however much there is to say; if there is more, that fades out above it */
  .st-key-inside-learning-text:not(:has(.learning-asked)) .stElementContainer:has(.learning-said) {
    position: sticky; z-index: 1; bottom: 0; padding: 1.25rem 0 0.5rem;
    background: linear-gradient(transparent, light-dark(#ffffff, #0e1117) 1.25rem);
  }
  .st-key-inside-learning-text:not(:has(.learning-asked)) .learning-said { margin-top: 0; }
}
.stApp :is(.learning-asked, .learning-given, p.learning-no) { margin: 0; }
.learning-given { font-size: 0.875rem; line-height: 1.5; font-variant-numeric: tabular-nums; }
.learning-given span { display: inline-block; margin-right: 0.75rem; }
@media (max-width: 640px) {
  .st-key-inside-learning-scenes button { padding: 0 0.5rem; }
  /* below the maps what they show, and then the inputs */
  .st-key-inside-learning-step :is(.stColumn, .stColumn > [data-testid="stVerticalBlock"]) {
    display: contents;
  }
  .st-key-inside-learning-step .stColumn > [data-testid="stVerticalBlock"] > * {
    flex: 0 0 100%; min-width: 0; max-width: 100%;
  }
  .st-key-inside-learning-step :is(.st-key-inside-learning-path, :has(> .st-key-inside-learning-inputs)) {
    order: 1;
  }
  .st-key-inside-learning-buttons > * { flex: 1 0 auto; min-width: max-content; }
}
</style>"""


# a run that does not advance is named beside the choice of views, with its step: once is enough
STANDS_STILL = """<style>
.st-key-progress-line {
  position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%);
}
</style>"""


def free_arrow_keys() -> None:
    """Let arrow keys lead from scene to scene after presses with the mouse. The first one opens the view."""
    _arrow_keys.draw(key=f"{PREFIX}.keys")


def draw(beside: DeltaGenerator) -> None:
    """Draw the view.

    beside: a row at the right of the choice of views.
    """
    now = session.current()
    subject = learner.learner_of(now)
    st.html(STYLE if now.view.running else STYLE + STANDS_STILL)
    with beside:
        is_asking = exercise_view.is_asking(subject)
        about = "" if is_asking else subject.about
        st.html(f'<p class="learning-quiet">{escape(subject.said)}. {escape(about)}</p>')
        with st.container(horizontal=True, width="content", key=f"{PREFIX}.buttons"):
            exercise_view.draw_button(subject)
            _draw_taking("Ten more", 10, TEN_HELP, "secondary", subject)
            _draw_taking("Do this step", 1, STEP_HELP, "secondary" if is_asking else "primary", subject)
    with st.container():
        refusal.draw(PREFIX, "The step could not be taken.")
    with st.container():
        if not subject.can_step:
            _draw_problem(subject)
        elif detail := _detail(subject):
            _draw_step(detail, now.view.learning)


def _draw_taking(
    label: str, steps: int, about: str, kind: Literal["primary", "secondary"], subject: Learner
) -> None:
    # a disabled button has a key of its own, as in pages/setup/controls.py
    state = "" if subject.can_step else ".disabled"
    st.button(
        label,
        key=f"{PREFIX}.take.{steps}{state}",
        type=kind,
        disabled=not subject.can_step,
        on_click=learner.take,
        args=(steps,),
        help=about,
    )


def _draw_problem(subject: Learner) -> None:
    if not subject.is_running:
        refusal.show("There is no step to show.", subject.problem)
        return
    st.write(subject.problem)
    if subject.training is not None:
        st.button("Pause", key=f"{PREFIX}.pause", icon=":material/pause:", on_click=subject.training.pause)


def _detail(subject: Learner) -> StepDetail | None:
    """Return the step once it is computed; until then draw how far that is, or why it cannot be."""
    job = learner.asked(subject)
    job.wait(WAITS)
    view = job.view
    if view.is_active:
        job_button.draw_progress(job, PREFIX)
    elif view.error is not None:
        refusal.show("This step cannot be shown.", view.error)
    return view.result


# --- the four scenes --------------------------------------------------------------------------


def _draw_step(detail: StepDetail, learning: Learning) -> None:
    asked = exercise_view.of(detail)
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        if asked is None:
            _draw_scenes()
        with st.container(width="stretch"):
            # what the network says of the point would help to compute it
            st.html(_who(detail) if asked is None else f'<p class="learning-who">{_which(detail)}</p>')
    with st.container(key=f"{PREFIX}.step"):
        picture, words = st.columns([56, 44], gap="medium")
    with picture:
        shown = (
            step_picture.picture_of(detail, learning.scene)
            if asked is None
            else exercise_view.picture_of(detail, asked)
        )
        step_picture.draw(shown, _choose)
        _draw_choice(detail)
        if detail.path:
            figure = path_figure(detail.path, detail.weight.name)
            live.figure(figure, key=f"{PREFIX}.path", height=PATH_HEIGHT)
    with words, st.container(gap="xxsmall", key=TEXT_KEY):
        if asked is None:
            _draw_text(detail, step_scenes.scene_text(detail, learning.scene))
        else:
            exercise_view.draw(detail, asked)


def _draw_scenes() -> None:
    """Draw the choice of the scene, and beside it the ways to the one before and the next."""

    def scene() -> StepScene:
        return session.current().view.learning.scene

    row = st.container(
        horizontal=True, vertical_alignment="center", gap="xxsmall", width="content", key=f"{PREFIX}.scenes"
    )
    with row:
        _draw_arrow("Previous scene", "left", SCENES.index(scene()) - 1)
        Input(f"{PREFIX}.scene", scene, lambda one: _update(scene=one)).choose(
            st.segmented_control,
            "Scene",
            SCENES,
            format_func=lambda one: f"{SCENES.index(one) + 1} {one}",
            required=True,
            label_visibility="collapsed",
        )
        _draw_arrow("Next scene", "right", SCENES.index(scene()) + 1)


def _draw_arrow(label: str, side: str, to: int) -> None:
    is_there = 0 <= to < len(SCENES)
    st.button(
        label,
        key=f"{PREFIX}.{side}{'' if is_there else '.disabled'}",
        icon=f":material/chevron_{side}:",
        type="tertiary",
        disabled=not is_there,
        on_click=lambda: _update(scene=SCENES[to]),
        shortcut=side,
        help=f"{label}: the {side} arrow key.",
    )


def _who(detail: StepDetail) -> str:
    """Return what the network says of the chosen point, and what is chosen besides, as HTML."""
    point = detail.point
    answer = point.forward.prediction
    share = percent(float(point.forward.probabilities[answer]), 0)
    is_right = answer == point.label
    verdict = (
        f'<span class="learning-{"yes" if is_right else "no"}">{"right" if is_right else "wrong"}</span>'
    )
    weight = escape(step_scenes.weight_value(detail))
    return (
        f'<p class="learning-who">{_which(detail)} The network says {_class(detail, answer)}, {share}: '
        f'{verdict}. <span class="learning-quiet learning-class">{weight}</span></p>'
    )


def _which(detail: StepDetail) -> str:
    """Return a sentence on which point is chosen, as HTML."""
    return f"{step_scenes.point_name(detail)}, on {_class(detail, detail.point.label)}."


def _class(detail: StepDetail, label: int) -> str:
    name = escape(written(detail.experiment.shown_classes[label]))
    return f'<span class="learning-class">{_swatch(label)}<b>{name}</b></span>'


def _swatch(label: int) -> str:
    return f'<i style="background: {PALETTE[label].color}"></i>'


def _draw_text(detail: StepDetail, text: SceneText) -> None:
    st.subheader(text.title, anchor=False)
    st.html(f'<p class="learning-quiet">{escape(text.lead)}</p>')
    for part in text.parts:
        _draw_part(detail, part)
    st.html(f'<div class="learning-said"><b>{escape(text.said)}</b><p>{escape(text.because)}</p></div>')


def _draw_part(detail: StepDetail, part: Part) -> None:
    rows = "".join(_row(detail, row) for row in part.rows)
    table = f"<table>{rows}</table>" if rows else ""
    heading = f"<b>{escape(part.heading)}</b>" if part.heading else ""
    st.html(f'<div class="learning-part">{heading}{table}</div>')
    if part.lines:
        st.markdown("  \n".join(part.lines))
    if part.note:
        st.html(f'<p class="learning-quiet">{escape(part.note)}</p>')


def _row(detail: StepDetail, row: Row) -> str:
    name = escape(written(detail.experiment.shown_classes[row.label]))
    cells = "".join(f"<td>{escape(cell)}</td>" for cell in row.cells)
    return f'<tr><th scope="row">{_swatch(row.label)}{name}</th>{cells}</tr>'


# --- what is looked at ------------------------------------------------------------------------


def _draw_choice(detail: StepDetail) -> None:
    """Draw the inputs that choose the point and the weight."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key=f"{PREFIX}.inputs"):
        _draw_point(detail)
        _draw_layer(detail)
        _draw_neuron(detail)
        _draw_source(detail)
    with st.container():
        refusal.draw_inputs(f"{PREFIX}.point", "The step has no such point.")


def _draw_point(detail: StepDetail) -> None:
    count = len(detail.errors)

    def point() -> int:
        chosen = _choice_now().point
        return chosen if chosen is not None and 0 <= chosen < count else detail.point.index

    Input(
        f"{PREFIX}.point",
        point,
        lambda number: _update_choice(point=checked_whole_number("point", number, 0, count - 1)),
        of=lambda: (detail.step.number, count),
        read=inputs.as_whole,
    ).draw_number("Point", 1, width=140, help=POINT_HELP)


def _draw_layer(detail: StepDetail) -> None:
    last = len(detail.step.changes) - 1
    Input(
        f"{PREFIX}.layer",
        lambda: _weight(detail).layer,
        lambda layer: _choose_neuron(detail, layer, _weight(detail).neuron),
    ).choose(
        st.selectbox,
        "Layer",
        range(last + 1),
        format_func=lambda one: "outputs" if one == last else f"layer {one + 1}",
        width=130,
    )


def _draw_neuron(detail: StepDetail) -> None:
    layer, widths = _weight(detail).layer, detail.experiment.widths

    def named(neuron: int) -> str:
        if layer < len(widths) - 2:
            return f"neuron {neuron}"
        return written(detail.experiment.shown_classes[neuron])

    Input(
        f"{PREFIX}.neuron",
        lambda: _weight(detail).neuron,
        lambda neuron: _choose_neuron(detail, layer, neuron),
        of=lambda: (widths, _weight(detail).layer),  # each layer has its own list of neurons
    ).choose(st.selectbox, "Neuron", range(widths[layer + 1]), format_func=named, width=150)


def _draw_source(detail: StepDetail) -> None:
    layer, widths = _weight(detail).layer, detail.experiment.widths

    def named(source: int) -> str:
        if source == BIAS:
            return "its bias"
        return detail.point.input_labels[source] if layer == 0 else f"neuron {source}"

    def source_now() -> int:
        source = _weight(detail).source
        return BIAS if source is None else source

    def choose(source: int) -> None:
        _update_choice(weight=replace(_weight(detail), source=None if source == BIAS else source))

    Input(f"{PREFIX}.source", source_now, choose, of=lambda: (widths, _weight(detail).layer)).choose(
        st.selectbox, "Weight from", [*range(widths[layer]), BIAS], format_func=named, width=150
    )


def _weight(detail: StepDetail) -> ParameterIndex:
    """Return the chosen weight or, if the network has none like it, the one that is shown."""
    chosen = _choice_now().weight
    return chosen if chosen is not None and chosen.is_in(detail.experiment.widths) else detail.weight.index


def _choose_neuron(detail: StepDetail, layer: int, neuron: int) -> None:
    """Choose a weight of a neuron: from the same source as before, or from the last one there is."""
    widths, source = detail.experiment.widths, _weight(detail).source
    if source is not None:
        source = min(source, widths[layer] - 1)
    _update_choice(weight=ParameterIndex(layer, min(neuron, widths[layer + 1] - 1), source))


def _choice_now() -> StepChoice:
    return session.current().view.learning.choice


def _choose(sent: Any) -> None:
    """Look at the weight or the point that a press in the picture names."""
    weight, point = step_picture.weight_in(sent), step_picture.point_in(sent)
    if weight is not None:
        _update_choice(weight=weight)
    elif point is not None:
        _update_choice(point=point)


def _update_choice(**choice: Any) -> None:
    _update(choice=_choice_now()._replace(**choice))


def _update(**fields: Any) -> None:
    session.change_view(learning=replace(session.current().view.learning, **fields))
