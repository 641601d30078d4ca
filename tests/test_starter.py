"""run.py starts the dashboard with nothing but Python, whatever an earlier start has left behind."""

import ast
import importlib.util
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.wheels import write_wheel

ROOT = Path(__file__).parents[1]
SOURCE = (ROOT / "run.py").read_text(encoding="utf-8")

# in place of the real one: says how it was started, and runs until its standard input ends
STREAMLIT = (
    "import json, os, sys; print(json.dumps([os.getpid(), sys.argv[1:]]), flush=True); sys.stdin.read()"
)


@pytest.fixture(scope="module")
def packages(tmp_path_factory):
    """Return the variables with which pip installs that program from a folder, and asks no network."""
    folder = tmp_path_factory.mktemp("packages")
    write_wheel(folder, "streamlit", "1.0", {"streamlit/__main__.py": STREAMLIT})
    return {**os.environ, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(folder)}


def project(folder):
    shutil.copy(ROOT / "run.py", folder)
    (folder / "requirements.txt").write_text("streamlit==1.0\n", encoding="utf-8")
    return folder


def started(folder, variables, *arguments):
    pipe = subprocess.PIPE
    command = [sys.executable, "run.py", "dashboard", *arguments]
    return subprocess.Popen(
        command, cwd=folder, env=variables, stdin=pipe, stdout=pipe, stderr=pipe, text=True
    )


def finished(process):
    """Return what the dashboard was started with, and what run.py wrote on standard error."""
    out, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    return json.loads(out)[1], errors


@pytest.fixture(scope="module")
def outside(tmp_path_factory):
    return tmp_path_factory.mktemp("outside")


@pytest.fixture(scope="module")
def two_starts(tmp_path_factory, packages, outside):
    """Two at the same time in a folder whose .venv has a Python that was removed, and how they ended."""
    folder = project(tmp_path_factory.mktemp("project"))
    (folder / ".venv/bin").mkdir(parents=True)
    (folder / ".venv/bin/python").symlink_to(outside / "python3")
    processes = [started(folder, packages, "--", "--server.port", "9000") for _ in range(2)]
    return folder, [finished(process) for process in processes]


def test_two_first_starts_at_once_wait_for_each_other(two_starts):
    _, ends = two_starts
    assert [words for words, _ in ends] == [["run", "streamlit_app.py", "--server.port", "9000"]] * 2
    assert sorted(errors.split()[0] for _, errors in ends) == ["Installing", "Waiting"]
    assert all(errors.count("\n") == 1 for _, errors in ends)


@pytest.mark.usefixtures("two_starts")
def test_nothing_is_written_through_a_link_out_of_the_folder(outside):
    assert list(outside.iterdir()) == []


def test_a_later_start_writes_nothing(two_starts, packages):
    folder, _ = two_starts
    before = {path: path.stat().st_mtime_ns for path in folder.iterdir()}
    assert finished(started(folder, packages)) == (["run", "streamlit_app.py"], "")
    assert {path: path.stat().st_mtime_ns for path in folder.iterdir()} == before


@pytest.mark.skipif(os.name == "nt", reason="Windows has no signal that asks a process to end")
def test_a_signal_ends_the_dashboard_too(two_starts, packages):
    folder, _ = two_starts
    process = started(folder, packages)
    server, _ = json.loads(process.stdout.readline())
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == -signal.SIGTERM
    with pytest.raises(ProcessLookupError):
        os.kill(server, 0)
    process.communicate()


def test_a_start_that_was_killed_is_made_up_for_by_the_next(tmp_path, packages):
    folder = project(tmp_path)
    killed = started(folder, packages)
    while not list(folder.glob(".venv/*/python*")):
        assert killed.poll() is None
        time.sleep(0.01)
    killed.kill()
    killed.communicate()
    words, errors = finished(started(folder, packages))
    assert words == ["run", "streamlit_app.py"]
    assert "Installing requirements.txt" in errors


def test_without_a_network_there_is_one_sentence_and_what_there_was_is_kept(two_starts, packages):
    folder, _ = two_starts
    kept = (folder / "requirements.txt").read_text(encoding="utf-8")
    (folder / "requirements.txt").write_text("streamlit==2.0\n", encoding="utf-8")
    # nobody listens at this port
    offline = {**os.environ, "PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_RETRIES": "0"}
    process = started(folder, offline)
    out, errors = process.communicate(timeout=60)
    assert (process.returncode, out) == (1, "")
    last = "run.py: the package index cannot be reached. Check the network connection and start again."
    assert errors.splitlines()[1:] == [last]
    (folder / "requirements.txt").write_text(kept, encoding="utf-8")
    assert finished(started(folder, packages)) == (["run", "streamlit_app.py"], "")


def test_an_older_python_can_parse_it():
    ast.parse(SOURCE, feature_version=(3, 8))


def test_an_older_python_gets_one_sentence():
    # the version is looked at before anything that an older Python does not have
    code = f"import sys; sys.version_info = (3, 8, 18); sys.modules['hashlib'] = None; exec({SOURCE!r})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (2, "")
    assert re.fullmatch(r"This is Python [\d.]+; 3\.11 or newer is needed\.\n", done.stderr)


