"""The files of a command: none that it reads or writes is lost by another of its paths."""

import io
import os
import signal
import stat
import threading

import pytest

import polycore as pc
from tests.commands.terminal import command, one_line
from tests.waiting import Reader

SETTINGS = ("recommended", "--steps", "5")
SWEEP = ("sweep", "experiment.json", "--steps", "5", "--workers", "1")


@pytest.fixture
def links(folder):
    """The folder with own.csv, with other paths of saved.npz, and with links to files that do not exist."""
    (folder / "own.csv").write_text("0,1,a\n1,0,b\n0,2,a\n2,0,b\n", encoding="utf-8")
    (folder / "below").mkdir()
    try:
        (folder / "link.npz").symlink_to("saved.npz")
        (folder / "new-link.npz").symlink_to("below/new.npz")
        (folder / "folder-link").symlink_to("below", target_is_directory=True)
        os.link(folder / "saved.npz", folder / "hard.npz")
    except OSError:
        pytest.skip("the system has no links, or does not permit them")
    return folder


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        pytest.param(("train", *SETTINGS, "--run", "m.npz", "--out", "m.npz"), "--run", id="one new file"),
        pytest.param(("train", *SETTINGS, "--run", "m.npz", "--out", "./m.npz"), "--run", id="./"),
        pytest.param(("train", *SETTINGS, "--run", "m.npz", "--out", "below/../m.npz"), "--run", id=".."),
        pytest.param(
            ("train", *SETTINGS, "--run", "new-link.npz", "--out", "folder-link/new.npz"),
            "--run",
            id="one new file, by two links",
        ),
        pytest.param(("train", "--resume", "saved.npz", "--out", "saved.npz"), "--resume", id="resumed"),
        pytest.param(("train", "--resume", "saved.npz", "--out", "link.npz"), "--resume", id="a link"),
        pytest.param(("train", "--resume", "link.npz", "--out", "saved.npz"), "--resume", id="from a link"),
        pytest.param(("train", "--resume", "saved.npz", "--out", "hard.npz"), "--resume", id="a hard link"),
        pytest.param(
            ("train", "--resume", "saved.npz", "--run", "m.npz", "--out", "saved.npz"),
            "--resume",
            id="resumed and saved elsewhere",
        ),
        pytest.param(
            ("train", "experiment.json", "--steps", "5", "--out", "experiment.json"),
            "EXPERIMENT",
            id="the experiment",
        ),
        pytest.param(
            ("train", *SETTINGS, "--data", "own.csv", "--out", "own.csv"), "--data", id="the points"
        ),
        pytest.param(
            ("train", "experiment.json", "--steps", "5", "--weights", "saved.npz", "--out", "saved.npz"),
            "--weights",
            id="weights of a run file",
        ),
        pytest.param(("film", "saved.npz", "saved.npz"), "RUN", id="a film over its run"),
        pytest.param(("page", "weights.npz", "./weights.npz"), "WEIGHTS", id="a page over its weights"),
        pytest.param((*SWEEP, "--table", "t", "--best", "t"), "--table", id="a sweep's two files"),
        pytest.param((*SWEEP, "--table", "experiment.json"), "EXPERIMENT", id="a sweep's experiment"),
        pytest.param((*SWEEP, "--data", "own.csv", "--best", "own.csv"), "--data", id="a sweep's points"),
    ],
)
def test_a_command_whose_paths_name_one_file_is_wrong_usage(links, arguments, named):
    before = contents(links)
    done = command(*arguments, folder=links)
    assert done.returncode == 2, done.stdout
    line = one_line(done)
    assert f"the same file as {named} " in line
    assert "choose another file" in line
    assert contents(links) == before


def contents(folder):
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else path.is_symlink()
        for path in folder.rglob("*")
    }


def test_a_weight_file_may_be_continued_in_place(folder):
    words = ("--steps", "5", "--weights", "weights.npz", "--out", "weights.npz")
    done = command("train", "experiment.json", *words, folder=folder)
    assert done.returncode == 0, done.stderr
    assert "of 45" in done.stdout  # after the 40 steps of the fixture's run


def test_the_name_of_unnamed_weights_is_not_that_of_the_run(folder):
    words = ("--steps", "5", "--run", "polycore-adam-2.npz")
    done = command("train", "experiment.json", *words, folder=folder)
    assert done.returncode == 0, done.stderr
    assert pc.Run.load(folder / "polycore-adam-2.npz").step == 5
    assert pc.Model.load(folder / "polycore-adam-2-2.npz").experiment.steps == 5


@pytest.fixture
def pipe(folder):
    if not hasattr(os, "mkfifo"):
        pytest.skip("the system has no pipes with names")
    os.mkfifo(folder / "pipe")
    return folder / "pipe"


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(("train", "experiment.json", "--steps", "5", "--out", "pipe"), id="train"),
        pytest.param(("page", "weights.npz", "pipe"), id="page"),
        pytest.param(("film", "saved.npz", "pipe"), id="film"),
        pytest.param((*SWEEP, "--table", "pipe"), id="sweep's table"),
        pytest.param((*SWEEP, "--best", "pipe"), id="sweep's best"),
    ],
)
def test_a_command_writes_into_a_pipe(folder, pipe, arguments):
    before = set(folder.iterdir())
    reader = Reader(pipe)
    done = command(*arguments, folder=folder)
    assert done.returncode == 0, done.stderr
    assert len(reader.all()) > 50
    assert stat.S_ISFIFO(pipe.lstat().st_mode)
    assert set(folder.iterdir()) == before


