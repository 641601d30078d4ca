"""A button that copies the link to this page, which is in its address, to the clipboard.

What was typed just before the press is on its way to the server then. The button waits until the page has
been drawn with it (pages/state/tab.js), for then the address has it too.
"""

from pathlib import Path

from pages.channel import component

HELP = "Copy the link to what you see, with the trained network if there is one."
TRAINED = "Link copied. It contains the set-up and the best weights of the trained network."
SET_UP = "Link copied. It contains the set-up."
WAITING = "The link is copied as soon as it has all that you entered."
LATE = "The server does not answer: this link may lack what you entered last."

_component = component.Component("polycore_copy", (Path(__file__).with_suffix(".js"),))


def draw(key: str) -> None:
    """Draw the button. The note that confirms a copy says whether the link contains a trained network."""
    data = {"help": HELP, "trained": TRAINED, "set_up": SET_UP, "waiting": WAITING, "late": LATE}
    _component.draw(key=key, data=data, width="content")
