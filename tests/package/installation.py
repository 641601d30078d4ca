"""The package as pip installs it from a copy of this repository, and the dashboard that it starts."""

import os
import shutil
import signal
import subprocess
import sys
import venv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from tests.browser.dashboard import free_port, wait_until_healthy

ROOT = Path(__file__).parents[2]
PACKAGES = Path(np.__file__).parents[1]  # Streamlit and the others
REPOSITORY = "https://git.example/someone/polycore"
# what is not in a clone; .streamlit is
NOT_COPIED = shutil.ignore_patterns(".git", ".venv*", ".*cache", "__pycache__", "build", "dist", "tests")
NAME = "polycore-playground"  # of the package; the import and the command are `polycore`
PIP = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
DECOY = "raise ImportError('this is not the one')"


def finished(command: Sequence[str | Path], **options: Any) -> str:
    """Run a command that must succeed, and return what it printed."""
    done = subprocess.run(command, capture_output=True, text=True, **options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def copy_of_repository(folder: Path) -> Path:
    """Copy the repository to a new folder: a build leaves files in the folder it is made from."""
    return shutil.copytree(ROOT, folder, ignore=NOT_COPIED)


def build(source: Path, dist: Path) -> None:
    """Build the source archive in `dist`, and the wheel from it."""
    variables = {"GITHUB_SERVER_URL": REPOSITORY.rpartition("/someone/")[0]}
    variables["GITHUB_REPOSITORY"] = "someone/polycore"
    # offline: by the hatchling at hand
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", dist, source]
    finished(command, env=os.environ | variables)


def install_wheel(dist: Path, environment: Path) -> None:
    """Create an environment in which there is the wheel of `dist` alone, which is found by its name."""
    _install(environment, "--only-binary=:all:", "--no-compile", "--find-links", dist, NAME)


def install_source_archive(dist: Path, environment: Path) -> None:
    """Create an environment in which there is what pip builds of the source archive of `dist`."""
    _install(environment, "--no-binary=:all:", "--no-compile", "--find-links", dist, NAME)


def install_editable(source: Path, environment: Path) -> None:
    """Create an environment in which the copy of the repository can be changed."""
    _install(environment, "--editable", source)


def _install(environment: Path, *options: str | Path) -> None:
    venv.create(environment, symlinks=True)
    offline = ["--no-deps", "--no-index", "--no-build-isolation"]
    variables = os.environ | {
        "PYTHONPATH": str(PACKAGES)
    }  # what must be built is built by the hatchling at hand
    finished([*PIP, "--python", environment, "install", *offline, *options], env=variables)


def program_of(environment: Path, name: str = "polycore") -> Path:
    """Return a command of an environment."""
    [program] = [path for path in environment.glob("*/polycore*") if path.stem == name]
    return program


def write_decoys(folder: Path, *modules: str) -> Path:
    """Write modules with these names that nobody must import."""
    folder.mkdir()
    for module in modules:
        path = folder / module
        path.parent.mkdir(exist_ok=True)
        path.write_text(DECOY, encoding="utf-8")
    return folder


@contextmanager
def started(
    command: Sequence[str | Path], folder: Path, log: Path, here: Path | None = None
) -> Iterator[str]:
    """Start the dashboard by a command, yield its address, and end it by Ctrl-C.

    It is started in `here`, or else in a folder that has modules with names of ours and of Streamlit's, as
    the packages have that are found first.
    """
    if here is None:
        here = write_decoys(folder / "here", "pages/__init__.py", "polycore/__init__.py", "streamlit.py")
    first = write_decoys(folder / "first", "pages/__init__.py")
    variables = os.environ | {"PYTHONPATH": os.pathsep.join([str(first), str(PACKAGES)])}
    port = free_port()
    options = ["--server.headless=true", "--server.address=127.0.0.1", f"--server.port={port}"]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*command, *options], cwd=here, env=variables, stdout=output, stderr=output
        )
        try:
            address = f"http://127.0.0.1:{port}/"
            wait_until_healthy(address, process)
            yield address
            process.send_signal(signal.SIGINT)
            process.wait(timeout=20)
        finally:
            process.kill()
            process.wait()
