"""The tests run with each version of Python that the package is for, by run.py and by a workflow."""

import os
import re
import sys
import tomllib
from itertools import chain
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml

from tests import versions

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
WORKFLOW = yaml.safe_load((ROOT / ".github/workflows/tests.yml").read_text(encoding="utf-8"))
DOCUMENT = (ROOT / "docs/versions.md").read_text(encoding="utf-8")
# of the classifiers, the versions of Python that the package is for
PYTHONS = [
    one.removeprefix("Programming Language :: Python :: ")
    for one in PROJECT["classifiers"]
    if re.search(r"Python :: 3\.\d", one)
]
STEPS = [step for job in WORKFLOW["jobs"].values() for step in job["steps"]]


@pytest.fixture
def machine(monkeypatch):
    """Have two Pythons on the PATH, on which nothing is run; return the commands, and what each ends with."""
    pythons = {"python3.11": "3.11.9", "python3.14": "3.14.0"}
    ran = SimpleNamespace(commands=[], codes={})

    def run(command, **_):
        words = [Path(word).as_posix() for word in command]
        if words[-1] == versions.VERSION_OF_PYTHON:
            return SimpleNamespace(returncode=0, stdout=pythons[words[0]])
        if words[-1] == versions.VERSIONS:
            return SimpleNamespace(returncode=0, stdout="1 2 3 4\n")
        ran.commands.append(words)
        ends = [code for word, code in ran.codes.items() if word in " ".join(words)]
        return SimpleNamespace(returncode=ends[0] if ends else 0)

    monkeypatch.setattr(versions.subprocess, "run", run)
    monkeypatch.setattr(versions.shutil, "which", lambda name: name if name in pythons else None)
    return ran


def test_the_project_names_the_versions_of_python_in_a_row():
    lowest = PROJECT["requires-python"].removeprefix(">=3.")
    assert [f"3.{minor}" for minor in range(int(lowest), int(lowest) + len(PYTHONS))] == PYTHONS
    assert versions.commands(PROJECT) == [f"python{version}" for version in PYTHONS]


def test_lowest_versions_take_the_place_of_those_that_are_pinned():
    extras = {
        "dask": ["dask[distributed]>=2025.1"],
        "all": ["polycore-playground[dask]", "streamlit>=1.67,<1.68"],
    }
    found = versions.lowest({"dependencies": ["numpy>=2.0"], "optional-dependencies": extras})
    assert [found[package] for package in ("numpy", "dask", "streamlit")] == [
        ["numpy==2.0"],
        ["dask[distributed]==2025.1"],
        ["streamlit==1.67"],
    ]
    pinned = versions.pinned()
    assert found.keys() == pinned.keys() - {"distributed"}
    assert found["pytest"] == pinned["pytest"]


def test_every_line_of_the_requirements_is_installed():
    lines = [
        line
        for file in ("requirements.txt", "requirements-dev.txt")
        for line in (ROOT / file).read_text(encoding="utf-8").splitlines()
        if not line.startswith(("#", "-r "))
    ]
    assert sorted(chain(*versions.pinned().values())) == sorted(lines)


def test_a_python_that_does_not_start_is_not_found(tmp_path, capsys):
    shim = tmp_path / "python3.99"
    shim.write_text("#!/bin/sh\nexit 127\n", encoding="utf-8")
    shim.chmod(0o755)
    names = [sys.executable, str(shim), "no-such-python"]
    version = ".".join(map(str, sys.version_info[:3]))
    assert list(versions.found(names)) == [(version, sys.executable)]
    assert capsys.readouterr().out == f"{shim} is not found.\nno-such-python is not found.\n"


