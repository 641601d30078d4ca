"""A server's answers leave when they are written, whoever made its socket."""

import os
import socket
import sys

import pytest

from pages.patches import delays


@pytest.fixture
def listening():
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, 0) as found:  # as Streamlit makes it
        found.bind(("127.0.0.1", 0))
        found.listen()
        yield found


def accepted(listening):
    with socket.create_connection(listening.getsockname()):
        connection, _ = listening.accept()
        return connection


def sends_at_once(connection):
    with connection:
        return connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0


@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not list the open files of a process")
def test_the_next_connections_send_at_once(listening):
    assert not sends_at_once(accepted(listening))
    delays.end()
    assert sends_at_once(accepted(listening))


def test_the_sockets_stay_open_and_others_as_they_are(listening):
    with socket.create_connection(listening.getsockname()) as client:
        connection, _ = listening.accept()
        with connection:
            delays.end()
            client.sendall(b"still here")
            assert connection.recv(10) == b"still here"


def test_it_leaves_no_file_open():
    """A pipe that stays open in a copy never ends for whoever reads it: a browser waited for ever."""
    reader, writer = os.pipe()
    with os.fdopen(reader, "rb"), os.fdopen(writer, "wb"):
        before = sorted(delays.OPEN_FILES.iterdir())
        delays.end()
        assert sorted(delays.OPEN_FILES.iterdir()) == before


def test_a_thread_that_computes_lets_another_one_answer_ten_times_as_soon():
    before = sys.getswitchinterval()
    try:
        sys.setswitchinterval(0.005)
        delays.end()
        assert sys.getswitchinterval() == pytest.approx(0.0005)
    finally:
        sys.setswitchinterval(before)
