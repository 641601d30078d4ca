"""What a hosted image is made of: every package by its version and its hashes."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.versions import commands

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PYTHONS = [command.removeprefix("python") for command in commands(PROJECT)]
PINNED = re.compile(r"^([\w.-]+)==(\S+)", re.MULTILINE)
LOCK, BUILD_LOCK = (
    (ROOT / file).read_text(encoding="utf-8") for file in ("requirements.lock", "deploy/build.lock")
)
each_lock = pytest.mark.parametrize(
    "lock", [pytest.param(LOCK, id="packages"), pytest.param(BUILD_LOCK, id="build")]
)


def installed(text, python):
    """Return the version of each package that pip installs with this Python on Linux."""
    machine = {"python_version": python, "python_full_version": f"{python}.0", "sys_platform": "linux"}
    lines = [line.removesuffix("\\") for line in text.splitlines() if PINNED.match(line)]
    chosen = [one for one in map(Requirement, lines) if one.marker is None or one.marker.evaluate(machine)]
    versions = {one.name: str(one.specifier) for one in chosen}
    assert len(versions) == len(chosen)  # pip refuses two of one package
    return versions


@pytest.mark.parametrize("python", PYTHONS)
def test_the_lock_has_the_versions_that_are_required_with_each_python(python):
    required = installed((ROOT / "requirements.txt").read_text(encoding="utf-8"), python)
    assert len(required) == 5
    assert required.items() <= installed(LOCK, python).items()


@pytest.mark.parametrize("python", PYTHONS)
def test_each_python_has_one_version_of_each_tool(python):
    tools = (ROOT / "requirements-dev.txt").read_text(encoding="utf-8")
    assert installed(tools, python).keys() == dict(PINNED.findall(tools)).keys()


def test_the_image_builds_the_wheel_by_what_the_tests_build_it_by():
    tested = dict(PINNED.findall((ROOT / "requirements-dev.txt").read_text(encoding="utf-8")))["hatchling"]
    assert dict(PINNED.findall(BUILD_LOCK))["hatchling"] == tested
    assert f"echo hatchling=={tested} | uv pip compile" in (ROOT / "SECURITY.md").read_text(encoding="utf-8")


@each_lock
def test_every_package_of_a_lock_has_hashes(lock):
    # a package begins at the margin, and what belongs to it is set in
    packages = re.split(r"\n(?=\S)", lock.strip())
    assert [package.splitlines()[0] for package in packages if "--hash=sha256:" not in package] == []
    assert len(packages) == len(PINNED.findall(lock))


@each_lock
def test_a_lock_names_no_place_to_load_from(lock):
    assert "://" not in lock
    assert not re.search(r"--(find-links|(extra-)?index-url|trusted-host)", lock)


def test_no_third_party_s_script_is_copied_into_the_repository():
    folders = [ROOT / "pages", ROOT / "polycore"]
    files = [path for folder in folders for path in folder.rglob("*")]
    scripts = [path for path in files if path.name.endswith((".js", ".js.gz"))]
    assert len(scripts) > 5
    assert [path for path in scripts if ".min." in path.name] == []
