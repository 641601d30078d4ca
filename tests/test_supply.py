"""What a hosted image is made of: every package by its version and its hashes."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
PINNED = re.compile(r"^([\w.-]+)==(\S+)", re.MULTILINE)
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")


def test_the_lock_has_the_versions_that_are_required():
    required = PINNED.findall((ROOT / "requirements.txt").read_text(encoding="utf-8"))
    assert len(required) == 5
    assert set(required) <= set(PINNED.findall(LOCK))


def test_every_package_of_the_lock_has_hashes():
    # a package begins at the margin, and what belongs to it is set in
    packages = re.split(r"\n(?=\S)", LOCK.strip())
    assert [package.splitlines()[0] for package in packages if "--hash=sha256:" not in package] == []
    assert len(packages) == len(PINNED.findall(LOCK))


def test_the_lock_names_no_place_to_load_from():
    assert "://" not in LOCK
    assert not re.search(r"--(find-links|(extra-)?index-url|trusted-host)", LOCK)


def test_no_third_party_s_script_is_copied_into_the_repository():
    folders = [ROOT / "pages", ROOT / "polycore"]
    files = [path for folder in folders for path in folder.rglob("*")]
    scripts = [path for path in files if path.name.endswith((".js", ".js.gz"))]
    assert len(scripts) > 5
    assert [path for path in scripts if ".min." in path.name] == []
