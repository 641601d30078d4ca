"""Pages are drawn a few at a time; Streamlit alone draws all at once."""

import threading
from contextlib import suppress
from unittest.mock import Mock

import pytest
from streamlit.runtime.scriptrunner.script_runner import ScriptRunnerEvent

from pages.patches import drawing_order
from pages.runs.job import Job
from pages.server.drawing_queue import AT_ONCE, DrawingQueue
from tests.pages.test_patches import request, said, tabs_of
from tests.waiting import wait_until

# all who draw it at the same time say so; `sys` outlives a drawing
PAGE = f"""
import sys, threading
import streamlit as st
sys.met = getattr(sys, "met", threading.Barrier({AT_ONCE + 1}))
try:
    sys.met.wait(4)
    st.text("at once")
except threading.BrokenBarrierError:
    st.text("in turn")
"""
# the first drawing applies the patches; one that is asked to is held until another has waited and left
PAGE_IN_TURN = f"""
import dataclasses, sys, time
import streamlit as st
from streamlit import runtime
from pages import patches
from pages.server import server
from pages.server.drawing_queue import DrawingQueue

def wait_until(condition):
    while not condition():
        time.sleep(0.01)

if not server.has_begun():
    server.begin(dataclasses.replace(server.current(), drawing=DrawingQueue(patience=60)))
    patches.apply()
sys.drawn = getattr(sys, "drawn", 0) + 1
st.text(f"drawn {{sys.drawn}}")
if "held" in st.query_params:
    wait_until(lambda: server.current().drawing.waiting)
    st.text("another waits")
    wait_until(lambda: len(runtime.get_instance()._session_mgr.list_active_sessions()) == {AT_ONCE + 1})
"""


def test_streamlit_alone_draws_all_pages_at_once(tmp_path):
    """If this fails, Streamlit limits them itself, and pages/patches/drawing_order.py may go."""
    with tabs_of(tmp_path, PAGE, AT_ONCE + 1) as tabs:
        for tab in tabs:
            request(tab)
        assert {said(tab, "at once", "in turn") for tab in tabs} == {"at once"}


def test_a_page_whose_user_leaves_while_it_waits_is_not_drawn(tmp_path):
    with tabs_of(tmp_path, PAGE_IN_TURN, AT_ONCE + 2) as (first, *held, leaves):
        request(first)
        said(first, "drawn 1")
        for number, tab in enumerate(held, 2):
            request(tab, "held")
            said(tab, f"drawn {number}")
        request(leaves)
        said(held[0], "another waits")
        leaves.close()
        request(first)
        said(first, f"drawn {AT_ONCE + 2}")


# --- the queue ----------------------------------------------------------------------------------------


class Tab:
    """A thread that draws once it has a place, and ends or waits aside when the test says so."""

    def __init__(self, queue, drawn, then=threading.Event.wait):
        self.end = threading.Event()
        self.thread = threading.Thread(target=self._draw, args=(queue, drawn, then), daemon=True)
        waiting = queue.waiting
        self.thread.start()
        wait_until(lambda: self in drawn or queue.waiting > waiting)

    def _draw(self, queue, drawn, then):
        with suppress(ZeroDivisionError), queue.place():
            drawn.append(self)
            then(self.end)

    def ends(self):
        self.end.set()
        self.thread.join()


@pytest.fixture
def drawn():
    """Return the tabs that have begun to be drawn, in this order; at the end all end."""
    tabs = []
    yield tabs
    for tab in tabs:
        tab.ends()


def test_four_busy_tabs_let_a_fifth_be_drawn_next(drawn):
    queue = DrawingQueue(patience=60)
    for _ in range(AT_ONCE):
        Tab(queue, drawn)
    fifth = Tab(queue, drawn)
    busy = [Tab(queue, drawn) for _ in range(AT_ONCE)]  # the next requests of the first four
    assert (queue.drawing, queue.waiting) == (AT_ONCE, 1 + AT_ONCE)
    for tab in drawn[:AT_ONCE]:
        tab.ends()
    wait_until(lambda: len(drawn) == 2 * AT_ONCE)
    assert set(drawn[AT_ONCE:]) == {fifth, *busy[:-1]}  # the last one's place is that of the fifth
    assert (queue.drawing, queue.waiting) == (AT_ONCE, 1)
    fifth.ends()
    wait_until(lambda: busy[-1] in drawn)


def test_an_exception_in_a_drawing_gives_its_place_to_the_next(drawn):
    queue = DrawingQueue(1, patience=60)
    first = Tab(queue, drawn, lambda end: end.wait() and 1 / 0)
    second = Tab(queue, drawn)
    first.ends()
    wait_until(lambda: drawn == [first, second])
    second.ends()
    assert (queue.drawing, queue.waiting) == (0, 0)


def test_a_page_that_only_waits_lets_others_be_drawn_and_then_waits_for_a_place(drawn, own_server):
    queue = own_server(drawing=DrawingQueue(1, patience=60)).drawing
    goes_on, job = threading.Event(), Job("", lambda _: goes_on.wait(60), "", "")
    job.start()

    def waits(end):
        job.wait(60)
        drawn.append("again")
        end.wait()

    first = Tab(queue, drawn, waits)
    second = Tab(queue, drawn)
    wait_until(lambda: drawn == [first, second])
    goes_on.set()
    wait_until(lambda: queue.waiting == 1)
    assert drawn == [first, second]
    second.ends()
    wait_until(lambda: drawn[2:] == ["again"])
    drawn.pop()


def test_between_two_runs_of_a_chain_another_page_is_drawn(drawn, own_server, monkeypatch):
    queue = own_server(drawing=DrawingQueue(1, patience=60)).drawing
    monkeypatch.setattr(drawing_order, "_streamlits_end", Mock())
    ends, again = drawing_order._pass_on_after, ScriptRunnerEvent.SCRIPT_STOPPED_FOR_RERUN
    goes_on = threading.Event()

    def rerun(_):
        goes_on.wait(60)
        ends(None, None, again)
        drawn.append("again")

    first = Tab(queue, drawn, rerun)
    second = Tab(queue, drawn)
    goes_on.set()
    wait_until(lambda: drawn == [first, second])
    second.ends()
    first.thread.join()
    assert drawn.pop() == "again"


def test_a_page_goes_past_those_that_keep_their_places_for_long(drawn):
    queue = DrawingQueue(1, patience=0.1)
    Tab(queue, drawn)
    second = Tab(queue, drawn)
    wait_until(lambda: second in drawn)
    second.ends()
    assert (queue.drawing, queue.waiting) == (1, 0)  # it had no place to give back
