"""The figures of this server among the metrics that Streamlit serves to the operator, at /_stcore/metrics."""

from collections.abc import Mapping, Sequence

from streamlit import runtime
from streamlit.runtime.stats import CounterStat, GaugeStat, Stat

from pages.server.usage import ReadUsage, Usage

SOCKETS = "polycore_sockets"
RUNS = "polycore_runs"
BEGUN = "polycore_runs_begun"
REFUSED = "polycore_runs_refused"
REQUESTS = "polycore_cache_requests"
CACHE = "polycore_cache_bytes"
WORKERS = "polycore_workers"
FAMILIES = (SOCKETS, RUNS, BEGUN, REFUSED, REQUESTS, CACHE, WORKERS)


def serve(read: ReadUsage) -> None:
    """Let Streamlit serve what `read` returns; without a server of Streamlit's nothing happens."""
    if runtime.exists():
        runtime.get_instance().stats_mgr.register_provider(Provider(read))


class Provider:
    """A provider of metrics, as Streamlit asks it for them."""

    stats_families = FAMILIES

    def __init__(self, read: ReadUsage) -> None:
        self._read = read

    def get_stats(self, family_names: Sequence[str] | None = None) -> Mapping[str, Sequence[Stat]]:
        """Return the metrics of these families, or of all."""
        families = {metrics[0].family_name: metrics for metrics in _families(self._read())}
        return {name: families[name] for name in FAMILIES if family_names is None or name in family_names}


def _families(usage: Usage) -> Sequence[Sequence[CounterStat | GaugeStat]]:
    return (
        [GaugeStat(SOCKETS, usage.sockets, help="Open sockets of the live channel.")],
        [
            GaugeStat(RUNS, runs, {"state": state}, help="Runs that compute by turns, and that wait.")
            for state, runs in (("computing", usage.computing), ("waiting", usage.waiting))
        ],
        [CounterStat(BEGUN, usage.begun, help="Runs that began or continued.")],
        [CounterStat(REFUSED, usage.refused, help="Starts that were refused because the queue was full.")],
        [
            CounterStat(REQUESTS, requests, {"result": result}, help="Results of runs that were needed.")
            for result, requests in (("hit", usage.hits), ("miss", usage.misses))
        ],
        [GaugeStat(CACHE, usage.kept_bytes, unit="bytes", help="Memory of the results that are kept.")],
        [
            GaugeStat(WORKERS, count, {"state": state}, help="Workers that can compute, and that cannot.")
            for state, count in (
                ("alive", usage.workers_alive),
                ("missing", max(0, usage.workers - usage.workers_alive)),
            )
        ],
    )
