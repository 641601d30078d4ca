"""Hosting in one press: the button, and the Dockerfile of a space, as far as they can be tested here."""

import os
import re
import subprocess
import sys
import tomllib
from urllib.parse import parse_qs, urlsplit

import pytest
from websockets.sync.client import connect

from tests.browser.dashboard import free_port, trouble_in
from tests.channel import visit
from tests.channel.tapes import unpacked
from tests.hosting import image
from tests.hosting.image import ROOT
from tests.hosting.replicas import answers
from tests.waiting import wait_until

SPACE = (ROOT / "deploy/space.Dockerfile").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
HOSTING = (ROOT / "docs/hosting.md").read_text(encoding="utf-8")
ARCHIVE = "/tmp/source.tar.gz"  # in the container


@pytest.fixture
def app(tmp_path):
    """Return the folder that the file unpacks from an archive as GitHub makes it; nobody can write to it."""
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True)
    if tracked.returncode:
        pytest.skip("this is not a clone, so the tracked files are unknown")
    archive, app = tmp_path / "source.tar.gz", tmp_path / "app"
    pack = ["tar", "--create", "--gzip", "--file", archive, "--null", "--files-from=-"]
    pack.append("--transform=s,^,polycore-0123abc/,")
    subprocess.run(pack, cwd=ROOT, input=tracked.stdout, check=True)
    unpack, _ = image.instructions("RUN", SPACE)
    assert ARCHIVE in unpack
    line = unpack.replace(ARCHIVE, str(archive)).replace("/app", str(app))
    subprocess.run(line, shell=True, check=True)
    image.protect(app)
    return app


@pytest.mark.slow
def test_a_space_s_server_starts_from_the_repository_as_its_user_with_the_limits_of_a_demo(app, tmp_path):
    log, home, port = tmp_path / "log.txt", tmp_path / "home", free_port()
    home.mkdir()
    home.chmod(0o777)
    own = {"HOME": str(home), "PYTHONPATH": "", "STREAMLIT_SERVER_ADDRESS": "127.0.0.1"}
    own |= {"STREAMLIT_SERVER_PORT": str(port)}
    command = image.as_user([sys.executable, "-m", *image.command(SPACE)], SPACE)
    with log.open("wb") as output:
        server = subprocess.Popen(
            command, cwd=app, env=os.environ | image.environment(SPACE) | own, stdout=output, stderr=output
        )
    try:
        address = f"http://127.0.0.1:{port}/"
        wait_until(lambda: answers(f"{address}live/health"))
        words = visit.WORDS.replace("steps=2000000", "steps=20000")  # what the demo allows
        with visit.opened(address, words=words) as tab:
            tab.press("Start")
            with connect(address.replace("http", "ws") + tab.channel, proxy=None, max_size=None) as frames:
                while unpacked(frames.recv(timeout=60))[0]["step"] == 0:
                    pass
            tab.press("Stop")
    finally:
        server.terminate()
        server.wait(timeout=20)
    assert trouble_in(log) == []


def test_a_space_has_the_settings_of_the_image_but_its_own_user_and_port():
    # https://huggingface.co/docs/hub/spaces-sdks-docker: the user is 1000, and the port 7860 by default
    assert image.instructions("USER", SPACE) == ["1000"]
    assert image.instructions("EXPOSE", SPACE) == ["7860"]
    port = {"STREAMLIT_SERVER_PORT": "7860"}
    assert image.environment(SPACE) == image.environment() | port
    [base] = re.findall("^FROM .+$", SPACE, re.MULTILINE)
    assert f"\n{base}\n" in image.DOCKERFILE


def test_a_space_installs_what_the_image_does():
    _, install = image.instructions("RUN", SPACE)
    assert install == image.instructions("RUN")[0]


def test_the_owner_of_the_repository_is_written_in_one_line_of_it():
    lines = [line for line in SPACE.splitlines() if "OWNER" in line]
    assert lines == ["ARG REPOSITORY=OWNER/polycore"]
    assert f"`{lines[0]}`" in HOSTING


def test_the_button_of_readme_deploys_whichever_fork_its_user_chooses():
    buttons = [re.findall(r"\((https://share\.streamlit\.io[^)]+)\)", text) for text in (README, HOSTING)]
    assert buttons[0] == buttons[1]
    [button] = buttons[0]
    # the cloud deploys only what its user may administer: it would refuse others a button that named ours
    query = parse_qs(urlsplit(button).query, keep_blank_values=True)
    assert query == {"branch": ["main"], "mainModule": ["streamlit_app.py"]}
    assert (ROOT / query["mainModule"][0]).is_file()


def test_the_secret_that_the_checklist_names_is_the_limits_of_a_demo():
    [secret] = re.findall(r"```toml\n(.+?)```", HOSTING, re.DOTALL)
    assert tomllib.loads(secret) == {"POLYCORE_LIMITS": "hosted.toml"}
    assert (ROOT / "hosted.toml").is_file()


def test_the_checklist_has_the_figures_that_were_measured():
    checklist, load, small = map(section, ("In one press", "Load", "A small machine"))
    rows = re.findall(r"^\| 100 on one link \| (.+) \|$", load, re.MULTILINE)
    [(server, workers, *_, memory, of_workers)] = [row.split(" | ") for row in rows if row.count("|") == 6]
    assert f"used {round(int(memory) + int(of_workers), -1)} MB and" in checklist
    assert f"and {float(server) + float(workers):.1f} cores" in checklist
    [memory] = re.findall(r"^\| recommended runs, memory \| [^|]+ \| (.+?) \|", small, re.MULTILINE)
    assert f"in {memory}\n" in checklist


def section(title):
    """Return a section of docs/hosting.md."""
    return HOSTING.split(f"\n## {title}\n")[1].split("\n## ")[0]
