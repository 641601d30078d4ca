"""The toast: what was taken away last, and a button that brings it back.

It lies over the page, so that nothing moves for it. Streamlit's own toast can have no button.
"""

from time import monotonic

import streamlit as st

from pages.parts import session, typed
from pages.parts.session import Undo

PREFIX = "undo"
SECONDS = 20.0

# A screen reader says an alert as soon as it comes. What was taken away may hold a person's words: no HTML is
# made of those, the text beside says them.
STATUS = '<span class="undo-status" role="alert">Undo is possible for a while.</span>'


def draw() -> None:
    """Draw what can be brought back; nothing where nothing was taken away lately.

    Faded out it is also out of the way of the Tab key, and a page that is drawn later leaves it out.
    """
    undo = session.offered()
    # the container is there in any case: watch.py says why
    with st.container(key=f"{PREFIX}.toast", horizontal=True, vertical_alignment="center", gap="small"):
        if undo is not None and monotonic() - undo.made_at <= SECONDS:
            _draw(undo)


def _draw(undo: Undo) -> None:
    st.html(_style(undo))
    st.html(STATUS, width="content")
    st.text(undo.text, width="stretch")
    st.button(
        "Undo",
        key=f"{PREFIX}.button",
        icon=":material/undo:",
        on_click=_bring_back,
        help="Bring back what was taken away: everything is again as it was before.",
    )


def _bring_back() -> None:
    typed.note()  # what is brought back gives inputs new keys: what they hold would be gone
    now, undo = session.current(), session.offered()
    if undo is None:
        return  # the second of two quick clicks, or something newer would be gone
    if now.training is not None and undo.fields.get("training", now.training) is not now.training:
        now.training.stop()  # nobody would see it go on
    session.bring_back()
    game = session.current().game
    if game is not None and "game" in undo.fields:
        session.change(game=game.put_away(monotonic() - undo.made_at))


def _style(undo: Undo) -> str:
    # an animation of a name of its own begins anew for each toast
    name = f"undo-fades-{int(undo.made_at * 1000)}"
    return f"""<style>
@keyframes {name} {{ to {{ opacity: 0; visibility: hidden; }} }}
[data-testid="stLayoutWrapper"]:has(> .st-key-undo-toast) {{
  position: fixed; z-index: 1000; bottom: 1rem; left: 50%; transform: translateX(-50%);
  width: min(34rem, calc(100vw - 2rem)); animation: {name} 0.5s linear {SECONDS - 0.5}s forwards;
}}
.st-key-undo-toast {{
  flex-wrap: nowrap; padding: 0.5rem 0.5rem 0.5rem 1rem; border-radius: 0.75rem;
  border: 1px solid rgba(128, 128, 128, 0.5); background: Canvas; box-shadow: 0 4px 16px rgba(0, 0, 0, 0.3);
}}
[data-testid="stElementContainer"]:has(.undo-status) {{
  position: absolute; width: 1px; height: 1px; overflow: hidden;
}}
</style>"""
