"""The toast: what was lost last, and a button that brings it back.

It moves nothing as it comes and goes: it lies over the page's end, which can be scrolled above it, and what
gets the keyboard focus is scrolled there. What is fixed stays uncovered: the toast is above it, or beside it.
Streamlit's own toast cannot have a button.
"""

from dataclasses import replace
from time import monotonic

import streamlit as st

from pages.game.game import Game
from pages.state import session
from pages.state.session_value import Session
from pages.state.undo import Undo

PREFIX = "undo"
SECONDS = 20.0
BELOW = ("var(--bottom-bar, 0px)", "var(--run-bar, 0px)", "var(--beside, 0px)")  # what is fixed below it
HEIGHT = "3.25rem"
STRIP = " + ".join((HEIGHT, *BELOW))

# A screen reader reads an alert aloud as soon as it comes. What was lost may have a user's words in its name:
# they never become HTML, the text beside the alert shows them.
ALERT = '<span class="undo-alert" role="alert">You can undo this for a while.</span>'


# Two lines of text fit in the toast.
STYLE = f"""<style>
[data-testid="stLayoutWrapper"]:has(> .st-key-undo-toast) {{
  position: fixed; z-index: 1000; bottom: calc({" + ".join(BELOW)} + 0.25rem);
  left: 50%; transform: translateX(-50%);
  width: min(34rem, calc(100vw - 2rem));
}}
.st-key-undo-toast:has(button) {{
  flex: none; flex-wrap: nowrap; height: 2.75rem; padding: 0 0.25rem 0 1rem; border-radius: 0.75rem;
  border: 1px solid rgba(128, 128, 128, 0.5); background: light-dark(#ffffff, #1a1e29);
  box-shadow: 0 0.25rem 1rem rgba(0, 0, 0, 0.25);
}}
.st-key-undo-toast button {{ min-height: 2.25rem; }}
.st-key-undo-toast [data-testid="stText"] {{
  font-size: 0.875rem; line-height: 1.2; max-height: 2.4em; overflow: auto;
}}
[data-testid="stElementContainer"]:has(.undo-alert) {{
  position: absolute; width: 1px; height: 1px; overflow: hidden;
}}
</style>"""


def draw() -> None:
    """Draw the toast if something was lost lately and can be brought back.

    When it has faded out, the Tab key skips it too, and a page that is drawn later leaves it out.
    """
    undo = offered(session.current(), monotonic())
    # one element in any case: NO_STYLE in style.py says why
    st.html(STYLE if undo is None else STYLE + animations(undo))
    # the container is there in any case: what follows keeps its place
    with st.container(key=f"{PREFIX}.toast", horizontal=True, vertical_alignment="center", gap="small"):
        if undo is None:
            return
        st.html(ALERT, width="content")
        st.text(undo.text, width="stretch")
        st.button(
            "Undo",
            key=f"{PREFIX}.button",
            icon=":material/undo:",
            on_click=_bring_back,
            help="Restores what was lost, exactly as it was.",
        )


def offered(now: Session, time: float) -> Undo | None:
    """Return the way back that the toast offers at a time, in seconds of time.monotonic; None without one."""
    undo = now.offered_undo
    return None if undo is None or time - undo.made_at > SECONDS else undo


def resumed(game: Game | None, before: Game | None, away: float) -> Game | None:
    """Return the game after Undo, with its clock stopped for the seconds that it was `away`.

    before: the game before Undo: if it is the same, it has not been away.
    """
    return game if game is None or game is before else game.paused_for(away)


def animations(undo: Undo) -> str:
    """Return the style by which the toast fades out. Its names are its own: it restarts for each toast."""
    serial = int(undo.made_at * 1000)
    fades, focus = f"undo-fades-{serial}", f"undo-focus-{serial}"
    return f"""<style>
@keyframes {fades} {{ to {{ opacity: 0; visibility: hidden; }} }}
.st-key-undo-toast {{ animation: {fades} 0.5s linear {SECONDS - 0.5}s forwards; }}
@keyframes {focus} {{ from, to {{ scroll-padding-bottom: calc({STRIP}); }} }}
.stApp .stMain {{ animation: {focus} {SECONDS}s; }}
</style>"""


def _bring_back() -> None:
    before = session.current()
    undo = before.offered_undo
    if undo is None:
        return  # the second of two quick clicks, or something newer would be gone
    session.bring_back()
    after = session.current()
    for gone, back in (
        (before.training, after.training),
        (before.comparison.race, after.comparison.race),
        (before.comparison.sweep, after.comparison.sweep),
    ):
        if gone is not None and gone is not back:
            gone.stop()  # no page shows it any longer
    game = resumed(after.play.game, before.play.game, monotonic() - undo.made_at)
    if game is not after.play.game:
        session.update(play=replace(after.play, game=game))
