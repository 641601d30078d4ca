"""The command that starts the dashboard: of a wheel, of an editable installation and of a clone."""

import os
import subprocess
import sys
import urllib.request

import pytest

from tests.browser.dashboard import trouble_in
from tests.channel import visit as tab
from tests.channel.tapes import unpacked
from tests.package.installation import (
    NAME,
    PACKAGES,
    install_editable,
    install_source_archive,
    program_of,
    started,
)
from tests.waiting import wait_until


def step_of(address):
    """Return the step in the latest frame of a run."""
    with urllib.request.urlopen(address, timeout=20) as answer:
        return unpacked(answer.read())[0]["step"]


def check_that_it_trains(command, folder, here=None):
    log = folder / "log.txt"
    with started(command, folder, log, here) as address, tab.opened(address) as visit:
        visit.press("Start")
        wait_until(lambda: step_of(f"{address}{visit.channel}/{visit.run}") > 0)
        visit.press("Stop")
    assert trouble_in(log) == []


@pytest.mark.slow
def test_a_wheel_starts_the_dashboard_that_it_carries(environment, tmp_path):
    check_that_it_trains([program_of(environment), "dashboard"], tmp_path)


@pytest.mark.slow
def test_a_source_archive_does_too_by_the_command_that_is_called_like_the_package(archives, tmp_path):
    environment = tmp_path / "environment"
    install_source_archive(archives, environment)
    check_that_it_trains([program_of(environment, NAME)], tmp_path)


@pytest.mark.slow
def test_an_editable_installation_starts_its_clone(source, tmp_path):
    environment = tmp_path / "environment"
    install_editable(source, environment)
    assert [*environment.glob("[Ll]ib/**/site-packages/polycore")] == []  # nothing was copied
    check_that_it_trains([program_of(environment), "dashboard"], tmp_path)


@pytest.mark.slow
def test_a_clone_that_is_not_installed_starts_itself(source, tmp_path):
    check_that_it_trains([sys.executable, "-m", "polycore", "dashboard"], tmp_path, source)


def test_without_streamlit_one_line_says_what_to_install(environment, tmp_path):
    for part in PACKAGES.glob("numpy*"):
        (tmp_path / part.name).symlink_to(part)
    done = subprocess.run(
        [program_of(environment), "dashboard"],
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "polycore: the dashboard needs streamlit, which is not installed. "
        'Install polycore-playground with its extra "dashboard", or in a clone the packages of '
        "requirements.txt.\n"
    )


@pytest.mark.parametrize("option", ["--help", "-h"])
def test_its_help_says_where_the_options_of_the_server_are_listed(option):
    done = subprocess.run(
        [sys.executable, "-m", "polycore", "dashboard", option], capture_output=True, text=True
    )
    assert done.returncode == 0
    assert done.stdout.startswith("usage: python -m polycore dashboard [OPTION ...]\n")
    assert "`streamlit run --help` lists them" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "called"),
    [
        pytest.param(["polycore", "dashboard"], "polycore dashboard", id="polycore"),
        pytest.param([NAME], NAME, id="the command that is called like the package"),
    ],
)
def test_its_help_repeats_the_command_that_was_typed(environment, arguments, called):
    name, *more = arguments
    done = subprocess.run(
        [program_of(environment, name), *more, "--help"],
        env=os.environ | {"PYTHONPATH": str(PACKAGES)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0
    assert done.stdout.startswith(f"usage: {called} [OPTION ...]\n")
    assert f"\n  {called} --server.port 9000\n" in done.stdout


@pytest.mark.slow
def test_an_option_that_streamlit_does_not_know_is_its_error(environment):
    done = subprocess.run(
        [program_of(environment), "dashboard", "--sever.port", "9000"],
        env=os.environ | {"PYTHONPATH": str(PACKAGES)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    assert "No such option" in done.stderr
    assert "--sever.port" in done.stderr
