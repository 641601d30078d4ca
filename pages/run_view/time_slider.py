"""The slider through the past of a run or a race: maps, figures and charts follow it, also as a film."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from pages.channel import component
from pages.channel.live_text import CHANNEL_SCRIPT, Followed
from pages.run_view.shown import ShownRun
from pages.server.source import Choice, choice_in
from pages.state import session

KEY = "time_slider"

Moments = Sequence[tuple[int, Choice]]

_component = component.Component("polycore_time_slider", (CHANNEL_SCRIPT, Path(__file__).with_suffix(".js")))


def draw(shown: ShownRun) -> None:
    """Draw the slider for a run that a page shows.

    While it is moved, the channel sends the weights of its steps; the page is drawn again once it rests.
    """
    _draw(
        KEY,
        shown.followed,
        shown.values["moments"],
        shown.weights.choice,
        lambda choice: session.update(view=session.current().view.chosen(choice)),
        moves=True,
    )


def draw_for_race(key: str, followed: Followed, moments: Moments, choice: Choice) -> None:
    """Draw the slider for a race, whose moments are microseconds of computing, in the same way."""
    _draw(
        key,
        followed,
        moments,
        choice,
        lambda choice: session.show_race(moment=choice),
        moves=True,
        over_time=True,
    )


def draw_at_rest(
    key: str, followed: Followed | None, moments: Moments, choice: Choice, choose: Callable[[Choice], None]
) -> None:
    """Draw the slider for a page that shows other weights only once it rests, and so plays no film.

    followed: the frames that have the run's "moments" from then on; None if none are added.
    choose: called with what it rests at.
    """
    _draw(key, followed, moments, choice, choose, moves=False)


def _draw(
    key: str,
    followed: Followed | None,
    moments: Moments,
    choice: Choice,
    choose: Callable[[Choice], object],
    *,
    moves: bool,
    over_time: bool = False,
) -> None:
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
