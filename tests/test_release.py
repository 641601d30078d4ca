"""What a release consists of agrees: its version everywhere, and the workflow that publishes it."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

import polycore as pc

ROOT = Path(__file__).parents[1]
WORKFLOW = yaml.safe_load((ROOT / ".github/workflows/release.yml").read_text(encoding="utf-8"))
PUBLISHED = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["polycore"][
    "published"
]


def read(name):
    return (ROOT / name).read_text(encoding="utf-8")


def test_the_changelog_begins_with_this_version_and_the_others_have_their_dates():
    text = read("CHANGELOG.md")
    sections = re.findall(r"^## (\S+) \((unreleased|\d{4}-\d\d-\d\d)\)$", text, re.MULTILINE)
    assert len(sections) == text.count("\n## ")
    versions, dates = zip(*sections, strict=True)
    assert versions[0] == pc.__version__
    assert "unreleased" not in dates[1:]
    assert list(dates) == sorted(dates, reverse=True)  # letters come after digits


def test_the_documents_install_the_package_from_where_it_is():
    source = (
        "polycore-playground" if PUBLISHED else f"./polycore_playground-{pc.__version__}-py3-none-any.whl"
    )
    command = r"""(?:pip install|uvx)(?: --from)? "([\w./-]+)\[dashboard\]\""""
    for document in ("README.md", "docs/start.md"):
        named = re.findall(command, read(document))
        assert len(named) > 1
        assert {*named} == {source}


def test_no_document_or_message_installs_what_others_call_polycore():
    files = [
        path for folder in ("docs", "examples", "pages", "polycore") for path in (ROOT / folder).rglob("*.*")
    ]
    texts = [
        path for path in [*files, *ROOT.glob("*.md")] if path.suffix in (".md", ".py", ".rst", ".js", ".html")
    ]
    assert len(texts) > 300
    installs = re.compile(r"(?:pip install|pipx run|uvx|--from) (?:--?[\w-]+ )*['\"]?polycore(?![\w-])")
    assert [path for path in texts if installs.search(path.read_text(encoding="utf-8"))] == []


def test_this_version_gets_security_fixes():
    [supported] = re.findall(r"^\| ([\d.]+) \| yes \|$", read("SECURITY.md"), re.MULTILINE)
    assert pc.__version__.startswith(f"{supported}.")


def test_only_the_job_that_publishes_may_prove_who_it_is():
    jobs = WORKFLOW["jobs"]
    assert WORKFLOW["permissions"] == {}
    assert [name for name, job in jobs.items() if "id-token" in job["permissions"]] == ["publish"]
    assert jobs["publish"]["needs"] == "build"
    # YAML 1.1 reads the key `on` as true
    assert WORKFLOW[True] == {"push": {"tags": ["v*"]}}


RELEASED = {"tag": "v7.8.9", "version": "7.8.9", "heading": "7.8.9 (2030-01-31)", "published": "true"}


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no shell as on the workflow's machine")
@pytest.mark.parametrize(
    ("changed", "passes"),
    [
        pytest.param({}, True, id="all agree"),
        pytest.param({"tag": "v7.8.8"}, False, id="another tag"),
        pytest.param({"heading": "7.8.9 (unreleased)"}, False, id="no date"),
        pytest.param({"heading": "7.8.90 (2030-01-31)"}, False, id="another version in the change log"),
        pytest.param({"published": "false"}, False, id="documents name the wheel's file"),
    ],
)
def test_the_workflow_publishes_only_what_is_ready(tmp_path, changed, passes):
    state = RELEASED | changed
    [check] = [
        step["run"] for step in WORKFLOW["jobs"]["build"]["steps"] if "change log" in step.get("name", "")
    ]
    (tmp_path / "polycore").mkdir()
    (tmp_path / "polycore/__init__.py").write_text("import numpy  # is not there", encoding="utf-8")
    version = re.sub(r'"[\w.]+"', f'"{state["version"]}"', read("polycore/version.py"))
    (tmp_path / "polycore/version.py").write_text(version, encoding="utf-8")
    (tmp_path / "CHANGELOG.md").write_text(f"# Changelog\n\n## {state['heading']}\n", encoding="utf-8")
    project = re.sub("published = [a-z]+", f"published = {state['published']}", read("pyproject.toml"))
    (tmp_path / "pyproject.toml").write_text(project, encoding="utf-8")
    # as GitHub runs a step; without NumPy, as there
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/python").write_text(f'#!/bin/sh\nexec "{sys.executable}" -S "$@"\n', encoding="utf-8")
    (tmp_path / "bin/python").chmod(0o755)
    paths = os.pathsep.join([str(tmp_path / "bin"), os.environ["PATH"]])
    done = subprocess.run(
        ["bash", "-e", "-c", check],
        cwd=tmp_path,
        env=os.environ | {"PATH": paths, "GITHUB_REF_NAME": state["tag"]},
        capture_output=True,
    )
    assert (done.returncode == 0) is passes
