"""The point on a network's map that the user asks about, and the answers of network and referee."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import streamlit as st

from pages.channel import live_text
from pages.channel.live_text import Followed
from pages.plane import answer_bars, answer_table, crossing
from pages.plane.answer import Answer
from pages.plane.crossings_table import Meeting, meeting_at, meetings_of
from pages.plane.live import Bound
from pages.plane.referee import referee_of
from pages.plane.scene import Scene, scene_of
from pages.state import session
from pages.state.shown_weights import ShownWeights
from polycore import Model, Referee
from polycore.referee.bayes_classifier import MAX_COORDINATE

PREFIX = "asked"
PRESENTED = f"{PREFIX}.presented"  # the key of the container of the answer on a projector
PRESENTED_STYLE = """<style>
h3 { margin: 0 !important; font-size: max(1.5rem, 3vw) !important; overflow-wrap: anywhere; }
p { font-size: max(1rem, 1.7vw); line-height: 1.4; }
.table { margin: 0.25rem 0 0 !important; }
table { width: 100%; font-size: max(1.25rem, 2.2vw) !important; }
thead { display: none; }
:is(th, td) { padding: 0.1rem 0.4rem 0.1rem 0 !important; }
</style>"""
MAX_BARS = 4  # classes in the chart; the table has all
BOUND_BARS = (("data", "answer.bars.data"), ("layout", "answer.bars.layout"))
CLICK = "Click the map to ask about a point."


def choose(x: float, y: float) -> None:
    """Ask about the point (x, y). For a click."""
    if max(abs(x), abs(y)) <= MAX_COORDINATE:
        session.set_view(replace(session.current().view, asked=(x, y)))


def values(
    model: Model,
    referee: Referee | None,
    point: tuple[float, float],
    scene: Scene,
    most: int = MAX_BARS,
) -> dict[str, Any]:
    """Return what the answers about a point show while the network learns, with `most` classes as bars."""
    answer = Answer.of(model.predict_proba, scene, referee, *point)
    bars = json.loads(answer_bars.figure(answer, most).to_json(validate=False))
    meetings = meetings_of(scene)
    index = meeting_at(meetings, *point)
    return {
        "name": answer.place.heading or answer.name(answer.likeliest),
        "heading": answer.heading,
        "sentence": answer.sentence(),
        "where": answer.where(),
        "choices": list(answer.choices().values()),
        "referee": answer.referee_sentence(),
        "bars": bars,
        "table": answer_table.values(answer),
        "crossing": [] if index is None else crossing.odds_of(meetings[index], answer),
    }


def draw_of_run(shown: ShownWeights, followed: Followed, *, hint: bool = True) -> None:
    """Draw the answers of the weights of a run, which a page follows; see `draw`."""
    experiment = shown.run.experiment
    draw(shown.model, referee_of(experiment), scene_of(experiment), followed, hint=hint)


def present_of_run(shown: ShownWeights, followed: Followed) -> None:
    """Draw the answers of the weights of a run, which a page follows, for a projector; see `present`."""
    experiment = shown.run.experiment
    present(shown.model, referee_of(experiment), scene_of(experiment), followed)


def present(model: Model, referee: Referee | None, scene: Scene, followed: Followed | None = None) -> None:
    """Draw the answers of `model` and the referee, if there is a point: few words, and large.

    The arguments are those of `draw`.
    """
    point = session.current().view.asked
    with st.container(key=PRESENTED):
        if point is not None:
            _draw_point(*(float(f"{coordinate:.3g}") for coordinate in point))
            answer = Answer.of(model.predict_proba, scene, referee, *point)
            heading = live_text.value("answer.heading", answer.heading, "h3")
            where = live_text.value("answer.where", answer.where(), "p")
            choices = live_text.table("The answers", ["", "", ""], answer.choices(), "answer.choices")
            live_text.draw(PRESENTED_STYLE + heading + where + choices, f"{PREFIX}.presented.words", followed)


def draw(
    model: Model,
    referee: Referee | None,
    scene: Scene,
    followed: Followed | None = None,
    *,
    hint: bool = True,
) -> None:
    """Draw the answers of `model` and the referee; without a point say how to ask, if `hint` is true.

    model: the one whose map, of `scene`, is shown.
    referee: that of the curves; None if they are not known or too large for one.
    followed: the run whose frames have the answers from then on; None if the model stands still.
    """
    point = session.current().view.asked
    with st.container(key=PREFIX):
        if point is None and hint:
            st.caption(CLICK)
        if point is not None:
            with st.container(border=True, key=f"{PREFIX}.card"):
                meetings = meetings_of(scene)
                answer = Answer.of(model.predict_proba, scene, referee, *point)
                _draw_answer(answer, meetings, followed)


def _draw_answer(answer: Answer, meetings: Sequence[Meeting], followed: Followed | None) -> None:
    _draw_point(answer.x, answer.y)
    heading = live_text.value("answer.heading", answer.heading, "b")
    sentence = live_text.value("answer.sentence", answer.sentence())
    referee = live_text.value("answer.referee", answer.referee_sentence(), "p")
    live_text.draw(f"<p>{heading}. {sentence}</p>{referee}", f"{PREFIX}.words", followed)
    bound = None if followed is None else Bound(followed, BOUND_BARS)
    answer_bars.draw(answer, f"{PREFIX}.bars", MAX_BARS, bound)
    index = meeting_at(meetings, answer.x, answer.y)
    if index is not None:
        crossing.draw(meetings[index], answer, f"{PREFIX}.crossing", followed)
    noun = "polynomials" if answer.has_polynomials else "classes"
    table = st.expander(f"All {noun}", key=f"{PREFIX}.table", on_change="rerun")
    if table.open:
        with table:
            answer_table.draw(answer, f"{PREFIX}.rows", followed)


def _draw_point(x: float, y: float) -> None:
    """Draw the point, and a button that forgets it."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**x = {x:.6g}, y = {y:.6g}**", width="stretch")
        st.button(
            "Close",
            key=f"{PREFIX}.close",
            icon=":material/close:",
            type="tertiary",
            on_click=_forget,
            help="Remove the marker from the map. Another click asks about another point.",
        )


def _forget() -> None:
    session.set_view(replace(session.current().view, asked=None))
