"""Who looks at what: each tab's session has a key, and sockets with that key show what it may see.

A run does not know who looks at it: it announces under its name that it has changed, and all sockets that
show it are woken. Scripts of pages, threads of runs and the event loop of the server all come here. Frames
are not stored: a socket that is ready for one asks for the latest, so a slow browser misses some and the
server keeps none for it.
"""

import asyncio
import secrets
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from time import monotonic
from weakref import ReferenceType, ref

from pages.server.source import Halt, IsThere, Source
from polycore import Model, Referee

KEY_BYTES = 16  # 128 random bits
MOST_SOCKETS = 4  # of a session: a tab has one, and a reconnecting one may not have lost its last yet
FORGOTTEN_AFTER = 60.0  # seconds without socket and session; a page that comes back gets a new key
FETCHED_SECONDS = 3.0  # a tab that fetches frames does so once a second, and only while it is seen

ModelNow = Callable[[], Model | Referee]  # returns what a map shows at that moment


class LiveSocket:
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


class Viewer:
    """What one session may see, and the sockets that show it. Thread-safe; `Audience.open` creates it."""

    def __init__(self, audience: "Audience", is_there: IsThere) -> None:
        """`is_there` returns whether the session's tab is connected."""
        self._audience = audience
        self._session_is_there = is_there
        self._gone_at: float | None = None
        self._fetched_at = -FETCHED_SECONDS
        self._live_sockets: frozenset[LiveSocket] = frozenset()
        self._lock = threading.Lock()
        # weak: they live as long as the session that follows them
        self._sources: tuple[ReferenceType[Source], ...] = ()
        self._names: frozenset[str] = frozenset()  # of what these show
        self._models: Mapping[str, ReferenceType[ModelNow]] = {}
        self.is_revoked = False

    @property
    def sources(self) -> tuple[Source, ...]:
        """What its sockets show."""
        return tuple(source for reference in self._sources if (source := reference()) is not None)

    @property
    def sockets(self) -> int:
        """How many sockets it has."""
        return len(self._live_sockets)

    @property
    def is_watching(self) -> bool:
        """Whether the tab is seen, and has a socket or fetches frames."""
        is_shown = any(not live_socket.is_hidden for live_socket in self._live_sockets)
        return is_shown or self._audience.clock() - self._fetched_at < FETCHED_SECONDS

    def is_forgotten(self) -> bool:
        """Return whether it has been unused for so long that it can go; only `Audience` asks.

        The time counts from the first check that finds it unused, so a short disconnection is harmless.
        """
        if self.is_there():
            self._gone_at = None
            return False
        now = self._audience.clock()
        if self._gone_at is None:
            self._gone_at = now
        return now - self._gone_at > FORGOTTEN_AFTER

    def is_there(self) -> bool:
        """Return whether anybody may still look: a socket is open, or the session is active."""
        return bool(self._live_sockets) or self._session_is_there()

    def show(self, sources: Sequence[Source], is_there: IsThere) -> None:
        """Let its sockets show these from now on, unless it was revoked."""
        with self._lock:
            if not self.is_revoked:
                self._session_is_there = is_there
                self._exchange(tuple(sources))
        self.wake(at_once=True)

    def _exchange(self, sources: tuple[Source, ...]) -> None:
        self._sources = tuple(map(ref, sources))
        before = self._names
        self._names = frozenset(subject.name for source in sources for subject in source.subjects)
        self._audience.place(self, before, self._names)

    def seen(self) -> None:
        """Note that the user looks."""
        for source in self.sources:
            source.seen(self.is_there)

    def fetched(self) -> None:
        """Note that the user looks, by a tab that fetches frames."""
        self._fetched_at = self._audience.clock()
        self.seen()

    def source(self, name: str) -> Source | None:
        """Return what has that name."""
        return next((source for source in self.sources if source.name == name), None)

    def choose(self, name: str, value: object) -> None:
        """Let the source of that name show other weights, if a browser sent a choice of them."""
        source = self.source(name)
        if source is not None and source.choose(value):
            self.wake(at_once=True)

    def halt(self, name: str, how: Halt, generation: int) -> None:
        """Pause or stop what the source of that name shows, unless its status has changed since."""
        source = self.source(name)
        if source is not None:
            source.halt(how, generation)

    def offer(self, models: Mapping[str, ModelNow]) -> None:
        """Let the tab have the weights of these, by the names of their maps, while the session holds them."""
        self._models = {name: ref(model_now) for name, model_now in models.items()}

    def model_now(self, name: str) -> ModelNow | None:
        """Return what returns the model whose map has that name."""
        reference = self._models.get(name)
        return None if reference is None else reference()

    def add(self, live_socket: LiveSocket) -> bool:
        """Let a socket show what there is; return False if there are too many."""
        with self._lock:
            if len(self._live_sockets) >= MOST_SOCKETS:
                return False
            self._live_sockets |= {live_socket}
            return True

    def remove(self, live_socket: LiveSocket) -> None:
        """Forget a socket that has ended."""
        with self._lock:
            self._live_sockets -= {live_socket}

    def wake(self, *, at_once: bool = False) -> None:
        """Let its sockets look for news, `at_once` or when they are due."""
        for live_socket in self._live_sockets:
            live_socket.wake(at_once=at_once)

    def end(self) -> None:
        """Show nothing more; the sockets end."""
        with self._lock:
            self.is_revoked = True
            self._exchange(())
        self.wake(at_once=True)


