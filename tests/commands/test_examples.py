"""What the helps and the documents say one may type does what they say."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

import polycore as pc
from polycore.__main__ import main
from polycore.commands.arguments import with_dashes
from tests.commands.terminal import ENVIRONMENT, ROOT, program

COMMANDS = ("train", "predict", "sweep", "film", "page", "step", "info")
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
    assert "x,y,prediction,probability,curve,distance\n" in run_in_a_shell(commands, folder)


def test_the_page_has_every_exit_code_of_the_help(capsys):
    assert main(["--help"]) == 0
    codes = re.findall(r"^  (\d+) ", capsys.readouterr().out, flags=re.MULTILINE)
    assert len(codes) == 5
    assert [code for code in codes if f"| {code} |" not in PAGE] == []


@pytest.mark.parametrize(
    "arguments", [[], ["nothing"], ["info"], ["info", "a", "b"], ["--nothing", "info", "a"]]
)
def test_wrong_usage_is_one_line_and_code_2(arguments, capsys):
    assert main(arguments) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert re.fullmatch(r"polycore: .+ See python -m polycore.* --help\.\n", shown.err)


def test_the_version_is_the_package_s(capsys):
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"polycore {pc.__version__}\n"


def test_an_internal_error_is_one_line_too(monkeypatch, capsys):
    def fail(_):
        raise KeyError("surprise")

    monkeypatch.setattr("polycore.commands.info.kept_at", fail)
    assert main(["info", "weights.npz"]) == 1
    [line] = capsys.readouterr().err.splitlines()
    assert re.fullmatch(r"polycore: internal error, .+ KeyError in .+, line \d+: 'surprise'", line)


def test_too_little_memory_is_one_line_too(monkeypatch, capsys):
    def fail(_):
        raise MemoryError

    monkeypatch.setattr("polycore.commands.info.kept_at", fail)
    assert main(["info", "weights.npz"]) == 1
    assert "not enough memory" in capsys.readouterr().err


def test_predicting_telling_and_writing_a_page_load_numpy_alone(folder):
    code = (
        "import sys; from polycore.__main__ import main\n"
        "assert main(['predict', 'weights.npz', 'points.csv']) == main(['info', 'weights.npz']) == 0\n"
        "assert main(['page', 'weights.npz', 'page.html']) == 0\n"
        "sys.exit(bool({'streamlit', 'plotly', 'pandas', 'dask', 'PIL'} & set(sys.modules)))"
    )
    done = program(sys.executable, "-c", code, folder=folder)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_help_for_a_reader_that_goes_is_no_error(folder):
    assert run_in_a_shell("python -m polycore train --help | head -n 1", folder).startswith("usage: ")


def test_underscores_in_options_are_dashes_and_values_stay_as_they_are():
    typed = ["train", "my_file.json", "--save_every=1", "--out", "a_b.npz", "--run=c_d.npz", "--", "--e_f"]
    assert with_dashes(typed) == [
        "train",
        "my_file.json",
        "--save-every=1",
        "--out",
        "a_b.npz",
        "--run=c_d.npz",
        "--",
        "--e_f",
    ]


@pytest.mark.parametrize(
    ("argument", "name"),
    [
        ("/opt/project/polycore/__main__.py", "python -m polycore"),
        ("/usr/local/bin/polycore", "polycore"),
        ("polycore.exe", "polycore"),
    ],
)
def test_helps_and_errors_repeat_the_name_that_was_typed(monkeypatch, capsys, argument, name):
    monkeypatch.setattr("sys.argv", [argument])
    assert main(["train"]) == 2
    assert capsys.readouterr().err.endswith(f" See {name} train --help.\n")
    texts = [help_of(command, capsys) for command in COMMANDS]
    assert main(["--help"]) == 0
    texts.append(capsys.readouterr().out)
    for text in texts:
        assert f"{name} " in text
        assert set(
            re.findall(r"(?:python -m )?polycore (?=train|predict|sweep|film|page|step|info)", text)
        ) == {f"{name} "}


needs_sh = pytest.mark.skipif(not Path("/bin/sh").exists(), reason="there is no shell here")
CLOSED = "polycore: standard output cannot be written: Bad file descriptor.\n"


@needs_sh
@pytest.mark.parametrize(
    ("arguments", "closed", "code", "out", "errors"),
    [
        pytest.param("--version", ">&-", 1, "", CLOSED, id="standard output"),
        pytest.param("--version", "2>&-", 0, f"polycore {pc.__version__}\n", "", id="standard error"),
        pytest.param("info", "2>&-", 2, "", "", id="standard error, after wrong usage"),
        pytest.param("info", ">&- 2>&-", 2, "", "", id="both, after wrong usage"),
        pytest.param("info weights.npz", "<&- >&- 2>&-", 1, "", "", id="all three"),
    ],
)
def test_closed_streams_end_in_no_traceback(folder, arguments, closed, code, out, errors):
    python = [shlex.quote(sys.executable), "-W", "error", "-m", "polycore", arguments, closed]
    # where nothing can be read from the command itself, its shell says how it ended
    done = program("/bin/sh", "-c", f"{' '.join(python)}; echo $?", folder=folder)
    assert (done.stdout, done.stderr) == (f"{out}{code}\n", errors)


@needs_sh
def test_a_closed_standard_input_is_an_empty_one(folder):
    python = [shlex.quote(sys.executable), "-W", "error", "-m", "polycore", "predict weights.npz <&-"]
    done = program("/bin/sh", "-c", " ".join(python), folder=folder)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("polycore: standard input: the file is empty; expected points, ")
