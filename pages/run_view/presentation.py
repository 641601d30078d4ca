"""On a projector: a run's map and two figures fill the screen, or a page is shown in larger type."""

from collections.abc import Callable

import streamlit as st

from pages.channel import live_text
from pages.models import asked, from_link, model_in_use
from pages.plane.referee import BESIDE
from pages.run_view import map_view, progress
from pages.run_view.shown import ShownRun
from pages.state import session
from pages.state.kept_models import Kept

PREFIX = "presentation"
KEY = "P"  # of the keyboard; Streamlit and browsers do not use it
# Letters of 4 cm and more are read from 8 m (1/200 of the distance): 2 % of a screen that is 2 m wide.
STYLE = """<style>
.stApp { --polycore-figure-text: 22px; } /* on a screen 2 m wide and 1920 pixels, 2.3 cm */
.stMainBlockContainer { padding-bottom: 0; }
.st-key-frame-navigation, .stApp .stElementContainer:has(h1) { display: none; }
:is(.st-key-progress-map, .st-key-from_link-map) { flex-basis: calc(100vh - 5.5rem) !important; }
:is(.st-key-progress-map, .st-key-from_link-map) .polycore-live-legend button { font-size: max(1rem, 1.3vw); }
.st-key-presentation-figures { gap: 1vw; }
.st-key-controls-nothing { display: none; } /* no room is kept for what may come */
.st-key-presentation-bar { gap: 0.5rem; }
.st-key-presentation-bar > *, .st-key-presentation-bar .stHorizontalBlock { gap: 0.5rem; }
.st-key-presentation-bar .stButton button { padding: 0 0.6rem; }
.st-key-presentation-bar .stButton [aria-label^="Shortcut"] { display: none; } /* the help has the keys */
@media (min-width: 641px) {
  /* all is on the screen: if room is short, the answer scrolls and the buttons stay */
  .st-key-presentation-figures {
    flex: none !important; height: calc(100vh - 5.5rem); flex-wrap: nowrap; overflow-y: auto;
  }
  .st-key-presentation-figures > * { flex-shrink: 0; }
  .st-key-presentation-figures > :has(> .st-key-presentation-bar) { margin-top: auto; }
  .st-key-presentation-figures > :has(> .st-key-asked-presented) {
    flex-shrink: 1; min-height: 8rem; overflow-y: auto;
  }
}
@media (max-width: 640px) {
  :is(.st-key-progress-map, .st-key-from_link-map) { flex-basis: 42vh !important; }
  /* an answer names its curve, and takes the place of the legend, the slider and the two numbers */
  :is(.st-key-progress-map, .st-key-from_link-map) .polycore-live-legend { display: none; }
  .stMain:has(.st-key-asked-close) :is(.st-key-time_slider, .st-key-presentation-numbers) { display: none; }
  [data-testid="stLayoutWrapper"]:has(> .st-key-presentation-bar) {
    position: sticky; z-index: 99; bottom: 0; padding: 0.5rem 0; background: light-dark(#ffffff, #0e1117);
  }
}
</style>"""
# A page that is shown as it is: all but its figures is in rem, and the buttons have their corner.
WHOLE_STYLE = """<style>
.stMainBlockContainer { padding-bottom: 4rem; }
.st-key-frame-top, .stApp .stElementContainer:has(h1) { display: none; }
.st-key-presentation-leave {
  position: fixed; z-index: 101; inset: 0.25rem 3.5rem auto auto; width: auto;
}
@media (max-width: 640px) {
  .stApp { --bottom-bar: 0px; } /* nothing is at the bottom, above which a race's buttons would stand */
}
@media (min-width: 641px) {
  :root { font-size: 20px !important; }
  .stApp { --polycore-figure-text: 20px; }
}
@media (min-width: 1600px) {
  :root { font-size: 26px !important; }
  .stApp { --polycore-figure-text: 26px; }
}
</style>"""
NUMBERS = """<style>
.metrics { flex-direction: column; }
.metric { width: auto !important; }
.label { font-size: max(1.25rem, 2.2vw) !important; }
.help { display: none; }
.number { font-size: max(3rem, 6.5vw) !important; font-weight: 600; line-height: 1.1 !important; }
.compared, p { font-size: max(1rem, 1.5vw) !important; }
@media (max-width: 640px) {
  .metrics { flex-direction: row; }
  .number { font-size: 2rem !important; }
  .label, .compared { font-size: 1rem !important; }
}
</style>"""
# the numbers above an answer: of both the answer is what the class looks at
NUMBERS_ABOVE = """<style>
.metrics { flex-wrap: nowrap; justify-content: space-between; }
.metric { width: auto !important; }
.label { font-size: max(0.875rem, 1.2vw) !important; white-space: nowrap; }
.help { display: none; }
.number { font-size: max(1.75rem, 3vw) !important; font-weight: 600; line-height: 1.1 !important; }
.compared, p { font-size: max(0.875rem, 1.2vw) !important; }
</style>"""


