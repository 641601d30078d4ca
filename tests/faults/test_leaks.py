"""Sessions come, train a little and leave, and nothing of them stays.

`python3 run.py benchmarks leaks` has a thousand of them.
"""

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from benchmarks import leaks
from benchmarks.server import PROC, served

FEW, LEAVING, MORE = 10, 4, 14
# What a tab had is kept for a refresh: less than half a megabyte each. The rest is for caches that are not
# full after a few sessions: dozens of maps and figures.
MOST_BYTES = (LEAVING + MORE) * 500_000 + 25_000_000
# else each of some threads has memory of its own, and freed pieces of it look like a leak
ONE_HEAP = {"MALLOC_ARENA_MAX": "1"}
# benchmarks.leaks.POOLS says which: two of Streamlit's four may come late, and one of the allocator's two
LATE_THREADS = 3
SECONDS_TO_END = 20.0  # a run whose tab was closed ends after ten


def is_left_over(held, before):
    """Return whether there is anything more than before, but for threads that pools have started late."""
    more = held.threads - before.threads, held.processes - before.processes, held.files - before.files
    return more[0] > LATE_THREADS or max(more[1:]) > 0


async def rested(server):
    await asyncio.sleep(leaks.FORGOTTEN_AFTER + 0.5)
    await leaks.reap(server)
    await asyncio.sleep(0.5)
    return server.held()


async def as_before(server, before):
    """Wait until the server holds no more threads, processes and files than before; return what it holds."""
    end = time.monotonic() + SECONDS_TO_END
    while is_left_over(held := await rested(server), before) and time.monotonic() < end:
        pass
    return held


async def few_and_more(server):
    """Return what the server holds after a few sessions and after more, some of whom closed their tab."""
    failures = await leaks.come_and_leave(server, FEW * [True])
    few = await rested(server)
    failures += await leaks.come_and_leave(server, LEAVING * [False] + MORE * [True])
    assert failures == []
    return few, await as_before(server, few)


@pytest.mark.skipif(not PROC.exists(), reason="what a server holds is read from /proc")
def test_sessions_that_have_left_leave_nothing_behind(tmp_path):
    # in a thread of its own: the browser of other tests has a loop in this one
    with served(tmp_path / "log.txt", leaks.OPTIONS, ONE_HEAP) as server, ThreadPoolExecutor(1) as thread:
        few, more = thread.submit(asyncio.run, few_and_more(server)).result()
    assert not is_left_over(more, few), f"{few}, then {more}"
    grown = more.memory - few.memory
    assert grown <= MOST_BYTES, f"{grown:,} bytes"
