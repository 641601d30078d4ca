"""Who may see which runs, without a server."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest

from pages.channel import address, hub
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
    assert address.of("0f") == f"live/{found}/0f"