@pytest.fixture
def run():
    spec = importlib.util.spec_from_file_location("run", ROOT / "run.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("output", "says"),
    [
        pytest.param(
            "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device\n",
            "the disk is full. Free about 2 GB and start again.",
            id="a full disk",
        ),
        pytest.param(
            "Error: [Errno 13] Permission denied: '/opt/project/.venv'\n",
            "this folder cannot be written to. Close the programs that use .venv, or copy the project to a "
            "folder of your own, and start again.",
            id="a folder of somebody else",
        ),
        pytest.param(
            "/usr/bin/python3: No module named ensurepip\n",
            "this Python cannot create virtual environments. Install what is missing (on Debian and Ubuntu: "
            "apt install python3-venv) and start again.",
            id="no ensurepip",
        ),
        pytest.param(
            "ERROR: a surprise\nERROR: No matching distribution found for streamlit==9\n\n",
            "ERROR: No matching distribution found for streamlit==9. Start again, or install by hand: "
            "pip install -r requirements.txt.",
            id="something else",
        ),
        pytest.param(
            "",
            "the installation failed. Start again, or install by hand: pip install -r requirements.txt.",
            id="nothing",
        ),
    ],
)
def test_an_installation_that_fails_says_what_to_do(run, monkeypatch, capsys, output, says):
    def fail(_):
        raise run.InstallationError(output)

    # a script, of which `main` alone is public: an installation that fails by itself would need the network
    monkeypatch.setattr(run, "_install", fail)
    assert run.main(["dashboard"]) == 1
    assert capsys.readouterr().err == f"run.py: {says}\n"


def test_a_folder_that_cannot_be_written_to_gets_one_sentence(run, monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(run, "LOCK", tmp_path / "nowhere/.venv.lock")
    monkeypatch.setattr(run, "VENV", tmp_path)
    assert run.main(["dashboard"]) == 1
    assert re.fullmatch(r"run\.py: .*No such file or directory.*\n", capsys.readouterr().err)


def check(code):
    """Return a check of `run.py tests` that runs this code."""
    return ["timeit", "-n", "1", "-r", "1", code]


@pytest.mark.parametrize(
    ("last", "exit_code", "says"), [("import sys", 0, ""), ("raise OSError", 1, "run.py: failed: timeit.\n")]
)
def test_checks_and_tests_run_side_by_side(run, monkeypatch, capsys, tmp_path, last, exit_code, says):
    paths = [str(tmp_path / name) for name in "abc"]
    wait = f"while not all(os.path.exists(path) for path in {paths}): time.sleep(0.01)"
    *others, tests = (f"import os, sys, time\nopen({path!r}, 'w').close()\n{wait}" for path in paths)
    tests += f"\nassert not sys.dont_write_bytecode\n{last}"
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.setattr(run, "_install", lambda _: None)
    monkeypatch.setattr(run, "PYTHON", sys.executable)
    monkeypatch.setattr(run, "CHECKS", [check(code) for code in (*others, tests)])
    monkeypatch.setattr(run, "REPORTS", [])
    assert run.main(["tests"]) == exit_code
    assert capsys.readouterr().err == says


def test_a_check_that_failed_is_named_after_the_report_of_the_tests(run, monkeypatch, capsys):
    monkeypatch.setattr(run, "_install", lambda _: None)
    monkeypatch.setattr(run, "_modules", lambda commands: [command[0] == "mypy" for command in commands])
    monkeypatch.setattr(run, "CHECKS", [["ruff"], ["mypy"], ["pytest"]])
    assert run.main(["tests"]) == 1
    assert capsys.readouterr().err == "run.py: failed: mypy.\n"


@pytest.mark.parametrize(
    ("folder", "tests", "passes", "runs"),
    [
        pytest.param("browser", 5, "alone", 10, id="five that pass alone"),
        pytest.param("browser", 1, "never", 2, id="one that fails alone too"),
        pytest.param("browser", 6, "alone", 6, id="six"),
        pytest.param("pages", 1, "alone", 1, id="one without a browser"),
    ],
)
def test_a_few_tests_with_a_browser_have_a_second_chance(
    run, monkeypatch, capsys, tmp_path, folder, tests, passes, runs
):
    log, file = tmp_path / "runs.txt", tmp_path / f"tests/{folder}/test_planted.py"
    file.parent.mkdir(parents=True)
    (tmp_path / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    file.write_text(
        "import os, pytest\n"
        f"@pytest.mark.parametrize('number', range({tests}))\n"
        "def test_planted(number):\n"
        f"    open({str(log)!r}, 'a').write('ran ')\n"
        f"    assert {passes == 'alone'} and 'PYTEST_XDIST_WORKER' not in os.environ\n",
        encoding="utf-8",
    )
    for name in [name for name in os.environ if name.startswith("PYTEST")]:
        monkeypatch.delenv(name)
    monkeypatch.setattr(run, "_install", lambda _: None)
    for name, value in {
        "HERE": tmp_path,
        "PYTHON": sys.executable,
        "LAST_FAILED": tmp_path / ".pytest_cache/v/cache/lastfailed",
        "CHECKS": [run.PYTEST],
        "REPORTS": [],
    }.items():
        monkeypatch.setattr(run, name, value)
    is_forgiven = passes == "alone" and runs > tests
    assert run.main(["tests"]) == (0 if is_forgiven else 1)
    assert len(log.read_text(encoding="utf-8").split()) == runs
    names = ", ".join(f"tests/{folder}/test_planted.py::test_planted[{number}]" for number in range(tests))
    says = f"passed only when run alone: {names}" if is_forgiven else "failed: pytest"
    assert capsys.readouterr().err == f"run.py: {says}.\n"
