"""The point on a network's map that the user asks about, and the answers of network and referee."""

from dataclasses import replace

import streamlit as st

from pages.channel import live_text
from pages.channel.live_text import Followed
from pages.models.point_choices import ANY
from pages.plane import answer_view
from pages.plane.answer import Answer
from pages.plane.referee import referee_of
from pages.plane.scene import scene_of
from pages.state import session
from pages.state.shown_weights import ShownWeights
from pages.wording.words import as_label
from polycore.polynomials.classes import noun_of
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
CLICK = "Press the map to ask about a point."


def choose(x: float, y: float) -> None:
    """Ask about the point (x, y), on Predict too, with fewer digits: it is a pixel's. For a click."""
    if max(abs(x), abs(y)) <= MAX_COORDINATE:
        now = session.current().view.point_inputs
        inputs = replace(now, way=ANY, x=float(f"{x:.6g}"), y=float(f"{y:.6g}"))
        session.change_view(asked=(x, y), point_inputs=inputs)


def answer_of_run(shown: ShownWeights, point: tuple[float, float] | None) -> Answer | None:
    """Return what the weights of a run answer about a point; None without one."""
    if point is None:
        return None
    experiment = shown.run.experiment
    return Answer.of(shown.model.predict_proba, scene_of(experiment), referee_of(experiment), *point)


def draw(answer: Answer | None, followed: Followed | None) -> None:
    """Draw the answer about the point that the user asks about; without one say how to ask.

    followed: the run whose frames have the answer from then on; None if the model stands still.
    """
    with st.container(key=PREFIX):
        if answer is None:
            st.caption(CLICK)
            return
        with st.container(border=True, key=f"{PREFIX}.card"):
            _draw_point(answer.place.scene.point_text(answer.place.x, answer.place.y, as_label))
            heading, sentence = answer_view.html(answer, "heading", "b"), answer_view.html(answer, "sentence")
            referee = answer_view.html(answer, "referee", "p")
            live_text.draw(f"<p>{heading}. {sentence}</p>{referee}", f"{PREFIX}.words", followed)
            answer_view.draw_bars(answer, MAX_BARS, f"{PREFIX}.bars", followed)
            answer_view.draw_crossing(answer, f"{PREFIX}.crossing", followed)
            title = f"All {noun_of(answer.classes, plural=True)}"
            table = st.expander(title, key=f"{PREFIX}.table", on_change="rerun")
            if table.open:
                with table:
                    answer_view.draw_table(answer, f"{PREFIX}.rows", followed)


def present(answer: Answer | None, followed: Followed | None) -> None:
    """Draw the same for a projector: few words, and large; nothing without an answer."""
    with st.container(key=PRESENTED):
        if answer is not None:
            x, y = (float(f"{one:.3g}") for one in (answer.place.x, answer.place.y))
            _draw_point(answer.place.scene.point_text(x, y, as_label))
            heading, where = answer_view.html(answer, "heading", "h3"), answer_view.html(answer, "where", "p")
            html = PRESENTED_STYLE + heading + where + answer_view.choices_html(answer)
            live_text.draw(html, f"{PREFIX}.presented.words", followed)


def _draw_point(point: str) -> None:
    """Draw the point, and a button that forgets it."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{point}**", width="stretch")
        st.button(
            "Close",
            key=f"{PREFIX}.close",
            icon=":material/close:",
            type="tertiary",
            on_click=lambda: session.change_view(asked=None),
            help="Remove the marker from the map. Another click asks about another point.",
        )
