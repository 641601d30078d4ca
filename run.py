#!/usr/bin/env python3
"""Start the dashboard, run the tests or the benchmarks, on a machine that has only Python 3.11 or newer.

    python3 run.py dashboard
    python3 run.py tests
    python3 run.py tests --fast
    python3 run.py benchmarks
    python3 run.py docs
    python3 run.py soak
    python3 run.py versions

`tests --fast` runs the linter, the type checker and the unit tests, in under a minute. `docs` builds the
site of the documentation in build/docs, and prints where it is. `soak` presses the dashboard's buttons
thousands of times at random moments. `versions` runs the unit tests with each Python that is found, each in
an environment of its own: see tests/versions.py. Each other command creates the virtual environment .venv if
there is none and installs what it needs. Arguments after `dashboard`, `tests`, `benchmarks` and `soak` are
passed on to `streamlit run`, to pytest, to the benchmarks and to the soak. On Windows, type `py` in place of
`python3`.
"""

import sys

# This comes before the other imports: older versions of Python can parse this file, but not run all of it.
if sys.version_info < (3, 11):
    sys.stderr.write(f"This is Python {sys.version.split()[0]}; 3.11 or newer is needed.\n")
    sys.exit(2)

import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO

HERE = Path(__file__).resolve().parent
VENV = HERE / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
LOCK = HERE / ".venv.lock"
# exists while .venv is being changed, and remains if an installation was killed
UNFINISHED = HERE / ".venv.unfinished"

# a fresh environment, because Sphinx does not repeat its warnings about a page that is cached
DOCS = ["sphinx", "--fail-on-warning", "--keep-going", "--fresh-env", "--quiet", "docs", "build/docs"]

# Tests start hundreds of processes: without stored bytecode each compiles all that it imports of ours.
BYTECODE = {"PYTHONDONTWRITEBYTECODE": ""}

# a third process would slow the others down: each has a server and a browser in the end (tests/schedule.py)
# (--cache-clear: for what failed before)
PYTEST = ["pytest", "--numprocesses=2", "--cache-clear"]
LINT_AND_TYPES = [["ruff", "check", "."], ["ruff", "format", "--check", "."], ["mypy"]]
UNIT_TESTS = ["tests/polycore", "tests/test_rooms.py", "tests/test_security.py", "tests/test_supply.py"]
CHECKS = [*LINT_AND_TYPES, DOCS, PYTEST]
FAST_CHECKS = [*LINT_AND_TYPES, [*PYTEST, "-m", "not slow", *UNIT_TESTS]]
# what pytest reports of all tests: the slowest ones, and which lines of polycore no test runs
REPORTS = ["--durations=25", "--cov=polycore", "--cov-report=term-missing:skip-covered"]
# Tests with browsers and servers share the machine with others: a few that fail are run once more, alone.
SECOND_CHANCE = ("tests/browser/", "tests/channel/", "tests/hosting/", "tests/soak/")
MOST_SECOND_CHANCES = 5
LAST_FAILED = HERE / ".pytest_cache/v/cache/lastfailed"

# Patterns in the error messages of venv, ensurepip, pip and the system, and what to do about each.
NO_NETWORK = r"connection broken by|ConnectionPool|Connection aborted|timed out|from versions: none"
ADVICE = {
    r"No space left|not enough space|Disk quota": "the disk is full. Free about 2 GB and start again",
    r"Permission denied|Read-only file system|Access is denied|not permitted": (
        "this folder cannot be written to. Close the programs that use .venv, or copy the project to a "
        "folder of your own, and start again"
    ),
    r"No module named '?(ensurepip|venv)\b": (
        "this Python cannot create virtual environments. Install what is missing (on Debian and Ubuntu: "
        "apt install python3-venv) and start again"
    ),
    NO_NETWORK: "the package index cannot be reached. Check the network connection and start again",
}


class InstallationError(Exception):
    """A step of the installation failed."""


