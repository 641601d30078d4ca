"""What the tab of each session had, kept for a while, so that a refresh or a short cut loses nothing."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import Any

from pages.server.array_bytes import array_bytes

MOST_TABS = 400  # a class of thirty for a day of lessons
MOST_BYTES = 200_000_000  # of all of them; a tab that has trained the recommended run has about 1 MB
SECONDS = 900.0


@dataclass(frozen=True, eq=False)
class Tab:
    """What a tab had.

    at: when that was last kept, in seconds by the clock of `Tabs`. size: about how many bytes it has.
    key: of its live channel.
    """

    at: float
    session: Any
    size: int
    key: str


class Tabs:
    """What tabs had, by the names that they alone know. Thread-safe.

    The tabs that have been away for longest make room for others, and none is kept for more than `seconds`.
    `clock` returns the time in seconds.
    """

    def __init__(
        self,
        most: int = MOST_TABS,
        most_bytes: int = MOST_BYTES,
        seconds: float = SECONDS,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self.most, self.most_bytes, self.seconds = most, most_bytes, seconds
        self._clock = clock
        self._lock = threading.Lock()
        self._tabs: OrderedDict[str, Tab] = OrderedDict()

    def keep(self, name: str, session: Any, key: str) -> None:
        """Keep the session of the tab of that name, with the key of its channel."""
        tab = Tab(self._clock(), session, array_bytes(session), key)
        with self._lock:
            self._tabs[name] = tab
            self._tabs.move_to_end(name)
            self._let_go()

    def get(self, name: str) -> Tab | None:
        """Return what the tab of that name had, if that is kept."""
        with self._lock:
            return self._tabs.get(name)

    def forget(self, name: str) -> None:
        """Keep nothing of the tab of that name."""
        with self._lock:
            self._tabs.pop(name, None)

    def let_go(self) -> None:
        """Keep no tab that has been away for too long."""
        with self._lock:
            self._let_go()

    def _let_go(self) -> None:
        oldest = self._clock() - self.seconds
        size = sum(tab.size for tab in self._tabs.values())
        while self._tabs:
            first = next(iter(self._tabs.values()))
            if first.at >= oldest and len(self._tabs) <= self.most and size <= self.most_bytes:
                return
            self._tabs.popitem(last=False)
            size -= first.size
