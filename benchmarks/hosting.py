"""The sections of docs/hosting.md on measurements, written from the results."""

from collections.abc import Mapping
from pathlib import Path

from benchmarks import cluster, dashboard, leaks, load, pages, small
from benchmarks.result import Benchmark, goal_table, machines, read

BENCHMARKS: dict[str, Benchmark] = {
    "dashboard": dashboard,
    "load": load,
    "small": small,
    "cluster": cluster,
    "leaks": leaks,
    "pages": pages,
}
PACKAGES: Mapping[str, str] = {"Streamlit": "streamlit"}
PAGE = "hosting.md"

HEAD = "Written by `python3 run.py benchmarks {name}` from the results in `benchmarks/results`; do not edit."


def write(results: Path, docs: Path) -> None:
    """Replace the sections for which results exist; the rest of the page stays unchanged."""
    file = docs / PAGE
    text = file.read_text(encoding="utf-8") if file.exists() else "# Hosting\n"
    for name, result in read(results, BENCHMARKS).items():
        lines = [HEAD.format(name=name), "", *machines({name: result}), ""]
        if BENCHMARKS[name].goals(result):
            lines += [*goal_table({name: result}, BENCHMARKS), ""]
        lines += BENCHMARKS[name].section(result)
        text = _with_section(text, BENCHMARKS[name].TITLE, "\n".join(lines))
    file.write_text(text, encoding="utf-8")


def _with_section(text: str, title: str, body: str) -> str:
    """Return `text` with `body` under the heading `title`, which is appended if there is none."""
    before, _, rest = f"{text.rstrip()}\n\n".partition(f"\n## {title}\n")
    after = rest[rest.index("\n## ") :] if "\n## " in rest else ""
    return f"{before.rstrip()}\n\n## {title}\n\n{body}\n{after}".rstrip() + "\n"
