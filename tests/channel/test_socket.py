"""The live channel's socket, driven by a client of its own."""

import json
import socket
import struct
import threading
from time import monotonic, sleep

import pytest

from pages.channel import routes
from pages.server import server
from tests.channel.tapes import BrokenTape, Tape, close_code, numbers_until, unpacked
from tests.waiting import wait_until

HIDDEN, SHOWN = '{"hidden": true}', '{"hidden": false}'


def first(connection):
    return unpacked(connection.recv(timeout=20))


def connected(client):
    """Open a socket of the session and wait for its first frame."""
    connection = client.connect()
    first(connection)
    return connection


def hide(client, connection):
    connection.send(HIDDEN)
    wait_until(lambda: not client.viewer.is_watching)


def test_a_frame_is_complete_with_its_run_its_sequence_and_its_blobs(client_of):
    tape = Tape("run 1", size=40)
    tape.show(7)
    header, blobs = first(client_of(tape).connect())
    assert header == {
        "run": "run 1",
        "sequence": 7,
        "number": 7,
        "line": "7 · ½",
        "blobs": [["map", 40]],
    }
    assert blobs == {"map": bytes([0, 0, 0, 7]) * 10}


def test_each_source_of_the_session_comes_over_one_socket(client_of):
    client = client_of(Tape("one"), Tape("two"))
    connection = client.connect()
    assert {first(connection)[0]["run"] for _ in range(2)} == {"one", "two"}
    third = Tape("three")
    client.viewer.show([third], lambda: True)
    assert first(connection)[0]["run"] == "three"


def test_a_client_that_is_slower_than_the_source_gets_its_last_frame_and_not_every_one(client_of):
    tape = Tape()
    connection = client_of(tape).connect()
    assert first(connection)[0]["number"] == 0
    for number in range(1, 1001):
        tape.show(number)
    numbers = numbers_until(lambda: connection.recv(timeout=20), 1000)
    assert numbers == sorted(numbers)
    assert len(numbers) < 100


def test_a_frame_that_somebody_waits_for_comes_at_once_and_others_wait_for_their_turn(client_of, monkeypatch):
    monkeypatch.setattr(routes, "WAIT_SECONDS", 3600.0)
    tape = Tape()
    connection = client_of(tape).connect()
    assert first(connection)[0]["number"] == 0
    tape.show(1)
    with pytest.raises(TimeoutError):
        connection.recv(timeout=0.5)
    tape.show(2, at_once=True)
    assert first(connection)[0]["number"] == 2


def test_many_sockets_share_the_frames_that_the_server_sends_in_a_second(client_of, monkeypatch):
    monkeypatch.setattr(routes, "FRAMES_PER_SECOND", 4)
    tape = Tape()
    client = client_of(tape)
    connections = [client.connect() for _ in range(4)]  # each may have one a second
    for connection in connections:
        assert first(connection)[0]["number"] == 0
    began = monotonic()
    for number in (1, 2):
        tape.show(number)
        for connection in connections:
            assert first(connection)[0]["number"] == number
    assert monotonic() - began >= 1


MEBIBYTE = 1024 * 1024


def test_a_client_that_stops_reading_costs_the_server_two_frames_and_then_gets_the_latest(
    client_of, monkeypatch
):
    monkeypatch.setattr(routes, "WAIT_SECONDS", 0.001)
    tape = Tape(size=MEBIBYTE)
    client = client_of(tape)
    connection = client.connect(max_queue=1)

    wait_until(lambda: tape.show(tape.number + 1) or client.server.buffered > 0)
    computed = tape.computed
    for _ in range(500):
        tape.show(tape.number + 1)
        sleep(0.001)  # longer than WAIT_SECONDS: each number could be sent
        assert client.server.buffered < 2 * MEBIBYTE
    assert tape.computed < computed + 50  # the system takes some megabytes for itself
    numbers = numbers_until(lambda: connection.recv(timeout=20), tape.number)
    assert numbers == sorted(set(numbers))
    assert len(numbers) < 100


def test_nothing_is_computed_or_sent_while_nothing_changes(client_of):
    tape = Tape()
    connection = connected(client_of(tape))
    computed = tape.computed
    with pytest.raises(TimeoutError):
        connection.recv(timeout=10 * routes.WAIT_SECONDS)
    assert tape.computed <= computed + 1


