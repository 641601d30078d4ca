"""When a signal ends what, and when it is only noted."""

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

import polycore as pc
from polycore.commands.process import Interrupted, Interruption, ended_by_ctrl_c
from tests.commands.terminal import COMMAND, ENVIRONMENT
from tests.signals import restore_signals
from tests.waiting import wait_until


@pytest.fixture(autouse=True)
def ctrl_c_is_a_signal():
    """Handle SIGINT as Python does by default: under `nohup` or behind `&` the tests ignore it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize(
    "start",
    [
        pytest.param(["-m", "polycore"], id="python -m"),
        pytest.param(["-c", "import sys; from polycore.__main__ import main; sys.exit(main())"], id="script"),
    ],
)
def test_ctrl_c_ends_a_command_that_still_imports_without_a_traceback(folder, start):
    (folder / "numpy.py").write_text(
        "print('now', flush=True); import time; time.sleep(60)", encoding="utf-8"
    )
    process = subprocess.Popen(
        [sys.executable, *start, "info", "weights.npz"],
        cwd=folder,
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=restore_signals,
    )
    assert process.stdout.readline() == b"now\n"
    process.send_signal(signal.SIGINT)
    assert (process.communicate(timeout=60), process.returncode) == ((b"", b""), 130)


def test_another_thread_than_the_main_one_may_import_commands():
    with ThreadPoolExecutor(1) as pool:
        pool.submit(ended_by_ctrl_c().__enter__).result()


def test_a_signal_ends_what_is_allowed_to_end_and_nothing_after_it():
    done = []
    with Interruption() as interruption:
        with pytest.raises(Interrupted) as caught, interruption.allowed():
            done.extend(["went on", os.kill(os.getpid(), signal.SIGTERM)])
        os.kill(os.getpid(), signal.SIGINT)  # a second one, while files are written
        done.append("kept")
    assert done == ["kept"]
    assert (caught.value.name, caught.value.exit_code) == ("SIGTERM", 143)


def test_a_signal_before_ends_what_is_allowed_as_soon_as_it_begins():
    with Interruption() as interruption:
        os.kill(os.getpid(), signal.SIGINT)
        with pytest.raises(Interrupted), interruption.allowed():
            pytest.fail("it began")


def test_a_signal_ends_one_thing_alone():
    ended = []
    with Interruption() as interruption:
        for _ in range(2):
            with pytest.raises(Interrupted), interruption.allowed():
                os.kill(os.getpid(), signal.SIGINT)
            with interruption.allowed():
                ended.append("not by an earlier signal")
        os.kill(os.getpid(), signal.SIGINT)
        with pytest.raises(Interrupted), interruption.allowed():
            pytest.fail("it began")
        with interruption.allowed():
            ended.append("nor by one that came between")
    assert len(ended) == 3


def test_signals_do_in_the_end_what_they_did_before():
    with Interruption():
        assert signal.getsignal(signal.SIGINT) is not signal.default_int_handler
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_signal_that_is_ignored_stays_so():
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as nohup does
    try:
        with Interruption() as interruption, interruption.allowed():
            os.kill(os.getpid(), signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, before)


@pytest.mark.parametrize(
    "ignored", [pytest.param("SIGINT", id="behind a shell's &"), pytest.param("SIGHUP", id="under nohup")]
)
def test_a_run_that_was_started_with_a_signal_ignored_ignores_it(folder, ignored):
    number = getattr(signal, ignored)
    process = subprocess.Popen(
        [*COMMAND, "train", "recommended", "--steps", "100000000", "--run", "run.npz", "--save-every", "0"],
        cwd=folder,
        env=ENVIRONMENT,
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        encoding="utf-8",
        preexec_fn=lambda: signal.signal(number, signal.SIG_IGN),
    )
    wait_until((folder / "run.npz").exists)
    process.send_signal(number)
    (folder / "run.npz").unlink()
    wait_until((folder / "run.npz").exists)  # the run continues
    process.send_signal(signal.SIGTERM)
    _, errors = process.communicate(timeout=60)
    assert (process.returncode, "Ended by SIGTERM at step " in errors) == (143, True), errors
    assert pc.Run.load(folder / "run.npz").step > 0
