"""The tests with each version of Python, and once with the lowest versions of the packages that are allowed.

    python3 run.py versions [--all] [PYTHON ...]

Each row of the table at the end has an environment of its own in build/versions/, made anew, with polycore,
its extras and the packages of requirements-dev.txt. The lowest Python that pyproject.toml allows has a second
row, with the lowest versions that it allows of NumPy, pandas and the others.

PYTHON: a path, or a command such as python3.13. Without any: the versions that pyproject.toml names, as far
as they are found.
--all: all tests; otherwise the unit tests of `run.py tests --fast`.
"""

import argparse
import os
import re
import shutil
import subprocess
import time
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
ENVIRONMENTS = ROOT / "build/versions"
SHOWN = ("numpy", "pandas", "plotly", "streamlit")
VERSION_OF_PYTHON = "import platform; print(platform.python_version())"
VERSIONS = f"from importlib.metadata import version; print(*map(version, {SHOWN}))"
PINNED = re.compile(r"^([\w-]+)==.+", re.MULTILINE)
LOWEST = re.compile(r"(?P<package>[\w-]+)(?P<extras>\[[\w,-]+\])?>=(?P<version>[\d.]+)")


@dataclass(frozen=True)
class Row:
    """A Python, the versions of the packages of SHOWN, and how the tests ended."""

    python: str
    packages: Sequence[str]
    result: str
    seconds: float


def main(arguments: Sequence[str], unit_tests: Sequence[str], all_tests: Sequence[str]) -> int:
    """Run the tests in each environment, print the table, and return 1 if any failed.

    unit_tests, all_tests: what `python -m` runs.
    """
    formatter = argparse.RawDescriptionHelpFormatter  # keeps the lines of the description
    parser = argparse.ArgumentParser("run.py versions", description=__doc__, formatter_class=formatter)
    parser.add_argument("--all", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("python", nargs="*", help=argparse.SUPPRESS)
    typed = parser.parse_args(arguments)

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    pythons = list(found(typed.python or commands(project)))
    if not pythons:
        parser.error("got no Python; expected one on the PATH, or its name here.")
    tests = all_tests if typed.all else unit_tests
    rows = []
    for version, python in pythons:
        rows.append(_row(version, python, pinned(), tests))
        if version.startswith(f"{project['requires-python'].removeprefix('>=')}."):
            rows.append(_row(f"{version} lowest", python, lowest(project), tests))
    print("\n".join(table(rows)))
    return int(any(row.result != "passed" for row in rows))


def commands(project: Mapping[str, Any]) -> list[str]:
    """Return the command of each version of Python that the project's classifiers name."""
    return [f"python{one}" for one in re.findall(r"Python :: (3\.\d+)", " ".join(project["classifiers"]))]


def found(names: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield the version and the path of each Python that starts, and print the names of the others."""
    for name in names:
        path = shutil.which(name)
        done = path and subprocess.run([path, "-c", VERSION_OF_PYTHON], capture_output=True, text=True)
        if path and done and done.returncode == 0:  # pyenv's commands are there without their Pythons too
            yield done.stdout.strip(), path
        else:
            print(f"{name} is not found.")


def pinned() -> dict[str, list[str]]:
    """Return the requirements of requirements.txt and requirements-dev.txt by the names of the packages.

    Of some there are several, for different versions of Python: pip chooses.
    """
    files = [ROOT / "requirements.txt", ROOT / "requirements-dev.txt"]
    versions = defaultdict(list)
    for match in PINNED.finditer("\n".join(file.read_text(encoding="utf-8") for file in files)):
        versions[match[1].lower()].append(match[0])
    return dict(versions)


def lowest(project: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return the same with the lowest versions of those packages that the project itself requires."""
    versions = pinned()
    del versions["distributed"]  # each version of Dask requires its own
    requirements = chain(project["dependencies"], *project["optional-dependencies"].values())
    for match in filter(None, map(LOWEST.match, requirements)):
        versions[match["package"]] = [f"{match['package']}{match['extras'] or ''}=={match['version']}"]
    return versions


def table(rows: Sequence[Row]) -> list[str]:
    """Return the lines of a table in Markdown."""
    cells = [("Python", "NumPy", "pandas", "Plotly", "Streamlit", "tests", "seconds")]
    cells += [(row.python, *row.packages, row.result, f"{row.seconds:.0f}") for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    cells.insert(1, tuple("-" * width for width in widths))
    return [
        f"| {' | '.join(cell.ljust(width) for cell, width in zip(line, widths, strict=True))} |"
        for line in cells
    ]


def _row(name: str, python: str, requirements: Mapping[str, Sequence[str]], tests: Sequence[str]) -> Row:
    print(f"\n--- Python {name} ---", flush=True)
    folder = ENVIRONMENTS / name.replace(" ", "-")
    own = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    # bytecode of what is imported is compiled then; of all packages it would take a minute
    pip = [own, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile"]
    packages = [".[all]", *chain(*requirements.values())]
    began = time.monotonic()
    if _fails([python, "-m", "venv", "--clear", folder]) or _fails([*pip, *packages]):
        return Row(name, ["?"] * len(SHOWN), "not installed", time.monotonic() - began)
    shown = subprocess.run([own, "-c", VERSIONS], capture_output=True, text=True, check=True).stdout
    began = time.monotonic()
    result = "failed" if _fails([own, "-m", *tests]) else "passed"
    return Row(name, shown.split(), result, time.monotonic() - began)


def _fails(command: Sequence[str | Path]) -> bool:
    # with stored bytecode, as in run.py: tests start hundreds of processes
    variables = os.environ | {"PYTHONDONTWRITEBYTECODE": ""}
    return subprocess.run(command, cwd=ROOT, env=variables).returncode != 0
