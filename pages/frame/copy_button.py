"""A button that copies the link to this page, which is in its address, to the clipboard.

What was typed just before the press is on its way to the server then, and the address has it a moment later.
So the button asks the server, and copies the address when it is drawn with the answer.
"""

from functools import partial
from pathlib import Path

import streamlit as st

from pages.channel import component

HELP = "Copy the link to what you see, with the trained network if there is one."
TRAINED = "Link copied. It contains the set-up and the best weights of the trained network."
SET_UP = "Link copied. It contains the set-up."
WAITING = "The link is copied as soon as it has all that you entered."
LATE = "The server does not answer: this link may lack what you entered last."

_HERE = Path(__file__)
_component = component.Component(
    "polycore_copy",
    css=_HERE.with_suffix(".css").read_text(encoding="utf-8"),
    script=_HERE.with_suffix(".js").read_text(encoding="utf-8"),
)


def draw(key: str) -> None:
    """Draw the button. The note that confirms a copy says whether the link contains a trained network."""
    answered_key = f"{key}.answered"
    data = {
        "help": HELP,
        "trained": TRAINED,
        "set_up": SET_UP,
        "waiting": WAITING,
        "late": LATE,
        # the number of the press that the server has heard of last
        "answered": st.session_state.get(answered_key),
    }
    answer = partial(_answer, key, answered_key)
    _component.draw(key=key, data=data, width="content", on_asked_change=answer)


def _answer(key: str, answered_key: str) -> None:
    number = st.session_state[key].get("asked")
    if isinstance(number, int):
        st.session_state[answered_key] = number
