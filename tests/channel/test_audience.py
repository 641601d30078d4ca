"""Who may see what, and who is woken as it changes, without a server."""

import asyncio
import gc
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from pages.channel import address
from pages.server import audience
from pages.server.audience import Audience
from tests.channel.tapes import Tape
from tests.clock import Clock


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def own(clock):
    return Audience(clock)


def yes():
    return True


def no():
    return False


def test_a_key_has_128_random_bits(own):
    keys = {own.open(yes)[0] for _ in range(1000)}
    assert len(keys) == 1000
    assert {len(bytes.fromhex(key)) for key in keys} == {16}
    # each of the 128 bits is set in about half of the keys; six standard deviations are 95
    for bit in range(128):
        assert abs(sum(int(key, 16) >> bit & 1 for key in keys) - 500) < 95


def test_a_viewer_is_found_by_its_key_alone_until_that_is_revoked(own):
    key, viewer = own.open(yes)
    assert own.viewer(key) is viewer
    assert own.viewer(key.upper()) is None or key.isdigit()
    assert own.viewer("") is None
    own.revoke(key)
    own.revoke(key)
    assert own.viewer(key) is None
    assert viewer.is_revoked


def test_a_viewer_without_anybody_is_revoked_a_minute_after_that_was_first_noticed(own, clock):
    gone = {"is": False}
    key, _ = own.open(lambda: not gone["is"])
    clock.now += 3600
    other, _ = own.open(no)
    assert own.viewer(key)
    gone["is"] = True
    own.open(no)
    clock.now += audience.FORGOTTEN_AFTER
    own.open(no)
    assert own.viewer(key)
    clock.now += 1
    own.open(no)
    assert own.viewer(key) is None
    assert own.viewer(other) is None


def test_a_viewer_is_revoked_though_no_visitor_comes_after(own, clock):
    key, viewer = own.open(no)
    stays, _ = own.open(yes)

    async def watched():
        forgetting = asyncio.create_task(own.keep_forgetting(every=0.01))
        while not viewer.is_revoked:
            clock.now += 10
            await asyncio.sleep(0.01)
        forgetting.cancel()

    with ThreadPoolExecutor(1) as thread:  # playwright's loop may run in this one
        thread.submit(asyncio.run, asyncio.wait_for(watched(), 20)).result()
    assert own.viewer(key) is None
    assert own.viewer(stays)


def test_a_tab_that_was_cut_for_a_moment_keeps_its_key(own, clock):
    there = {"is": True}
    key, _ = own.open(lambda: there["is"])
    for is_there in (False, True, False):
        there["is"] = is_there
        clock.now += 50
        own.open(no)
    assert own.viewer(key)


class Meanwhile:
    """Lets another thread do something at the moment when this is called first.

    It waits for the other thread, but not for long: what is thread-safe may keep that one waiting.
    """

    def __init__(self, what):
        self._others = [threading.Thread(target=what)]
        self.began = tuple(self._others)

    def __call__(self):
        while self._others:
            other = self._others.pop()
            other.start()
            other.join(0.2)


def test_a_tab_that_comes_back_as_another_thread_looks_for_forgotten_ones_harms_nobody():
    there, clocks = {"is": False}, [Clock()]
    own = Audience(lambda: clocks[-1]())
    key, _ = own.open(lambda: there["is"])
    own.revoke_forgotten()  # from now on it counts as gone

    def come_back():
        there["is"] = True
        own.revoke_forgotten()

    meanwhile = Meanwhile(come_back)
    clocks.append(lambda: meanwhile() or 1e9)
    own.revoke_forgotten()
    meanwhile.began[0].join(20)
    assert own.viewer(key) is None  # it was gone when the question was asked


def test_who_opens_a_session_as_another_thread_looks_for_forgotten_ones_disturbs_neither(own):
    keys = []
    meanwhile = Meanwhile(lambda: keys.append(own.open(yes)[0]))
    keys += [own.open(is_there)[0] for is_there in (lambda: meanwhile() or True, yes)]
    own.revoke_forgotten()
    meanwhile.began[0].join(20)
    assert [own.viewer(key) is not None for key in keys] == [True] * 3


