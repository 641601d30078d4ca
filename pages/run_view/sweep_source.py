"""The frames of a sweep: what a part of a page shows of it."""

import threading
from collections.abc import Callable, Mapping
from time import monotonic
from typing import Any

from pages.channel import session_key
from pages.channel.live_text import Followed
from pages.run_view.advancing_source import AdvancingSource
from pages.runs.sweep import Sweep
from pages.server.frame import Frame
from pages.server.hub import Holder, IsThere

# Each of its runs changes five times a second, and short ones may end as often: a frame with the figure and
# the table takes some milliseconds of a core that all users share. Another status is shown at once.
SECONDS_BETWEEN = 1.0

# what is shown of a sweep as it is by then, in values that JSON can hold; called from other threads than the
# page's
Show = Callable[[Sweep], Mapping[str, Any]]


class SweepSource(AdvancingSource):
    """A sweep as a part of a page shows it."""

    def __init__(self, name: str, sweep: Sweep, show: Show) -> None:
        """Show that of the sweep, under a name by which browsers tell its frames from others."""
        super().__init__(name, [])
        self.sweep = sweep
        self.look_at(show)

    @property
    def sequence(self) -> int:
        """That of a frame made now."""
        return self.sweep.version

    def look_at(self, show: Show) -> None:
        """Show that of it from now on."""
        with self._lock:
            self._show = show
            self._frame = None
            # the sweep counts, and not this source: another one of the same name may come after it
            self.sweep.announce()

    def seen(self, is_there: IsThere) -> None:
        """Note that somebody looks. Runs may begin then: not in the event loop, which calls this."""
        threading.Thread(target=self.sweep.seen, args=(is_there,), daemon=True).start()

    def listen(self, holder: Holder) -> None:
        """Wake `holder` whenever there is another frame."""
        self.sweep.listen(holder)

    def forget(self, holder: Holder) -> None:
        """Wake `holder` no more."""
        self.sweep.forget(holder)

    def _made(self, sequence: int) -> Frame:
        self._made_at, self._generation = monotonic(), self.sweep.generation
        values = {"active": self.sweep.is_active, "generation": self._generation, **self._show(self.sweep)}
        return Frame(self.name, sequence, values)

    def _is_recent(self) -> bool:
        # while one of its runs computes, it changes again soon
        computes = any(training.view.status == "running" for training in self.sweep.under_way)
        is_same = self.sweep.generation == self._generation
        return computes and is_same and monotonic() - self._made_at < SECONDS_BETWEEN


def follow(part: str, sweep: Sweep, show: Show, *, running: bool) -> Followed:
    """Let the tab follow what that part of the page shows of a sweep.

    running: whether the page shows it as running.
    """
    name = f"{sweep.name}-{part}"
    source = session_key.holder().source(name)
    # one that is followed already keeps the order of its frames
    if isinstance(source, SweepSource):
        source.look_at(show)
    else:
        source = SweepSource(name, sweep, show)
    session_key.follow(source)
    return Followed(name, source.sequence, running)
