"""The live channel of the real dashboard, below a base path: its keys, its log and its end."""

import os
import signal
import subprocess
import sys
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest
from websockets.sync.client import connect

from tests.browser.dashboard import ROOT, free_port, served, trouble_in
from tests.channel import visit
from tests.channel.tapes import close_code, unpacked
from tests.waiting import wait_until

LAUNCHER = ROOT / "tests/browser/plain_server.py"
NAME = "0123456789abcdef" * 2
BELOW_A_PATH = {"prefix": "demo/", "options": ["--logger.level=debug"]}  # it logs all that it can
SHORT = "v=1&polynomials=3x~x^2&samples=10&steps=1&hidden=2"


def channel_of(tab, **options):
    """Open the socket of a tab's channel."""
    address = tab.server.replace("http", "ws") + tab.channel
    return connect(address, proxy=None, max_size=None, close_timeout=0.5, **options)


def latest(connection):
    return unpacked(connection.recv(timeout=60))[0]


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    return tmp_path_factory.mktemp("dashboard") / "log.txt"


@pytest.fixture(scope="module")
def server(log):
    """Yield the address of a dashboard that is served so."""
    with served(log, **BELOW_A_PATH) as address:
        yield address


@pytest.mark.slow
def test_a_run_is_shown_below_a_base_path_by_socket_and_by_http(server):
    with visit.opened(server) as tab:
        assert tab.channel == ""  # nothing to follow
        tab.press("Start")
        with channel_of(tab) as connection:
            first = latest(connection)
            assert (first["run"], first["active"]) == (tab.run, True)
            while latest(connection)["step"] <= first["step"]:
                pass
        with urllib.request.urlopen(f"{server}{tab.channel}/{tab.run}", timeout=20) as answer:
            assert answer.headers["Cache-Control"] == "no-store"
            assert unpacked(answer.read())[0]["step"] > first["step"]
        tab.press("Stop")


@pytest.mark.slow
def test_the_weights_of_a_map_are_there_for_its_tab_alone(server):
    with visit.opened(server) as tab:
        tab.press("Start")
        path = f"{server}{tab.channel}/progress.map/weights"
        with urllib.request.urlopen(path, timeout=20) as answer:
            header, blobs = unpacked(answer.read())
        assert header["shapes"][0][0] == 2
        numbers = sum(rows * columns + columns for rows, columns in header["shapes"])
        assert len(blobs["weights"]) == 8 * numbers
        for other in ("predict.map", "progress.loss"):
            with urllib.request.urlopen(path.replace("progress.map", other), timeout=20) as answer:
                assert answer.status == 204
        with urllib.request.urlopen(path.replace(tab.channel, f"live/a/{NAME}"), timeout=20) as answer:
            assert answer.status == 204
        tab.press("Stop")


@pytest.mark.slow
def test_the_run_continues_as_long_as_frames_are_fetched_though_no_page_runs(server):
    with visit.opened(server) as tab:
        tab.press("Start")
        maps = set()

        def has_changed():
            with urllib.request.urlopen(f"{server}{tab.channel}/{tab.run}", timeout=20) as answer:
                maps.add(unpacked(answer.read())[1].get("map"))
            return len(maps - {None}) > 1

        wait_until(has_changed)
        tab.press("Stop")


@pytest.mark.slow
def test_a_key_is_in_no_address_and_not_in_the_log(server, log):
    with visit.opened(server) as tab:
        tab.press("Start")
        key = tab.channel.rpartition("/")[2]
        with channel_of(tab) as connection:
            latest(connection)
        with channel_of(tab, origin="https://stranger.example") as refused:
            assert close_code(refused) == 4403
        urllib.request.urlopen(f"{server}{tab.channel}/{tab.run}", timeout=20).close()
        tab.press("Stop")
        assert len(bytes.fromhex(key)) == 16
        assert key not in tab.words
    text = log.read_text(encoding="utf-8")
    assert "Beginning script thread" in text  # it logs all that it can
    assert key not in text


@pytest.mark.slow
def test_a_refreshed_tab_gets_another_key_and_the_old_one_shows_nothing_more(server):
    with visit.opened(server) as before:
        before.name(NAME)
        before.press("Start")
        old = before.channel
        with channel_of(before) as connection:
            latest(connection)
            with visit.opened(server) as after:
                after.name(NAME)
                assert after.run == before.run
                assert after.channel not in ("", old)
                assert close_code(connection) == 4404
                with channel_of(after) as mine:
                    assert latest(mine)["run"] == after.run
                after.draw()  # each page confirms the name again
                with channel_of(after) as mine:
                    assert latest(mine)["run"] == after.run
                after.press("Stop")


@pytest.mark.slow
def test_visitors_who_come_to_a_launcher_s_server_at_once_all_follow_their_runs(tmp_path):
    """Routes, and all that begins with a server, are added to it late, in one place: the rest is the same."""

    def key_of_one_who_follows(_):
        with visit.opened(server) as tab:
            tab.press("Start")
            with channel_of(tab) as connection:
                assert latest(connection)["run"] == tab.run
            with urllib.request.urlopen(f"{server}{tab.channel}/{tab.run}", timeout=20) as answer:
                assert unpacked(answer.read())[0]["run"] == tab.run
            return tab.channel.rpartition("/")[2]

    log = tmp_path / "log.txt"
    with (
        served(log, starter=[str(LAUNCHER)], **BELOW_A_PATH) as server,
        ThreadPoolExecutor(4) as visitors,
    ):
        keys = list(visitors.map(key_of_one_who_follows, range(4)))
        with urllib.request.urlopen(f"{server}_stcore/metrics", timeout=20) as answer:
            text = answer.read().decode()
        assert text.count("\npolycore_sockets ") == 1  # it has begun once
    assert trouble_in(log) == []
    logged = log.read_text(encoding="utf-8")
    assert "Beginning script thread" in logged
    assert [key for key in keys if key in logged] == []


# --- its end ------------------------------------------------------------------------------------------


@pytest.fixture
def in_a_terminal(tmp_path):
    """Yield a server's process, its address and its log, as a terminal would start it."""
    port, log = free_port(), tmp_path / "log.txt"
    command = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py", "--server.headless=true"]
    command += [f"--server.port={port}", "--server.address=127.0.0.1"]
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a child inherits that it is ignored
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=output, start_new_session=True)
    signal.signal(signal.SIGINT, before)
    try:
        address = f"http://127.0.0.1:{port}/"
        wait_until(lambda: is_healthy(address))
        yield process, address, log
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def is_healthy(address):
    try:
        with urllib.request.urlopen(f"{address}_stcore/health", timeout=5):
            return True
    except OSError:
        return False


@pytest.mark.slow
def test_ctrl_c_ends_the_server_with_a_hundred_sockets_and_runs_under_way(in_a_terminal):
    process, address, log = in_a_terminal
    with ExitStack() as opened:
        # two runs go on; others that compute meanwhile would slow down all else
        for words in [*23 * [SHORT], *2 * [visit.WORDS]]:
            tab = opened.enter_context(visit.opened(address, words=words))
            tab.press("Start")
            for _ in range(4):
                latest(opened.enter_context(channel_of(tab)))
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does
        process.wait(timeout=20)  # on an idle machine it takes less than a second
    assert trouble_in(log) == []