def test_a_page_that_comes_back_as_its_key_is_being_forgotten_gets_no_viewer_that_ends(own, clock):
    found = []
    meanwhile = Meanwhile(lambda: found.append(own.viewer(key)))
    now = {"ask": False}
    key, _ = own.open(lambda: (now["ask"] and meanwhile()) or False)
    own.revoke_forgotten()
    clock.now += audience.FORGOTTEN_AFTER + 1
    now["ask"] = True
    own.revoke_forgotten()
    meanwhile.began[0].join(20)
    assert found == [None]  # so it opens another one


def test_what_is_no_longer_shown_wakes_the_session_no_more(own):
    one, two, three = Tape("one"), Tape("two"), Tape("three")
    _, viewer = own.open(yes)
    viewer.show([one, two], yes)
    viewer.show([two, three], yes)
    looking = [own.looking_at(tape.name) for tape in (one, two, three)]
    assert looking == [frozenset(), {viewer}, {viewer}]
    assert viewer.source("one") is None
    assert viewer.source("three") is three


def test_a_page_that_draws_after_its_key_was_revoked_shows_nothing(own):
    tape = Tape()
    key, viewer = own.open(yes)
    own.revoke(key)
    viewer.show([tape], yes)
    assert (viewer.sources, own.looking_at(tape.name)) == ((), frozenset())


def test_a_tab_that_fetches_frames_is_watching_for_three_seconds(own, clock):
    _, viewer = own.open(no)
    assert not viewer.is_watching
    viewer.fetched()
    clock.now += 2.9
    assert viewer.is_watching
    clock.now += 0.2
    assert not viewer.is_watching


@pytest.mark.parametrize(("name", "found"), [("b", "b"), ("", "a"), ("a/../b", "a"), ("ä", "a")])
def test_the_address_has_the_replica_s_name_and_the_key(monkeypatch, name, found):
    monkeypatch.setenv("POLYCORE_REPLICA", name)
    assert address.of_this_server() == f"live/{found}"


# --- who is woken -----------------------------------------------------------------------------


class LiveSocket:
    """A socket that counts how often it was woken."""

    is_hidden = False

    def __init__(self):
        self.woken = self.urgent = 0

    def wake(self, *, at_once=False):
        self.woken += 1
        self.urgent += at_once


def looking_at(own, *tapes):
    """Return a viewer that shows these, and a socket of it that has not been woken yet."""
    _, viewer = own.open(yes)
    viewer.show(tapes, yes)
    live_socket = LiveSocket()
    viewer.add(live_socket)
    return viewer, live_socket


def test_each_change_wakes_each_socket_that_shows_it_once(own):
    run, part, other = Tape("run"), Tape("run-part"), Tape("other")
    part.subjects = run.subjects  # two sources of one run
    viewer, first = looking_at(own, run, part)
    own.announce("run")
    _, second = looking_at(own, run)
    _, third = looking_at(own, other)
    own.announce("run")
    assert (first.woken, second.woken, third.woken) == (2, 1, 0)
    viewer.end()
    before = first.woken
    own.announce("run")
    assert (first.woken, second.woken) == (before, 2)


def test_a_change_that_somebody_waits_for_is_urgent_and_no_other_is(own):
    tape = Tape("run")
    _, live_socket = looking_at(own, tape)
    own.announce("run")
    assert (live_socket.woken, live_socket.urgent) == (1, 0)
    own.announce("run", at_once=True)
    assert (live_socket.woken, live_socket.urgent) == (2, 1)


def test_it_is_watched_as_long_as_anybody_sees_it(own):
    tape = Tape("run")
    _, hidden = looking_at(own, tape)
    hidden.is_hidden = True
    assert not own.is_watching("run")
    viewer, live_socket = looking_at(own, tape)
    assert own.is_watching("run")
    assert not own.is_watching("another")
    viewer.remove(live_socket)
    assert not own.is_watching("run")


def test_what_a_session_shows_is_kept_by_that_alone(own):
    _, viewer = own.open(yes)
    tape = Tape()
    viewer.show([tape], yes)
    assert viewer.sources == (tape,)
    del tape
    gc.collect()
    assert viewer.sources == ()
    own.announce("tape")


def test_a_choice_wakes_the_sockets_of_its_own_session(own):
    tape = Tape()
    viewer, mine = looking_at(own, tape)
    _, another_s = looking_at(own, tape)
    viewer.choose("tape", 64)
    viewer.choose("another", 64)
    assert (mine.urgent, another_s.woken, tape.choices) == (1, 0, [64])
