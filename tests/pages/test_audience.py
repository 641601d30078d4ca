"""Those who look at a run: each is woken at each change, as long as they are there."""

import gc

from pages.server.audience import Audience


class Listener:
    def __init__(self, is_watching=False):
        self.is_watching = is_watching
        self.woken = 0
        self.urgent = 0

    def wake(self, *, at_once=False):
        self.woken += 1
        self.urgent += at_once


def test_each_change_wakes_every_listener_once():
    audience, first, second = Audience(), Listener(), Listener()
    audience.add(first)
    audience.add(first)
    audience.announce()
    audience.add(second)
    audience.announce()
    audience.remove(first)
    audience.announce()
    assert (first.woken, second.woken, audience.version) == (2, 2, 3)


def test_a_change_that_somebody_waits_for_is_urgent_and_no_other_is():
    audience, listener = Audience(), Listener()
    audience.add(listener)
    audience.announce()
    assert (listener.woken, listener.urgent) == (1, 0)
    audience.announce(at_once=True)
    assert (listener.woken, listener.urgent) == (2, 1)


def test_it_is_watched_as_long_as_anybody_looks():
    audience, idle, looking = Audience(), Listener(), Listener(is_watching=True)
    audience.add(idle)
    assert not audience.is_watching
    audience.add(looking)
    assert audience.is_watching
    audience.remove(looking)
    assert not audience.is_watching


def test_it_keeps_no_listener_that_nobody_else_keeps():
    audience = Audience()
    gone = Listener(is_watching=True)
    audience.add(gone)
    del gone
    gc.collect()
    assert (audience.listeners, audience.is_watching) == ((), False)
    audience.announce()
