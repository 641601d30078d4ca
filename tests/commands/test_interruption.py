"""When a signal ends what, and when it is only noted."""

import os
import signal

import pytest

from polycore.commands.interruption import Interrupted, Interruption


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
