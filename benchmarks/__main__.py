"""Run benchmarks, and write docs/benchmarks.md and docs/hosting.md.

    python -m benchmarks                     all of docs/benchmarks.md, over an hour on a quiet machine
    python -m benchmarks adam growth         only these; the other results stay unchanged
    python -m benchmarks dashboard load leaks pages
                                             those of docs/hosting.md, about a quarter of an hour, on Linux
    python -m benchmarks cluster             that with Dask, about five minutes
    python -m benchmarks small               that on one core with 1 GB, a quarter of an hour, as root
    python -m benchmarks report              write both pages again from the results
    python -m benchmarks --shared [names]    the same while the machine does other work, which the page says
    python -m benchmarks --ours accuracy     polycore's own rows alone, beside the peers' as they were
    python -m benchmarks --quick [names]     a trial of a few minutes; its figures mean little, so results
                                             and pages go to a separate folder, whose name is printed

The results are kept in benchmarks/results, one file per benchmark.
"""

import json
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import perf_counter
from typing import Protocol

from benchmarks import accuracy, hosting, machine, report
from benchmarks.result import Benchmark

RESULTS = Path(__file__).parent / "results"
DOCS = Path(__file__).parent.parent / "docs"
OPTIONS = ("--quick", "--shared", "--ours")
SHARED = {"machine": "shared with other work"}


class Report(Protocol):
    """A page and its benchmarks. PACKAGES: the distributions whose versions it lists, by the name to show."""

    BENCHMARKS: dict[str, Benchmark]
    PACKAGES: Mapping[str, str]
    PAGE: str

    def write(self, results: Path, docs: Path) -> None:
        """Write the page from the results that exist. The same results give the same page."""


REPORTS: tuple[Report, ...] = (report, hosting)
NAMES = [name for each in REPORTS for name in each.BENCHMARKS]


def main(arguments: list[str]) -> int:
    """Run the benchmarks that the arguments name and return the exit code."""
    quick = "--quick" in arguments
    names = [name for name in arguments if name not in OPTIONS] or list(report.BENCHMARKS)
    unknown = [name for name in names if name not in (*NAMES, "report")]
    if unknown:
        _log(f"got {unknown[0]!r}; expected a benchmark: {', '.join(NAMES)}.\n\n{__doc__}")
        return 2
    if "--ours" in arguments and (quick or names != ["accuracy"]):
        _log(f"--ours: got {' '.join(arguments)}; expected accuracy alone, without --quick.\n\n{__doc__}")
        return 2
    results, docs = RESULTS, DOCS
    if quick:
        results = docs = Path(tempfile.mkdtemp(prefix="benchmarks-"))
    for each in REPORTS:
        for name in [name for name in each.BENCHMARKS if name in names]:
            _measure(each, name, results, arguments)
    for each in REPORTS:  # both: the first one has goals of the second one's benchmarks
        each.write(results, docs)
        _log(f"Wrote {docs / each.PAGE}")
    return 0


def _measure(page: Report, name: str, results: Path, options: Sequence[str]) -> None:
    _log(name)
    began = perf_counter()
    described = machine.description(page.PACKAGES) | (SHARED if "--shared" in options else {})
    file = results / f"{name}.json"
    if "--ours" in options:
        result = accuracy.renewed(json.loads(file.read_text(encoding="utf-8")), described)
    else:
        result = {"machine": described, **page.BENCHMARKS[name].measured("--quick" in options)}
    results.mkdir(exist_ok=True)
    file.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    _log(f"  {perf_counter() - began:.0f} s, saved in {file}")


def _log(text: str) -> None:
    sys.stderr.write(text + "\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
