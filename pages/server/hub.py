"""Who may see which runs: each tab's session holds a key, and a socket with that key gets its runs' frames.

Scripts of pages, threads of runs and the server's event loop all come here. Frames are not stored: a socket
that is ready for one asks for the latest, so a slow browser misses some and the server keeps none for it.
"""

import asyncio
import secrets
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from time import monotonic
from typing import Literal, Protocol
from weakref import ReferenceType, ref

from pages.server.frame import Frame
from polycore import Model, Referee

KEY_BYTES = 16  # 128 random bits
MOST_SOCKETS = 4  # of a session: a tab has one, and a reconnecting one may not have lost its last yet
FORGOTTEN_AFTER = 60.0  # seconds without socket and session; a page that comes back gets a new key
FETCHED_SECONDS = 3.0  # a tab that fetches frames does so once a second, and only while it is seen

IsThere = Callable[[], bool]
Halt = Literal["pause", "stop"]
ModelNow = Callable[[], Model | Referee]  # returns what a map shows at that moment


class Source(Protocol):
    """Something whose frames are shown: a run, or a job."""

    @property
    def name(self) -> str:
        """Its name, by which browsers tell the frames of several apart."""

    def frame(self) -> Frame:
        """Return the latest frame."""

    def choose(self, choice: object) -> None:
        """Show other weights of the run: a browser sent `choice`, which may be anything."""

    def halt(self, how: Halt, generation: int) -> None:
        """Pause or stop the run, as `how` says, if its status has not changed since that generation."""

    def seen(self, is_there: IsThere) -> None:
        """Note that somebody looks; `is_there` returns whether anybody still may."""

    def listen(self, holder: "Holder") -> None:
        """Wake `holder` whenever there is another frame."""

    def forget(self, holder: "Holder") -> None:
        """Wake `holder` no more."""


