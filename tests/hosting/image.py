"""The image that the Dockerfile builds: each of its steps is done here, without a container.

Only the packages of the lock files are not installed again: those at hand take their place.
"""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import venv
from dataclasses import dataclass
from pathlib import Path

import streamlit

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
BUILD, FINAL = re.split(r"^FROM .+$", DOCKERFILE, flags=re.MULTILINE)[1:]
WHEELS = "/wheels"
PACKAGES = Path(streamlit.__file__).parents[1]
PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check")
# Root can write any file: its image runs as another user, who may read all, such as the interpreter here
PRIVILEGE = "dac_read_search"
SET_USER = ("setpriv", "--clear-groups", "--no-new-privs", f"--inh-caps=-all,+{PRIVILEGE}")


@dataclass(frozen=True)
class Image:
    """What the image consists of, as folders that cannot be written to.

    app: the folder in which a container's command runs. environment: the Python with the packages.
    """

    app: Path
    environment: Path

    @property
    def packages(self) -> Path:
        """The folder of the installed packages."""
        [folder] = self.environment.glob("lib/*/site-packages")
        return folder

    @property
    def dashboard(self) -> Path:
        """The folder of the dashboard within the package."""
        return self.packages / "polycore/dashboard"

    def runnable(self, words: list[str]) -> list[str]:
        """Return how to run a command of the image here: as its user, if this one is root."""
        return as_user([str(self.environment / "bin" / words[0]), *words[1:]])

    def home(self, name: str) -> Path:
        """Return a folder in which the image's user can write."""
        folder = self.app.parent / name
        folder.mkdir(exist_ok=True)
        folder.chmod(0o777)
        return folder


def as_user(program: list[str], stage: str = FINAL) -> list[str]:
    """Return how to run a program as the user of a stage, if this one is root."""
    if os.geteuid() != 0:
        return program
    [user] = instructions("USER", stage)
    return [*SET_USER, f"--reuid={user}", f"--regid={user}", f"--ambient-caps=+{PRIVILEGE}", *program]


def instructions(name: str, stage: str = FINAL) -> list[str]:
    """Return the arguments of each instruction with this name, with continued lines joined."""
    lines = [line for line in stage.splitlines() if not line.startswith("#")]
    joined = "\n".join(lines).replace("\\\n", " ")
    return re.findall(rf"^{name} +(.+)$", joined, flags=re.MULTILINE)


def copied(stage: str) -> list[tuple[str, str]]:
    """Return each file or folder that a stage copies from the repository, with its target folder there."""
    pairs = []
    for line in instructions("COPY", stage):
        *sources, folder = line.split()
        if not sources[0].startswith("--from"):
            pairs += [(source, folder) for source in sources]
    return pairs


def build(folder: Path) -> Image:
    """Do what the Dockerfile does, in `folder`."""
    source, app, environment = folder / "source", folder / "app", folder / "environment"
    _copy(BUILD, source)
    _, wheel = instructions("RUN", BUILD)
    _run(wheel, PIP, folder, source)
    venv.create(environment, symlinks=True)
    image = Image(app, environment)
    (image.packages / "at_hand.pth").write_text(f"{PACKAGES}\n", encoding="utf-8")
    _, install = instructions("RUN", FINAL)
    _run(install, (*PIP, "--python", str(environment)), folder, folder)
    _copy(FINAL, app)
    for part in (app, environment):
        protect(part)
    return image


def protect(folder: Path) -> None:
    """Let nobody write to a folder and what is in it."""
    for path in (*folder.rglob("*"), folder):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode & ~0o222)


def _copy(stage: str, folder: Path) -> None:
    for source, target in copied(stage):
        if source.endswith("/"):
            shutil.copytree(ROOT / source, folder / target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            (folder / target).mkdir(exist_ok=True, parents=True)
            shutil.copy(ROOT / source, folder / target)


def _run(line: str, pip: tuple[str, ...], folder: Path, working_folder: Path) -> None:
    """Run a line of pip's, with the image's folder of wheels in `folder`."""
    first, *words = shlex.split(line.replace(WHEELS, shlex.quote(str(folder / "wheels"))))
    assert first == "pip"
    expanded = [
        str(path)
        for word in words
        for path in (Path(word).parent.glob("*.whl") if word.endswith("*.whl") else [word])
    ]
    done = subprocess.run([*pip, *expanded], cwd=working_folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def environment(stage: str = FINAL) -> dict[str, str]:
    """Return the variables that a stage sets."""
    words = [word for line in instructions("ENV", stage) for word in shlex.split(line)]
    return dict(word.split("=", 1) for word in words)


def command(stage: str = FINAL) -> list[str]:
    """Return the command that a container runs."""
    [line] = instructions("CMD", stage)
    arguments: list[str] = json.loads(line)
    return arguments


def health_check(port: int | None = None) -> list[str]:
    """Return the command that checks whether a container of the image is healthy, of a server at `port`."""
    [line] = instructions("HEALTHCHECK")
    [own] = instructions("EXPOSE")
    text = line.partition("CMD ")[2]
    arguments: list[str] = json.loads(text if port is None else text.replace(f":{own}/", f":{port}/"))
    return arguments
