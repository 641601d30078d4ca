"""The frames of what a page shows of its session while a run improves a model, and of a sweep.

They are computed only while that page is there, and without a run of its script.
"""

from collections.abc import Callable, Mapping
from time import monotonic
from typing import Any

from pages.channel import session_key
from pages.channel.live_text import Followed
from pages.runs.sweep import Sweep, SweepView
from pages.runs.training import Training
from pages.server.source import Contents, Source
from pages.state import session
from pages.state.session_value import Session
from polycore.polynomials.window import Window
from polycore.workers.picture import Wish

# A frame of the Inside page takes 25 ms of a core that all users share: at most a thirteenth of it. One that
# takes next to nothing, as a lesson's, comes with each of the run's own: both have the same figures.
SECONDS_BETWEEN = 0.3
RESTS = 12  # times as long as a frame takes, before the next one, within that limit

# Each run of a sweep changes five times a second, and short ones may end as often: a frame with the figure
# and the table takes some milliseconds of a core that all users share.
SWEEP_SECONDS = 1.0

# of a session or a sweep as it is when called, which happens in threads other than the page's
ShowSession = Callable[[Session], Contents]
ShowSweep = Callable[[SweepView], Mapping[str, Any]]


def follow_answering(part: str, show: ShowSession, window: Window | None = None) -> Followed | None:
    """Let the tab follow what a page shows of the model that answers; None if no run improves that.

    window: of the map that workers render of it.
    """
    now = session.current()
    return follow(part, show, window) if now.own is not None and now.own is now.answering else None


def follow(part: str, show: ShowSession, window: Window | None = None) -> Followed | None:
    """Let the tab follow what that part of the page shows, while the run advances; None if it does not."""
    now = session.current()
    training = now.training
    if training is None or not training.view.is_active:
        return None
    training.show(Wish(window, best=True))  # it is the best weights that are kept
    source = source_of(f"{training.name}-{part}", training, now, show)
    return Followed(source.name, session_key.follow(source), active=True)


def source_of(
    name: str, training: Training, now: Session, show: ShowSession, clock: Callable[[], float] = monotonic
) -> Source:
    """Return the source of that name for the session `now`; a frame has what its run has learned by then."""

    def contents() -> Contents:
        shown = show(now.collected())
        values = {"active": True, "generation": training.view.generation, **shown.values}
        return Contents(values, shown.blobs)

    def rest(took: float) -> float:
        # a run that computes soon has another; of one that rests, the last frame must be true
        return min(SECONDS_BETWEEN, RESTS * took) if training.view.status == "running" else 0.0

    # another version each time the page is drawn: its session may have changed since the last time
    return Source(name, (training,), object(), contents, rest=rest, clock=clock)


def follow_sweep(part: str, sweep: Sweep, show: ShowSweep, *, running: bool) -> Followed:
    """Let the tab follow what that part of the page shows of a sweep.

    running: whether the page shows it as running.
    """
    source = source_of_sweep(f"{sweep.name}-{part}", sweep, show)
    return Followed(source.name, session_key.follow(source), running)


def source_of_sweep(
    name: str, sweep: Sweep, show: ShowSweep, clock: Callable[[], float] = monotonic
) -> Source:
    """Return the source of that name for a sweep."""
    shown_generation = -1

    def contents() -> Contents:
        nonlocal shown_generation
        view = sweep.view
        shown_generation = view.generation
        return Contents({"active": view.is_active, "generation": view.generation, **show(view)})

    def rest(_: float) -> float:
        # while one of its runs computes, it changes again soon; another status is shown at once
        view = sweep.view
        computes = any(run.status == "running" for run in view.runs)
        return SWEEP_SECONDS if computes and view.generation == shown_generation else 0.0

    return Source(name, (sweep,), object(), contents, rest=rest, clock=clock)
