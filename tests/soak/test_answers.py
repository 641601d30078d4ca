"""The soak notices a press that is lost or answered twice, and an address that goes back by itself."""

import random
import socket
import threading
import time
from dataclasses import replace
from types import SimpleNamespace

import pytest

from tests.soak.presses import KINDS, MOST_IN_VAIN, LostPressError, Quota, Tally, Walk
from tests.soak.slow_line import SlowLine
from tests.soak.tab import Sight

A, B = "/train?v=1&seed=1", "/train?v=1&seed=2"
PAUSED = Sight(
    run="a",
    generation=2,
    status="Paused",
    step=5,
    share=1.0,
    pause=8,
    shown="Paused",
    is_known=True,
    rests=True,
    enabled=("Resume", "One step", "Stop", "Reset"),
    undo=None,
    addresses=(A,),
    headings=("Train",),
)
RUNNING = replace(PAUSED, generation=3, status="Running", shown="Running")


def test_walks_share_their_presses_and_each_makes_some():
    quick, idle = Tally(), Tally()
    quota = Quota(together=4, each=1, tallies=(quick, idle))
    quick.counts.update(dict.fromkeys(KINDS, 3))
    assert quota.missing(quick) == quota.missing(idle) == list(KINDS)
    quick.counts["Stop"] += 1
    assert quota.missing(quick) == [kind for kind in KINDS if kind != "Stop"]
    assert quota.missing(idle) == list(KINDS)
    idle.counts["Pause"] += 1
    assert "Pause" not in quota.missing(quick) + quota.missing(idle)


@pytest.fixture
def walk():
    return Walk(tab=None, random=random.Random(0), is_short=False, tally=Tally())


class Presses:
    """A walk's presses: one of a kind that is missing at every so many tries, else of one that is not."""

    def __init__(self, walk, every):
        self.walk, self.every, self.tries = walk, every, 0

    def __call__(self, missing):
        self.tries += 1
        kind = missing[0] if self.tries % self.every == 0 else "Start"
        self.walk.tally.counts[kind] += 1


@pytest.fixture
def pressing(walk, monkeypatch):
    """Return a function that lets a walk go until there are two presses on Undo, and returns its presses."""
    walk.tab = SimpleNamespace(sight=lambda: PAUSED)
    for name in ("_open", "_check_the_end"):
        monkeypatch.setattr(walk, name, lambda: None)

    def go(every):
        presses = Presses(walk, every)
        monkeypatch.setattr(walk, "_press_one", presses)
        walk.tally.counts.update({kind: 2 for kind in KINDS if kind != "Undo"})
        walk.go(Quota(together=2, each=2, tallies=(walk.tally,)))
        return presses

    return go


def test_a_kind_that_cannot_be_pressed_ends_the_walk_and_is_named(walk, pressing):
    assert pressing(every=MOST_IN_VAIN + 1).tries == MOST_IN_VAIN
    [fault] = walk.tally.faults
    assert fault.startswith(f"{MOST_IN_VAIN} tries without a press of Undo;")
    assert "status='Paused'" in fault


def test_a_kind_that_can_be_pressed_now_and_then_is_waited_for(walk, pressing):
    assert pressing(every=MOST_IN_VAIN).tries == 2 * MOST_IN_VAIN
    assert walk.tally.faults == []


