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
SECONDS_TO_END = 20.0  # a run whose tab was closed ends after one


def is_left_over(held, before):
    """Return whether there are more threads, processes or files than before."""
    return any(getattr(held, name) > getattr(before, name) for name in ("threads", "processes", "files"))


async def rested(server, file):
    """Return what the server holds at rest, without the threads of pools, some of which start late."""
    await asyncio.sleep(leaks.FORGOTTEN_AFTER + 0.5)
    await leaks.reap(server)
    await asyncio.sleep(0.5)
    held = server.held()
    return held._replace(threads=held.threads - (await leaks.counted(server, file))["pooled"])


async def at_rest(server, file):
    """Return what the server holds once threads end no more: workers may still write texts for addresses."""
    before, held = await rested(server, file), await rested(server, file)
    while held.threads < before.threads:
        before, held = held, await rested(server, file)
    return held


async def as_before(server, file, before):
    """Wait until the server holds no more threads, processes and files than before; return what it holds."""
    end = time.monotonic() + SECONDS_TO_END
    while is_left_over(held := await rested(server, file), before) and time.monotonic() < end:
        pass
    return held


async def few_and_more(server, file):
    """Return what the server holds after a few sessions and after more, some of whom closed their tab."""
    failures = await leaks.come_and_leave(server, FEW * [True])
    few = await at_rest(server, file)
    failures += await leaks.come_and_leave(server, LEAVING * [False] + MORE * [True])
    assert failures == []
    return few, await as_before(server, file, few)


@pytest.mark.skipif(not PROC.exists(), reason="what a server holds is read from /proc")
def test_sessions_that_have_left_leave_nothing_behind(tmp_path):
    file = tmp_path / "counts.json"
    program = ("tests.faults.short_grace", str(file))
    # in a thread of its own: the browser of other tests has a loop in this one
    with (
        served(tmp_path / "log.txt", leaks.OPTIONS, ONE_HEAP, program) as server,
        ThreadPoolExecutor(1) as thread,
    ):
        few, more = thread.submit(asyncio.run, few_and_more(server, file)).result()
    assert not is_left_over(more, few), f"{few}, then {more}"
    grown = more.memory - few.memory
    assert grown <= MOST_BYTES, f"{grown:,} bytes"
