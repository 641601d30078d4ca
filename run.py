#!/usr/bin/env python3
"""Start the dashboard, pass the tests or measure, on a machine that has only Python 3.11 or newer.

    python3 run.py dashboard
    python3 run.py tests
    python3 run.py benchmarks
    python3 run.py reference

The last makes the pages in build/reference from the docstrings. Each makes the virtual environment .venv if
there is none and installs what it needs. Arguments behind the first three words are handed on: to `streamlit
run`, to pytest or to the benchmarks.
"""

import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
VENV = HERE / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

# read anew each time: what Sphinx keeps of a page it does not warn about again
REFERENCE = ["sphinx", "--fail-on-warning", "--keep-going", "--fresh-env", "--quiet"]
REFERENCE += ["docs/reference", "build/reference"]

CHECKS = [
    ["ruff", "check", "."],
    ["ruff", "format", "--check", "."],
    ["mypy"],
    REFERENCE,
    # each has a server and a browser: a third would make the others wait on two cores
    ["pytest", "--numprocesses=2"],
]


def main(arguments: list[str]) -> int:
    """Run what the first argument names and return its exit code."""
    if sys.version_info < (3, 11):
        print(f"This is Python {sys.version.split()[0]}; 3.11 or newer is needed.", file=sys.stderr)
        return 2
    match arguments:
        case ["dashboard", *more]:
            _install("requirements.txt")
            return _module(["streamlit", "run", "streamlit_app.py", *more])
        case ["tests", *more]:
            _install("requirements-dev.txt")
            codes = [_module(check + more * (check[0] == "pytest")) for check in CHECKS]
            return int(any(codes))  # a negative one tells of a check that was killed
        case ["benchmarks", *more]:
            _install("benchmarks/requirements.txt")
            return _module(["benchmarks", *more])
        case ["reference"]:
            _install("requirements-dev.txt")
            code = _module(REFERENCE)
            print((HERE / "build/reference/index.html").as_uri())
            return code
        case _:
            print(__doc__, file=sys.stderr)
            return 2


def _install(requirements: str) -> None:
    """Install once for each content of the requirements: a later start needs no network."""
    if not PYTHON.exists():
        venv.create(VENV, with_pip=True)
    wanted = hashlib.sha256((HERE / "requirements.txt").read_bytes() + (HERE / requirements).read_bytes())
    stamp = VENV / f"installed-{requirements.replace('/', '-')}"
    if stamp.exists() and stamp.read_text(encoding="utf-8") == wanted.hexdigest():
        return
    subprocess.run(
        [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", requirements],
        cwd=HERE,
        check=True,
    )
    stamp.write_text(wanted.hexdigest(), encoding="utf-8")


def _module(command: list[str]) -> int:
    return subprocess.run([PYTHON, "-m", *command], cwd=HERE).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