def test_an_unknown_key_is_accepted_and_then_refused(client_of):
    assert close_code(client_of().connect_to(f"/live/a/{'0' * 32}")) == 4404


def test_the_name_of_another_replica_leads_to_the_key_all_the_same(client_of):
    client = client_of(Tape())
    assert first(client.connect_to(f"/live/b/{client.key}"))[0]["run"] == "tape"


def test_another_site_s_page_is_refused_with_the_right_key(client_of):
    assert close_code(client_of(Tape()).connect(origin="https://stranger.example")) == 4403


def test_a_page_of_the_server_s_own_address_is_served(client_of):
    client = client_of(Tape())
    assert first(client.connect(origin=f"http://127.0.0.1:{client.server.port}"))[0]["number"] == 0


def test_the_fifth_socket_of_a_session_is_refused_and_one_that_ends_makes_room(client_of):
    client = client_of(Tape())
    four = [client.connect() for _ in range(4)]
    for connection in four:
        first(connection)
    assert close_code(client.connect()) == 4429
    four[0].close()
    wait_until(lambda: client.sockets == 3)
    assert first(client.connect())[0]["number"] == 0


@pytest.mark.parametrize(
    "message", ["x" * 1025, "½" * 600, b"x" * 1025], ids=["text", "bytes of text", "bytes"]
)
def test_a_message_of_more_than_a_kibibyte_ends_the_socket(client_of, message):
    connection = client_of(Tape()).connect()
    connection.send(message)
    assert close_code(connection) == 4413


def test_more_than_forty_messages_a_second_end_the_socket(client_of):
    connection = client_of(Tape()).connect()
    for _ in range(41):
        connection.send(SHOWN)
    assert close_code(connection) == 4408


NONSENSE = (
    "",
    "{",
    "null",
    "[]",
    "3",
    '{"hidden": 1}',
    '{"hidden": null}',
    '{"stop": true}',
    '{"choose": 3}',
    '{"choose": ["tape"]}',
    '{"choose": [1, 2]}',
    '{"choose": ["no tape", 2]}',
    '{"halt": ["tape", "stop"]}',
    '{"halt": ["tape", "stop", "1"]}',
    '{"halt": ["tape", "start", 1]}',
    '{"halt": ["no tape", "stop", 1]}',
    "[" * 1024,
    "NaN",
    b"\xff\xfe",
    b"",
)


def test_messages_without_sense_are_ignored(client_of):
    tape = Tape()
    client = client_of(tape)
    connection = connected(client)
    for message in NONSENSE:
        connection.send(message)
    tape.show(1)
    assert first(connection)[0]["number"] == 1
    assert client.viewer.is_watching
    assert tape.halts == []


def test_a_press_that_halts_reaches_its_source_alone_with_the_generation_that_was_seen(client_of):
    tape, other = Tape(), Tape("other")
    connection = connected(client_of(tape, other))
    connection.send('{"halt": ["tape", "pause", 7]}')
    connection.send('{"halt": ["tape", "stop", 8]}')
    wait_until(lambda: tape.halts == [("pause", 7), ("stop", 8)])
    assert other.halts == []


def test_a_choice_of_weights_reaches_its_source_alone(client_of):
    tape, other = Tape(), Tape("other")
    connection = connected(client_of(tape, other))
    for choice in (64, "Best", None):
        connection.send(json.dumps({"choose": ["tape", choice]}))
    wait_until(lambda: tape.choices == [64, "Best", None])
    assert other.choices == []


@pytest.fixture
def quick_if_hidden(monkeypatch):
    monkeypatch.setattr(routes, "HIDDEN_SECONDS", 0.5)


@pytest.mark.usefixtures("quick_if_hidden")
def test_a_revoked_key_ends_its_sockets_and_lets_the_sources_go(client_of):
    tape = Tape()
    client = client_of(tape)
    hidden = connected(client)
    hide(client, hidden)
    tape.show(1)
    first(hidden)
    seen = connected(client)
    server.current().audience.revoke(client.key)
    assert server.current().audience.looking_at(tape.name) == frozenset()
    assert close_code(seen) == 4404
    assert close_code(hidden) == 4404
    assert close_code(client.connect()) == 4404


def test_a_frame_that_cannot_be_computed_is_logged_without_the_key_and_ends_the_socket(client_of, caplog):
    client = client_of(BrokenTape())
    assert close_code(client.connect()) == 1011
    [record] = [record for record in caplog.records if record.name == routes.__name__]
    assert "no frame" in record.exc_text or "no frame" in str(record.exc_info[1])
    assert client.key not in caplog.text


