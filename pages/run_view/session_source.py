"""The frames of what a page shows of its session while the run improves a model.

They are computed only while that page is there, and without a run of it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from pages.channel import session_key
from pages.channel.live_text import Followed
from pages.plane.scene import scene_of
from pages.run_view.advancing_source import AdvancingSource
from pages.run_view.map_values import ShownMap, shown_map
from pages.runs.runner import Training
from pages.server.frame import Frame
from pages.state import session
from pages.state.session_value import Session
from polycore.inspection.class_map import class_map
from polycore.polynomials.window import Window
from polycore.workers.picture import Wish

# A frame of the Inside page takes 25 ms of a core that all users share: at most a thirteenth of it. One that
# takes next to nothing, as a lesson's, comes with each of the run's own: both have the same figures.
SECONDS_BETWEEN = 0.3
RESTS = 12  # times as long as a frame takes, before the next one, within that limit


@dataclass(frozen=True, eq=False)
class Contents:
    """What a frame has: values that JSON can hold, and arrays as bytes, by name."""

    values: Mapping[str, Any]
    blobs: Mapping[str, bytes] = field(default_factory=dict)


# of a session as it is by then; called from other threads than the page's, so it reads no other state
Show = Callable[[Session], Contents]


class SessionSource(AdvancingSource):
    """A session as a part of a page shows it."""

    def __init__(self, name: str, training: Training, now: Session, show: Show) -> None:
        """Show the session `now`, with what its run has learned since."""
        super().__init__(name, [training])
        self.training = training
        self.look_at(now, show)

    def look_at(self, now: Session, show: Show) -> None:
        """Show that session in that way from now on."""
        with self._lock:
            self._session, self._show = now, show
            self._frame = None
            # the run counts, and not this source: another one of the same name may come after it
            self.training.announce()

    def _made(self, sequence: int) -> Frame:
        began = monotonic()
        contents = self._show(self._session.collected())
        now = monotonic()
        self._rests_until = now + min(SECONDS_BETWEEN, RESTS * (now - began))
        values = {"active": True, "generation": self.training.view.generation, **contents.values}
        return Frame(self.name, sequence, values, contents.blobs)

    def _is_recent(self) -> bool:
        # a run that computes soon has another
        return self.training.view.status == "running" and monotonic() < self._rests_until


def follow_answering(part: str, show: Show, window: Window | None = None) -> Followed | None:
    """Let the tab follow what a page shows of the model that answers; None if no run improves that.

    window: of the map that workers render of it; see `best_map`.
    """
    now = session.current()
    return follow(part, show, window) if now.own is not None and now.own is now.answering else None


def best_map(now: Session) -> ShownMap | None:
    """Return the map of the model that is kept of the run, as a worker has rendered it if it has."""
    kept, view = now.own, now.run_view
    if kept is None or kept.experiment is None or view is None:
        return None
    model, experiment = kept.model, kept.experiment
    best = None if view.pictured is None else view.pictured[1].best
    if best is not None and best.map is not None and best.model.loss == model.loss:
        return shown_map(best.map, experiment, differences=False)
    rendered = class_map(
        model.weights,
        model.biases,
        scene_of(experiment).window,
        activation=model.activation,
        inputs=model.inputs,
    )
    return shown_map(rendered.packed(), experiment, differences=False)


def follow(part: str, show: Show, window: Window | None = None) -> Followed | None:
    """Let the tab follow what that part of the page shows, while the run advances; None if it does not."""
    now = session.current()
    training = now.training
    if training is None or not training.view.is_active:
        return None
    training.show(Wish(window, best=True))  # it is the best weights that are kept
    name = f"{training.name}-{part}"
    source = session_key.holder().source(name)
    # one that is followed already keeps the order of its frames
    if isinstance(source, SessionSource):
        source.look_at(now, show)
    else:
        source = SessionSource(name, training, now, show)
    session_key.follow(source)
    return Followed(name, source.sequence, active=True)
