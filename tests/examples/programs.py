"""Programs of examples/, each in a process of its own, where a warning is an error."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

from tests import node

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
README = (EXAMPLES / "README.md").read_text(encoding="utf-8")
# what each program of the README's table needs
NEEDS = dict(re.findall(r"^\| \[(\w+\.(?:py|mjs))\].*\|([^|]*)\|$", README, flags=re.MULTILINE))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
# modules that are not for every program, and the packages that they come with
PACKAGES = {
    "PIL": "pillow",
    "dask": "dask",
    "distributed": "dask",
    "pandas": "pandas",
    "plotly": "plotly",
    "streamlit": "streamlit",
}


def packages_of(extra):
    """Return the names of the packages that an extra of polycore installs, those of its extras too."""
    packages = set()
    for requirement in PROJECT["optional-dependencies"][extra]:
        package, others = re.match(r"([\w-]+)(?:\[([\w,]+)\])?", requirement).groups()
        is_own = package == PROJECT["name"]
        packages |= set().union(*map(packages_of, others.split(","))) if is_own else {package}
    return packages


def finished(name, folder, *arguments):
    """Run an example in `folder`, and return how its process ended.

    There is no package for it but NumPy, polycore and what the README says that it needs.
    """
    missing = folder / "missing"
    missing.mkdir(exist_ok=True)
    needed = set().union(*map(packages_of, re.findall(r"`(\w+)`", NEEDS[name])))
    for module, package in PACKAGES.items():
        if package not in needed:
            (missing / f"{module}.py").write_text(f"raise ModuleNotFoundError({module!r})", encoding="utf-8")
    return subprocess.run(
        [*_interpreter(name), EXAMPLES / name, *map(str, arguments)],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(map(str, (missing, ROOT)))},
        capture_output=True,
        encoding="utf-8",
    )


def printed(name, folder, *arguments):
    """Run an example in `folder`, and return what it prints."""
    done = finished(name, folder, *arguments)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def _interpreter(name):
    if name.endswith(".py"):
        return [sys.executable, "-W", "error"]
    return [node.program()]
