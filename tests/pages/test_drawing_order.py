"""Pages are drawn a few at a time; Streamlit alone draws all at once."""

import threading
from contextlib import ExitStack
from unittest.mock import Mock

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from websockets.sync.client import connect

from pages.patches import drawing_order
from tests.browser.dashboard import served
from tests.pages.test_patches import LAUNCHER
from tests.waiting import wait_until

MORE = drawing_order.AT_ONCE + 1
# all who draw it at the same time say so; `sys` outlives a drawing
PAGE = f"""
import sys, threading
import streamlit as st
sys.met = getattr(sys, "met", threading.Barrier({MORE}))
try:
    sys.met.wait(4)
    st.text("at once")
except threading.BrokenBarrierError:
    st.text("in turn")
"""


def words(folder):
    """Return what the pages of Streamlit alone say to one more visitor than there are places."""
    page = folder / "app.py"
    page.write_text(PAGE, encoding="utf-8")
    with served(folder / "log.txt", page, starter=[str(LAUNCHER)]) as address, ExitStack() as tabs:
        stream, origin = address.replace("http", "ws") + "_stcore/stream", address.rstrip("/")
        opened = [
            tabs.enter_context(
                connect(stream, origin=origin, subprotocols=["streamlit"], max_size=None, proxy=None)
            )
            for _ in range(MORE)
        ]
        for tab in opened:
            tab.send(BackMsg(rerun_script=ClientState()).SerializeToString())
        return {said(tab) for tab in opened}


def said(tab):
    while True:
        content = tab.recv(timeout=20, decode=False)
        for word in ("at once", "in turn"):
            if word.encode() in content:
                return word


def test_streamlit_alone_draws_all_pages_at_once(tmp_path):
    """If this fails, Streamlit limits them itself, and pages/patches/drawing_order.py may go."""
    assert words(tmp_path) == {"at once"}


@pytest.fixture
def drawing(monkeypatch):
    """Return the runners whose pages are being drawn, which end when the test sets their `end`."""
    drawn = []

    def draw(runner, _):
        drawn.append(runner)
        runner.end.wait(20)

    monkeypatch.setattr(drawing_order, "streamlits_own", draw)
    return drawn


def asked_for(count):
    runners = [Mock(end=threading.Event()) for _ in range(count)]
    threads = [threading.Thread(target=drawing_order._in_turn, args=(one, None)) for one in runners]
    for thread in threads:
        thread.start()
    return runners, threads


def test_one_page_more_than_there_are_places_waits_until_another_is_drawn(drawing):
    runners, threads = asked_for(MORE)
    wait_until(lambda: len(drawing) == MORE - 1)
    threads[-1].join(0.2)
    assert len(drawing) == MORE - 1
    drawing[0].end.set()
    wait_until(lambda: len(drawing) == MORE)
    for runner, thread in zip(runners, threads, strict=True):
        runner.end.set()
        thread.join()


def test_a_page_goes_past_those_that_keep_their_places_for_long(drawing, monkeypatch):
    monkeypatch.setattr(drawing_order, "PATIENCE", 0.1)
    runners, threads = asked_for(MORE)
    wait_until(lambda: len(drawing) == MORE)
    for runner, thread in zip(runners, threads, strict=True):
        runner.end.set()
        thread.join()