def test_weights_from_a_pipe_are_those_of_a_file(folder, pipe):
    words = ("train", "experiment.json", "--steps", "5", "--out")
    reader = Reader(pipe)
    assert command(*words, "pipe", folder=folder).returncode == 0
    command(*words, "w.npz", folder=folder)
    weights = [pc.Model.load(source).weights for source in (io.BytesIO(reader.all()), folder / "w.npz")]
    assert all((one == other).all() for one, other in zip(*weights, strict=True))


def test_a_sweep_may_throw_both_of_its_files_away(folder):
    device = folder / "null"
    try:
        os.mknod(device, stat.S_IFCHR | 0o666, os.makedev(1, 3))
        device.open("ab").close()
    except (AttributeError, PermissionError):
        pytest.skip("only root makes devices, and only where the file system has them")
    done = command(*SWEEP, "--table", "null", "--best", "null", folder=folder)
    assert done.returncode == 0, done.stderr
    assert stat.S_ISCHR(device.lstat().st_mode)


def test_a_signal_ends_the_wait_for_a_reader_and_the_run_is_kept(folder, pipe, terminal):
    shown = terminal("train", "experiment.json", "--steps", "5", "--out", "pipe", folder=folder)
    shown.wait_for("5 steps in ")
    shown.process.send_signal(signal.SIGTERM)
    assert shown.ended() == 143
    assert "Traceback" not in shown.text
    assert "train --resume polycore-adam-2.run.npz --out pipe" in shown.text
    assert "weights" not in shown.stdout
    assert pc.Run.load(folder / "polycore-adam-2.run.npz").step == 5
    assert stat.S_ISFIFO(pipe.lstat().st_mode)


def test_weights_that_cannot_be_written_do_not_cost_the_run(folder, pipe):
    def read_a_byte():
        with pipe.open("rb", buffering=0) as file:
            file.read(1)

    threading.Thread(target=read_a_byte, daemon=True).start()
    words = ("--hidden", "200-200", "--steps", "1", "--out", "pipe")  # more than a pipe holds
    done = command("train", "experiment.json", *words, folder=folder)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("polycore: the weight file could not be written: ")
    assert "--resume polycore-adam-2.run.npz" in done.stderr
    assert pc.Run.load(folder / "polycore-adam-2.run.npz").step == 1


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("weights.npz/new.npz", id="below a file"),
        pytest.param(f"{'n' * 300}.npz", id="a name that is too long"),
    ],
)
@pytest.mark.parametrize("option", ["--out", "--run"])
def test_a_path_that_no_file_can_have_is_wrong_usage(folder, option, path):
    done = command("train", *SETTINGS, option, path, folder=folder)
    assert done.returncode == 2, done.stdout
    assert "cannot be written: choose another file" in one_line(done)


def test_a_run_is_kept_here_if_its_folder_is_gone_when_it_ends(folder, terminal):
    (folder / "gone").mkdir()
    shown = terminal(
        "train", "experiment.json", "--steps", "100000", "--out", "gone/weights.npz", folder=folder
    )
    shown.wait_for("step ")
    (folder / "gone").rmdir()
    shown.process.send_signal(signal.SIGTERM)
    assert shown.ended() == 1
    assert "polycore: the weight file could not be written: " in shown.text
    assert "train --resume polycore-adam-2.run.npz " in shown.text
    assert "polycore-adam-2.run.npz" in shown.stdout
    assert pc.Run.load(folder / "polycore-adam-2.run.npz").step < 100_000


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(("train", *SETTINGS, "--out"), id="train's weights"),
        pytest.param(("train", *SETTINGS, "--run"), id="train's run"),
        pytest.param(("page", "weights.npz"), id="page"),
        pytest.param(("film", "saved.npz"), id="film"),
        pytest.param((*SWEEP, "--table"), id="sweep's table"),
        pytest.param((*SWEEP, "--best"), id="sweep's best"),
    ],
)
@pytest.mark.parametrize("name", ["-", ""], ids=["a standard stream", "nothing"])
def test_no_file_is_called(folder, arguments, name):
    before = contents(folder)
    done = command(*arguments, name, folder=folder)
    assert (done.returncode, contents(folder)) == (2, before)
    assert f"got {name!r}; expected the name of a file" in one_line(done)


@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may write every file")
def test_what_the_user_may_not_write_is_said_before_anything_is_computed(folder):
    (folder / "mine.npz").write_bytes(b"precious")
    (folder / "mine.npz").chmod(0o444)
    done = command("train", *SETTINGS, "--out", "mine.npz", folder=folder)
    assert (done.returncode, "mine.npz cannot be written" in done.stderr) == (2, True)
    assert (folder / "mine.npz").read_bytes() == b"precious"
    done = command("page", "weights.npz", os.devnull, folder=folder)  # in a folder that only root may write
    assert done.returncode == 0, done.stderr
