import contextlib
import math
import os
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import BrokenExecutor, CancelledError
from pathlib import Path

import pytest

from polycore import Experiment, PolycoreError, start
from polycore.commands.train import advanced
from polycore.workers import processes
from polycore.workers.processes import HangError, StartError, Urgent, Workers
from tests.faults.advances import compute_for
from tests.waiting import wait_until

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.slow  # it starts processes


@pytest.fixture(scope="module")
def two():
    with Workers(2) as pool:
        yield pool


@pytest.fixture
def one():
    with Workers(1) as pool:
        yield pool


class UnreadableError(Exception):
    """An exception that pickle can write but not read: its arguments are not those of its constructor."""

    def __init__(self, _one, _two):
        super().__init__("distinct")


def raise_unreadable():
    raise UnreadableError(1, 2)


def run_script(path: Path, text: str) -> subprocess.Popen[str]:
    path.write_text(f"import sys\nsys.path.insert(0, {str(ROOT)!r})\n{text}", encoding="utf-8")
    return subprocess.Popen([sys.executable, path], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except ProcessLookupError:
        return True
    except FileNotFoundError:  # there is no /proc here
        return False
    return state == "Z"  # it has ended, and nobody has asked for its exit code yet


def pids_of(pool: Workers) -> set[int]:
    """Return the process of each worker: calls that overlap, for each sleeps a little."""
    pool.start()
    wait_until(lambda: pool.alive == pool.count)
    code = "(__import__('time').sleep(0.1), __import__('os').getpid())[1]"
    return {call.result(10) for call in [pool.submit(eval, code) for _ in range(pool.count)]}


@pytest.mark.parametrize(("cores", "count"), [(1, 1), (3, 3), (8, 8), (64, 8)])
def test_there_is_one_worker_a_core_but_at_most_eight(monkeypatch, cores, count):
    monkeypatch.setattr(processes, "available_cores", lambda: cores)
    assert Workers().count == count


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="no system call for it there")
@pytest.mark.parametrize("cores", range(1, processes.available_cores() + 1))
def test_the_cores_are_those_that_this_process_may_use(cores):
    code = f"import os; os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:{cores}])\n"
    code += "from polycore.workers.processes import available_cores; print(available_cores())"
    answer = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert int(answer.stdout) == cores


@pytest.mark.parametrize(
    ("group", "cores"),
    [
        # Docker writes these for --cpus 2, --cpus 1.5 and without the option
        pytest.param({"cpu.max": "200000 100000\n"}, 2, id="two cores"),
        pytest.param({"cpu.max": "150000 100000\n"}, 2, id="one and a half"),
        pytest.param({"cpu.max": "7800 100000\n"}, 1, id="less than one"),
        pytest.param({"cpu.max": "1600000 100000\n"}, 6, id="more than there are"),
        pytest.param({"cpu.max": "max 100000\n"}, 6, id="no quota"),
        pytest.param({"cpu.cfs_quota_us": "200000\n", "cpu.cfs_period_us": "100000\n"}, 2, id="version 1"),
        pytest.param({"cpu.cfs_quota_us": "-1\n", "cpu.cfs_period_us": "100000\n"}, 6, id="1, no quota"),
        pytest.param({}, 6, id="no container"),
    ],
)
def test_a_container_has_the_cores_of_its_quota(monkeypatch, tmp_path, group, cores):
    for name, content in group.items():
        (tmp_path / name).write_text(content, encoding="ascii")
    files = [[tmp_path / Path(file).name for file in names] for names in processes.QUOTA_FILES]
    monkeypatch.setattr(processes, "QUOTA_FILES", files)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(6)), raising=False)
    assert processes.available_cores() == cores


def test_calls_run_side_by_side_in_other_processes(two):
    pids = pids_of(two)
    assert len(pids) == 2
    assert os.getpid() not in pids


def test_a_result_of_many_pipes_full_comes_back_whole(two):
    data = os.urandom(3_000_000)
    assert two.submit(bytes.__add__, data, b"end").result(10) == data + b"end"


