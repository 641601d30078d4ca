"""A job: how it stands while it is computed, its result, and what is said if it fails."""

import threading
from concurrent.futures import BrokenExecutor

import pytest

import polycore as pc
from pages.runs import job as jobs
from pages.runs import sentences
from pages.runs.job import Job
from pages.server.source import Source
from polycore.workers.processes import HangError, ShutDownError
from tests.pages.watching import Tab
from tests.waiting import wait_until


def failing(error):
    def compute(_):
        raise error

    job = Job("", compute, "waits", "{} of {}")
    job.start()
    wait_until(lambda: not job.view.is_active)
    return job


def test_a_job_says_how_far_it_is_and_then_has_its_result():
    halfway, go_on, tab = threading.Event(), threading.Event(), Tab()

    def compute(show):
        show(1, 4)
        halfway.set()
        go_on.wait()
        show(4, 4)
        return "done"

    job = Job("what", compute, "Waiting", "{} of {} parts")
    source = Source(job.name, (job,), None, lambda: jobs.contents(job.view))
    tab.show(source)
    before = tab.news
    first = source.frame()
    assert first.header == {"active": True, "generation": 0, "share": 0.0, "said": "Waiting"}
    job.start()
    assert halfway.wait(60)
    wait_until(lambda: tab.news == before + 1)
    half = source.frame()
    assert half.header == {"active": True, "generation": 0, "share": 25.0, "said": "1 of 4 parts"}
    view = job.view
    assert (view.share, view.said, view.result, view.is_active) == (25.0, "1 of 4 parts", None, True)
    go_on.set()
    wait_until(lambda: tab.news == before + 3)
    last = source.frame()
    assert (last.header["active"], last.header["share"]) == (False, 100.0)
    view = job.view
    assert (view.result, view.error, view.is_active, job.of) == ("done", None, False, "what")
    assert first.sequence < half.sequence < last.sequence
    assert first.run == half.run == last.run == job.name


def test_jobs_have_names_of_their_own():
    assert Job("", print, "", "").name != Job("", print, "", "").name


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        pytest.param(pc.PolycoreError("size: got 1"), "size: got 1", id="ours"),
        pytest.param(MemoryError(), sentences.NO_MEMORY, id="memory"),
        pytest.param(BrokenExecutor("code -9"), sentences.WORKERS_ENDED, id="worker"),
        pytest.param(HangError("60 s"), sentences.WORKER_HUNG, id="hung worker"),
        pytest.param(ShutDownError("ended"), sentences.SHUTTING_DOWN, id="shut down"),
    ],
)
def test_a_job_that_fails_says_why(error, sentence):
    job = failing(error)
    assert (job.view.error, job.view.result) == (sentence, None)
    assert not jobs.contents(job.view).values["active"]


@pytest.mark.parametrize(
    ("error", "count"),
    [
        pytest.param(pc.PolycoreError("size: got 1"), 0, id="the user's"),
        pytest.param(ShutDownError("ended"), 0, id="the server ends"),
        pytest.param(MemoryError(), 1, id="memory"),
    ],
)
def test_the_log_has_failures_that_an_operator_can_mend(error, count, caplog):
    failing(error)
    assert len(caplog.records) == count


def test_a_job_that_nobody_wants_any_more_ends_at_its_next_progress():
    begun, go_on, after = threading.Event(), threading.Event(), []

    def compute(show):
        begun.set()
        go_on.wait()
        show(1, 2)
        after.append("computed on")

    job = Job("", compute, "", "")
    job.start()
    assert begun.wait(60)
    job.give_up()
    go_on.set()
    wait_until(lambda: not job.view.is_active)
    assert (job.view.result, after) == (None, [])
    assert job.view.error == sentences.CANCELED


def test_a_job_that_ends_once_it_is_left_continues_as_long_as_a_tab_shows_it():
    shown, left, tab = threading.Event(), threading.Event(), Tab()

    def compute(show):
        show(1, 3)
        shown.set()
        left.wait()
        show(2, 3)

    job = Job("", compute, "", "", left_after=0.0)
    tab.show(Source(job.name, (job,), None, lambda: jobs.contents(job.view)))
    job.start()
    wait_until(lambda: shown.is_set() or not job.view.is_active)
    assert job.view.is_active
    tab.show()
    left.set()
    wait_until(lambda: not job.view.is_active)
    assert job.is_given_up
    assert job.view.error == sentences.CANCELED


def test_what_should_not_happen_is_logged_and_named(caplog):
    job = failing(ZeroDivisionError("a secret of ours"))
    assert job.view.error == f"{sentences.UNEXPECTED}: ZeroDivisionError."
    assert caplog.records[-1].exc_info
