"""What the helps and the documents say one may type does what they say."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

import polycore as pc
from polycore.__main__ import main
from tests.commands.terminal import ENVIRONMENT, ROOT, command

COMMANDS = ("train", "predict", "sweep", "info")
PAGE = (ROOT / "docs/command-line.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")


def run_in_a_shell(text, folder):
    if not Path("/bin/sh").exists():
        pytest.skip("there is no shell here")
    python = f'python() {{ {shlex.quote(sys.executable)} -W error "$@"; }}\nset -e\n'
    done = subprocess.run(
        ["/bin/sh", "-c", python + text],
        cwd=folder,
        env=ENVIRONMENT,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )
    assert done.returncode == 0, f"{text}\n{done.stderr}"
    assert "polycore: " not in done.stderr
    return done.stdout


def help_of(name, capsys):
    assert main([name, "--help"]) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize("name", COMMANDS)
def test_the_examples_of_a_help_can_be_typed(name, folder, capsys):
    examples = re.findall(
        r"^  ((?:printf .+ \| )?python -m polycore .+)$", help_of(name, capsys), flags=re.MULTILINE
    )
    assert 2 <= len(examples) <= 4
    assert all(f"polycore {name} " in example for example in examples)
    run_in_a_shell("\n".join(examples), folder)


def test_the_page_s_commands_can_be_typed_one_after_another(folder):
    commands = re.findall(r"```sh\n(.*?)```", PAGE, flags=re.DOTALL)
    assert len(commands) >= len(COMMANDS)
    for name in COMMANDS:
        assert f"python -m polycore {name} " in "".join(commands)
    run_in_a_shell("".join(commands), folder)
    assert pc.Model.load(folder / "two.npz").accuracy > 0.9


def test_the_readme_s_commands_can_be_typed(folder):
    [commands] = re.findall(r"```console\n(.*?)```", README, flags=re.DOTALL)
    commands = re.sub(r"^\$ ", "", commands, flags=re.MULTILINE)
    assert "x,y,prediction,probability,curve\n" in run_in_a_shell(commands, folder)


def test_the_page_tells_every_exit_code_of_the_help(capsys):
    assert main(["--help"]) == 0
    codes = re.findall(r"^  (\d+) ", capsys.readouterr().out, flags=re.MULTILINE)
    assert len(codes) == 5
    assert [code for code in codes if f"| {code} |" not in PAGE] == []


@pytest.mark.parametrize(
    "arguments", [[], ["nothing"], ["info"], ["info", "a", "b"], ["--nothing", "info", "a"]]
)
def test_wrong_usage_is_one_line_and_code_2(arguments, capsys):
    assert main(arguments) == 2
    found = capsys.readouterr()
    assert found.out == ""
    assert re.fullmatch(r"polycore: .+ See python -m polycore.* --help\.\n", found.err)


def test_the_version_is_the_package_s(capsys):
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"polycore {pc.__version__}\n"


def test_a_fault_of_its_own_is_one_line_too(monkeypatch, capsys):
    def fail(_):
        raise KeyError("surprise")

    monkeypatch.setattr("polycore.commands.info.kept_at", fail)
    assert main(["info", "weights.npz"]) == 1
    [line] = capsys.readouterr().err.splitlines()
    assert re.fullmatch(r"polycore: a fault of its own, .+ KeyError in .+, line \d+: 'surprise'", line)


def test_too_little_memory_is_one_line_too(monkeypatch, capsys):
    def fail(_):
        raise MemoryError

    monkeypatch.setattr("polycore.commands.info.kept_at", fail)
    assert main(["info", "weights.npz"]) == 1
    assert "not enough memory" in capsys.readouterr().err


def test_predicting_and_telling_load_numpy_alone(folder):
    code = (
        "import sys; from polycore.__main__ import main\n"
        "assert main(['predict', 'weights.npz', 'points.csv']) == main(['info', 'weights.npz']) == 0\n"
        "sys.exit(bool({'streamlit', 'plotly', 'pandas', 'dask'} & set(sys.modules)))"
    )
    done = command("-c", code, folder=folder, start=[sys.executable])
    assert (done.returncode, done.stderr) == (0, "")


def test_a_help_for_a_reader_that_goes_is_no_error(folder):
    assert run_in_a_shell("python -m polycore train --help | head -n 1", folder).startswith("usage: ")