class Subscriber:
    """A socket that waits for news. Its members are used in the event loop alone, except `wake`."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._news = asyncio.Event()
        self._urgent = asyncio.Event()
        self._shown = asyncio.Event()
        self._shown.set()

    @property
    def is_hidden(self) -> bool:
        """Whether nobody sees the tab."""
        return not self._shown.is_set()

    def hide(self) -> None:
        """Note that nobody sees the tab."""
        self._shown.clear()

    def show(self) -> None:
        """Note that the tab is seen."""
        self._shown.set()
        self._news.set()

    def wake(self, *, at_once: bool = False) -> None:
        """Let it look for news, `at_once` or when it is due.

        It may be called from any thread, also after the loop has ended.
        """
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._note, at_once)

    def _note(self, at_once: bool) -> None:
        self._news.set()
        if at_once:
            self._urgent.set()

    async def wait(self, seconds: float, hidden_seconds: float) -> None:
        """Wait for news, and at least `seconds` unless it is urgent.

        For a hidden tab, wait until it is seen, and at most `hidden_seconds`.
        """
        if self.is_hidden:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._shown.wait(), hidden_seconds)
        else:
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._urgent.wait()
            await self._news.wait()
        self._news.clear()
        self._urgent.clear()


class Holder:
    """What one session may see, and the sockets that show it. Thread-safe."""

    def __init__(self, is_there: IsThere) -> None:
        """`is_there` returns whether the session's tab is connected."""
        self._session_is_there = is_there
        self._gone_at: float | None = None
        self._fetched_at = -FETCHED_SECONDS
        self._subscribers: frozenset[Subscriber] = frozenset()
        self._lock = threading.Lock()
        # weak: they live as long as the session that follows them
        self._sources: tuple[ReferenceType[Source], ...] = ()
        self._models: Mapping[str, ReferenceType[ModelNow]] = {}
        self.is_revoked = False

    @property
    def sources(self) -> tuple[Source, ...]:
        """What its sockets show."""
        return tuple(source for reference in self._sources if (source := reference()) is not None)

    @property
    def sockets(self) -> int:
        """How many sockets it has."""
        return len(self._subscribers)

    @property
    def is_watching(self) -> bool:
        """Whether the tab is seen, and has a socket or fetches frames."""
        is_shown = any(not subscriber.is_hidden for subscriber in self._subscribers)
        return is_shown or monotonic() - self._fetched_at < FETCHED_SECONDS

    def is_forgotten(self) -> bool:
        """Return whether nobody has been there for so long that nobody will miss it; the hub alone asks.

        The time counts from the first check that finds nobody there, so that a short cut is harmless.
        """
        if self.is_there():
            self._gone_at = None
        elif self._gone_at is None:
            self._gone_at = monotonic()
        return self._gone_at is not None and monotonic() - self._gone_at > FORGOTTEN_AFTER

    def is_there(self) -> bool:
        """Return whether anybody may still look: a socket is open, or the session is active."""
        return bool(self._subscribers) or self._session_is_there()

    def show(self, sources: Sequence[Source], is_there: IsThere) -> None:
        """Let its sockets show these from now on, unless it was revoked."""
        with self._lock:
            if not self.is_revoked:
                self._session_is_there = is_there
                self._exchange(tuple(sources))
        self.wake(at_once=True)

    def _exchange(self, sources: tuple[Source, ...]) -> None:
        before, self._sources = self.sources, tuple(map(ref, sources))
        for source in before:
            if source not in sources:
                source.forget(self)
        for source in sources:
            source.listen(self)

    def seen(self) -> None:
        """Note that the user looks."""
        for source in self.sources:
            source.seen(self.is_there)

    def fetched(self) -> None:
        """Note that the user looks, by a tab that fetches frames."""
        self._fetched_at = monotonic()
        self.seen()

    def source(self, name: str) -> Source | None:
        """Return what has that name."""
        return next((source for source in self.sources if source.name == name), None)

    def offer(self, models: Mapping[str, ModelNow]) -> None:
        """Let the tab have the weights of these, by the names of their maps, while the session holds them."""
        self._models = {name: ref(model_now) for name, model_now in models.items()}

    def model_now(self, name: str) -> ModelNow | None:
        """Return what returns the model whose map has that name."""
        reference = self._models.get(name)
        return None if reference is None else reference()

    def add(self, subscriber: Subscriber) -> bool:
        """Let a socket show what there is; return False if there are too many."""
        with self._lock:
            if len(self._subscribers) >= MOST_SOCKETS:
                return False
            self._subscribers |= {subscriber}
            return True

    def remove(self, subscriber: Subscriber) -> None:
        """Forget a socket that has ended."""
        with self._lock:
            self._subscribers -= {subscriber}

    def wake(self, *, at_once: bool = False) -> None:
        """Let its sockets look for news, `at_once` or when they are due."""
        for subscriber in self._subscribers:
            subscriber.wake(at_once=at_once)

    def end(self) -> None:
        """Show nothing more; the sockets end."""
        with self._lock:
            self.is_revoked = True
            self._exchange(())
        self.wake(at_once=True)


class Hub:
    """The holders of all sessions of this server, by their keys. Thread-safe."""

    def __init__(self) -> None:
        self._holders: dict[str, Holder] = {}
        # Also held while holders are asked whether they are forgotten: a page that gets its holder just then
        # either has come before the question, and is there, or gets none.
        self._lock = threading.Lock()

    @property
    def sockets(self) -> int:
        """How many sockets are open."""
        with self._lock:
            return sum(holder.sockets for holder in self._holders.values())

    def open(self, is_there: IsThere) -> tuple[str, Holder]:
        """Return the key and the holder of a new session."""
        self.revoke_forgotten()
        key, holder = secrets.token_hex(KEY_BYTES), Holder(is_there)
        with self._lock:
            self._holders[key] = holder
        return key, holder

    def holder(self, key: str) -> Holder | None:
        """Return the holder of that key, unless it was revoked."""
        with self._lock:
            return self._holders.get(key)

    def revoke(self, key: str) -> None:
        """End the holder of that key, if there is one."""
        with self._lock:
            holder = self._holders.pop(key, None)
        if holder is not None:
            holder.end()

    async def keep_forgetting(self, every: float = FORGOTTEN_AFTER) -> None:
        """Let go of what closed tabs followed, also if no visitor comes after them; until it is cancelled."""
        while True:
            await asyncio.sleep(every)
            await asyncio.to_thread(self.revoke_forgotten)

    def revoke_forgotten(self) -> None:
        """End the holders that nobody misses."""
        with self._lock:
            forgotten = [key for key, holder in self._holders.items() if holder.is_forgotten()]
            gone = [self._holders.pop(key) for key in forgotten]
        for holder in gone:
            holder.end()
