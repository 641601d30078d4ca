"""Every program in a document runs, and every command runs or names what is there: none is left out."""

import re
import shlex
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
import yaml
from distributed.cli import dask_scheduler, dask_worker

import polycore as pc
from benchmarks.__main__ import NAMES
from tests.commands.terminal import ENVIRONMENT

ROOT = Path(__file__).parents[1]
DOCUMENTS = {
    path.name: path.read_text(encoding="utf-8") for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]
}
BLOCK = re.compile(r"^( *)```(\w+)\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
SHELLS = ("sh", "console")


def blocks(name, *languages):
    return [text for _, language, text in BLOCK.findall(DOCUMENTS[name]) if language in languages]


def commands(name):
    lines = "".join(blocks(name, *SHELLS)).replace("\\\n", "").splitlines()  # a backslash continues a line
    return [line.strip().removeprefix("$ ") for line in lines if line.strip()]


# tests of their own check what these programs print and write; here the pages without such a test follow
CHECKED_CLOSELY = {
    "README.md",
    "html-page.md",
    "own-points.md",
    "run-file.md",
    "sweeps.md",
    "time.md",
    "weight-file.md",
}
WITH_PROGRAMS = {name for name in DOCUMENTS if blocks(name, "python")}
OF_POLYCORE = re.compile(r"(printf .*)?(python -m polycore .*)?")
WITH_COMMANDS = {name for name in DOCUMENTS if any("python -m polycore " in line for line in commands(name))}
ALSO_CHECKED = {"README.md", "command-line.md"}  # by tests/commands/test_examples.py


def test_documents_have_no_other_kind_of_example():
    languages = {language for name in DOCUMENTS for _, language, _ in BLOCK.findall(DOCUMENTS[name])}
    # the line of TOML is a secret: tests/hosting has it
    assert languages - {"include", "toctree", "mermaid", "text", "toml"} == {"python", *SHELLS}


def test_pages_with_tests_of_their_own_have_examples():
    assert CHECKED_CLOSELY < WITH_PROGRAMS
    assert ALSO_CHECKED < WITH_COMMANDS


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(WITH_PROGRAMS - CHECKED_CLOSELY))
def test_the_programs_of_a_page_run_one_after_another(name, tmp_path):
    program = "\n".join(blocks(name, "python"))
    command = [sys.executable, "-W", "error", "-c", program]
    done = subprocess.run(command, cwd=tmp_path, env=ENVIRONMENT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
@pytest.mark.skipif(not Path("/bin/sh").exists(), reason="there is no shell here")
@pytest.mark.parametrize("name", sorted(WITH_COMMANDS - ALSO_CHECKED))
def test_the_commands_of_a_page_can_be_typed_one_after_another(name, tmp_path):
    typed = "\n".join(line for line in commands(name) if OF_POLYCORE.fullmatch(line))
    shell = f'set -e\npython() {{ {shlex.quote(sys.executable)} -W error "$@"; }}\n{typed}'
    done = subprocess.run(
        ["/bin/sh", "-c", shell], cwd=tmp_path, env=ENVIRONMENT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def is_known_to_run_py(command):
    _, _, name, *more = command.split()
    usage = subprocess.run([sys.executable, "run.py"], cwd=ROOT, capture_output=True, text=True).stderr
    if name == "benchmarks":
        return set(more) <= set(NAMES)
    return f"    {command}\n" in usage


def names_files(command):
    named = re.findall(r"(?<![\w/])[\w/]+[\w/.-]*\.(?:py|txt|lock|toml)\b", command)
    return named and all((ROOT / path).is_file() for path in named)


def names_services(command):
    services = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))["services"]
    return set(re.findall(r"(?:exec|--no-deps) ([\w-]+)", command)) <= set(services)


def is_known_to_dask(command):
    _, name, *more = command.split()
    return {"scheduler": dask_scheduler, "worker": dask_worker}[name].main.make_context(name, more)


def finds_something(command):
    return subprocess.run(shlex.split(command), cwd=ROOT, capture_output=True).returncode == 0


def names_tools(command):
    tools = re.findall(r"\.venv/bin/(\w+)", command)
    modules = re.findall(r"python -m (\w+)", command)
    return all((Path(sys.executable).parent / tool).exists() for tool in tools) and all(
        map(find_spec, modules)
    )


def names_this_release(command):
    [[version, extra]] = re.findall(
        r"polycore_playground-([\w.]+\d)(?:-py3-none-any\.whl\[(\w+)\]|\.tar\.gz)", command
    )
    release = pc.__version__.partition(".dev")[0]  # CONTRIBUTING.md tries that
    return version in (pc.__version__, release) and extra in ("", "dashboard")


def is_known_to_polycore(command):
    module = ["-m", "polycore", *command.split()[1:], "--help"]
    return subprocess.run([sys.executable, *module], cwd=ROOT, capture_output=True).returncode == 0


# what would install packages, or start servers, is not run: what it names is looked up
CHECKS = {
    OF_POLYCORE.pattern: lambda _: True,  # run above
    r"python3 run\.py .*": is_known_to_run_py,
    r"\.venv/bin/.* -r .*|(echo hatchling.*)?(uv )?pip.*\.lock.*|\.venv/bin/.*\.py": names_files,
    r"(POLYCORE_.*|pip install -r .* &&) streamlit run .*": names_files,
    r"\.venv/bin/[^/]*|\.venv/bin/ruff .*|(GITHUB_\S+ )?\.venv/bin/python -m (build|twine)\b.*": names_tools,
    r"pip install (?!-)[^.]*|rm -rf dist": lambda _: (
        True
    ),  # from the package index; a folder that may be missing
    r"(pip install|uvx --from) .*polycore_playground-\d.*": names_this_release,
    r"polycore .*": is_known_to_polycore,
    r"docker compose .*": names_services,
    r"dask (scheduler|worker).*": is_known_to_dask,
    r"grep .*": finds_something,
}
TYPED = sorted({command for name in DOCUMENTS for command in commands(name)})


@pytest.mark.parametrize("command", TYPED)
def test_a_command_names_what_is_there(command):
    kinds = [check for pattern, check in CHECKS.items() if re.fullmatch(pattern, command)]
    assert kinds, "expected a kind of command that is run or checked here"
    assert kinds[0](command)
