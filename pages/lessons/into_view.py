"""What a press or a lesson has brought into question is scrolled into view, once."""

from pathlib import Path
from typing import Literal

from pages.channel import component
from pages.channel.live_text import CHANNEL_SCRIPT, PRESSES_SCRIPT

_component = component.Component(
    "polycore_into_view", (CHANNEL_SCRIPT, PRESSES_SCRIPT, Path(__file__).with_suffix(".js"))
)


def draw(
    key: str, of: str, part: str, *, block: Literal["start", "nearest"] = "nearest", folds: bool = False
) -> None:
    """Scroll to the part of the page that a selector names, "" for none, whenever `of` is another one.

    folds: whether the panel of the lesson is folded then, on a narrow screen, or unfolded.
    """
    _component.draw(key=key, data={"of": of, "part": part, "block": block, "folds": folds})
