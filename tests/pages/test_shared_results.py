"""What several want is computed once, and kept within bounds."""

import gc
import random
import threading
import weakref
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor

import numpy as np
import pytest

import polycore as pc
from pages.server.shared_results import SharedResults


class Work:
    """What was submitted, to be ended when the test likes."""

    def __init__(self):
        self.futures = []

    def submit(self):
        self.futures.append(Future())
        return self.futures[-1]


@pytest.fixture
def work():
    return Work()


@pytest.fixture
def shared():
    return SharedResults()


def test_equal_values_have_one_origin_as_long_as_anyone_has_it(shared):
    first = shared.origin(pc.Experiment.tutorial(), 60.0)
    assert shared.origin(pc.Experiment.tutorial(), 60.0) is first
    assert shared.origin(pc.Experiment.tutorial(), 61.0) is not first
    gone = weakref.ref(first)
    del first
    gc.collect()
    assert gone() is None


def test_those_who_ask_while_it_is_computed_get_the_same_result(shared, work):
    first, second = shared.ask("key", work.submit), shared.ask("key", work.submit)
    other = shared.ask("other", work.submit)
    assert len(work.futures) == 2
    assert not first.future.done()
    result = np.zeros(3)
    work.futures[0].set_result(result)
    assert first.future.result(0) is second.future.result(0) is shared.kept("key") is result
    assert (other.future.done(), shared.kept("other")) == (False, None)


def test_what_is_kept_is_not_computed_again(shared, work):
    shared.ask("key", work.submit)
    work.futures[0].set_result(b"7")
    later = shared.ask("key", work.submit)
    assert (later.future.result(0), len(work.futures)) == (b"7", 1)
    later.leave()
    assert shared.kept("key") == b"7"


def test_it_is_cancelled_once_nobody_wants_it(shared, work):
    first, second = shared.ask("key", work.submit), shared.ask("key", work.submit)
    first.leave()
    assert not work.futures[0].cancelled()
    second.leave()
    assert work.futures[0].cancelled()
    with pytest.raises(CancelledError):
        first.future.result(0)
    again = shared.ask("key", work.submit)
    assert len(work.futures) == 2
    work.futures[1].set_result(b"7")
    assert again.future.result(0) == b"7"


def test_who_leaves_calls_those_who_waited_and_keeps_nobody_else_from_asking_meanwhile(shared, work):
    own, called = threading.Lock(), threading.Event()  # as a run has one, under which it asks

    def note(_):
        called.set()
        with own:
            pass

    request = shared.ask("key", work.submit)
    request.future.add_done_callback(note)
    leaver = threading.Thread(target=request.leave)
    asker = threading.Thread(target=shared.kept, args=["other"])
    with own:
        leaver.start()
        assert called.wait(20)
        asker.start()
        asker.join(5)
        has_answered, has_left = not asker.is_alive(), not leaver.is_alive()
    leaver.join(20)
    assert (has_answered, has_left) == (True, False)
    assert request.future.cancelled()


def test_what_the_workers_give_up_themselves_is_cancelled_for_all_who_wait(shared, work):
    requests = [shared.ask("key", work.submit) for _ in range(2)]
    work.futures[0].cancel()
    assert all(request.future.cancelled() for request in requests)
    shared.ask("key", work.submit)
    assert len(work.futures) == 2


def test_what_has_begun_is_kept_though_nobody_wants_it_any_more(shared, work):
    request = shared.ask("key", work.submit)
    work.futures[0].set_running_or_notify_cancel()
    request.leave()
    newcomer = shared.ask("key", work.submit)
    assert len(work.futures) == 1
    work.futures[0].set_result(b"7")
    assert newcomer.future.result(0) == shared.kept("key") == b"7"


def test_a_failure_reaches_all_who_wait_and_is_not_kept(shared, work):
    requests = [shared.ask("key", work.submit) for _ in range(2)]
    work.futures[0].set_exception(MemoryError("full"))
    for request in requests:
        with pytest.raises(MemoryError, match="full"):
            request.future.result(0)
    assert shared.kept("key") is None
    shared.ask("key", work.submit)
    assert len(work.futures) == 2


def test_work_that_cannot_be_submitted_fails_as_if_it_had_been(shared):
    def refuse():
        raise RuntimeError("shut down")

    with pytest.raises(RuntimeError, match="shut down"):
        shared.ask("key", refuse).future.result(0)
    assert shared.kept("key") is None


def keep(shared, key, size):
    future = Future()
    future.set_result(np.zeros(size, np.uint8))
    shared.ask(key, lambda: future)


def test_the_least_recently_used_makes_room():
    shared = SharedResults(most_bytes=1000)
    for key in "abc":
        keep(shared, key, 300)
    assert shared.kept("a") is not None  # used: "b" is the oldest now
    keep(shared, "d", 400)
    assert [shared.kept(key) is not None for key in "abcd"] == [True, False, True, True]
    assert shared.bytes == 1000
    keep(shared, "e", 1001)  # more than there is room for at all
    assert [shared.kept(key) for key in "acde"] == [None] * 4
    assert shared.bytes == 0


def test_results_that_were_there_for_somebody_are_counted_and_those_that_were_computed(shared, work):
    assert shared.join("key") is None
    shared.ask("key", work.submit)
    assert (shared.hits, shared.misses) == (0, 1)
    shared.ask("key", work.submit)
    shared.join("key")
    assert (shared.hits, shared.misses) == (2, 1)
    work.futures[0].set_result(b"7")
    assert (shared.kept("key"), shared.kept("other")) == (b"7", None)  # a look does not count
    assert (shared.used("key"), shared.used("other")) == (b"7", None)
    shared.ask("key", work.submit)
    shared.ask("other", work.submit)
    assert (shared.hits, shared.misses) == (4, 2)


def test_a_result_counts_once_until_it_is_cleared(shared):
    keep(shared, "a", 300)
    keep(shared, "a", 300)
    assert shared.bytes == 300
    shared.clear()
    assert (shared.bytes, shared.kept("a")) == (0, None)


def test_many_who_ask_and_leave_at_once_get_what_is_true_of_their_key(shared):
    def visit(seed):
        actions = random.Random(seed)
        for _ in range(300):
            key = actions.randrange(5)
            result = shared.kept(key)
            if result is None:
                request = shared.ask(key, lambda key=key: pool.submit(np.full, 3, key))
                if actions.random() < 0.3:
                    request.leave()
                    continue
                result = request.future.result(10)
            assert result.tolist() == [key] * 3
            if actions.random() < 0.1:
                shared.clear()

    with ThreadPoolExecutor(2) as pool, ThreadPoolExecutor(6) as visitors:
        for visitor in [visitors.submit(visit, seed) for seed in range(6)]:
            visitor.result(30)
    assert threading.active_count() < 20
