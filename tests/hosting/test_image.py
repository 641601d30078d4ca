"""The Dockerfile and compose.yaml: what can be tested without a container."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.hosting import image
from tests.hosting.image import ROOT

COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
SERVICES = COMPOSE["services"]
REPLICAS = [service for name, service in SERVICES.items() if name.startswith("dashboard")]
PROXY = SERVICES["proxy"]
HOSTING = (ROOT / "docs/hosting.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("image")
    image.build(folder)
    return folder


def files_in(folder):
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_the_image_has_each_module_and_page_and_nothing_of_the_tests(folder):
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    if tracked.returncode:
        pytest.skip("this is not a clone, so the tracked files are unknown")
    expected = {
        line
        for line in tracked.stdout.splitlines()
        if line.startswith(("pages/", "polycore/")) or line == "streamlit_app.py"
    }
    copied = files_in(folder)
    assert len(expected) > 100
    assert expected <= copied
    assert not [file for file in copied if re.match(r"tests|benchmarks|\.git/|\.venv", file)]


def test_what_the_image_copies_is_all_that_docker_is_given():
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    given = {line[1:] for line in ignored if line.startswith("!")}
    assert "*" in ignored
    assert given == {source for source, _ in image.copied()}


def test_every_page_of_the_image_is_drawn_from_its_own_files(folder):
    code = """
import sys
from pathlib import Path
from streamlit.testing.v1 import AppTest
app = AppTest.from_file("streamlit_app.py", default_timeout=60).run()
names = sorted(Path("pages").glob("*.py"))
for page in names:
    assert not app.exception and app.title, page
    app.switch_page(str(page)).run()
assert not app.exception
import pages.frame.frame, polycore
assert Path(polycore.__file__).parents[1] == Path.cwd()
sys.stdout.write(str(len(names)))
"""
    environment = {**os.environ, **image.environment(), "PYTHONPATH": ""}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) == len(list(ROOT.glob("pages/*.py")))


def test_packages_are_installed_by_the_lock_that_is_tested():
    [run] = image.instructions("RUN")
    assert run == "pip install --no-cache-dir --require-hashes -r requirements.lock"
    assert "pip install --require-hashes -r requirements.lock" in HOSTING


def test_the_server_is_not_root_and_its_limits_are_those_of_a_demo():
    [user] = image.instructions("USER")
    assert int(user) > 0
    assert image.environment()["POLYCORE_LIMITS"] == "hosted.toml"


def test_the_port_is_the_same_wherever_it_is_named():
    [port] = image.instructions("EXPOSE")
    assert image.environment()["STREAMLIT_SERVER_PORT"] == port
    assert f"127.0.0.1:{port}/live/health" in " ".join(image.health_check())
    replicas = [value for name, value in PROXY["environment"].items() if "REPLICA" in name]
    assert replicas == [f"{name}:{port}" for name in SERVICES if name.startswith("dashboard")]
    assert PROXY["environment"]["POLYCORE_BIND"] == ":8080"
    assert PROXY["ports"] == ["8080:8080"]
    assert "http://localhost:8080" in HOSTING


def test_there_are_two_replicas_and_each_is_confined():
    assert len(REPLICAS) == 2
    for service in [*REPLICAS, PROXY]:
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert service["restart"] == "unless-stopped"
        assert service["mem_limit"]


def test_each_replica_has_the_name_by_which_the_proxy_finds_it():
    names = {
        name: service["environment"]["POLYCORE_REPLICA"]
        for name, service in SERVICES.items()
        if name.startswith("dashboard")
    }
    assert names == {"dashboard-a": "a", "dashboard-b": "b"}
    configuration = (ROOT / "deploy/haproxy.cfg").read_text(encoding="utf-8")
    assert re.findall(r"use-server (\w+) if { path_beg /live/(\w+)/ }", configuration) == [
        ("a", "a"),
        ("b", "b"),
    ]


def test_the_files_that_compose_mounts_are_there():
    mounted = [volume.split(":")[0] for service in SERVICES.values() for volume in service.get("volumes", ())]
    assert mounted == ["./deploy/haproxy.cfg"]
    assert all((ROOT / path).is_file() for path in mounted)


def test_the_variables_of_the_proxy_are_those_that_compose_gives_it():
    used = set(re.findall(r"\$\{(\w+)\}", (ROOT / "deploy/haproxy.cfg").read_text(encoding="utf-8")))
    assert used == set(PROXY["environment"])
    # the proxy accepts commands only from within its container
    assert PROXY["environment"]["POLYCORE_ADMIN"].startswith("127.0.0.1:")


def test_the_proxy_takes_the_configuration():
    if shutil.which("haproxy") is None:
        pytest.skip("HAProxy is not installed")
    command = ["haproxy", "-c", "-f", str(Path(ROOT, "deploy/haproxy.cfg"))]
    done = subprocess.run(
        command, env=os.environ | PROXY["environment"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "WARNING" not in done.stderr
