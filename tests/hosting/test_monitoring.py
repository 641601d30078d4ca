"""What the operator of a server sees: its metrics, its log, its health."""

import asyncio
import json
import re
import sys
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from urllib.error import HTTPError

import pytest
from websockets.sync.client import connect

from pages.runs import sentences
from pages.server import monitoring
from pages.server.monitoring import FAMILIES, Provider, Usage
from tests.browser.dashboard import ROOT, served
from tests.channel import visit
from tests.channel.tapes import unpacked
from tests.waiting import wait_until

HOSTING = (ROOT / "docs/hosting.md").read_text(encoding="utf-8")
# `streamlit run`, after other code
STREAMLIT = "import sys; {}; from streamlit.web.cli import main; main(prog_name='streamlit')"
IDLE = Usage(
    sockets=0,
    computing=0,
    waiting=0,
    begun=40,
    refused=3,
    hits=100,
    misses=50,
    kept_bytes=2_000_000,
    workers=2,
    workers_alive=2,
    pages_drawn=0,
    pages_waiting=0,
)


def read(address):
    with urllib.request.urlopen(address, timeout=20) as answer:
        return answer.read().decode()


def metrics(server):
    """Return each of our metrics with its labels, as the text has them, and its value."""
    text = read(f"{server}_stcore/metrics?{'&'.join(f'families={name}' for name in FAMILIES)}")
    return {name: float(value) for name, value in re.findall(r"^(polycore_\S+) (\S+)$", text, re.MULTILINE)}


def channel_of(tab):
    address = tab.server.replace("http", "ws") + tab.channel
    return connect(address, proxy=None, max_size=None, close_timeout=0.5)


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    return tmp_path_factory.mktemp("server") / "log.txt"


@pytest.fixture(scope="module")
def server(log):
    """Yield the address of a server on which one run computes and one waits, and which soon logs a line."""
    limits = log.with_name("limits.toml")
    limits.write_text("max_running = 1\nmax_waiting = 1\n", encoding="utf-8")
    quickly = "from pages.server import monitoring; monitoring.keep_logging.__defaults__ = (0.2,)"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("POLYCORE_LIMITS", str(limits))
        with served(log, prefix="demo/", starter=("-c", STREAMLIT.format(quickly), "run")) as address:
            yield address


# --- metrics ------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_every_family_has_a_type_and_help_beside_streamlits_own(server):
    text = read(f"{server}_stcore/metrics")
    for name in FAMILIES:
        assert re.search(rf"^# TYPE {name} (gauge|counter)$", text, re.MULTILINE)
        assert re.search(rf"^# HELP {name} [A-Z].+\.$", text, re.MULTILINE)
    assert "\nactive_sessions " in text
    assert text.endswith("# EOF\n")


@pytest.mark.slow
def test_open_sockets_are_counted_until_they_close(server):
    with visit.opened(server) as tab, ExitStack() as sockets:
        tab.press("Start")
        for _ in range(3):
            unpacked(sockets.enter_context(channel_of(tab)).recv(timeout=60))
        assert metrics(server)["polycore_sockets"] == 3
        sockets.close()
        wait_until(lambda: metrics(server)["polycore_sockets"] == 0)
        tab.press("Stop")


@pytest.mark.slow
def test_runs_are_counted_as_they_compute_wait_and_are_refused(server):
    before = metrics(server)
    with ExitStack() as tabs:
        words = [f"{visit.WORDS}&seed={seed}" for seed in range(3)]
        computes, waits, is_refused = (tabs.enter_context(visit.opened(server, words=each)) for each in words)
        for tab in (computes, waits, is_refused):
            tab.press("Start")
        after = metrics(server)
        assert after['polycore_runs{state="computing"}'] == 1
        assert after['polycore_runs{state="waiting"}'] == 1
        begun, refused = "polycore_runs_begun_total", "polycore_runs_refused_total"
        assert (after[begun] - before[begun], after[refused] - before[refused]) == (2, 1)
        wait_until(lambda: metrics(server)['polycore_workers{state="missing"}'] == 0)
        assert metrics(server)['polycore_workers{state="alive"}'] >= 1
        waits.press("Stop")
        computes.press("Stop")
        wait_until(lambda: metrics(server)['polycore_runs{state="computing"}'] == 0)


@pytest.mark.slow
def test_what_another_session_has_trained_is_hit_and_not_computed_again(server):
    hits, misses = (f'polycore_cache_requests_total{{result="{result}"}}' for result in ("hit", "miss"))
    words = f"{visit.WORDS}&seed=7"
    before = metrics(server)
    with visit.opened(server, words=words) as first, visit.opened(server, words=words) as second:
        first.press("Start")
        wait_until(lambda: metrics(server)[misses] >= before[misses] + 3)
        first.press("Pause")
        computed = metrics(server)
        assert computed[hits] == before[hits]
        assert computed["polycore_cache_bytes"] > 0
        second.press("Start")
        wait_until(lambda: metrics(server)[hits] >= computed[hits] + 2)
        second.press("Stop")
        first.press("Stop")


