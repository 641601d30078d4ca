"""The dashboard that the package carries, started by one line in a stranger's folder."""

import os
import signal
import subprocess
import sys
import urllib.request
import venv
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import expect, sync_playwright

from tests.browser.dashboard import (
    Visit,
    chromium,
    free_port,
    launched,
    opened,
    trouble_in,
    wait_until_healthy,
)
from tests.channel import visit as tab
from tests.channel.tapes import unpacked
from tests.package.conftest import finished

PACKAGES = Path(np.__file__).parents[1]  # Streamlit and the others
DECOY = "raise ImportError('this is not the one')"


@pytest.fixture
def folder(tmp_path):
    """Return a folder with modules of a stranger that have names of ours and of Streamlit's."""
    for name in ("pages", "polycore"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text(DECOY)
    (tmp_path / "streamlit.py").write_text(DECOY)
    return tmp_path


@pytest.fixture
def decoys(tmp_path_factory):
    """Return a folder of packages in which another one is called `pages`."""
    packages = tmp_path_factory.mktemp("decoys")
    (packages / "pages").mkdir()
    (packages / "pages/__init__.py").write_text(DECOY)
    return packages


@pytest.fixture
def command(environment):
    """Return the command `polycore` of the environment."""
    [program] = environment.glob("*/polycore*")
    return program


@pytest.fixture
def log(tmp_path_factory):
    return tmp_path_factory.mktemp("installed") / "log.txt"


@contextmanager
def started(command, folder, log, *paths):
    """Start the dashboard with options of Streamlit's, yield its address, and end it by Ctrl-C."""
    port = free_port()
    options = ["--server.headless=true", "--server.address=127.0.0.1", f"--server.port={port}"]
    variables = os.environ | {"PYTHONPATH": os.pathsep.join([*map(str, paths), str(PACKAGES)])}
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*command, "dashboard", *options], cwd=folder, env=variables, stdout=output, stderr=output
        )
        address = f"http://127.0.0.1:{port}/"
        try:
            wait_until_healthy(address, process)
            yield address
            process.send_signal(signal.SIGINT)
            process.wait(timeout=20)
        finally:
            process.kill()


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.skipif(chromium() is None, reason="neither Chromium nor Chrome is installed")
def test_the_first_press_trains_a_map_and_every_page_is_there(command, folder, decoys, log):
    server = started([command], folder, log, decoys)
    with server as address, sync_playwright() as playwright, launched(playwright) as browser:
        visit = Visit(opened(browser), address).open()
        # the color of .streamlit/config.toml, #5159c4
        button = visit.page.get_by_role("button", name="Train the network")
        expect(button).to_have_css("background-color", "rgb(81, 89, 196)")
        button.click()
        visit.wait_until(lambda: visit.accuracy() >= 50, state=visit.accuracy)
        for name in ("Polynomials", "Data", "Train", "Predict", "Inside", "Compare", "Play"):
            visit.go_to(name)
        visit.open("glossary")
        visit.page.get_by_role("listitem").filter(has_text="Accuracy: the share").wait_for()
        visit.check()
        visit.rest()
    assert trouble_in(log) == []


@pytest.fixture
def editable(source, tmp_path):
    """Return the command of an environment in which the copy of the repository can be changed."""
    environment = tmp_path / "environment"
    venv.create(environment, symlinks=True)
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", environment, "install"]
    options = ["--no-deps", "--no-index", "--no-build-isolation", "--editable", source]
    finished([*pip, *options], env=os.environ | {"PYTHONPATH": str(PACKAGES)})  # with the hatchling at hand
    [program] = environment.glob("*/polycore*")
    return program


def check_that_it_trains(server):
    with server as address, tab.opened(address) as visit:
        visit.press("Start")
        with urllib.request.urlopen(f"{address}{visit.channel}/{visit.run}", timeout=20) as answer:
            assert unpacked(answer.read())[0]["step"] >= 0
        visit.press("Stop")


@pytest.mark.slow
def test_an_editable_installation_starts_its_clone(editable, folder, decoys, log):
    assert [*editable.parents[1].glob("[Ll]ib/**/site-packages/polycore")] == []  # nothing was copied
    check_that_it_trains(started([editable], folder, log, decoys))
    assert trouble_in(log) == []


@pytest.mark.slow
def test_a_clone_that_is_not_installed_starts_itself(source, decoys, log):
    check_that_it_trains(started([sys.executable, "-m", "polycore"], source, log, decoys))
    assert trouble_in(log) == []


def test_without_streamlit_one_line_says_what_to_install(command, tmp_path):
    numpy_alone = tmp_path / "packages"
    numpy_alone.mkdir()
    for part in PACKAGES.glob("numpy*"):
        (numpy_alone / part.name).symlink_to(part)
    variables = os.environ | {"PYTHONPATH": str(numpy_alone)}
    done = subprocess.run([command, "dashboard"], env=variables, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "polycore: dashboard: got no streamlit; expected it installed. "
        'Install polycore with its extra "dashboard", or in a clone the packages of requirements.txt.\n'
    )


@pytest.mark.parametrize("option", ["--help", "-h"])
def test_its_help_says_where_the_options_of_the_server_are_listed(option):
    done = subprocess.run(
        [sys.executable, "-m", "polycore", "dashboard", option], capture_output=True, text=True
    )
    assert done.returncode == 0
    assert done.stdout.startswith("usage: python -m polycore dashboard [OPTION ...]\n")
    assert "`streamlit run --help` lists them" in done.stdout


@pytest.mark.slow
def test_an_option_that_streamlit_does_not_know_is_its_error(command, decoys):
    variables = os.environ | {"PYTHONPATH": os.pathsep.join([str(decoys), str(PACKAGES)])}
    done = subprocess.run(
        [command, "dashboard", "--sever.port", "9000"], env=variables, capture_output=True, text=True
    )
    assert done.returncode == 2
    assert "No such option" in done.stderr
    assert "--sever.port" in done.stderr