def main(arguments: list[str]) -> int:
    """Run the command that the first argument names and return its exit code."""
    try:
        return _run(arguments)
    except (InstallationError, OSError) as error:
        print(f"run.py: {_sentence(str(error))}.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _run(arguments: list[str]) -> int:
    command, more = arguments[:1], arguments[1:]
    if more[:1] == ["--"]:  # as with `streamlit run`, which would pass what follows to the page
        del more[0]
    if command == ["dashboard"]:
        _install("requirements.txt")
        return _become(["streamlit", "run", "streamlit_app.py", *more])
    if command == ["tests"]:
        _install("requirements-dev.txt")
        if more[:1] == ["--fast"]:
            return _run_checks(FAST_CHECKS, more[1:])
        return _run_checks(CHECKS, more or REPORTS)
    if command == ["benchmarks"]:
        _install("benchmarks/requirements.txt")
        return _become(["benchmarks", *more])
    if command == ["soak"]:
        _install("requirements-dev.txt")
        return _become(["tests.soak", *more])
    if command == ["versions"]:
        from tests import versions  # only here: the dashboard starts where there are no tests

        return versions.main(more, FAST_CHECKS[-1], PYTEST)
    if arguments == ["docs"]:
        _install("requirements-dev.txt")
        code = _module(DOCS)
        print((HERE / "build/docs/index.html").as_uri())
        return code
    print(__doc__, file=sys.stderr)
    return 2


def _run_checks(checks: list[list[str]], more: list[str]) -> int:
    """Run all checks side by side, pytest with `more` arguments, and return 1 if any of them fails.

    Pytest does not wait for the others: for most of their time they need one core, and leave it the other.
    """
    *others, tests = checks
    codes = _modules([*others, tests + more])
    passed_alone = _passed_alone() if codes[-1] == 1 else []  # 1: tests have failed
    if passed_alone:
        codes[-1] = 0
    failed = [command[0] for command, code in zip(checks, codes, strict=True) if code]  # negative: was killed
    if failed:  # the linter's messages, say, are far above the report of the tests
        print(f"run.py: failed: {', '.join(failed)}.", file=sys.stderr)
    if passed_alone:
        print(f"run.py: passed only when run alone: {', '.join(passed_alone)}.", file=sys.stderr)
    return int(bool(failed))


def _passed_alone() -> list[str]:
    """Run the tests that have failed once more, if they may be; return their names if all pass, else none."""
    failed = sorted(json.loads(LAST_FAILED.read_text(encoding="utf-8"))) if LAST_FAILED.exists() else []
    are_few = 0 < len(failed) <= MOST_SECOND_CHANCES
    if not are_few or not all(name.startswith(SECOND_CHANCE) for name in failed):
        return []
    return [] if _module(["pytest", "--last-failed"]) else failed


# --- Installation -----------------------------------------------------------------------------


def _install(requirements: str) -> None:
    """Install the requirements if they have changed; otherwise no network is needed."""
    if _is_installed(requirements):
        return
    with _lock():
        if _is_installed(requirements):  # by the process that held the lock
            return
        print(f"Installing {requirements} in {VENV}: this takes a minute or two.", file=sys.stderr)
        usable = not UNFINISHED.exists() and _can_import("pip._internal.commands.install")
        UNFINISHED.touch()
        if not usable:
            _make_environment()
        _install_by_pip(requirements)
        _stamp(requirements).write_text(_digest(requirements), encoding="utf-8")
        UNFINISHED.unlink()


def _is_installed(requirements: str) -> bool:
    stamp = _stamp(requirements)
    if UNFINISHED.exists() or not stamp.exists():
        return False
    # pip is not found if the system's Python, to which .venv links, has been upgraded to another version
    return stamp.read_text(encoding="utf-8") == _digest(requirements) and _can_import("pip")


def _stamp(requirements: str) -> Path:
    return VENV / f"installed-{requirements.replace('/', '-')}"


def _digest(requirements: str) -> str:
    content = (HERE / "requirements.txt").read_bytes() + (HERE / requirements).read_bytes()
    return hashlib.sha256(content).hexdigest()


def _can_import(module: str) -> bool:
    """Return whether .venv has a new enough Python that finds the module among its own packages."""
    code = f"import sys, {module}; sys.exit(sys.version_info < (3, 11))"
    try:
        return subprocess.run([PYTHON, "-I", "-c", code], capture_output=True).returncode == 0
    except OSError:  # there is no such file, or it is for another type of machine
        return False


@contextmanager
def _lock() -> Iterator[None]:
    """Let one process at a time install; the others wait."""
    with LOCK.open("a") as file:
        # pip inherits the open file: if this process is killed and pip is not, the lock is still held
        os.set_inheritable(file.fileno(), True)
        if not _is_locked(file):
            print("Waiting for another installation in this folder to finish.", file=sys.stderr)
            while not _is_locked(file):
                time.sleep(0.2)
        yield


def _is_locked(file: IO[str]) -> bool:
    """Try to lock the file; return whether this process has the lock."""
    try:
        if os.name == "nt":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    return True


def _make_environment() -> None:
    # The old environment is removed, not overwritten: its symbolic links may lead out of this folder.
    if VENV.is_symlink() or VENV.is_file():
        VENV.unlink()
    elif VENV.exists():
        shutil.rmtree(VENV)
    # pip is installed in a separate step, because venv does not say why that failed
    _step([sys.executable, "-m", "venv", "--without-pip", VENV])
    _step([PYTHON, "-I", "-m", "ensurepip", "--default-pip"])


def _install_by_pip(requirements: str) -> None:
    try:
        _step([PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", requirements])
    except InstallationError as error:
        if re.search(NO_NETWORK, str(error)):
            UNFINISHED.unlink()  # pip downloads everything before it changes anything
        raise


def _step(command: list[str | Path]) -> None:
    """Run a step of the installation. Raises InstallationError with its output if it fails."""
    # a separate process group, so that an interrupted step ends with all processes that it started
    with subprocess.Popen(
        command,
        cwd=HERE,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        close_fds=False,  # to inherit the lock
        process_group=0,
    ) as process:
        try:
            output, _ = process.communicate()
        except BaseException:
            if os.name == "nt":
                process.kill()
            else:
                os.killpg(process.pid, signal.SIGKILL)
            raise
    if process.returncode:
        raise InstallationError(output)


def _sentence(output: str) -> str:
    for pattern, advice in ADVICE.items():
        if re.search(pattern, output, re.IGNORECASE):
            return advice
    last = output.strip().splitlines()[-1:] or ["the installation failed"]
    return f"{last[0][:300].rstrip('.')}. Start again, or install by hand: pip install -r requirements.txt"


# --- Commands ---------------------------------------------------------------------------------


def _module(command: list[str]) -> int:
    """Run a module and return its exit code."""
    [code] = _modules([command])
    return code


def _modules(commands: list[list[str]]) -> list[int]:
    """Run modules side by side and return their exit codes."""
    with ExitStack() as running:
        processes = [
            running.enter_context(
                subprocess.Popen([PYTHON, "-m", *command], cwd=HERE, env=os.environ | BYTECODE)
            )
            for command in commands
        ]
        try:
            return [process.wait() for process in processes]
        except KeyboardInterrupt:  # Ctrl-C reaches the modules too: let them print their last messages
            for process in processes:
                process.wait()
            raise
        except SystemExit:  # a signal that reached only this process
            for process in processes:
                process.terminate()
            raise


def _become(command: list[str]) -> int:
    """Replace this process by a module, so that signals reach it."""
    if os.name == "nt":  # exec would return to the shell at once
        return _module(command)
    os.chdir(HERE)
    return os.execv(PYTHON, [str(PYTHON), "-m", *command])


def _end(number: int, _: object) -> None:
    sys.exit(128 + number)


if __name__ == "__main__":
    for name in ("SIGTERM", "SIGHUP", "SIGBREAK"):  # the last two do not exist on every system
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:  # as under nohup
            signal.signal(number, _end)
    sys.exit(main(sys.argv[1:]))
