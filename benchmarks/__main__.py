"""Measure, and write docs/benchmarks.md.

    python -m benchmarks                     all benchmarks, about half an hour on a quiet machine
    python -m benchmarks adam growth         only these; the others' results stay as they are
    python -m benchmarks report              write the report anew from the results
    python -m benchmarks --quick [names]     a trial of a few minutes; its figures mean little, so results
                                             and report go to a folder of their own, whose name is printed

The results are kept in benchmarks/results, one file a benchmark.
"""

import json
import sys
import tempfile
from pathlib import Path
from time import perf_counter

from benchmarks import machine, report

RESULTS = Path(__file__).parent / "results"
DOCS = Path(__file__).parent.parent / "docs"


def main(arguments: list[str]) -> int:
    """Run what the arguments name and return the exit code."""
    quick = "--quick" in arguments
    names = [name for name in arguments if name != "--quick"]
    unknown = [name for name in names if name not in (*report.BENCHMARKS, "report")]
    if unknown:
        _tell(f"There is no benchmark {unknown[0]!r}; there are {', '.join(report.BENCHMARKS)}.\n\n{__doc__}")
        return 2
    results, docs = RESULTS, DOCS
    if quick:
        results = docs = Path(tempfile.mkdtemp(prefix="benchmarks-"))
    for name in report.BENCHMARKS:
        if name in names or not names:
            _measure(name, results, quick)
    report.write(results, docs)
    _tell(f"Written: {docs / 'benchmarks.md'}")
    return 0


def _measure(name: str, results: Path, quick: bool) -> None:
    _tell(name)
    began = perf_counter()
    result = {"machine": machine.description(), **report.BENCHMARKS[name].measured(quick)}
    results.mkdir(exist_ok=True)
    file = results / f"{name}.json"
    file.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    _tell(f"  {perf_counter() - began:.0f} s, kept in {file}")


def _tell(text: str) -> None:
    sys.stderr.write(text + "\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
