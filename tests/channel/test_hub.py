"""Who may see which runs, without a server."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from pages.channel import address
from pages.server import hub
from tests.channel.tapes import Tape


@pytest.fixture
def clock(monkeypatch):
    """Return a list with the time, which a test sets."""
    now = [1000.0]
    monkeypatch.setattr(hub, "monotonic", lambda: now[0])
    return now


@pytest.fixture
def own_hub():
    return hub.Hub()


def yes():
    return True


def no():
    return False


def test_a_key_has_128_random_bits(own_hub):
    keys = {own_hub.open(yes)[0] for _ in range(1000)}
    assert len(keys) == 1000
    assert {len(bytes.fromhex(key)) for key in keys} == {16}
    # each of the 128 bits is set in about half of the keys; six standard deviations are 95
    for bit in range(128):
        assert abs(sum(int(key, 16) >> bit & 1 for key in keys) - 500) < 95


def test_a_holder_is_found_by_its_key_alone_until_that_is_revoked(own_hub):
    key, holder = own_hub.open(yes)
    assert own_hub.holder(key) is holder
    assert own_hub.holder(key.upper()) is None or key.isdigit()
    assert own_hub.holder("") is None
    own_hub.revoke(key)
    own_hub.revoke(key)
    assert own_hub.holder(key) is None
    assert holder.is_revoked


def test_a_holder_without_anybody_is_revoked_a_minute_after_that_was_first_noticed(own_hub, clock):
    gone = {"is": False}
    key, _ = own_hub.open(lambda: not gone["is"])
    clock[0] += 3600
    other, _ = own_hub.open(no)
    assert own_hub.holder(key)
    gone["is"] = True
    own_hub.open(no)
    clock[0] += hub.FORGOTTEN_AFTER
    own_hub.open(no)
    assert own_hub.holder(key)
    clock[0] += 1
    own_hub.open(no)
    assert own_hub.holder(key) is None
    assert own_hub.holder(other) is None


def test_a_holder_is_revoked_though_no_visitor_comes_after(own_hub, clock):
    key, holder = own_hub.open(no)
    stays, _ = own_hub.open(yes)

    async def watched():
        forgetting = asyncio.create_task(own_hub.keep_forgetting(every=0.01))
        while not holder.is_revoked:
            clock[0] += 10
            await asyncio.sleep(0.01)
        forgetting.cancel()

    with ThreadPoolExecutor(1) as thread:  # playwright's loop may run in this one
        thread.submit(asyncio.run, asyncio.wait_for(watched(), 20)).result()
    assert own_hub.holder(key) is None
    assert own_hub.holder(stays)


def test_a_tab_that_was_cut_for_a_moment_keeps_its_key(own_hub, clock):
    there = {"is": True}
    key, _ = own_hub.open(lambda: there["is"])
    for is_there in (False, True, False):
        there["is"] = is_there
        clock[0] += 50
        own_hub.open(no)
    assert own_hub.holder(key)


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


def test_a_tab_that_comes_back_as_another_thread_looks_for_forgotten_ones_harms_nobody(own_hub, monkeypatch):
    there = {"is": False}
    key, _ = own_hub.open(lambda: there["is"])
    own_hub.revoke_forgotten()  # from now on it counts as gone

    def come_back():
        there["is"] = True
        own_hub.revoke_forgotten()

    meanwhile = Meanwhile(come_back)
    monkeypatch.setattr(hub, "monotonic", lambda: meanwhile() or 1e9)
    own_hub.revoke_forgotten()
    meanwhile.began[0].join(20)
    assert own_hub.holder(key) is None  # it was gone when the question was asked


def test_who_opens_a_session_as_another_thread_looks_for_forgotten_ones_disturbs_neither(own_hub):
    keys = []
    meanwhile = Meanwhile(lambda: keys.append(own_hub.open(yes)[0]))
    keys += [own_hub.open(is_there)[0] for is_there in (lambda: meanwhile() or True, yes)]
    own_hub.revoke_forgotten()
    meanwhile.began[0].join(20)
    assert [own_hub.holder(key) is not None for key in keys] == [True] * 3


def test_a_page_that_comes_back_as_its_key_is_being_forgotten_gets_no_holder_that_ends(own_hub, clock):
    found = []
    meanwhile = Meanwhile(lambda: found.append(own_hub.holder(key)))
    now = {"ask": False}
    key, _ = own_hub.open(lambda: (now["ask"] and meanwhile()) or False)
    own_hub.revoke_forgotten()
    clock[0] += hub.FORGOTTEN_AFTER + 1
    now["ask"] = True
    own_hub.revoke_forgotten()
    meanwhile.began[0].join(20)
    assert found == [None]  # so it opens another one


def test_what_is_no_longer_shown_wakes_the_session_no_more(own_hub):
    one, two, three = Tape("one"), Tape("two"), Tape("three")
    _, holder = own_hub.open(yes)
    holder.show([one, two], yes)
    holder.show([two, three], yes)
    assert (one.listeners, two.listeners, three.listeners) == ([], [holder], [holder])
    assert holder.source("one") is None
    assert holder.source("three") is three


def test_a_page_that_draws_after_its_key_was_revoked_shows_nothing(own_hub):
    tape = Tape()
    key, holder = own_hub.open(yes)
    own_hub.revoke(key)
    holder.show([tape], yes)
    assert (holder.sources, tape.listeners) == ((), [])


def test_a_tab_that_fetches_frames_is_watching_for_three_seconds(own_hub, clock):
    _, holder = own_hub.open(no)
    assert not holder.is_watching
    holder.fetched()
    clock[0] += 2.9
    assert holder.is_watching
    clock[0] += 0.2
    assert not holder.is_watching


@pytest.mark.parametrize(("name", "found"), [("b", "b"), ("", "a"), ("a/../b", "a"), ("ä", "a")])
def test_the_address_has_the_replica_s_name_and_the_key(monkeypatch, name, found):
    monkeypatch.setenv("POLYCORE_REPLICA", name)
    assert address.of_this_server() == f"live/{found}"
