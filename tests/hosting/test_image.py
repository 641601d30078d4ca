"""The Dockerfile and compose.yaml: what can be tested without a container."""

import os
import re
import shutil
import subprocess
import urllib.request
from pathlib import Path

import pytest
import yaml
from websockets.sync.client import connect

from tests.browser.dashboard import free_port, trouble_in
from tests.channel import visit
from tests.channel.tapes import unpacked
from tests.hosting import image
from tests.hosting.image import ROOT
from tests.hosting.replicas import Replica
from tests.processes import children
from tests.waiting import wait_until

COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
SERVICES = COMPOSE["services"]
REPLICAS = [service for name, service in SERVICES.items() if name.startswith("dashboard")]
PROXY = SERVICES["proxy"]
HOSTING = (ROOT / "docs/hosting.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    return image.build(tmp_path_factory.mktemp("image"))


@pytest.fixture(scope="module")
def replica(built):
    replica = Replica("a", built)
    yield replica
    replica.stop()


@pytest.fixture
def server(replica):
    """Return a server of the image, which runs as its user; a test may end it."""
    replica.start()
    return replica


def files_in(folder):
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_the_image_has_each_module_and_page_and_nothing_of_the_tests(built):
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    if tracked.returncode:
        pytest.skip("this is not a clone, so the tracked files are unknown")
    package, pages = (
        {line for line in tracked.stdout.splitlines() if line.startswith(top)}
        for top in ("polycore/", "pages/")
    )
    read = {".streamlit/config.toml", "docs/glossary.md", "streamlit_app.py"}
    assert min(len(package), len(pages)) > 100
    expected = package | {f"polycore/dashboard/{file}" for file in pages | read}
    installed = {file for file in files_in(built.packages) if file.startswith("polycore/")}
    assert {file for file in installed if not file.endswith(".pyc")} == expected
    assert files_in(built.app) == {"hosted.toml", "requirements.lock"}


def test_what_the_image_copies_is_all_that_docker_is_given():
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    given = {line[1:] for line in ignored if line.startswith("!")}
    assert "*" in ignored
    assert given == {source for stage in (image.BUILD, image.FINAL) for source, _ in image.copied(stage)}


def test_every_page_of_the_image_is_drawn_from_its_own_files(built):
    code = """
import sys
from pathlib import Path
from streamlit.testing.v1 import AppTest
app = AppTest.from_file("streamlit_app.py", default_timeout=60).run()
names = sorted(Path("pages").glob("[0-9]*.py"))
for page in names:
    assert not app.exception and app.title, page
    app.switch_page(str(page)).run()
assert not app.exception
import pages.frame.frame, polycore
assert Path(pages.__file__).parents[1] == Path.cwd()
assert Path(polycore.__file__).parents[1] == Path.cwd().parents[1]
sys.stdout.write(str(len(names)))
"""
    environment = {**os.environ, **image.environment(), "PYTHONPATH": ""}
    done = subprocess.run(
        built.runnable(["python", "-c", code]),
        cwd=built.dashboard,
        env=environment | {"POLYCORE_LIMITS": str(built.app / "hosted.toml")},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) == len(list(ROOT.glob("pages/[0-9]*.py")))


def test_packages_are_installed_by_the_locks_that_are_tested():
    build, _ = image.instructions("RUN", image.BUILD)
    assert build == "pip install --no-cache-dir --require-hashes -r deploy/build.lock"
    run, wheel = image.instructions("RUN")
    assert run == "pip install --no-cache-dir --require-hashes -r requirements.lock"
    assert "pip install --require-hashes -r requirements.lock" in HOSTING
    # what the wheel needs is there already, and nothing else is loaded
    assert {"--no-deps", "--no-index"} <= set(wheel.split())


def test_the_packages_that_the_wheel_needs_are_in_the_lock(built):
    [metadata] = built.packages.glob("polycore_playground-*.dist-info/METADATA")
    extra = r"^Requires-Dist: ([\w-]+).*extra == ['\"]dashboard['\"]$"
    needed = set(re.findall(extra, metadata.read_text(encoding="utf-8"), re.MULTILINE))
    assert {"pandas", "plotly", "streamlit"} <= needed
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert needed <= set(re.findall(r"^([\w.-]+)==", lock, re.MULTILINE))


@pytest.mark.slow
def test_the_server_starts_from_the_wheel_as_a_user_who_can_write_nothing_of_it(built, server):
    writable = "import os, sys; sys.exit(any(os.access(path, os.W_OK) for path in sys.argv[1:]))"
    files = [built.app, built.app / "hosted.toml", built.dashboard, built.dashboard / "streamlit_app.py"]
    command = built.runnable(["python", "-c", writable, *map(str, files)])
    assert subprocess.run(command).returncode == 0
    status = Path(f"/proc/{server.pid}/status")
    if os.geteuid() == 0 and status.exists():
        [users] = re.findall(r"^Uid:\s+(.+)$", status.read_text(encoding="ascii"), re.MULTILINE)
        [user] = image.instructions("USER")
        assert users.split() == [user] * 4
    words = visit.WORDS.replace("steps=2000000", "steps=20000")  # what the demo allows
    with visit.opened(server.address, words=words) as tab:
        tab.press("Start")
        with connect(server.address.replace("http", "ws") + tab.channel, proxy=None, max_size=None) as frames:
            while unpacked(frames.recv(timeout=60))[0]["step"] == 0:
                pass
        tab.press("Stop")
    assert trouble_in(server.log) == []


@pytest.mark.slow
def test_the_container_s_health_check_asks_the_server(built, server):
    for port, is_healthy in ((server.port, True), (free_port(), False)):
        command = built.runnable(image.health_check(port))
        assert str(port) in command[-1]
        done = subprocess.run(command, capture_output=True, timeout=20)
        assert (done.returncode == 0) is is_healthy


@pytest.mark.slow
def test_docker_s_signal_ends_the_server_and_its_workers(server):
    if Path(f"/proc/{server.pid}/task").exists():
        read = f"{server.address}_stcore/metrics?families=polycore_workers"
        wait_until(lambda: b'"missing"} 0' in urllib.request.urlopen(read, timeout=20).read())
    workers = children(server.pid)
    server.stop()  # within 20 s
    wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in workers))


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