@pytest.mark.parametrize(
    ("kind", "before", "after", "once"),
    [
        pytest.param("One step", PAUSED, {"generation": 4, "step": 6}, True, id="one step"),
        pytest.param("One step", PAUSED, {}, False, id="no step"),
        pytest.param("One step", PAUSED, {"generation": 6, "step": 7}, False, id="two steps"),
        pytest.param("Resume", PAUSED, {"generation": 3, "status": "Running"}, True, id="resumed"),
        pytest.param("Stop", PAUSED, {"generation": 3, "status": "Stopped"}, True, id="stopped"),
        pytest.param("Stop", PAUSED, {"generation": 4, "status": "Stopped"}, False, id="stopped twice"),
        pytest.param("Stop", RUNNING, {"generation": 5, "status": "Stopped"}, False, id="paused and stopped"),
        pytest.param(
            "Stop",
            RUNNING,
            {"generation": 5, "status": "Stopped", "step": 8},
            True,
            id="paused by itself first",
        ),
        pytest.param(
            "Resume",
            PAUSED,
            {"generation": 4, "status": "Paused", "step": 8},
            True,
            id="resumed up to the mark",
        ),
        pytest.param("Resume", PAUSED, {"generation": 4}, False, id="resumed and paused"),
        pytest.param("Pause", RUNNING, {"generation": 4, "status": "Paused"}, True, id="paused"),
        pytest.param("Pause", RUNNING, {"generation": 4, "status": "Finished"}, True, id="ended first"),
        pytest.param("Pause", RUNNING, {}, False, id="still running"),
        pytest.param("New seed", PAUSED, {"addresses": (A, B)}, True, id="another seed"),
        pytest.param("New seed", PAUSED, {"addresses": (A, B, A)}, False, id="a seed that goes back"),
        pytest.param("New seed", PAUSED, {"addresses": (A, B), "step": 4}, False, id="a run that goes back"),
        pytest.param("Pause", RUNNING, {"addresses": (A, B), "generation": 4}, False, id="another address"),
        pytest.param(
            "Reset",
            PAUSED,
            {"run": "b", "generation": 0, "step": 0, "status": "Ready"},
            True,
            id="reset",
        ),
        pytest.param("Reset", PAUSED, {}, False, id="not reset"),
    ],
)
def test_an_answer_counts_if_there_is_exactly_one(walk, kind, before, after, once):
    fault = walk._fault(kind, before, replace(before, **after), changed=False)
    assert (fault == "") == once


def test_a_reset_run_has_the_set_up_of_the_run_before_it_though_the_page_has_another(walk):
    changed = replace(PAUSED, addresses=(A, B))
    after = {"run": "b", "generation": 0, "step": 0, "status": "Ready", "shown": "Ready"}
    reset = replace(changed, **after, enabled=("Start", "One step"))
    walk._set_ups["a"] = PAUSED.words
    walk.tab = SimpleNamespace(sight=lambda: reset, let_draw=lambda: None)
    assert walk._take_answer("Reset", changed) == reset
    assert walk._set_ups["b"] == PAUSED.words


@pytest.mark.parametrize(
    ("after", "name"),
    [
        pytest.param({"addresses": (A, B)}, "addresses", id="the address"),
        pytest.param({"step": 6}, "step", id="the step"),
        pytest.param({"generation": 3}, "generation", id="the status, and back"),
        pytest.param({"run": "b"}, "run", id="the run"),
    ],
)
def test_what_changes_without_a_press_is_a_fault(walk, after, name):
    walk._expected = PAUSED
    walk._check_unchanged(PAUSED)
    with pytest.raises(LostPressError, match=f"^{name} became"):
        walk._check_unchanged(replace(PAUSED, **after))


def test_a_run_may_advance_and_end_without_a_press(walk):
    walk._expected = RUNNING
    walk._check_unchanged(replace(RUNNING, step=9))
    walk._check_unchanged(replace(RUNNING, step=9, generation=4, status="Finished"))
    walk._check_unchanged(replace(RUNNING, step=8, generation=4, status="Paused"))
    with pytest.raises(LostPressError, match=r"^status became"):
        walk._check_unchanged(replace(RUNNING, generation=3, status="Paused"))


@pytest.fixture
def echo():
    """Yield the address of a server that sends back what it gets."""
    listener = socket.create_server(("127.0.0.1", 0))

    def answer():
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                while data := connection.recv(100):
                    connection.sendall(data)

    thread = threading.Thread(target=answer)
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join(10)


def _connected(address):
    return socket.create_connection(("127.0.0.1", int(address.rstrip("/").rpartition(":")[2])), timeout=10)


def test_a_slow_line_delays_both_ways_and_keeps_the_order(echo):
    with SlowLine(echo, 0.1).running() as address, _connected(address) as connection:
        began = time.monotonic()
        connection.sendall(b"one")
        connection.sendall(b"two")
        got = b""
        while len(got) < 6:
            got += connection.recv(10)
        assert got == b"onetwo"
        assert time.monotonic() - began >= 0.2


def test_a_line_that_is_cut_ends_its_connections_until_it_is_mended(echo):
    line = SlowLine(echo, 0.0)
    with line.running() as address:
        with _connected(address) as connection:
            line.cut()
            assert connection.recv(10) == b""
        with _connected(address) as connection:
            assert connection.recv(10) == b""
        line.mend()
        with _connected(address) as connection:
            connection.sendall(b"back")
            assert connection.recv(10) == b"back"
