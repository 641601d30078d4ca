"""The slider through the past of a run or a race: maps, figures and charts follow it, also as a film."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from pages.channel import component
from pages.channel.live_text import CHANNEL_SCRIPT, Followed
from pages.server.source import Choice, choice_in

KEY = "time_slider"

Moments = Sequence[tuple[int, Choice]]

_component = component.Component("polycore_time_slider", (CHANNEL_SCRIPT, Path(__file__).with_suffix(".js")))


def draw(
    key: str,
    followed: Followed | None,
    moments: Moments,
    choice: Choice,
    choose: Callable[[Choice], object],
    *,
    moves: bool = True,
    over_time: bool = False,
) -> None:
    """Draw the slider, which calls `choose` with what it rests at; then the page is drawn again.

    followed: the frames that have "moments" from then on; None if none are added.
    moves: whether the channel sends the weights of its moments while it is moved, also as a film.
    over_time: whether moments are microseconds of computing, and not steps.
    """
    _component.draw(
        key=key,
        data={
            "follow": None if followed is None else followed.to_browser(),
            "moments": moments,
            "choice": choice,
            "moves": moves,
            "overTime": over_time,
        },
        on_chosen_change=partial(_take, key, choose),
    )


def _take(key: str, choose: Callable[[Choice], object]) -> None:
    choice = choice_in(component.sent(key, "chosen"))
    if choice is not None:
        choose(choice)