def test_the_documented_metrics_are_those_that_are_served():
    documented = re.findall(r"^\| `(polycore_\w+)", HOSTING, re.MULTILINE)
    assert [name.removesuffix("_total") for name in documented] == list(FAMILIES)


def test_only_the_families_that_are_asked_for_are_read():
    provider = Provider(lambda: replace(IDLE, sockets=12))
    stats = provider.get_stats(["polycore_sockets", "active_sessions"])
    assert [stat.to_metric_str() for stats in stats.values() for stat in stats] == ["polycore_sockets 12"]
    assert set(provider.get_stats()) == set(FAMILIES)


# --- the log ------------------------------------------------------------------------------------------


def test_a_minute_without_runs_has_no_line():
    assert monitoring.line(IDLE, replace(IDLE, sockets=9)) is None


def test_a_line_says_what_runs_now_and_ran_in_the_last_minute():
    now = replace(
        IDLE,
        sockets=12,
        computing=3,
        waiting=2,
        begun=47,
        refused=4,
        hits=1310,
        misses=690,
        kept_bytes=23_400_000,
        workers_alive=1,
    )
    line = monitoring.line(IDLE, now)
    assert line == (
        "busy: computing 3 runs, 2 waiting, 7 begun, 1 refused; 12 sockets; 1 of 2 workers; "
        "640 results computed, 1,210 shared; 23 MB kept"
    )
    assert line.replace("1 of 2 workers", "2 of 2 workers") in HOSTING


def test_a_run_that_began_and_ended_within_a_minute_has_a_line():
    text = monitoring.line(IDLE, replace(IDLE, begun=41, misses=51))
    assert text.startswith("busy: computing 0 runs, 0 waiting, 1 begun")


def test_there_is_one_line_each_time_and_none_after_it_is_cancelled(monkeypatch):
    lines, usages = [], iter([IDLE, IDLE, replace(IDLE, begun=41), replace(IDLE, begun=41)])
    monkeypatch.setattr(monitoring, "_logger", type("Logger", (), {"info": lines.append}))

    async def log():
        with pytest.raises(StopIteration):
            await monitoring.keep_logging(lambda: next(usages), 0.001)

    # in a thread of its own: a browser's event loop may run in this one
    with ThreadPoolExecutor() as thread, pytest.raises(RuntimeError, match="StopIteration"):
        thread.submit(lambda: asyncio.run(log())).result()
    assert len(lines) == 1


@pytest.mark.slow
def test_the_line_is_in_the_log_of_an_ordinary_server_and_says_nothing_of_its_visitor(server, log):
    before = len(log.read_text(encoding="utf-8"))
    with visit.opened(server) as tab:
        tab.press("Start")
        key, run = tab.channel.rpartition("/")[2], tab.run
        wait_until(lambda: "busy: " in log.read_text(encoding="utf-8")[before:])
        tab.press("Stop")
    text = log.read_text(encoding="utf-8")[before:]
    assert re.search(r"^\d{4}-\d\d-\d\d \S+ busy: computing \d run", text, re.MULTILINE)
    assert key not in text
    assert run not in text


# --- health -------------------------------------------------------------------------------------------


def health(server):
    """Return the status and the text of the answer."""
    try:
        return 200, read(f"{server}live/health")
    except HTTPError as error:
        return error.code, error.read().decode()


@pytest.mark.slow
def test_a_server_whose_workers_can_start_is_healthy_before_any_was_needed(server):
    assert health(server) == (200, "ok")


@pytest.mark.slow
def test_a_server_that_cannot_start_workers_is_unhealthy_until_it_can_and_says_so_to_visitors(tmp_path):
    python, log = tmp_path / "python", tmp_path / "log.txt"
    quickly = "from polycore.workers import processes; processes.RETRY_SECONDS = 0.2"
    without = f"{quickly}; sys.executable = {str(python)!r}"
    with served(log, starter=("-c", STREAMLIT.format(without), "run")) as server:
        reason = "No worker process could be started: No such file or directory."
        wait_until(lambda: health(server) == (503, reason), state=lambda: health(server))
        assert read(f"{server}_stcore/health") == "ok"  # else no page would connect
        with visit.opened(server) as tab:
            tab.press("Start")
            with channel_of(tab) as connection:
                while not (error := unpacked(connection.recv(timeout=60))[0]["notes"]["error"]):
                    pass
            assert error == f"{reason} Try again in a minute. {sentences.AS_BEFORE}"
            python.write_text(f'#!/bin/sh\nexec {json.dumps(sys.executable)} "$@"\n', encoding="utf-8")
            python.chmod(0o755)
            wait_until(lambda: health(server) == (200, "ok"), state=lambda: health(server))
            tab.draw()
            tab.press("Resume")
            with channel_of(tab) as connection:
                while unpacked(connection.recv(timeout=60))[0]["step"] == 0:
                    pass
            tab.press("Stop")
