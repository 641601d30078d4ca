"""The package as pip installs it from a copy of this repository, in an environment of its own."""

import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
REPOSITORY = "https://git.example/someone/polycore"
# what is not in a clone; .streamlit is
NOT_COPIED = shutil.ignore_patterns(".git", ".venv*", ".*cache", "__pycache__", "build", "dist", "tests")


def finished(command, **options):
    done = subprocess.run(command, capture_output=True, text=True, **options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="session")
def source(tmp_path_factory):
    """Return a copy of the repository: a build leaves files in the folder it is made from."""
    return shutil.copytree(ROOT, tmp_path_factory.mktemp("package") / "source", ignore=NOT_COPIED)


@pytest.fixture(scope="session")
def archives(source, tmp_path_factory):
    """Return the folder with the source archive, and the wheel that is built from it."""
    dist = tmp_path_factory.mktemp("package") / "dist"
    environment = os.environ | {
        "GITHUB_SERVER_URL": REPOSITORY.rpartition("/someone/")[0],
        "GITHUB_REPOSITORY": "someone/polycore",
    }
    # offline: by the hatchling at hand
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", dist, source]
    finished(command, env=environment)
    return dist


@pytest.fixture(scope="session")
def environment(archives, tmp_path_factory):
    """Return an environment in which there is polycore alone."""
    folder = tmp_path_factory.mktemp("package") / "environment"
    venv.create(folder, symlinks=True)
    [wheel] = archives.glob("*.whl")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", folder]
    finished([*pip, "install", "--no-deps", "--no-index", "--no-compile", wheel])
    return folder


@pytest.fixture(scope="session")
def installed(environment):
    """Return the folder of the environment's packages."""
    [packages] = environment.glob("[Ll]ib/**/site-packages")
    return packages