def test_what_a_call_raises_comes_back_with_where_it_was_raised(two):
    with pytest.raises(ZeroDivisionError) as caught:
        two.submit(divmod, 1, 0).result(10)
    assert "processes.py" in "".join(caught.value.__notes__)


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        pytest.param(lambda: None, Exception, id="what goes in"),
        pytest.param(compile, TypeError, id="what comes out"),
        pytest.param(raise_unreadable, RuntimeError, id="an exception"),
    ],
)
def test_what_cannot_be_pickled_fails_its_own_call_alone(two, function, expected):
    arguments = ("1", "text", "eval") if function is compile else ()
    with pytest.raises(expected):
        two.submit(function, *arguments).result(10)
    assert two.submit(divmod, 7, 2).result(10) == (3, 1)


def test_what_a_call_prints_does_not_get_among_the_answers(two):
    assert two.submit(print, "x" * 100).result(10) is None
    assert two.submit(os.write, 1, b"y\n").result(10) == 2


@pytest.mark.parametrize("library", ["OPENBLAS", "OMP", "MKL"])
def test_numpy_has_one_thread_in_a_worker(two, library):
    assert two.submit(os.getenv, f"{library}_NUM_THREADS").result(10) == "1"


def test_a_worker_has_imported_polycore_before_its_first_call_and_never_streamlit(two):
    modules = "list(__import__('sys').modules)"
    loaded = two.submit(eval, modules).result(10)
    assert "polycore" in loaded
    assert "streamlit" not in loaded


def test_a_killed_worker_takes_only_its_own_call_along(two):
    survivor = two.submit(eval, "(__import__('time').sleep(0.5), 7)[1]")
    with pytest.raises(BrokenExecutor, match="code -9"):
        two.submit(eval, "__import__('os').kill(__import__('os').getpid(), 9)").result(10)
    assert survivor.result(10) == 7
    assert len(pids_of(two)) == 2


def test_a_worker_killed_between_two_calls_costs_nothing(one):
    pid = one.submit(os.getpid).result(10)
    os.kill(pid, signal.SIGKILL)
    with contextlib.suppress(ChildProcessError):  # the workers may have noticed, and reaped it, already
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    assert one.submit(os.getpid).result(10) != pid


def test_a_worker_whose_end_the_system_does_not_show_yet_costs_nothing(one, monkeypatch):
    monkeypatch.setattr(subprocess.Popen, "poll", lambda _: None)
    pid = one.submit(os.getpid).result(10)
    os.kill(pid, signal.SIGKILL)
    assert one.submit(os.getpid).result(10) != pid


def test_a_call_that_ends_its_worker_is_not_repeated(one, tmp_path):
    begun = tmp_path / "begun"
    code = f"open({str(begun)!r}, 'a').write('x') and __import__('os')._exit(3)"
    with pytest.raises(BrokenExecutor, match="code 3"):
        one.submit(eval, code).result(10)
    assert begun.read_text(encoding="utf-8") == "x"


@pytest.fixture
def impatient():
    with Workers(1, patience=1.5) as pool:
        yield pool


@pytest.mark.parametrize("answers", [True, False], ids=["computes", "only waits"])
def test_a_worker_that_neither_answers_nor_computes_for_long_is_replaced(impatient, answers):
    pid = impatient.submit(os.getpid).result(10)
    call = impatient.submit(compute_for if answers else time.sleep, 4.0)
    if answers:
        call.result(20)
    else:
        with pytest.raises(HangError, match=r"for 1\.5 s"):
            call.result(3.9)
    assert (impatient.submit(os.getpid).result(10) == pid) == answers


@pytest.mark.parametrize("patience", [0, -1.0, math.inf, math.nan, "1"])
def test_patience_is_a_time_after_which_a_worker_can_be_replaced(patience):
    with pytest.raises(PolycoreError, match=r"^patience: got .*; expected a number from 0\.1 to 86400\."):
        Workers(1, patience=patience)


def test_a_worker_stopped_between_two_calls_costs_only_time(impatient):
    pid = impatient.submit(os.getpid).result(10)
    os.kill(pid, signal.SIGSTOP)
    time.sleep(2.0)  # an idle one is not watched
    assert Path(f"/proc/{pid}").exists()
    assert impatient.submit(len, bytes(1_000_000)).result(20) == 1_000_000


