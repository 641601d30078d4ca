import pytest

from pages.server import pool
from polycore.workers import processes


@pytest.mark.parametrize(("cores", "count"), [(1, 1), (3, 3), (64, 8)])
def test_a_server_has_one_worker_a_core_but_at_most_eight(monkeypatch, cores, count):
    monkeypatch.delenv("POLYCORE_SCHEDULER", raising=False)
    monkeypatch.setattr(processes, "available_cores", lambda: cores)
    assert pool.of_this_server().count == count


def test_the_server_s_own_pool_is_such_a_pool():
    assert pool.workers.count == pool.of_this_server().count
