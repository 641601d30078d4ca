"""The run bar: what drives a run, how far it is, how fast it goes, in one row whose places never change."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.channel import component, live_text
from pages.channel.live_text import CHANNEL_SCRIPT, Followed
from pages.run_view import progress
from pages.run_view.shown import ShownRun, pause_text
from pages.runs.pacing import SPEEDS, Pacing
from pages.setup import controls
from pages.state import session
from pages.state.inputs import Input
from polycore import Experiment
from polycore.limits import MAX_STEPS

KEY = "run_bar"
STANDING_KEY, TRACK_KEY = f"{KEY}.standing", f"{KEY}.track"
LABEL = "Steps a second"
HELP = "How fast the run goes, so that you can follow it: its result is the same. Max: as fast as it can."
READY = "Ready"
# a browser shows it itself, without a run of the page; it has a name for those who cannot see it
MORE = "<details><summary aria-label='More controls' title='More controls'>&hellip;</summary></details>"
STYLE = """<style>
.st-key-run_bar [aria-label^="Shortcut"] { display: none; } /* the help of the buttons has the keys */
.st-key-run_bar .st-key-controls > :not(:first-child) span:has(> [data-testid="stIconMaterial"]) {
  display: none;
}
.st-key-run_bar-standing { gap: 0; }
.st-key-run_bar-standing > :not(:nth-child(-n+2)) { display: none; } /* until the page is drawn */
.st-key-run_bar-text { min-height: 1.35rem; }
.st-key-run_bar-track { min-height: 1.5rem; }
.st-key-run_bar-track > * { max-height: 1.5rem; } /* what stands there before its script is higher */
.st-key-run_bar-speed label p { white-space: nowrap; }
@media (min-width: 641px) {
  .st-key-run_bar { min-height: 3rem; }
  .st-key-run_bar .st-key-controls { gap: 0.5rem; flex-wrap: nowrap; }
  .st-key-run_bar .st-key-controls button { padding: 0 0.75rem; }
  .st-key-run_bar .st-key-controls > :first-child button { min-width: 9.25rem; }
  .st-key-run_bar > :has(> .st-key-run_bar-standing) { flex: 1 1 12rem; min-width: 12rem; width: auto; }
  .st-key-run_bar-speed { flex-wrap: nowrap; }
  .st-key-run_bar-speed .stButtonGroup button { padding: 0 0.75rem; }
  .st-key-run_bar > :has(> .st-key-run_bar-more) { display: none; }
}
@media (min-width: 1200px) {
  .st-key-run_bar { flex-wrap: nowrap; }
  /* as wide as they become: the bar between them has its place before they are drawn */
  .st-key-run_bar .st-key-controls { min-width: 23.1875rem; }
  .st-key-run_bar-speed { min-width: 21.9375rem; }
}
@media (min-width: 641px) and (max-width: 1150px) {
  .st-key-run_bar-speed [data-testid="stCaptionContainer"] { display: none; }
}
@media (max-width: 640px) {
  .st-key-run_bar-text { min-height: 2.1rem; } /* two lines */
  /* above the navigation: one line, and two more while "More controls" is open; --run-bar is its height */
  .stApp { --run-bar: 4.75rem; }
  .stApp:has(.st-key-run_bar details[open]) { --run-bar: 10.75rem; }
  [data-testid="stLayoutWrapper"]:has(> .st-key-run_bar) {
    position: fixed; z-index: 101; inset: auto 0 var(--bottom-bar, 0px); width: auto;
    padding: 0.5rem 1rem; background: light-dark(#ffffff, #0e1117);
    border-top: 1px solid light-dark(#d8dae4, #3a4050);
  }
  .st-key-run_bar { gap: 0.5rem; }
  .st-key-run_bar :is(.st-key-controls, [data-testid="stLayoutWrapper"]:has(> .st-key-controls)) {
    display: contents;
  }
  .st-key-run_bar .st-key-controls > :first-child button { min-width: 7.5rem; min-height: 3rem; }
  .st-key-run_bar > :has(> .st-key-run_bar-standing) {
    order: 1; flex: 1 1 calc(100% - 12rem); min-width: 8rem; width: auto;
  }
  .st-key-run_bar > :has(> .st-key-run_bar-more) { order: 2; width: 2rem; flex: 0 0 2rem; }
  .st-key-run_bar-more summary {
    list-style: none; text-align: center; font-size: 1.5rem; line-height: 2.5rem; cursor: pointer;
  }
  .st-key-run_bar .st-key-controls > :not(:first-child), .st-key-run_bar > :has(> .st-key-train-fold),
  .st-key-run_bar > :has(> .st-key-run_bar-speed) {
    order: 3; display: none;
  }
  .st-key-run_bar > :has(> .st-key-run_bar-speed) { order: 4; }
  .st-key-run_bar-speed { flex-wrap: nowrap; gap: 0.5rem; }
  .st-key-run_bar-speed .stButtonGroup button { padding: 0 0.5rem; }
  .st-key-run_bar:has(details[open]) .st-key-controls > :not(:first-child),
  .st-key-run_bar:has(details[open]) > :has(> .st-key-train-fold),
  .st-key-run_bar:has(details[open]) > :has(> .st-key-run_bar-speed) { display: flex; }
}
</style>"""

_track = component.Component("polycore_run_track", (CHANNEL_SCRIPT, Path(__file__).with_name("run_track.js")))


def draw(draw_last: Callable[[], object]) -> DeltaGenerator:
    """Draw the row, and return where `draw_standing` or `draw_ready` draws how far the run is.

    draw_last: draws what ends the row.
    """
    st.html(STYLE)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=KEY):
        controls.draw_row()
        standing = st.container(key=STANDING_KEY)
        with st.container(
            horizontal=True, vertical_alignment="center", gap="small", width="content", key=f"{KEY}.speed"
        ):
            _draw_speed()
        with st.container(width="content", key=f"{KEY}.more"):
            st.html(MORE)
        draw_last()
    return standing


def draw_standing(shown: ShownRun) -> None:
    """Draw how far the run is; the page is drawn again once the run begins or ends to advance."""
    now = shown.values
    html = progress.standing_html(now)
    live_text.draw(html, f"{KEY}.text", shown.followed, reports=True, halts=controls.HALTS)
    run = shown.view.run
    _draw_track(shown.followed, now["share"], run.last_step, shown.view.pacing)


def draw_ready(experiment: Experiment, followed: Followed | None = None) -> None:
    """Draw that a run of that experiment has not begun.

    followed: another run that there is; the page is drawn again once it begins to advance.
    """
    pacing = session.current().view.pacing
    now = {
        "status": READY,
        "steps": f"{experiment.steps:,} steps",
        "left": pause_text(pacing, 0, experiment.steps),
    }
    live_text.draw(progress.standing_html(now), f"{KEY}.text", None)
    _draw_track(None, 0.0, experiment.steps, pacing)
    if followed is not None:  # it says nothing: that run is not the one that is ready
        live_text.draw("", f"{KEY}.news", followed, reports=True)


def _draw_track(followed: Followed | None, share: float, last: int, pacing: Pacing) -> None:
    _track.draw(
        key=TRACK_KEY,
        data={
            "follow": None if followed is None else followed.to_browser(),
            "share": share,
            "pause": pacing.pause_at or 0,
            "last": last,
        },
        on_mark_change=_take_mark,
    )


def _take_mark() -> None:
    step = component.sent(TRACK_KEY, "mark")
    if type(step) is int and 0 <= step <= MAX_STEPS:
        _go_at(pause_at=step or None)


def _draw_speed() -> None:
    st.caption(LABEL, width="content")
    Input(f"{KEY}.steps_per_second", _speed, lambda label: _go_at(steps_per_second=SPEEDS[label])).choose(
        st.segmented_control, LABEL, list(SPEEDS), required=True, label_visibility="collapsed", help=HELP
    )


def _speed() -> str:
    chosen = session.current().view.pacing.steps_per_second
    return next(label for label, steps in SPEEDS.items() if steps == chosen)


def _go_at(**changes: Any) -> None:
    session.change_view(pacing=replace(session.current().view.pacing, **changes))