class Audience:
    """The viewers of all sessions, by their keys, and what each of them looks at. Thread-safe."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        """`clock` returns the time in seconds."""
        self.clock = clock
        self._viewers: dict[str, Viewer] = {}
        # by the name of a run or a job; each set is replaced and never changed in place
        self._looking: dict[str, frozenset[Viewer]] = {}
        # Also held while viewers are asked whether they are forgotten: a page that gets its viewer just then
        # either has come before the question, and is there, or gets none.
        self._lock = threading.Lock()
        self._places = threading.Lock()

    @property
    def sockets(self) -> int:
        """How many sockets are open."""
        with self._lock:
            return sum(viewer.sockets for viewer in self._viewers.values())

    def announce(self, name: str, *, at_once: bool = False) -> None:
        """Wake all who look at what has that name: it has changed. `at_once`: somebody waits for it."""
        for viewer in self.looking_at(name):
            viewer.wake(at_once=at_once)

    def is_watching(self, name: str) -> bool:
        """Return whether anybody looks at it, so that pictures are worth their time."""
        return any(viewer.is_watching for viewer in self.looking_at(name))

    def looking_at(self, name: str) -> frozenset[Viewer]:
        """Return whose sockets show what has that name."""
        return self._looking.get(name, frozenset())

    def place(self, viewer: Viewer, before: frozenset[str], now: frozenset[str]) -> None:
        """Let `viewer` look at what has these names, and at nothing else any longer."""
        with self._places:
            for name in before - now:
                others = self.looking_at(name) - {viewer}
                if others:
                    self._looking[name] = others
                else:
                    self._looking.pop(name, None)
            for name in now:
                self._looking[name] = self.looking_at(name) | {viewer}

    def open(self, is_there: IsThere) -> tuple[str, Viewer]:
        """Return the key and the viewer of a new session."""
        self.revoke_forgotten()
        key, viewer = secrets.token_hex(KEY_BYTES), Viewer(self, is_there)
        with self._lock:
            self._viewers[key] = viewer
        return key, viewer

    def viewer(self, key: str) -> Viewer | None:
        """Return the viewer of that key, unless it was revoked."""
        with self._lock:
            return self._viewers.get(key)

    def revoke(self, key: str) -> None:
        """End the viewer of that key, if there is one."""
        with self._lock:
            viewer = self._viewers.pop(key, None)
        if viewer is not None:
            viewer.end()

    async def keep_forgetting(self, every: float = FORGOTTEN_AFTER) -> None:
        """Let go of what closed tabs followed, also if no visitor comes after them; until it is cancelled."""
        while True:
            await asyncio.sleep(every)
            await asyncio.to_thread(self.revoke_forgotten)

    def revoke_forgotten(self) -> None:
        """End the viewers that have been unused for long."""
        with self._lock:
            forgotten = [key for key, viewer in self._viewers.items() if viewer.is_forgotten()]
            gone = [self._viewers.pop(key) for key in forgotten]
        for viewer in gone:
            viewer.end()
