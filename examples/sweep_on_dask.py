"""Train 18 networks on a Dask cluster, and see which learning rate and which layers do best."""

from distributed import LocalCluster

import polycore as pc
from polycore.workers.choices import grid
from polycore.workers.cluster import Cluster
from polycore.workers.outcomes import best, outcomes
from polycore.workers.table import summary, table

POLYNOMIALS = tuple(pc.Polynomial.parse(text) for text in ("x^3 - x", "x^2 - 0.5", "-0.5x"))
# every combination, each with three seeds: one run alone may have been lucky
EXPERIMENTS = grid(
    pc.Experiment(polynomials=POLYNOMIALS, steps=300),
    hidden=[(8,), (8, 8)],
    learning_rate=[0.001, 0.01, 0.1],
    seed=range(3),
)


def main() -> None:
    """Start two workers on this machine, sweep on them, and print a table."""
    results = []
    # of many machines: give Cluster the address of their scheduler; docs/sweeps.md shows how to start it
    with (
        # Dask's own pages get any free port: there may be another cluster on this machine
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0") as local,
        Cluster(local.scheduler_address) as cluster,
    ):
        for outcome in outcomes(EXPERIMENTS, cluster):  # in the order in which the runs end
            results.append(outcome)
            print(f"{len(results)} of {len(EXPERIMENTS)} runs", flush=True)

    # one row for each setting: the mean over its seeds, and how far that can be trusted (95 %)
    print(summary(results).to_string(index=False))
    table(results).to_csv("runs.csv", index=False)
    leader = best(results)
    if leader and leader.model:  # otherwise all runs failed, and the table says so
        leader.model.save("best.npz")


if __name__ == "__main__":  # the workers are processes that import this file
    main()
