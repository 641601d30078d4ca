import os

from pages.server.pool import workers
from polycore.workers.processes import MAX_WORKERS


def test_a_server_has_one_worker_a_core_but_at_most_eight():
    assert 1 <= workers.count <= min(os.cpu_count() or 1, MAX_WORKERS)
