"""What a release consists of agrees: its version everywhere, and the workflow that publishes it."""

import re
from pathlib import Path

import yaml

import polycore as pc

ROOT = Path(__file__).parents[1]
WORKFLOW = (ROOT / ".github/workflows/release.yml").read_text(encoding="utf-8")


def read(name):
    return (ROOT / name).read_text(encoding="utf-8")


def test_the_changelog_has_this_version_with_its_date():
    released = re.findall(r"^## (\S+) \((\d{4}-\d\d-\d\d)\)$", read("CHANGELOG.md"), re.MULTILINE)
    versions = [version for version, _ in released]
    assert versions[0] == pc.__version__
    assert released == sorted(released, key=lambda release: release[1], reverse=True)


def test_the_readme_names_the_wheel_of_this_version():
    wheels = re.findall(r"polycore-([\d.]+)-py3-none-any\.whl", read("README.md") + read("docs/start.md"))
    assert len(wheels) > 2
    assert {*wheels} == {pc.__version__}


def test_this_version_gets_security_fixes():
    [supported] = re.findall(r"^\| ([\d.]+) \| yes \|$", read("SECURITY.md"), re.MULTILINE)
    assert pc.__version__.startswith(f"{supported}.")


def test_only_the_job_that_publishes_may_prove_who_it_is():
    workflow = yaml.safe_load(WORKFLOW)
    jobs = workflow["jobs"]
    assert workflow["permissions"] == {}
    assert [name for name, job in jobs.items() if "id-token" in job["permissions"]] == ["publish"]
    assert jobs["publish"]["needs"] == "build"
    # YAML 1.1 reads the key `on` as true
    assert workflow[True] == {"push": {"tags": ["v*"]}}