@pytest.mark.parametrize(
    ("codes", "results", "ends"),
    [
        pytest.param({}, ["passed", "passed", "passed"], 0, id="all pass"),
        pytest.param(
            {"3.14.0/bin/python -m pytest": 1}, ["passed", "passed", "failed"], 1, id="a test fails"
        ),
        pytest.param({"numpy==2.0 ": 1}, ["passed", "not installed", "passed"], 1, id="no such package"),
        pytest.param({"python3.14 -m venv": 1}, ["passed", "passed", "not installed"], 1, id="no venv"),
    ],
)
@pytest.mark.skipif(os.name == "nt", reason="there the path of an environment's Python is another one")
def test_each_python_has_a_row_and_the_lowest_has_two(machine, capsys, codes, results, ends):
    machine.codes.update(codes)
    assert versions.main([], ["pytest", "some"], ["pytest"]) == ends
    rows = [line.split("|")[1:-1] for line in capsys.readouterr().out.splitlines() if line.startswith("| 3.")]
    assert [row[0].strip() for row in rows] == ["3.11.9", "3.11.9 lowest", "3.14.0"]
    assert [row[5].strip() for row in rows] == results
    tests = [command[1:] for command in machine.commands if "pytest" in command]
    assert tests == [["-m", "pytest", "some"]] * (3 - results.count("not installed"))


def test_a_python_may_be_named_and_all_tests_be_run(machine, capsys):
    assert versions.main(["--all", "python3.14"], ["pytest", "some"], ["pytest", "all"]) == 0
    assert "3.11" not in capsys.readouterr().out
    assert machine.commands[-1][1:] == ["-m", "pytest", "all"]


@pytest.mark.usefixtures("machine")
def test_without_any_python_there_is_nothing_to_say(capsys):
    with pytest.raises(SystemExit):
        versions.main(["python3.99"], [], [])
    assert "expected one on the PATH" in capsys.readouterr().err


def test_the_table_is_markdown():
    row = versions.Row("3.11.9 lowest", ("2.0.0", "2.2.0", "6.3.0", "1.67.0"), "failed", 61.7)
    assert versions.table([row]) == [
        "| Python        | NumPy | pandas | Plotly | Streamlit | tests  | seconds |",
        "| ------------- | ----- | ------ | ------ | --------- | ------ | ------- |",
        "| 3.11.9 lowest | 2.0.0 | 2.2.0  | 6.3.0  | 1.67.0    | failed | 62      |",
    ]


def test_the_workflow_tests_each_python_on_three_systems():
    matrix = WORKFLOW["jobs"]["units"]["strategy"]["matrix"]
    assert matrix["python"] == PYTHONS
    assert [name.partition("-")[0] for name in matrix["os"]] == ["ubuntu", "macos", "windows"]
    assert {"run": "python run.py versions python"} in STEPS


def test_the_workflow_may_only_read_and_uses_actions_by_their_major_version():
    assert WORKFLOW["permissions"] == {"contents": "read"}
    assert not [job for job in WORKFLOW["jobs"].values() if "permissions" in job]
    used = [step["uses"] for step in STEPS if "uses" in step]
    assert used
    assert [action for action in used if not re.fullmatch(r"actions/[a-z-]+@v\d+", action)] == []


def test_the_workflow_runs_everything_as_ci_does():
    assert {"run": ".ci/run"} in WORKFLOW["jobs"]["all"]["steps"]
    assert os.access(ROOT / ".ci/run", os.X_OK)


@pytest.mark.parametrize("dockerfile", ["Dockerfile", "deploy/space.Dockerfile"])
def test_an_image_has_the_python_with_which_everything_is_tested(dockerfile):
    python = WORKFLOW["jobs"]["all"]["container"]["image"].rpartition("-")[0]
    stages = re.findall(r"^FROM (\S+)", (ROOT / dockerfile).read_text(encoding="utf-8"), re.MULTILINE)
    assert set(stages) == {f"{python}-slim"}


def test_every_version_was_run_and_passed():
    rows = [
        [cell.strip() for cell in line.split("|")[1:-1]] for line in DOCUMENT.splitlines() if "| 3." in line
    ]
    assert {row[5] for row in rows} == {"passed"}
    assert {".".join(row[0].split(".")[:2]) for row in rows} == set(PYTHONS)
    [lowest] = [row for row in rows if row[0].endswith(" lowest")]
    allowed = versions.lowest(PROJECT)
    for package, version in zip(versions.SHOWN, lowest[1:], strict=False):
        [requirement] = allowed[package]
        assert f"{version}.".startswith(requirement.partition("==")[2] + ".")