def test_workers_that_end_before_they_begin_fail_the_call(monkeypatch):
    monkeypatch.setattr(sys, "executable", shutil.which("false"))
    with Workers(1) as pool, pytest.raises(BrokenExecutor, match="code 1"):
        pool.submit(os.getpid).result(10)


@pytest.mark.parametrize("microseconds", [0, 500, 1500, 3000])
def test_a_worker_killed_while_it_writes_does_not_hang_its_caller(one, microseconds):
    pid = one.submit(os.getpid).result(10)
    answer = one.submit(bytes, 3_000_000)
    time.sleep(microseconds / 1e6)
    os.kill(pid, signal.SIGKILL)
    error = answer.exception(10)
    assert error is None or isinstance(error, BrokenExecutor)
    assert one.submit(divmod, 7, 2).result(10) == (3, 1)


def test_an_interrupt_from_the_terminal_leaves_the_workers_to_the_server(one):
    pid = one.submit(os.getpid).result(10)
    # a terminal interrupts a group; here the group is another one, also before the worker can ignore it
    assert one.submit(os.getpgrp).result(10) != os.getpgrp()
    os.kill(pid, signal.SIGINT)
    assert one.submit(os.getpid).result(10) == pid


def test_urgent_calls_come_before_all_others_that_wait(one):
    one.submit(time.sleep, 0.2)
    calls = [one.submit(Urgent(time.monotonic) if urgent else time.monotonic) for urgent in (0, 1, 0, 1)]
    first, urgent, second, urgent_too = (call.result(10) for call in calls)
    assert urgent < urgent_too < first < second


def test_a_call_that_waits_can_be_cancelled(one):
    busy = one.submit(time.sleep, 0.2)
    waits = one.submit(divmod, 7, 2)
    assert waits.cancel()
    assert busy.result(10) is None
    with pytest.raises(CancelledError):
        waits.result(10)


@pytest.mark.parametrize("cancel", [False, True])
def test_a_shutdown_ends_the_workers_after_the_calls_made_so_far(cancel):
    pool = Workers(1)
    pid = pool.submit(os.getpid).result(10)
    calls = [pool.submit(time.sleep, 0.1) for _ in range(3)]
    wait_until(calls[0].running)
    pool.shutdown(cancel_futures=cancel)
    assert [call.cancelled() for call in calls] == [False, cancel, cancel]
    assert gone(pid)
    with pytest.raises(RuntimeError, match="shut down"):
        pool.submit(os.getpid)


def test_workers_that_are_killed_end_at_once_and_none_follow_them(monkeypatch):
    pool = Workers(2)
    pids = pids_of(pool)
    calls = [pool.submit(time.sleep, 60) for _ in range(3)]
    wait_until(lambda: calls[0].running() and calls[1].running())
    followers = []
    monkeypatch.setattr(processes.subprocess, "Popen", lambda *of, **_: followers.append(of))
    pool.kill()
    assert followers == []
    assert all(map(gone, pids))
    assert calls[2].cancelled()
    for call in calls[:2]:
        assert isinstance(call.exception(10), BrokenExecutor)
    with pytest.raises(RuntimeError, match="shut down"):
        pool.submit(os.getpid)


def test_workers_can_be_killed_before_their_first_call_and_again():
    pool = Workers(1)
    pool.kill()
    pool.kill()
    with pytest.raises(RuntimeError, match="shut down"):
        pool.submit(os.getpid)


def test_where_no_process_can_be_started_the_call_says_so(monkeypatch):
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with Workers(1) as pool, pytest.raises(StartError, match="No such file"):
        pool.submit(os.getpid).result(10)


def test_workers_say_how_many_can_compute_and_nothing_is_wrong_before_the_first_is_needed():
    with Workers(2) as pool:
        assert (pool.alive, pool.failure) == (0, None)
        pool.start()
        wait_until(lambda: pool.alive == 2)
        assert pool.failure is None
        killed = min(pids_of(pool))
        os.kill(killed, signal.SIGKILL)
        wait_until(lambda: pool.alive == 1)
        assert pool.failure is None  # a call starts another one
        calls = [pool.submit(time.sleep, 0.1) for _ in range(8)]
        wait_until(lambda: pool.alive == 2)
        assert killed not in pids_of(pool)
        assert [call.result(10) for call in calls] == [None] * 8
    assert pool.alive == 0