# --- who looks ------------------------------------------------------------------------------------


def test_the_source_hears_that_somebody_looks_when_a_socket_opens_and_when_its_tab_says_so(client_of):
    tape = Tape()
    client = client_of(tape)
    connection = connected(client)
    assert len(tape.looks) == 1
    connection.send(SHOWN)
    wait_until(lambda: len(tape.looks) == 2)
    client.is_there = False  # Streamlit's own socket is cut
    assert tape.looks[-1]()
    connection.close()
    wait_until(lambda: not tape.looks[-1]())


def test_the_source_hears_of_a_tab_that_is_there_though_nobody_sees_it(client_of):
    tape = Tape()
    connection = connected(client_of(tape))
    for _ in range(2):
        connection.send(HIDDEN)
    wait_until(lambda: len(tape.looks) == 3)


def test_a_look_may_begin_runs_and_so_keeps_no_socket_waiting(client_of):
    tape = Tape()
    client = client_of(tape)
    connection = connected(client)
    begins, may_begin = threading.Event(), threading.Event()

    def begin(_):
        begins.set()
        may_begin.wait(20)

    tape.seen = begin
    another = Tape("another")
    other = client_of(another).connect()
    first(other)
    connection.send(SHOWN)
    assert begins.wait(20)
    another.show(1)
    assert unpacked(other.recv(timeout=5))[0]["number"] == 1
    may_begin.set()


@pytest.mark.usefixtures("quick_if_hidden")
def test_a_hidden_tab_gets_headers_at_long_intervals_and_the_whole_frame_as_soon_as_it_is_shown(client_of):
    tape = Tape(size=400)
    client = client_of(tape)
    connection = client.connect()
    assert first(connection)[1] != {}
    hide(client, connection)
    tape.show(1)  # the socket still waits for news as that of a tab that is seen
    assert first(connection)[1] == {}
    began = monotonic()
    for number in range(2, 100):
        tape.show(number)
    header, blobs = first(connection)
    assert (header["number"], header["blobs"], blobs) == (99, [], {})
    assert monotonic() - began > 0.25
    connection.send(SHOWN)
    header, blobs = first(connection)
    assert (header["number"], len(blobs["map"])) == (99, 400)
    assert client.viewer.is_watching


def test_a_tab_that_is_shown_again_waits_for_no_interval(client_of):
    tape = Tape(size=400)
    client = client_of(tape)
    connection = connected(client)
    hide(client, connection)
    tape.show(1)
    assert first(connection)[1] == {}
    began = monotonic()
    connection.send(SHOWN)
    assert first(connection)[1] != {}
    assert monotonic() - began < routes.HIDDEN_SECONDS / 2


# --- sockets that end -----------------------------------------------------------------------------


def test_idle_sockets_that_their_tabs_close_leave_nothing_behind(client_of):
    clients = [client_of(Tape()) for _ in range(20)]
    connections = [one.connect() for one in clients]
    for connection in connections:
        first(connection)
    for connection in connections:
        connection.close()
    wait_until(lambda: sum(one.sockets for one in clients) + clients[0].server.tasks == 0, 5)


def test_idle_sockets_that_are_cut_leave_nothing_behind(client_of):
    clients = [client_of(Tape()) for _ in range(20)]
    for index, one in enumerate(clients):
        connection = one.connect()
        first(connection)
        if index % 2:  # a reset instead of an end
            connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.socket.shutdown(socket.SHUT_RD if index % 2 else socket.SHUT_RDWR)
        connection.socket.close()
    wait_until(lambda: sum(one.sockets for one in clients) + clients[0].server.tasks == 0, 5)


def test_sockets_that_are_cut_while_frames_come_leave_nothing_behind_and_log_nothing(client_of, caplog):
    tapes = [Tape(size=100_000) for _ in range(20)]
    clients = [client_of(tape) for tape in tapes]
    for number, (one, tape) in enumerate(zip(clients, tapes, strict=True)):
        connection = one.connect()
        tape.show(number + 1)
        connection.socket.shutdown(socket.SHUT_RDWR)
        tape.show(number + 100)
    wait_until(lambda: sum(one.sockets for one in clients) + clients[0].server.tasks == 0, 5)
    assert [record.getMessage() for record in caplog.records if record.levelname == "ERROR"] == []
