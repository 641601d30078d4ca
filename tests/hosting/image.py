"""The image that the Dockerfile builds, as a folder: the parts of it that run without a container."""

import json
import re
import shlex
import shutil
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")


def instructions(name: str) -> list[str]:
    """Return the arguments of each instruction with this name, with continued lines joined."""
    lines = [line for line in DOCKERFILE.splitlines() if not line.startswith("#")]
    joined = "\n".join(lines).replace("\\\n", " ")
    return re.findall(rf"^{name} +(.+)$", joined, flags=re.MULTILINE)


def copied() -> list[tuple[str, str]]:
    """Return each file or folder that is copied into the image, with its target folder there."""
    pairs = []
    for line in instructions("COPY"):
        *sources, folder = line.split()
        pairs += [(source, folder) for source in sources]
    return pairs


def build(folder: Path) -> None:
    """Copy the files of the image into `folder`."""
    for source, target in copied():
        if source.endswith("/"):
            shutil.copytree(ROOT / source, folder / target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            (folder / target).mkdir(exist_ok=True, parents=True)
            shutil.copy(ROOT / source, folder / target)


def environment() -> dict[str, str]:
    """Return the variables that the image sets."""
    words = [word for line in instructions("ENV") for word in shlex.split(line)]
    return dict(word.split("=", 1) for word in words)


def command() -> list[str]:
    """Return the command that a container of the image runs."""
    [line] = [line for line in instructions("CMD") if "streamlit" in line]
    arguments: list[str] = json.loads(line)
    return arguments


def health_check() -> list[str]:
    """Return the command that checks whether a container of the image is healthy."""
    [line] = instructions("HEALTHCHECK")
    arguments: list[str] = json.loads(line.partition("CMD ")[2])
    return arguments