@pytest.mark.parametrize(("executable", "reason"), [("nowhere", "No such file"), ("false", "code 1")])
def test_workers_that_cannot_start_say_why_and_are_started_as_soon_as_they_can(
    monkeypatch, tmp_path, executable, reason
):
    python = tmp_path / "python"
    if executable == "false":
        python.symlink_to(shutil.which("false"))
    monkeypatch.setattr(processes, "RETRY_SECONDS", 0.05)
    own = sys.executable
    monkeypatch.setattr(sys, "executable", str(python))
    with Workers(2) as pool:
        pool.start()
        wait_until(lambda: pool.failure)
        assert reason in pool.failure
        assert pool.alive == 0
        python.unlink(missing_ok=True)
        python.write_text(f'#!/bin/sh\nexec "{own}" "$@"\n', encoding="utf-8")
        python.chmod(0o755)
        wait_until(lambda: pool.alive == 2)
        assert pool.failure is None


def test_a_command_whose_workers_cannot_start_says_so_in_a_sentence(monkeypatch):
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    experiment = Experiment(hidden=(4,), samples_per_class=10, steps=5)
    with Workers(1) as pool, pytest.raises(PolycoreError, match=r"No such file .*\. Close other programs"):
        list(advanced(start(experiment), pool))


def test_a_worker_does_not_run_the_page_again(tmp_path):
    script = run_script(
        tmp_path / "page.py",
        # no guard on __name__, as in a page: imported again, it would leave its name and start workers itself
        f"""
import os
from polycore.workers import Workers
with open({str(tmp_path / "imported")!r}, "a") as file:
    file.write(__name__ + " ")
print(Workers(1).submit(os.getpid).result())
""",
    )
    output, errors = script.communicate(timeout=20)
    assert (script.returncode, errors) == (0, "")
    assert int(output) != script.pid
    assert (tmp_path / "imported").read_text(encoding="utf-8") == "__main__ "


@pytest.mark.parametrize(
    "end",
    [
        pytest.param("time.sleep(60)", id="killed"),
        pytest.param("pass", id="ended during a call"),
    ],
)
def test_the_workers_end_soon_after_their_server_has(tmp_path, end):
    server = run_script(
        tmp_path / "server.py",
        f"""
import os, time
from polycore.workers import Workers
workers = Workers(2)
workers.start()
while workers.alive < 2:
    time.sleep(0.01)
code = "(__import__('time').sleep(0.1), __import__('os').getpid())[1]"
pids = [call.result() for call in [workers.submit(eval, code) for _ in range(2)]]
busy = workers.submit(time.sleep, 60)
while not busy.running():
    time.sleep(0.01)
print(*pids, flush=True)
{end}
""",
    )
    assert server.stdout is not None
    pids = [int(pid) for pid in server.stdout.readline().split()]
    assert len(set(pids)) == 2
    if "60" in end:
        assert not any(map(gone, pids))
        server.kill()
    _, errors = server.communicate(timeout=20)
    assert errors == ""
    wait_until(lambda: all(map(gone, pids)), seconds=5)


@pytest.mark.skipif(not hasattr(os, "SCHED_IDLE"), reason="Linux alone counts idle time")
@pytest.mark.parametrize(("in_idle_time", "policy"), [(True, "SCHED_IDLE"), (False, "SCHED_OTHER")])
def test_workers_run_in_idle_time_where_they_are_told(in_idle_time, policy):
    with Workers(1, in_idle_time=in_idle_time) as pool:
        assert pool.submit(os.sched_getscheduler, 0).result() == getattr(os, policy)


def test_where_a_system_knows_no_idle_time_workers_are_nice(monkeypatch):
    niceness = []
    monkeypatch.delattr(os, "sched_setscheduler", raising=False)
    monkeypatch.setattr(os, "nice", niceness.append)
    # called here: in a worker process, the functions of `os` would be the system's
    processes._run_in_idle_time()
    assert niceness == [10]