def is_on() -> bool:
    """Return whether a network fills the screen."""
    return session.current().view.presenting and is_possible()


def is_possible() -> bool:
    """Return whether there is a network to present: a run's, or one that came with a link."""
    return session.current().training is not None or from_link.fitting() is not None


def button() -> None:
    """Draw the button that begins the presentation or, within it, ends it; both have the same key."""
    begins = not session.current().view.presenting
    st.button(
        "Present" if begins else "Leave",
        key=f"{PREFIX}.{'begin' if begins else 'end'}",
        icon=":material/present_to_all:" if begins else ":material/close:",
        type="tertiary",
        on_click=lambda: session.change_view(presenting=begins),
        shortcut=KEY,
        help=f"For a projector: the page without its frame, in larger type. Key: {KEY}, also to leave it.",
    )


def draw(shown: ShownRun | None, draw_controls: Callable[[], None]) -> None:
    """Draw a map and, beside it, accuracy and loss, the controls, and the answer to a click.

    All of it is of the run or, without one, of a network that came with a link.
    """
    st.html(STYLE)
    map_column, figures = st.columns([3, 1], gap="medium")
    figures = figures.container(key=f"{PREFIX}.figures")
    kept = from_link.fitting()
    if shown is not None:
        figure = map_view.figure_of(shown)
        with map_column:
            map_view.draw_figure(figure, shown)
        with figures:
            live_text.draw(_html(shown), f"{PREFIX}.numbers", shown.followed, reports=True)
            asked.present(asked.answer_of_run(shown.weights, shown.selection.asked), shown.followed)
    elif kept is not None:
        with map_column:
            from_link.draw_map(kept, from_link.figure_of(kept))
        with figures:
            live_text.draw(_html_of_network(kept), f"{PREFIX}.numbers", None)
            asked.present(from_link.answer_of(kept), None)
    with figures, st.container(key=f"{PREFIX}.bar"):
        draw_controls()
        button()


def draw_whole() -> None:
    """Draw a page as it is, in larger type, with the button to leave."""
    st.html(WHOLE_STYLE)
    with st.container(key=f"{PREFIX}.leave"):
        button()


def _html(shown: ShownRun) -> str:
    now, weights = shown.values, shown.values["weights"]
    numbers = _numbers(weights["held_out_text"], weights[BESIDE], weights["loss_text"])
    return _style() + progress.status_html(now) + numbers


def _html_of_network(kept: Kept) -> str:
    figures = model_in_use.figures(kept)
    return _style() + _numbers(figures["held_out"], figures[BESIDE], figures["loss"])


def _style() -> str:
    return NUMBERS if session.current().view.asked is None else NUMBERS_ABOVE


def _numbers(held_out: str, beside: str, loss: str) -> str:
    compared = live_text.compared(f"weights.{BESIDE}", beside)
    return live_text.row(
        live_text.metric("New points right", "weights.held_out_text", held_out, "", compared),
        live_text.metric("Loss", "weights.loss_text", loss, ""),
    )
